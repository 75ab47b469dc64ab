"""Between a scorer at work, which holds arrays, and the same as it is kept in a model, which is plain data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.neighbours import ByNeighbours
from ilk.cluster.scorer import ByCentres, ByOffsets, Scorer
from ilk.cluster.soft_scorers import ByLatent, ByMixture
from ilk.model import parts
from ilk.model.kept_soft import kept_soft, ready_soft
from ilk.model.parts import Again, Centres, Grid, Latent, Mixture, Neighbours, Owners
from ilk.model.votes import ByGrids, ByOwners, ByScorers, Votes


def kept(scorer: Scorer) -> parts.Scorer:
    """A scorer as plain data.

    Raises:
        TypeError: For a scorer that no model can keep.
    """
    if isinstance(scorer, ByCentres):
        return Centres(grid_of(scorer.centres))
    if isinstance(scorer, ByOffsets):
        return Centres(grid_of(scorer.centres), tuple(scorer.offsets.tolist()))
    if isinstance(scorer, ByNeighbours):
        none = np.zeros(0)
        return Neighbours(
            points=grid_of(scorer.points),
            owner=tuple(scorer.owner.tolist()),
            customers=tuple(scorer.customers.tolist()),
            limits=tuple((none if scorer.limits is None else scorer.limits).tolist()),
            weights=tuple((none if scorer.limits is None or scorer.weights is None else scorer.weights).tolist()),
        )
    if isinstance(scorer, (ByLatent, ByMixture)):
        return kept_soft(scorer)
    raise TypeError(type(scorer).__name__)


def ready(scorer: parts.Scorer) -> Scorer:
    """A kept scorer, ready to score."""
    if isinstance(scorer, Centres):
        centres = np.array(scorer.centres, np.float64)
        return ByOffsets(centres, np.array(scorer.offsets, np.float64)) if scorer.offsets else ByCentres(centres)
    if isinstance(scorer, (Latent, Mixture)):
        return ready_soft(scorer)
    return ByNeighbours(
        points=np.array(scorer.points, np.float64),
        owner=np.array(scorer.owner, np.intp),
        customers=np.array(scorer.customers, np.int64),
        k=max(scorer.owner) + 1,
        limits=np.array(scorer.limits) if scorer.limits else None,
        weights=np.array(scorer.weights) if scorer.limits else None,
    )


def kept_again(scorer: Scorer, again: Sequence[Scorer]) -> tuple[Again, ...]:
    """Bootstrap solutions as plain data.

    Args:
        scorer: Of the solution they belong to.
        again: Their segments called as its.
    """
    if isinstance(scorer, (ByLatent, ByMixture)):
        return tuple(kept_soft(one) for one in again if isinstance(one, (ByLatent, ByMixture)))
    if not isinstance(scorer, ByNeighbours):
        return tuple(grid_of(one.middles) for one in again)
    points = scorer.points.astype(np.float32)
    others = [one for one in again if isinstance(one, ByNeighbours)]
    return tuple(Owners(tuple(one.owner[one.points_nearest(points)].tolist())) for one in others)


def ready_again(scorer: Scorer, again: Sequence[Again], n_features: int) -> Votes:
    """Kept bootstrap solutions, ready to vote."""
    if isinstance(scorer, (ByLatent, ByMixture)):
        return ByScorers(tuple(ready_soft(one) for one in again if isinstance(one, (Latent, Mixture))))
    owners = [one.owner for one in again if isinstance(one, Owners)]
    if isinstance(scorer, ByNeighbours):
        return ByOwners(scorer, np.array(owners, np.int16).reshape(-1, len(scorer.points)))
    grids = [one for one in again if isinstance(one, tuple)]
    return ByGrids(np.array(grids, np.float64).reshape(-1, scorer.k, n_features))


def grid_of(matrix: NDArray[np.float64]) -> Grid:
    """A matrix as plain tuples."""
    return tuple(tuple(float(value) for value in row) for row in matrix)
