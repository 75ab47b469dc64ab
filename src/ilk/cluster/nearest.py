"""Who is nearest: the label of every customer, and the runner-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.engines.tiles import RUN, TILE, Tiles
from ilk.engines.workers import map_threads


@dataclass(frozen=True, slots=True)
class Nearest:
    """The two nearest centres of each customer, 0-based; distances squared, over the answered features.

    With one centre the runner-up is the label and d2 is infinite. Ties go to the lower number.

    Args:
        label: int32 (n,).
        runner_up: int32 (n,).
        d1: float64 (n,), to the nearest.
        d2: float64 (n,), to the runner-up.
    """

    label: NDArray[np.int32]
    runner_up: NDArray[np.int32]
    d1: NDArray[np.float64]
    d2: NDArray[np.float64]


def nearest_two(tiles: Tiles, centres: NDArray[np.floating], *, threads: int | None = None) -> Nearest:
    """Find the two nearest centres of each customer, in float64, where all is exact.

    Args:
        tiles: n customers.
        centres: (k, n_features), multiples of 2^-16.
        threads: How many to use; the answer does not depend on it.
    """
    from ilk.cluster.kernel import settle
    from ilk.cluster.room import Out, border_for, nothing, scratch_for

    n_tiles, n = len(tiles.values), tiles.n
    exact = np.ascontiguousarray(centres, np.float64)
    label, runner_up = np.empty((n_tiles, TILE), np.int32), np.empty((n_tiles, TILE), np.int32)
    out = Out(label, np.empty((0, TILE), np.float32), runner_up, np.empty((n_tiles, TILE)), np.empty((n_tiles, TILE)))
    k, p = exact.shape

    def score(first: int) -> None:
        last = min(first + RUN, n_tiles)
        settle(tiles.block, first, last, exact, out, nothing(k, p), scratch_for(k, p), border_for(0, p, 0), 0, 0.0)

    map_threads(score, range(0, n_tiles, RUN), threads=threads)
    near = Nearest(label.ravel()[:n], runner_up.ravel()[:n], out.first.ravel()[:n], out.second.ravel()[:n])
    _nowhere(near, tiles.gaps.silent, k)
    return near


def _nowhere(near: Nearest, rows: NDArray[np.int64], k: int) -> None:
    """Who answered nothing is as near to every centre; changes `near`."""
    near.label[rows], near.runner_up[rows] = 0, min(1, k - 1)
    near.d1[rows], near.d2[rows] = 0.0, 0.0 if k > 1 else np.inf
