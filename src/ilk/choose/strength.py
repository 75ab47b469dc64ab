"""Prediction strength: do the segments of one half of the customers hold in the other half?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ilk.choose.draws import fit_seeds, generator
from ilk.cluster.agreement import contingency
from ilk.cluster.ensemble import fit_many, label_many
from ilk.engines.tiles import Tiles
from ilk.progress import Progress

SPLITS = 10


def prediction_strength(
    tiles: Tiles, k: int, *, seed: int, threads: int | None = None, progress: Progress | None = None
) -> float:
    """Mean over 10 splits of the weakest test segment's share of pairs that share the nearest training centre.

    Source: Tibshirani & Walther (2005), Journal of Computational and Graphical Statistics 14(3).
    """
    train, seeds = _halves(tiles.n, seed)
    masses = np.concatenate([train, 1 - train]).astype(np.uint8)
    centres = fit_many(tiles, masses, k, seeds, threads=threads, progress=progress)
    labels = label_many(tiles, centres, threads=threads)
    tests = zip(train, labels[SPLITS:], labels[:SPLITS], strict=True)
    return float(np.mean([_weakest(own[half == 0], other[half == 0], k) for half, own, other in tests]))


def _weakest(own: NDArray[np.integer], other: NDArray[np.integer], k: int) -> float:
    """The smallest share over test segments of its pairs that the training centres keep together."""
    table = contingency(own, other, k, k)
    sizes = table.sum(axis=1)
    kept = (table * (table - 1)).sum(axis=1)
    return float(np.divide(kept, sizes * (sizes - 1), out=np.zeros(k), where=sizes > 1).min())


def _halves(n: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """1 for the training half of each split, (10, n), and a seed for each of the 20 fits; the same for every k."""
    train = np.zeros((SPLITS, n), np.uint8)
    for i in range(SPLITS):
        train[i, generator(seed, "split", i).permutation(n)[: n // 2]] = 1
    return train, fit_seeds(generator(seed, "split"), 2 * SPLITS)
