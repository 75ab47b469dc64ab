"""Two segments as one, from what is kept of them: no customer is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ilk.model.parts import ColumnSummary, Persona, Profile, Rule, Segment, Solution
from ilk.profile.descriptors import told_of
from ilk.profile.personas import Group, personas_of, value_shares
from ilk.profile.traits import Ground, ground_of

Cell = tuple[float, float, float]


def merged_segment(
    columns: Sequence[ColumnSummary],
    solution: Solution,
    first: Segment,
    second: Segment,
    *,
    value_column: str | None,
    min_group: int,
) -> Segment:
    """Return the segment that two become, with a persona of its own.

    Sizes, sums, histograms and shares add up exactly. The median and the outer quantiles are read off the added
    histograms, so they are about right only; the spread follows from both means and spreads. Trust and the rules'
    precision are of neither segment any more: trust is left out, and each rule keeps its precision as the least it
    has now and its recall of the whole. The name differs from those of the other segments.

    Args:
        columns: Everyone's figures, `Content.columns`.
        solution: The solution both belong to.
        first: One of its segments, or one that was merged before.
        second: Another.
        value_column: The amount whose share the sentence ends with, `Content.value_column`.
        min_group: Segments of fewer customers are not described.
    """
    gone = {first.number, second.number}
    others = [segment for segment in solution.segments if segment.number not in gone]
    profiles = _added(columns, first, second)
    described = _described(columns, profiles)
    ground = ground_of(described, solution.themes, [_aligned(described, segment.profiles) for segment in others])
    whole = _group(ground, solution, (first, second), profiles)
    rest = [_as_group(described, segment) for segment in others]
    persona = personas_of(ground, [whole, *rest], value_column, min_group)[0]
    names = {segment.persona.name for segment in others}
    return replace(
        first,
        number=min(gone),
        uid=_uid(first, second),
        size=whole.size,
        share=whole.share,
        persona=_named_apart(persona, names),
        trust=None,
        profiles=profiles,
        value_share=value_shares(ground, whole.profiles),
        nearest=next((n for n in (first.nearest, second.nearest) if n not in gone), None),
        farthest=next((n for n in (first.farthest, second.farthest) if n not in gone), None),
        distance_limit=max((d for d in (first.distance_limit, second.distance_limit) if d is not None), default=None),
        note="",
        use="",
    )


def added_profiles(column: ColumnSummary, one: Profile, other: Profile) -> Profile:
    """One column in two segments together. What is hidden in either stays hidden."""
    n = one.n + other.n
    total = _sum(one.total, other.total)
    whole = Profile(
        column=one.column,
        n=n,
        n_missing=one.n_missing + other.n_missing,
        mean=_weighted(one.mean, other.mean, one.n, other.n),
        deviation=_pooled(one, other),
        n_zero=_sum_of_counts(one.n_zero, other.n_zero),
        d=_weighted(one.d, other.d, one.n, other.n),
        total=total,
        bins=tuple(_sum_of_counts(a, b) for a, b in zip(one.bins, other.bins, strict=False)),
        levels=tuple(_sum_of_counts(a, b) for a, b in zip(one.levels, other.levels, strict=False)),
    )
    if whole.mean is None or one.median is None or other.median is None:
        return whole
    outer = one.low is not None or other.low is not None
    low, median, high = _quantiles(column, whole)
    return replace(whole, median=median, low=low if outer else None, high=high if outer else None)


def _added(columns: Sequence[ColumnSummary], first: Segment, second: Segment) -> tuple[Profile, ...]:
    by_column = {column.plan.column: column for column in columns}
    others = {profile.column: profile for profile in second.profiles}
    return tuple(added_profiles(by_column[p.column], p, others[p.column]) for p in first.profiles)


def _described(columns: Sequence[ColumnSummary], profiles: Sequence[Profile]) -> list[ColumnSummary]:
    by_column = {column.plan.column: column for column in columns}
    return [by_column[profile.column] for profile in profiles]


def _aligned(columns: Sequence[ColumnSummary], profiles: Sequence[Profile]) -> tuple[Profile, ...]:
    by_column = {profile.column: profile for profile in profiles}
    return tuple(by_column[column.plan.column] for column in columns)


def _as_group(columns: Sequence[ColumnSummary], segment: Segment) -> Group:
    profiles = _aligned(columns, segment.profiles)
    return Group(segment.size, segment.share, profiles, profiles)


def _group(ground: Ground, solution: Solution, pair: tuple[Segment, Segment], profiles: tuple[Profile, ...]) -> Group:
    places = {column.plan.column: i for i, column in enumerate(ground.columns)}
    telling = [places[d.column] for d in solution.descriptors if d.column in places]
    size = sum(segment.size for segment in pair)
    rules = [_rescaled(rule, segment.size / max(size, 1)) for segment in pair for rule in segment.persona.rules]
    rules.sort(key=lambda rule: (-rule.recall, rule.text))
    return Group(
        size,
        min(sum(segment.share for segment in pair), 1.0),
        profiles,
        profiles,
        tuple(rules),
        told_of(ground.columns, ground.words, profiles, telling),
    )


def _rescaled(rule: Rule, part: float) -> Rule:
    """A rule found this part of the whole's customers times its recall."""
    return replace(rule, recall=rule.recall * part)


def _named_apart(persona: Persona, taken: set[str]) -> Persona:
    """The persona's name, told apart from those of the others as they are called now."""
    name, letter = persona.name, ord("B")
    while name in taken:
        name, letter = f"{persona.name[:36]} ({chr(letter)})", letter + 1
    return replace(persona, name=name)


def _uid(first: Segment, second: Segment) -> str:
    return hashlib.sha256("+".join(sorted((first.uid, second.uid))).encode()).hexdigest()[:12]


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _sum_of_counts(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _weighted(one: float | None, other: float | None, n_one: int, n_other: int) -> float | None:
    if one is None or other is None or n_one + n_other == 0:
        return None
    return (one * n_one + other * n_other) / (n_one + n_other)


def _pooled(one: Profile, other: Profile) -> float | None:
    """Standard deviation of both together: within each, and between their means."""
    mean = _weighted(one.mean, other.mean, one.n, other.n)
    if mean is None or one.deviation is None or other.deviation is None or one.mean is None or other.mean is None:
        return None
    squares = one.n * (one.deviation**2 + one.mean**2) + other.n * (other.deviation**2 + other.mean**2)
    return float(max(squares / (one.n + other.n) - mean * mean, 0.0) ** 0.5)


def _quantiles(column: ColumnSummary, profile: Profile) -> tuple[float | None, float | None, float | None]:
    """5 %, 50 % and 95 % read off the histogram; hidden cells share what the others leave."""
    cells = _cells(column, profile)
    total = sum(cell[2] for cell in cells)
    if total <= 0.0:
        return None, None, None
    low, median, high = (_at(cells, share * total) for share in (0.05, 0.5, 0.95))
    return low, median, high


def _cells(column: ColumnSummary, profile: Profile) -> list[Cell]:
    """(from, to, customers) in ascending order; a zero and a level are cells without width."""
    if profile.bins:
        edges = column.edges
        raw = [(edges[i], edges[i + 1], n) for i, n in enumerate(profile.bins)]
        apart = column.plan.kind in {"amount", "count", "share"}
        raw = [*raw, (0.0, 0.0, profile.n_zero)] if apart else raw
    else:
        raw = [
            (value, value, n) for value, n in zip(_values(column), profile.levels, strict=False) if value is not None
        ]
    known = sum(n for _, _, n in raw if n is not None)
    hidden = sum(1 for _, _, n in raw if n is None)
    each = max(profile.n - known, 0) / hidden if hidden else 0.0
    return sorted((a, b, float(n) if n is not None else each) for a, b, n in raw)


def _values(column: ColumnSummary) -> list[float | None]:
    """What each level stands for: its number, or its step."""
    order = {step: float(i) for i, step in enumerate(column.plan.label.order)}
    found: list[float | None] = []
    for i, level in enumerate(column.levels):
        try:
            found.append(order[level] if level in order else float(level))
        except ValueError:
            found.append(None if level == "(other)" else float(i))
    return found


def _at(cells: Sequence[Cell], target: float) -> float:
    """The value below which `target` customers lie, evenly spread within a cell."""
    counts = np.cumsum([n for _, _, n in cells])
    i = min(int(np.searchsorted(counts, target)), len(cells) - 1)
    low, high, n = cells[i]
    before = float(counts[i]) - n
    return low + (high - low) * ((target - before) / n if n > 0.0 else 0.0)
