"""Sizes and value: how many customers a segment has, beside what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ilk.model.parts import ColumnSummary, Segment
from ilk.model.score import UNLIKE_ANYONE
from ilk.outputs.charts.figure import (
    WIDE,
    Figure,
    Pad,
    Spec,
    colour,
    layer,
    name_layer,
    number,
    page,
    panel,
    rows_of,
    words,
)
from ilk.outputs.drawing import shortened
from ilk.outputs.reading import Unlike
from ilk.outputs.theme import EVERYONE, QUIET, segment_colour
from ilk.outputs.wording import customers, in_letters, noun_of, per_cent, share_of
from ilk.profile.grammar import capital

STEP, BAR, LABEL, GAP, NAMES = 40, 20, 64, 24, 344
ROOMY = 560

SPARE = 16
"""Pixels right of the last label: the widest of the system fonts needs more than the one the page is laid out with."""


def value_share(segment: Segment, column: str | None) -> float | None:
    """The segment's share of the total of an amount column."""
    return next((share for name, share in segment.value_share if name == column), None)


def sizes_and_value(
    segments: tuple[Segment, ...],
    value: ColumnSummary | None,
    least: int,
    unlike: Unlike | None = None,
    *,
    of_whom: str = "of customers",
) -> Figure:
    """Two aligned bars a segment: share of customers, share of the main amount (where there is one).

    Who is unlike anyone stands below them, in grey. Where customers count unequally, shares are `of_whom` "by weight".
    """
    subtitle = f"Share {of_whom}"
    first = "Customers" if of_whom.startswith("of ") else capital(of_whom)
    subtitle += f", and share of {noun_of(value.plan)}" if value else ""
    bars = [_of_segment(segment, value, least) for segment in segments]
    bars += [_of_unlike(unlike, value, least)] if unlike else []
    return Figure.of(
        "sizes-and-value",
        (_title(segments, value, of_whom), subtitle, "; ".join(bar.said for bar in bars)),
        lambda width: _spec(width, [_row(bar, roomy=width >= ROOMY, width=width) for bar in bars], value, first),
        width=WIDE,
    )


@dataclass(frozen=True, slots=True)
class _Bar:
    """Who is drawn: `share` of the customers, `worth` of the main amount, and both in words."""

    name: str
    share: float
    share_said: str
    worth: float | None
    said: str
    colour: str


def _of_segment(segment: Segment, value: ColumnSummary | None, least: int) -> _Bar:
    name = f"{segment.number}  {segment.persona.name}"
    worth = value_share(segment, value.plan.column) if value else None
    share, colour_ = share_of(segment.size, segment.share, least), segment_colour(segment.number)
    return _Bar(name, segment.share, share, worth, _line(segment, value, least), colour_)


def _of_unlike(unlike: Unlike, value: ColumnSummary | None, least: int) -> _Bar:
    said = f"0 {UNLIKE_ANYONE}: {customers(unlike.size, unlike.share, least=least)}"
    said += f", {per_cent(unlike.worth)} of {noun_of(value.plan)}" if value and unlike.worth is not None else ""
    share = share_of(unlike.size, unlike.share, least)
    return _Bar(f"0  {UNLIKE_ANYONE}", unlike.share, share, unlike.worth, said, EVERYONE)


def _title(segments: tuple[Segment, ...], value: ColumnSummary | None, of_whom: str) -> str:
    if value is not None:
        richest = max(segments, key=lambda s: (value_share(s, value.plan.column) or 0) - s.share)
        worth = value_share(richest, value.plan.column)
        if worth is not None and worth >= 1.2 * richest.share:
            amount = noun_of(value.plan)
            return f"{richest.persona.name}: {per_cent(richest.share)} {of_whom}, {per_cent(worth)} of {amount}"
    return f"The largest of {in_letters(len(segments))} segments has {per_cent(segments[0].share)} {of_whom}"


def _line(segment: Segment, value: ColumnSummary | None, least: int) -> str:
    worth = value_share(segment, value.plan.column) if value else None
    more = f", {per_cent(worth)} of {noun_of(value.plan)}" if value and worth is not None else ""
    return f"{segment.number} {segment.persona.name}: {customers(segment.size, segment.share, least=least)}{more}"


@dataclass(frozen=True, slots=True)
class _Shape:
    """How wide a panel and its names are, how high a row is, what the longest bar stands for."""

    across: int
    step: int
    names: int
    most: float
    roomy: bool


def _spec(width: int, rows: list[dict[str, Any]], value: ColumnSummary | None, first: str) -> Spec:
    roomy = width >= ROOMY
    names = NAMES if roomy else 0
    most = max(max(row["size"], row["worth"]) for row in rows) or 1.0
    heads = [("size", first), *([("worth", capital(noun_of(value.plan)))] if value else [])]
    across = (width - names - SPARE - GAP * (len(heads) - 1)) // len(heads) - LABEL
    shape = _Shape(across, STEP if roomy else STEP + 16, names, most, roomy)
    panels = [_panel(rows, field, head, shape) for field, head in heads]
    panels[0]["layer"].append(name_layer(rows, shape.step, names=names))
    return page(Pad(0, SPARE, 0, 0), hconcat=panels, spacing=LABEL + GAP, bounds="flush")


def _row(bar: _Bar, *, roomy: bool, width: int) -> dict[str, Any]:
    return {
        "name": shortened(bar.name, NAMES - 8 if roomy else width),
        "size": bar.share,
        "worth": max(bar.worth or 0.0, 0.0),
        "size_said": bar.share_said,
        "worth_said": per_cent(bar.worth),
        "colour": bar.colour,
        "tip": bar.said,
    }


def _panel(rows: list[dict[str, Any]], field: str, head: str, shape: _Shape) -> Spec:
    x, y = number(field, 0, shape.most), rows_of("name")
    below = {} if shape.roomy else {"yOffset": 10}
    bars = layer(rows, {"type": "bar", "height": BAR, **below}, x=x, y=y, color=colour())
    said = {"type": "text", "align": "left", "dx": 8, "baseline": "middle", **below}
    labels = layer(rows, said, x=x, y=y, text=words(f"{field}_said"))
    text = shortened(head, shape.across + LABEL)
    look = {"fontSize": 14, "fontWeight": 400, "color": QUIET, "offset": 8}
    title = {"text": text, "anchor": "start", "frame": "group", **look}
    return {"title": title, "layer": [bars, labels], **panel(shape.across, shape.step * len(rows))}
