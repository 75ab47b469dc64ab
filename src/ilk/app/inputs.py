"""The widgets of the form: one for each question, what stands in them, and putting a customer into them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ilk.app.entry import NO, NOT_KNOWN, YES
from ilk.app.field import Field, Held
from ilk.app.form import Ask, Form
from ilk.app.opened import Opened
from ilk.app.together import NONE, Choices, Picked, Topics
from ilk.app.trouble import as_label, plain

PAUSE = "300ms"
"""How long nobody types before the answer is looked up."""

KEPT = "which-kept"
"""Session state: what was put into each question, and the exact values behind it."""

PICK = "Not known: pick what applies"
AMOUNT, WRITTEN = 180, 120
"""Pixels: width of a field for how much there is, height of one for what somebody wrote."""


def slot(study: Opened, column: str, part: str = "") -> str:
    """The session's key of a question, or of a part of it."""
    return f"which-{study.model.content.provenance.fingerprint[:8]}-{column}{part and f'-{part}'}"


def put(study: Opened, form: Form, values: Mapping[str, Held]) -> None:
    """Put values into all questions; those without one become blank."""
    kept: dict[str, tuple[Any, Any]] = {}
    for ask in form.fields:
        held = values.get(ask.column, ask.held({}))
        _place(study, ask, held.shown)
        kept[ask.column] = given(study, ask), held.exact
    st.session_state[KEPT] = kept


def given(study: Opened, ask: Ask) -> Any:
    """What stands in a question's widgets, None where that is nothing."""
    at = st.session_state.get(slot(study, ask.column))
    if isinstance(ask, Field):
        return None if at in ("", NOT_KNOWN) else at
    if isinstance(ask, Choices):
        return tuple(at or ()) or None
    picked = tuple(at or ())
    amounts = {words: st.session_state.get(slot(study, ask.column, words)) or "" for words in picked if words != NONE}
    found = Picked(picked, amounts, st.session_state.get(slot(study, ask.column, "text")) or "")
    return found if picked or found.text.strip() else None


def standing(study: Opened, ask: Ask) -> Any:
    """What stands in a question: the exact values behind what is shown, while nobody edited it."""
    at = given(study, ask)
    shown, exact = st.session_state.get(KEPT, {}).get(ask.column, (None, None))
    return exact if exact is not None and at == shown else at


def unchanged(study: Opened, form: Form) -> bool:
    """Whether every question still holds what was put into it."""
    kept = st.session_state.get(KEPT, {})
    return all(given(study, ask) == kept[ask.column][0] for ask in form.fields if ask.column in kept)


def ask_for(study: Opened, ask: Ask) -> None:
    """The widgets of one question."""
    if isinstance(ask, Choices):
        _pick(study, ask)
    elif isinstance(ask, Topics):
        _interests(study, ask)
    else:
        _field(study, ask)


def _place(study: Opened, ask: Ask, shown: Any) -> None:
    key = slot(study, ask.column)
    if not isinstance(ask, Topics):
        st.session_state[key] = shown
        return
    st.session_state[key] = list(shown.picked)
    if ask.writing is not None:
        st.session_state[slot(study, ask.column, "text")] = shown.text
    for words, amount in shown.amounts.items():
        st.session_state[slot(study, ask.column, words)] = amount


def _pick(study: Opened, ask: Choices | Topics, label: str = "") -> None:
    st.multiselect(
        as_label(label or ask.label),
        [*(option.words for option in ask.options), NONE],
        key=slot(study, ask.column),
        help=plain(ask.help),
        placeholder=PICK,
        select_all=False,
        persist_state="session",
    )


def _interests(study: Opened, ask: Topics) -> None:
    """What somebody wrote, or what is picked with how much of it."""
    if ask.writing is not None:
        key = slot(study, ask.column, "text")
        st.text_area(as_label(ask.label), key=key, help=plain(ask.help), height=WRITTEN, persist_state="session")
        if (st.session_state.get(key) or "").strip():
            return
    _pick(study, ask, "Or what it is about" if ask.writing is not None else "")
    picked = [words for words in st.session_state.get(slot(study, ask.column)) or () if words != NONE]
    with st.container(horizontal=True, gap="small"):
        for words in picked:
            st.text_input(
                as_label(f"How much: {words}"),
                key=slot(study, ask.column, words),
                placeholder="1",
                live=PAUSE,
                autocomplete="off",
                width=AMOUNT,
                persist_state="session",
            )


def _field(study: Opened, field: Field) -> None:
    key, label, help_ = slot(study, field.column), as_label(field.label), plain(field.help)
    if field.kind == "flag":
        st.segmented_control(label, [YES, NO], key=key, help=help_, persist_state="session")
    elif field.kind == "scale" and field.numeric:  # narrow steps, which must not break into two lines
        st.segmented_control(label, field.options, key=key, help=help_, persist_state="session", width="stretch")
    elif field.kind == "scale" and NOT_KNOWN not in field.options:
        st.radio(label, [NOT_KNOWN, *field.options], key=key, help=help_, horizontal=True, persist_state="session")
    elif field.kind in {"choice", "scale"}:
        _one_of(field, key, label, help_)
    elif field.kind == "date":
        st.session_state.setdefault(key, None)
        st.date_input(label, key=key, help=help_, format="YYYY-MM-DD", persist_state="session")
    else:
        typical = f"typically {field.typical}" if field.typical else ""
        st.text_input(
            label, key=key, help=help_, placeholder=typical, live=PAUSE, autocomplete="off", persist_state="session"
        )
    _about(field)


def _about(field: Field) -> None:
    """The question and the ends of its scale, below the steps."""
    if field.about:
        st.caption(plain(field.about))


def _one_of(field: Field, key: str, label: str, help_: str) -> None:
    at = st.session_state.get(key)
    typical = f" (typically {field.typical})" if field.typical else ""
    options = [*field.options, *([at] if at is not None and at not in field.options else [])]
    st.selectbox(
        label, options, None, key=key, help=help_, placeholder=f"{NOT_KNOWN}{typical}", persist_state="session"
    )
