"""Settings as widgets: each field's help is the widget's, its default the first answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from ilk.settings import Settings

BY_ITSELF = "Found by itself"
LABELS = {
    "id": "Column that identifies a customer",
    "k": "How many segments",
    "prefer": "Useful numbers of segments",
    "where": "Only customers who meet this condition",
    "query": "Query",
    "delimiter": "Mark between the cells of a text file",
    "compare_with": "The grouping you use today",
    "transform": "Transformation",
    "balance": "Columns that say the same",
    "center_respondents": "Segments are a style of answering",
    "min_group": "Fewest customers a figure is about",
    "seed": "Seed",
    "png": "Also write every chart as a picture",
}
WORDS = {
    "auto": "chosen by role",
    "standard": "only standardise",
    "none": "each counts",
    "themes": "share one vote",
}
LOW, HIGH = 2, 12
"""Numbers of segments to choose from by hand."""


def about(name: str) -> str:
    """What a setting says of itself."""
    return Settings.model_fields[name].description or ""


def ask_text(name: str, *, example: str = "") -> str | None:
    """A setting that is a text; None where nothing is said."""
    found = st.text_input(LABELS[name], placeholder=example, help=about(name), key=f"ask-{name}")
    return found.strip() or None


def ask_column(name: str, columns: Sequence[str], *, none: str = BY_ITSELF) -> str | None:
    """A setting that is a column."""
    found = st.selectbox(LABELS[name], [none, *columns], help=about(name), key=f"ask-{name}")
    return None if found == none else str(found)


def ask_k() -> int | str:
    """How many segments: by the evidence, or so many."""
    by_evidence = "As many as the evidence says"
    found = st.selectbox(LABELS["k"], [by_evidence, *range(LOW, HIGH + 1)], help=about("k"), key="ask-k")
    return "auto" if found == by_evidence else int(found)


def ask_prefer() -> tuple[int, int]:
    """The range of numbers that are useful to act on."""
    low, high = Settings().prefer
    found = st.slider(LABELS["prefer"], LOW, HIGH, (low, high), help=about("prefer"), key="ask-prefer")
    return int(found[0]), int(found[1])


def ask_choice(name: str, choices: Sequence[str]) -> str:
    """A setting with a few answers."""
    return str(
        st.selectbox(LABELS[name], choices, format_func=lambda c: WORDS.get(c, c), help=about(name), key=f"ask-{name}")
    )


def ask_switch(name: str) -> bool:
    """A setting that is on or off."""
    return st.checkbox(LABELS[name], bool(Settings.model_fields[name].default), help=about(name), key=f"ask-{name}")


def ask_number(name: str, *, low: int, high: int) -> int:
    """A setting that is a whole number."""
    default = int(Settings.model_fields[name].default)
    return int(st.number_input(LABELS[name], low, high, default, help=about(name), key=f"ask-{name}"))


def changed(given: dict[str, Any]) -> dict[str, Any]:
    """Only what differs from the defaults."""
    plain = Settings()
    return {name: value for name, value in given.items() if value != getattr(plain, name)}
