"""Who goes where within bounds, and what then moves: all of a fit of few customers without leaving compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.cluster.bounded_kernel import add_up, choose, measure
from ilk.cluster.flow_kernel import balance, near_prices
from ilk.engines.compiled import compiled, part
from ilk.engines.tiles import TILE, UNIT

SWEEPS = 40
"""Times each segment's offset is set in turn, before what is left is moved at the least cost."""

NEARLY = 4
"""Customers out of place at which moving them is quicker than another sweep."""

ROUGH = 8
"""One customer in so many tells where prices are, about, before everybody is asked."""

BORDER, NEAR, MORE = 256, 8, 4
"""Customers near a border whom the flow is solved for: so many at least, so many for each out of place, and how many
times as many when they were too few."""


@compiled
def place(cost: Any, lower: Any, upper: Any, start: Any, label: Any, gap: Any) -> Any:
    """Bring segments within their bounds at the least total cost, exactly; returns the prices, float64 (k,).

    Where prices are nearly right, only customers near a border can change: the flow is solved for those, and the rest
    is where it belongs if no two prices have moved apart by more than the nearest of the rest is from its border.

    IN cost float64 (k, n); lower, upper int64 (k,); start float64 (k,); gap float64 (n,), see `choose`.
    IN/OUT label int32 (n,), the cheapest segments at the prices `start`.
    """
    n_near, n = n_asked(lower, upper, start, label), cost.shape[1]
    if n_near == 0:
        return start.copy()
    sizes = sizes_of(label, len(start))
    while n_near < n // 2:
        reach = np.partition(gap, n_near)[n_near]
        near = np.flatnonzero(gap <= reach)
        fixed = sizes - sizes_of(label[near], len(start))
        if (fixed <= upper).all() and np.maximum(lower, fixed).sum() <= n:
            found, moved = cheapest_flow(columns(cost, near), lower - fixed, upper - fixed, start)
            if (moved - start).max() - (moved - start).min() <= reach:
                label[near] = found
                return moved
        n_near *= MORE
    found, moved = cheapest_flow(cost, lower, upper, start)
    label[:] = found
    return moved


@part
def n_asked(lower: Any, upper: Any, start: Any, label: Any) -> int:
    """How many customers near a border the flow is solved for at first; 0 if everybody is in place."""
    sizes, out = sizes_of(label, len(start)), 0
    for j in range(len(start)):
        wanted = min(max(sizes[j], lower[j]), upper[j])
        wanted = upper[j] if start[j] > 0.0 else (lower[j] if start[j] < 0.0 else wanted)
        out += abs(sizes[j] - wanted)
    return max(BORDER, NEAR * out) if out > 0 else 0


@part
def sizes_of(label: Any, k: int) -> Any:
    """Customers of each segment, int64 (k,)."""
    sizes = np.zeros(k, np.int64)
    for j in label:
        sizes[j] += 1
    return sizes


@part
def columns(cost: Any, rows: Any) -> Any:
    """The cost of some customers, (k, len(rows))."""
    some = np.empty((cost.shape[0], len(rows)))
    for j in range(cost.shape[0]):
        for i in range(len(rows)):
            some[j, i] = cost[j, rows[i]]
    return some


@part
def cheapest_flow(cost: Any, lower: Any, upper: Any, start: Any) -> tuple[Any, Any]:
    """The cheapest flow of these customers, cost (k, n); a lower bound below 0: others are in the segment already."""
    k, n = cost.shape
    prices, sweeps = start.copy(), SWEEPS if k > 1 else 0
    if n >= ROUGH * TILE:
        few = np.ascontiguousarray(cost[:, ::ROUGH])
        near_prices(few, lower // ROUGH, -(-upper // ROUGH), prices, NEARLY, sweeps)
    near_prices(cost, lower, upper, prices, NEARLY, sweeps)
    label, gap, nodes = np.empty(n, np.int32), np.empty(n), np.zeros(k + 1)
    choose(cost, prices, 0, n, label, gap)
    nodes[:k] = prices
    balance(np.ascontiguousarray(cost.T), label, lower, upper, nodes)
    return label, nodes[:k] - nodes[k]


@compiled
def settle_few(
    features: Any, rows: Any, voice: Any, centres: Any, bounds: Any, enough: float, most_moves: int, label: Any
) -> tuple[Any, float, int]:
    """Alternate between who goes where and where the centres are, until they move no more than `enough`, squared.

    IN features, x and said, each float32 (p, at least n), see `measure`; rows float32 (n, p), NaN where missing; voice
    float64 (n,); bounds lower, upper int64 (k,), and prices float64 (k,), where to begin.
    IN/OUT centres float64 (k, p).  OUT label int32 (n,).
    Returns prices, the sum of squared distances of those with a vote, and how often the centres moved.
    """
    (x, said), (lower, upper, prices) = features, bounds
    (k, p), n, n_moves = centres.shape, len(rows), 0
    cost, gap, moved = np.empty((k, n)), np.empty(n), np.empty((k, p))
    sums, mass, counts = np.empty((k, p)), np.empty((k, p)), np.empty(k)
    while True:
        measure(x, said, centres, 0, n, cost)
        choose(cost, prices, 0, n, label, gap)
        prices = place(cost, lower, upper, prices, label, gap)
        sums[:], mass[:], counts[:] = 0.0, 0.0, 0.0
        add_up(rows, voice, label, sums, mass, counts)
        if n_moves == most_moves or means(sums, mass, counts, centres, moved) <= enough:
            break
        centres[:] = moved
        n_moves += 1
    inertia = 0.0
    for i in range(n):
        inertia += voice[i] * cost[label[i], i]
    return prices, inertia, n_moves


@part
def means(sums: Any, mass: Any, counts: Any, centres: Any, moved: Any) -> float:
    """Where centres move, see `Sums.centres`; returns how far, squared.  OUT moved float64 (k, p)."""
    movement = 0.0
    for j in range(centres.shape[0]):
        for f in range(centres.shape[1]):
            mean = sums[j, f] / mass[j, f] if mass[j, f] > 0.0 else 0.0
            moved[j, f] = np.floor(mean * UNIT + 0.5) / UNIT if counts[j] > 0.0 else centres[j, f]
            movement += (moved[j, f] - centres[j, f]) * (moved[j, f] - centres[j, f])
    return movement
