"""Data: what the model was built from, its settings and warnings, the code that repeats it, and its files."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from ilk.app import show
from ilk.app.code import command_line, is_whole, python_code
from ilk.app.opened import Opened
from ilk.model.model import Model
from ilk.outputs.folder import model_path, source_stem
from ilk.outputs.report import render_report
from ilk.outputs.sections.data import data_chapter
from ilk.outputs.sections.methods import methods
from ilk.outputs.workbook import write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def downloads(study: Opened) -> None:
    """The model, the report and the workbook, made when they are asked for."""
    model, stem = study.model, source_stem(study.model.content.provenance.source)
    one, two, three = st.columns(3)
    one.download_button(
        "The model (.ilk)",
        lambda: model_path(study.place).read_bytes(),
        f"{stem}.ilk",
        "application/json",
        on_click="ignore",
        icon=":material/download:",
        help="Holds no customer and may be sent; `ilk assign` and `ilk serve` take it.",
        width="stretch",
    )
    two.download_button(
        "The report",
        lambda: render_report(model).encode(),
        f"{stem}-report.html",
        "text/html",
        on_click="ignore",
        icon=":material/download:",
        help="One page that opens offline, holds no customer and may be sent.",
        width="stretch",
    )
    three.download_button(
        "The workbook (Excel)",
        lambda: workbook(model),
        f"{stem}-personas.xlsx",
        XLSX,
        on_click="ignore",
        icon=":material/download:",
        help="The personas and all their figures.",
        width="stretch",
    )


def workbook(model: Model) -> bytes:
    """The workbook as it would be in the study's folder."""
    with TemporaryDirectory(prefix="ilk-") as folder:
        path = Path(folder) / "personas.xlsx"
        write_workbook(path, model)
        return path.read_bytes()


study = show.here()
reading = study.reading
st.title("Data")
st.write("What the segments were made from, what was wrong with it, and how to make them again.")
downloads(study)
st.header("The file and its columns")
show.part("data", data=data_chapter(reading))
chapter = methods(reading)
st.header("How it was made")
show.part("table", table=chapter.made)
if chapter.settings:
    show.part("table", table=chapter.settings)
else:
    st.write("Every setting is at its default.")
st.header("Show me the code")
st.write("The same study again, in a terminal or a notebook, from the file it was made from.")
if not is_whole(study.model):
    st.caption("A condition or a query was given. What it said is not kept in a model: put it where it says (given).")
shell, python = st.tabs(["Terminal", "Python"])
shell.code(command_line(study.model, study.folder), language="bash", wrap_lines=True)
python.code(python_code(study.model), language="python", wrap_lines=True)
