"""New study: what a row is, what each column does, run, and see the result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st

from ilk.app import asking, bringing, glance, session, shelf, show
from ilk.app.beside import KINDS
from ilk.app.flags import BLANK, BLANKS, FOLDER, READ_AS, ROW, USE, WEIGHT, WORDS, in_app
from ilk.app.jobs import Job, Order
from ilk.app.launch import launched
from ilk.app.trouble import plain, said, told
from ilk.app.uploads import session_folder
from ilk.errors import FileTrouble
from ilk.figures import percent
from ilk.outputs.charts.correlation import grid_of
from ilk.outputs.folder import source_stem
from ilk.outputs.wording import clean, counted
from ilk.settings import ROLES, Settings
from ilk.sources.evidence import Block

ROWS = ("A customer", "An order, a visit or another event of a customer")
EVENTS: tuple[Block, ...] = ("orders", "activity")
"""What a file of events may be taken for instead."""

MOST_TALL = 640
TALL, HEAD = 36, 40
"""Pixels: the table of columns at the most, one of its rows, and the one on top."""

ROLES_TOLD = "new-roles"
"""Session state: what was said of the columns of the files beside the customers, as they were read last."""

USE_HELP = "Builds: makes the segments. Describes: only tells who is in them. Out: is left out."


@st.cache_resource(scope="session", max_entries=3, show_spinner="Reading the files")
def looked_at(path: str | None, versions: tuple[str, ...], settings: str) -> glance.Looked:  # noqa: ARG001 - a changed file is another entry
    """A first look, kept for as long as the session."""
    return glance.look_at(Path(path) if path else None, Settings.model_validate_json(settings))


def look(files: bringing.Files, given: dict[str, Any]) -> glance.Looked:
    """A first look at the files as they are now.

    Raises:
        IlkError: If they cannot be read as they are.
    """
    settings = Settings.of(given)
    versions = tuple(bringing.version_of(path) for path in files.every)
    customers = str(files.customers) if files.customers else None
    return looked_at(customers, versions, settings.model_dump_json())


@st.fragment(run_every=0.5)
def watch(job: Job) -> None:
    """The bar of a study that runs, and the button that stops it."""
    if job.ended[0] != "running":
        st.rerun()
    stage, share = job.progress
    st.progress(share, text=f"{stage} · {percent(share)} · {job.seconds:.0f} s")
    st.caption("It runs by itself: you may reload this page, look at another one, or come back with this address.")
    st.button("Stop", on_click=job.stop, icon=":material/stop_circle:")


def follow(job: Job) -> None:
    """Show a study until it ends; open it, or say why not."""
    st.write(f"Finding the segments of {plain(clean(job.about))}.")
    state, why = job.ended
    if state == "running":
        watch(job)
        st.stop()
    if state == "done":
        session.forget_job()
        with told():
            session.open_and_go(job.study)
    elif state == "stopped":
        st.info("Stopped. Nothing half-written is left.", icon=":material/stop_circle:")
    else:
        st.error(said(why), icon=":material/error:")
    st.button("Back to the file", on_click=session.forget_job, icon=":material/arrow_back:")
    st.stop()


def one_row(path: Path) -> dict[str, Any]:
    """What one row is: settings that say how the file is read; the page stops where it cannot be."""
    one, other = st.columns(2, gap="large")
    with one:
        row = st.radio(ROW, ROWS, key="row")
    with told():
        several = row != ROWS[0]
        # Where a row is an event no column is looked for that tells all rows apart: it would be the order's own.
        first = look(bringing.Files(path, ()), {"ignore": list(bringing.columns_of(path))} if several else {})
        names = [*([first.intake.id_column] if first.intake.id_column else []), *(fact.column for fact in first.facts)]
        with other:
            customer = asking.ask_column("id", names)
        return summing_up(path, first, customer or glance.whose(first)) if several else _given(id=customer)
    return st.stop()


def summing_up(path: Path, first: glance.Looked, customer: str | None) -> dict[str, Any]:
    """Settings that make one row a customer of a file of events, and what does that better."""
    st.info(
        "Orders and activity are read without a query, and more is made of them: how often, how long ago, for how "
        "much, what about.",
        icon=":material/lightbulb:",
    )
    with st.container(horizontal=True, gap="small"):
        for block in EVENTS:
            label = f"Take it as {KINDS[block].lower()} instead"
            st.button(label, on_click=bringing.instead, args=(block, path), key=f"instead-{block}")
    if customer is None:
        st.write("Or choose the column that identifies a customer, to sum the rows up with a query.")
        st.stop()
    st.write(
        f"Or ilk makes one row of all with the same {plain(clean(customer))}, by this query; change it as you like."
    )
    suggested = glance.summed_up(first, customer)
    label, about = asking.LABELS["query"], asking.about("query")
    return _given(id=customer, query=st.text_area(label, suggested, help=about, height=240, key=f"query-{customer}"))


def _given(**settings: str | None) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value}


def looked_through(files: bringing.Files, reading: dict[str, Any]) -> tuple[glance.Looked, dict[str, Any]]:
    """A first look at everything that was brought, what was recognised in it, and how it is put together.

    Returns:
        The look, and the settings that say what builds and how much each source counts.
    """
    if not files.others:
        with told():
            return look(files, reading), {}
        st.stop()
    st.header("How the files go together")
    before, after = bringing.joining(files)
    reading |= {**files.settings, **before, "role": st.session_state.get(ROLES_TOLD, {})}
    found: glance.Looked | None = None
    with told():
        found = look(files, reading)
    n, has_table = (found.intake.rows, found.has_table) if found else (0, files.customers is not None)
    with told():
        roles = bringing.roles(files, found.brought if found else (), n, has_table=has_table)
        if roles != reading["role"]:
            st.session_state[ROLES_TOLD] = roles
            st.rerun()
    if found is None:
        st.stop()
    return found, after


def table(looked: glance.Looked, plan: glance.Plan) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The table of columns; returns it as it is now and as it was guessed."""
    guessed = glance.rows_of(looked, plan)
    only = st.session_state.get("only", ())
    start = [{**row, "use": "describes"} if only and _left_out(row, only) else row for row in guessed]
    config = st.column_config
    edited = st.data_editor(
        pa.Table.from_pylist(start),
        key=f"columns-{looked.path}-{len(only)}-{len(start)}",
        hide_index=True,
        height=min(HEAD + TALL * len(start), MOST_TALL),
        row_height=TALL,
        column_config={
            "column": config.TextColumn("Column", disabled=True, pinned=True, width=180),
            "spread": config.BarChartColumn("Spread", y_min=0, width="small"),
            "missing": config.NumberColumn("Missing", format="%.1f %%", disabled=True),
            "use": config.SelectboxColumn(USE, options=list(glance.USES), required=True, help=USE_HELP),
            "role": config.SelectboxColumn(READ_AS, options=list(ROLES), required=True, help=asking.about("role")),
            "words": config.TextColumn(WORDS, help=asking.about("labels")),
            "weight": config.NumberColumn(WEIGHT, min_value=0.01, max_value=100.0, help=asking.about("weight")),
            "blank": config.SelectboxColumn(
                BLANK,
                options=list(BLANKS),
                required=True,
                help=asking.about("missing"),
                format_func=lambda kind: BLANKS[str(kind)],
            ),
            "why": config.TextColumn("Why", disabled=True, width="large"),
        },
    )
    return edited.to_pylist(), guessed


def _left_out(row: dict[str, Any], only: tuple[str, ...]) -> bool:
    return row["use"] == "builds" and row["column"] not in only


def advise(plan: glance.Plan) -> None:
    """What should be known before it runs."""
    advice = plan.advice
    if advice is not None:
        st.warning(said(advice.note().text), icon=":material/groups:")
        if advice.group:
            label = f"Build with these {len(advice.group)} only"
            st.button(label, on_click=st.session_state.__setitem__, args=("only", advice.group))
    if st.session_state.get("only"):
        st.button("Build with all again", on_click=st.session_state.pop, args=("only",))
    for note in plan.notes:
        st.caption(plain(clean(in_app(note.text))))
    chart = grid_of(glance.correlated_words(plan), plan.correlated.values.tolist())
    if chart is not None and st.toggle("Show which columns go together"):
        show.figure(chart)


def more(columns: list[str]) -> dict[str, Any]:
    """The other settings."""
    with st.expander("More settings"):
        one, other = st.columns(2, gap="large")
        with one:
            prefer = asking.ask_prefer()
            today = asking.ask_column("compare_with", columns, none="None")
            where = asking.ask_text("where", example="country = 'DE'")
            balance = asking.ask_choice("balance", ("none", "themes"))
            method = asking.ask_method()
            levels = asking.ask_text("levels", example="3,8")
        with other:
            transform = asking.ask_choice("transform", ("auto", "standard"))
            least = asking.ask_number("min_group", low=1, high=1000)
            seed = asking.ask_number("seed", low=0, high=2**31 - 1)
            centred = asking.ask_switch("center_respondents")
            png = asking.ask_switch("png")
        bounds = bounds_of_size()
    return {
        "prefer": prefer,
        "compare_with": today,
        "where": where,
        "balance": balance,
        "transform": transform,
        "min_group": least,
        "seed": seed,
        "center_respondents": centred,
        "png": png,
        "method": method,
        "levels": levels,
        **bounds,
    }


def bounds_of_size() -> dict[str, Any]:
    """How small and how large a segment may be."""
    st.caption("A segment may be kept from being too small or too large to act on.")
    grid = st.grid(4, min_column_width=220, gap="small")
    found: dict[str, Any] = {}
    for name in ("min_share", "max_share"):
        with grid.container():
            found[name] = asking.ask_text(name, example="5 %")
    for name in ("min_size", "max_size"):
        with grid.container():
            found[name] = asking.ask_size(name)
    return found


def where_to(path: Path) -> str:
    """The folder of the study, under a root; empty for a private one that is kept for a day."""
    if not launched().roots:
        st.caption("The study is kept for a day, for you alone. Take away what you want to keep from the page Data.")
        return ""
    here = launched().allowed(".")
    default = shelf.free_name(here, f"{source_stem(str(path))}-segments")
    under = ", ".join(str(root) for root in launched().roots)
    typed = st.text_input(FOLDER, default, help=f"New, or an earlier study of the same file. Under {under}.")
    folder = Path(typed.strip() or default)
    if folder.name in {"", ".", ".."}:
        raise FileTrouble(f"{typed} is not the name of a folder", do="name a new one, such as spring-segments")
    found = launched().allowed(folder.parent, otherwise="name a folder there") / folder.name
    if shelf.shelved_at(found) is not None:
        st.caption(f"{plain(folder.name)} is there: that study will be renewed.")
    return str(found)


def together(reading: dict[str, Any], after: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """All settings: of files and of columns, whose roles and weights lie side by side."""
    layers = (reading, after, changes)
    both = {name: {key: v for layer in layers for key, v in layer.get(name, {}).items()} for name in ("role", "weight")}
    return {**reading, **after, **changes, **{name: own for name, own in both.items() if own}}


st.title("New study")
current = session.running()
if current is not None:
    follow(current)
files = bringing.bring()
reading = one_row(files.customers) if files.customers else {}
looked, after = looked_through(files, reading)
plan = glance.plan_of(looked, Settings.of(reading))
alone = len(files.every) == 1
written = f" ({looked.intake.dialect.in_words()})" if looked.intake.dialect and alone else ""
rejected = f", {looked.intake.rejects:,} could not be read" if looked.intake.rejects else ""
named = clean(looked.path.name) if alone else f"{len(files.every)} files"
st.write(f"{plain(named)}: {counted(looked.intake.rows, 'customer')}{plain(written)}{rejected}.")
st.header("What the columns do")
rows, guessed = table(looked, plan)
changes: dict[str, Any] | None = None
with told():
    changes = together(reading, after, glance.told(rows, guessed))
    advise(glance.plan_of(looked, Settings.of(changes)))
    for sentence in glance.totals(looked, plan, changes.get("weight", {})):
        st.caption(plain(clean(sentence)))
st.header("How to look")
left, right = st.columns(2, gap="large")
with left:
    k = asking.ask_k()
others = more([fact.column for fact in looked.facts])
out: str | None = None
with right, told():
    out = where_to(files.first)
wanted = st.button("Find the segments", type="primary", icon=":material/play_arrow:", disabled=out is None)
with told():
    if wanted and out is not None and changes is not None:
        settings = {**changes, **asking.changed({"k": k, **others})}
        kept = [path for path in files.every if path.is_relative_to(launched().uploads.absolute())]
        if glance.words_changed(rows, guessed):
            settings["labels"] = glance.write_labels(session_folder() / "words.csv", rows, plan.labels)
            kept.append(settings["labels"])
        checked = Settings.of(settings)
        glance.plan_of(looked, checked)
        source = str(files.customers) if files.customers else None
        session.run(Order(source, checked.model_dump_json(), out), bring=tuple(kept))
