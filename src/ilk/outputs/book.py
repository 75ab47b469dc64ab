"""A workbook being written: numbers with formats, texts that never run as formulas, rows as high as their texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ilk.outputs.drawing import wrapped
from ilk.outputs.theme import ACCENT, INK, LINE, PANEL, QUIET
from ilk.outputs.wording import clean

LONGEST_CELL = 32_000
"""Letters a cell may hold."""

LETTER, LINE_HEIGHT, TEXT_SIZE = 7.0, 15.0, 14
"""Pixels of a letter in the width of a column, points of a line, pixels of its text."""

Value = str | float | int | None


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a sheet: its head, its width in letters, how its cells look."""

    head: str
    width: int
    look: str = "text"


class Book:
    """A workbook being written, and the few looks its cells have."""

    def __init__(self, path: Path, created: str) -> None:
        from xlsxwriter import Workbook

        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = Workbook(path, {**options, "in_memory": True, "nan_inf_to_errors": False})
        self.file.set_properties({"title": "Personas", "created": datetime.fromisoformat(created).replace(tzinfo=None)})
        self._looks: dict[tuple[str, str, bool], Any] = {}

    def look(self, kind: str, *, ground: str = "", bold: bool = False) -> Any:
        """A cell's format; made once each."""
        key = (kind, ground, bold)
        if key not in self._looks:
            extra = {"bg_color": ground} if ground else {}
            self._looks[key] = self.file.add_format(
                {**BASE, **LOOKS[kind], **extra, **({"bold": True} if bold else {})}
            )
        return self._looks[key]

    def sheet(self, name: str, fields: Sequence[Field], *, landscape: bool = True) -> Any:
        """A sheet with a frozen header row that repeats on paper."""
        sheet = self.file.add_worksheet(name)
        for i, field in enumerate(fields):
            sheet.set_column(i, i, field.width)
            sheet.write_string(0, i, clean(field.head), self.look("head"))
        sheet.set_row(0, height_of([field.head for field in fields], [field.width for field in fields]))
        sheet.freeze_panes(1, 1)
        sheet.hide_gridlines(2)
        sheet.repeat_rows(0)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        if landscape:
            sheet.set_landscape()
        sheet.set_footer("&L&A&R&P / &N")
        return sheet

    def write(self, sheet: Any, row: int, column: int, value: Value, look: Any) -> None:
        """A number as a number, everything else as a text; nothing as an empty cell."""
        if value is None:
            sheet.write_blank(row, column, None, look)
        elif isinstance(value, str):
            sheet.write_string(row, column, clean(value)[:LONGEST_CELL], look)
        else:
            sheet.write_number(row, column, value, look)

    def row(self, sheet: Any, row: int, fields: Sequence[Field], values: Sequence[Value]) -> None:
        """A row of values, as high as its longest text needs."""
        for i, (field, value) in enumerate(zip(fields, values, strict=True)):
            self.write(sheet, row, i, value, self.look(field.look))
        sheet.set_row(row, height_of(values, [field.width for field in fields]))

    def table(
        self, name: str, fields: Sequence[Field], rows: Iterable[Sequence[Value]], *, filtered: bool = True
    ) -> None:
        """A sheet of plain rows."""
        sheet, last = self.sheet(name, fields), 0
        for last, values in enumerate(rows, start=1):
            self.row(sheet, last, fields, values)
        if filtered and last > 1:
            sheet.autofilter(0, 0, last, len(fields) - 1)


BASE = {"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "top"}
LOOKS: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bottom": 1, "bottom_color": LINE, "bg_color": PANEL, "text_wrap": True, "valign": "bottom"},
    "title": {"bold": True, "font_size": 20},
    "name": {"bold": True, "text_wrap": True, "indent": 1},
    "text": {"text_wrap": True, "indent": 1},
    "quiet": {"font_color": QUIET, "text_wrap": True, "indent": 1},
    "strong": {"bold": True, "font_color": ACCENT, "font_size": 14},
    "whole": {"num_format": "#,##0"},
    "count": {"num_format": "#,##0", "align": "left"},
    "share": {"num_format": "0%"},
    "fine share": {"num_format": "0.0%"},
    "index": {"num_format": "0"},
    "number": {"num_format": "#,##0.00"},
    "score": {"num_format": "0.00"},
    "large": {"num_format": "#,##0"},
    "date": {"num_format": "yyyy-mm-dd"},
}


def height_of(values: Sequence[Value], widths: Sequence[int]) -> float:
    """Points a row needs so that no wrapped text is cut off or runs into the next row."""
    texts = [(value, width) for value, width in zip(values, widths, strict=True) if isinstance(value, str)]
    lines = [len(wrapped(value[:LONGEST_CELL], LETTER * width, TEXT_SIZE)) for value, width in texts]
    return LINE_HEIGHT * max(1, *lines, 1) + 1
