"""Sharing a filled form by its address: only when asked for, and never with an id."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from ilk.app.form import Form, entered

SEEDED = "which-seeded"
MINE = "c."
"""Before a column's name in the address, apart from what else stands there."""

LONGEST = 200
"""Characters of a value that an address carries."""


def seed(form: Form) -> dict[str, Any]:
    """What the address says of the fields, once a session."""
    found: dict[str, Any] = {}
    if st.session_state.get(SEEDED):
        return found
    st.session_state[SEEDED] = True
    for field in form.fields:
        text = st.query_params.get(MINE + field.column)
        if text and len(text) <= LONGEST:
            try:
                value = entered(field, text)
            except ValueError:
                continue
            if value is not None and (field.kind != "choice" or value in field.options):
                found[field.column] = value
    return found


def share(form: Form, standing: Mapping[str, Any], key: str) -> None:
    """A switch that keeps what is in the fields in the page's address."""
    if any(MINE + field.column in st.query_params for field in form.fields):
        st.session_state.setdefault(key, True)
    wanted = st.toggle(
        "Keep the values in the page's address",
        key=key,
        help="For sending a link. Whoever gets it sees the values; an id is never in it.",
    )
    for field in form.fields:
        name, text = MINE + field.column, _text(standing.get(field.column))
        if not (wanted and text):
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != text:
            st.query_params[name] = text


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)[:LONGEST]
