"""A centre says nothing of a feature that hardly anybody of its segment answered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ilk.engines.tiles import Matrix


def of_enough(
    centres: NDArray[np.float64], labels: NDArray[np.integer], rows: Matrix, least: int
) -> NDArray[np.float64]:
    """The centres, 0 (the mean) where fewer than `least` of the segment's customers answered, as where nobody did.

    Args:
        centres: (k, n_features).
        labels: (n,), 0-based; -1 counts for nobody.
        rows: (n, n_features), NaN where an answer is missing.
        least: Fewest answers a published figure may rest on.
    """
    known = ~np.isnan(rows)
    partly = np.flatnonzero(~known.all(axis=0))
    if not len(partly):
        return centres
    own = labels >= 0
    inside = [np.bincount(labels[own & known[:, f]], minlength=len(centres)) for f in partly]
    kept = centres.copy()
    kept[:, partly] = np.where(np.stack(inside, axis=1) < least, 0.0, centres[:, partly])
    return kept
