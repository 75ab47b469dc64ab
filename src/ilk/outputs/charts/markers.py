"""Markers: the columns in which a segment differs most, as an index against everyone."""

from __future__ import annotations

from typing import Any

from ilk.model.parts import Content, Marker, Segment
from ilk.outputs.charts.figure import PHONE, Figure, Pad, Spec, colour, layer, name_layer, number, plot, rows_of, words
from ilk.outputs.drawing import shortened
from ilk.outputs.theme import EVERYONE, OVER_BAR, UNDER_BAR
from ilk.outputs.wording import clean, figure, in_units, index, lower_first, per_cent, words_of

MOST = 8
STEP, BAR, LABEL = 40, 16, 56
SAME, FARTHEST = 100.0, 32.0


def marker_bars(segment: Segment, content: Content) -> Figure | None:
    """Diverging bars around everyone's average; None for a segment without an index to show."""
    markers = [marker for marker in segment.persona.markers if marker.index is not None][:MOST]
    if not markers:
        return None
    alt = "; ".join(_line(marker, segment, content) for marker in markers)
    title = in_one_phrase(markers[0], content)
    subtitle = "Average of the segment as an index: 100 is everyone's average. Log scale"
    rows = [_row(marker, segment, content) for marker in markers]
    return Figure.of(f"markers-{segment.number}", (title, subtitle, alt), lambda width: _spec(width, rows), width=PHONE)


def in_one_phrase(marker: Marker, content: Content) -> str:
    """What a marker says against everyone, short enough for a title."""
    name = words_of(content.column(marker.column).plan)
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


def _row(marker: Marker, segment: Segment, content: Content) -> dict[str, Any]:
    above = (marker.index or 0) >= SAME
    return {
        "name": words_of(content.column(marker.column).plan),
        "index": marker.index,
        "said": index(marker.index),
        "above": above,
        "colour": OVER_BAR if above else UNDER_BAR,
        "tip": _line(marker, segment, content),
    }


def _spec(width: int, rows: list[dict[str, Any]]) -> Spec:
    low = min(max(min(row["index"] for row in rows), SAME / FARTHEST), SAME / 1.5)
    high = max(min(max(row["index"] for row in rows), SAME * FARTHEST), SAME * 1.5)
    drawn = [{**r, "name": shortened(r["name"], width - 8), "index": min(max(r["index"], low), high)} for r in rows]
    x = number("index", low, high, type="log", base=2, range=[LABEL, width - LABEL])
    y = rows_of("name")
    bar = {"type": "bar", "height": BAR, "yOffset": 10}
    bars = layer(drawn, bar, x=x, x2={"datum": SAME}, y=y, color=colour())
    line = layer([{"index": SAME}], {"type": "rule", "color": EVERYONE, "strokeWidth": 2}, x=x)
    said = {"type": "text", "baseline": "middle", "yOffset": 10}
    right = layer([r for r in drawn if r["above"]], {**said, "align": "left", "dx": 6}, x=x, y=y, text=words("said"))
    left = layer(
        [r for r in drawn if not r["above"]], {**said, "align": "right", "dx": -6}, x=x, y=y, text=words("said")
    )
    return plot(width, STEP * len(rows), [line, bars, right, left, name_layer(drawn, STEP)], Pad(0, 0, 0, 0))


def strongest(segment: Segment, content: Content, most: int = 3) -> list[tuple[str, Marker]]:
    """The first markers with the words of their columns, at most one a theme."""
    found: dict[int, Marker] = {}
    for marker in segment.persona.markers:
        found.setdefault(marker.theme, marker)
    return [(lower_first(words_of(content.column(m.column).plan)), m) for m in list(found.values())[:most]]
