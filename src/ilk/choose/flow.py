"""How segments at k come from those at k - 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.agreement import contingency
from ilk.model.evidence import Flow


def flow_of(labels: NDArray[np.integer], before: NDArray[np.integer], k: int, *, least: int = 1) -> Flow:
    """Shares of each segment at k that were in each segment at k - 1, and its stability across k (SLSa).

    Args:
        labels: (n,), 0-based segments at k.
        before: (n,), 0-based segments at k - 1.
        k: Segments, at least 2.
        least: Streams are told in multiples of so many customers, so that nobody can count fewer.

    A segment with nobody in the sample has shares 0 and no SLSa.

    Source: Dolnicar & Leisch (2017), Marketing Letters 28(3), 423-436.
    """
    table = np.floor(contingency(labels, before, k, k - 1) / least + 0.5)
    sizes = table.sum(axis=1, keepdims=True)
    shares = np.divide(table, sizes, out=np.zeros(table.shape), where=sizes > 0)
    return Flow(k, tuple(tuple(map(float, row)) for row in shares), tuple(_slsa(row) for row in shares))


def _slsa(shares: NDArray[np.float64]) -> float | None:
    """1 - entropy / ln(k - 1): 1 when all come from one segment, 0 when they come evenly from all."""
    if len(shares) < 2 or shares.sum() == 0:
        return None
    parts = shares[shares > 0]
    return max(0.0, float(1 + (parts * np.log(parts)).sum() / np.log(len(shares))))
