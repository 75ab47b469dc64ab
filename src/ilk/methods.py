"""Which method finds the segments of a study, and why."""

from __future__ import annotations

import math

from ilk.choose.tried import HIGHEST
from ilk.cluster.density import Density
from ilk.cluster.grouping import Ward
from ilk.cluster.levels import Levels
from ilk.cluster.method import KMEANS, Method
from ilk.cluster.on_rows import OnRows
from ilk.cluster.soft_solvers import LatentClass, MixtureModel
from ilk.cluster.within import Asked, Bounded
from ilk.crowd import Crowd
from ilk.errors import NotSupported
from ilk.features.plans import Recipe
from ilk.features.recipe import square_weights
from ilk.features.topics import is_spherical
from ilk.figures import percent
from ilk.settings import Settings
from ilk.sources.source import Note

TICKED = {"ordered", "flag", "category"}
"""Columns whose answers are steps or kinds, and no amounts."""

WHOLE_ONLY = {"ward", "density"}
"""Methods to which a customer is one."""

MANY_MISSING = 0.1
"""Share of missing answers above which latent classes are worth a try (rule of thumb)."""

PLAIN = "Found by k-means, quick and easy to tell: every customer is in the segment they are most like."
DIRECTIONS = (
    "Found by k-means on directions, because interests alone build the segments: what somebody is interested in "
    "counts, not how much they do."
)
GAPS = (
    "Found by k-means, which is quick. But every column is an answer to tick, and {share} of the answers are missing: "
    "--method latent, which is slower, is made for these and worth a try."
)


def method_for(recipe: Recipe, n: int, settings: Settings, *, weighted: bool = False) -> Method:
    """The method that was asked for, or the one that fits the columns.

    Args:
        recipe: Of the features.
        n: Customers who answered anything.
        settings: Of the study.
        weighted: Whether customers count unequally.

    Raises:
        NotSupported: If they do, and the method knows whole customers only.
        BadSetting: If no number of segments that was asked for can be within the bounds of sizes.
    """
    weights = square_weights(recipe)
    if weighted and settings.method in WHOLE_ONLY:
        raise NotSupported(
            f"Customers cannot be weighted with --method {settings.method}, which knows whole customers only",
            do="take --method kmeans, latent or mixture, or leave the weights out with --ignore",
        )
    if settings.levels is not None:
        return Levels(max(settings.levels))
    if settings.method == "ward":
        return OnRows(Ward(weights, least=settings.min_group))
    if settings.method == "density":
        return OnRows(Density(weights, least=settings.min_group))
    if settings.method == "latent":
        return OnRows(LatentClass(recipe, settings.min_group))
    if settings.method == "mixture":
        return OnRows(MixtureModel())
    return _bounded(n, settings) if settings.bounded else KMEANS


def _bounded(n: int, settings: Settings) -> Bounded:
    """k-means within bounds."""
    asked = Asked.of(settings)
    usual = (2, HIGHEST) if settings.k == "auto" else settings.k
    least, most = (usual, usual) if isinstance(usual, int) else usual
    if least > 1 and not any(asked.possible(n, k) for k in range(least, most + 1)):
        asked.bounds(n, least)
    return Bounded(asked, settings.min_group)


def why_method(crowd: Crowd, settings: Settings) -> tuple[Note, ...]:
    """Why this method, where the choice was left to us; a slow one is advised, and never taken unasked."""
    if settings.method != "auto" or settings.levels is not None or settings.bounded:
        return ()
    recipe = crowd.fitted.recipe
    if is_spherical(recipe):
        return (Note("method", DIRECTIONS),)
    missing = _missing_share(crowd)
    if missing > MANY_MISSING and all(transform.role in TICKED for transform in recipe.transforms):
        return (Note("method", GAPS.format(share=percent(missing))),)
    return (Note("method", PLAIN),)


def _missing_share(crowd: Crowd) -> float:
    """Of the answers of those who gave any, by the weight of the columns; the same for any order of customers."""
    answered = crowd.answered[crowd.known]
    return 1.0 - math.fsum(answered) / len(answered) if len(answered) else 0.0
