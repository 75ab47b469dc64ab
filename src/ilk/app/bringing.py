"""Bringing files: what each holds, where it is, and which of its columns is what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ilk.app import asking, session
from ilk.app.beside import ABOUT, ASKED, KINDS, SEVERAL, WORDS, Beside, coverage_of, parts_of, roles_of
from ilk.app.flags import RECOGNISED, in_app
from ilk.app.launch import launched
from ilk.app.trouble import plain, told
from ilk.app.uploads import taken, uploaded
from ilk.errors import FileTrouble
from ilk.outputs.wording import clean, listed
from ilk.settings import Settings
from ilk.sources.evidence import BLOCKS, Block
from ilk.sources.joined.brought import Brought
from ilk.sources.log import names_in

OTHERS = "brought-beside"
"""Session state: (kind, path) of each file beside the customers, as it was brought."""

FOUND, NO_COLUMN = "Found by itself", "No column"
NAMED = 3
"""Columns named that were taken for one part; of more only how many."""

ICONS = {"customers": "groups", "activity": "forum", "orders": "shopping_cart", "survey": "checklist"}


@dataclass(frozen=True, slots=True)
class Files:
    """What was brought: a table of customers, or none, and what lies beside it."""

    customers: Path | None
    others: tuple[Beside, ...]

    @property
    def every(self) -> tuple[Path, ...]:
        """All files."""
        return (*((self.customers,) if self.customers else ()), *(one.path for one in self.others))

    @property
    def first(self) -> Path:
        """What names the study."""
        return self.every[0]

    @property
    def settings(self) -> dict[str, list[str]]:
        """The settings that name what lies beside the customers."""
        found: dict[str, list[str]] = {}
        for one in self.others:
            found.setdefault(one.block, []).append(str(one.path))
        return found

    def of_kind(self, block: Block) -> tuple[Beside, ...]:
        """The files of one kind."""
        return tuple(one for one in self.others if one.block == block)


def brought() -> Files:
    """What was brought so far, as far as it is still there."""
    customers = st.session_state.get(session.BROUGHT)
    others = [Beside(block, Path(path)) for block, path in st.session_state.get(OTHERS, []) if Path(path).exists()]
    return Files(Path(customers) if customers and Path(customers).exists() else None, tuple(others))


def bring() -> Files:
    """What was brought, each with a button to let go of it, and a place for more; the page waits for the first."""
    files = brought()
    if not files.every:
        st.write("Bring a file with one row a customer, or what customers did, ordered or answered.")
        _add(files)
        st.stop()
    with st.container(gap="xsmall"):
        if files.customers:
            _one("customers", files.customers)
        for one in files.others:
            _one(one.block, one.path)
    with st.expander("Add what else is known of the same customers", icon=":material/add:", key="new-more"):
        _add(files)
    return files


def instead(block: Block, path: Path) -> None:
    """Take the file of customers for one of another kind."""
    let_go("customers", path)
    st.session_state[OTHERS] = [*st.session_state.get(OTHERS, []), (block, str(path))]


def let_go(block: Block, path: Path) -> None:
    """Forget a file; what was said of the columns of all is forgotten with the customers."""
    if block == "customers":
        st.session_state.pop(session.BROUGHT, None)
        st.session_state.pop("only", None)
        return
    st.session_state[OTHERS] = [one for one in st.session_state.get(OTHERS, []) if one != (block, str(path))]


def _one(block: Block, path: Path) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/{ICONS[block]}: **{KINDS[block]}**: {plain(clean(path.name))}", width="content")
        key, about = f"let-go-{block}-{path}", f"Leave out {plain(clean(path.name))}"
        st.button("Remove", key=key, help=about, type="tertiary", on_click=let_go, args=(block, path))


def _add(files: Files) -> None:
    """A file more: what it holds, and the file."""
    kinds = [block for block in BLOCKS if block != "customers" or files.customers is None]
    kind: Block = (
        st.segmented_control(
            "What the file holds",
            kinds,
            default=kinds[0],
            format_func=lambda block: KINDS[block],
            required=True,
            key=f"new-kind-{len(kinds)}",
        )
        or kinds[0]
    )
    st.caption(ABOUT[kind])
    label = "A customer file" if kind == "customers" else f"A file of {KINDS[kind].lower()}"
    given = uploaded(label, key=f"new-{kind}")
    if given is not None:
        taken(f"new-{kind}")
    elif launched().roots:
        given = _by_path(kind)
    if given is None:
        return
    if kind == "customers":
        st.session_state[session.BROUGHT] = str(given)
    else:
        there = st.session_state.get(OTHERS, [])
        st.session_state[OTHERS] = [*there, *([] if (kind, str(given)) in there else [(kind, str(given))])]
    st.rerun()


def _by_path(kind: Block) -> Path | None:
    with st.form(f"new-path-{kind}", border=False, clear_on_submit=True):
        roots = ", ".join(str(root) for root in launched().roots)
        path = st.text_input("Or a file on this machine, however large", key=f"path-{kind}", help=f"Under {roots}.")
        wanted = st.form_submit_button("Read it")
    if not wanted or not path.strip():
        return None
    with told():
        return launched().allowed(path.strip())
    return None


@st.cache_resource(scope="session", max_entries=12, show_spinner="Reading the file")
def _columns(path: str, version: str) -> tuple[str, ...]:  # noqa: ARG001 - a changed file is another entry
    return names_in(Path(path), Settings())


def columns_of(path: Path) -> tuple[str, ...]:
    """The columns of a file, whatever they are.

    Raises:
        IlkError: If it cannot be read.
    """
    return _columns(str(path), version_of(path))


def roles(files: Files, known: Sequence[Brought], n: int, *, has_table: bool) -> dict[str, str]:
    """What was recognised in each file beside the customers, to be changed; returns what `--role` says of it.

    Args:
        files: What was brought.
        known: What each brought, if all could be read; else nothing, and every column is to be chosen from.
        n: Customers there are.
        has_table: Whether there is a table of customers.
    """
    chosen: dict[str, str] = {}
    by_name = {one.name: one for one in known}
    for i, file in enumerate(files.others):
        own = by_name.get(file.path.name) or next((one for one in known if file.block == one.block == "survey"), None)
        with st.expander(f"{RECOGNISED} {plain(clean(file.path.name))}", expanded=own is None, key=f"roles-{i}"):
            if own is not None:
                st.write(plain(coverage_of(own, n, has_table=has_table)))
                for sentence in own.said:
                    st.caption(plain(clean(in_app(sentence))))
            chosen |= _parts(file, parts_of(own) if own is not None else {})
    return chosen


def _parts(file: Beside, found: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """A field for each part a file of its kind may have."""
    columns = columns_of(file.path)
    answers: dict[str, Sequence[str]] = {}
    ignored: set[str] = set()
    grid = st.grid(3, min_column_width=220, gap="small")
    for part in ASKED[file.block]:
        key = f"part-{file.block}-{file.path}-{part}"
        with grid.container():
            at = _part(part, found.get(part, ()), columns, key)
        gone = st.session_state.setdefault(f"{key}-gone", set())
        if at == (NO_COLUMN,):
            gone |= set(found.get(part, ()))
            ignored |= gone
            continue
        gone.clear()
        answers |= {part: at} if at else {}
    return roles_of(file, answers, ignored)


def _part(part: str, taken: tuple[str, ...], columns: Sequence[str], key: str) -> tuple[str, ...]:
    """The columns somebody chose for a part; nothing where that is left to the guess."""
    now = listed([*taken[:NAMED], *([f"{len(taken) - NAMED} more"] if len(taken) > NAMED else [])])
    shown = f"{now} (found)" if now else "None found"
    if part in SEVERAL:
        return tuple(st.multiselect(WORDS[part], columns, key=key, placeholder=shown, select_all=False))
    at = st.selectbox(
        WORDS[part],
        [FOUND, *([] if part == "customer" else [NO_COLUMN]), *columns],
        format_func=lambda one: shown if one == FOUND else one,
        key=key,
    )
    return () if at == FOUND else (at,)


def version_of(path: Path) -> str:
    """Changes whenever a file does.

    Raises:
        FileTrouble: If it is not there any more.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise FileTrouble(f"{path.name} is not there any more", got=error.strerror, do="bring it again") from error
    return f"{state.st_mtime_ns}:{state.st_size}"


def joining(files: Files) -> tuple[dict[str, Any], dict[str, Any]]:
    """How the files are put together: what is said before they are read, and after."""
    if not files.others:
        return {}, {}
    blocks = [block for block in BLOCKS if (block == "customers" and files.customers) or files.of_kind(block)]
    several = len(blocks) > 1
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    with st.expander("How they are put together", key="joining"):
        grid = st.grid(3, min_column_width=220, gap="medium")
        if len(files.every) > 1:
            with grid.container():
                before["join_ids"] = asking.ask_choice("join_ids", ("as-written", "folded"))
        if files.of_kind("activity"):
            with grid.container():
                before["max_topics"] = asking.ask_number("max_topics", low=1, high=300)
            with grid.container():
                before["half_life_days"] = asking.ask_days("half_life_days")
        if files.of_kind("activity") or files.of_kind("orders"):
            with grid.container():
                before["reference_date"] = asking.ask_date("reference_date")
        if files.of_kind("survey"):
            before |= _of_survey(files.of_kind("survey"), grid)
        if several or files.of_kind("activity"):
            offered = [*blocks, *(["interests"] if "interests" not in blocks else [])]
            with grid.container():
                after["by"] = asking.ask_block("by", offered)
            after["weight"] = asking.ask_weights(offered, grid) if several else {}
    return asking.changed(before), {name: value for name, value in after.items() if value}


def _of_survey(surveys: Sequence[Beside], grid: Any) -> dict[str, Any]:
    """Questions that are asked the other way round, and what later files call a question."""
    found: dict[str, Any] = {}
    with grid.container():
        columns = columns_of(surveys[0].path)
        label, about = asking.LABELS["reverse"], asking.about("reverse")
        found["reverse"] = tuple(st.multiselect(label, columns, help=about, key="ask-reverse", select_all=False))
    if len(surveys) > 1:
        with grid.container():
            text = asking.ask_text("survey_map", example="alter=age, wohnort=city") or ""
            pairs = [part.strip() for part in text.split(",") if part.strip()]
            found["survey_map"] = dict(part.partition("=")[::2] for part in pairs)
    return found
