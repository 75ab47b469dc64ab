"""Open: a model, a study, or the made-up world."""

from __future__ import annotations

import streamlit as st

st.title("Who are your customers?")
