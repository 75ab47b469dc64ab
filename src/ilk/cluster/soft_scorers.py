"""Scorers that come from densities: -2 ln (pi f(x)) less the least that can be, which reads like a squared distance.

What is taken off is the same for every segment: nearness, points of a column and margins do not change by it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.answers import Answer, answer_starts, codes_of
from ilk.cluster.latent import LatentFit, score_answers
from ilk.cluster.mixture import Gaussians
from ilk.cluster.scorer import Places
from ilk.engines.tiles import Matrix

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ByLatent:
    """How likely the answers are in each latent class.

    Args:
        answers: How answers are read off the features.
        shares: -2 ln pi less the least, (k,), multiples of 2^-16.
        costs: -2 ln theta less the least of the column, (k, all answers), multiples of 2^-16.
        means: Each class's mean feature, (k, p), multiples of 2^-16.
    """

    answers: tuple[Answer, ...]
    shares: Floats
    costs: Floats
    means: Floats

    @classmethod
    def of(cls, fit: LatentFit, answers: tuple[Answer, ...], means: Floats) -> ByLatent:
        """What a fit leaves behind."""
        shares, costs = 2.0 * fit.share_scores, 2.0 * fit.answer_scores
        least = np.minimum.reduceat(costs.min(axis=0), fit.starts[:-1])
        return cls(answers, shares - shares.min(), costs - np.repeat(least, np.diff(fit.starts)), means)

    @property
    def k(self) -> int:
        """Classes."""
        return len(self.shares)

    @property
    def middles(self) -> Floats:
        """Mean features."""
        return self.means

    def scores(self, matrix: Matrix) -> Floats:
        """The sum over the answered columns, (n, k); exact."""
        return score_answers(codes_of(self.answers, matrix), self.shares, self.costs, answer_starts(self.answers))

    def terms(self, row: Floats) -> Floats:
        """What each column's answer adds, at its first feature, (k, p); exactly the score less shares together."""
        codes, starts = codes_of(self.answers, row[None].astype(np.float32))[0], answer_starts(self.answers)
        points = np.zeros((self.k, len(row)))
        for j, answer in enumerate(self.answers):
            if codes[j] >= 0:
                points[:, answer.first] += self.costs[:, starts[j] + codes[j]]
        return points

    def anchors(self, row: Floats) -> Floats:
        """Mean features, for everybody."""
        del row
        return self.means

    def unlike(self, matrix: Matrix, scores: Floats) -> None:
        """Everybody has a likeliest class."""
        del matrix, scores

    def renumbered(self, place: Places) -> ByLatent:
        """The classes in another order."""
        rank = np.argsort(place)
        return replace(self, shares=self.shares[rank], costs=self.costs[rank], means=self.means[rank])


@dataclass(frozen=True, slots=True, eq=False)
class ByMixture:
    """How likely a customer is in each component of a Gaussian mixture, over the answered features."""

    gaussians: Gaussians

    @property
    def k(self) -> int:
        """Components."""
        return len(self.gaussians.means)

    @property
    def middles(self) -> Floats:
        """Means."""
        return self.gaussians.means

    def scores(self, matrix: Matrix) -> Floats:
        """Twice the terms and -ln shares less the least, (n, k)."""
        shares = self.gaussians.share_scores
        terms = self.gaussians.terms(matrix).sum(axis=2) - self.gaussians.floors(matrix)[:, None]
        return np.asarray(np.maximum(2.0 * (terms + shares - shares.min()), 0.0))

    def terms(self, row: Floats) -> Floats:
        """Twice each feature's term, (k, p); 0 where blank."""
        return np.asarray(2.0 * self.gaussians.terms(row[None].astype(np.float32))[0])

    def anchors(self, row: Floats) -> Floats:
        """Means, for everybody."""
        del row
        return self.gaussians.means

    def unlike(self, matrix: Matrix, scores: Floats) -> None:
        """Everybody has a likeliest component."""
        del matrix, scores

    def renumbered(self, place: Places) -> ByMixture:
        """The components in another order."""
        rank, own = np.argsort(place), self.gaussians
        return ByMixture(Gaussians(own.share_scores[rank], own.means[rank], own.covariances[rank]))
