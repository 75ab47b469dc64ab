"""Customers counted by segment and column, in whole numbers, so that parts of a table add up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.profile.cells import Cells, Values, codes_of, values_of

Whole: TypeAlias = npt.NDArray[np.int64]
Number = TypeVar("Number", np.int64, np.float64)

SPLIT_BITS = 31
"""A square of up to 62 bits is added in two halves, so that four thousand million of them fit."""

SUMS = ("n", "zero", "total", "high", "low")
"""What is added up of a numeric column, in this order."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each column's figures stand in a row of a `Summary`."""

    cells: tuple[Cells, ...]

    @property
    def starts(self) -> tuple[int, ...]:
        """First discrete cell of each column, and the number of all of them."""
        return tuple(np.cumsum([0, *(c.n_discrete for c in self.cells)]).tolist())


@dataclass(frozen=True, slots=True)
class Measured:
    """Some customers, ready to be counted under any grouping.

    Args:
        sums: Shape (n_columns * 5, n), the `SUMS` of each customer: whole numbers below 2^31 in size, as float64.
        codes: Shape (n_columns, n), the discrete cell of the column that a customer is in, -1 for none.
    """

    sums: Values
    codes: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and sums by group: a partial, exact whatever the order in which parts are added.

    Args:
        sizes: Customers, shape (n_groups,).
        sums: Shape (n_groups, n_columns, 5), the `SUMS` in units of each column's cells.
        cells: Customers per discrete cell, shape (n_groups, n_cells).
    """

    sizes: Whole
    sums: Whole
    cells: Whole

    @classmethod
    def zero(cls, layout: Layout, n_groups: int) -> Summary:
        """Nobody counted yet."""
        shape = (n_groups, len(layout.cells), len(SUMS))
        return cls(_zeros(n_groups), _zeros(*shape), _zeros(n_groups, layout.starts[-1]))

    def __add__(self, other: Summary) -> Summary:
        return Summary(self.sizes + other.sizes, self.sums + other.sums, self.cells + other.cells)

    def to_arrow(self) -> pa.RecordBatch:
        """One row a group."""
        parts = self.sizes[:, None], self.sums.reshape(len(self.sizes), -1), self.cells
        flat = [pa.array(list(part), pa.list_(pa.int64())) for part in parts]
        return pa.record_batch(flat, names=["sizes", "sums", "cells"])

    @classmethod
    def from_arrow(cls, batch: pa.RecordBatch) -> Summary:
        """What `to_arrow` wrote."""
        parts = [np.array(batch.column(name).to_pylist(), dtype=np.int64) for name in ("sizes", "sums", "cells")]
        sizes, sums, cells = parts
        return cls(sizes[:, 0], sums.reshape(len(sizes), -1, len(SUMS)), cells)

    def together(self) -> Summary:
        """All groups as one."""
        return Summary(*(part.sum(axis=0, keepdims=True) for part in (self.sizes, self.sums, self.cells)))


def measure(layout: Layout, batch: pa.Table | pa.RecordBatch) -> Measured:
    """Turn some customers into whole numbers once, to be counted under many groupings."""
    n, n_columns = batch.num_rows, len(layout.cells)
    sums, codes = np.zeros((n_columns * len(SUMS), n)), np.full((n_columns, n), -1, dtype=np.int32)
    for i, cells in enumerate(layout.cells):
        column = batch.column(cells.column)
        found = values_of(cells, column) if cells.numeric else None
        block = sums[i * len(SUMS) : (i + 1) * len(SUMS)]
        if found is None:
            block[0] = np.asarray(column.is_valid().to_numpy(zero_copy_only=False))
        else:
            fill_sums(block, found, cells.unit)
        codes[i] = codes_of(cells, column, found)
    return Measured(sums, codes)


@dataclass(frozen=True, slots=True)
class Groupings:
    """Some customers under several groupings at once.

    Args:
        labels: Of each grouping, shape (n,), from 0; -1 has no group.
        starts: First group of each grouping among those of all, and the number of all.
        inside: Shape (n, n_groups of all), 1 where a customer is in the group, else 0.
    """

    labels: tuple[npt.NDArray[np.int32], ...]
    starts: tuple[int, ...]
    inside: Values

    @classmethod
    def of(cls, labelled: Sequence[tuple[npt.NDArray[np.int32], int]]) -> Groupings:
        """Take the labels and the number of groups of each grouping."""
        starts = np.cumsum([0, *(n_groups for _, n_groups in labelled)])
        inside = np.zeros((len(labelled[0][0]), starts[-1]))
        for (labels, _), start in zip(labelled, starts, strict=False):
            rows = np.flatnonzero(labels >= 0)
            inside[rows, start + labels[rows]] = 1.0
        return cls(tuple(labels for labels, _ in labelled), tuple(starts.tolist()), inside)

    def sums(self, rows: Values) -> list[Values]:
        """Sums of each row (n_rows, n) over each group, (n_groups, n_rows) a grouping: one product of matrices.

        Exact in any order, and so on any processor, for whole numbers whose sum stays below 2^53.
        """
        added = (rows @ self.inside).T
        return [added[first:last] for first, last in pairwise(self.starts)]


def summarise(layout: Layout, measured: Measured, groupings: Groupings) -> list[Summary]:
    """Count customers by group, under each grouping."""
    shape = (-1, len(layout.cells), len(SUMS))
    sums = groupings.sums(measured.sums)
    return [
        Summary(
            np.bincount(labels[labels >= 0], minlength=len(own)).astype(np.int64),
            own.astype(np.int64).reshape(shape),
            _cells(layout, measured.codes, labels, len(own)),
        )
        for labels, own in zip(groupings.labels, sums, strict=True)
    ]


def _cells(layout: Layout, codes: npt.NDArray[np.int32], labels: npt.NDArray[np.int32], n_groups: int) -> Whole:
    """Customers of each group in each discrete cell; group and cell of whoever has none are counted, and left out."""
    cells, starts = _zeros(n_groups, layout.starts[-1]), layout.starts
    for code, start, stop in zip(codes, starts, starts[1:], strict=False):
        width = stop - start + 1
        together = (labels + 1) * np.int32(width) + (code + 1)
        counts = np.bincount(together, minlength=(n_groups + 1) * width)
        cells[:, start:stop] = counts.reshape(n_groups + 1, width)[1:, 1:]
    return cells


@dataclass(frozen=True, slots=True)
class Cut:
    """Customers sorted by group: those of group g are `order[bounds[g] : bounds[g + 1]]`; who has none is left out."""

    labels: npt.NDArray[np.int32]
    order: Whole
    bounds: Whole

    @property
    def n_groups(self) -> int:
        """How many groups there are, empty ones included."""
        return len(self.bounds) - 1


def cut_by(labels: npt.NDArray[np.int32], n_groups: int) -> Cut:
    """Sort customers by group once, for everything that is added up by group. Labels run from 0; -1 has none."""
    own = np.where(labels < 0, n_groups, labels).astype(np.uint8 if n_groups < 255 else np.int32)
    sizes = np.bincount(own, minlength=n_groups + 1)[:n_groups]
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    return Cut(labels, np.argsort(own, kind="stable")[: bounds[-1]], bounds)


def grouped_sums(rows: npt.NDArray[Number], cut: Cut) -> npt.NDArray[Number]:
    """Sum of the rows of each group, shape (n_groups, n_columns); 0 where a group is empty."""
    sums = np.zeros((cut.n_groups, rows.shape[1]), dtype=rows.dtype)
    filled = np.flatnonzero(np.diff(cut.bounds))
    if filled.size:
        sums[filled] = np.add.reduceat(rows[cut.order], cut.bounds[filled], axis=0)
    return sums


@dataclass(frozen=True, slots=True)
class Ranked:
    """The answered values of a column in ascending order, and whose they are: sorted once, cut under many groupings.

    Args:
        values: Ascending, shape (n_answered,).
        rows: The customer of each, shape (n_answered,).
        grains: How much each counts, shape (n_answered,); None for once.
    """

    values: Values
    rows: Whole
    grains: Whole | None = None


def ranked(values: Values, grains: Whole | None = None) -> Ranked:
    """Sort the answered values, each of which counts so much."""
    order = np.argsort(values, kind="stable")[: values.size - int(np.isnan(values).sum())]
    return Ranked(values[order], order, None if grains is None else grains[order])


def grouped_quantiles(column: Ranked, cut: Cut, shares: tuple[float, ...]) -> tuple[Values, Whole]:
    """Quantiles of each group's answered values, linear between neighbours; NaN where nobody answered.

    Returns:
        Quantiles, shape (n_groups, len(shares)), and how many values they are of, shape (n_groups,).
    """
    inner = cut_by(cut.labels[column.rows], cut.n_groups)
    ordered, sizes = column.values[inner.order], np.diff(inner.bounds)
    if ordered.size == 0:
        return np.full((cut.n_groups, len(shares)), np.nan), sizes
    if column.grains is not None:
        heavy = column.grains[inner.order]
        parts = [slice(*ends) for ends in pairwise(inner.bounds)]
        return np.array([weighted_quantiles(ordered[part], heavy[part], shares) for part in parts]), sizes
    at = inner.bounds[:-1, None] + np.asarray(shares) * np.maximum(sizes - 1, 0)[:, None]
    below = np.minimum(np.floor(at).astype(np.int64), ordered.size - 1)
    above = np.minimum(np.ceil(at).astype(np.int64), ordered.size - 1)
    part = at - below
    found = ordered[below] * (1.0 - part) + ordered[above] * part
    found[sizes == 0] = np.nan
    return np.asarray(found), sizes


def weighted_quantiles(values: Values, grains: Whole, shares: tuple[float, ...]) -> Values:
    """Quantiles of ascending values that count unequally; NaN where there are none.

    Each value stands as often as it has grains, and quantiles are those of all that: half of the weight is at most the
    median.
    """
    if not values.size:
        return np.full(len(shares), np.nan)
    reach = np.cumsum(grains)
    at = np.asarray(shares) * (reach[-1] - 1)
    below, above = (values[np.searchsorted(reach, place, side="right")] for place in (np.floor(at), np.ceil(at)))
    part = at - np.floor(at)
    return np.asarray(below * (1.0 - part) + above * part)


def mean_and_deviation(sums: Whole, unit: float) -> tuple[float, float]:
    """Mean and population standard deviation from the `SUMS` of one group and column with at least one answer.

    Exact integers until the last division, so the same whatever the order of customers.
    """
    n, _, total, high, low = (int(part) for part in sums)
    squares = (high << SPLIT_BITS) + low
    variance = (n * squares - total * total) / (n * n)
    return total / n * unit, variance**0.5 * unit


def fill_sums(block: Values, values: Values, unit: float) -> None:
    """Write n, zero, total and both halves of the square of each customer; changes `block`."""
    filled = ~np.isnan(values)
    whole = np.rint(np.where(filled, values, 0.0) / unit)
    square = whole.astype(np.int64)
    square *= square
    block[0] = filled
    block[1] = values == 0.0
    block[2] = whole
    block[3] = square >> SPLIT_BITS
    block[4] = square & ((1 << SPLIT_BITS) - 1)


def _zeros(*shape: int) -> Whole:
    return np.zeros(shape, dtype=np.int64)
