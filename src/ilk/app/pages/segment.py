"""A segment: what sets it apart, every column, how sure, its rules, its neighbours, its list."""

from __future__ import annotations

import streamlit as st

from ilk.app import changing, one, show
from ilk.app.drawn import drawn
from ilk.outputs.templating import fragment

study = show.here()
st.title("A segment", anchor=False)
changing.just_changed(study)
with st.container(horizontal=True, vertical_alignment="bottom"):
    segment = one.chosen(study)
    changing.change(study, segment, where="page-")
st.header("What it is like", anchor=False)
drawn(fragment("chapter", chapter=one.chapter_of(study, segment)), key="chapter")
st.header("Every column, against everyone", anchor=False)
one.every_column(study, segment)
one.rules(study, segment)
st.header("Neighbours", anchor=False)
one.neighbours(study, segment)
st.header("Its customers", anchor=False)
one.its_list(study, segment)
changing.by_hand(study, segment)
