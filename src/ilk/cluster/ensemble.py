"""Many small cold fits on the evidence sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.kmeans import _starts, flat_of, lloyd
from ilk.cluster.nearest import nearest_two
from ilk.engines.tiles import Tiles
from ilk.engines.workers import map_threads
from ilk.progress import Progress


def fit_many(
    tiles: Tiles,
    masses: NDArray[np.uint8],
    k: int,
    seeds: NDArray[np.int64],
    *,
    starts: int = 3,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Fit k segments to each of many weightings of the same customers, each from cold starts.

    Args:
        tiles: n customers, at most 10,000.
        masses: (n_fits, n), how often each customer counts in each fit; multiplied by the tiles' own mass.
        k: Segments.
        seeds: (n_fits,), one a fit.
        starts: k-means++ starts a fit.
        threads: How many to use; the answer does not depend on it.
        progress: To report to and be stopped by.

    Returns:
        Centres, float64 (n_fits, k, n_features), multiples of 2^-16.
    """
    x, own = flat_of(tiles)

    def fit(i: int) -> NDArray[np.float64]:
        used = np.flatnonzero(masses[i] * own)
        mass = (masses[i] * own)[used]
        rng = np.random.default_rng([int(seeds[i]), k])
        fits = [lloyd(x[used], mass, _starts(x[used], mass, k, rng)) for _ in range(starts)]
        return min(fits, key=lambda one: one[1])[0]

    return np.array(map_threads(fit, range(len(masses)), threads=threads, progress=progress))


def label_many(tiles: Tiles, centres: NDArray[np.float64], *, threads: int | None = None) -> NDArray[np.int16]:
    """Label every customer by each of m sets of centres.

    Args:
        tiles: n customers.
        centres: (m, k, n_features), multiples of 2^-16.
        threads: How many to use; the answer does not depend on it.

    Returns:
        int16 (m, n), 0-based.
    """
    return np.array([nearest_two(tiles, one, threads=threads).label for one in centres], np.int16)
