"""Loops over everybody for segments of bounded size: how far, who goes where at given prices, and what adds up.

Features and centres are multiples of 2^-16, so that every sum here is exact, whatever its order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.engines.compiled import compiled, part

ABREAST = 64
"""Customers whose distances are taken together."""


@compiled
def measure(matrix: Any, centres: Any, cost: Any) -> None:
    """Squared distances over the answered features.

    IN matrix float32 (n, p), NaN where missing; centres float64 (k, p).  OUT cost float64 (n, k).
    """
    n, p = matrix.shape
    k = len(centres)
    x, said, far = np.empty((p, ABREAST)), np.empty((p, ABREAST)), np.empty((k, ABREAST))
    for first in range(0, n, ABREAST):
        here = min(ABREAST, n - first)
        x[:], said[:], far[:] = 0.0, 1.0, 0.0
        gaps = False
        for i in range(here):
            for f in range(p):
                value = matrix[first + i, f]
                if np.isnan(value):
                    said[f, i], gaps = 0.0, True
                else:
                    x[f, i] = value
        for f in range(p):
            for j in range(k):
                add_squares(x[f], said[f], centres[j, f], far[j], gaps)
        for i in range(here):
            for j in range(k):
                cost[first + i, j] = far[j, i]


@part
def add_squares(x: Any, said: Any, centre: Any, far: Any, gaps: Any) -> None:
    """One feature's share of the distances to one centre.  IN/OUT far."""
    if gaps:
        for i in range(ABREAST):
            apart = (x[i] - centre) * said[i]
            far[i] += apart * apart
    else:
        for i in range(ABREAST):
            apart = x[i] - centre
            far[i] += apart * apart


@compiled
def choose(cost: Any, price: Any, label: Any, gap: Any) -> None:
    """The cheapest segment of each customer, the first of equals, and how much dearer the next is.

    IN cost float64 (n, k); price float64 (k,).  OUT label int32 (n,); gap float64 (n,), infinite where there is one.
    """
    n, k = cost.shape
    for i in range(n):
        best, next_best, at = cost[i, 0] + price[0], np.inf, 0
        for j in range(1, k):
            there = cost[i, j] + price[j]
            if there < best:
                best, next_best, at = there, best, j
            elif there < next_best:
                next_best = there
        label[i], gap[i] = at, next_best - best


@compiled
def add_up(matrix: Any, voice: Any, label: Any, sums: Any, mass: Any, counts: Any) -> None:
    """What the segments' customers add up to.

    IN matrix float32 (n, p), NaN where missing; voice float64 (n,); label int32 (n,).
    OUT, added to: sums, mass float64 (k, p); counts float64 (k,).
    """
    n, p = matrix.shape
    for i in range(n):
        j, weight = label[i], voice[i]
        counts[j] += weight
        for f in range(p):
            value = matrix[i, f]
            known = not np.isnan(value)
            sums[j, f] += weight * value if known else 0.0
            mass[j, f] += weight if known else 0.0
