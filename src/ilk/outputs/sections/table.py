"""A table as the report and the workbook set it: texts in cells, with what to say about them by look."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

NO_DRAWING = Markup()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, CSS classes, a drawing beside the text, a quiet line below it.

    Where the reader can choose a cell, `pick` is what was chosen then and `said` what a screen reader calls it.
    """

    text: str
    look: str = ""
    drawing: Markup = NO_DRAWING
    below: str = ""
    pick: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its head, its cells; `look` shades the whole row, `detail` is a drawing that opens below it."""

    head: Cell
    cells: tuple[Cell, ...]
    look: str = ""
    detail: Markup = NO_DRAWING


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption for who cannot see it; `heads` are the column heads, the first over the row heads."""

    caption: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    look: str = ""


def line(head: str | Cell, *cells: str | Cell, look: str = "") -> Line:
    """A row from plain texts."""
    return Line(
        head if isinstance(head, Cell) else Cell(head),
        tuple(c if isinstance(c, Cell) else Cell(c) for c in cells),
        look,
    )
