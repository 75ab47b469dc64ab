"""What a raw array's rows are: a hash of each, and where the columns lie."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.engines.compiled import compiled


@compiled
def add_bits(matrix: Any, constants: Any, sums: Any) -> None:
    """Each row's sum of its numbers' bits times odd constants, modulo 2^64.

    -0 counts as 0 and every NaN as the same, so equal rows have equal sums.

    Args:
        matrix: float32 or float64 (n, n_features).
        constants: uint64 (n_features,), odd.
        sums: uint64 (n,), written.
    """
    n, p = matrix.shape
    row = np.empty(p)
    bits = row.view(np.uint64)
    for i in range(n):
        for f in range(p):
            x = np.float64(matrix[i, f]) + 0.0
            row[f] = x if x == x else np.nan  # noqa: PLR0124
        total = np.uint64(0)
        for f in range(p):
            total += bits[f] * constants[f]
        sums[i] = total


@compiled
def mean_of(matrix: Any, rows: Any, mass: Any, mean: Any) -> None:
    """Mean of each column over some rows, added up one by one in their order; NaN where one is.

    Args:
        matrix: float32 or float64 (n, n_features).
        rows: int64 (n_rows,).
        mass: float64 (n_rows,).
        mean: float64 (n_features,), written.
    """
    p, weight = matrix.shape[1], 0.0
    mean[:] = 0.0
    for i in range(len(rows)):
        row, m = matrix[rows[i]], mass[i]
        weight += m
        for f in range(p):
            mean[f] += np.float64(row[f]) * m
    for f in range(p):
        mean[f] /= weight


@compiled
def farthest_from(matrix: Any, rows: Any, mean: Any) -> float:
    """The largest distance of an answer from its column's mean; infinite if one is."""
    p = matrix.shape[1]
    top = np.zeros(p)
    for i in range(len(rows)):
        r = rows[i]
        for f in range(p):
            x = abs(np.float64(matrix[r, f]) - mean[f])
            top[f] = max(top[f], x)
    return float(top.max()) if p > 0 else 0.0
