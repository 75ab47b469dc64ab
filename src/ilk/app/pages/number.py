"""How many?: the evidence, the personas of every number, what each split gains, two levels."""

from __future__ import annotations

import streamlit as st

from ilk.app import changing, how_many, show
from ilk.app.trouble import said
from ilk.outputs.sections.board import why_k

study = show.here()
st.title("How many?", anchor=False)
st.markdown(said(why_k(study.reading)))
changing.just_changed(study)
how_many.heard(study)
how_many.evidence(study)
how_many.names(study)
st.header("What another number would be like", anchor=False)
how_many.looked_at(study)
st.header("What each further segment gains", anchor=False)
how_many.flow(study)
st.header("Two levels: few for the board, more for campaigns", anchor=False)
how_many.levels(study)
how_many.every_index(study)
changing.so_far(study)
