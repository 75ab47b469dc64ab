"""What every page shows the same way: what is open, drawings in the theme's colours, files to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from ilk.app.drawn import drawn
from ilk.app.flags import in_drawing
from ilk.app.launch import launched
from ilk.app.opened import Opened, opened
from ilk.app.trouble import said
from ilk.errors import IlkError
from ilk.outputs.charts.figure import Figure
from ilk.outputs.templating import fragment

PLACE = "place"
"""Session state: the path of what is open."""

LOST = "lost"
"""Session state: the address named something that is not here any more."""


def place() -> Path | None:
    """Where what this session has open lies."""
    found = st.session_state.get(PLACE, launched().opened)
    return Path(found) if found else None


def open_place(path: Path) -> None:
    """Open a model or study in this session; refuse one that cannot be read."""
    opened(path)
    st.session_state[PLACE] = str(path)


def here() -> Opened:
    """What is open; a page that needs it stops with a sentence where nothing is."""
    at = place()
    if at is None:
        lost = "What this address names is not here any more; open it again on the start page."
        nothing = "Nothing is open yet. Open a model or a study on the start page."
        st.info(lost if st.session_state.get(LOST) else nothing, icon=":material/folder_open:")
        st.stop()
    try:
        return opened(at)
    except IlkError as error:
        st.error(said(str(error)), icon=":material/error:")
        st.stop()


def with_folder() -> Opened:
    """What is open, if it is a study with its customers; else the page says that it needs them, and stops."""
    study = here()
    if not study.has_customers:
        st.info(
            "Only the model is open, which holds no customer. This page needs the study's private folder: open the "
            "folder of the study.",
            icon=":material/lock:",
        )
        st.stop()
    return study


def part(name: str, /, **context: Any) -> None:
    """One part of the report, see `ilk.outputs.templating.fragment`."""
    drawn(in_drawing(fragment(name, **context)))


def figure(chart: Figure | None) -> None:
    """A chart with its title, subtitle and alt text; nothing for None."""
    if chart is not None:
        drawn(fragment("figure", chart=chart))
