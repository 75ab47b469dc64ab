"""Segments across other groups: how many of each are in which, with what would tell of too few left out."""

from __future__ import annotations

from collections.abc import Sequence

from ilk.outputs.reading import Reading
from ilk.outputs.sections.table import Cell, Line, Table
from ilk.outputs.wording import NONE, per_cent, whole


def crossed(
    caption: str,
    heads: Sequence[str],
    reading: Reading,
    counts: Sequence[Sequence[int | None]],
    totals: Sequence[int],
) -> Table:
    """A row a segment, a column a group; where more than half of a segment are is shaded.

    Args:
        caption: What is crossed with what; that cells are hidden is added where some are.
        heads: The head of the rows, then of each group.
        reading: The segments.
        counts: Customers of each segment in each group, None where hidden.
        totals: What shares are of, for each segment.
    """
    hides = any(count is None for row in counts for count in row)
    hidden = f" ({NONE}: under {whole(reading.least)}, or what would tell it)" if hides else ""
    lines = [
        Line(Cell(f"{s.number} {reading.by_number[s.number]}"), tuple(_cell(count, total) for count in row))
        for s, row, total in zip(reading.segments, counts, totals, strict=True)
    ]
    return Table(f"{caption}{hidden}", tuple(heads), tuple(lines), "confusion")


def _cell(count: int | None, total: int) -> Cell:
    if count is None:
        return Cell(NONE)
    if not count:
        return Cell("0", "quiet")
    return Cell(f"{whole(count)} ({per_cent(count / total)})", "right" if 2 * count > total else "")
