"""One segment's page: which one, its columns, rules, neighbours, and its list of customers."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import streamlit as st

from ilk.app import personas
from ilk.app.drawn import drawn
from ilk.app.opened import Opened
from ilk.app.trouble import plain, told
from ilk.model.parts import Segment
from ilk.outputs.lists import list_name, outdated, write_list
from ilk.outputs.reading import Reading
from ilk.outputs.sections.personas import Chapter, chapters
from ilk.outputs.sections.rules import rule_table
from ilk.outputs.templating import fragment
from ilk.outputs.wording import whole

ASKED, CHOSEN = "segment", "segment-chosen"
"""In the address, and the widget's key."""

FIRST = 12
"""Columns drawn at first, those that set the segment apart most; more take a while with hundreds."""

HANDED = 500_000
"""Customers up to which a list goes through the browser; longer ones are written into the study's folder."""


def chosen(study: Opened) -> Segment:
    """The segment the address names, or the first; choosing another changes the address, so that links work."""
    numbers = [segment.number for segment in study.model.segments]
    asked = st.query_params.get(ASKED, "")
    known = {str(number): number for number in numbers}
    if asked and asked not in known:
        st.info(f"There is no segment {plain(asked[:20])} here, so this is segment {numbers[0]}.")
    st.session_state[CHOSEN] = known.get(asked, numbers[0])
    st.query_params[ASKED] = str(st.session_state[CHOSEN])  # a link from this page to itself leaves the old one there
    number = st.selectbox(
        "Which one", numbers, format_func=study.reading.called, key=CHOSEN, on_change=_into_the_address
    )
    return study.model.segment(number)


def _into_the_address() -> None:
    st.query_params[ASKED] = str(st.session_state[CHOSEN])


def chapter_of(study: Opened, segment: Segment) -> Chapter:
    """What the report says of it; its columns are all shown below."""
    chapter = next(chapter for chapter in chapters(study.reading) if chapter.number == segment.number)
    return replace(chapter, distributions=())


def every_column(study: Opened, segment: Segment) -> None:
    """Every column in this segment against everyone, those that differ most first."""
    names = by_difference(segment, study.reading)
    everything = len(names) <= FIRST or st.toggle(
        f"All {whole(len(names))} columns", key=f"all-{segment.uid}", help="Those in which it differs most come first"
    )
    personas.spreads(study, segment, names if everything else names[:FIRST])


def by_difference(segment: Segment, reading: Reading) -> tuple[str, ...]:
    """The columns with figures, those in which the segment differs most first, describing ones last."""
    builds = {c.plan.column: c.plan.use == "builds" for c in reading.content.columns}
    there = [p for p in segment.profiles if p.column in builds]
    return tuple(p.column for p in sorted(there, key=lambda p: (not builds[p.column], -abs(p.d or 0.0))))


def rules(study: Opened, segment: Segment) -> None:
    """Every rule that tells it, folded."""
    if not segment.persona.rules:
        return
    with st.expander("Rules that tell these customers", icon=":material/rule:", key="fold-rules"):
        st.caption(
            "Right: of the customers a rule names, how many are in the segment. Finds: how much of it the rule names."
        )
        drawn(fragment("grid", table=rule_table(segment, study.reading)), key="rules")


def neighbours(study: Opened, segment: Segment) -> None:
    """The segments most and least like it, as links."""
    reading = study.reading
    farthest = segment.farthest if reading.unlike_of(segment) else None
    for word, number in (("Most like it", segment.nearest), ("Least like it", farthest)):
        if reading.called(number) and number is not None:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{word}:", width="content")
                personas.link(reading, number)


def its_list(study: Opened, segment: Segment) -> None:
    """Who is in it, to take away; only where the study's folder is open."""
    if study.folder is None or not study.has_customers:
        st.caption(
            "Only the model is open, which holds no customer. Open the study's private folder, and this segment's list "
            "can be taken away here."
        )
        return
    if old := outdated(study.model, study.folder):
        before, _, command = old.partition("; ")
        st.caption(f"{plain(before)}. To get the lists as they are now, run this where the customers' file is:")
        st.code(command.partition(" says who")[0], language="bash", wrap_lines=True)
        return
    name, folder = list_name(segment.number, segment.persona.name), study.folder
    st.caption(
        f"A CSV that opens in a spreadsheet: each customer's id, how sure the assignment is, and whether the customer "
        f"is unlike anyone. {study.reading.size(segment)}. Keep it as private as the customer file."
    )
    if segment.size <= HANDED:
        st.download_button(
            "Download the list",
            lambda: _made(study, folder, segment),
            name,
            "text/csv",
            key=f"list-{segment.uid}",
            on_click="ignore",
            icon=":material/download:",
        )
    elif st.button("Write the list into the study's folder", icon=":material/save:", key=f"list-{segment.uid}"):
        with told(), st.spinner("Writing the list"):
            n = write_list(folder, study.model, segment.number, folder / name)
            st.success(f"{whole(n)} customers are in {plain(str(folder / name))}.", icon=":material/check:")


def _made(study: Opened, folder: Path, segment: Segment) -> bytes:
    """The list as a browser takes it; written when it is asked for, and nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="ilk-list-") as private:
        path = Path(private) / "list.csv"
        write_list(folder, study.model, segment.number, path)
        return path.read_bytes()
