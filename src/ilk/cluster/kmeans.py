"""k-means: starts on a sample, the best kept on larger ones, and everybody at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.cold import Check, Cold, ahead, fit_cold, mean_variance, settle_cold, settle_more, start_cold
from ilk.cluster.everyone import (
    Settled,
    at_rest,
    expected_reach,
    label_everyone,
    settle_everyone,
    take_on_threads,
)
from ilk.cluster.exchange import Ground, exchange, spare_for
from ilk.cluster.room import Room, room_for
from ilk.cluster.sums import Sums
from ilk.engines.memory import MemoryEngine
from ilk.engines.tiles import TILE, UNIT, Block, Tiles
from ilk.engines.workers import map_threads
from ilk.errors import BadInput
from ilk.progress import Progress
from ilk.settings import FIT_SAMPLE

T = TypeVar("T")
R = TypeVar("R")

STAGES = (8_192, 32_768, FIT_SAMPLE)
"""Customers a start, the best of them, and the best again are fitted to."""

SMALL = 16_384
"""Up to here starts are fitted to everyone at once."""

STARTS = 24
"""Own starts."""

STARTS_BESIDE_INIT = 4
"""Own starts that race for the one that competes with centres that were given."""

FINALISTS = 3
"""Starts that are settled to the end."""

ROUGHLY = 1e-3
"""Squared movement, in mean variances, at which starts are compared."""

MOVEMENT = 1e-4
"""Squared movement, in mean variances, at which a fit has settled, as in scikit-learn."""

MOST_RENUMBERINGS = 10
"""Where customers stand exactly between two centres, numbering by size can change sizes, which almost never happens."""

OF_ERROR = 0.02
"""On a sample: movement in units of the centres' own sampling error, below which going on would only fit the sample."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A finished fit; centres are ordered by size, largest first, ties by their values.

    Args:
        centres: float64 (k, n_features), multiples of 2^-16.
        labels: int32 (n,), 0-based rows of `centres`, each customer's nearest; ties to the lower number.
        inertia: Sum of mass * squared distance to the own centre over the answered features.
        n_iter: Times the centres moved with everyone looked at.
    """

    centres: NDArray[np.float64]
    labels: NDArray[np.int32]
    inertia: float
    n_iter: int


def fit_kmeans(
    tiles: Tiles,
    k: int,
    *,
    order: NDArray[np.int64],
    seed: int,
    init: NDArray[np.floating] | None = None,
    sample: Tiles | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Fit:
    """Fit k segments.

    The same bits for any number of threads and any order of customers, as long as `order` names the same ones.

    Args:
        tiles: n customers; those of mass 0 are only assigned.
        k: Segments; with fewer distinct customers some stay empty.
        order: Row numbers in hash order, (n,) or its beginning.
        seed: Of every random choice.
        init: Centres to start from, (k, n_features); they compete with four own starts.
        sample: The customers of `order` in tiles of their own, if the caller has them; none of mass 0.
        threads: How many to use; the answer does not depend on it.
        progress: To report to and be stopped by.

    Raises:
        BadInput: If k or `init` do not fit.
        Cancelled: If `progress` was asked to stop.

    Sources: Lloyd (1982), IEEE Trans. Inf. Theory 28(2); greedy k-means++ (Arthur & Vassilvitskii 2007); bounds of
    Hamerly (2010); missing answers as in k-POD (Chi, Chi & Baraniuk 2016).
    """
    _check(tiles, k, init)
    engine = MemoryEngine(threads, progress)
    drawn = _sample_of(tiles, order, sample, engine)
    best, room = _best_start(drawn, k, seed, init, engine)
    if sample is tiles and tiles.n <= SMALL:
        settled = at_rest(tiles, best.centres, room)
        if settled is not None:
            return _by_size(tiles, settled, engine)
    for n_tiles in drawn.stages[1:]:
        room, enough = drawn.room(n_tiles, k), drawn.enough(n_tiles, k)
        best = settle_cold(drawn.block, n_tiles, room, best.centres, enough=enough, check=engine.check)
    reach = expected_reach(best.counts, drawn.inertia(best), drawn.n / tiles.n)
    enough = 0.0 if drawn.n <= SMALL else MOVEMENT * drawn.variance
    return _by_size(tiles, settle_everyone(tiles, best.centres, enough, reach, drawn.block, engine), engine)


@dataclass(frozen=True, slots=True)
class Sample:
    """Customers in hash order, none of mass 0.

    Args:
        block: Their tiles.
        n: How many.
        stages: Tiles a start, the best of them and the best again are fitted to.
        variance: Mean variance of the features.
        n_gap_features: Features that somebody left blank.
    """

    block: Block
    n: int
    stages: tuple[int, ...]
    variance: float
    n_gap_features: int

    def inertia(self, fit: Cold) -> float:
        """Inertia of a fit to all of the sample."""
        energy = (self.block.mass.astype(np.float64) * self.block.square).sum()
        return max(fit.inertia + float(energy), 0.0)

    def enough(self, n_tiles: int, k: int) -> float:
        """Squared movement far below the sampling error of k centres, each of n / k customers."""
        n = max(float(self.block.mass[:n_tiles].sum()), 1.0)
        return float(OF_ERROR**2 * k * k * self.block.values.shape[1] * self.variance / n)

    def room(self, n_tiles: int, k: int) -> Room:
        """Memory to fit k segments to its first tiles."""
        return room_for(n_tiles, k, self.block.values.shape[1], self.n_gap_features)


def _sample_of(tiles: Tiles, order: NDArray[np.int64], sample: Tiles | None, engine: MemoryEngine) -> Sample:
    if sample is None:
        voters = np.asarray(order, np.int64)
        voters = voters[tiles.mass.ravel()[voters] > 0][: STAGES[-1]]
        block, n = take_on_threads(tiles.block, voters, engine.threads), len(voters)
    else:
        block, n = sample.block, sample.n
    sizes = (n,) if n <= SMALL else (*(size for size in STAGES if size < n), min(n, STAGES[-1]))
    stages = tuple(dict.fromkeys(-(-size // TILE) for size in sizes))
    n_gap_features = len(np.unique(block.feature[: block.start[-1]]))
    return Sample(block, n, stages, mean_variance(block, stages[0]), n_gap_features)


def _check(tiles: Tiles, k: int, init: NDArray[np.floating] | None) -> None:
    if k < 1:
        raise BadInput("There must be at least one segment", got=f"k = {k}", do="ask for 1 or more")
    if tiles.n == 0:
        raise BadInput("There are no customers", do="check the source and --where")
    if init is not None and np.shape(init) != (k, tiles.n_features):
        raise BadInput(
            "`init` must be one row of features a segment",
            got=f"shape {np.shape(init)}",
            do=f"give {k} rows of {tiles.n_features}",
        )


def _best_start(
    sample: Sample, k: int, seed: int, init: NDArray[np.floating] | None, engine: MemoryEngine
) -> tuple[Cold, Room]:
    """Settle own starts, and the given one if any, on the first stage; the best wins, ties to the first."""
    n_tiles, strictly = sample.stages[0], 0.0 if sample.n <= SMALL else sample.enough(sample.stages[0], k)

    def start(i: int) -> tuple[Cold, Room]:
        room, own = sample.room(n_tiles, k), (seed << 16) + i
        return start_cold(sample.block, n_tiles, room, k=k, seed=own, enough=ROUGHLY * sample.variance), room

    def finish(fit: tuple[Cold, Room]) -> tuple[Cold, Room]:
        more = settle_more(sample.block, n_tiles, fit[1], fit[0].centres, enough=strictly, check=engine.check)
        return _exchanged(sample, n_tiles, fit[1], more, (seed << 16) + STARTS, strictly, engine.check), fit[1]

    if init is not None:
        return finish(_best_beside(sample, np.floor(np.asarray(init, np.float64) * UNIT + 0.5) / UNIT, seed, engine))
    fits = _on_threads(start, range(STARTS), engine)
    best = sorted(fits, key=lambda fit: fit[0].inertia)[:FINALISTS]
    return min(_on_threads(finish, best, engine), key=lambda fit: fit[0].inertia)


def _exchanged(sample: Sample, n_tiles: int, room: Room, fit: Cold, seed: int, enough: float, check: Check) -> Cold:
    """Go on with exchanges where there are so many features that starts miss what is there."""
    k, p = fit.centres.shape
    spare = spare_for(n_tiles, k, p, sample.n_gap_features, sphere=sample.block.sphere)
    if spare is None:
        return fit
    best = exchange(Ground(sample.block, n_tiles, room, spare, sample.variance, enough, check), fit, seed=seed)
    return settle_cold(sample.block, n_tiles, room, best.centres, enough=enough, check=check)


def _best_beside(sample: Sample, given: NDArray[np.float64], seed: int, engine: MemoryEngine) -> tuple[Cold, Room]:
    """The given start or the best of four own ones, whichever is better once roughly settled."""
    block, n_tiles, k, enough = sample.block, sample.stages[0], len(given), ROUGHLY * sample.variance
    rooms = sample.room(n_tiles, k), sample.room(n_tiles, k)

    def own(finalists: int) -> Cold:
        return fit_cold(
            block,
            n_tiles,
            rooms[1],
            k=k,
            seed=(seed << 16) + 1,
            starts=STARTS_BESIDE_INIT,
            variance=sample.variance,
            enough=ROUGHLY,
            finalists=finalists,
        )

    if sample.n <= SMALL:  # over before a second thread has woken up
        return ahead(block, n_tiles, ((given, rooms[0]), (own(0).centres, rooms[1])), enough=enough)

    def settled(i: int) -> Cold:
        return own(1) if i else settle_cold(block, n_tiles, rooms[0], given, enough=enough)

    fits = _on_threads(settled, range(2), engine)
    return min(zip(fits, rooms, strict=True), key=lambda fit: fit[0].inertia)


def _on_threads(work: Callable[[T], R], items: Iterable[T], engine: MemoryEngine) -> list[R]:
    return map_threads(work, items, threads=engine.threads, progress=engine.progress)


def _by_size(tiles: Tiles, settled: Settled, engine: MemoryEngine) -> Fit:
    """Number the segments by size; where two centres are exactly as near, the lower of the new numbers holds.

    Ties can change sizes, and so the numbers, again: if they still do after `MOST_RENUMBERINGS`, everybody is with the
    nearest centre, and only the order by size may not hold. Who answered nothing and weighs nothing is in no size and
    in no sum, and has label 0 because a label must stand there; whoever shows segments gives them none.
    """
    centres, labels, sums = settled.centres, settled.labels, settled.sums
    for _ in range(MOST_RENUMBERINGS):
        rank = np.lexsort((*centres.T[::-1], -sums.counts))
        centres, place = centres[rank], np.argsort(rank).astype(np.int32)
        labels = place[labels]
        sums = Sums(sums.sums[rank], sums.mass[rank], sums.counts[rank])
        if settled.n_tied == 0:
            break
        again = label_everyone(tiles, centres, engine)
        unchanged = np.array_equal(again.labels, labels)
        labels, sums = again.labels, again.sums
        if unchanged:
            break
    labels[tiles.gaps.silent] = 0
    return Fit(centres, labels, sums.inertia(centres, tiles.energy), settled.n_iter)
