"""The kernel's twin in NumPy, for a few customers: the same bits, and no compiler to load."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.nearest import Nearest
from ilk.engines.tiles import Matrix

MOST_CUSTOMERS = 4096
"""Up to here loading the compiler takes longer than it saves."""

AT_ONCE = 32_768
"""Differences (customers x features x centres) that fit a processor's own cache; they are all taken at once."""


def nearest_two(matrix: Matrix, centres: NDArray[np.floating]) -> Nearest:
    """Find the two nearest centres of each customer, as `nearest.nearest_two` does: feature by feature, in order.

    Args:
        matrix: float32 (n, n_features), NaN where an answer is missing.
        centres: (k, n_features), multiples of 2^-16.
    """
    d = squared_distances(matrix, centres)
    here = np.arange(len(d))
    label = d.argmin(axis=1)  # the lower one of two equals, as in the kernel
    d1 = d[here, label]
    d[here, label] = np.inf
    runner_up = d.argmin(axis=1)
    return Nearest(label.astype(np.int32), runner_up.astype(np.int32), d1, d[here, runner_up])


def squared_distances(matrix: Matrix, centres: NDArray[np.floating]) -> NDArray[np.float64]:
    """Squared distance of each customer to each centre over the answered features, float64 (n, k)."""
    x = np.asarray(matrix, np.float64)
    missing = np.isnan(x)
    x = np.where(missing, 0.0, x)
    exact = np.asarray(centres, np.float64)
    if x.size * len(exact) <= AT_ONCE:
        return _all_at_once(x, missing, exact)
    d = np.zeros((len(x), len(exact)))
    for f in range(x.shape[1]):
        difference = x[:, f, None] - exact[:, f]
        d += difference * difference
    for f in np.flatnonzero(missing.any(axis=0)).tolist():
        d -= missing[:, f, None] * (exact[:, f] * exact[:, f])
    return d


def _all_at_once(x: NDArray[np.float64], missing: NDArray[np.bool_], exact: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same terms added in the same order: `accumulate` never adds in pairs."""
    difference = x.T[:, :, None] - exact.T[:, None, :]
    terms = difference * difference
    lost = np.flatnonzero(missing.any(axis=0))
    if lost.size:
        terms = np.concatenate([terms, -(missing.T[lost, :, None] * (exact * exact).T[lost, None, :])])
    return np.asarray(np.add.accumulate(terms, axis=0)[-1])
