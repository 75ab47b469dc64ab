"""The kernel's twin in NumPy, for a few customers: the same bits, and no compiler to load."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.nearest import Nearest
from ilk.engines.tiles import Matrix

MOST_CUSTOMERS = 4096
"""Up to here loading the compiler takes longer than it saves."""

EXACT_BELOW = 2.0**21
"""Sums of multiples of 2^-32 whose sizes add up to less are exact in float64, whatever the order."""


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
    """Squared distance of each customer to each centre over the answered features, float64 (n, k).

    (x - c)^2 = x^2 - 2 x c + c^2 is a product of two matrices, which a library computes in an order of its own. That
    changes nothing while every sum is exact; where features are so large that one may not be, they are added in the
    kernel's order.
    """
    exact = np.asarray(centres, np.float64)
    told = what_is_known(matrix, ~np.isnan(matrix))
    features = told[:, : exact.shape[1]]
    reach = _largest(features) + _largest(exact)
    if exact.shape[1] * reach * reach < EXACT_BELOW:
        return np.asarray(told @ squares_of(exact))
    return _in_order(features, np.isnan(matrix), exact)


def what_is_known(matrix: NDArray[np.floating], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """x, whether it is known, and the sum of x^2, float64 (n, 2 p + 1): times `squares_of` points, squared distances.

    Args:
        matrix: (n, p).
        known: Of which features, (n, p); the others count as 0.
    """
    n, p = matrix.shape
    told = np.zeros((n, 2 * p + 1))
    np.copyto(told[:, :p], matrix, where=known)
    told[:, p:-1] = known
    told[:, -1] = np.square(told[:, :p]).sum(axis=1)
    return told


def squares_of(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """-2 c, c^2 and 1 of every point, (2 p + 1, k); `points` (k, p)."""
    return np.concatenate([-2.0 * points.T, np.square(points.T), np.ones((1, len(points)))])


def _largest(values: NDArray[np.float64]) -> float:
    return float(max(values.max(initial=0.0), -values.min(initial=0.0)))


def _in_order(x: NDArray[np.float64], missing: NDArray[np.bool_], exact: NDArray[np.float64]) -> NDArray[np.float64]:
    d = np.zeros((len(x), len(exact)))
    for f in range(x.shape[1]):
        difference = x[:, f, None] - exact[:, f]
        d += difference * difference
    for f in np.flatnonzero(missing.any(axis=0)).tolist():
        d -= missing[:, f, None] * (exact[:, f] * exact[:, f])
    return d
