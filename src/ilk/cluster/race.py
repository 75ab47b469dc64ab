"""Cold starts in one kernel: seeds are chosen, all settled on a part of the customers, the best of them on all."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.cluster.kernel import settle
from ilk.cluster.seed import choose_seeds
from ilk.engines.compiled import compiled, part

MOST_MOVES = 300
"""Moves of the centres after which a fit is taken as it is, as in scikit-learn."""


@part
def settle_anew(block: Any, n_tiles: int, centres: Any, room: Any, enough: float) -> float:
    """Settle from the given centres, which are changed; return the inertia less sum m x^2.  OUT room."""
    sums, counts, missing = room.total
    sums[:], counts[:], missing[:] = 0.0, 0.0, 0.0
    room.out.label[:n_tiles] = -1
    settle(block, 0, n_tiles, centres, room.out, room.total, room.scratch, room.border, MOST_MOVES, enough)
    return objective(centres, room.total)


@part
def objective(centres: Any, total: Any) -> float:
    """Inertia less sum m x^2, which is the same for all fits to a sample."""
    sums, counts, missing = total
    found = 0.0
    for j in range(centres.shape[0]):
        for f in range(centres.shape[1]):
            c = centres[j, f]
            found += c * ((counts[j] - missing[j, f]) * c - 2.0 * sums[j, f])
    return found


@compiled
def race(
    block: Any, tiles: Any, state: Any, centres: Any, room: Any, enough: Any, n_finalists: int
) -> tuple[int, float]:
    """Choose seeds for several starts, settle all of them roughly on a part, the best on everybody.

    Args:
        block: Customers in hash order, so that the first tiles are a fair part.
        tiles: How many tiles to race on, and to fit in the end.
        state: uint64 (1,), of the random numbers; written.
        centres: float64 (n_starts, k, n_features), written: where each start ended.
        room: See `Room`; what it holds in the end is that of the start that was settled last.
        enough: Squared movement of the centres at which a start in the race, and a finalist, has settled.
        n_finalists: How many go on with everybody; none when those of the race are all that is wanted.

    Returns:
        Number of the best start, and its inertia less sum m x^2; ties to the first.
    """
    n_starts = len(centres)
    raced, last = np.empty(n_starts), np.full(n_starts, np.inf)
    choose_seeds(block, tiles[0], state, room.seeds, centres)
    for s in range(n_starts):
        raced[s] = settle_anew(block, tiles[0], centres[s], room, enough[0])
    if n_finalists == 0:
        best = int(raced.argmin())
        return best, raced[best]
    for _ in range(min(n_finalists, n_starts)):
        s = int(raced.argmin())
        raced[s] = np.inf
        last[s] = settle_anew(block, tiles[1], centres[s], room, enough[1])
    best = int(last.argmin())
    return best, last[best]
