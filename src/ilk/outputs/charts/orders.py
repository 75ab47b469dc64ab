"""Orders: how recently and how often each segment orders, and what share of the money it brings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ilk.model.parts import ColumnSummary, Content, Segment
from ilk.outputs.charts.figure import WIDE, Figure
from ilk.outputs.drawing import drawing, element, text, text_width, title
from ilk.outputs.theme import INK, LINE, PAPER, QUIET, segment_colour
from ilk.outputs.wording import in_units, listed, per_cent, words_of

HEIGHT, LEFT, RIGHT, TOP, FOOT = 360, 64, 24, 24, 56
SMALLEST, LARGEST = 10.0, 44.0
WANTED = ("recency", "frequency", "monetary")
GRID = 3
"""Thirds of either axis, as in the tables of recency and frequency that shops use."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A segment: its medians, its share of the money, the sentence about it."""

    number: int
    name: str
    recency: float
    frequency: float
    worth: float
    said: str


def orders_grid(content: Content, segments: Sequence[Segment]) -> Figure | None:
    """Segments by median recency (latest on the right) and frequency; None where there are no orders."""
    columns = _columns(content)
    if columns is None:
        return None
    places = [place for segment in segments if (place := _place(segment, columns)) is not None]
    if len(places) < 2:
        return None
    subtitle = "Median of each segment; the size of a circle is its share of what was spent"
    alt = "; ".join(place.said for place in places)
    return Figure("orders", _heading(places), subtitle, alt, lambda width: _draw(width, places, columns), WIDE)


def _columns(content: Content) -> tuple[ColumnSummary, ColumnSummary, ColumnSummary] | None:
    """The three figures of the orders, whatever block they are named by."""
    there = {
        c.plan.column.rpartition(".")[2].casefold(): c
        for c in content.columns
        if c.plan.block == "orders" and c.plan.use != "out"
    }
    if not all(name in there for name in WANTED):
        return None
    recency, frequency, monetary = (there[name] for name in WANTED)
    return recency, frequency, monetary


def _place(segment: Segment, columns: tuple[ColumnSummary, ColumnSummary, ColumnSummary]) -> _Place | None:
    recency, frequency, monetary = (segment.profile(column.plan.column) for column in columns)
    if recency.median is None or frequency.median is None:
        return None
    worth = dict(segment.value_share).get(columns[2].plan.column)
    if worth is None and monetary.total and columns[2].everyone.total:
        worth = monetary.total / columns[2].everyone.total
    often, last = in_units(frequency.median, columns[1]), in_units(recency.median, columns[0])
    said = f"{segment.number} {segment.persona.name}: {often} orders, the last {last} ago"
    said += f", {per_cent(worth)} of what was spent" if worth is not None else ""
    return _Place(segment.number, segment.persona.name, recency.median, frequency.median, worth or 0.0, said)


def _heading(places: Sequence[_Place]) -> str:
    often = max(places, key=lambda place: (place.frequency, -place.recency))
    late = min(places, key=lambda place: (place.recency, -place.frequency))
    gone = max(places, key=lambda place: (place.recency, -place.frequency))
    if often is late:
        return f"Segment {often.number} orders most often and ordered last; segment {gone.number} is longest away"
    said = [f"segment {often.number} orders most often", f"segment {late.number} ordered last"]
    words = listed(said)
    return f"{words[:1].upper()}{words[1:]}"


def _draw(width: int, places: Sequence[_Place], columns: tuple[ColumnSummary, ColumnSummary, ColumnSummary]) -> str:
    xs, ys = _scaled([p.recency for p in places]), _scaled([p.frequency for p in places])
    across, high = width - LEFT - RIGHT - 2 * LARGEST, HEIGHT - TOP - FOOT - 2 * LARGEST
    at = [(LEFT + LARGEST + (1 - x) * across, TOP + LARGEST + (1 - y) * high) for x, y in zip(xs, ys, strict=True)]
    parts = [_frame(width), *_words(width, places, columns)]
    order = sorted(range(len(places)), key=lambda i: -places[i].worth)
    parts += [_circle(places[i], *at[i]) for i in order]
    return drawing(width, HEIGHT, *parts)


def _scaled(values: Sequence[float]) -> list[float]:
    """Places from 0 to 1 on a logarithmic axis, all in the middle where none differs."""
    logs = [math.log1p(max(value, 0.0)) for value in values]
    low, high = min(logs), max(logs)
    return [0.5 if high == low else (one - low) / (high - low) for one in logs]


def _frame(width: float) -> str:
    """Thirds of both axes."""
    across, high = (width - LEFT - RIGHT) / GRID, (HEIGHT - TOP - FOOT) / GRID
    cells = [
        element("rect", x=LEFT + i * across, y=TOP + j * high, width=across, height=high, fill=PAPER, stroke=LINE)
        for i in range(GRID)
        for j in range(GRID)
    ]
    return "".join(cells)


def _words(
    width: float, places: Sequence[_Place], columns: tuple[ColumnSummary, ColumnSummary, ColumnSummary]
) -> list[str]:
    """What the axes are and where they begin and end, in the columns' own units."""
    recency, frequency, _ = columns
    old, new = max(p.recency for p in places), min(p.recency for p in places)
    often, seldom = max(p.frequency for p in places), min(p.frequency for p in places)
    under = HEIGHT - FOOT + 22
    ends = [
        text(LEFT, under, f"{in_units(old, recency)} ago", fill=QUIET),
        text(width - RIGHT, under, f"{in_units(new, recency)} ago", fill=QUIET, text_anchor="end"),
        text(LEFT - 8, TOP + LARGEST + 5, in_units(often, frequency), fill=QUIET, text_anchor="end"),
    ]
    if often != seldom:
        low = HEIGHT - FOOT - LARGEST + 5
        ends.append(text(LEFT - 8, low, in_units(seldom, frequency), fill=QUIET, text_anchor="end"))
    middle = LEFT + (width - LEFT - RIGHT) / 2
    ends.append(text(middle, HEIGHT - 8, f"{words_of(recency.plan)}, log →", fill=QUIET, text_anchor="middle"))
    ends.append(text(0, 14, f"{words_of(frequency.plan)}, log ↑", fill=QUIET))
    return ends


def _circle(place: _Place, x: float, y: float) -> str:
    radius = max(LARGEST * math.sqrt(place.worth), SMALLEST)
    paint = segment_colour(place.number)
    ring = element("circle", title(place.said), cx=x, cy=y, r=radius, fill=paint, fill_opacity=0.3, stroke=paint)
    number = str(place.number)
    beside = radius < text_width(number, bold=True)
    return ring + text(
        x + (radius + 6 if beside else 0), y + 5, number, fill=INK, font_weight="bold",
        text_anchor="start" if beside else "middle",
    )  # fmt: skip
