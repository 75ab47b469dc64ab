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

from ilk.engines.workers import map_threads, our_threads_alone
from ilk.profile.cells import Values
from ilk.profile.effects import Features, Matrix, batch_features
from ilk.profile.summary import SUMS, Groupings, Layout, Summary, Whole, measure, summarise
from ilk.progress import Progress

Labels: TypeAlias = npt.NDArray[np.int32]
Grouped: TypeAlias = tuple[Labels, int]

PIECE_BYTES = 1 << 23
"""Whole numbers a piece of customers becomes, at most: 8 MiB."""


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

    def rows_a_piece(self, n_groups: int) -> int:
        """Customers counted at a time, for so many groups in all."""
        return max(PIECE_BYTES // (8 * max(len(SUMS) * len(self.layout.cells), n_groups, 1)), 1024)


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
    step = counting.rows_a_piece(sum(k for _, k in groupings))
    starts = range(0, max(counting.table.num_rows, 1), step)
    with our_threads_alone():
        pieces = map_threads(
            lambda start: _piece(counting, groupings, start, step), starts, threads=threads, progress=progress
        )
    return tuple(reduce(add, own) for own in zip(*pieces, strict=True))


def _piece(counting: Counting, labelled: Sequence[Grouped], start: int, step: int) -> list[Tally]:
    batch = counting.table.slice(start, step)
    own = Groupings.of([(labels[start : start + step], k) for labels, k in labelled])
    summaries = summarise(counting.layout, measure(counting.layout, batch), own)
    features = batch_features(counting.features, batch, counting.matrix[start : start + step])
    filled = ~np.isnan(features)
    sums = own.sums(np.where(filled, features, 0.0).astype(np.float64).T)
    mass = own.sums(filled.astype(np.float64).T)
    return [Tally(one, added, n.astype(np.int64)) for one, added, n in zip(summaries, sums, mass, strict=True)]
