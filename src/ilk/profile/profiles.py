"""One column in one segment: its figures in the column's own units, with what is about too few left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ilk.features.weighing import GRAIN
from ilk.model.parts import Profile
from ilk.profile.cells import Cells, Values
from ilk.profile.privacy import Mask, coarse, hidden_cells, shown, silent_rows, told_sizes
from ilk.profile.summary import Layout, Summary, Whole, mean_and_deviation

Quantiles: TypeAlias = "tuple[Values, Whole] | None"

SHARES = (0.05, 0.5, 0.95)
"""Quantiles that are shown instead of extremes, which are somebody's own values."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything counted of one grouping.

    Args:
        summary: Counts and sums by group.
        quantiles: Per column, the `SHARES` of each group and of how many values; None for columns without numbers.
        d: Mean on the feature scale minus everyone's, in standard deviations, shape (n_groups, n_columns), NaN
            where there is none.
        weighted: The same counts and sums with each customer as heavy as it is, where they are not all alike.
    """

    layout: Layout
    summary: Summary
    quantiles: tuple[Quantiles, ...]
    d: Values
    weighted: Summary | None = None

    def told(self, i: int) -> Whole:
        """What means are made of: the `SUMS` of a column, weighted where customers are, shape (n_groups, 5)."""
        return (self.summary if self.weighted is None else self.weighted).sums[:, i]


def everyone_profiles(counted: Counted, min_group: int) -> tuple[Profile, ...]:
    """One profile a column of all customers as one group; blanks are counted exactly."""
    return tuple(_one(_Column(counted, i, min_group, exact=True), 0) for i in range(len(counted.layout.cells)))


def segment_profiles(counted: Counted, min_group: int, *, cover: bool = True) -> tuple[tuple[Profile, ...], ...]:
    """Profiles of each segment, one a column; blanks are rounded to multiples of min_group.

    With `cover` nothing is said of a segment either by which a smaller one could be worked out; without it the
    profiles are for choosing words only.
    """
    columns = [_Column(counted, i, min_group, exact=False, cover=cover) for i in range(len(counted.layout.cells))]
    return tuple(tuple(_one(column, g) for column in columns) for g in range(len(counted.summary.sizes)))


class _Column:
    """One column of a grouping, with what must be hidden worked out once for all its groups."""

    __slots__ = (
        "cells",
        "counted",
        "counts",
        "exact",
        "hidden",
        "i",
        "min_group",
        "silent",
        "sizes",
        "sums",
        "zero_hidden",
        "zeros",
    )

    def __init__(self, counted: Counted, i: int, min_group: int, *, exact: bool, cover: bool = True) -> None:
        self.counted, self.i, self.min_group, self.exact = counted, i, min_group, exact
        self.cells: Cells = counted.layout.cells[i]
        start, stop = counted.layout.starts[i : i + 2]
        answered, self.sums = counted.summary.sums[:, i, 0], counted.told(i)
        counts = _counts_of(counted.summary, i, slice(start, stop), apart=self.cells.zero_apart)
        self.counts, self.zeros = counts, counted.summary.sums[:, i, 1]
        if counted.weighted is not None:
            heavy = _counts_of(counted.weighted, i, slice(start, stop), apart=self.cells.zero_apart)
            self.counts = _as_customers(heavy, self.sums[:, 0], answered)
            self.zeros = _as_customers(self.sums[:, 1:2], self.sums[:, 0], answered)[:, 0]
        sizes = counted.summary.sizes
        self.sizes = told_sizes(sizes, min_group) if cover and len(sizes) > 1 else sizes
        self.silent = _silent(counted.summary.sizes, answered, min_group) if cover else answered < min_group
        self.hidden = _hidden(counts, self.silent, min_group) | _hidden(self.counts, self.silent, min_group)
        zeros = counted.summary.sums[:, i, 1]
        parts = np.column_stack([zeros, answered - zeros])
        self.zero_hidden = self.hidden[:, 0] if self.cells.zero_apart else _hidden(parts, self.silent, min_group)[:, 0]


def _counts_of(summary: Summary, i: int, cells: slice, *, apart: bool) -> Whole:
    """Bins or levels of a column by group, zeros before them where they are in none."""
    table = summary.cells[:, cells]
    return np.column_stack([summary.sums[:, i, 1], table]) if apart else table


def _as_customers(heavy: Whole, everybody: Whole, answered: Whole) -> Whole:
    """Weighted counts as so many of the customers who answered: their shares are weighted, and they add up.

    Args:
        heavy: Grains by group and cell.
        everybody: Grains of all who answered, by group.
        answered: Customers who answered, by group.
    """
    parts = heavy.cumsum(axis=1) / np.maximum(everybody, 1)[:, None] * answered[:, None]
    whole = np.floor(parts + 0.5).astype(np.int64)
    return np.diff(whole, axis=1, prepend=0)


def _silent(sizes: Whole, answered: Whole, min_group: int) -> Mask:
    few: Mask = answered < min_group
    return few if len(sizes) == 1 else few | silent_rows(sizes, min_group) | silent_rows(answered, min_group)


def _hidden(counts: Whole, silent: Mask, min_group: int) -> Mask:
    hidden = hidden_cells(counts[~silent], min_group)
    full = np.ones(counts.shape, dtype=bool)
    full[~silent] = hidden
    return full


def _one(column: _Column, g: int) -> Profile:
    name, size = column.cells.column, int(column.sizes[g])
    n = min(int(column.counted.summary.sums[g, column.i, 0]), size)
    missing = size - n if column.exact else min(coarse(size - n, column.min_group), size)
    blank = Profile(column=name, n=size - missing, n_missing=missing)
    if column.silent[g]:
        return blank
    n_zero, counts = _counts(column, g)
    bins, levels = ((), counts) if column.cells.levels else (counts, ())
    if not column.cells.numeric:
        return Profile(column=name, n=blank.n, n_missing=missing, levels=levels)
    mean, deviation, total = _moments(column, g)
    low, median, high = _quantiles(column, g)
    d = _difference(column, g, mean)
    return Profile(
        column=name,
        n=blank.n,
        n_missing=missing,
        mean=mean,
        deviation=deviation,
        median=median,
        low=low,
        high=high,
        n_zero=n_zero,
        d=None if np.isnan(d) else d,
        total=total,
        bins=bins,
        levels=levels,
    )


def _counts(column: _Column, g: int) -> tuple[int | None, tuple[int | None, ...]]:
    """Zeros, and bins or levels."""
    counts = shown(column.counts[g], column.hidden[g])
    if column.cells.zero_apart:
        return counts[0] if counts[0] is not None else _zeros_about(column, g), counts[1:]
    # Zeros that are in a bin already are not told again.
    zeros = int(column.zeros[g]) if column.cells.levels else None
    return _zeros_about(column, g) if column.zero_hidden[g] else zeros, counts


def _zeros_about(column: _Column, g: int) -> int | None:
    """Where zeros are hidden: of an interest all but those who have it, in multiples of min_group; else nothing."""
    n, zeros = int(column.counted.summary.sums[g, column.i, 0]), int(column.zeros[g])
    return n - min(coarse(n - zeros, column.min_group), n) if column.cells.interest else None


def _moments(column: _Column, g: int) -> tuple[float, float, float]:
    """Mean, deviation, total. Of a column of two values the mean is a count: rounded where that count is hidden."""
    mean, deviation = mean_and_deviation(column.sums[g], column.cells.unit)
    n = int(column.counted.summary.sums[g, column.i, 0])
    if column.cells.flag and column.zero_hidden[g]:
        mean = min(coarse(n - int(column.zeros[g]), column.min_group), n) / n
        deviation = (mean * (1.0 - mean)) ** 0.5
    mass = n if column.counted.weighted is None else float(column.sums[g, 0]) / GRAIN
    return mean, deviation, mean * mass


def _difference(column: _Column, g: int, told: float) -> float:
    """Mean on the feature scale less everyone's, in deviations; of a flag whose count is hidden, of the told mean."""
    exact = float(column.counted.d[g, column.i])
    n, zeros = column.sums[:, 0], column.sums[:, 1]
    if not (column.cells.flag and column.zero_hidden[g]) or not n[g]:
        return exact
    everyone = 1.0 - float(zeros.sum() / n.sum())
    real = 1.0 - float(zeros[g] / n[g])
    return exact * (told - everyone) / (real - everyone) if real != everyone else exact


def _quantiles(column: _Column, g: int) -> tuple[float | None, float | None, float | None]:
    """5 %, 50 % and 95 %; the outer two only where at least min_group customers lie beyond them."""
    found = column.counted.quantiles[column.i]
    if found is None or found[1][g] < column.min_group:
        return None, None, None
    low, median, high = (float(value) for value in found[0][g])
    outer = found[1][g] * SHARES[0] >= column.min_group
    return (low, median, high) if outer else (None, median, None)
