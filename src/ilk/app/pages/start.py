"""Open: a model, a study, or the made-up world."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ilk.app import session, shelf
from ilk.app.jobs import Order
from ilk.app.launch import launched
from ilk.app.trouble import plain, told
from ilk.app.uploads import uploaded
from ilk.outputs.folder import model_path
from ilk.outputs.wording import clean, counted

MOST_RECENT = 8


def by_path(label: str, example: str, key: str) -> Path | None:
    """Ask for a path under the roots, where paths may be named."""
    if not launched().roots:
        return None
    with st.form(key, border=False):
        roots = ", ".join(str(root) for root in launched().roots)
        path = st.text_input(label, placeholder=example, help=f"Under {roots}.")
        wanted = st.form_submit_button("Open")
    if not wanted:
        return None
    if not path.strip():
        st.error("Name a file or a folder.", icon=":material/error:")
        return None
    with told():
        return launched().allowed(path.strip())
    return None


st.title("Who are your customers?")
st.write("ilk finds the kinds of customers you have, says what each is like, and how far that can be trusted.")
model, file, world = st.columns(3, gap="large")
with model:
    st.header("Open a model or a study")
    st.write("A model is a .ilk file and holds no customer. A study is the folder that ilk wrote it into.")
    given = uploaded("A .ilk file", ("ilk",), key="model")
    named = by_path("Or a .ilk file or folder on this machine", "spring-segments", "open-path")
    with told():
        if given is not None:
            st.session_state.pop("kept-model")
            shelf.check_model(given)
            session.open_and_go(shelf.keep_model(given, launched()))
        if named is not None:
            shelf.check_model(model_path(named))
            session.open_and_go(named)
with file:
    st.header("Bring a customer file")
    st.write("One row a customer: CSV, Excel, Parquet or JSON. What they order, do or answer is added next.")
    brought = uploaded("A customer file", key="customers")
    there = by_path("Or a file on this machine, however large", "customers.csv", "bring-path")
    st.page_link("pages/new.py", label="Only orders, activity or answers?", icon=":material/arrow_forward:")
    if brought or there:
        st.session_state.pop("kept-customers", None)
        session.forget_job()
        st.session_state[session.BROUGHT] = str(brought or there)
        session.go("new")
with world:
    st.header("Try a made-up world")
    st.write("20,000 invented card customers with six known habits. It takes about half a minute.")
    if st.button("Make it and find its segments", type="primary"):
        with told():
            session.run(Order(None))

recent = shelf.studies_under(launched().roots)[:MOST_RECENT]
called = shelf.told_apart(study.folder for study in recent)
if recent:
    st.header("Recent studies")
for i, study in enumerate(recent):
    with st.container(border=True):
        about, button = st.columns([5, 1], vertical_alignment="center")
        about.markdown(f"**{plain(clean(called[study.folder]))}**")
        about.caption(
            f"{counted(study.customers, 'customer')} of {plain(clean(study.source))}, {counted(study.k, 'segment')}: "
            f"{plain(clean(study.personas))}"
        )
        if button.button("Open", key=f"recent-{i}", help=f"Open {called[study.folder]}", width="stretch"):
            with told():
                session.open_and_go(study.folder)
