"""How near a customer is to each segment: what every method leaves behind, and all that is asked of it afterwards.

A new method brings a class of its own beside `ByCentres`, its data in `model/parts.py`, and the way between the two in
`model/kept.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.nearest import Nearest, nearest_two
from ilk.cluster.neighbours import ByNeighbours
from ilk.cluster.twin import squared_distances
from ilk.engines.tiles import Matrix, Tiles, matrix_of
from ilk.engines.workers import map_threads

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

CHUNK = 8_192
"""Customers scored at a time."""

UNLIKE = -1
"""Label of who is unlike anyone."""


class Scorer(Protocol):
    """Says of any customers how near they are to each of k segments. Frozen; the same bits for any cut of customers.

    What a method has to keep to:

    - `scores` are at least 0 and lower is nearer, like squared distances: `distance`, `margin`, `runner_up`, the share
      of a column in "why", and the limit beyond which a customer is unlike its segment are all made from them. A
      density f is told as -2 ln(pi f) less the least value that can be.
    - A blank (NaN) adds nothing to any score.
    - `terms` take a score apart by feature. What is left belongs to no column, such as how common a segment is.
    """

    @property
    def k(self) -> int:
        """Segments."""
        ...

    @property
    def middles(self) -> Floats:
        """Mean of each segment on the feature scale, (k, p), multiples of 2^-16: for the map and for valleys."""
        ...

    def scores(self, matrix: Matrix) -> Floats:
        """How far each customer is from each segment, (n, k); `matrix` float32 (n, p), NaN where blank."""
        ...

    def terms(self, row: Floats) -> Floats:
        """What each feature of one customer, (p,), adds to the score of each segment, (k, p); 0 where blank."""
        ...

    def anchors(self, row: Floats) -> Floats:
        """Where each segment stands as seen from one customer, (k, p): the way to another segment leads there."""
        ...

    def unlike(self, matrix: Matrix, scores: Floats) -> NDArray[np.bool_] | None:
        """Who is unlike anyone, (n,), given their scores; None for a method that places everybody."""
        ...

    def renumbered(self, place: Places) -> Scorer:
        """The same with segment j called place[j]; whoever is nearest to a segment called -1 is in none of them."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ByCentres:
    """Squared distance to a centre each: k-means.

    Args:
        centres: (k, p), multiples of 2^-16.
    """

    centres: Floats

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByCentres) and np.array_equal(self.centres, other.centres)

    def __hash__(self) -> int:
        return hash(self.centres.tobytes())

    @property
    def k(self) -> int:
        """Segments."""
        return len(self.centres)

    @property
    def middles(self) -> Floats:
        """The centres."""
        return self.centres

    def scores(self, matrix: Matrix) -> Floats:
        """Squared distances over the answered features, (n, k); exact, because all are multiples of 2^-16."""
        return squared_distances(matrix, self.centres)

    def terms(self, row: Floats) -> Floats:
        """(x - c)^2 a feature, (k, p); they add up exactly to the scores."""
        return np.asarray(np.where(np.isnan(row), 0.0, (row - self.centres) ** 2))

    def anchors(self, row: Floats) -> Floats:
        """The centres, for everybody."""
        del row
        return self.centres

    def unlike(self, matrix: Matrix, scores: Floats) -> None:
        """Everybody has a nearest centre."""
        del matrix, scores

    def renumbered(self, place: Places) -> ByCentres:
        """The centres in another order."""
        centres = np.empty_like(self.centres)
        centres[place] = self.centres
        return ByCentres(centres)


@dataclass(frozen=True, slots=True, eq=False)
class ByOffsets:
    """Squared distance to a centre each, plus what it costs to enter its segment: k-means with bounded sizes.

    Args:
        centres: (k, p), multiples of 2^-16.
        offsets: (k,), at least 0, multiples of 2^-16; more where a segment would otherwise be too large.
    """

    centres: Floats
    offsets: Floats

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, ByOffsets) and np.array_equal(self.centres, other.centres)
        return same and isinstance(other, ByOffsets) and np.array_equal(self.offsets, other.offsets)

    def __hash__(self) -> int:
        return hash((self.centres.tobytes(), self.offsets.tobytes()))

    @property
    def k(self) -> int:
        """Segments."""
        return len(self.centres)

    @property
    def middles(self) -> Floats:
        """The centres."""
        return self.centres

    def scores(self, matrix: Matrix) -> Floats:
        """Squared distances over the answered features plus the offsets, (n, k); exact."""
        return np.asarray(squared_distances(matrix, self.centres) + self.offsets)

    def terms(self, row: Floats) -> Floats:
        """(x - c)^2 a feature, (k, p); what is left of a score is the offset, which belongs to no column."""
        return ByCentres(self.centres).terms(row)

    def anchors(self, row: Floats) -> Floats:
        """The centres, for everybody."""
        del row
        return self.centres

    def unlike(self, matrix: Matrix, scores: Floats) -> None:
        """Everybody has a segment."""
        del matrix, scores

    def renumbered(self, place: Places) -> ByOffsets:
        """Centres and offsets in another order."""
        centres, offsets = np.empty_like(self.centres), np.empty_like(self.offsets)
        centres[place], offsets[place] = self.centres, self.offsets
        return ByOffsets(centres, offsets)


def nearest_by(scorer: Scorer, tiles: Tiles, *, threads: int | None = None) -> Nearest:
    """The two nearest segments of each customer; label -1 for who is unlike anyone. Ties go to the lower number.

    Args:
        scorer: Of k segments.
        tiles: n customers.
        threads: How many to use; the answer does not depend on it.
    """
    if isinstance(scorer, ByCentres):  # the compiled kernel, to the same bits
        return nearest_two(tiles, scorer.centres, threads=threads)
    return nearest_rows(scorer, matrix_of(tiles), threads=threads)


def nearest_rows(scorer: Scorer, matrix: Matrix, *, threads: int | None = None) -> Nearest:
    """As `nearest_by`, of a matrix float32 (n, p), NaN where blank."""
    firsts = range(0, max(len(matrix), 1), CHUNK)
    parts = map_threads(lambda i: _two(scorer, matrix[i : i + CHUNK]), firsts, threads=threads)
    return Nearest(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _two(scorer: Scorer, matrix: Matrix) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats, Floats]:
    scores = scorer.scores(matrix)
    here = np.arange(len(scores))
    label = scores.argmin(axis=1)
    first = scores[here, label]
    unlike = scorer.unlike(matrix, scores)
    rest = scores.copy()
    rest[here, label] = np.inf
    runner_up = rest.argmin(axis=1) if scores.shape[1] > 1 else label
    told = label if unlike is None else np.where(unlike, UNLIKE, label)
    return told.astype(np.int32), runner_up.astype(np.int32), first, rest[here, runner_up]


def label_by(scorers: Sequence[Scorer], matrix: Matrix) -> list[NDArray[np.int16]]:
    """Label every customer by each of some scorers, (n,) each; a scorer's own k for who is unlike anyone.

    Where scorers share their points, one search for the nearest serves them all.
    """
    found: list[NDArray[np.int16]] = []
    points, near = None, None
    for scorer in scorers:
        if isinstance(scorer, ByNeighbours) and scorer.limits is None:
            if scorer.points is not points:
                points, near = scorer.points, scorer.points_nearest(matrix)
            found.append(_counted(scorer.owner[near], scorer.k))
        else:
            found.append(_counted(nearest_rows(scorer, matrix, threads=1).label, scorer.k))
    return found


def _counted(label: NDArray[np.integer], k: int) -> NDArray[np.int16]:
    return np.where(label == UNLIKE, k, label).astype(np.int16)
