"""Segments, the home page: the verdict, the personas, every column, the map."""

from __future__ import annotations

import streamlit as st

from ilk.app import changing, personas, show
from ilk.app.trouble import plain
from ilk.outputs.sections.board import board

study = show.here()
reading = study.reading
page = board(reading)
st.title("Segments", anchor=False)
st.caption(plain(page.subtitle))
changing.just_changed(study)
show.part("verdict", board=page)
show.part("people", board=page, reading=reading, brief=True)  # the cards below have the sentences
personas.for_the_board(study)
if page.left_out:
    st.caption(plain(page.left_out))
st.header("What each is like", anchor=False)
personas.card_grid(study)
st.header("All columns, all segments", anchor=False)
personas.every_column(study)
st.header("Where they lie", anchor=False)
personas.on_the_map(study)
changing.by_hand(study)
