"""Segments of bounded size: k-means in which no segment may be smaller, or larger, than asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.cheapest import (
    Bounds,
    Features,
    Floats,
    Labels,
    by_feature,
    cheapest,
    in_chunks,
    measured,
    published,
)
from ilk.cluster.sums import Sums
from ilk.engines.tiles import Matrix
from ilk.engines.workers import map_threads
from ilk.progress import Progress

RACE, RACE_EACH = 2_048, 256
"""Customers starts race on; more where there would be fewer than so many a segment."""

STAGES = (8_192, 32_768)
"""Customers that finalists are settled on, and that the best is brought to rest on before everybody is looked at."""

STARTS = 5
"""Starts from customers drawn by lot."""

FINALISTS = 3
"""Starts that are settled to the end."""

ROUGHLY = 1e-2
"""Squared movement, in mean variances, at which starts in the race are compared."""

MOVEMENT = 1e-4
"""Squared movement of the centres, in mean variances, at which a fit has settled."""

MOST_MOVES = 100
"""Moves after which a fit ends in any case."""


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
    everyone = _Customers(rows, by_feature(rows), voice, bounds, len(matrix), threads, progress)
    state = _best_start(everyone, centres, seed)
    for n in (*(n for n in STAGES[1:] if n < len(matrix) / 2), len(matrix)):
        state = _settle(everyone.first(n), state, _enough(everyone.first(n)))
    cost = measured(everyone.features, len(rows), state.centres, threads).T
    offsets = published(cost, state.labels, state.prices)
    rank = np.lexsort((*state.centres.T[::-1], -np.bincount(state.labels, minlength=len(centres))))
    place = np.argsort(rank).astype(np.int32)
    return BoundedFit(state.centres[rank], offsets[rank], place[state.labels], state.inertia, state.n_iter)


@dataclass(frozen=True, slots=True)
class _Customers:
    """Customers, the mass of their vote, and what a segment of all `whole` of them may be."""

    matrix: Matrix
    features: Features
    voice: Floats
    bounds: Bounds
    whole: int
    threads: int | None
    progress: Progress | None

    def first(self, n: int) -> _Customers:
        """The first n, or all there are."""
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
    some = replace(customers.first(STAGES[0]), threads=1)
    racers = some.first(max(RACE, RACE_EACH * len(centres)))
    starts = [centres]
    voters = np.flatnonzero(some.voice)
    for s in range(STARTS if len(voters) >= len(centres) else 0):
        rng = np.random.Generator(np.random.PCG64([seed, s]))
        starts.append(np.nan_to_num(some.matrix[rng.choice(voters, len(centres), replace=False)]).astype(float))
    roughly = ROUGHLY * _mean_variance(some)
    settled = map_threads(lambda start: _settle(racers, _State.at(start), roughly), starts, threads=customers.threads)
    best = sorted(settled, key=lambda state: state.inertia)[:FINALISTS]
    ended = map_threads(lambda state: _settle(some, state, 0.0), best, threads=customers.threads)
    return min(ended, key=lambda state: state.inertia)


def _enough(customers: _Customers) -> float:
    """Squared movement at which centres rest; 0 for few customers."""
    few = len(customers.matrix) <= STAGES[0]
    return 0.0 if few else MOVEMENT * _mean_variance(customers)


def _settle(customers: _Customers, state: _State, enough: float) -> _State:
    """Alternate until the centres move no more than `enough`, squared."""
    few = len(customers.matrix) <= STAGES[0]
    return (_settle_few if few else _settle_many)(customers, state, enough)


def _settle_many(customers: _Customers, state: _State, enough: float) -> _State:
    """Everybody's distances and sums on threads."""
    n, k = len(customers.matrix), len(state.centres)
    centres, prices, bounds = state.centres, state.prices, customers.bounds_for(k)
    for n_iter in range(MOST_MOVES + 1):
        if customers.progress is not None:
            customers.progress.check()
        cost = measured(customers.features, n, centres, customers.threads)
        labels, prices = cheapest(cost, bounds, prices, customers.threads)
        moved = _sums(customers, labels, k).centres(centres)
        if n_iter == MOST_MOVES or float(((moved - centres) ** 2).sum()) <= enough:
            break
        centres = moved
    inertia = float((customers.voice * cost[labels, np.arange(n)]).sum())
    return _State(centres, prices, labels, inertia, n_iter)


def _settle_few(customers: _Customers, state: _State, enough: float) -> _State:
    """The same bits in one compiled piece: for few customers the arithmetic is the least of it."""
    from ilk.cluster.place_kernel import settle_few

    if customers.progress is not None:
        customers.progress.check()
    n, k = len(customers.matrix), len(state.centres)
    centres, labels = np.array(state.centres, np.float64, order="C"), np.empty(n, np.int32)
    bounds = (*customers.bounds_for(k).arrays(n, k), state.prices)
    given = tuple(customers.features), customers.matrix, customers.voice, centres, bounds
    prices, inertia, n_iter = settle_few(*given, enough, MOST_MOVES, labels)
    return _State(centres, prices, labels, inertia, n_iter)


def _sums(customers: _Customers, labels: Labels, k: int) -> Sums:
    """What the segments add up to; exact, so that chunks may be added in any order."""
    from ilk.cluster.bounded_kernel import add_up

    matrix, voice = customers.matrix, customers.voice

    def part(chunk: slice) -> Sums:
        sums, mass, counts = np.zeros((k, matrix.shape[1])), np.zeros((k, matrix.shape[1])), np.zeros(k)
        add_up(matrix[chunk], voice[chunk], labels[chunk], sums, mass, counts)
        return Sums(sums, mass, counts)

    first, *rest = in_chunks(len(matrix), part, customers.threads)
    return sum(rest, first)


def _mean_variance(customers: _Customers) -> float:
    voice, p = customers.voice, customers.matrix.shape[1]
    everyone = _sums(customers, np.zeros(len(voice), np.int32), 1)
    squares = measured(customers.features, len(voice), everyone.centres(np.zeros((1, p))), customers.threads)[0]
    return float((voice * squares).sum() / max(voice.sum(), 1.0) / p)
