"""The script Streamlit runs on every interaction: what pages there are, and what is open."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st

from ilk.app import session, show
from ilk.app.drawn import dark
from ilk.app.front import LONGEST, NOWHERE
from ilk.app.launch import launched
from ilk.app.trouble import plain
from ilk.outputs.theme import TOKENS

PAGES = Path(__file__).with_name("pages")

ABOUT_ONE_STUDY = (
    ("segments", "Segments", "groups", "Who the customers are: the verdict, the personas, every column, the map."),
    ("segment", "A segment", "person_search", "One segment: what sets it apart, its columns, how sure, its list."),
    ("which", "Which segment?", "quick_reference", "Type in one customer and see which segment it is, and why."),
    ("number", "How many?", "stacked_bar_chart", "Why this many segments, and what more or fewer would be like."),
    ("score", "Score a file", "upload_file", "Say for every customer of a file which segment it is."),
    ("data", "Data", "table_view", "What the segments were made from, settings, warnings, and the code."),
)
ABOUT_ALL = (
    ("start", "Open", "folder_open", "Open a model or a study, or try a made-up world."),
    ("new", "New study", "add_circle", "Bring a customer file and find its segments."),
    ("studies", "Studies", "folder_copy", "All studies: compare, duplicate, approve."),
)


def _page(name: str, title: str, icon: str, about: str, *, listed: bool = True) -> st.Page:
    path, icon = PAGES / f"{name}.py", f":material/{icon}:"
    seen: Literal["visible", "hidden"] = "visible" if listed else "hidden"
    return st.Page(path, title=title, icon=icon, url_path=name, help=about, visibility=seen)


def _first() -> None:
    """The address without a page: go to the first there is. A page that is the default has no address of its own."""
    if NOWHERE in st.query_params:
        st.session_state[NOWHERE] = st.query_params.pop(NOWHERE)
    st.switch_page(one["segments"] if is_open else every["start"])


def look() -> str:
    """What Streamlit draws too faint to read: what is less important, and white words on an accent that is light."""
    colour = {token.name: token.dark if dark() else token.light for token in TOKENS}
    on_accent = "button[kind^=primary]:enabled, button[kind^=primary]:enabled p, [data-tag], [data-tag] *"
    return (
        f"div[data-testid=stCaptionContainer] {{ color: {colour['quiet']}; opacity: 1 }} "
        f"{on_accent} {{ color: {colour['paper']} !important }} "
        f"button[kind^=primary]:enabled:hover {{ background: {colour['accent']}; filter: brightness(1.1) }}"
    )


st.set_page_config(page_title="ilk", page_icon=str(PAGES.with_name("icon.svg")), layout="wide")
st.html(f"<style>{look()}</style>")
if launched().sign_in and not st.user.is_logged_in:
    st.title("ilk")
    st.button("Sign in", on_click=st.login, type="primary", icon=":material/login:")
    st.stop()

session.resume()
is_open = show.place() is not None
every = {page[0]: _page(*page) for page in ABOUT_ALL}
one = {page[0]: _page(*page, listed=is_open) for page in ABOUT_ONE_STUDY}
door = st.Page(_first, title="ilk", default=True, visibility="hidden")
chosen = st.navigation([door, *one.values(), *every.values()])
wanted = st.session_state.pop(session.GO, None)
if wanted is not None:
    st.switch_page((one | every)[wanted])
session.remember()
if is_open:
    st.sidebar.caption(f"Open: {show.here().title}")
job = session.running()
if job is not None and chosen.url_path != "new":
    label = "A study is running" if job.ended[0] == "running" else "The study has ended"
    st.sidebar.page_link(every["new"], label=label, icon=":material/hourglass_empty:")
if launched().sign_in:
    st.sidebar.button("Sign out", on_click=st.logout, icon=":material/logout:")
if chosen is not door and (asked := st.session_state.pop(NOWHERE, "")):  # told once
    st.info(f"There is no page {plain(asked[:LONGEST])} here, so this is {chosen.title}. The menu lists every page.")
chosen.run()
