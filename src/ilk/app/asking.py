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
    "join_ids": "The same customer is told by",
    "max_topics": "Topics that become columns, at most",
    "half_life_days": "Days after which it counts half",
    "reference_date": "Day from which days are counted",
    "reverse": "Questions asked the other way round",
    "survey_map": "Columns a later file calls otherwise",
    "by": "Segments are made by",
    "levels": "Two levels",
    "method": "Method",
    "min_share": "Smallest segment, as a share",
    "max_share": "Largest segment, as a share",
    "min_size": "Smallest segment, in customers",
    "max_size": "Largest segment, in customers",
}
METHODS = {
    "auto": "k-means, as usual",
    "kmeans": "k-means",
    "mixture": "mixture",
    "latent": "latent classes",
    "ward": "Ward",
    "density": "density",
}
"""How segments may be found, as people call it."""
FOR = {
    "mixture": "groups of unequal width",
    "latent": "for answers to tick",
    "ward": "joined step by step",
    "density": "crowds; others stand alone",
}
"""What each is good for, or does."""
WORDS = {
    "auto": "chosen by role",
    "standard": "only standardise",
    "none": "each counts",
    "themes": "share one vote",
    "as-written": "the id as it is written",
    "folded": "the id without case and blanks",
}
ABOUT = {
    "role": "What a column is, and so how its values count",
    "missing": "What a missing answer means: that it is not known, that there is none, or a fact of its own",
    "weight": "How much it counts; 1 as usual",
    "labels": "What it is called on every page and chart",
    "k": "As many as the evidence says, or so many",
    "survey_map": "What a later file calls a column of the first one: their name = ours, and commas between",
}
"""Of settings whose own words are about how they are typed."""

ONE_THING = {"activity", "survey"}
"""Blocks that are called by one thing: activity counts, orders count."""

LOW, HIGH = 2, 12
"""Numbers of segments to choose from by hand."""


def about(name: str) -> str:
    """What a setting says of itself."""
    return ABOUT.get(name) or Settings.model_fields[name].description or ""


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


def ask_method() -> str:
    """How segments are found."""
    kinds = ["auto", *FOR]
    words = {kind: f"{METHODS[kind]}: {FOR[kind]}" if kind in FOR else METHODS[kind] for kind in kinds}
    label, help_ = LABELS["method"], about("method")
    return str(st.selectbox(label, kinds, format_func=words.__getitem__, help=help_, key="ask-method"))


def ask_size(name: str) -> int | None:
    """A setting that is a number of customers, or nothing."""
    return st.number_input(LABELS[name], 1, None, None, help=about(name), key=f"ask-{name}", placeholder="no bound")


def ask_switch(name: str) -> bool:
    """A setting that is on or off."""
    return st.checkbox(LABELS[name], bool(Settings.model_fields[name].default), help=about(name), key=f"ask-{name}")


def ask_number(name: str, *, low: int, high: int) -> int:
    """A setting that is a whole number."""
    default = int(Settings.model_fields[name].default)
    return int(st.number_input(LABELS[name], low, high, default, help=about(name), key=f"ask-{name}"))


def ask_days(name: str) -> float | None:
    """A setting that is a number of days, or nothing."""
    found = st.number_input(LABELS[name], 0.0, None, None, help=about(name), key=f"ask-{name}", placeholder="never")
    return float(found) if found else None


def ask_date(name: str) -> str | None:
    """A setting that is a day, or nothing."""
    found = st.date_input(LABELS[name], None, help=about(name), key=f"ask-{name}", format="YYYY-MM-DD")
    return found.isoformat() if found else None


def ask_block(name: str, blocks: Sequence[str]) -> str | None:
    """One kind of source, or all."""
    every = "all of them"
    found = st.selectbox(LABELS[name], [every, *blocks], help=about(name), key=f"ask-{name}")
    return None if found == every else str(found)


def ask_weights(blocks: Sequence[str], grid: Any) -> dict[str, float]:
    """How much each kind of source counts; what counts as usual is left out."""
    found = {}
    for block in blocks:
        with grid.container():
            label = f"How much {block} count{'s' if block in ONE_THING else ''}"
            found[block] = st.number_input(label, 0.01, 100.0, 1.0, step=0.5, help=about("weight"), key=f"much-{block}")
    return {block: float(weight) for block, weight in found.items() if weight != 1.0}


def changed(given: dict[str, Any]) -> dict[str, Any]:
    """Only what differs from the defaults."""
    plain = Settings()
    return {name: value for name, value in given.items() if value != getattr(plain, name)}
