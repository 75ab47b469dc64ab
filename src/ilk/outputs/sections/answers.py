"""What segments answered, item by item, where the columns are ratings: the items they differ in most."""

from __future__ import annotations

from ilk.model.parts import ColumnSummary
from ilk.outputs.charts.answers import answer_bars
from ilk.outputs.charts.figure import Figure
from ilk.outputs.reading import Reading

MOST = 6
"""Items that are drawn; the table above has them all."""

WORTH_A_CHART = 0.05
"""Share of an item's variance between the segments, below which all answer alike (rule of thumb)."""


def answers(reading: Reading) -> tuple[Figure, ...]:
    """Stacked bars of the items that tell the segments apart best, one a theme first."""
    rated = [c for c in reading.content.columns if c.plan.kind == "ordered" and c.plan.use != "out"]
    strength = {c.plan.column: between(c, reading) for c in rated}
    order = sorted(rated, key=lambda c: (-strength[c.plan.column], c.plan.column))
    worth = [c for c in order if strength[c.plan.column] >= WORTH_A_CHART]
    figures = (answer_bars(column, reading.segments) for column in _one_a_theme(worth, reading))
    return tuple([figure for figure in figures if figure is not None][:MOST])


def between(column: ColumnSummary, reading: Reading) -> float:
    """Share of a column's variance that lies between the segments, 0 to 1; 0 where it may not be told."""
    mean, deviation = column.everyone.mean, column.everyone.deviation
    if mean is None or not deviation:
        return 0.0
    profiles = [(s.share, s.profile(column.plan.column).mean) for s in reading.segments]
    return sum(share * (own - mean) ** 2 for share, own in profiles if own is not None) / deviation**2


def _one_a_theme(columns: list[ColumnSummary], reading: Reading) -> list[ColumnSummary]:
    """The first of each theme, then the others."""
    theme = {name: i for i, theme in enumerate(reading.solution.themes) for name in theme.columns}
    seen: set[int | str] = set()
    first: list[ColumnSummary] = []
    rest: list[ColumnSummary] = []
    for column in columns:
        own = theme.get(column.plan.column, column.plan.column)
        (rest if own in seen else first).append(column)
        seen.add(own)
    return first + rest
