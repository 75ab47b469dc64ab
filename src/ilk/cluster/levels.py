"""Two levels: many small segments, put together once into several and once into few, so that one lies in the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.ensemble import fit_many, label_many
from ilk.cluster.method import Draws, Effort, Found, Method, Refits, Run, Scorers, find_centres, inertia_of
from ilk.cluster.neighbours import ByNeighbours
from ilk.cluster.scorer import Places, Scorer, label_by, nearest_by
from ilk.engines.tiles import Tiles, masses_of, matrix_of

Floats = NDArray[np.float64]

FINE, TIMES = 24, 3
"""Small segments at the least, and for each of the larger level."""

CUSTOMERS_EACH = 20
"""Customers a small segment has on average, at least: fewer would be told of nobody."""


EFFORT = Effort(customers=4_000, pairs=20, more_pairs=20, null_pairs=1, boxes=0)
"""Many small segments take a while; an inertia says little about how they were put together."""


def ward(rows: Floats, mass: Floats, ks: Sequence[int]) -> dict[int, Places]:
    """Put rows together, always the two groups whose union adds least to the inertia, and stop at each k on the way.

    Args:
        rows: (m, p).
        mass: (m,), at least 0; a row of nobody counts as one customer.
        ks: Numbers of groups, at most m.

    Returns:
        The group of each row at each k, numbered in the order in which their first rows stand; groups at a smaller k
        are unions of groups at a larger one.

    Source: Ward (1963), JASA 58(301); sizes as in Lance & Williams (1967).
    """
    sizes, centres = np.maximum(np.asarray(mass, np.float64), 1.0).copy(), np.asarray(rows, np.float64).copy()
    group, alive = np.arange(len(rows)), np.ones(len(rows), bool)
    found = {}
    while True:
        left = int(alive.sum())
        if left in ks:
            found[left] = np.unique(group, return_inverse=True)[1].astype(np.intp)
        if left <= min(ks):
            return dict(sorted(found.items()))
        i, j = _cheapest(centres, sizes, alive)
        centres[i] = (sizes[i] * centres[i] + sizes[j] * centres[j]) / (sizes[i] + sizes[j])
        sizes[i] += sizes[j]
        alive[j] = False
        group[group == j] = i


def _cheapest(centres: Floats, sizes: Floats, alive: NDArray[np.bool_]) -> tuple[int, int]:
    """The pair i < j whose union costs least: n_i n_j / (n_i + n_j) |c_i - c_j|^2; ties to the first."""
    apart = ((centres[:, None] - centres[None]) ** 2).sum(axis=2)
    cost = apart * sizes[:, None] * sizes / (sizes[:, None] + sizes)
    cost[~alive] = np.inf
    cost[:, ~alive] = np.inf
    cost[np.tril_indices(len(cost))] = np.inf
    i, j = np.unravel_index(int(cost.argmin()), cost.shape)
    return int(i), int(j)


def _scorer(rows: Floats, owner: Places, sizes: Floats) -> ByNeighbours:
    """The small segments as points: the nearest one says which large segment a customer is in."""
    customers = np.maximum(sizes, 1.0).astype(np.int64)
    return ByNeighbours(np.asarray(rows, np.float64), owner, customers, int(owner.max()) + 1)


@dataclass(frozen=True, slots=True)
class Levels(Method):
    """Ward on the centres of many small segments of k-means, cut once for each level; all k share the small segments.

    Args:
        most: Of the levels.
    """

    most: int
    name: str = "levels"
    effort: Effort = EFFORT

    def find_several(self, tiles: Tiles, ks: Sequence[int], run: Run) -> Mapping[int, Found]:
        """See `ward`."""
        m = self._fine(int((tiles.mass > 0).sum()), ks)
        fine = find_centres(tiles, m, run)
        sizes = np.bincount(fine.labels, weights=masses_of(tiles), minlength=m).astype(np.float64)
        found = {}
        for k, owner in ward(fine.scorer.middles, sizes, ks).items():
            scorer = _scorer(fine.scorer.middles, owner, sizes)
            near = nearest_by(scorer, tiles, threads=run.threads)
            inertia = inertia_of(scorer, tiles, labels=near.label)
            found[k] = Found(scorer, near.label, inertia, n_iter=fine.n_iter)
        return found

    def _fine(self, n: int, ks: Sequence[int]) -> int:
        """How many small segments: enough for every level, and not so many that they are a few people each."""
        return max(min(max(FINE, TIMES * self.most), n // CUSTOMERS_EACH), *ks)

    def refit(self, tiles: Tiles, ks: Sequence[int], draws: Draws) -> Mapping[int, Refits]:
        """Many small segments inside compiled loops, then put together for each level."""
        scorers, matrix = self._refitted(tiles, ks, draws), matrix_of(tiles)
        return {k: Refits(k, tuple(own), np.stack(label_by(own, matrix))) for k, own in scorers.items()}

    def refit_once(self, tiles: Tiles, ks: Sequence[int], seeds: Mapping[int, int], *, starts: int) -> Scorers:
        """The same once."""
        del starts
        refitted = self._refitted(tiles, ks, Draws.whole(tiles.n, seeds[ks[0]]))
        return {k: scorer for k, (scorer,) in refitted.items()}

    def _refitted(self, tiles: Tiles, ks: Sequence[int], draws: Draws) -> dict[int, list[Scorer]]:
        m = self._fine(tiles.n, ks)
        centres = fit_many(tiles, draws.masses, m, draws.seeds, threads=draws.threads, progress=draws.progress)
        labels, own = label_many(tiles, centres, threads=draws.threads), masses_of(tiles)
        scorers: dict[int, list[Scorer]] = {k: [] for k in ks}
        for rows, label, mass in zip(centres, labels, draws.masses, strict=True):
            sizes = np.bincount(label, weights=mass * own, minlength=m).astype(np.float64)
            for k, owner in ward(rows, sizes, ks).items():
                scorers[k].append(_scorer(rows, owner, sizes))
        return scorers
