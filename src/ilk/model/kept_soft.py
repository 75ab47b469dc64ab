"""Latent classes and mixtures as they are kept in a model, and what must hold of what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ilk.cluster.answers import answer_starts
from ilk.cluster.mixture import Gaussians
from ilk.cluster.soft_scorers import ByLatent, ByMixture
from ilk.engines.tiles import LIMIT, UNIT
from ilk.model.parts import Grid, Latent, Mixture, Row

MOST = 2.0**20
"""Costs and variances are smaller than this, so that sums of them are exact."""


def kept_soft(scorer: ByLatent | ByMixture) -> Latent | Mixture:
    """A scorer as plain data."""
    if isinstance(scorer, ByLatent):
        return Latent(scorer.answers, tuple(scorer.shares.tolist()), _grid(scorer.costs), _grid(scorer.means))
    own = scorer.gaussians
    covariances = own.covariances if own.covariances.ndim > own.means.ndim else own.covariances[:, None]
    return Mixture(tuple(own.share_scores.tolist()), _grid(own.means), tuple(_grid(one) for one in covariances))


def ready_soft(scorer: Latent | Mixture) -> ByLatent | ByMixture:
    """A kept scorer, ready to score."""
    if isinstance(scorer, Latent):
        return ByLatent(scorer.answers, np.array(scorer.shares), np.array(scorer.costs), np.array(scorer.means))
    covariances = np.array(scorer.covariances, np.float64)
    diagonal = covariances.shape[1] == 1 and len(scorer.means[0]) > 1
    return ByMixture(
        Gaussians(np.array(scorer.shares), np.array(scorer.means), covariances[:, 0] if diagonal else covariances)
    )


def soft_problems(scorer: Latent | Mixture, k: int, n_features: int) -> Iterator[str]:
    """What does not fit, in words."""
    wrong = f"the probabilities of {k} segments have the wrong shape or values"
    if len(scorer.shares) != k or not _sound((scorer.shares,), MOST):
        yield wrong
    if not _fits(scorer.means, k, n_features) or not _sound(scorer.means, LIMIT):
        yield wrong
    if isinstance(scorer, Latent):
        yield from _latent_problems(scorer, k, n_features, wrong)
    elif len(scorer.covariances) != k or len({len(one) for one in scorer.covariances}) != 1:
        yield wrong
    else:
        yield from (wrong for one in scorer.covariances if not _covers(one, n_features))


def _latent_problems(scorer: Latent, k: int, n_features: int, wrong: str) -> Iterator[str]:
    columns = [
        answer.width >= 1
        and 0 <= answer.first <= n_features - answer.width
        and answer.n_levels > 1
        and all(low < high for low, high in pairwise(answer.cuts))
        for answer in scorer.answers
    ]
    if not columns or not all(columns):
        yield f"the answers of {k} segments do not fit the features"
    elif not _fits(scorer.costs, k, int(answer_starts(scorer.answers)[-1])) or not _sound(scorer.costs, MOST):
        yield wrong


def _covers(grid: Grid, n_features: int) -> bool:
    """Whether a grid holds variances above 0, or a covariance that can be inverted."""
    if not _sound(grid, MOST):
        return False
    if _fits(grid, 1, n_features):
        return min(grid[0]) > 0.0
    matrix = np.array(grid)
    return _fits(grid, n_features, n_features) and bool(
        np.array_equal(matrix, matrix.T) and np.linalg.eigvalsh(matrix).min() > 0.0
    )


def _fits(grid: Grid, n_rows: int, n_columns: int) -> bool:
    return len(grid) == n_rows and all(len(row) == n_columns for row in grid)


def _sound(grid: Grid | tuple[Row], limit: float) -> bool:
    """Whether all are multiples of 2^-16 smaller than `limit` in size."""
    return all(abs(value) < limit and (value * UNIT).is_integer() for row in grid for value in row)


def _grid(matrix: np.ndarray) -> Grid:
    return tuple(tuple(float(value) for value in row) for row in matrix)
