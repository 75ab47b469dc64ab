"""Where a fit starts: greedy k-means++ (Arthur & Vassilvitskii 2007), and who may be a seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.engines.compiled import part
from ilk.engines.tiles import TILE


@part
def next_uniform(state: Any) -> float:
    """A number in [0, 1) from splitmix64 (Steele, Lea & Flood 2014).  IN/OUT state uint64 (1,)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.float64(z >> np.uint64(11)) * 2.0**-53


@part
def answered_most(block: Any, n_tiles: int, chance: Any) -> None:
    """Let only those be seeds who left the fewest answers blank, at least half of the customers that count.

    OUT chance float32 (n_tiles, 256), the mass of those who may be, else 0.
    """
    mass, start, mark = block.mass, block.start, block.mark
    p = block.values.shape[1]
    blanks, having = np.zeros(TILE, np.int64), np.zeros(p + 1, np.int64)
    for t in range(n_tiles):
        for i in range(TILE):
            blanks[i] = 0
            chance[t, i] = mass[t, i]
        for g in range(start[t], start[t + 1]):
            for i in range(TILE):
                blanks[i] += mark[g, i] > 0
        for i in range(TILE):
            if mass[t, i] > 0:
                having[blanks[i]] += 1
    n_counting, n_allowed, allowed = 0, having[0], 0
    for n in having:
        n_counting += n
    while 2 * n_allowed < n_counting:
        allowed += 1
        n_allowed += having[allowed]
    for t in range(n_tiles):
        for i in range(TILE):
            blanks[i] = 0
        for g in range(start[t], start[t + 1]):
            for i in range(TILE):
                blanks[i] += mark[g, i] > 0
        for i in range(TILE):
            if blanks[i] > allowed:
                chance[t, i] = 0.0


@part
def draw(lane: Any, chance: Any, near: Any, n_tiles: int, u: float) -> int:
    """Choose a customer with probability in proportion to chance * near, where `lane` holds the sums over tiles.

    Returns:
        tile * 256 + place.
    """
    rest = 0.0
    for i in range(TILE):
        rest += lane[i]
    rest *= u
    place = TILE - 1
    for i in range(TILE):
        if rest < lane[i]:
            place = i
            break
        rest -= lane[i]
    while place > 0 and lane[place] == 0.0:
        place -= 1
    chosen = 0
    for t in range(n_tiles):
        weight = np.float64(chance[t, place]) * near[t, place]
        if weight > 0.0:
            chosen = t
            if rest < weight:
                break
            rest -= weight
    return chosen * TILE + place


@part
def nearer(block: Any, n_tiles: int, row: int, near: Any, first: bool, trial: Any) -> float:
    """Distances after one more seed; returns their mass-weighted sum.

    In plain IEEE float32, so that every processor chooses the same seeds.
    IN near float32 (n_tiles, 256), which does not count for the first seed.  OUT trial float32 (n_tiles, 256).
    """
    values, mass, start, feature, mark = block.values, block.mass, block.start, block.feature, block.mark
    source, place, p = row // TILE, row % TILE, values.shape[1]
    lane = np.zeros(TILE)
    for t in range(n_tiles):
        for i in range(TILE):
            trial[t, i] = 0.0
        for f in range(p % 4):
            c = values[source, f, place]
            for i in range(TILE):
                trial[t, i] += (values[t, f, i] - c) * (values[t, f, i] - c)
        for f in range(p % 4, p, 4):
            c0, c1 = values[source, f, place], values[source, f + 1, place]
            c2, c3 = values[source, f + 2, place], values[source, f + 3, place]
            for i in range(TILE):
                x0, x1 = values[t, f, i] - c0, values[t, f + 1, i] - c1
                x2, x3 = values[t, f + 2, i] - c2, values[t, f + 3, i] - c3
                trial[t, i] += (x0 * x0 + x1 * x1) + (x2 * x2 + x3 * x3)
        for g in range(start[t], start[t + 1]):
            c = values[source, feature[g], place] * values[source, feature[g], place]
            for i in range(TILE):
                trial[t, i] -= mark[g, i] * c
        for i in range(TILE):
            d = trial[t, i] if first or trial[t, i] < near[t, i] else near[t, i]
            trial[t, i] = d if d > 0.0 else np.float32(0.0)
            lane[i] += np.float64(mass[t, i]) * trial[t, i]
    total = 0.0
    for i in range(TILE):
        total += lane[i]
    return total


@part
def choose_seeds(block: Any, n_tiles: int, state: Any, room: Any, centres: Any) -> None:
    """Choose the centres of several starts: k customers each, every one the best of 2 + ln k drawn.

    Greedy k-means++: drawn with probability in proportion to the squared distance to those chosen before. A seed's own
    gaps are filled with 0, the mean.

    Args:
        block: The tiles, in hash order.
        n_tiles: How many of them to look at.
        state: uint64 (1,), of the random numbers; written.
        room: float32 (4, >= n_tiles, 256).
        centres: float64 (n_starts, k, n_features), written.
    """
    n_starts, k, p = centres.shape
    n_trials = 2 + int(np.log(k))
    chance, near, lane = room[0], room[1], np.empty(TILE)
    answered_most(block, n_tiles, chance)
    for j in range(n_starts * k):
        first = j % k == 0
        for i in range(TILE):
            lane[i] = 0.0
        for t in range(n_tiles):
            for i in range(TILE):
                near[t, i] = np.float32(1.0) if first else near[t, i]
                lane[i] += np.float64(chance[t, i]) * near[t, i]
        least, chosen, kept = np.inf, 0, 2
        for _ in range(1 if first else n_trials):
            row = draw(lane, chance, near, n_tiles, next_uniform(state))
            total = nearer(block, n_tiles, row, near, first, room[5 - kept])
            if total < least:
                least, chosen, kept = total, row, 5 - kept
        for t in range(n_tiles):
            for i in range(TILE):
                near[t, i] = room[kept, t, i]
        for f in range(p):
            centres[j // k, j % k, f] = block.values[chosen // TILE, f, chosen % TILE]
