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

POLLED = 512
"""Customers that vote together: what 20 solutions of 6 segments say of them, 0.5 MiB, fits a processor's own cache."""


class Votes(Protocol):
    """Some bootstrap solutions, their segments called as those of the solution they belong to."""

    def __len__(self) -> int:
        """How many."""
        ...

    def rows(self, values: Floats) -> NDArray[np.int16]:
        """The segment each solution gives each customer, (b, n), 0-based, -1 for none; `values` (n, p) without NaN."""
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

    def rows(self, values: Floats) -> NDArray[np.int16]:
        """Ties to the lower row.

        2 x.c - |c|^2 orders centres as nearness does; on multiples of 2^-16 the product is exact, so that the answer
        does not depend on the library that computes it.
        """
        winner = np.empty((len(self), len(values)), np.int16)
        for first in range(0, len(values), POLLED):
            self._elect(values[first : first + POLLED], winner[:, first : first + POLLED])
        return winner

    def _elect(self, values: Floats, winner: NDArray[np.int16]) -> None:
        """Write the row each solution gives each of a few customers; `winner` is OUT, (b, n).

        A row that is nearer than all before it has a higher number than these, so that the largest number is the
        nearest row; whole numbers of one byte are compared eight times as fast as distances are.
        """
        near = self._ballot @ np.column_stack([values, np.ones(len(values))]).T
        best, n_rows = near[: len(self)], self.grids.shape[1]
        row = np.zeros(best.shape, np.int8 if n_rows <= 128 else np.int16)
        nearer, place = np.empty(best.shape, np.bool_), np.empty_like(row)
        for j in range(1, n_rows):
            one = near[j * len(self) : (j + 1) * len(self)]
            np.greater(one, best, out=nearer)
            np.multiply(nearer, row.dtype.type(j), out=place)
            np.maximum(row, place, out=row)
            np.maximum(best, one, out=best)
        winner[:] = row


@dataclass(frozen=True, slots=True)
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

    def rows(self, values: Floats) -> NDArray[np.int16]:
        """One search for the nearest point serves all solutions."""
        return np.asarray(self.owners[:, self.scorer.points_nearest(values.astype(np.float32))])


@dataclass(frozen=True, slots=True)
class ByScorers:
    """The segment each solution's own scorer gives.

    Args:
        scorers: One a solution.
    """

    scorers: tuple[Scorer, ...]

    def __len__(self) -> int:
        return len(self.scorers)

    def rows(self, values: Floats) -> NDArray[np.int16]:
        """Ties to the lower row."""
        matrix = values.astype(np.float32)
        return np.stack([one.scores(matrix).argmin(axis=1) for one in self.scorers]).astype(np.int16)
