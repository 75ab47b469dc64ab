"""The only loop of latent class: one pass of EM over some customers, for several starts side by side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ilk.engines.compiled import compiled, part


@compiled
def expect(
    rows: Any, mass: Any, table: Any, log_shares: Any, counts: Any, totals: Any, likelihood: Any, k: int
) -> None:
    """Share every customer out between the classes, and count what the classes answer.

    The classes of all starts stand side by side, S starts of k, so that the inner loop is long enough to vectorise;
    columns beyond those, up to a width W that suits the processor, are 0 and mean nothing.

    IN rows int32 (n, J), row of the table of each answer, 0 where there is none; mass float64 (n,);
       table float64 (M + 1, W), logarithms of probabilities, row 0 is 0; log_shares float64 (W,).
    OUT, added to: counts float64 (M + 1, W), row 0 means nothing; totals float64 (W,); likelihood float64 (S,).
    """
    n, n_columns = rows.shape
    width = len(log_shares)
    share = np.empty(width)
    for i in range(n):
        if mass[i] > 0.0:
            for c in range(width):
                share[c] = log_shares[c]
            for j in range(n_columns % 2):
                a = rows[i, j]
                for c in range(width):
                    share[c] += table[a, c]
            for j in range(n_columns % 2, n_columns, 2):
                a, b = rows[i, j], rows[i, j + 1]
                for c in range(width):
                    share[c] += table[a, c] + table[b, c]
            normalise(share, mass[i], likelihood, k)
            for c in range(width):
                totals[c] += share[c]
            for j in range(n_columns):
                a = rows[i, j]
                for c in range(width):
                    counts[a, c] += share[c]


@part
def normalise(share: Any, mass: float, likelihood: Any, k: int) -> None:
    """Turn log densities into shares of the customer's mass, start by start.  IN/OUT share; OUT likelihood."""
    for s in range(len(likelihood)):
        first, last = s * k, (s + 1) * k
        top = share[first]
        for c in range(first + 1, last):
            top = max(top, share[c])
        whole = 0.0
        for c in range(first, last):
            share[c] = math.exp(share[c] - top)
            whole += share[c]
        likelihood[s] += mass * (top + math.log(whole))
        for c in range(first, last):
            share[c] *= mass / whole
