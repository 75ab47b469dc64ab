"""Which segment? One customer typed in, and at once the segment, how sure, where on the map, and why."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ilk.app import shared, show
from ilk.app.answer import Answer, answer, narrow
from ilk.app.changing import change
from ilk.app.drawn import drawn
from ilk.app.form import Filled, Form, fill, form_of, held, placed_by_first, typical_of
from ilk.app.inputs import ask_for, put, slot, standing, unchanged
from ilk.app.of_file import customer_of_file, ids_in_other_case, meant, nobody
from ilk.app.opened import Opened
from ilk.app.personas import link
from ilk.app.trouble import as_label, plain, told
from ilk.errors import IlkError
from ilk.model.how_far import able_to_change
from ilk.outputs.charts.figure import figures_in
from ilk.outputs.charts.painter import draw_ahead
from ilk.outputs.sections.places import map_of
from ilk.outputs.templating import fragment
from ilk.outputs.wording import words_of

FROM, ID, WHO, SHARE = "which-from", "which-id", "which-who", "which-share"
MISSED, MEANT = "which-missed", "which-meant"
MAY = "may-change"


@st.cache_data(show_spinner=False, max_entries=16)
def the_form(version: str, _study: Opened) -> Form:  # noqa: ARG001 - the version is the cache's key
    """The form of what is open."""
    return form_of(_study.model)


def who(study: Opened, form: Form) -> str | None:
    """The customer of the file whose values stand in all fields; None once one was changed."""
    return st.session_state.get(WHO) if unchanged(study, form) else None


def start_from(study: Opened, form: Form) -> None:
    """Fill the form with a customer typical of the segment that was chosen, or empty it."""
    number = st.session_state[FROM]
    st.session_state[ID] = st.session_state[MISSED] = st.session_state[MEANT] = ""
    st.session_state.pop(WHO, None)
    put(study, form, held(form, typical_of(study.model, number)) if number else {})


def fetch(study: Opened, form: Form) -> None:
    """Fill the form with a customer of the file; an id nobody has leaves nothing of another customer."""
    wanted = st.session_state[ID].strip()
    st.session_state[MISSED] = st.session_state[MEANT] = ""
    st.session_state.pop(WHO, None)
    if not wanted or study.folder is None:
        return
    st.session_state[FROM] = None
    put(study, form, {})
    id_column = study.model.content.provenance.id_column
    try:
        found = customer_of_file(study.folder, id_column, wanted)
        others = ids_in_other_case(study.folder, id_column, wanted)
        if found is None and len(others) == 1:
            found = customer_of_file(study.folder, id_column, others[0])
    except IlkError as error:
        st.session_state[MISSED] = str(error)
        return
    if found is None:
        st.session_state[MISSED] = nobody(wanted, others)
        return
    if others:
        st.session_state[MEANT] = meant(wanted, found.get(id_column or "", wanted), others)
    st.session_state[ID] = st.session_state[WHO] = found[id_column] if id_column and others else wanted
    put(study, form, held(form, found))


def presets(study: Opened, form: Form) -> None:
    """Start from a typical customer, or from one of the file."""
    names = study.reading.by_number
    st.selectbox(
        "Start from a typical customer of",
        [0, *names],
        index=None,
        format_func=lambda number: f"{number} {names[number]}" if number else "Nobody: empty the form",
        key=FROM,
        placeholder="Choose a segment",
        on_change=start_from,
        args=(study, form),
    )
    if not study.has_customers:
        st.caption("Open the study's private folder to start from a customer of the file.")
        return
    id_column = study.model.content.provenance.id_column
    label = f"Or from a customer of the file, by {as_label(id_column or 'number of the row')}"
    st.text_input(label, key=ID, on_change=fetch, args=(study, form), persist_state="session")
    fetched = st.session_state.get(WHO)
    if fetched and not who(study, form):
        row = "the customer of row" if id_column is None else "customer"
        st.caption(plain(f"Changed since: no longer {row} {fetched}."))
    if st.session_state.get(MISSED):
        st.markdown(f":red[{plain(st.session_state[MISSED])}]")
    if st.session_state.get(MEANT):
        st.caption(plain(st.session_state[MEANT]))


def ask_all(study: Opened, form: Form) -> Filled:
    """Every field, the most telling ones first, the others folded; what cannot be read is said under its field."""
    st.caption(placed_by_first(form) + " Leave empty what you do not know.")
    places: dict[str, Any] = {}
    for ask in form.first:
        ask_for(study, ask)
        places[ask.column] = st.empty()
    n_rest = sum(len(fields) for _, fields in form.groups)
    if n_rest:
        with st.expander(f"All other fields ({n_rest})", key="which-rest"):
            for heading, fields in form.groups:
                st.markdown(f"**{plain(heading)}**")
                for ask in fields:
                    ask_for(study, ask)
                    places[ask.column] = st.empty()
    filled = fill(form, {ask.column: standing(study, ask) for ask in form.fields})
    for column, place in places.items():
        if column in filled.problems:
            place.markdown(f":red[{plain(filled.problems[column])}]")
        elif column in filled.echoes:
            place.caption(plain(filled.echoes[column]))
    return filled


def show_answer(study: Opened, form: Form, filled: Filled, beneath: DeltaGenerator) -> None:
    """The answer to what was filled in, or what to do first.

    Args:
        study: What is open.
        form: Its form.
        filled: What was filled in.
        beneath: Under the form's button, where a phone shows in short what stands a screen further down.
    """
    values = dict(filled.values)
    if not values:
        st.info("Type what you know of a customer. The answer appears here, and gets surer with every field.")
        show.figure(narrow(map_of(study.reading)))
        return
    fetched, id_column = who(study, form), study.model.content.provenance.id_column
    if fetched and id_column:
        values[id_column] = fetched
    with told():
        found = answer(study.model, values, changeable=st.session_state.get(slot(study, MAY)) or None)
        drawn(fragment("answer", answer=found), key="which-answer")
        with beneath:
            drawn(fragment("phone", answer=found), key="which-phone")
        if found.number:
            with st.container(horizontal=True, vertical_alignment="center"):
                link(study.reading, found.number)
                change(study, study.model.segment(found.number), where="which-")
        if filled.problems:
            st.caption("Fields that cannot be read count as not known.")
        draw_ahead(figure.inline for figure in figures_in((found.map, found.graphs)))
        if found.map is not None:
            drawn(fragment("figure", chart=found.map), key="which-map")
        if found.graphs:
            drawn(fragment("graphs", graphs=found.graphs), key="which-graphs")
        folded(study, found)


def folded(study: Opened, found: Answer) -> None:
    """What only some want to know."""
    if found.why is not None:
        with st.expander("Exactly why"):
            drawn(fragment("grid", table=found.why), key="which-why")
    if found.alike is not None:
        with st.expander("Most alike"):
            st.write(plain(found.about_alike))
            drawn(fragment("grid", table=found.alike), key="which-alike")
    if found.far is not None:
        with st.expander("How far from the other segments"):
            st.write("1 is the usual difference between customers in one column. This is a measure, not advice.")
            may_change(study)
            drawn(fragment("grid", table=found.far), key="which-far")
    if found.rule:
        with st.expander("The rule that applies"):
            st.write(plain(found.rule))


def may_change(study: Opened) -> None:
    """Which columns the smallest change may be made of; the answer above is made with what was chosen last."""
    columns = {c.plan.column: words_of(c.plan) for c in study.model.content.columns}
    able = able_to_change(study.model)
    if not able:
        return
    st.multiselect(
        "What may change",
        able,
        key=slot(study, MAY),
        format_func=columns.__getitem__,
        placeholder="Amounts, counts, shares and numbers",
        help="Answers on a scale change only where they are chosen here. Choices, kinds and topics never do.",
        select_all=False,
    )


@st.fragment
def desk() -> None:
    """The form and its answer; typing runs only this."""
    study = show.here()
    form = the_form(study.version, study)
    values = shared.seed(form)
    if values:
        put(study, form, values)
    left, right = st.columns([2, 3], gap="large")
    with left:
        presets(study, form)
        filled = ask_all(study, form)
        st.button("Find the segment", type="primary", icon=":material/search:")
        beneath = st.empty()
        shared.share(form, {ask.column: standing(study, ask) for ask in form.fields}, SHARE)
    with right:
        show_answer(study, form, filled, beneath)


st.title("Which segment?")
desk()
