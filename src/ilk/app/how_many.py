"""How many segments: what each number would be like, looked at before it is adopted, and two levels at once."""

from __future__ import annotations

import streamlit as st

from ilk.app import changing
from ilk.app.drawn import drawn
from ilk.app.opened import Opened, draw_ahead
from ilk.app.trouble import plain
from ilk.model.levels import asked_levels
from ilk.outputs.changes import adopting
from ilk.outputs.charts.flow import gain
from ilk.outputs.reading import Reading
from ilk.outputs.sections.cards import cards
from ilk.outputs.sections.levels import two_levels
from ilk.outputs.sections.number import how_many, names_by_k
from ilk.outputs.templating import fragment
from ilk.outputs.wording import counted, whole

LOOKED, PICKED, HEARD = "looked-at", "picked-k", "heard-k"
"""Session state: the number looked at, the one just chosen in the table of names, and what the address asked last."""

ASKED = "k"
"""In the address: the number looked at, so that a link shows it."""

KEPT = 64
"""Pieces that stay drawn."""

BOARD, CAMPAIGN = 3, 8
"""Numbers of segments the two levels begin with where the study was asked for none (rule of thumb)."""


def evidence(study: Opened) -> None:
    """The one chart: how often the segments are found again, against data without groups."""
    html = _piece(study.version, "stability", study.reading)
    if html:
        drawn(html, key="stability")
    else:
        st.caption("How often the segments are found again was not measured in this study.")


def names(study: Opened) -> None:
    """The personas of every number; choosing a number shows its cards below."""
    looked = st.session_state.get(LOOKED, study.model.k)
    picked = drawn(fragment("ks", rows=names_by_k(study.reading), looked=looked), key="names")
    if picked is not None and int(picked) in study.model.tried:
        st.session_state[PICKED] = int(picked)
        st.rerun()


def heard(study: Opened) -> None:
    """Look at the number the address asks for, or say that there is none."""
    asked, tried = st.query_params.get(ASKED, ""), study.model.tried
    known = {str(k): k for k in tried}
    if asked and asked not in known:
        st.info(
            f"The address asks for {plain(asked[:20])} segments; this study tried {whole(tried[0])} to "
            f"{whole(tried[-1])}. What is shown is {counted(study.model.k, 'segment')}, the number in use."
        )
    elif asked and asked != st.session_state.get(HEARD):
        st.session_state[LOOKED] = known[asked]
    st.session_state[HEARD] = asked


def _into_the_address() -> None:
    st.query_params[ASKED] = st.session_state[HEARD] = str(st.session_state[LOOKED])


def looked_at(study: Opened) -> None:
    """A number of segments, its personas at once, and adopting it."""
    tried = list(study.model.tried)
    if (picked := st.session_state.pop(PICKED, None)) is not None:
        st.session_state[LOOKED] = picked
        _into_the_address()
    if st.session_state.get(LOOKED) not in tried:
        st.session_state[LOOKED] = study.model.k
    k = st.segmented_control(
        "Number of segments",
        tried,
        key=LOOKED,
        required=True,
        help="All of these were worked out in the study",
        on_change=_into_the_address,
    )
    _described(study, k or study.model.k)


def _described(study: Opened, k: int) -> None:
    reading = Reading(study.model.at(k))
    verdict, said = reading.verdict
    st.subheader(f"{counted(k, 'segment')}: {verdict}", anchor=False)
    st.markdown(plain(said))
    if reading.about_trust:
        st.markdown(plain(reading.about_trust))
    if told := _gained(study, k):
        st.markdown(f"With one segment more: {plain(told)}")
    drawn(fragment("cards", cards=cards(reading)), key="cards")
    if k == study.model.k:
        st.caption("This is the number shown on every page.")
        return
    draw_ahead(study.version, k)
    st.markdown(plain(adopting(study.model, k)))
    changing.adopt(study, k)


def _gained(study: Opened, k: int) -> str:
    """What the next number would bring."""
    flows = {flow.k: flow for flow in study.model.evidence.flows}
    return gain(flows[k + 1], study.reading.names) if k >= 2 and k + 1 in flows else ""


def flow(study: Opened) -> None:
    """Which segments part into what, from each number to the next."""
    html = _piece(study.version, "flow", study.reading)
    if html:
        drawn(html, key="flow")


def every_index(study: Opened) -> None:
    """Everything that was measured, folded."""
    with st.expander("Every index, for every number of segments", icon=":material/table_chart:", key="fold-indices"):
        drawn(_piece(study.version, "number", study.reading), key="indices")


def levels(study: Opened) -> None:
    """Few segments for the board, more for campaigns, and which of these lies in which of those."""
    tried = [k for k in study.model.tried if k >= 2]
    if len(tried) < 2:
        st.caption("The study tried only one number of segments, so there is nothing to set beside each other.")
        return
    few_place, many_place = st.columns(2)
    small, large = tried[:-1], tried[1:]
    board, campaign = asked_levels(study.model.content) or (BOARD, CAMPAIGN)
    few = few_place.selectbox("For the board", small, _near(small, board), key="board")
    larger = [k for k in large if k > few]
    many = many_place.selectbox("For campaigns", larger, _near(larger, campaign), key=f"campaign-{few}")
    html = _levels(study.version, few, many, study.reading)
    if html is None:
        st.caption("The study was too small to keep groups of ten customers, so this cannot be told without them.")
        return
    drawn(html, key="levels")


def _near(numbers: list[int], wanted: int) -> int:
    return min(range(len(numbers)), key=lambda i: abs(numbers[i] - wanted))


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _levels(version: str, few: int, many: int, _reading: Reading) -> str | None:  # noqa: ARG001 - what it is kept by
    found = two_levels(_reading, few, many)
    return fragment("levels", levels=found) if found is not None else None


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _piece(version: str, what: str, _reading: Reading) -> str:  # noqa: ARG001 - what it is kept by
    chapter = how_many(_reading)
    if what == "number":
        return fragment("indices", number=chapter)
    chart = chapter.stability if what == "stability" else chapter.flow
    gains = chapter.gains if what == "flow" else ()
    return fragment("told", chart=chart, said=gains) if chart is not None else ""
