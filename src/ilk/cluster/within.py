"""k-means within bounds: segments no smaller and no larger than asked, found by `fit_bounded`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.backed import of_enough
from ilk.cluster.bounded import fit_bounded
from ilk.cluster.cheapest import Bounds, assign_bounded, distances, published
from ilk.cluster.method import Found, KMeans, Run, find_centres
from ilk.cluster.scorer import ByOffsets, nearest_by
from ilk.engines.tiles import Matrix, Tiles, matrix_of
from ilk.errors import BadSetting
from ilk.figures import percent
from ilk.settings import Settings
from ilk.sources.source import Note

Floats = NDArray[np.float64]


ASKED_AGAIN = (
    "How surely segments are found again was asked of k-means without bounds. New customers are placed by the same "
    "rule, so that segments of another file may be smaller or larger."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the sizes of segments: shares of everybody, 0 to 1, and customers; no most if None."""

    shares: tuple[float, float] = (0.0, 1.0)
    sizes: tuple[int, int | None] = (0, None)

    @classmethod
    def of(cls, settings: Settings) -> Asked:
        """What settings ask."""
        shares = settings.min_share or 0.0, settings.max_share or 1.0
        return cls(shares, (settings.min_size or 0, settings.max_size))

    def bounds(self, n: int, k: int) -> Bounds:
        """Of k segments of n customers.

        Raises:
            BadSetting: If they cannot be so.
        """
        return Bounds.of(n, k, shares=self.shares, sizes=self.sizes)

    def possible(self, n: int, k: int) -> bool:
        """Whether k segments of n customers can be so."""
        try:
            self.bounds(n, k)
        except BadSetting:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Bounded(KMeans):
    """k-means with bounded sizes; asked again with other customers, plain k-means answers.

    Args:
        asked: What sizes were asked for; they count everybody who answered anything.
        least: Customers a published figure may rest on.
    """

    asked: Asked
    least: int
    name: ClassVar[str] = "bounded"

    def find_several(self, tiles: Tiles, ks: Sequence[int], run: Run) -> Mapping[int, Found]:
        """See `fit_bounded`; a k that cannot be is left out."""
        found = {}
        matrix = matrix_of(tiles)
        rows = _in_order(matrix, run.order)
        own, voice = matrix[rows], np.asarray(tiles.mass, np.float64).ravel()[rows]
        for k in (k for k in ks if self.asked.possible(len(rows), k)):
            bounds = self.asked.bounds(len(rows), k)
            start = find_centres(tiles, k, run).scorer.middles
            how: Any = {"seed": run.seed, "threads": run.threads, "progress": run.progress}
            fit = fit_bounded(own, start, bounds, mass=voice, **how)
            scorer = self._backed(ByOffsets(fit.centres, fit.offsets), own, voice, fit.labels, bounds)
            labels = nearest_by(scorer, tiles, threads=run.threads).label
            apart = distances(own, scorer.centres, threads=run.threads)
            inertia = float((voice * apart[np.arange(len(own)), labels[rows]]).sum())
            found[k] = Found(scorer, labels, inertia, n_iter=fit.n_iter)
        return found

    def _backed(
        self, scorer: ByOffsets, rows: Matrix, voice: Floats, labels: NDArray[np.int32], bounds: Bounds
    ) -> ByOffsets:
        """No centre rests on fewer answers than may be published; each turn only takes away, so there is an end."""
        while True:
            centres = of_enough(scorer.centres, np.where(voice > 0, labels, -1), rows, self.least)
            if np.array_equal(centres, scorer.centres):
                return scorer
            cost = distances(rows, centres)
            labels, prices = assign_bounded(cost, bounds)
            scorer = ByOffsets(centres, published(cost, labels, prices))


def bounded_notes(asked: Asked, labels: NDArray[np.integer], near: NDArray[np.integer], k: int) -> tuple[Note, ...]:
    """What bounds do to a study and what they do not: told once, with whether exact ties broke them.

    Args:
        asked: What sizes were asked for.
        labels: (n,), everybody's segment, 0-based; -1 for none.
        near: (n,), the nearest centre of each.
        k: Segments.
    """
    sizes = np.bincount(labels[labels >= 0], minlength=k)
    if k == 1:
        return (Note("sizes", "One group is everybody, whatever bounds of sizes were asked for."),)
    bounds = asked.bounds(int(sizes.sum()), k)
    asked_for = f"{bounds.least:,} to {bounds.most:,} customers"
    moved = percent(float((labels != near)[labels >= 0].mean()))
    held = f"Each segment has {asked_for}, as was asked; for that {moved} of all are not with the nearest centre."
    if sizes.min() < bounds.least or sizes.max() > bounds.most:
        held = (
            f"Segments of {asked_for} were asked for, and customers who are exactly alike stay together: "
            f"the smallest has {sizes.min():,}, the largest {sizes.max():,}."
        )
    return (Note("sizes", f"{held} {ASKED_AGAIN}"),)


def _in_order(matrix: Matrix, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of all who answered anything, the fit sample first; the same customers in the same order for any file."""
    answered = np.asarray(~np.isnan(matrix).all(axis=1), np.bool_)
    rest: NDArray[np.bool_] = answered.copy()
    rest[order] = False
    others = np.flatnonzero(rest)
    first = order[answered[order]]
    return np.concatenate([first, others[np.lexsort(matrix[others].T)]]) if len(others) else first
