"""Loops over everybody for segments of bounded size: how far, who goes where at given prices, and what adds up.

Features and centres are multiples of 2^-16, so that every sum here is exact, whatever its order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.engines.compiled import compiled, part

ABREAST = 512
"""Customers looked at together: their numbers stay in the nearest cache while one segment after the other comes."""


@compiled
def measure(x: Any, said: Any, centres: Any, first: int, last: int, cost: Any) -> None:
    """Squared distances of the customers first..last over the answered features.

    IN x float32 (p, n), 0 where missing; said float32 (p, n), 0 where missing, else 1, or of no features if nothing is;
    centres float64 (k, p).  OUT cost float64 (k, n).
    """
    k, p = centres.shape
    for begin in range(first, last, ABREAST):
        end = min(begin + ABREAST, last)
        for j in range(k):
            far, centre = cost[j, begin:end], centres[j]
            far[:] = 0.0
            for f in range(p if len(said) > 0 else 0):
                add_answered(x[f, begin:end], said[f, begin:end], centre[f], far)
            for f in range(p % 4 if len(said) == 0 else 0):
                add_square(x[f, begin:end], centre[f], far)
            for f in range(p % 4, p if len(said) == 0 else 0, 4):
                x0, x1, x2, x3 = x[f, begin:end], x[f + 1, begin:end], x[f + 2, begin:end], x[f + 3, begin:end]
                add_squares(x0, x1, x2, x3, centre[f : f + 4], far)


@part
def add_answered(x: Any, said: Any, centre: float, far: Any) -> None:
    """One feature's share of the distances to one centre, where there are gaps.  IN/OUT far."""
    for i in range(len(far)):
        apart = (x[i] - centre) * said[i]
        far[i] += apart * apart


@part
def add_square(x: Any, centre: float, far: Any) -> None:
    """One feature's share of the distances to one centre.  IN/OUT far."""
    for i in range(len(far)):
        apart = x[i] - centre
        far[i] += apart * apart


@part
def add_squares(x0: Any, x1: Any, x2: Any, x3: Any, centre: Any, far: Any) -> None:
    """The share of four features, in one go.  IN centre float64 (4,).  IN/OUT far."""
    c0, c1, c2, c3 = centre[0], centre[1], centre[2], centre[3]
    for i in range(len(far)):
        a0, a1, a2, a3 = x0[i] - c0, x1[i] - c1, x2[i] - c2, x3[i] - c3
        far[i] += (a0 * a0 + a1 * a1) + (a2 * a2 + a3 * a3)


@compiled
def choose(cost: Any, price: Any, first: int, last: int, label: Any, gap: Any) -> None:
    """The cheapest segment of the customers first..last, the first of equals, and how much dearer the next is.

    IN cost float64 (k, n); price float64 (k,).
    OUT label int32 (n,); gap float64 (n,), infinite where there is one segment.
    """
    room = np.empty(ABREAST)
    for begin in range(first, last, ABREAST):
        end = min(begin + ABREAST, last)
        best, second, chosen = room[: end - begin], gap[begin:end], label[begin:end]
        best[:], second[:], chosen[:] = np.inf, np.inf, 0
        for j in range(len(cost)):
            compete(cost[j, begin:end], price[j], np.int32(j), best, second, chosen)
        for i in range(len(best)):
            second[i] -= best[i]


@part
def compete(cost: Any, price: float, j: Any, best: Any, second: Any, label: Any) -> None:
    """Let segment j compete with those before it.  IN/OUT best, second, label."""
    for i in range(len(best)):
        there, a, b = cost[i] + price, best[i], second[i]
        less = there < a
        b = a if less else (there if there < b else b)  # noqa: FURB136
        label[i] = j if less else label[i]
        best[i] = there if less else a
        second[i] = b


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
