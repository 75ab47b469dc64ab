"""The gap statistic: is the inertia lower than in a featureless box of the same shape?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.choose.draws import fit_seeds, generator
from ilk.cluster.method import KMEANS, Method
from ilk.engines.tiles import LIMIT, UNIT, Matrix, Tiles, tiles_of
from ilk.engines.workers import map_threads
from ilk.progress import Progress

STARTS = 4
"""Starts of a fit to a reference set, where all of them end about as low."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Gap(k), its standard error s_k with the simulation's own error, both in natural logarithms."""

    gap: float
    error: float


@dataclass(frozen=True, slots=True)
class Box:
    """The box along the principal components of a table.

    Args:
        missing: bool (n, n_features), blanks stay where they are.
        mean: (n_features,).
        axes: (n_features, n_features), rows are the principal directions.
        low, high: (n_features,), the range of the customers along each.
        sphere: Whether points are drawn out to length one, where the customers are.
    """

    missing: NDArray[np.bool_]
    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    sphere: bool = False

    def draw(self, rng: np.random.Generator) -> Matrix:
        """One reference set: uniform in the box, on the feature scale."""
        points = rng.uniform(self.low, self.high, self.missing.shape) @ self.axes + self.mean
        if self.sphere:
            points /= np.maximum(np.sqrt((points**2).sum(axis=1, keepdims=True)), 1e-9)
        table = np.clip(np.floor(points * UNIT + 0.5) / UNIT, 1 - LIMIT, LIMIT - 1).astype(np.float32)
        table[self.missing] = np.nan
        return table


def box_of(features: Matrix, *, sphere: bool = False) -> Box:
    """Find the box; blanks count as the mean. On the sphere its points are drawn out to length one."""
    missing = np.isnan(features)
    answers = np.maximum((~missing).sum(axis=0), 1)
    mean = np.nan_to_num(features).sum(axis=0, dtype=float) / answers
    centred = np.where(missing, 0.0, features - mean)
    axes = np.linalg.eigh(centred.T @ centred)[1].T[::-1]
    scores = centred @ axes.T
    return Box(missing, mean, axes, scores.min(axis=0), scores.max(axis=0), sphere)


def gaps_of(
    features: Matrix,
    inertias: Mapping[int, float],
    *,
    seed: int,
    sphere: bool = False,
    method: Method = KMEANS,
    mass: NDArray[np.floating] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[int, Gap]:
    """Gap(k) = mean of log W_k over the reference sets, 20 for k-means, - log W_k of the customers.

    Args:
        features: (n, n_features), the evidence sample.
        inertias: W_k of these very customers for every k; a k with W_k = 0 has no gap.
        seed: Of the reference sets.
        sphere: Whether rows have length one.
        method: How they are divided; without reference sets there is no gap.
        mass: (n,), how much each customer counts; those of the box count as much.
        threads: How many to use; the answer does not depend on it.
        progress: To report to and be stopped by.

    Source: Tibshirani, Walther & Hastie (2001), Journal of the Royal Statistical Society B 63(2).
    """
    ks = [k for k, inertia in inertias.items() if inertia > 0]
    if not method.effort.boxes:
        return {}
    box = box_of(features, sphere=sphere)

    def logs(number: int) -> NDArray[np.float64]:
        tiles = tiles_of(box.draw(generator(seed, "box", number)), mass, sphere=sphere)
        seeds = {k: int(fit_seeds(generator(seed, "box", number, k), 1)[0]) for k in ks}
        return _log_inertias(tiles, method.batches(ks), seeds, method, progress)

    reference = np.array(map_threads(logs, range(method.effort.boxes), threads=threads, progress=progress))
    return {k: _gap(reference[:, i], np.log(inertias[k])) for i, k in enumerate(ks)}


def gap_choice(gaps: Mapping[int, Gap]) -> int | None:
    """The smallest k with Gap(k) >= Gap(k + 1) - s_{k + 1}; None when no k meets it."""
    pairs = ((k, gaps[k], gaps[k + 1]) for k in sorted(gaps) if k + 1 in gaps)
    return next((k for k, here, after in pairs if here.gap >= after.gap - after.error), None)


def _gap(reference: NDArray[np.float64], log_inertia: float) -> Gap:
    error = reference.std() * np.sqrt(1 + 1 / len(reference))
    return Gap(float(reference.mean() - log_inertia), float(error))


def _log_inertias(
    tiles: Tiles,
    batches: Sequence[tuple[int, ...]],
    seeds: Mapping[int, int],
    method: Method,
    progress: Progress | None,
) -> NDArray[np.float64]:
    found: list[float] = []
    for some in batches:
        if progress is not None:
            progress.check()
        found += method.inertias(tiles, some, seeds, starts=STARTS)
    return np.log(np.maximum(found, 1e-300))
