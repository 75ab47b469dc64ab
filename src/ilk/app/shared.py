"""Sharing a filled form by its address: only when asked for, and never with an id."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import streamlit as st

from ilk.app.field import Held
from ilk.app.form import Form

SEEDED = "which-seeded"
MINE = "c."
"""Before a column's name in the address, apart from what else stands there."""

LONGEST = 500
"""Characters of an answer that an address carries; a longer one is left out."""


def seed(form: Form) -> dict[str, Held]:
    """What the address says of the questions, once a session."""
    found: dict[str, Held] = {}
    if st.session_state.get(SEEDED):
        return found
    st.session_state[SEEDED] = True
    for ask in form.fields:
        text = st.query_params.get(MINE + ask.column)
        if text and len(text) <= LONGEST:
            with suppress(ValueError):
                held = ask.of_address(text)
                if held is not None:
                    found[ask.column] = held
    return found


def share(form: Form, given: Mapping[str, Any], key: str) -> None:
    """A switch that keeps what is in the questions in the page's address."""
    if any(MINE + ask.column in st.query_params for ask in form.fields):
        st.session_state.setdefault(key, True)
    wanted = st.toggle(
        "Keep the values in the page's address",
        key=key,
        help="For sending a link. Whoever gets it sees the values; an id is never in it, nor what somebody wrote.",
    )
    for ask in form.fields:
        name, text = MINE + ask.column, ask.in_address(given.get(ask.column))
        if not (wanted and text and len(text) <= LONGEST):
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != text:
            st.query_params[name] = text
