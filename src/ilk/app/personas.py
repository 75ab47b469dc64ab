"""Segments as pages show them: cards in a grid, the table of columns, the map, links to one segment."""

from __future__ import annotations

import streamlit as st

from ilk.app import changing
from ilk.app.drawn import drawn
from ilk.app.opened import Opened
from ilk.app.trouble import plain
from ilk.model.parts import Segment
from ilk.outputs.charts.distribution import distribution
from ilk.outputs.reading import Reading
from ilk.outputs.sections.cards import cards
from ilk.outputs.sections.heat import heat
from ilk.outputs.sections.personas import chapters
from ilk.outputs.sections.places import flattering_map_of, map_of
from ilk.outputs.templating import fragment
from ilk.outputs.wording import listed

CELL = "cell"
"""Session state: the cell of the table of columns that is open."""

NARROWEST, KEPT = 296, 64
"""Pixels a card needs; drawings that stay drawn."""

FLATTERING = "The view that separates best"


def card_grid(study: Opened) -> None:
    """A card a segment, all of one height, each with what can be changed about it."""
    every = cards(study.reading)
    grid = st.grid(2 if len(every) in {2, 4} else 3, min_column_width=NARROWEST, gap="medium")
    for segment, card in zip(study.model.segments, every, strict=True):
        with grid.container(height="stretch", gap="xsmall"):
            drawn(fragment("card", card=card), key=f"card-{segment.uid}", tall=True)
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                link(study.reading, segment.number, label="Look closer")
                changing.change(study, segment)


def for_the_board(study: Opened) -> None:
    """Of two levels the few for the board, and which of those shown each holds."""
    if (board := study.model.board) is None:
        return
    reading = Reading(board.model)
    held = {s.number: listed([str(number) for number in board.held_by(s.number)]) for s in reading.segments}
    said = [
        f"{reading.called(s.number)}, {reading.share(s)} {reading.of_whom} (holds {held[s.number]})"
        for s in reading.segments
    ]
    st.markdown(f"**For the board:** {plain('; '.join(said))}.")


def link(reading: Reading, number: int, *, label: str = "") -> None:
    """A link to a segment's own page."""
    words = label or plain(reading.called(number))
    said = f"All about {plain(reading.called(number))}"
    st.page_link(
        "pages/segment.py",
        label=words,
        icon=":material/arrow_forward:",
        help=said,
        query_params={"segment": str(number)},
    )


@st.fragment
def every_column(study: Opened) -> None:
    """Every column by theme, every segment; a chosen cell opens below its row how the column is spread there."""
    reading, chosen = study.reading, st.session_state.get(CELL, "")
    st.caption("Choose a figure to see how its column is spread in that segment, against everyone.")
    html = fragment("heat", heat=heat(reading, opened=chosen), chapters=chapters(reading))
    picked = drawn(html, key="heat")
    if picked is not None:
        st.session_state[CELL] = "" if picked == chosen else picked
        st.rerun(scope="fragment")


@st.fragment
def on_the_map(study: Opened) -> None:
    """Where the segments lie, in the directions in which customers differ most, or in those that part the segments."""
    if _map(study.version, study.reading, flattering=False) is None:
        st.caption("There is no map: there were too few customers to show any without telling of single ones.")
        return
    flattering = len(study.model.segments) > 1 and st.toggle(
        FLATTERING,
        key="flattering",
        help="Of all views this one parts the segments most. It flatters: it makes them look further apart than they "
        "are with all columns together.",
    )
    drawn(_map(study.version, study.reading, flattering=flattering) or "", key="map")


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _map(version: str, _reading: Reading, *, flattering: bool) -> str | None:  # noqa: ARG001 - what it is kept by
    chart = flattering_map_of(_reading) if flattering else map_of(_reading)
    return fragment("figure", chart=chart) if chart is not None else None


def spreads(study: Opened, segment: Segment, names: tuple[str, ...]) -> None:
    """How each of these columns is spread in a segment, against everyone."""
    drawn(_spreads(study.version, segment.number, names, study.reading), key="spreads")


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _spreads(version: str, number: int, names: tuple[str, ...], _reading: Reading) -> str:  # noqa: ARG001
    segment = _reading.model.segment(number)
    found = (distribution(segment, _reading.column(name)) for name in names)
    return fragment("figures", figures=[chart for chart in found if chart is not None])
