"""One pass over all customers, in pieces: everything that is added up, for every grouping at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.engines.workers import map_threads
from ilk.profile.cells import Values
from ilk.profile.effects import Features, Matrix, batch_features
from ilk.profile.summary import SUMS, Cut, Layout, Measured, Summary, Whole, cut_by, grouped_sums, measure, summarise
from ilk.progress import Progress

Labels: TypeAlias = npt.NDArray[np.int32]
Grouped: TypeAlias = tuple[Labels, int]

PIECE_BYTES = 1 << 25
"""Whole numbers a piece of customers becomes, at most: 32 MiB."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A partial: counts and sums of columns, and sums of features, by group.

    Args:
        summary: Of the columns.
        sums: Of the features, shape (n_groups, n_features); of multiples of 2^-16, so exact in any order.
        mass: Customers who answered, shape (n_groups, n_features).
    """

    summary: Summary
    sums: Values
    mass: Whole

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.summary + other.summary, self.sums + other.sums, self.mass + other.mass)


@dataclass(frozen=True, slots=True)
class Counting:
    """What is counted, of whom.

    Args:
        table: All customers.
        matrix: Their features, shape (n, p).
        layout: How columns are counted.
        features: Which features are added up.
    """

    table: pa.Table
    matrix: Matrix
    layout: Layout
    features: Features

    @property
    def rows_a_piece(self) -> int:
        """Customers counted at a time."""
        return max(PIECE_BYTES // (8 * len(SUMS) * max(len(self.layout.cells), 1)), 1024)


def tally(
    counting: Counting,
    groupings: Sequence[Grouped],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Tally, ...]:
    """Count all customers under every grouping, reading them once. The answer does not depend on threads or pieces.

    Args:
        counting: What is counted.
        groupings: Labels from 0 (-1 for nobody's) and the number of groups of each grouping.
        threads: How many to use.
        progress: May stop the work.

    Raises:
        Cancelled: If `progress` was asked to stop.
    """
    step = counting.rows_a_piece
    starts = range(0, max(counting.table.num_rows, 1), step)
    pieces = map_threads(
        lambda start: _piece(counting, groupings, start, step), starts, threads=threads, progress=progress
    )
    return tuple(reduce(add, own) for own in zip(*pieces, strict=True))


def _piece(counting: Counting, groupings: Sequence[Grouped], start: int, step: int) -> list[Tally]:
    batch = counting.table.slice(start, step)
    measured = measure(counting.layout, batch)
    features = batch_features(counting.features, batch, counting.matrix[start : start + step])
    filled = ~np.isnan(features)
    values = np.where(filled, features, 0.0).astype(np.float64)
    own = [(labels[start : start + step], k) for labels, k in groupings]
    together, groups = _alike(own)
    fine = _counted(counting.layout, measured, values, filled.astype(np.int64), cut_by(together, len(groups)))
    return [_gathered(fine, cut_by(groups[:, i], k)) for i, (_, k) in enumerate(own)]


def _alike(groupings: Sequence[Grouped]) -> tuple[Labels, Labels]:
    """Customers whose labels are the same in every grouping as one group, so that they are added up once.

    Returns:
        Each customer's group, shape (n,), and the labels of each group, shape (n_groups, n_groupings).
    """
    code = np.zeros(len(groupings[0][0]), dtype=np.int64)
    for labels, k in groupings:
        # Codes start afresh before they can outgrow 63 bits.
        code = np.unique(code * (k + 1) + labels + 1, return_inverse=True)[1]
    first = np.unique(code, return_index=True)[1]
    return code.astype(np.int32), np.stack([labels[first] for labels, _ in groupings], axis=1)


def _counted(layout: Layout, measured: Measured, values: Values, mass: Whole, cut: Cut) -> Tally:
    return Tally(summarise(layout, measured, cut), grouped_sums(values, cut), grouped_sums(mass, cut))


def _gathered(fine: Tally, cut: Cut) -> Tally:
    """The groups of a tally as fewer."""
    summary = fine.summary
    shape = (cut.n_groups, *summary.sums.shape[1:])
    flat = summary.sums.reshape(len(summary.sizes), -1)
    coarse = Summary(
        grouped_sums(summary.sizes[:, np.newaxis], cut)[:, 0],
        grouped_sums(flat, cut).reshape(shape),
        grouped_sums(summary.cells, cut),
    )
    return Tally(coarse, grouped_sums(fine.sums, cut), grouped_sums(fine.mass, cut))
