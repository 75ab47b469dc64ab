"""Are the same segments found again? Cold fits on pairs of bootstrap samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ilk.choose.draws import Purpose, fit_seeds, generator
from ilk.choose.part import watch_of
from ilk.cluster.agreement import adjusted_rand, best_jaccard, contingency
from ilk.cluster.backed import of_enough
from ilk.cluster.method import KMEANS, Draws, Method, Refits
from ilk.cluster.scorer import ByCentres, Scorer
from ilk.engines.tiles import Matrix, Tiles
from ilk.engines.workers import map_threads
from ilk.model.evidence import Spread
from ilk.progress import Progress

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


def refit_pairs(
    tiles: Tiles,
    ks: Sequence[int],
    pairs: Pairs,
    *,
    method: Method = KMEANS,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Mapping[int, Refits]:
    """Fit each k to both samples of each pair, from cold starts, and label everyone by each.

    Warm starts, from the full solution, would show 0.93-0.98 for every k.

    Source: Dolnicar & Leisch (2010), Marketing Letters 21(1); one set of samples for every k as in their flexclust.
    """
    return method.refit(tiles, ks, Draws(pairs.masses(tiles.n), pairs.seeds(), threads, progress))


def refit_all(
    tiles: Tiles,
    ks: Sequence[int],
    pairs: Pairs,
    *,
    method: Method = KMEANS,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[int, Refits]:
    """Refit several k at once, in small pieces of which the longest come first, so that all threads end together."""
    pieces = [(some, piece) for some in method.batches(sorted(ks, reverse=True)) for piece in pairs.pieces()]
    watch = watch_of(progress)

    def refit(piece: tuple[tuple[int, ...], Pairs]) -> Mapping[int, Refits]:
        return refit_pairs(tiles, piece[0], piece[1], method=method, threads=1, progress=watch)

    parts = map_threads(refit, pieces, threads=threads, progress=progress)
    return {k: Refits.joined([part[k] for part in parts if k in part]) for k in ks}


def agreements(refits: Refits) -> NDArray[np.float64]:
    """Adjusted Rand index of each pair, (pairs,); those unlike anyone count as a group.

    0 where one of the two found no two groups: nothing was found again.
    """
    sizes = [scorer.k for scorer in refits.scorers]
    sides = zip(refits.labels[::2], refits.labels[1::2], sizes[::2], sizes[1::2], strict=True)
    return np.array([_agreement(a, b, k_a, k_b) for a, b, k_a, k_b in sides])


def _agreement(a: NDArray[np.integer], b: NDArray[np.integer], k_a: int, k_b: int) -> float:
    return adjusted_rand(contingency(a, b, k_a + 1, k_b + 1)) if min(k_a, k_b) > 1 else 0.0


def segment_stability(labels: NDArray[np.integer], refits: Refits) -> tuple[float, ...]:
    """SLSw: how far each segment is found again, the mean over refits of its best Jaccard overlap.

    Args:
        labels: (n,), 0-based segments of the solution that is judged; -1 for who is unlike anyone.
        refits: Solutions on bootstrap samples.

    Source: Dolnicar & Leisch (2017), Marketing Letters 28(3), 423-436.
    """
    found = [best_jaccard(table)[: refits.k] for table in _tables(labels, refits)]
    return tuple(float(mean) for mean in np.mean(found, axis=0))


def matched(
    labels: NDArray[np.integer], refits: Refits, *, rows: Matrix | None = None, least: int = 1
) -> tuple[Scorer, ...]:
    """The first bootstrap solutions, their segments called as those they overlap most (linear assignment).

    Those with a segment of fewer than `least` customers are left out: its centre would be theirs. Nor does a centre say
    anything of a feature of `rows` that fewer than `least` of its customers answered.
    """
    from scipy.optimize import linear_sum_assignment  # a quarter of a second, which nobody should wait for at the start

    found: list[Scorer] = []
    for scorer, other, table in zip(refits.scorers, refits.labels, _tables(labels, refits), strict=True):
        if len(found) == KEPT or table[:, : scorer.k].sum(axis=0).min(initial=least) < least:
            continue
        segment, row = linear_sum_assignment(table[: refits.k, : scorer.k], maximize=True)
        place = np.full(scorer.k, -1, np.intp)
        place[row] = segment
        told = scorer
        if isinstance(scorer, ByCentres) and rows is not None:
            told = ByCentres(of_enough(scorer.centres, np.where(other < scorer.k, other, -1), rows, least))
        found.append(told.renumbered(place))
    return tuple(found)


def _tables(labels: NDArray[np.integer], refits: Refits) -> Iterator[NDArray[np.int64]]:
    """Each refit's segments (columns) against those of a solution (rows); the last of both are unlike anyone."""
    own = np.where(labels < 0, refits.k, labels)
    for scorer, other in zip(refits.scorers, refits.labels, strict=True):
        yield contingency(own, other, refits.k + 1, scorer.k + 1)


def spread_of(values: NDArray[np.float64]) -> Spread:
    """Median and 5 % / 95 % quantiles."""
    low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
    return Spread(float(median), float(low), float(high), len(values))
