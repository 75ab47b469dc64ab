"""In what a segment differs from everyone: its markers, then weaker differences, so that nobody is left undescribed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from ilk.model.parts import ColumnSummary, Content, Direction, Marker, Profile, Segment
from ilk.outputs.charts.interests import having
from ilk.outputs.wording import fixed, in_units, much_of, per_cent, times

WEAKEST = 0.25
"""Standard deviations from everyone below which a difference is not worth a word (rule of thumb)."""

FARTHEST = 5.0
"""Doublings from everyone's average, 32 times or a 32nd part, beyond which a bar is no longer."""

UNITS = ("doublings", "points", "deviations")


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


@dataclass(frozen=True, slots=True)
class Lean:
    """A difference as a bar beside its figure: `share` of half the bar, to the right for more than everyone."""

    marker: Marker
    said: str
    share: float


@dataclass(frozen=True, slots=True)
class Reach:
    """What a full half bar stands for: doublings of everyone's average, points of a scale, standard deviations."""

    doublings: float = 1.0
    points: float = 0.5
    deviations: float = 1.0

    def lean(self, marker: Marker, segment: Segment, content: Content) -> Lean:
        """The bar of a difference, as long as the figure beside it says."""
        unit, far = _far(marker, segment, content)
        return Lean(marker, against_everyone(marker, segment, content), min(max(far / getattr(self, unit), -1.0), 1.0))


def reach_of(segments: Sequence[Segment], content: Content) -> Reach:
    """The largest difference shown on any card, which all bars are measured by."""
    found = [_far(marker, segment, content) for segment in segments for marker in strongest(segment, content)]
    least = Reach()
    return Reach(*(max([getattr(least, u), *(abs(far) for unit, far in found if unit == u)]) for u in UNITS))


def leaning(segment: Segment, content: Content, reach: Reach) -> tuple[Lean, ...]:
    """The strongest differences of a segment as bars, the longest first."""
    found = [reach.lean(marker, segment, content) for marker in strongest(segment, content)]
    return tuple(sorted(found, key=lambda lean: -abs(lean.share)))


def _far(marker: Marker, segment: Segment, content: Content) -> tuple[str, float]:
    """How far from everyone, measured as the figure that is printed, and in what."""
    column, profile = content.column(marker.column), segment.profile(marker.column)
    if column.plan.kind == "ordered" and profile.mean is not None and column.everyone.mean is not None:
        return "points", profile.mean - column.everyone.mean
    if marker.index is not None:
        return "doublings", min(max(log2(max(marker.index, 1.0) / 100.0), -FARTHEST), FARTHEST)
    return "deviations", marker.d


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
    """Building columns that differ enough; of interests only those they have more of."""
    found = {p.column: p.d or 0.0 for p in segment.profiles if p.mean is not None}
    building = {c.plan.column: found.get(c.plan.column, 0.0) for c in content.columns if c.plan.use == "builds"}
    lacking = {
        c.plan.column for c in content.columns if c.plan.kind == "topics" and found.get(c.plan.column, 0.0) < 0.0
    }
    return [name for name, d in building.items() if abs(d) >= WEAKEST and name not in lacking]


def _weaker(name: str, segment: Segment, content: Content) -> Marker:
    column, profile = content.column(name), segment.profile(name)
    here, everyone, d = profile.mean or 0.0, column.everyone.mean or 0.0, profile.d or 0.0
    if column.plan.kind == "topics":
        return _weaker_interest(column, profile, _theme(name, content), d)
    figures = f"({in_units(here, column)}; everyone {in_units(everyone, column)})"
    direction: Direction = "high" if d > 0 else "low"
    text = f"{much_of(column.plan, much=d > 0)} {figures}"
    index = 100 * here / everyone if everyone > 0 else None
    return Marker(name, _theme(name, content), direction, d, index, text)


def _weaker_interest(column: ColumnSummary, profile: Profile, theme: int, d: float) -> Marker:
    """How many have it, as markers of interests say it."""
    here, everyone = having(profile), having(column.everyone)
    text = f"{column.plan.label.words} ({per_cent(here)}; everyone {per_cent(everyone)})"
    return Marker(column.plan.column, theme, "high", d, 100 * here / everyone if here and everyone else None, text)


def _theme(name: str, content: Content) -> int:
    """The number markers give the column's theme; a column by itself is one, told from others by a number below 0."""
    for i, theme in enumerate(content.solution(content.k).themes):
        if name in theme.columns:
            return i
    return -1 - [c.plan.column for c in content.columns].index(name)
