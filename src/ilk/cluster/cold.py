"""Cold fits: seeds are chosen and settled, several times over, and the best is kept; for what one thread can hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.kernel import settle
from ilk.cluster.race import MOST_MOVES, race
from ilk.cluster.room import Room
from ilk.engines.tiles import Block

MULTIPLICATIONS = 500_000_000
"""Work between two looks at Ctrl-C: 20 milliseconds or so."""

PART, LEAST_PART = 8, 4
"""Starts of a small fit race on an eighth of its customers, on four tiles at least, but from three tiles on not on all:
on two of three they end as near the best fit there is, in two thirds of the time."""

ROUGHLY = 0.1
"""Squared movement, in mean variances, at which a start in the race has settled."""

FINALISTS = 2
"""Starts that go on with everybody."""

HEAT = 3
"""Moves of each start between two looks at who is ahead."""

PACE = 5.0
"""A start is given up when it is farther behind than so many times what its last heat gained: gains shrink from heat to
heat, so it would hardly draw level in as many."""

ENOUGH_TILES = 16
"""Tiles of a sample in hash order that tell its variance well enough."""

Check = Callable[[], None]


def no_check() -> None:
    """For fits that are over before anybody could stop them."""


@dataclass(frozen=True, slots=True)
class Cold:
    """A settled start.

    Args:
        centres: float64 (k, n_features).
        inertia: Less sum m x^2, which is the same for all fits to a sample.
        counts: float64 (k,), mass of each segment.
        movement: Squared, of the last move.
    """

    centres: NDArray[np.float64]
    inertia: float
    counts: NDArray[np.float64]
    movement: float = 0.0


def fit_cold(
    block: Block,
    n_tiles: int,
    room: Room,
    *,
    k: int,
    seed: int,
    starts: int,
    variance: float,
    enough: float,
    finalists: int = FINALISTS,
) -> Cold:
    """Fit k segments from many starts: all of them on a part of the customers, the best of them on everybody.

    Twelve starts cost less than three that are all settled on everybody do, and end nearer the best fit there is.

    Args:
        block: Customers in hash order, so that the first tiles are a fair part.
        n_tiles: How many of its tiles to fit.
        room: Memory for as many tiles.
        k: Segments.
        seed: Of every random choice.
        starts: How many.
        variance: Mean variance of the features.
        enough: Squared movement of the centres, in mean variances, at which a finalist has settled.
        finalists: Starts that go on with everybody.
    """
    n_part = min(max(-(-n_tiles // PART), LEAST_PART), max(n_tiles - 1, 2), n_tiles)
    centres, limits = _starts(block, k, starts), (ROUGHLY * variance, enough * variance)
    return _raced(block, (n_part, n_tiles), room, centres, seed, limits, finalists)


def start_cold(block: Block, n_tiles: int, room: Room, *, k: int, seed: int, enough: float) -> Cold:
    """One start, settled until its squared movement is at most `enough`."""
    return _raced(block, (n_tiles, n_tiles), room, _starts(block, k, 1), seed, (enough, enough), 0)


def _starts(block: Block, k: int, starts: int) -> NDArray[np.float64]:
    return np.zeros((starts, k, block.values.shape[1]))


def _raced(
    block: Block,
    tiles: tuple[int, int],
    room: Room,
    centres: NDArray[np.float64],
    seed: int,
    enough: tuple[float, float],
    n_finalists: int,
) -> Cold:
    if tiles[1] == 0:
        return Cold(centres[0], 0.0, np.zeros(centres.shape[1]))
    best, inertia = race(block, tiles, np.array([seed], np.uint64), centres, room, enough, n_finalists)
    return Cold(centres[best], inertia, room.total.counts.copy())


def settle_cold(
    block: Block,
    n_tiles: int,
    room: Room,
    centres: NDArray[np.float64],
    *,
    enough: float,
    check: Check = no_check,
    most: int = MOST_MOVES,
) -> Cold:
    """Settle from given centres, which are changed; `check` is called about every 20 milliseconds of work."""
    for part in room.total:
        part.fill(0.0)
    room.out.label[:n_tiles] = -1
    return settle_more(block, n_tiles, room, centres, enough=enough, check=check, most=most)


def settle_more(
    block: Block,
    n_tiles: int,
    room: Room,
    centres: NDArray[np.float64],
    *,
    enough: float,
    check: Check = no_check,
    most: int = MOST_MOVES,
) -> Cold:
    """Go on with what settled last in this room, for `most` moves at most."""
    total, left, movement = room.total, most, 0.0
    at_once = max(MULTIPLICATIONS // max(block.values[:n_tiles].size * len(centres), 1), 4)
    while left > 0:
        n_moves = min(left, at_once)
        movement, _, _ = settle(block, 0, n_tiles, centres, room.out, total, room.scratch, room.border, n_moves, enough)
        left -= n_moves if movement > enough else left
        check()
    mass = total.counts[:, None] - total.missing
    inertia = float((centres * (mass * centres - 2.0 * total.sums)).sum())
    return Cold(centres, inertia, total.counts.copy(), movement)


def ahead(
    block: Block, n_tiles: int, rivals: Sequence[tuple[NDArray[np.float64], Room]], *, enough: float
) -> tuple[Cold, Room]:
    """The better of two starts, both settled side by side until one rests or cannot draw level any more.

    Args:
        block: Customers in hash order.
        n_tiles: How many of its tiles to fit.
        rivals: Centres to start from, which are changed, and memory for each.
        enough: Squared movement at which a start rests.
    """
    (first, own), (second, other) = rivals
    a = settle_cold(block, n_tiles, own, first, enough=enough, most=HEAT)
    b = settle_cold(block, n_tiles, other, second, enough=enough, most=HEAT)
    gains = np.inf, np.inf
    while max(a.movement, b.movement) > enough:
        behind = a.inertia - b.inertia
        if behind > PACE * gains[0] or -behind > PACE * gains[1]:
            break
        last = a.inertia, b.inertia
        a, b = _next_heat(block, n_tiles, own, a, enough), _next_heat(block, n_tiles, other, b, enough)
        gains = last[0] - a.inertia, last[1] - b.inertia
    return (a, own) if a.inertia <= b.inertia else (b, other)


def _next_heat(block: Block, n_tiles: int, room: Room, start: Cold, enough: float) -> Cold:
    if start.movement <= enough:
        return start
    return settle_more(block, n_tiles, room, start.centres, enough=enough, most=HEAT)


def mean_variance(block: Block, n_tiles: int) -> float:
    """Mean over the features of their variance, about; what a movement is compared with (as in scikit-learn)."""
    n_tiles = min(n_tiles, ENOUGH_TILES)
    p, n_gaps = block.values.shape[1], block.start[n_tiles]
    mass = block.mass[:n_tiles].astype(np.float64)
    n = mass.sum()
    if n == 0.0:
        return 0.0
    tile = np.repeat(np.arange(n_tiles), np.diff(block.start[: n_tiles + 1]))
    blank = np.zeros(p)
    np.add.at(blank, block.feature[:n_gaps], (block.mark[:n_gaps] * mass[tile]).sum(axis=1))
    sums = np.einsum("tfi,ti->f", block.values[:n_tiles], mass)
    mean = sums / np.maximum(n - blank, 1.0)
    square = float((block.square[:n_tiles] * mass).sum()) / max(float((n - blank).sum()), 1.0)
    return max(square - float((mean * mean).mean()), 0.0)
