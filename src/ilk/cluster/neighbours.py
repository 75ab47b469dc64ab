"""The nearest of some labelled points: how a method that leaves no centres places everybody else, and the new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.engines.tiles import UNIT, Matrix

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

PIECE = 1_024
"""Customers whose distances to 2,000 points are held at once: 16 MB."""

NOBODY = -1
"""Owner of a point that is in no segment."""


@dataclass(frozen=True, slots=True, eq=False)
class ByNeighbours:
    """Squared distance over the answered features to the nearest point of each segment.

    One neighbour decides, because a kept point is itself the mean of ten customers: of held-out customers of Ward's
    groups more are placed rightly so than by the vote of three, five or nine points (docs/decisions/017).

    Args:
        points: (m, p), NaN-free multiples of 2^-16.
        owner: (m,), the segment of each, 0-based; -1 for a point in none: who is nearest to it is unlike anyone.
        customers: (m,), how many each stands for.
        k: Segments.
        limits: (k,), squared distance * W / W_observed beyond which a customer is unlike anyone; None without limits.
        weights: (p,), each feature's share of W; only read where there are limits.

    Source: Cover & Hart (1967), IEEE Transactions on Information Theory 13(1).
    """

    points: Floats
    owner: Places
    customers: NDArray[np.int64]
    k: int
    limits: Floats | None = None
    weights: Floats | None = None

    @property
    def middles(self) -> Floats:
        """Mean of each segment's points, each counting for its customers, (k, p); 0 for a segment without any."""
        middles = np.zeros((self.k, self.points.shape[1]))
        for j in range(self.k):
            own = self.owner == j
            if own.any():
                middles[j] = np.average(self.points[own], axis=0, weights=self.customers[own])
        return np.asarray(np.floor(middles * UNIT + 0.5) / UNIT)

    def scores(self, matrix: Matrix) -> Floats:
        """Squared distances, (n, k); exact, as all are multiples of 2^-16. Infinite for a segment without points."""
        found = np.full((len(matrix), self.k), np.inf)
        ranked = [np.flatnonzero(self.owner == j) for j in range(self.k)]
        for rows, apart in self._apart(matrix):
            for j, own in enumerate(ranked):
                found[rows, j] = apart[:, own].min(axis=1, initial=np.inf)
        return found

    def points_nearest(self, matrix: Matrix) -> Places:
        """The point each customer is nearest to, (n,); ties to the first."""
        found = [apart.argmin(axis=1) for _, apart in self._apart(matrix)]
        return np.concatenate(found) if found else np.zeros(0, np.intp)

    def unlike(self, matrix: Matrix, scores: Floats) -> NDArray[np.bool_] | None:
        """Who is nearest to a point in no segment, or beyond the limit of the nearest segment."""
        found = np.zeros(len(matrix), np.bool_)
        if (self.owner < 0).any():
            found |= self.owner[self.points_nearest(matrix)] < 0
        if self.limits is not None and self.weights is not None:
            known = ~np.isnan(matrix) @ self.weights
            share = known / self.weights.sum()
            found |= scores.min(axis=1) > self.limits[scores.argmin(axis=1)] * share
        return found if self.limits is not None or (self.owner < 0).any() else None

    def terms(self, row: Floats) -> Floats:
        """(x - point)^2 a feature for the nearest point of each segment, (k, p); they add up exactly to the scores."""
        return np.asarray(np.where(np.isnan(row), 0.0, (row - self.anchors(row)) ** 2))

    def anchors(self, row: Floats) -> Floats:
        """The nearest point of each segment, (k, p)."""
        ((_, apart),) = self._apart(row[np.newaxis].astype(np.float32))
        near = [np.where(self.owner == j, apart[0], np.inf).argmin() for j in range(self.k)]
        return self.points[near]

    def renumbered(self, place: Places) -> ByNeighbours:
        """The same points under other names."""
        owner = np.append(place, NOBODY)[self.owner]
        limits = None if self.limits is None else self.limits[np.argsort(place)]
        k = max(self.k, int(owner.max(initial=-1)) + 1)
        return ByNeighbours(self.points, owner, self.customers, k, limits, self.weights)

    def _apart(self, matrix: Matrix) -> Iterator[tuple[slice, Floats]]:
        """Squared distances of a few customers at a time to every point, (few, m), over the answered features."""
        squares = np.ascontiguousarray((self.points**2).T)
        for first in range(0, len(matrix), PIECE):
            rows = matrix[first : first + PIECE].astype(np.float64)
            answered = ~np.isnan(rows)
            known = np.where(answered, rows, 0.0)
            there = answered.astype(np.float64) @ squares + (known * known).sum(axis=1)[:, np.newaxis]
            yield slice(first, first + len(rows)), np.maximum(there - 2.0 * (known @ self.points.T), 0.0)
