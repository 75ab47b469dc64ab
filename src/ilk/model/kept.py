"""Between a scorer at work, which holds arrays, and the same as it is kept in a model, which is plain data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ilk.cluster.scorer import ByCentres, Scorer
from ilk.model import parts
from ilk.model.parts import Grid
from ilk.model.votes import ByGrids, Votes


def kept(scorer: Scorer) -> parts.Scorer:
    """A scorer as plain data.

    Raises:
        TypeError: For a scorer that no model can keep.
    """
    if isinstance(scorer, ByCentres):
        return parts.Centres(grid_of(scorer.centres))
    raise TypeError(type(scorer).__name__)


def ready(scorer: parts.Scorer) -> Scorer:
    """A kept scorer, ready to score."""
    return ByCentres(np.array(scorer.centres, np.float64))


def kept_again(again: Sequence[Scorer]) -> tuple[Grid, ...]:
    """Bootstrap solutions as plain data.

    Args:
        again: Their segments called as those of the solution they belong to.
    """
    return tuple(grid_of(one.middles) for one in again)


def ready_again(again: Sequence[Grid], k: int, n_features: int) -> Votes:
    """Kept bootstrap solutions of k segments, ready to vote."""
    return ByGrids(np.array(again, np.float64).reshape(-1, k, n_features))


def grid_of(matrix: np.ndarray) -> Grid:
    """A matrix as plain tuples."""
    return tuple(tuple(float(value) for value in row) for row in matrix)
