"""Axes of histograms: any edges become equal steps, and round values are placed between them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ilk.model.parts import ColumnSummary
from ilk.outputs.drawing import text_width
from ilk.outputs.wording import bare, day, is_share, per_cent

APART, MILLION = 16, 1_000_000
"""Pixels between two labels at the least."""


def even(edges: Sequence[float]) -> bool:
    """Whether no bin is much wider than another."""
    widths = [b - a for a, b in pairwise(edges)]
    return not widths or max(widths) <= 2.5 * min(widths)


def along(value: float, edges: Sequence[float]) -> float:
    """Where a value stands, counted in bins: 2.5 is the middle of the third."""
    i = min(max(bisect_right(edges, value) - 1, 0), len(edges) - 2)
    step = edges[i + 1] - edges[i]
    return i + ((value - edges[i]) / step if step > 0 else 0.0)


def ticks(column: ColumnSummary, bin_width: float, *, start: float = -4.0) -> list[tuple[float, str]]:
    """Round values along a histogram with their labels, as many as fit: (position in bins, label).

    Labels begin `start` pixels right of the first bin's left edge at the earliest.
    """
    edges = column.edges
    inside = [v for v in _candidates(edges) if edges[0] <= v <= edges[-1] and (v == int(v) or not column.facts.whole)]
    taken: list[tuple[float, str]] = []
    for value in inside:
        at, said = along(value, edges), _said(value, column)
        half = text_width(said) / 2
        room = at * bin_width - half >= start and half <= (len(edges) - 1 - at) * bin_width + 12
        clear = all(abs(at - other) * bin_width >= half + text_width(label) / 2 + APART for other, label in taken)
        if room and clear:
            taken.append((at, said))
    return sorted(taken)


def _candidates(edges: Sequence[float]) -> Iterator[float]:
    """Round values, the roundest first."""
    low, high = edges[0], edges[-1]
    if even(edges):
        yield from _multiples(low, high)
        return
    if low <= 0 <= high:
        yield 0.0
    top = math.ceil(math.log10(max(abs(low), abs(high), 1e-300)))
    for factor in (1, 5, 2):
        for power in _from_the_middle(top - 9, top):
            yield factor * 10.0**power
            yield -factor * 10.0**power


def _from_the_middle(low: int, high: int) -> Iterable[int]:
    return range(high, low - 1, -1)


def _multiples(low: float, high: float) -> Iterator[float]:
    """Multiples of a step that gives two to six labels, then of the next smaller step where they leave room."""
    span = high - low
    if span <= 0:
        yield low
        return
    power = 10.0 ** math.floor(math.log10(span))
    steps = [factor * power for factor in (1, 0.5, 0.25, 0.2)]
    step = next((s for s in steps if span / s >= 3), steps[-1])
    first = math.ceil(low / step - 1e-9)
    yield from (i * step for i in range(first, math.floor(high / step + 1e-9) + 1))


def _said(value: float, column: ColumnSummary) -> str:
    if is_share(column):
        return per_cent(value) if value else "0 %"
    if column.plan.kind == "date":
        return day(value).split()[-1]
    if abs(value) >= MILLION:
        return f"{bare(value / MILLION, column)} m"
    return bare(value, column)
