"""Are the same segments found again? Cold fits on pairs of bootstrap samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ilk.choose.draws import Purpose, fit_seeds, generator
from ilk.choose.part import watch_of
from ilk.cluster.agreement import adjusted_rand, best_jaccard, contingency
from ilk.cluster.ensemble import fit_many, label_many
from ilk.engines.tiles import Tiles
from ilk.engines.workers import map_threads
from ilk.model.evidence import Spread
from ilk.model.parts import Grid
from ilk.progress import Progress

PAIRS, MORE_PAIRS, NULL_PAIRS = 30, 100, 5
"""Pairs for every k, for the chosen k and its neighbours, and for each null table."""

PIECE = 5
"""Pairs in one piece of work: under a tenth of a second for 10,000 customers."""

KEPT = 20
"""Bootstrap solutions a model keeps."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which bootstrap samples to draw: numbers first..last of a stream; the same samples serve every k."""

    seed: int
    purpose: Purpose
    first: int
    last: int
    stream: tuple[int, ...] = ()

    def masses(self, n: int) -> NDArray[np.uint8]:
        """How often each of n customers was drawn, (2 * pairs, n); rows 2 b and 2 b + 1 are pair b."""
        drawn = np.empty((2 * (self.last - self.first), n), np.uint8)
        for b in range(self.first, self.last):
            rng = generator(self.seed, self.purpose, *self.stream, b)
            for side in (0, 1):
                counts = np.bincount(rng.integers(n, size=n), minlength=n)
                drawn[2 * (b - self.first) + side] = np.minimum(counts, 255)
        return drawn

    def seeds(self) -> NDArray[np.int64]:
        """One seed a fit."""
        numbers = range(self.first, self.last)
        return np.concatenate([fit_seeds(generator(self.seed, self.purpose, *self.stream, b, 1), 2) for b in numbers])

    def pieces(self) -> list[Pairs]:
        """The same pairs, a few at a time."""
        starts = range(self.first, self.last, PIECE)
        return [replace(self, first=first, last=min(first + PIECE, self.last)) for first in starts]


@dataclass(frozen=True, slots=True)
class Refits:
    """Fits on bootstrap samples: centres (2 * pairs, k, n_features), and everyone's label by each (2 * pairs, n)."""

    centres: NDArray[np.float64]
    labels: NDArray[np.int16]

    @classmethod
    def joined(cls, parts: Sequence[Refits]) -> Refits:
        """All of some parts, in their order."""
        centres, labels = [part.centres for part in parts], [part.labels for part in parts]
        return cls(np.concatenate(centres), np.concatenate(labels))


def refit_pairs(
    tiles: Tiles, k: int, pairs: Pairs, *, threads: int | None = None, progress: Progress | None = None
) -> Refits:
    """Fit k segments to both samples of each pair, from cold starts, and label everyone by each.

    Warm starts, from the full solution, would show 0.93-0.98 for every k.

    Source: Dolnicar & Leisch (2010), Marketing Letters 21(1); one set of samples for every k as in their flexclust.
    """
    masses, seeds = pairs.masses(tiles.n), pairs.seeds()
    centres = fit_many(tiles, masses, k, seeds, threads=threads, progress=progress)
    return Refits(centres, label_many(tiles, centres, threads=threads))


def refit_all(
    tiles: Tiles, wanted: Mapping[int, Pairs], *, threads: int | None = None, progress: Progress | None = None
) -> dict[int, Refits]:
    """Refit several k at once, in small pieces of which the longest come first, so that all threads end together."""
    pieces = [(k, piece) for k in sorted(wanted, reverse=True) for piece in wanted[k].pieces()]
    watch = watch_of(progress)

    def refit(piece: tuple[int, Pairs]) -> Refits:
        return refit_pairs(tiles, piece[0], piece[1], threads=1, progress=watch)

    parts = map_threads(refit, pieces, threads=threads, progress=progress)
    found = list(zip(pieces, parts, strict=True))
    return {k: Refits.joined([part for (of, _), part in found if of == k]) for k in wanted}


def agreements(refits: Refits) -> NDArray[np.float64]:
    """Adjusted Rand index of each pair, (pairs,)."""
    k = refits.centres.shape[1]
    sides = zip(refits.labels[::2], refits.labels[1::2], strict=True)
    return np.array([adjusted_rand(contingency(a, b, k, k)) for a, b in sides])


def segment_stability(labels: NDArray[np.integer], refits: Refits) -> tuple[float, ...]:
    """SLSw: how far each segment is found again, the mean over refits of its best Jaccard overlap.

    Args:
        labels: (n,), 0-based segments of the solution that is judged.
        refits: Solutions on bootstrap samples.

    Source: Dolnicar & Leisch (2017), Marketing Letters 28(3), 423-436.
    """
    k = refits.centres.shape[1]
    found = [best_jaccard(contingency(labels, other, k, k)) for other in refits.labels]
    return tuple(float(mean) for mean in np.mean(found, axis=0))


def matched_grids(labels: NDArray[np.integer], refits: Refits, *, least: int = 1) -> tuple[Grid, ...]:
    """The first bootstrap solutions, their rows in the order of the segments they overlap most (linear assignment).

    Those with a segment of fewer than `least` customers are left out: its centre would be theirs.
    """
    from scipy.optimize import linear_sum_assignment  # a quarter of a second, which nobody should wait for at the start

    k = refits.centres.shape[1]
    grids: list[Grid] = []
    for centres, other in zip(refits.centres, refits.labels, strict=True):
        if len(grids) == KEPT or np.bincount(other, minlength=k).min() < least:
            continue
        _, row = linear_sum_assignment(contingency(labels, other, k, k), maximize=True)
        grids.append(tuple(tuple(map(float, centres[i])) for i in row))
    return tuple(grids)


def spread_of(values: NDArray[np.float64]) -> Spread:
    """Median and 5 % / 95 % quantiles."""
    low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
    return Spread(float(median), float(low), float(high), len(values))
