"""Studies: all of them, what differs between two, which is approved, and what they use today."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ilk.app import between, session, shelf, show
from ilk.app.launch import launched
from ilk.app.opened import opened
from ilk.app.trouble import plain, told
from ilk.outputs.reading import VERDICTS
from ilk.outputs.sections.today import beside_today
from ilk.outputs.wording import clean, counted


def every_study() -> list[shelf.Shelved]:
    """Those under the roots, this session's own, and what is open."""
    found = shelf.studies_under(launched().roots)
    known = {study.folder.resolve() for study in found}
    others = dict.fromkeys([*session.own_places(), *([show.place()] if show.place() else [])])
    own = [study for place in others if place and place.resolve() not in known and (study := shelf.shelved_at(place))]
    return [*own, *found]


def about(study: shelf.Shelved, called: str) -> None:
    """A study in a card: what it is and is called, and what can be done with it."""
    approval = shelf.approval_of(study.folder)
    with st.container(border=True):
        text, button = st.columns([5, 1], vertical_alignment="center")
        mark = " :material/verified: approved" if approval else ""
        text.markdown(f"**{plain(clean(called))}**{mark}")
        verdict = VERDICTS.get(study.verdict, study.verdict)  # type: ignore[call-overload]
        text.caption(
            f"{counted(study.customers, 'customer')} of {plain(clean(study.source))}, "
            f"{counted(study.k, 'segment')}, {plain(str(verdict).lower())}, {study.written:%d %B %Y}: "
            f"{plain(clean(study.personas))}"
        )
        if approval:
            since = " The study was changed since." if shelf.changed_since(approval, study.folder) else ""
            text.caption(plain(f"Approved by {approval.who} on {approval.when[:10]}: {approval.why}{since}"))
        key = str(study.folder)
        if button.button("Open", key=f"open-{key}", width="stretch", help=f"Open {called}"):
            with told():
                session.open_and_go(study.folder)
        with button.popover("More", width="stretch"), told():
            actions(study, approved=approval is not None)


def actions(study: shelf.Shelved, *, approved: bool) -> None:
    """Duplicate, approve, withdraw."""
    key = str(study.folder)
    if st.button("Duplicate", key=f"copy-{key}", help="A copy beside it, to change by hand", width="stretch"):
        copy = shelf.duplicate(study.folder)
        st.session_state.setdefault(session.MINE, []).append(str(copy))
        st.rerun()
    if approved:
        if st.button("Withdraw the approval", key=f"withdraw-{key}", width="stretch"):
            shelf.withdraw(study.folder)
            st.rerun()
        return
    with st.form(f"approve-{key}", border=False):
        known = signed_in()
        who = known or st.text_input("Your name")
        if known:
            st.text_input("Your name", known, disabled=True, help="You are signed in, so it is this one")
        why = st.text_input("Why this one")
        if st.form_submit_button("Approve", help="One study of a folder is the one to use", width="stretch"):
            shelf.approve(study.folder, who=who, why=why)
            st.rerun()


def signed_in() -> str:
    """The name somebody signed in with."""
    return str(st.user.get("name") or st.user.get("email") or "") if launched().sign_in else ""


def side_by_side(studies: list[shelf.Shelved]) -> None:
    """What differs between two."""
    names = {str(folder): called for folder, called in shelf.told_apart(study.folder for study in studies).items()}
    left, right = st.columns(2)
    places = list(names)
    now = str(show.place()) if str(show.place()) in names else places[0]
    first = left.selectbox("A study", places, index=places.index(now), format_func=names.__getitem__)
    rest = [place for place in places if place != first]
    second = right.selectbox("Another", rest, index=None, format_func=names.__getitem__, placeholder="Choose one")
    if second is None:
        return
    with told():
        one, other = opened(Path(first)), opened(Path(second))
        show.part("table", table=between.facts(one, other))
        moved = between.who_moved(one, other)
        st.write(plain(moved.summary))
        show.part("table", table=moved.table)


def today() -> None:
    """The open study beside a column they use today."""
    study = show.here()
    made = beside_today(study.reading)
    if made is not None:
        st.write(plain(made.summary))
        show.part("table", table=made.crossed)
        if made.explained is not None:
            show.part("table", table=made.explained)
    if not study.has_customers:
        st.info(
            "To compare with another column, open the study's private folder: a model holds no customer.",
            icon=":material/lock:",
        )
        return
    with told():
        columns = between.columns_of(study)
        column = st.selectbox("The column you use today", columns, index=None, placeholder="Choose a column")
        if column is not None:
            found = between.beside_column(study, column)
            st.write(plain(found.summary))
            show.part("table", table=found.table)


st.title("Studies")
studies = every_study()
if not studies:
    st.info("There is no study yet. Make one with New study, or try the made-up world.", icon=":material/folder_open:")
apart = shelf.told_apart(study.folder for study in studies)
for study in studies:
    about(study, apart[study.folder])
if len(studies) > 1:
    st.header("What changed from one to another")
    side_by_side(studies)
if show.place() is not None:
    st.header("Beside what you use today")
    today()
