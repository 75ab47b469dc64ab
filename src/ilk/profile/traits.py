"""How a segment differs from everyone, column by column: the ground that markers, names and sentences stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ilk.features.plans import Theme
from ilk.model.parts import ColumnSummary, Profile
from ilk.profile.grammar import yes_of
from ilk.profile.words import Words, words_for

SCALE_PART = 0.25
"""A yes-or-no or ordered column marks a segment from a quarter of its scale on; methods page, "Markers"."""

SHARE_PART = 0.5
LEAST_POINTS = 0.05
"""A yes-or-no column also from half of everyone's share on, if that is at least five percentage points."""

PREFERRED = 0.6
"""A level above everyone's share is told rather than one below it, from this part of the latter's difference on."""

LEAST_D = 0.5
"""Any other column from half a standard deviation on."""

LEAST_SUPPORT = (10, 0.05)
"""Customers of a segment, and the part of it, who must have an interest for it to say something of the segment (rule of
thumb): a lift of ten made by a handful is chance."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Everyone's figures, and the words for them.

    Args:
        columns: Columns that build or describe, in file order; segments' profiles are in the same order.
        words: The words of each of them.
        themes: Every building column with weight is in one.
        turned: Columns that fall when the first column of their theme rises.
    """

    columns: tuple[ColumnSummary, ...]
    words: tuple[Words, ...]
    themes: tuple[Theme, ...]
    turned: frozenset[str] = frozenset()

    @property
    def theme_of(self) -> dict[str, int]:
        """The number of each column's theme, from 0."""
        return {column: i for i, theme in enumerate(self.themes) for column in theme.columns}


@dataclass(frozen=True, slots=True)
class Trait:
    """One column (or one level of a category) in one segment, against everyone.

    Args:
        at: The column's place in the ground.
        theme: Its theme.
        d: Difference in standard deviations of everyone.
        here: The segment's mean, its share of the level, or the share who have an interest.
        everyone: Everyone's.
        zeros: Share of zeros here and among everyone; None where unknown.
        level: The level, for a category.
        marks: Whether the difference is large enough to be a marker.
        towards: +1 or -1: the side of the theme on which this lies.
    """

    at: int
    theme: int
    d: float
    here: float
    everyone: float
    zeros: tuple[float | None, float | None]
    level: str
    marks: bool
    towards: int

    @property
    def direction(self) -> Literal["high", "low"]:
        """Above or below everyone."""
        return "high" if self.d > 0 else "low"

    @property
    def lift(self) -> float:
        """How many times as many have it as among everyone; 0 where nobody has."""
        return self.here / self.everyone if self.everyone > 0.0 else 0.0


def ground_of(
    columns: Sequence[ColumnSummary],
    themes: Sequence[Theme],
    segments: Sequence[tuple[Profile, ...]],
    words: tuple[Words, ...] | None = None,
) -> Ground:
    """Set the ground for one solution.

    Args:
        columns: In the order of the segments' profiles.
        themes: Themes of the building columns; columns that are in none get one of their own.
        segments: The profiles of each segment.
        words: The words of each column, made here when not given.
    """
    building = [c.plan.column for c in columns if c.plan.use == "builds" and c.plan.weight > 0.0]
    told = [Theme(tuple(c for c in theme.columns if c in building), theme.share) for theme in themes]
    placed = {column for theme in told for column in theme.columns}
    single = [Theme((column,)) for column in building if column not in placed]
    complete = (*(theme for theme in told if theme.columns), *single)
    index = {column.plan.column: i for i, column in enumerate(columns)}
    turned = frozenset(
        column
        for theme in complete
        for column in theme.columns[1:]
        if _together(segments, index[theme.columns[0]], index[column]) < 0.0
    )
    said = words or tuple(words_for(c.plan, c.facts) for c in columns)
    return Ground(tuple(columns), said, complete, turned)


def traits_of(ground: Ground, profiles: Sequence[Profile]) -> tuple[Trait, ...]:
    """Differences of one segment from everyone in the columns that build, strongest first."""
    theme_of = ground.theme_of
    found: list[Trait] = []
    for at, (column, profile) in enumerate(zip(ground.columns, profiles, strict=True)):
        theme = theme_of.get(column.plan.column)
        if theme is not None:
            made = _interest_trait if column.plan.kind == "topics" else _number_trait
            found += _level_traits(column, profile, at, theme) or made(ground, profile, at, theme)
    return tuple(sorted(found, key=lambda trait: (-abs(trait.d), trait.at, trait.level)))


def zero_share(profile: Profile) -> float | None:
    """The share of zeros; where their number is hidden, 1 if 95 % of the answers are zero."""
    if profile.n == 0:
        return None
    if profile.n_zero is not None:
        return min(profile.n_zero / profile.n, 1.0)
    return 1.0 if profile.high == 0.0 and profile.low == 0.0 else None


def level_shares(column: ColumnSummary, profile: Profile) -> dict[str, float]:
    """The share of each level that may be shown, among those who answered."""
    if profile.n == 0:
        return {}
    pairs = zip(column.levels, profile.levels, strict=False)
    return {level: n / profile.n for level, n in pairs if n is not None}


def _together(segments: Sequence[tuple[Profile, ...]], first: int, second: int) -> float:
    """Whether two columns move together across segments: above 0 if they do."""
    return sum((p[first].d or 0.0) * (p[second].d or 0.0) * p[first].n for p in segments)


def _number_trait(ground: Ground, profile: Profile, at: int, theme: int) -> list[Trait]:
    column = ground.columns[at]
    everyone = column.everyone
    if profile.mean is None or everyone.mean is None or profile.d is None:
        return []
    difference = profile.mean - everyone.mean
    marks = _marks(column, profile.d, difference)
    side = (1 if profile.d > 0 else -1) * (-1 if column.plan.column in ground.turned else 1)
    zeros = zero_share(profile), zero_share(everyone)
    return [Trait(at, theme, profile.d, profile.mean, everyone.mean, zeros, "", marks, side)]


def _interest_trait(ground: Ground, profile: Profile, at: int, theme: int) -> list[Trait]:
    """How many have an interest at all, against everyone; d is still how much of their attention it has.

    Only an interest they have marks a segment: what they have instead says more than what they have not.
    """
    column = ground.columns[at]
    zeros = zero_share(profile), zero_share(column.everyone)
    if zeros[0] is None or zeros[1] is None or profile.d is None:
        return []
    here, everyone = 1.0 - zeros[0], 1.0 - zeros[1]
    d = abs(profile.d) if here >= everyone else -abs(profile.d)
    customers, part = LEAST_SUPPORT
    known = here >= part and here * profile.n >= customers
    marks = d > 0.0 and known and _flag_marks(here - everyone, everyone)
    return [Trait(at, theme, d, here, everyone, zeros, "", marks, 1 if d > 0 else -1)]


def _marks(column: ColumnSummary, d: float, difference: float) -> bool:
    if column.plan.kind == "flag":
        return _flag_marks(difference, column.everyone.mean or 0.0)
    scale = _scale(column) if column.plan.kind == "ordered" else None
    return abs(d) >= LEAST_D if scale is None else abs(difference) >= SCALE_PART * scale


def _flag_marks(difference: float, everyone: float) -> bool:
    size = abs(difference)
    return size >= SCALE_PART or (size >= SHARE_PART * everyone and size >= LEAST_POINTS)


def _scale(column: ColumnSummary) -> float | None:
    """Last step less first step of an ordered column."""
    ends = scale_of(column)
    return ends[1] - ends[0] if ends is not None else None


def scale_of(column: ColumnSummary) -> tuple[float, float] | None:
    """The first and the last step of an ordered column, words counted from 0; None where there are no two."""
    if column.plan.label.order:
        return _ends([0.0, len(column.plan.label.order) - 1.0])
    try:
        return _ends([float(level) for level in column.levels if level != "(other)"])
    except ValueError:
        return _ends([0.0, len(column.levels) - 1.0])


def _ends(steps: Sequence[float]) -> tuple[float, float] | None:
    return (min(steps), max(steps)) if len(steps) > 1 and max(steps) > min(steps) else None


def _level_traits(column: ColumnSummary, profile: Profile, at: int, theme: int) -> list[Trait]:
    """The level of a category that differs most; nothing for other columns."""
    if column.plan.kind != "category":
        return []
    here, everyone = level_shares(column, profile), level_shares(column, column.everyone)
    found = []
    yes = yes_of(column.levels)
    for level, share in here.items():
        if yes and level != yes:
            continue
        of_all = everyone.get(level)
        if of_all is None or level == "(other)" or not 0.0 < of_all < 1.0:
            continue
        d = (share - of_all) / (of_all * (1.0 - of_all)) ** 0.5
        side = column.levels.index(level) + 1
        marks = _flag_marks(share - of_all, of_all)
        found.append(Trait(at, theme, d, share, of_all, (None, None), level, marks, side if d > 0 else -side))
    found.sort(key=lambda trait: (-abs(trait.d), trait.level))
    # What a segment is says more than what it is not, unless that is much stronger.
    above = [trait for trait in found if trait.d >= PREFERRED * abs(found[0].d)]
    return (above or found)[:1]
