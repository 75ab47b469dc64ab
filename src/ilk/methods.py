"""Which method finds the segments of a study, and why."""

from __future__ import annotations

from ilk.cluster.density import Density
from ilk.cluster.grouping import Ward
from ilk.cluster.levels import Levels
from ilk.cluster.method import KMEANS, Method
from ilk.cluster.on_rows import OnRows
from ilk.cluster.soft_solvers import LatentClass, MixtureModel
from ilk.crowd import Crowd
from ilk.features.recipe import square_weights
from ilk.settings import Settings


def method_for(crowd: Crowd, settings: Settings) -> Method:
    """The method that was asked for, or the one that fits the columns."""
    weights = square_weights(crowd.fitted.recipe)
    if settings.levels is not None:
        return Levels(max(settings.levels))
    if settings.method == "ward":
        return OnRows(Ward(weights, least=settings.min_group))
    if settings.method == "density":
        return OnRows(Density(weights, least=settings.min_group))
    if settings.method == "latent":
        return OnRows(LatentClass(crowd.fitted.recipe, settings.min_group))
    if settings.method == "mixture":
        return OnRows(MixtureModel())
    return KMEANS
