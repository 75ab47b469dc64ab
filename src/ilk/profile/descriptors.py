"""Descriptors: columns that did not build the segments and still differ between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from ilk.figures import percent
from ilk.model.parts import ColumnSummary, Descriptor, Profile
from ilk.profile.cells import Cells
from ilk.profile.grammar import yes_of
from ilk.profile.phrases import said_yes
from ilk.profile.summary import Layout, Summary
from ilk.profile.traits import level_shares
from ilk.profile.words import Words

MOST_CUSTOMERS = 5_000
"""From here on every difference is significant, so only its size is told; methods page, "Descriptors"."""

WORTH_TELLING = 0.1
"""Cramer's V, or square root of eta squared, from which a descriptor is told of a segment (Cohen 1988: small)."""

STRIKING = 0.5
"""The same from which a descriptor stands in the sentence of a segment (Cohen 1988: large)."""

APART = 0.2
"""Difference from everyone, in standard deviations, from which a mean is told of a segment (Cohen 1988: small)."""

MOST_TOLD = 3
"""Descriptors told of one segment."""

AS_MUCH = 0.9
"""Of two levels that differ about as much, what they are is told rather than what they are not."""

MOST = 0.5
"""Share of a segment that is most of it."""

BESIDE = 1.25
"""A segment's figure is told where it is this many times everyone's, or the other way round."""


@dataclass(frozen=True, slots=True)
class Measured:
    """An effect size with what its test needs: the statistic and degrees of freedom of F or chi squared."""

    effect: float
    statistic: float
    freedom: tuple[int, int]


def eta_squared(sums: npt.NDArray[np.int64]) -> Measured | None:
    """Between-group over total sum of squares, and F, from the `SUMS` of each group. None where nothing varies.

    Exact in whole numbers until the last divisions.

    Source: Fisher (1925), Statistical Methods for Research Workers; Cohen (1988).
    """
    groups = [tuple(int(part) for part in row) for row in sums if row[0] > 0]
    n, total = sum(g[0] for g in groups), sum(g[2] for g in groups)
    squares = sum((g[3] << 31) + g[4] for g in groups)
    whole = n * squares - total * total
    if len(groups) < 2 or n <= len(groups) or whole <= 0:
        return None
    between = sum(g[2] * g[2] / g[0] for g in groups) - total * total / n
    share = min(max(between * n / whole, 0.0), 1.0)
    freedom = len(groups) - 1, n - len(groups)
    statistic = share / freedom[0] / ((1.0 - share) / freedom[1]) if share < 1.0 else float("inf")
    return Measured(share, statistic, freedom)


def cramers_v(table: npt.NDArray[np.int64]) -> Measured | None:
    """sqrt(chi2 / (n * min(rows - 1, columns - 1))) of a table of counts, and chi2. None where nothing varies.

    Source: Cramer (1946), Mathematical Methods of Statistics.
    """
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return None
    n = int(table.sum())
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / n
    statistic = float(((table - expected) ** 2 / expected).sum())
    effect = min((statistic / (n * (min(table.shape) - 1))) ** 0.5, 1.0)
    return Measured(effect, statistic, ((table.shape[0] - 1) * (table.shape[1] - 1), 0))


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down adjustment of p values, in their order.

    Source: Holm (1979), Scandinavian Journal of Statistics 6(2).
    """
    order = sorted(range(len(p)), key=lambda i: p[i])
    adjusted, largest = [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = largest
    return tuple(adjusted)


@dataclass(frozen=True, slots=True)
class Striking:
    """The level of a describing column that most of a segment have, and few of the others.

    Args:
        key: The column and the level, as facts are called: gender=female.
        words: The same in words: gender “female”.
        here: Share of the segment.
        everyone: Share of everybody.
    """

    key: str
    words: str
    here: float
    everyone: float


@dataclass(frozen=True, slots=True)
class Described:
    """The describing columns of one solution, strongest first, and what is told of each segment.

    Args:
        descriptors: Measured.
        told: Of each segment, the most telling first.
        striking: Of each segment, what so strongly differs that it belongs into its sentence; empty where nothing does.
    """

    descriptors: tuple[Descriptor, ...]
    told: tuple[tuple[str, ...], ...]
    striking: tuple[Striking | None, ...] = ()


def describe_by(
    columns: Sequence[ColumnSummary],
    words: Sequence[Words],
    layout: Layout,
    summary: Summary,
    segments: Sequence[tuple[Profile, ...]],
) -> Described:
    """Measure how much each describing column differs between segments. Columns that built them are never tested.

    Args:
        columns: In the order of the profiles and of the layout's cells.
        words: The words of each.
        layout: How each is counted.
        summary: Counts by segment.
        segments: The profiles of each segment.
    """
    places = [i for i, column in enumerate(columns) if column.plan.use == "describes"]
    found = [(i, _measured(layout, summary, i, layout.cells[i])) for i in places]
    measured = [(i, m) for i, m in found if m is not None]
    small = int(summary.sizes.sum()) < MOST_CUSTOMERS
    p = holm([_p_value(layout.cells[i], m) for i, m in measured]) if small and measured else ()
    made = [(i, _descriptor(columns[i], words[i], layout.cells[i], m, [s[i] for s in segments])) for i, m in measured]
    if p:
        made = [(i, replace(descriptor, p=value)) for (i, descriptor), value in zip(made, p, strict=True)]
    made.sort(key=lambda pair: (-_comparable(pair[1]), pair[0]))
    telling = [i for i, descriptor in made if _comparable(descriptor) >= WORTH_TELLING]
    told = tuple(told_of(columns, words, profiles, telling) for profiles in segments)
    strong = [i for i, descriptor in made if _comparable(descriptor) >= STRIKING]
    striking = tuple(_striking(columns, words, profiles, strong) for profiles in segments)
    return Described(tuple(descriptor for _, descriptor in made), told, striking)


def _comparable(descriptor: Descriptor) -> float:
    """Both effect sizes on the scale of a correlation."""
    return descriptor.effect**0.5 if descriptor.effect_name == "eta squared" else descriptor.effect


def _by_mean(cells: Cells) -> bool:
    return cells.numeric and not cells.flag


def _measured(layout: Layout, summary: Summary, i: int, cells: Cells) -> Measured | None:
    if _by_mean(cells):
        return eta_squared(summary.sums[:, i])
    start, stop = layout.starts[i : i + 2]
    return cramers_v(summary.cells[:, start:stop])


def _p_value(cells: Cells, measured: Measured) -> float:
    from scipy import special

    first, second = measured.freedom
    if _by_mean(cells):
        return float(special.fdtrc(first, second, measured.statistic))
    return float(special.chdtrc(first, measured.statistic))


def _descriptor(
    column: ColumnSummary, words: Words, cells: Cells, measured: Measured, profiles: Sequence[Profile]
) -> Descriptor:
    name: Literal["eta squared", "Cramer's V"] = "eta squared" if _by_mean(cells) else "Cramer's V"
    text = _mean_range(words, profiles, column) if _by_mean(cells) else _share_range(column, words, profiles)
    return Descriptor(column.plan.column, measured.effect, name, None, text)


def _mean_range(words: Words, profiles: Sequence[Profile], column: ColumnSummary) -> str:
    means = [(p.mean, i + 1) for i, p in enumerate(profiles) if p.mean is not None]
    if len(means) < 2 or column.plan.kind == "date":
        return f"{words.plain} differs between segments"
    (low, at_low), (high, at_high) = min(means), max(means)
    if words.steps:
        told = f"{words.said(low)} in segment {at_low}, {words.said(high)} in segment {at_high}"
        return f"the average answer to {words.plain} is {told}"
    return f"{words.plain} averages {words.said(low)} in segment {at_low} and {words.said(high)} in segment {at_high}"


def _share_range(column: ColumnSummary, words: Words, profiles: Sequence[Profile]) -> str:
    """The level whose share differs most between two segments."""
    shares = [level_shares(column, profile) for profile in profiles]
    best: tuple[float, str, int, int] | None = None
    yes = _yes(column)
    for level in (yes,) if yes else column.levels:
        known = [(own[level], i) for i, own in enumerate(shares) if level in own]
        if len(known) > 1 and (best is None or max(known)[0] - min(known)[0] > best[0]):
            best = max(known)[0] - min(known)[0], level, min(known)[1], max(known)[1]
    if best is None:
        return f"{words.plain} differs between segments"
    _, level, low, high = best
    named = _level_words(column, words, level)
    least, most = percent(shares[low][level]), percent(shares[high][level])
    return f"{named}: {least} of segment {low + 1}, {most} of segment {high + 1}"


def told_of(
    columns: Sequence[ColumnSummary], words: Sequence[Words], profiles: Sequence[Profile], telling: Sequence[int]
) -> tuple[str, ...]:
    """What is told of one segment: its most telling descriptors, with everyone's figure beside them."""
    texts = (_own_text(columns[i], words[i], profiles[i]) for i in telling)
    return tuple(text for text in texts if text)[:MOST_TOLD]


def _own_text(column: ColumnSummary, words: Words, profile: Profile) -> str:
    everyone = column.everyone
    if column.plan.kind in {"flag", "category"}:
        return _own_level(column, words, profile)
    if profile.mean is None or everyone.mean is None or everyone.deviation is None or column.plan.kind == "date":
        return ""
    if abs(profile.mean - everyone.mean) < APART * everyone.deviation:
        return ""
    if words.steps:
        return f"{words.said(profile.mean)} to {words.plain} on average (everyone: {words.said(everyone.mean)})"
    return f"{words.plain} {words.said(profile.mean)} on average (everyone: {words.said(everyone.mean)})"


def _own_level(column: ColumnSummary, words: Words, profile: Profile) -> str:
    """The level that stands out most against everyone; of a yes-or-no column the yes."""
    here, everyone = level_shares(column, profile), level_shares(column, column.everyone)
    levels = [level for level in here if level in everyone and level != "(other)"]
    yes = _yes(column)
    levels = [level for level in levels if level == yes] if yes else levels
    apart = [
        level
        for level in levels
        if here[level] >= BESIDE * everyone[level] or (everyone[level] >= BESIDE * here[level] and here[level] > 0.0)
    ]
    if not apart:
        return ""
    most = AS_MUCH * max(abs(here[level] - everyone[level]) for level in apart)
    best = [level for level in apart if abs(here[level] - everyone[level]) >= most]
    level = max(best, key=lambda level: (here[level] > everyone[level], abs(here[level] - everyone[level]), level))
    named = _level_words(column, words, level)
    return f"{percent(here[level])} {named} (everyone: {percent(everyone[level])})"


def _striking(
    columns: Sequence[ColumnSummary], words: Sequence[Words], profiles: Sequence[Profile], strong: Sequence[int]
) -> Striking | None:
    """What most of a segment are and everyone is far less; the strongest descriptor that has such a level."""
    for i in strong:
        here, everyone = level_shares(columns[i], profiles[i]), level_shares(columns[i], columns[i].everyone)
        level = max(here, key=lambda level: (here[level], level), default="")
        most = level not in {"", "(other)"} and here[level] > MOST and here[level] >= BESIDE * everyone.get(level, 1.0)
        if columns[i].plan.kind in {"flag", "category"} and most:
            column = columns[i].plan.column
            key = column if columns[i].plan.kind == "flag" else f"{column}={level}"
            return Striking(key, _level_words(columns[i], words[i], level), here[level], everyone[level])
    return None


def _yes(column: ColumnSummary) -> str:
    """The level that says yes, for a column of yes and no."""
    return column.levels[-1] if column.plan.kind == "flag" and column.levels else yes_of(column.levels)


def _level_words(column: ColumnSummary, words: Words, level: str) -> str:
    if level == _yes(column):
        return said_yes(words, yes=True)
    return f"{words.topic} “{level}”"
