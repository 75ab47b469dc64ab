"""Latent class and Gaussian mixture as methods: rows in, a scorer with BIC and entropy for every k out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ilk.cluster import mixture
from ilk.cluster.answers import codes_of, coding_of, level_features
from ilk.cluster.kmeans import fit_kmeans
from ilk.cluster.latent import STARTS, expected, fit_latent
from ilk.cluster.method import Effort
from ilk.cluster.mixture import Gaussians, fit_mixture
from ilk.cluster.on_rows import Rows, Solved
from ilk.cluster.scorer import Scorer
from ilk.cluster.soft import entropy_r2, posteriors
from ilk.cluster.soft_scorers import ByLatent, ByMixture
from ilk.engines.tiles import Matrix, tiles_of
from ilk.features.plans import Recipe
from ilk.settings import FIT_SAMPLE

QUICK_STARTS = 3
"""Starts of each of the hundreds of cold refits."""

SEEDS = 2**31
"""Seeds of k-means are below this; those of refits are larger."""

EFFORT = Effort(customers=1_000, pairs=10, more_pairs=15, null_pairs=1, tables=20, boxes=0)
"""A soft fit takes a tenth of a second where k-means takes a thousandth."""


@dataclass(frozen=True, slots=True)
class LatentClass:
    """Latent classes of answers; amounts are cut into five bands.

    Args:
        recipe: Made the features.
        least: Customers an answer is kept for.
    """

    recipe: Recipe
    least: int
    name: str = "latent"
    effort: Effort = EFFORT
    finds_k: bool = False
    weighs: bool = True
    most: int = FIT_SAMPLE

    def having(self, solved: Mapping[int, Solved]) -> Self:
        """There is nothing to settle on."""
        del solved
        return self

    def of_one(self, rows: Rows) -> float:
        """BIC of one class."""
        answers = coding_of(self.recipe, rows.matrix, least=self.least).answers
        return fit_latent(codes_of(answers, rows.matrix), answers, 1, seed=0, mass=rows.mass, n_starts=1).bic

    def solve(self, rows: Rows, ks: Sequence[int], *, seed: int, thorough: bool) -> Mapping[int, Solved]:
        """Fit every k to the same answers."""
        matrix, coding = rows.matrix, coding_of(self.recipe, rows.matrix, least=self.least)
        answers, notes = coding.answers, coding.notes(self.least) if thorough else ()
        codes, features = codes_of(answers, matrix), level_features(answers, matrix)
        starts, found = STARTS if thorough else QUICK_STARTS, {}
        for k in ks:
            fit = fit_latent(codes, answers, k, seed=seed, mass=rows.mass, n_starts=starts, thorough=thorough)
            scorer = ByLatent.of(fit, answers, expected(fit, features))
            found[k] = replace(_solved(scorer, matrix, fit.bic, thorough=thorough), notes=notes)
        return found


@dataclass(frozen=True, slots=True)
class MixtureModel:
    """A Gaussian mixture that starts from k-means; the covariances with the lowest BIC."""

    name: str = "mixture"
    effort: Effort = EFFORT
    finds_k: bool = False
    weighs: bool = True
    most: int = FIT_SAMPLE

    def having(self, solved: Mapping[int, Solved]) -> Self:
        """There is nothing to settle on."""
        del solved
        return self

    def of_one(self, rows: Rows) -> float:
        """BIC of one component."""
        return fit_mixture(rows.matrix, 1, labels=np.zeros(len(rows.matrix), np.int32), seed=0, mass=rows.mass).bic

    def solve(self, rows: Rows, ks: Sequence[int], *, seed: int, thorough: bool) -> Mapping[int, Solved]:
        """Fit every k."""
        matrix = rows.matrix
        tiles, order, found = tiles_of(matrix, rows.mass), np.arange(len(matrix)), {}
        effort = mixture.Effort() if thorough else mixture.Effort(starts=QUICK_STARTS, passes=30)
        for k in ks:
            labels = fit_kmeans(tiles, k, order=order, seed=seed % SEEDS, threads=1).labels
            fit = fit_mixture(matrix, k, labels=labels, seed=seed, mass=rows.mass, effort=effort)
            found[k] = _solved(ByMixture(Gaussians.of(fit)), matrix, fit.bic, thorough=thorough)
        return found


def _solved(scorer: Scorer, matrix: Matrix, bic: float, *, thorough: bool) -> Solved:
    entropy = entropy_r2(posteriors(0.5 * scorer.scores(matrix))) if thorough else None
    return Solved(scorer, bic, entropy)
