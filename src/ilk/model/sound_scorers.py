"""Do the parts of a scorer fit together? What types cannot say: shapes, ranges, and who belongs to whom."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ilk.engines.tiles import LIMIT, UNIT
from ilk.model.kept_soft import soft_problems
from ilk.model.parts import Again, Centres, Grid, Latent, Mixture, Neighbours, Owners, Row, Scorer, Solution

FARTHEST = 2.0**30
"""No two customers are so far apart, squared."""


def scorer_problems(solution: Solution, n_features: int) -> Iterator[str]:
    """What does not fit about the scorer of a solution and its bootstrap solutions, in words."""
    k, scorer = solution.k, solution.scorer
    if isinstance(scorer, Neighbours):
        yield from _neighbours_problems(scorer, k, n_features)
    elif isinstance(scorer, (Latent, Mixture)):
        yield from soft_problems(scorer, k, n_features)
    elif not _centres(scorer.centres, k, n_features) or not _offsets(scorer.offsets, k):
        yield f"the centres of {k} segments have the wrong shape or values"
    for again in solution.bootstraps:
        yield from _again_problems(again, scorer, k, n_features)


def _again_problems(again: Again, scorer: Scorer, k: int, n_features: int) -> Iterator[str]:
    """What does not fit about one bootstrap solution: it is of the scorer's own kind."""
    if isinstance(again, Owners) and isinstance(scorer, Neighbours):
        if len(again.owner) != len(scorer.points) or not all(-1 <= j < k for j in again.owner):
            yield f"a bootstrap solution of {k} segments has the wrong shape or values"
    elif isinstance(again, (Latent, Mixture)) and type(again) is type(scorer):
        yield from soft_problems(again, k, n_features)
    elif not isinstance(again, tuple) or not isinstance(scorer, Centres):
        yield f"a bootstrap solution of {k} segments is of another kind than they"
    elif not _centres(again, k, n_features):
        yield f"the centres of {k} segments have the wrong shape or values"


def fits(grid: Grid, n_rows: int, n_columns: int) -> bool:
    """Whether a grid has this shape."""
    return len(grid) == n_rows and all(len(row) == n_columns for row in grid)


def on_the_grid(grid: Grid) -> bool:
    """Whether all are multiples of 2^-16 smaller than 256 in size, which makes every score exact."""
    values = np.array(grid, np.float64)
    if not (np.abs(values) < LIMIT).all():
        return False
    return bool((values * UNIT == np.floor(values * UNIT)).all())


def _centres(grid: Grid, k: int, n_features: int) -> bool:
    return fits(grid, k, n_features) and on_the_grid(grid)


def _offsets(offsets: Row, k: int) -> bool:
    """None, or one a segment, of a size that leaves scores exact."""
    on_grid = all(0.0 <= one < FARTHEST and (one * UNIT).is_integer() for one in offsets)
    return len(offsets) in {0, k} and on_grid


def _neighbours_problems(scorer: Neighbours, k: int, n_features: int) -> Iterator[str]:
    m = len(scorer.points)
    if not fits(scorer.points, m, n_features) or not on_the_grid(scorer.points):
        yield f"the points of {k} segments have the wrong shape or values"
    if len(scorer.owner) != m or set(scorer.owner) != set(range(k)):
        yield f"the points of {k} segments do not belong to them"
    if len(scorer.customers) != m or min(scorer.customers, default=0) < 1:
        yield f"a point of {k} segments stands for nobody"
    if len(scorer.limits) not in {0, k} or min(scorer.limits, default=0.0) < 0:
        yield f"the limits of {k} segments have the wrong shape or values"
    if scorer.limits and (len(scorer.weights) != n_features or not min(scorer.weights) > 0):
        yield f"the weights of {k} segments have the wrong shape or values"
