"""The loops of a Gaussian mixture: one pass of EM over some customers, density over what each of them answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.cluster.latent_kernel import normalise
from ilk.engines.compiled import compiled, part

NEGLIGIBLE = 1e-12
"""A share of a customer below this adds nothing."""


@compiled
def expect_diagonal(x: Any, mass: Any, means: Any, halves: Any, constants: Any, log_shares: Any, out: Any) -> None:
    """Share customers out between components whose features are independent of each other.

    IN x float32 (n, p), NaN where missing; mass float64 (n,); means float64 (k, p); halves float64 (k, p), 1 / (2 var);
       constants float64 (k, p), ln(2 pi var) / 2; log_shares float64 (k,).
    OUT, added to: out = (totals (k,), mass (k, p) of those who answered, first (k, p) and second (k, p) moments about
       the means, likelihood (1,)).
    """
    totals, answered, first, second, likelihood = out
    n, p = x.shape
    k = len(log_shares)
    share = np.empty(k)
    for i in range(n):
        if mass[i] > 0.0:
            for c in range(k):
                density = log_shares[c]
                for f in range(p):
                    d = x[i, f] - means[c, f]
                    term = d * d * halves[c, f] + constants[c, f]
                    density -= term if term == term else 0.0  # noqa: PLR0124  (NaN: not answered)
                share[c] = density
            normalise(share, mass[i], likelihood, len(share))
            for c in range(k):
                r = share[c]
                if r > NEGLIGIBLE:
                    totals[c] += r
                    for f in range(p):
                        d = x[i, f] - means[c, f]
                        there = d == d  # noqa: PLR0124
                        d = d if there else 0.0
                        answered[c, f] += r if there else 0.0
                        first[c, f] += r * d
                        second[c, f] += r * d * d


@part
def quadratic(matrix: Any, d: Any, scratch: Any) -> Any:
    """The quadratic form of a symmetric matrix; a row at a time, so that no sum waits for the one before it.

    IN matrix float64 (p, p); d float64 (p,). SCRATCH float64 (p,).
    """
    p = len(d)
    for f in range(p):
        scratch[f] = 0.0
    for g in range(p):
        for f in range(p):
            scratch[f] += matrix[g, f] * d[g]
    square = 0.0
    for f in range(p):
        square += scratch[f] * d[f]
    return square


@compiled
def expect_full(x: Any, pattern: Any, mass: Any, means: Any, inverse: Any, fill: Any, constants: Any, out: Any) -> None:
    """Share customers out between components of any covariance; what is missing is expected from what is answered.

    IN x float32 (n, p), NaN where missing; pattern int32 (n,), which answers are missing; mass float64 (n,);
       means float64 (k, p); for each pattern and component inverse float64 (q, k, p, p), precision over the answered
       features, 0 elsewhere; fill float64 (q, k, p, p), takes deviations of answered features to those of all;
       constants float64 (q, k), log share less half of ln det(2 pi covariance) of the answered features.
    OUT, added to: out = (by_pattern float64 (q, k) mass, first (k, p), second (k, p, p), likelihood (1,)).
    """
    by_pattern, first, second, likelihood = out
    n, p = x.shape
    k = len(means)
    share, d, e = np.empty(k), np.empty((k, p)), np.empty(p)
    for i in range(n):
        q = pattern[i]
        if mass[i] > 0.0:
            for c in range(k):
                for f in range(p):
                    there = x[i, f] == x[i, f]
                    d[c, f] = x[i, f] - means[c, f] if there else 0.0
                share[c] = constants[q, c] - 0.5 * quadratic(inverse[q, c], d[c], e)
            normalise(share, mass[i], likelihood, len(share))
            for c in range(k):
                r = share[c]
                if r > NEGLIGIBLE:
                    by_pattern[q, c] += r
                    for f in range(p):
                        e[f] = d[c, f]
                        if x[i, f] != x[i, f]:
                            for g in range(p):
                                e[f] += fill[q, c, f, g] * d[c, g]
                    for f in range(p):
                        first[c, f] += r * e[f]
                        for g in range(f + 1):
                            second[c, f, g] += r * e[f] * e[g]
