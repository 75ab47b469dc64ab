"""Changes by hand, anywhere a segment is shown: each with its reason, told before it is made, and undone again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from ilk.app import opened, trouble
from ilk.app.opened import Action, Opened
from ilk.app.trouble import plain
from ilk.errors import IlkError
from ilk.model.edits import ASKS_WHY, Aside, ask_why, standing
from ilk.model.model import Model
from ilk.model.parts import ColumnSummary, Segment
from ilk.outputs.changes import changes_of, made_text, merging, rule_of, setting_aside
from ilk.outputs.renewed import still_old
from ilk.outputs.wording import clean, counted, listed, words_of

Shown = TypeVar("Shown")

DONE = "changed"
"""Session state: what was done just now, told once."""

TURN = "changes-made"
"""Session state: how many changes this session made; fields are emptied after each, not by what others do."""

SAVED = "change-saved"
"""Session state: the segment whose form was just sent, as it was shown; it may be gone by now."""

UNDOING, MERGING, ADOPTING, SETTING = "undo-shown", "merge-shown", "adopt-shown", "aside-shown"
"""Session state: what the buttons on the page tell of (the changes, the two segments, the number of segments, the rules
by which customers are set aside); others may change it."""

REASON = "Why (kept for those who come after you)"
WHY_UNDONE = "Why the last change is undone (kept for those who come after you)"
FOR_A_NAME = "Why (kept for those who come after you; a new name needs it)"
SIGNS = {"=": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"}


def just_changed(study: Opened) -> None:
    """Say once what was changed, and what still tells of the segments before."""
    place = st.container()  # there also when it is empty, or what follows would move up and fold itself
    done, saved = st.session_state.pop(DONE, None), st.session_state.pop(SAVED, None)
    if saved is not None and saved.uid not in {segment.uid for segment in study.model.segments}:
        with trouble.told():
            opened.edit_texts(study.place, saved, {})  # says that it is gone
    if done is None:
        return
    st.toast(plain(done), icon=":material/check:")
    place.success(plain(done), icon=":material/check:")
    if study.model.edits and still_old(study.model, study.place):
        place.caption(
            "The report and the workbook are renewed; the tables of customers are not, see the changes below."
        )


def change(study: Opened, segment: Segment, *, where: str = "", label: str = "Change") -> None:
    """A small button that opens name, note and use of a segment."""
    name = study.reading.called(segment.number)
    key = f"change-{where}{segment.uid}-{_turn()}"
    texts = opened.texts_of(segment)
    if f"{key}-rename" not in st.session_state:  # fields keep what they showed first, also when others change it
        st.session_state[f"{key}-shown"] = texts
    about = f"Rename {plain(name)}, or keep a note with it"
    opens = st.popover(label, icon=":material/edit:", help=about, type="tertiary", key=f"{key}-opens")
    with opens, st.form(key, border=False):
        # How long they may be is checked when they are kept: a field with a limit drops a longer text unsaid.
        st.text_input("Name", texts["rename"], key=f"{key}-rename")
        st.text_area("What we do with them", texts["use"], height=80, key=f"{key}-use")
        st.text_area("Note", texts["note"], height=80, key=f"{key}-note")
        st.text_input(FOR_A_NAME, key=f"{key}-reason")
        trouble_place = st.container()  # in sight of who sees the button; below it the end of the popover would hide it
        if st.form_submit_button("Save", type="primary", on_click=_saved, args=(segment,)):
            with trouble_place:
                _save(study, segment, key)


def _saved(segment: Segment) -> None:
    st.session_state[SAVED] = segment


def _save(study: Opened, segment: Segment, key: str) -> None:
    """Keep what differs from what was shown, unless somebody else changed the same meanwhile."""
    before: dict[Action, str] = st.session_state[f"{key}-shown"]
    now = {what: st.session_state[f"{key}-{what}"].strip() for what in before}
    texts = {what: now[what] for what in before if now[what] != before[what]}
    if not texts:
        st.info("Nothing was changed.")
        return
    reason, there = st.session_state[f"{key}-reason"], opened.texts_of(segment)

    def keep() -> str:
        for what in texts:
            ask_why(what, reason)
        # Told once that it is another by now, whoever saves again means it.
        st.session_state[f"{key}-shown"] = {what: there[what] if what in texts else before[what] for what in before}
        return _last(opened.edit_texts(study.place, segment, texts, reason, seen=before), len(texts))

    _do(keep)


def by_hand(study: Opened, segment: Segment | None = None) -> None:
    """What was changed so far, undo, merge, and set aside; on a segment's own page it is merged with another."""
    so_far(study)
    if len(study.model.segments) > 2:
        called = "Merge it with another" if segment else "Merge two segments"
        with st.expander(called, icon=":material/merge:", key="fold-merge"):
            merge(study, segment.number if segment else None)
    elif st.session_state.get("merge"):
        st.error("This was changed elsewhere meanwhile: only two segments are left, which cannot be merged.")
    with st.expander("Set customers aside by a rule", icon=":material/person_off:", key="fold-aside"):
        aside(study)


def so_far(study: Opened) -> None:
    """Every change so far, and the last one taken back."""
    st.header("Changes by hand", anchor=False)
    shown = _shown(UNDOING, study.model.edits)
    if st.session_state.get("undo") and standing(shown):  # what its button named is undone, or nothing
        last = made_text(standing(shown)[-1], study.model.content)
        reason = st.session_state.get(f"undo-reason-{_turn()}", "")
        _do(lambda: opened.undo(study.place, reason, shown), f"Undone: {last}.")
    told = changes_of(study.model)
    if not told:
        st.caption("Nothing was changed by hand. Every change keeps its reason and can be undone.")
        return
    st.markdown("\n".join(f"- {plain(one)}" for one in told))
    if old := still_old(study.model, study.place):
        before, _, command = old.partition(": ilk assign")
        st.caption(f"{plain(before)}. To assign the customers anew, run this where their file is:")
        st.code(f"ilk assign{command.removesuffix(' says the new ones.')}", language="bash", wrap_lines=True)
    if stand := standing(study.model.edits):
        if stand[-1].action in ASKS_WHY:
            reason_field("undo", WHY_UNDONE)
        st.button(f"Undo: {plain(made_text(stand[-1], study.model.content))}", icon=":material/undo:", key="undo")


def merge(study: Opened, first: int | None = None) -> None:
    """Two segments become one; says before what that will be like."""
    numbers = [segment.number for segment in study.model.segments]
    one_place, other_place = st.columns(2)
    one = first
    if one is None:
        one = one_place.selectbox("Segment", numbers, format_func=study.reading.called, key="merge-one")
    others = [number for number in numbers if number != one]
    nearest = study.model.segment(one).nearest
    start = others.index(nearest) if nearest in others else 0
    place = other_place if first is None else one_place
    other = place.selectbox("Merged with", others, start, format_func=study.reading.called, key=f"merge-with-{one}")
    with trouble.told():
        st.write(plain(merging(study.model, one, other)))
        reason = reason_field("merge")
        pair = study.model.segment(one), study.model.segment(other)
        shown = _shown(MERGING, pair)
        if st.button(f"Merge {one} and {other}", icon=":material/merge:", key="merge"):
            one, other = (segment.number for segment in shown)
            _do(lambda: _edit(study, "merge", reason, segment=one, other=other, seen=shown))


def aside(study: Opened) -> None:
    """Customers who meet a rule become segment 0; says before how many those were."""
    provenance = study.model.content.provenance
    columns = {
        c.plan.column: c
        for c in study.model.content.columns
        if c.plan.role not in {"id", "contact"} and c.plan.column != provenance.id_column
    }
    where, how, what = st.columns(3)
    name = where.selectbox("Customers whose", columns, format_func=lambda c: _called(columns[c]), key="aside-column")
    signs = [s for s in SIGNS if s in {"=", "!="} or columns[name].facts.kind in {"number", "date"}]
    sign = how.selectbox("compared", signs, format_func=SIGNS.__getitem__, key="aside-sign")
    value = _value(what, columns[name])
    called = st.text_input("What they are called", "Set aside", key="aside-name")
    if not value:
        st.caption("Staff, tests and the like: they are left out of every segment when customers are assigned.")
        return
    rule = rule_of(name, sign, value)
    with trouble.told():
        st.write(plain(setting_aside(study.model, rule)))
        reason = reason_field("aside")
        shown = _shown(SETTING, study.model.view.asides)
        if st.button("Set them aside", icon=":material/person_off:", key="aside"):
            _do(lambda: _edit(study, "aside", reason, text=rule, name=called, meanwhile=lambda now: _rules(now, shown)))


def _called(column: ColumnSummary) -> str:
    words = words_of(column.plan)
    return words if words == column.plan.column else f"{words} ({column.plan.column})"


def _value(place: Any, column: ColumnSummary) -> str:
    key = f"aside-value-{column.plan.column}"
    if column.facts.kind == "flag":
        return str(place.selectbox("to", ["yes", "no"], index=None, key=key, placeholder="yes or no") or "")
    if column.levels and column.facts.kind == "text":
        levels = list(column.levels)
        found = place.selectbox("to", levels, index=None, key=key, accept_new_options=True, placeholder="a value")
        return str(found or "")
    example = "2026-01-31" if column.facts.kind == "date" else "a value"
    return str(place.text_input("to", key=key, placeholder=example)).strip()


def _rules(now: Model, shown: tuple[Aside, ...]) -> str:
    """Who is set aside by now, where that was not shown."""
    if now.view.asides == shown:
        return ""
    names = listed([f"“{clean(one.name)}”" for one in now.view.asides])
    return f"set aside are now {names}" if names else "nobody is set aside any more"


def adopt(study: Opened, k: int) -> None:
    """A form to adopt another number of segments; nothing is adopted in the place of a number that was not shown."""
    shown = _shown(ADOPTING, study.model)

    def meanwhile(now: Model) -> str:
        same = (now.k, len(now.segments)) == (shown.k, len(shown.segments))
        return "" if same else f"it is {counted(len(now.segments), 'segment')} now, not {len(shown.segments)}"

    with st.form("adopt", border=False):
        reason = reason_field("adopt")
        if st.form_submit_button(f"Adopt {counted(k, 'segment')}", type="primary"):
            _do(lambda: _edit(study, "k", reason, number=k, meanwhile=meanwhile), f"{counted(k, 'segment')} adopted.")


def _shown(what: str, now: Shown) -> Shown:
    """What the page told of when it was drawn last, which is when its button was seen; from here on it is what is."""
    shown: Shown = st.session_state.get(what, now)
    st.session_state[what] = now
    return shown


def reason_field(what: str, label: str = REASON) -> str:
    """Why a change is made, to be typed."""
    return st.text_input(label, key=f"{what}-reason-{_turn()}")


def _turn() -> int:
    return int(st.session_state.get(TURN, 0))


def _edit(study: Opened, action: Action, reason: str, **what: Any) -> str:
    return _last(opened.edit(study.place, action, reason, **what))


def _last(changed: Model, n: int = 1) -> str:
    return "; ".join(made_text(edit, changed.content) for edit in changed.edits[-n:])


def _do(make: Callable[[], Any], said: str = "") -> None:
    """Make a change and show the page anew, or say why it cannot be made."""
    try:
        made = make()
    except IlkError as error:
        st.error(trouble.said(str(error)), icon=":material/error:")
        return
    st.session_state[DONE] = said or f"Done: {made}."
    st.session_state[TURN] = _turn() + 1
    st.rerun()
