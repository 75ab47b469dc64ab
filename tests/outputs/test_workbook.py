"""The workbook: real numbers, texts that are texts, sheets as promised."""

from __future__ import annotations

import openpyxl
import pytest

from ilk.outputs.book import height_of
from ilk.outputs.workbook import write_workbook

SHEETS = ["Overview", "Personas", "Heat table", "Markers", "Rules", "How many", "Columns", "Warnings"]


@pytest.fixture(scope="module", params=["model", "hostile", "one_segment", "many_segments"])
def book(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "personas.xlsx"
    write_workbook(path, request.getfixturevalue(request.param))
    return openpyxl.load_workbook(path)


def test_the_sheets_are_there(book):
    assert book.sheetnames == SHEETS


def test_no_text_runs(book):
    """Every cell is a text, a number or empty: no formula, no link, no error, whatever it begins with."""
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n"}
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def test_figures_are_numbers_with_formats(model, tmp_path):
    path = tmp_path / "personas.xlsx"
    write_workbook(path, model)
    personas = openpyxl.load_workbook(path)["Personas"]
    heads = [cell.value for cell in personas[1]]
    first = dict(zip(heads, personas[2], strict=True))
    segment = model.segments[0]
    assert first["Customers"].value == segment.size
    assert first["Customers"].number_format == "#,##0"
    assert first["Share of customers"].value == pytest.approx(segment.share)
    assert first["Share of customers"].number_format == "0%"
    assert first["Persona"].value == segment.persona.name
    assert personas.freeze_panes == "B2"
    assert path.stat().st_mode & 0o077 == 0


def test_markers_are_bold_and_tinted(model, tmp_path):
    path = tmp_path / "personas.xlsx"
    write_workbook(path, model)
    heat = openpyxl.load_workbook(path)["Heat table"]
    rows = {row[0].value: row for row in heat.iter_rows(min_row=2)}
    marker = model.segments[0].persona.markers[0]
    name = marker.column.replace("_", " ").capitalize()
    cell = next(row for head, row in rows.items() if head.startswith(name) and head.endswith("(mean)"))[2]
    assert cell.font.bold
    assert cell.fill.fgColor.rgb != "00000000"
    assert cell.value == pytest.approx(model.segments[0].profile(marker.column).mean)


def test_rows_are_as_high_as_their_texts():
    assert height_of(["short", 3], [20, 8]) == 16
    assert height_of(["word " * 40, None], [20, 8]) > 100
