"""k-means: starts on a sample, the best kept on larger ones, and everybody at the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.cold import Cold, fit_cold, mean_variance, room_for, settle_cold
from ilk.cluster.everyone import Settled, expected_reach, label_everyone, settle_everyone, take
from ilk.cluster.kernel import UNIT
from ilk.cluster.sums import Sums
from ilk.engines.memory import MemoryEngine
from ilk.engines.tiles import Block, Tiles
from ilk.engines.workers import map_threads
from ilk.errors import BadInput
from ilk.progress import Progress
from ilk.settings import FIT_SAMPLE

STAGES = (8_192, 32_768, FIT_SAMPLE)
"""Customers a start, the best of them, and the best again are fitted to."""

SMALL = 16_384
"""Up to here starts are fitted to everyone at once."""

STARTS = 24
"""Own starts."""

STARTS_BESIDE_INIT = 4
"""Own starts that compete with centres that were given."""

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
        threads: How many to use; the answer does not depend on it.
        progress: To report to and be stopped by.

    Raises:
        BadInput: If k or `init` do not fit.
        Cancelled: If `progress` was asked to stop.

    Sources: Lloyd (1982), IEEE Trans. Inf. Theory 28(2); greedy k-means++ (Arthur & Vassilvitskii 2007); Hamerly (2010);
    missing answers as in k-POD (Chi, Chi & Baraniuk 2016).
    """
    _check(tiles, k, init)
    mass = tiles.mass.ravel()
    voters = np.asarray(order, np.int64)
    voters = voters[mass[voters] > 0][: STAGES[-1]]
    engine = MemoryEngine(threads, progress)
    best, sample = _on_samples(tiles, voters, k, seed, init, engine)
    reach, enough = np.empty(0), 0.0
    if len(voters) > SMALL:
        enough = MOVEMENT * mean_variance(sample, len(sample.values))
        inertia = best.inertia + float((sample.mass.astype(np.float64) * sample.square).sum())
        reach = expected_reach(best.counts, max(inertia, 0.0), len(voters) / tiles.n)
    return _by_size(tiles, settle_everyone(tiles, best.centres, enough, reach, sample, engine), engine)


def _check(tiles: Tiles, k: int, init: NDArray[np.floating] | None) -> None:
    if k < 1:
        raise BadInput("There must be at least one segment", got=f"k = {k}")
    if tiles.n == 0:
        raise BadInput("There are no customers", do="check the source and --where")
    if init is not None and np.shape(init) != (k, tiles.n_features):
        raise BadInput("`init` must be one row of features a segment", got=f"shape {np.shape(init)}")


def _on_samples(
    tiles: Tiles,
    voters: NDArray[np.int64],
    k: int,
    seed: int,
    init: NDArray[np.floating] | None,
    engine: MemoryEngine,
) -> tuple[Cold, Block]:
    """Settle starts on the first sample and the best on the larger ones; return it with the last sample."""
    sizes = (len(voters),) if len(voters) <= SMALL else tuple(size for size in STAGES[:-1] if size < len(voters))
    sample = take(tiles.block, voters[: sizes[0]])
    best = _best_start(sample, k, seed, init, engine)
    for size in (*sizes[1:], len(voters)) if len(voters) > SMALL else ():
        sample = take(tiles.block, voters[:size])
        best = _settle(sample, best.centres, engine)
    return best, sample


def _best_start(sample: Block, k: int, seed: int, init: NDArray[np.floating] | None, engine: MemoryEngine) -> Cold:
    """Settle own starts, and the given one if any, on a sample in hash order; the best wins, ties to the first."""
    n_tiles, p = sample.values.shape[:2]
    enough = _enough(sample, k)
    given = () if init is None else (np.floor(np.asarray(init, np.float64) * UNIT + 0.5) / UNIT,)
    n_own = STARTS if init is None else STARTS_BESIDE_INIT

    def start(i: int) -> Cold:
        room = room_for(n_tiles, k, p, len(np.unique(sample.feature[: sample.start[-1]])))
        if i < len(given):
            return settle_cold(sample, n_tiles, room, given[i].copy(), enough=enough)
        return fit_cold(sample, n_tiles, room, k=k, seed=(seed << 16) + i, starts=1, enough=enough)

    fits = map_threads(start, range(len(given) + n_own), threads=engine.threads, progress=engine.progress)
    return min(fits, key=lambda fit: fit.inertia)


def _settle(sample: Block, centres: NDArray[np.float64], engine: MemoryEngine) -> Cold:
    (n_tiles, p, _), k = sample.values.shape, len(centres)
    room = room_for(n_tiles, k, p, len(np.unique(sample.feature[: sample.start[-1]])))
    return settle_cold(sample, n_tiles, room, centres, enough=_enough(sample, k), check=engine.check)


def _enough(sample: Block, k: int) -> float:
    """Squared movement at which it is far below the centres' own sampling error: k segments of n / k customers."""
    n = max(float(sample.mass.sum()), 1.0)
    error = k * k * sample.values.shape[1] * mean_variance(sample, len(sample.values)) / n
    return OF_ERROR**2 * error


def _by_size(tiles: Tiles, settled: Settled, engine: MemoryEngine) -> Fit:
    """Number the segments by size; where two centres are exactly as near, the lower of the new numbers holds."""
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
    return Fit(centres, labels, sums.inertia(centres, tiles.energy), settled.n_iter)
