"""Who goes where at the least total cost, exactly, with every segment within its bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ilk.engines.tiles import UNIT, Matrix
from ilk.engines.workers import map_threads
from ilk.errors import BadSetting

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]
Sizes = NDArray[np.int64]
T = TypeVar("T")

CHUNK = 16_384
"""Customers whose distances are computed at a time."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Customers a segment has at least and at most."""

    least: int
    most: int

    @classmethod
    def of(
        cls, n: int, k: int, *, shares: tuple[float, float] = (0.0, 1.0), sizes: tuple[int, int | None] = (0, None)
    ) -> Bounds:
        """The tighter of what shares and sizes ask for.

        Args:
            n: Customers.
            k: Segments.
            shares: The least and the most a segment may be of everybody, 0 to 1.
            sizes: The same in customers; no most if None.

        Raises:
            BadSetting: If k segments cannot be so.
        """
        least = max(int(np.ceil(shares[0] * n - 1e-9)), sizes[0])
        most = min(int(np.floor(shares[1] * n + 1e-9)), n if sizes[1] is None else sizes[1])
        if least > most:
            raise BadSetting(
                "The least size of a segment is above the most",
                got=f"at least {least:,} and at most {most:,} of {n:,} customers",
                do="lower --min-share or --min-size, or raise --max-share or --max-size",
            )
        if k * least > n:
            fit = f"at most {n // least}" if n // least else "none"
            raise BadSetting(
                f"{k} segments of at least {least:,} customers are more than the {n:,} there are",
                got=f"room for {fit}",
                do="ask for fewer segments with -k, or lower --min-share or --min-size",
            )
        if k * most < n:
            raise BadSetting(
                f"{k} segments of at most {most:,} customers do not hold the {n:,} there are",
                got=f"{-(-n // most)} segments would, at least" if most else "no room for anybody",
                do="ask for more segments with -k, or raise --max-share or --max-size",
            )
        return cls(least, most)

    def scaled(self, share: float, n: int, k: int) -> Bounds:
        """The same for n customers, a part of all, so that k segments can still be."""
        least, most = int(self.least * share), -int(-self.most * share // 1)
        return Bounds(min(least, n // k), max(most, -(-n // k)))

    def arrays(self, n: int, k: int) -> tuple[Sizes, Sizes]:
        """As the kernels take them: the least and the most of each of k segments of n customers."""
        return np.full(k, self.least, np.int64), np.full(k, min(self.most, n), np.int64)


def assign_bounded(
    cost: Floats, bounds: Bounds, prices: Floats | None = None, *, threads: int | None = None
) -> tuple[Labels, Floats]:
    """Who goes where at the least total cost, exactly, with every segment within its bounds.

    Args:
        cost: Squared distances, (n, k), multiples of 2^-32.
        bounds: Of every segment's size.
        prices: (k,), where to begin, such as those of a similar table.
        threads: How many to use; the answer does not depend on it.

    Returns:
        Labels (n,) and prices (k,): each customer's label is an argmin of cost + price; prices are above 0 only where
        a segment is full, and below only where it is as small as may be.
    """
    return cheapest(np.ascontiguousarray(cost.T), bounds, prices, threads)


def cheapest(cost: Floats, bounds: Bounds, prices: Floats | None, threads: int | None) -> tuple[Labels, Floats]:
    """As `assign_bounded`, of cost (k, n)."""
    from ilk.cluster.place_kernel import place

    k, n = cost.shape
    start = np.zeros(k) if prices is None else np.asarray(prices, np.float64)
    labels, gap = _choices(cost, start, threads)
    return labels, place(cost, *bounds.arrays(n, k), start, labels, gap)


def _choices(cost: Floats, prices: Floats, threads: int | None) -> tuple[Labels, Floats]:
    """Each customer's cheapest segment at these prices, and how much dearer the next one is; of cost (k, n)."""
    from ilk.cluster.bounded_kernel import choose

    n = cost.shape[1]
    labels, gap = np.empty(n, np.int32), np.empty(n)
    in_chunks(n, lambda c: choose(cost, prices, c.start, c.stop, labels, gap), threads)
    return labels, gap


def distances(matrix: Matrix, centres: Floats, *, threads: int | None = None) -> Floats:
    """Squared distances over the answered features, (n, k); exact."""
    return measured(by_feature(matrix), len(matrix), centres, threads).T


class Features(NamedTuple):
    """Customers a feature at a time, float32 (p, n): 0 where missing; and 0 where missing, else 1, if anything is."""

    values: Matrix
    said: Matrix


def by_feature(matrix: Matrix) -> Features:
    """Lay out a matrix (n, p), NaN where missing, a feature at a time."""
    values = np.array(matrix.T, np.float32, order="C")
    missing = np.isnan(values)
    if not missing.any():
        return Features(values, np.empty((0, 0), np.float32))
    values[missing] = 0.0
    return Features(values, (~missing).astype(np.float32))


def measured(features: Features, n: int, centres: Floats, threads: int | None) -> Floats:
    """Squared distances of the first n customers, (k, n)."""
    from ilk.cluster.bounded_kernel import measure

    cost, exact = np.empty((len(centres), n)), np.ascontiguousarray(centres, np.float64)
    in_chunks(n, lambda c: measure(*features, exact, c.start, c.stop, cost), threads)
    return cost


def in_chunks(n: int, work: Callable[[slice], T], threads: int | None) -> list[T]:
    """What `work` makes of n customers, so many at a time, in their order."""
    return map_threads(work, [slice(i, min(i + CHUNK, n)) for i in range(0, n, CHUNK)], threads=threads)


def published(cost: Floats, labels: Labels, prices: Floats) -> Floats:
    """Offsets (k,): prices in the middle of what the labels allow, on the grid, the least 0."""
    k = len(prices)
    slack = np.full((k, k), np.inf)
    for j in range(k):
        rows = cost[labels == j]
        if len(rows):
            slack[j] = (rows + prices - (rows[:, j] + prices[j])[:, None]).min(axis=0)
    np.fill_diagonal(slack, 0.0)
    for m in range(k):
        slack = np.minimum(slack, slack[:, m, None] + slack[m])
    free = np.abs(prices) == np.abs(prices).min()
    up, down = slack[:, free].min(axis=1), slack[free].min(axis=0)
    both = np.isfinite(up) & np.isfinite(down)
    middle = prices + np.where(both, np.where(both, up, 0.0) - np.where(both, down, 0.0), 0.0) / 2.0
    on_grid = np.floor(middle * UNIT + 0.5) / UNIT
    return np.asarray(on_grid - on_grid.min())
