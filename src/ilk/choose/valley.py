"""Is there a gap between a segment and its neighbour, or do customers fade from one into the other?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.nearest import Nearest
from ilk.engines.tiles import Matrix

WIDTH = 0.1
"""Width of a bin, as a share of the distance between the two centres."""

REACH = 15
"""Bins on either side of the one around the middle; centres are 5 bins away."""


@dataclass(frozen=True, slots=True)
class Line:
    """The way from the centre of one segment to that of its main neighbour, both (n_features,)."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]

    def place(self, features: Matrix) -> NDArray[np.float64]:
        """Where customers stand, t = (x - start).(end - start) / |end - start|^2 over the answered features, (n,).

        NaN where none of a customer's answers tells.
        """
        way = self.end - self.start
        known = ~np.isnan(features)
        along = np.einsum("ij,j->i", np.where(known, features - self.start, 0.0), way)
        length = np.einsum("ij,j->i", known, way**2)
        return np.asarray(np.divide(along, length, out=np.full(len(along), np.nan), where=length > 0))


def valley_depth(places: NDArray[np.float64]) -> float:
    """Density halfway between two centres over the lower of the two peaks: 0 is a clear gap, about 1 is none.

    Args:
        places: Customers of both segments along the line, 0 at the one centre and 1 at the other.

    Bins of 0.1, one of them centred on 0.5, are smoothed 1-2-1; a peak is the highest bin on its side of 0.5.
    A side with nobody on it has no peak and so no gap: 1.
    """
    bins = np.floor((places[np.isfinite(places)] - 0.5) / WIDTH + 0.5) + REACH + 1
    counts = np.bincount(bins[(bins >= 0) & (bins <= 2 * REACH + 2)].astype(np.intp), minlength=2 * REACH + 3)
    smooth = counts[:-2] + 2.0 * counts[1:-1] + counts[2:]
    peak = min(smooth[:REACH].max(), smooth[REACH + 1 :].max())
    return float(smooth[REACH] / peak) if peak > 0 else 1.0


def valleys_of(features: Matrix, centres: NDArray[np.float64], nearest: Nearest) -> tuple[float, ...]:
    """Valley of each segment and its main neighbour, (k,); 1 for a segment without customers or neighbours.

    Args:
        features: (n, n_features), the evidence sample.
        centres: (k, n_features).
        nearest: Label and runner-up of each of these customers; the main neighbour is the most frequent runner-up.
    """
    used = np.bincount(nearest.label, minlength=len(centres)) > 0
    several = int(used.sum()) > 1
    return tuple(_valley(features, centres, nearest, j) if used[j] and several else 1.0 for j in range(len(centres)))


def mean_valley(valleys: Sequence[float], sizes: NDArray[np.integer]) -> float | None:
    """Mean over the segments, weighted by their size; None with one segment."""
    return float(np.average(valleys, weights=sizes)) if np.count_nonzero(sizes) > 1 else None


def _valley(features: Matrix, centres: NDArray[np.float64], nearest: Nearest, j: int) -> float:
    runner_up = nearest.runner_up[nearest.label == j]
    neighbour = int(np.bincount(runner_up, minlength=len(centres)).argmax())
    both = (nearest.label == j) | (nearest.label == neighbour)
    return valley_depth(Line(centres[j], centres[neighbour]).place(features[both]))
