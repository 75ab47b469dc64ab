"""Segments, the home page: the verdict, the personas, every column, the map."""

from __future__ import annotations

import streamlit as st

from ilk.app import show
from ilk.outputs.sections.board import board
from ilk.outputs.sections.cards import cards
from ilk.outputs.sections.heat import heat
from ilk.outputs.sections.personas import chapters
from ilk.outputs.sections.places import map_of

study = show.here()
reading = study.reading
page = board(reading)
st.title("Segments")
show.part("verdict", board=page)
show.part("people", board=page, reading=reading)
every = cards(reading)
for first in range(0, len(every), 3):
    for place, card in zip(st.columns(3), every[first : first + 3], strict=False):
        with place:
            show.part("card", card=card)
show.part("heat", heat=heat(reading), chapters=chapters(reading))
show.figure(map_of(reading))
