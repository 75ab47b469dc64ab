"""The k that the plain evidence supports, for whoever only wants the number: no shapeless tables, no verdict."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ilk.choose.silhouette import mean_widths
from ilk.choose.stability import Pairs, agreements, refit_all
from ilk.choose.strength import prediction_strengths
from ilk.choose.vote import Ballot, Wish, bic_gains, decide
from ilk.cluster.method import KMEANS, Found, Method
from ilk.cluster.scorer import nearest_by
from ilk.engines.tiles import Matrix, tiles_of


def neutral_k(
    features: Matrix,
    square_weights: NDArray[np.float64],
    fits: Mapping[int, Found],
    *,
    seed: int,
    method: Method = KMEANS,
    one: Found | None = None,
    threads: int | None = None,
) -> int:
    """The largest k whose silhouette, prediction strength and stability together are nearly the best.

    The gain in BIC stands for the silhouette where the method has a likelihood.

    Args:
        features: (n, n_features), the evidence sample in hash order, NaN where an answer is missing.
        square_weights: (n_features,), each feature's share of W.
        fits: To all customers, at every k from 2 that is tried.
        seed: Of every random draw.
        method: How the fits were made.
        one: The fit of one group, where there is a likelihood.
        threads: How many to use; the answer does not depend on it.
    """
    if not fits:
        return 1
    tiles, ks = tiles_of(features, threads=threads), list(fits)
    labels = [nearest_by(fits[k].scorer, tiles, threads=threads).label for k in ks]
    widths = mean_widths(features, labels, square_weights, threads=threads)
    pairs = Pairs(seed, "bootstrap", 0, method.effort.pairs)
    refits = refit_all(tiles, ks, pairs, method=method, threads=threads)
    strengths = prediction_strengths(tiles, ks, seed=seed, method=method, threads=threads)
    gains = bic_gains({k: fit.criterion for k, fit in [(1, one), *fits.items()] if fit is not None})
    stable = {k: float(np.median(agreements(refits[k]))) for k in ks}
    ballots = [
        Ballot(k, width or 0.0, strengths[k], stable[k], _smallest(fits[k]), gains.get(k))
        for k, width in zip(ks, widths, strict=True)
    ]
    return decide(ballots, len(features), Wish(prefer=None)).neutral


def _smallest(fit: Found) -> int:
    return int(np.bincount(fit.labels[fit.labels >= 0], minlength=fit.scorer.k).min())
