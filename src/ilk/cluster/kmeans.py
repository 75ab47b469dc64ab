"""k-means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.nearest import nearest_two
from ilk.engines.tiles import Tiles
from ilk.progress import Progress

UNIT = 65536.0
"""Centres are multiples of 1 / UNIT."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A finished fit; centres are ordered by size, largest first, ties by their values.

    Args:
        centres: float64 (k, n_features), multiples of 2^-16.
        labels: int32 (n,), 0-based rows of `centres`.
        inertia: Sum of mass * squared distance to the own centre over the answered features.
        n_iter: Passes.
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

    Args:
        tiles: n customers; those of mass 0 are only assigned.
        k: Segments.
        order: Row numbers in hash order, (n,) or its beginning.
        seed: Of every random choice.
        init: Centres to start from, (k, n_features); competes with own starts.
        threads: How many to use; the answer does not depend on it.
        progress: To report to and be stopped by.
    """
    x, mass = flat_of(tiles)
    x, mass = x[order], mass[order]
    fits = [lloyd(x, mass, _starts(x, mass, k, np.random.default_rng([seed, s]))) for s in range(4)]
    fits += [] if init is None else [lloyd(x, mass, np.asarray(init, float))]
    centres = min(fits, key=lambda fit: fit[1])[0]
    if progress is not None:
        progress.check()
    near = nearest_two(tiles, centres, threads=threads)
    flat = tiles.mass.ravel()[: tiles.n].astype(float)
    sizes = np.bincount(near.label, flat, minlength=k)
    rank = np.lexsort((*centres.T[::-1], -sizes))
    place = np.argsort(rank).astype(np.int32)
    return Fit(centres[rank], place[near.label], float(flat @ near.d1), 1)


def flat_of(tiles: Tiles) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows with NaN, and their mass."""
    x = tiles.values.astype(float)
    gaps = tiles.gaps
    for t in range(len(x)):
        for g in range(gaps.start[t], gaps.start[t + 1]):
            x[t, gaps.feature[g], gaps.mark[g] > 0] = np.nan
    return (
        x.transpose(0, 2, 1).reshape(-1, x.shape[1])[: tiles.n],
        tiles.mass.ravel()[: tiles.n].astype(float),
    )


def _distances(x: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(x)
    filled = np.where(known, x, 0.0)
    return (filled**2).sum(1)[:, None] - 2 * filled @ centres.T + known @ (centres**2).T


def _starts(x: NDArray[np.float64], mass: NDArray[np.float64], k: int, rng: np.random.Generator) -> NDArray[np.float64]:
    centres = np.zeros((0, x.shape[1]))
    near = np.ones(len(x))
    for _ in range(k):
        chance = near * mass if (near * mass).sum() > 0 else np.ones(len(x))
        chosen = np.searchsorted(np.cumsum(chance), rng.random() * chance.sum())
        centres = np.vstack([centres, np.nan_to_num(x[min(chosen, len(x) - 1)])])
        near = np.maximum(_distances(x, centres).min(1), 0)
    return centres


def lloyd(
    x: NDArray[np.float64], mass: NDArray[np.float64], centres: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Alternate assigning and averaging."""
    known = ~np.isnan(x)
    filled = np.where(known, x, 0.0)
    tolerance = 1e-4 * np.nanvar(x, axis=0).mean()
    for _ in range(300):
        distances = _distances(x, centres)
        member = np.zeros_like(distances)
        member[np.arange(len(x)), distances.argmin(1)] = mass
        total = member.T @ known
        new = np.where(total > 0, (member.T @ filled) / np.maximum(total, 1e-300), 0.0)
        new[member.sum(0) == 0] = np.nan_to_num(x[distances.min(1).argmax()])
        new = np.floor(new * UNIT + 0.5) / UNIT
        moved = ((new - centres) ** 2).sum()
        centres = new
        if moved <= tolerance:
            break
    return centres, float(mass @ _distances(x, centres).min(1))
