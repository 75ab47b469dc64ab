"""Segments of bounded size: k-means in which no segment may be smaller, or larger, than asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.sums import Sums
from ilk.engines.tiles import UNIT, Matrix
from ilk.engines.workers import map_threads
from ilk.errors import BadSetting
from ilk.progress import Progress

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]
Sizes = NDArray[np.int64]
T = TypeVar("T")

STAGES = (8_192, 32_768)
"""Customers that starts are compared on, and that the best is brought to rest on before everybody is looked at."""

STARTS = 5
"""Starts from customers drawn by lot."""

FINALISTS = 2
"""Starts that are settled to the end."""

ROUGHLY = 1e-2
"""Squared movement, in mean variances, at which starts are compared."""

SWEEPS = 40
"""Times each segment's offset is set in turn, before what is left is moved at the least cost."""

NEARLY = 4
"""Customers out of place at which moving them is quicker than another sweep."""

BORDER, NEAR, MORE = 1_024, 8, 4
"""Customers near a border whom the flow is solved for: so many at least, so many for each out of place, and how many
times as many when they were too few."""

MOVEMENT = 1e-4
"""Squared movement of the centres, in mean variances, at which a fit has settled."""

MOST_MOVES = 100
"""Moves after which a fit ends in any case."""

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


@dataclass(frozen=True, slots=True)
class BoundedFit:
    """A finished fit.

    Args:
        centres: (k, p), multiples of 2^-16.
        offsets: (k,), added to squared distances before the nearest is taken; multiples of 2^-16, the least is 0.
        labels: (n,); those of the offsets, but for customers exactly on a border.
        inertia: Sum of squared distances to the own centre over the answered features, of those with a vote.
        n_iter: Times the centres moved with everybody looked at.
    """

    centres: Floats
    offsets: Floats
    labels: Labels
    inertia: float
    n_iter: int


def fit_bounded(
    matrix: Matrix,
    centres: Floats,
    bounds: Bounds,
    *,
    seed: int,
    mass: NDArray[np.floating] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> BoundedFit:
    """Move centres and customers in turn, each the best for the other, with every segment within its bounds.

    Args:
        matrix: (n, p), NaN where missing; in an order that does not depend on the file.
        centres: (k, p), to start from: those of k-means. Some starts from customers drawn by lot compete with them.
        bounds: Of every segment's size in customers, whatever their mass.
        seed: Of those starts.
        mass: How much each customer counts for the centres, (n,); 0 for who is only assigned.
        threads: How many to use; the answer does not depend on it.
        progress: To be stopped by.

    Source: Bradley, Bennett & Demiriz (2000), Microsoft Research MSR-TR-2000-65.
    """
    voice = np.ones(len(matrix)) if mass is None else np.asarray(mass, np.float64)
    rows = np.ascontiguousarray(matrix, np.float32)
    everyone = _Customers(rows, voice, bounds, len(matrix), threads, progress)
    state = _best_start(everyone.first(STAGES[0]), centres, seed)
    for n in (*(n for n in STAGES[1:] if n < len(matrix) / 2), len(matrix)):
        state = _settle(everyone.first(n), state, _enough(everyone.first(n)))
    cost = distances(matrix, state.centres, threads=threads)
    offsets = published(cost, state.labels, state.prices)
    rank = np.lexsort((*state.centres.T[::-1], -np.bincount(state.labels, minlength=len(centres))))
    place = np.argsort(rank).astype(np.int32)
    return BoundedFit(state.centres[rank], offsets[rank], place[state.labels], state.inertia, state.n_iter)


def assign_bounded(
    cost: Floats, bounds: Bounds, prices: Floats | None = None, *, threads: int | None = None
) -> tuple[Labels, Floats]:
    """Who goes where at the least total cost, exactly, with every segment within its bounds.

    Where prices are nearly right, only customers near a border can change: the flow is solved for those, and the rest
    is where it belongs if no two prices have moved apart by more than the nearest of the rest is from its border.

    Args:
        cost: Squared distances, (n, k), multiples of 2^-32.
        bounds: Of every segment's size.
        prices: (k,), where to begin, such as those of a similar table.
        threads: How many to use; the answer does not depend on it.

    Returns:
        Labels (n,) and prices (k,): each customer's label is an argmin of cost + price; prices are above 0 only where
        a segment is full, and below only where it is as small as may be.
    """
    n, k = cost.shape
    start = np.zeros(k) if prices is None else prices
    lower, upper = np.full(k, bounds.least, np.int64), np.full(k, min(bounds.most, n), np.int64)
    labels, gap = _choices(cost, start, threads)
    sizes = np.bincount(labels, minlength=k)
    wanted = np.where(start > 0, upper, np.where(start < 0, lower, sizes.clip(lower, upper)))
    out = int(np.abs(sizes - wanted).sum())
    if out == 0:
        return labels, start
    n_near = max(BORDER, NEAR * out)
    while n_near < n // 2:
        reach = np.partition(gap, n_near)[n_near]
        near = np.flatnonzero(gap <= reach)
        fixed = sizes - np.bincount(labels[near], minlength=k)
        if (fixed <= upper).all() and np.maximum(lower, fixed).sum() <= n:
            found, moved = _flow(cost[near], lower - fixed, upper - fixed, start)
            if np.ptp(moved - start) <= reach:
                labels[near] = found
                return labels, moved
        n_near *= MORE
    return _flow(cost, lower, upper, start)


def _flow(cost: Floats, lower: Sizes, upper: Sizes, prices: Floats) -> tuple[Labels, Floats]:
    """The cheapest flow of all these customers; a lower bound below 0 is that of a segment with others already."""
    from ilk.cluster.flow_kernel import balance, near_prices

    prices = prices.copy()
    near_prices(cost, lower, upper, prices, NEARLY, SWEEPS if len(prices) > 1 else 0)
    labels = (cost + prices).argmin(axis=1).astype(np.int32)
    nodes = np.append(prices, 0.0)
    balance(cost, labels, lower, upper, nodes)
    return labels, nodes[:-1] - nodes[-1]


def _choices(cost: Floats, prices: Floats, threads: int | None) -> tuple[Labels, Floats]:
    """Each customer's cheapest segment at these prices, and how much dearer the next one is."""
    from ilk.cluster.bounded_kernel import choose

    labels, gap = np.empty(len(cost), np.int32), np.empty(len(cost))
    _in_chunks(len(cost), lambda c: choose(cost[c], prices, labels[c], gap[c]), threads)
    return labels, gap


def distances(matrix: Matrix, centres: Floats, *, threads: int | None = None) -> Floats:
    """Squared distances over the answered features, (n, k); exact."""
    from ilk.cluster.bounded_kernel import measure

    cost, exact = np.empty((len(matrix), len(centres))), np.ascontiguousarray(centres, np.float64)
    rows = np.ascontiguousarray(matrix, np.float32)
    _in_chunks(len(matrix), lambda c: measure(rows[c], exact, cost[c]), threads)
    return cost


def _in_chunks(n: int, work: Callable[[slice], T], threads: int | None) -> list[T]:
    return map_threads(work, [slice(i, i + CHUNK) for i in range(0, n, CHUNK)], threads=threads)


@dataclass(frozen=True, slots=True)
class _Customers:
    """Customers, the mass of their vote, and what a segment of all `whole` of them may be."""

    matrix: Matrix
    voice: Floats
    bounds: Bounds
    whole: int
    threads: int | None
    progress: Progress | None

    def first(self, n: int) -> _Customers:
        """The first n."""
        return replace(self, matrix=self.matrix[:n], voice=self.voice[:n])

    def bounds_for(self, k: int) -> Bounds:
        """The bounds of k segments of these."""
        n = len(self.matrix)
        return self.bounds if n == self.whole else self.bounds.scaled(n / self.whole, n, k)


@dataclass(frozen=True, slots=True)
class _State:
    centres: Floats
    prices: Floats
    labels: Labels
    inertia: float
    n_iter: int

    @classmethod
    def at(cls, centres: Floats) -> _State:
        """Where a fit starts."""
        return cls(centres, np.zeros(len(centres)), np.empty(0, np.int32), np.inf, 0)


def _best_start(customers: _Customers, centres: Floats, seed: int) -> _State:
    """The centres that are given, or customers drawn by lot; compared when they hardly move any more."""
    starts = [centres]
    voters = np.flatnonzero(customers.voice)
    for s in range(STARTS if len(voters) >= len(centres) else 0):
        rng = np.random.Generator(np.random.PCG64([seed, s]))
        starts.append(np.nan_to_num(customers.matrix[rng.choice(voters, len(centres), replace=False)]).astype(float))
    roughly = ROUGHLY * _mean_variance(customers)
    one = replace(customers, threads=1)
    settled = _on_threads(customers, lambda start: _settle(one, _State.at(start), roughly), starts)
    best = sorted(settled, key=lambda state: state.inertia)[:FINALISTS]
    ended = _on_threads(customers, lambda state: _settle(one, state, 0.0), best)
    return min(ended, key=lambda state: state.inertia)


def _on_threads(customers: _Customers, work: Callable[[T], _State], items: list[T]) -> list[_State]:
    return map_threads(work, items, threads=customers.threads)


def _enough(customers: _Customers) -> float:
    """Squared movement at which centres rest; 0 for few customers."""
    few = len(customers.matrix) <= STAGES[0]
    return 0.0 if few else MOVEMENT * _mean_variance(customers)


def _settle(customers: _Customers, state: _State, enough: float) -> _State:
    """Alternate until the centres move no more than `enough`, squared."""
    matrix, k = customers.matrix, len(state.centres)
    centres, prices, bounds = state.centres, state.prices, customers.bounds_for(k)
    for n_iter in range(MOST_MOVES + 1):
        if customers.progress is not None:
            customers.progress.check()
        cost = distances(matrix, centres, threads=customers.threads)
        labels, prices = assign_bounded(cost, bounds, prices, threads=customers.threads)
        moved = _sums(customers, labels, k).centres(centres)
        if n_iter == MOST_MOVES or float(((moved - centres) ** 2).sum()) <= enough:
            break
        centres = moved
    inertia = float((customers.voice * cost[np.arange(len(cost)), labels]).sum())
    return _State(centres, prices, labels, inertia, n_iter)


def _sums(customers: _Customers, labels: Labels, k: int) -> Sums:
    """What the segments add up to; exact, so that chunks may be added in any order."""
    from ilk.cluster.bounded_kernel import add_up

    matrix, voice = customers.matrix, customers.voice

    def part(chunk: slice) -> Sums:
        sums, mass, counts = np.zeros((k, matrix.shape[1])), np.zeros((k, matrix.shape[1])), np.zeros(k)
        add_up(matrix[chunk], voice[chunk], labels[chunk], sums, mass, counts)
        return Sums(sums, mass, counts)

    first, *rest = _in_chunks(len(matrix), part, customers.threads)
    return sum(rest, first)


def _mean_variance(customers: _Customers) -> float:
    voice, p = customers.voice, customers.matrix.shape[1]
    everyone = _sums(customers, np.zeros(len(voice), np.int32), 1)
    squares = distances(customers.matrix, everyone.centres(np.zeros((1, p))), threads=customers.threads)[:, 0]
    return float((voice * squares).sum() / max(voice.sum(), 1.0) / p)


# ---------------------------------------------------------------- prices


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
