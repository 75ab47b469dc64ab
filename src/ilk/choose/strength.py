"""Prediction strength: do the segments of one half of the customers hold in the other half?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ilk.choose.draws import fit_seeds, generator
from ilk.choose.part import watch_of
from ilk.cluster.agreement import contingency
from ilk.cluster.method import KMEANS, Draws, Method, Refits
from ilk.engines.tiles import Tiles
from ilk.engines.workers import map_threads
from ilk.progress import Progress

SPLITS = 10


def prediction_strengths(
    tiles: Tiles,
    ks: Sequence[int],
    *,
    seed: int,
    method: Method = KMEANS,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[int, float]:
    """At each k the mean over 10 splits of the weakest test segment's share of pairs that training puts together.

    Source: Tibshirani & Walther (2005), Journal of Computational and Graphical Statistics 14(3).
    """
    train, seeds = _halves(tiles.n, seed)
    masses = np.concatenate([train, 1 - train]).astype(np.uint8)

    def refit(some: tuple[int, ...]) -> Mapping[int, Refits]:
        return method.refit(tiles, some, Draws(masses, seeds, threads=1, progress=watch_of(progress)))

    pieces = method.batches(sorted(ks, reverse=True))  # the longest first
    parts = map_threads(refit, pieces, threads=threads, progress=progress)
    return {k: _strength(train, part[k]) for part in parts for k in part}


def _strength(train: NDArray[np.uint8], refits: Refits) -> float:
    sizes = [scorer.k for scorer in refits.scorers]
    tests = zip(train, refits.labels[SPLITS:], refits.labels[:SPLITS], sizes[SPLITS:], sizes[:SPLITS], strict=True)
    return float(np.mean([_weakest(own[half == 0], other[half == 0], k, k_o) for half, own, other, k, k_o in tests]))


def _weakest(own: NDArray[np.integer], other: NDArray[np.integer], k: int, k_other: int) -> float:
    """The smallest share over test segments of its pairs that training keeps together; 0 where nothing is divided."""
    if k == 0:
        return 0.0
    table = contingency(own, other, k + 1, k_other + 1)[:k]
    sizes = table.sum(axis=1)
    kept = (table * (table - 1))[:, :k_other].sum(axis=1)
    return float(np.divide(kept, sizes * (sizes - 1), out=np.zeros(k), where=sizes > 1).min())


def _halves(n: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """1 for the training half of each split, (10, n), and a seed for each of the 20 fits; the same for every k."""
    train = np.zeros((SPLITS, n), np.uint8)
    for i in range(SPLITS):
        train[i, generator(seed, "split", i).permutation(n)[: n // 2]] = 1
    return train, fit_seeds(generator(seed, "split"), 2 * SPLITS)
