"""Customers of unequal weight added up by segment: the same sums as of equal ones, in whole grains of weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ilk.engines.workers import map_threads
from ilk.profile.cells import Cells, Values, codes_of, values_of
from ilk.profile.effects import batch_features
from ilk.profile.summary import SUMS, Cut, Summary, Whole, cut_by, fill_sums, grouped_sums
from ilk.profile.tally import Counting, Grouped, Tally


@dataclass(frozen=True, slots=True)
class Weighted:
    """Sums by group, each customer as heavy as it is; weights are 1 on average, so that sums stay within 63 bits.

    Args:
        summary: Of the columns, in grains.
        sums: Of the features, shape (n_groups, n_features), in grains.
        mass: Of those who answered, shape (n_groups, n_features), in grains.
    """

    summary: Summary
    sums: Values
    mass: Whole

    def in_place_of(self, tally: Tally) -> Tally:
        """The tally with means of features weighted; its counts are of customers as they are."""
        return Tally(tally.summary, self.sums, self.mass)


def weigh_all(
    counting: Counting, groupings: Sequence[Grouped], grains: Whole, *, threads: int | None = None
) -> tuple[Weighted, ...]:
    """Add up all customers under every grouping. Exact, so the same for any order and threads.

    Args:
        counting: What is added up.
        groupings: Labels from 0 (-1 for nobody's) and the number of groups of each grouping.
        grains: How much each customer counts, (n,), whole.
        threads: How many to use.
    """
    cuts = [cut_by(labels, k) for labels, k in groupings]
    columns = map_threads(lambda cells: _column(counting, cells, grains, cuts), counting.layout.cells, threads=threads)
    features = batch_features(counting.features, counting.table, counting.matrix)
    filled = ~np.isnan(features)
    heavy = np.where(filled, features, 0.0).astype(np.float64) * grains[:, None]
    mass = filled * grains[:, None]
    return tuple(
        Weighted(_summary(cut, grains, [own[i] for own in columns]), grouped_sums(heavy, cut), grouped_sums(mass, cut))
        for i, cut in enumerate(cuts)
    )


def _summary(cut: Cut, grains: Whole, columns: Sequence[tuple[Whole, Whole]]) -> Summary:
    sizes = grouped_sums(grains[:, None], cut)[:, 0]
    sums = np.stack([sums for sums, _ in columns], axis=1) if columns else np.zeros((cut.n_groups, 0, len(SUMS)), int)
    cells = [cells for _, cells in columns] or [np.zeros((cut.n_groups, 0), np.int64)]
    return Summary(sizes, sums, np.concatenate(cells, axis=1))


def _column(counting: Counting, cells: Cells, grains: Whole, cuts: Sequence[Cut]) -> list[tuple[Whole, Whole]]:
    """Sums and cells of one column under each grouping: (n_groups, 5) and (n_groups, n_cells)."""
    column = counting.table.column(cells.column)
    values = values_of(cells, column) if cells.numeric else None
    filled = np.asarray(column.is_valid().to_numpy(), bool) if values is None else ~np.isnan(values)
    sums = _sums(filled, values, cells.unit) * grains[:, None]
    codes = codes_of(cells, column, values)
    return [(grouped_sums(sums, cut), _cells(cut, codes, grains, cells.n_discrete)) for cut in cuts]


def _sums(filled: npt.NDArray[np.bool_], values: Values | None, unit: float) -> Whole:
    """The `SUMS` of each customer, (n, 5); a column without values only has who filled it in."""
    block = np.zeros((len(SUMS), len(filled)))
    if values is None:
        block[0] = filled
    else:
        fill_sums(block, values, unit)
    return block.T.astype(np.int64)


def _cells(cut: Cut, codes: npt.NDArray[np.int32], grains: Whole, n_cells: int) -> Whole:
    there = (codes >= 0) & (cut.labels >= 0)
    at = cut.labels[there].astype(np.int64) * n_cells + codes[there]
    counts = np.bincount(at, grains[there], cut.n_groups * n_cells)  # whole numbers, exact
    return counts.astype(np.int64).reshape(cut.n_groups, n_cells)
