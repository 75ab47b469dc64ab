"""What one person has open and running, named in the page's address so that a reload finds it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ilk.app import jobs, shelf, show
from ilk.app.launch import launched
from ilk.app.uploads import own_folder, sweep
from ilk.errors import IlkError

JOB, BROUGHT, MINE, GO = "job", "brought", "mine", "go"
AT = "at"
"""In the address: what is open."""


def resume() -> None:
    """After a reload, take up what the address names."""
    asked = st.query_params
    if AT in asked and show.PLACE not in st.session_state:
        found = shelf.place_of(asked[AT], launched())
        try:
            if found is not None:
                show.open_place(found)
        except IlkError:
            found = None
        if found is None:
            st.session_state[show.LOST] = True
            del asked[AT]
    if JOB in asked and JOB not in st.session_state and jobs.find(jobs_folder(), asked[JOB]):
        st.session_state[JOB] = asked[JOB]


def remember() -> None:
    """Keep the address true to the session."""
    place = show.place()
    at = shelf.name_of(place, launched()) if place is not None and place != launched().opened else None
    for name, value in ((AT, at), (JOB, st.session_state.get(JOB))):
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]


def open_and_go(place: Path) -> None:
    """Open a model or a study and show its segments.

    Raises:
        IlkError: If it cannot be opened.
    """
    show.open_place(place)
    mine = st.session_state.setdefault(MINE, [])
    if str(place) not in mine:
        mine.append(str(place))
    go("segments")


def go(page: str) -> None:
    """Show another page; the pages there are may just have changed, so the whole app runs again."""
    st.session_state[GO] = page
    st.rerun()


def own_places() -> list[Path]:
    """What this session opened that lies under no root."""
    return [Path(place) for place in st.session_state.get(MINE, [])]


def jobs_folder() -> Path:
    """Where jobs are kept, swept of those nobody has touched for a day."""
    root = own_folder(own_folder(launched().uploads) / "jobs")
    sweep(root)
    return root


def running() -> jobs.Job | None:
    """The study this session runs or has just run."""
    name = st.session_state.get(JOB)
    return jobs.find(launched().uploads / "jobs", name) if name else None


def run(order: jobs.Order, *, bring: tuple[Path, ...] = ()) -> None:
    """Run a study and watch it.

    Raises:
        IlkError: If it cannot be started.
    """
    st.session_state[JOB] = jobs.start(jobs_folder(), order, bring=bring).name
    go("new")


def forget_job() -> None:
    """Watch no study any more; it is not stopped."""
    st.session_state.pop(JOB, None)
    if JOB in st.query_params:
        del st.query_params[JOB]
