"""What bootstrap solutions say of a customer: the votes that certainty counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.neighbours import ByNeighbours
from ilk.cluster.scorer import Scorer

Floats = NDArray[np.float64]
Counts = NDArray[np.int16]

POLLED = 512
"""Customers that vote together: what 20 solutions of 6 segments say of them, 0.5 MiB, fits a processor's own cache."""


class Votes(Protocol):
    """Some bootstrap solutions, their segments called as those of the solution they belong to."""

    def __len__(self) -> int:
        """How many."""
        ...

    def counts(self, values: Floats) -> Counts:
        """How many solutions place each customer in each of k segments, (k, n); `values` (n, p) without NaN.

        Ties go to the lower segment; a solution that finds a customer unlike anyone votes for none.
        """
        ...


@dataclass(frozen=True)
class ByGrids:
    """The nearest centre of each solution.

    Args:
        grids: (b, k, p), multiples of 2^-16.
    """

    grids: Floats

    def __len__(self) -> int:
        return len(self.grids)

    @cached_property
    def _ballot(self) -> Floats:
        """2 c and -|c|^2 of every centre, (k * b, p + 1): all first rows, then all second ones, as compared."""
        flat = self.grids.transpose(1, 0, 2).reshape(-1, self.grids.shape[2])
        return np.column_stack([2.0 * flat, -(flat * flat).sum(axis=1)])

    def counts(self, values: Floats) -> Counts:
        """As `Votes.counts`.

        2 x.c - |c|^2 orders centres as nearness does; on multiples of 2^-16 the product is exact, so that the answer
        does not depend on the library that computes it.
        """
        found = np.empty((self.grids.shape[1], len(values)), np.int16)
        for first in range(0, len(values), POLLED):
            some = slice(first, first + POLLED)
            np.add.reduce(self._elected(values[some]), axis=1, dtype=np.int16, out=found[:, some])
        return found

    def _elected(self, values: Floats) -> NDArray[np.bool_]:
        """Which centre of each solution is nearest to each of a few customers, (k, b, n), one in each (b, n)."""
        n_solutions, k, _ = self.grids.shape
        near = (self._ballot @ np.column_stack([values, np.ones(len(values))]).T).reshape(k, n_solutions, -1)
        best = near.max(axis=0)
        nearest: NDArray[np.bool_] = near == best
        if np.count_nonzero(nearest) > best.size:
            nearest &= np.cumsum(nearest, axis=0) == 1  # of several as near the lowest
        return nearest


@dataclass(frozen=True)
class ByOwners:
    """What each solution says of the point a customer is nearest to.

    Args:
        scorer: Has the points, m of them.
        owners: (b, m), the segment each solution gives each point; -1 for none.
    """

    scorer: ByNeighbours
    owners: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.owners)

    @cached_property
    def _of_points(self) -> Counts:
        """The votes for each point, (k, m)."""
        return _counted(self.owners, self.scorer.k)

    def counts(self, values: Floats) -> Counts:
        """One search for the nearest point serves all solutions."""
        return self._of_points[:, self.scorer.points_nearest(values.astype(np.float32))]


@dataclass(frozen=True, slots=True)
class ByScorers:
    """The segment each solution's own scorer gives.

    Args:
        scorers: One a solution.
    """

    scorers: tuple[Scorer, ...]

    def __len__(self) -> int:
        return len(self.scorers)

    def counts(self, values: Floats) -> Counts:
        """As `Votes.counts`."""
        matrix = values.astype(np.float32)
        placed = np.stack([one.scores(matrix).argmin(axis=1) for one in self.scorers])
        return _counted(placed, self.scorers[0].k)


def _counted(placed: NDArray[np.integer], k: int) -> Counts:
    """How often each of k segments stands in each column, (k, n); `placed` (b, n), -1 for none of them."""
    return np.stack([np.count_nonzero(placed == j, axis=0) for j in range(k)]).astype(np.int16)
