"""Markers: the columns in which a segment differs most, as an index against everyone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ilk.model.parts import Content, Marker, Segment
from ilk.outputs.charts.figure import PHONE, Figure, Pad, Spec, colour, layer, name_layer, number, plot, rows_of, words
from ilk.outputs.differences import differences, signed
from ilk.outputs.drawing import shortened
from ilk.outputs.theme import EVERYONE, OVER_BAR, UNDER_BAR
from ilk.outputs.wording import clean, figure, fixed, in_units, index, per_cent, words_of

MOST = 8
STEP, BAR, LABEL = 40, 16, 56
SAME, FARTHEST = 100.0, 32.0

Scale = Callable[[list[float], int], tuple[Spec, float, float, float]]
"""Values and width -> the axis, its middle, its lowest and its highest value."""


def marker_bars(segment: Segment, content: Content) -> Figure | None:
    """Diverging bars around everyone's average; None for a segment that differs in nothing.

    Ratings are compared by points of their scale, everything else by its index, whichever most differences are.
    """
    found = differences(segment, content)[:MOST]
    rated = [marker for marker in found if content.column(marker.column).plan.kind == "ordered"]
    by_points = len(rated) > len(found) / 2
    shown = rated if by_points else [marker for marker in found if marker not in rated and marker.index is not None]
    if not shown:
        return None
    rows = [_row(marker, segment, content, by_points=by_points) for marker in shown]
    rows.sort(key=lambda row: -_length(row["value"], by_points=by_points))
    subtitle = "Average of the segment where everyone's is 100: 200 is twice, 50 is half as much"
    if by_points:
        subtitle = "Average rating of the segment, in points above or below everyone's"
    words_ = (in_one_phrase(shown[0], segment, content), subtitle, "; ".join(str(row["tip"]) for row in rows))
    scale = _points if by_points else _indices
    return Figure.of(f"markers-{segment.number}", words_, lambda width: _spec(width, rows, scale), width=PHONE)


def in_one_phrase(marker: Marker, segment: Segment, content: Content) -> str:
    """What a difference says against everyone, short enough for a title."""
    column = content.column(marker.column)
    name, mean = words_of(column.plan), segment.profile(marker.column).mean
    if column.plan.kind == "ordered" and mean is not None and column.everyone.mean is not None:
        points = mean - column.everyone.mean
        return f"{name}: {fixed(abs(points))} points {'above' if points > 0 else 'below'} everyone's average"
    if marker.index is None:
        return clean(marker.text)
    if marker.index >= 150:
        return f"{name}: {figure(marker.index / 100)} times everyone's average"
    if marker.index > 100:
        return f"{name}: {per_cent(marker.index / 100 - 1)} above everyone's average"
    if marker.index < 2:
        return f"{name}: next to nothing"
    return f"{name}: {per_cent(1 - marker.index / 100)} below everyone's average"


def _line(marker: Marker, segment: Segment, content: Content) -> str:
    column = content.column(marker.column)
    mean = in_units(segment.profile(marker.column).mean, column)
    everyone = in_units(column.everyone.mean, column)
    return f"{words_of(column.plan)}: {mean} on average, everyone {everyone}, index {index(marker.index)}"


def _row(marker: Marker, segment: Segment, content: Content, *, by_points: bool) -> dict[str, Any]:
    mean, everyone = segment.profile(marker.column).mean or 0.0, content.column(marker.column).everyone.mean or 0.0
    value = mean - everyone if by_points else marker.index or 0.0
    above = value >= (0.0 if by_points else SAME)
    return {
        "name": words_of(content.column(marker.column).plan),
        "value": value,
        "said": signed(value) if by_points else index(value),
        "above": above,
        "colour": OVER_BAR if above else UNDER_BAR,
        "tip": _line(marker, segment, content),
    }


def _length(value: float, *, by_points: bool) -> float:
    """How long the bar is, whatever its direction."""
    return abs(value) if by_points else abs(math.log(min(max(value, SAME / FARTHEST), SAME * FARTHEST) / SAME))


def _indices(values: list[float], width: int) -> tuple[Spec, float, float, float]:
    """A log axis from the lowest to the highest index: the axis, its middle and its ends."""
    low = min(max(min(values), SAME / FARTHEST), SAME / 1.5)
    high = max(min(max(values), SAME * FARTHEST), SAME * 1.5)
    return number("value", low, high, type="log", base=2, range=[LABEL, width - LABEL]), SAME, low, high


def _points(values: list[float], width: int) -> tuple[Spec, float, float, float]:
    """An even axis of points, at least a quarter of a point to both sides."""
    low, high = min(*values, -0.25), max(*values, 0.25)
    return number("value", low, high, range=[LABEL, width - LABEL]), 0.0, low, high


def _spec(width: int, rows: list[dict[str, Any]], scale: Scale) -> Spec:
    x, middle, low, high = scale([row["value"] for row in rows], width)
    drawn = [{**r, "name": shortened(r["name"], width - 8), "value": min(max(r["value"], low), high)} for r in rows]
    y = rows_of("name")
    bar = {"type": "bar", "height": BAR, "yOffset": 10}
    bars = layer(drawn, bar, x=x, x2={"datum": middle}, y=y, color=colour())
    tick = {"type": "tick", "height": BAR + 6, "bandSize": BAR + 6, "thickness": 2, "color": EVERYONE, "yOffset": 10}
    line = layer([{"name": row["name"], "value": middle} for row in drawn], tick, x=x, y=y)
    said = {"type": "text", "baseline": "middle", "yOffset": 10}
    right = layer([r for r in drawn if r["above"]], {**said, "align": "left", "dx": 6}, x=x, y=y, text=words("said"))
    left = layer(
        [r for r in drawn if not r["above"]], {**said, "align": "right", "dx": -6}, x=x, y=y, text=words("said")
    )
    return plot(width, STEP * len(rows), [bars, line, right, left, name_layer(drawn, STEP)], Pad(0, 0, 0, 0))
