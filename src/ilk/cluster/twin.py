"""The kernel's twin in NumPy, for a few customers: the same bits, and no compiler to load."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.nearest import Nearest
from ilk.engines.tiles import Matrix

MOST_CUSTOMERS = 4096
"""Up to here loading the compiler takes longer than it saves."""


def nearest_two(matrix: Matrix, centres: NDArray[np.floating]) -> Nearest:
    """Find the two nearest centres of each customer, as `nearest.nearest_two` does: feature by feature, in order.

    Args:
        matrix: float32 (n, n_features), NaN where an answer is missing.
        centres: (k, n_features), multiples of 2^-16.
    """
    d = squared_distances(matrix, centres)
    n, k = d.shape
    label, runner_up = np.zeros(n, np.int32), np.zeros(n, np.int32)
    d1, d2 = d[:, 0].copy(), np.full(n, np.inf)
    for j in range(1, k):
        nearer, second = d[:, j] < d1, d[:, j] < d2
        runner_up = np.where(nearer, label, np.where(second, np.int32(j), runner_up))
        d2 = np.where(nearer, d1, np.where(second, d[:, j], d2))
        label, d1 = np.where(nearer, np.int32(j), label), np.where(nearer, d[:, j], d1)
    return Nearest(label, runner_up, d1, d2)


def squared_distances(matrix: Matrix, centres: NDArray[np.floating]) -> NDArray[np.float64]:
    """Squared distance of each customer to each centre over the answered features, float64 (n, k)."""
    x = np.asarray(matrix, np.float64)
    missing = np.isnan(x)
    x = np.where(missing, 0.0, x)
    exact = np.asarray(centres, np.float64)
    d = np.zeros((len(x), len(exact)))
    for f in range(x.shape[1]):
        difference = x[:, f, None] - exact[:, f]
        d += difference * difference
    for f in np.flatnonzero(missing.any(axis=0)).tolist():
        d -= missing[:, f, None] * (exact[:, f] * exact[:, f])
    return d
