"""How far two groupings of the same customers agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.integer]


def contingency(a: Labels, b: Labels, k_a: int, k_b: int) -> NDArray[np.int64]:
    """How many customers have label i in `a` and j in `b`, (k_a, k_b)."""
    return np.bincount(a.astype(np.intp) * k_b + b, minlength=k_a * k_b).reshape(k_a, k_b)


def adjusted_rand(table: NDArray[np.int64]) -> float:
    """Agreement of two labellings, 1 for the same and 0 as by chance, from their contingency table.

    Source: Hubert & Arabie (1985), Journal of Classification 2.
    """
    n = float(table.sum())
    together = float((table.astype(float) ** 2).sum())
    in_a = float((table.sum(axis=1).astype(float) ** 2).sum())
    in_b = float((table.sum(axis=0).astype(float) ** 2).sum())
    chance = (in_a - n) * (in_b - n) / (n * (n - 1)) if n > 1 else 0.0
    most = (in_a + in_b) / 2 - n
    return (together - n - chance) / (most - chance) if most != chance else 1.0


def best_jaccard(table: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each row of a contingency table the largest overlap / union with any column, (k_a,)."""
    union = table.sum(axis=1)[:, None] + table.sum(axis=0)[None] - table
    return np.asarray(np.divide(table, union, out=np.zeros(table.shape), where=union > 0).max(axis=1))
