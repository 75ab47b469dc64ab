"""In what a segment differs from everyone: its markers, then weaker differences, so that nobody is left undescribed."""

from __future__ import annotations

from collections.abc import Sequence

from ilk.model.parts import Content, Direction, Marker, Segment
from ilk.outputs.wording import fixed, in_units, lower_first, times, words_of

WEAKEST = 0.25
"""Standard deviations from everyone below which a difference is not worth a word (rule of thumb)."""


def differences(segment: Segment, content: Content) -> tuple[Marker, ...]:
    """The markers of a segment, strongest first, then the other building columns in which it differs at all."""
    marked = {marker.column for marker in segment.persona.markers}
    weaker = [_weaker(name, segment, content) for name in _columns(segment, content) if name not in marked]
    return (*segment.persona.markers, *sorted(weaker, key=lambda m: (-abs(m.d), m.column)))


def strongest(segment: Segment, content: Content, most: int = 3) -> tuple[Marker, ...]:
    """The first differences, at most one a theme."""
    first: dict[int, Marker] = {}
    for marker in differences(segment, content):
        first.setdefault(marker.theme, marker)
    return tuple(first.values())[:most]


def reach_of(segments: Sequence[Segment], content: Content) -> float:
    """The largest difference shown on any card, which all bars are measured by; a deviation at the least."""
    shown = [abs(marker.d) for segment in segments for marker in strongest(segment, content)]
    return max(1.0, *shown) if shown else 1.0


def against_everyone(marker: Marker, segment: Segment, content: Content) -> str:
    """A difference at a glance: 4.3 ×, +0.8 on a rating scale, or its direction."""
    column, profile = content.column(marker.column), segment.profile(marker.column)
    if column.plan.kind == "ordered" and profile.mean is not None and column.everyone.mean is not None:
        return signed(profile.mean - column.everyone.mean)
    return times(marker.index) if marker.index is not None else marker.direction


def signed(points: float) -> str:
    """A difference on a rating scale: +0.80, −0.35."""
    return f"+{fixed(points)}" if points > 0 else fixed(points)


def _columns(segment: Segment, content: Content) -> list[str]:
    found = {p.column: p.d for p in segment.profiles if p.d is not None and p.mean is not None}
    building = [c.plan.column for c in content.columns if c.plan.use == "builds"]
    return [name for name in building if abs(found.get(name) or 0.0) >= WEAKEST]


def _weaker(name: str, segment: Segment, content: Content) -> Marker:
    column, profile = content.column(name), segment.profile(name)
    here, everyone, d = profile.mean or 0.0, column.everyone.mean or 0.0, profile.d or 0.0
    figures = f"({in_units(here, column)}; everyone {in_units(everyone, column)})"
    direction: Direction = "high" if d > 0 else "low"
    text = f"{direction} {lower_first(words_of(column.plan))} {figures}"
    index = 100 * here / everyone if everyone > 0 else None
    return Marker(name, _theme(name, content), direction, d, index, text)


def _theme(name: str, content: Content) -> int:
    """The number markers give the column's theme; a column by itself is one, told from others by a number below 0."""
    for i, theme in enumerate(content.solution(content.k).themes):
        if name in theme.columns:
            return i
    return -1 - [c.plan.column for c in content.columns].index(name)
