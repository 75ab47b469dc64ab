"""What customers add up to, segment by segment, and where that moves the centres; exact in any order."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.cluster.exact import exact_label
from ilk.engines.compiled import part
from ilk.engines.tiles import LIMIT, TILE, UNIT


@part
def move_customers(
    values: Any, mass: Any, start: Any, feature: Any, mark: Any, t: int, number: Any, label: Any, total: Any
) -> int:
    """Carry those whose segment changed from one to the other; return how many.  IN/OUT label, total."""
    sums, counts, missing = total
    n_moved, p = 0, values.shape[1]
    for i in range(TILE):
        old, new, m = label[t, i], number[i], np.float64(mass[t, i])
        if old == new:
            continue
        n_moved += 1
        label[t, i] = new
        counts[new] += m
        for f in range(p):
            sums[new, f] += m * values[t, f, i]
        for g in range(start[t], start[t + 1]):
            missing[new, feature[g]] += m * mark[g, i]
        if old >= 0:
            counts[old] -= m
            for f in range(p):
                sums[old, f] -= m * values[t, f, i]
            for g in range(start[t], start[t + 1]):
                missing[old, feature[g]] -= m * mark[g, i]
    return n_moved


@part
def farthest(block: Any, last: int, centres: Any, label: Any, refilled: Any, n_refilled: int) -> tuple[int, int]:
    """The customer of the tiles before `last` farthest from its own and the refilled centres; ties to the first.

    IN refilled float64 (k, p), of which the first were given to empty segments just now.
    Returns tile and place; tile -1 when everybody stands on a centre.
    """
    values, mass, _, start, feature, mark, _ = block
    most, tile, place = 0.0, -1, 0
    for t in range(last):
        for i in range(TILE):
            own = label[t, i]
            if mass[t, i] == 0.0:
                continue
            _, _, d = exact_label(values, start, feature, mark, t, i, centres, own, own + 1)
            _, _, other = exact_label(values, start, feature, mark, t, i, refilled, 0, n_refilled)
            d = min(d, other)
            if d > most:
                most, tile, place = d, t, i
    return tile, place


@part
def length_of(row: Any) -> float:
    """The length of a row; 1 where it has none."""
    square = 0.0
    for value in row:
        square += value * value
    return np.sqrt(square) if square > 0.0 else 1.0


@part
def move_centres(block: Any, last: int, centres: Any, label: Any, total: Any, stretch: float, sphere: bool) -> float:
    """Move each centre to the mean of its customers, times `stretch`; one without customers takes the farthest one.

    A feature nobody of a segment answered has centre 0, the mean. On the sphere a mean is scaled to length one, and so
    is where the centre ends.
    IN/OUT centres.  Returns how far it was to the means, squared.
    """
    sums, counts, missing = total
    k, p = centres.shape
    movement, n_refilled = 0.0, 0
    for j in range(k):
        if counts[j] == 0.0:
            continue
        whole = length_of(sums[j])
        for f in range(p):
            answered = whole if sphere else counts[j] - missing[j, f]
            step = (sums[j, f] / answered if answered > 0.0 else 0.0) - centres[j, f]
            movement += step * step
            centres[j, f] += stretch * step
        length = length_of(centres[j]) if sphere else 1.0
        for f in range(p):
            c = np.floor(centres[j, f] / length * UNIT + 0.5) / UNIT
            centres[j, f] = min(max(c, -LIMIT + 1.0 / UNIT), LIMIT - 1.0 / UNIT)
    refilled = np.empty((k, p))
    for j in range(k):
        if counts[j] > 0.0:
            continue
        t, i = farthest(block, last, centres, label, refilled, n_refilled)
        for f in range(p if t >= 0 else 0):
            c = np.float64(block.values[t, f, i])
            movement += (c - centres[j, f]) * (c - centres[j, f])
            centres[j, f], refilled[n_refilled, f] = c, c
        n_refilled += t >= 0
    return movement
