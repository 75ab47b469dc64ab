"""Score a file: say for every customer of a file which segment it is, and take the labels away."""

from __future__ import annotations

import shutil
import time
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pcsv
import streamlit as st

from ilk.app import show
from ilk.app.drawn import drawn
from ilk.app.labelling import (
    FORMATS,
    Look,
    beside,
    certain,
    converted,
    fits_excel,
    in_plain_words,
    label,
    look_at,
    sizes_table,
)
from ilk.app.launch import launched
from ilk.app.opened import Opened
from ilk.app.trouble import as_label, plain, said, told
from ilk.app.uploads import session_folder, uploaded
from ilk.files import replacing
from ilk.outputs.assignments import Delivered
from ilk.outputs.templating import fragment
from ilk.outputs.wording import clean, counted, listed, whole
from ilk.progress import Progress

LABELLED = "score-labelled"
"""Session state: (file, model) -> what was delivered, for the last one."""

NAMED = 8
"""Columns named in a sentence; of more only how many."""

SHOWN_REJECTS = 20
EVERY = 0.2
"""Seconds between two moves of the bar."""

MIME = {"CSV": "text/csv", "Parquet": "application/vnd.apache.parquet", "Excel": "application/vnd.ms-excel"}


@st.cache_data(show_spinner="Looking at the file", max_entries=8, scope="session")
def the_look(version: str, path: str, changed: float, beside: tuple[int, ...], _study: Opened) -> Look:  # noqa: ARG001 - keys of the cache
    """The beginning of a file."""
    return look_at(_study.model, Path(path), session_folder(), beside=beside)


def the_file() -> Path | None:
    """The file to score: uploaded, or named by path where that is allowed."""
    roots = launched().roots
    how = "Upload"
    if roots:
        how = (
            st.segmented_control(
                "Where the file is",
                ["Upload", "Path"],
                default="Upload",
                required=True,
                key="score-how",
                persist_state="session",
            )
            or "Upload"
        )
    if how == "Upload":
        return uploaded(
            "A table of customers", key="score", help="It stays on this machine, in a folder of your session."
        )
    return by_path("Path of the table", "customers.csv", "score-path")


def by_path(words: str, example: str, key: str) -> Path | None:
    """A file that is named, where that is allowed."""
    where = listed([str(root) for root in launched().roots])
    named = st.text_input(words, key=key, placeholder=example, help=f"A file under {where}.", persist_state="session")
    return launched().allowed(named.strip()) if named.strip() else None


def the_others(study: Opened) -> dict[int, Path]:
    """What else the model was made of, for the same customers: place among its sources -> file."""
    content = study.model.content
    if not content.sources or not content.provenance.has_table:
        return {}
    st.write("These segments were also made from the files below. Bring what you have of it for the same customers.")
    found: dict[int, Path] = {}
    for i, source in enumerate(content.sources):
        words, key = f"{source.block.capitalize()}, as {as_label(clean(source.name))} had it", f"score-beside-{i}"
        named = st.session_state.get("score-how") == "Path"
        path = by_path(words, clean(source.name), f"{key}-path") if named else uploaded(words, key=key)
        if path is not None:
            found[i] = path
            st.caption(f"{plain(clean(path.name))} is here.")
    return found


def show_look(look: Look, name: str) -> None:
    """The first rows, and which columns are there."""
    st.header(f"First rows of {plain(name)}")
    st.dataframe(look.rows, hide_index=True, alt="The first rows of the file")
    n = len(look.there) + len(look.absent)
    if look.absent:
        here = f"{len(look.there)} of the {n} columns that make segments are there. Not there, so blank for everybody: "
        st.warning(f"{here}{_named(look.lacking)}.", icon=":material/warning:")
    else:
        st.success(f"All {n} columns that make segments are there.", icon=":material/check_circle:")
    if look.id_expected is not None:
        instead = (
            f"{plain(look.id_column)} is taken for it" if look.id_column else "the number of the row stands for it"
        )
        st.warning(f"The id column {plain(look.id_expected)} is not there; {instead}.", icon=":material/warning:")
    if look.strange:
        st.caption(f"Not known to the model, and left alone: {_named(look.strange)}.")


def _named(columns: tuple[str, ...]) -> str:
    more = [f"{len(columns) - NAMED} more"] if len(columns) > NAMED else []
    return plain(listed([*columns[:NAMED], *more]))


def run(study: Opened, path: Path, others: dict[int, Path]) -> Delivered:
    """Label the file, with a bar that moves; leaving the page or stopping ends it, and nothing half-written stays."""
    bar, told_at, stages = st.progress(0.0, "Reading the customers"), [0.0], [0.0]
    st.button("Stop scoring", key="score-stop", icon=":material/stop:")

    def moved(_: str, share: float) -> None:
        if share < stages[-1]:  # read to the end, and from the start again to be labelled
            stages.append(share)
        stages[-1] = max(stages[-1], share)
        if time.monotonic() - told_at[0] >= EVERY:
            told_at[0] = time.monotonic()
            doing = "Reading the customers" if len(stages) == 1 else "Finding their segments"
            bar.progress(min(max(share, 0.0), 1.0), doing)

    return label(study.model, path, session_folder(), beside=others, progress=Progress(moved))


def show_result(study: Opened, path: Path, found: Delivered, look: Look) -> None:
    """Who is what, what was rejected, and the files."""
    st.header("Labels")
    rejected = f", {whole(found.n_rejected)} rejected" if found.n_rejected else ", nobody rejected"
    st.write(f"**{counted(found.n_assigned, 'customer')} assigned{rejected}.**")
    sure, enough = certain(found.path, len(look.absent))
    if sure and enough:
        st.write(sure)
    elif sure:
        st.warning(sure, icon=":material/warning:")
    drawn(fragment("grid", table=sizes_table(found, study.model)), key="score-sizes")
    for note in found.notes:
        if note.code != "columns-absent":  # said already, before the labels
            st.caption(said(in_plain_words(note, study.model)))
    take_away(path, found)
    if found.rejects is not None:
        with st.expander(f"Rejected, with reasons ({whole(found.n_rejected)})", expanded=True):
            st.dataframe(_first(found.rejects), hide_index=True, alt="The first rejects with their reasons")
            st.download_button(
                "Download the rejects",
                partial(found.rejects.open, "rb"),
                f"{path.stem}-rejects.csv",
                MIME["CSV"],
                on_click="ignore",
                icon=":material/download:",
            )


def take_away(path: Path, found: Delivered) -> None:
    """Download the labels, or write them beside the file."""
    kinds = [kind for kind in FORMATS if kind != "Excel" or fits_excel(found.n_assigned)]
    with st.container(horizontal=True):
        for kind in kinds:
            st.download_button(
                f"Download {kind}",
                partial(_open, found.path, kind),
                f"{path.stem}-segments{FORMATS[kind]}",
                MIME[kind],
                on_click="ignore",
                icon=":material/download:",
                key=f"score-{kind}",
            )
    if len(kinds) < len(FORMATS):
        st.caption("There are more customers than a sheet of Excel holds.")
    if st.session_state.get("score-how") == "Path" and path.is_file():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = st.selectbox("Or write them beside the file, as", ["CSV", "Parquet"], key="score-beside", width=280)
            if st.button("Write", key="score-write", icon=":material/save:"):
                keep_beside(path, found, kind)


def keep_beside(path: Path, found: Delivered, kind: str) -> None:
    """Write labels and rejects beside the file they are of."""
    target = beside(path, kind)
    with replacing(target) as temporary:
        shutil.copyfile(converted(found.path, kind), temporary)
    st.success(f"Written to {plain(str(target))}", icon=":material/check_circle:")
    if found.rejects is not None:
        rejects = target.with_name(f"{target.stem}-rejects.csv")
        with replacing(rejects) as temporary:
            shutil.copyfile(found.rejects, temporary)
        st.success(f"The rejects are in {plain(str(rejects))}", icon=":material/check_circle:")


def _open(labels: Path, kind: str) -> BinaryIO:
    return converted(labels, kind).open("rb")


def _first(rejects: Path) -> pa.Table:
    with pcsv.open_csv(rejects) as blocks:
        return pa.Table.from_batches([blocks.read_next_batch()]).slice(0, SHOWN_REJECTS)


def page() -> None:
    """The page."""
    study = show.here()
    st.write("Bring a table of customers with the columns the segments were made from; it may lack some of them.")
    path, others = the_file(), the_others(study)
    if path is None:
        return
    look = the_look(study.version, str(path), path.stat().st_mtime, tuple(others), study)
    show_look(look, path.name)
    key = (study.version, *((str(one), one.stat().st_mtime) for one in (path, *others.values())))
    done = st.session_state.get(LABELLED)
    place = st.empty()
    if done is None or done[0] != key or not done[1].path.is_file():
        if not place.button("Find all segments", type="primary", icon=":material/play_arrow:"):
            return
        with place.container():
            st.session_state[LABELLED] = done = (key, run(study, path, others))
        place.empty()
    show_result(study, path, done[1], look)


st.title("Score a file")
with told():
    page()
