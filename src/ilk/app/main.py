"""The script Streamlit runs on every interaction: what pages there are, and what is open."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ilk.app import show
from ilk.app.launch import launched

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


def _page(name: str, title: str, icon: str, about: str, *, first: str) -> st.Page:
    path, icon = PAGES / f"{name}.py", f":material/{icon}:"
    return st.Page(path, title=title, icon=icon, url_path=name, default=name == first, help=about)


st.set_page_config(page_title="ilk", page_icon=str(PAGES.with_name("icon.svg")), layout="wide")
if launched().sign_in and not st.user.is_logged_in:
    st.title("ilk")
    st.button("Sign in", on_click=st.login, type="primary", icon=":material/login:")
    st.stop()

is_open = show.place() is not None
first = "segments" if is_open else "start"
every = [_page(*page, first=first) for page in ABOUT_ALL]
one = [_page(*page, first=first) for page in ABOUT_ONE_STUDY] if is_open else []
chosen = st.navigation({"This study": one, "Studies": every} if one else every)
if is_open:
    st.sidebar.caption(f"Open: {show.here().title}")
chosen.run()
