"""The k that the plain evidence supports, for whoever only wants the number: no shapeless tables, no verdict."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ilk.choose.silhouette import silhouettes
from ilk.choose.stability import PAIRS, Pairs, agreements, refit_all
from ilk.choose.strength import prediction_strength
from ilk.choose.vote import Ballot, Wish, decide
from ilk.cluster.kmeans import Fit
from ilk.cluster.nearest import nearest_two
from ilk.engines.tiles import Matrix, tiles_of
from ilk.engines.workers import map_threads


def neutral_k(
    features: Matrix,
    square_weights: NDArray[np.float64],
    fits: Mapping[int, Fit],
    *,
    seed: int,
    threads: int | None = None,
) -> int:
    """The largest k whose silhouette, prediction strength and stability together are nearly the best.

    Args:
        features: (n, n_features), the evidence sample in hash order, NaN where an answer is missing.
        square_weights: (n_features,), each feature's share of W.
        fits: To all customers, at every k from 2 that is tried.
        seed: Of every random draw.
        threads: How many to use; the answer does not depend on it.
    """
    if not fits:
        return 1
    tiles, ks = tiles_of(features, threads=threads), list(fits)
    labels = np.stack([nearest_two(tiles, fits[k].centres, threads=threads).label for k in ks])
    widths = silhouettes(features, labels, square_weights, threads=threads)
    refits = refit_all(tiles, dict.fromkeys(ks, Pairs(seed, "bootstrap", 0, PAIRS)), threads=threads)
    strengths = map_threads(
        lambda k: prediction_strength(tiles, k, seed=seed, threads=1), list(reversed(ks)), threads=threads
    )[::-1]
    each = zip(ks, widths.mean(axis=1), strengths, strict=True)
    ballots = [
        Ballot(k, float(width), strength, float(np.median(agreements(refits[k]))), _smallest(fits[k]))
        for k, width, strength in each
    ]
    return decide(ballots, len(features), Wish(prefer=None)).neutral


def _smallest(fit: Fit) -> int:
    return int(np.bincount(fit.labels, minlength=len(fit.centres)).min())
