"""Exchange: the segment that is missed least is given up, and another is split, where that brings the fit further down.

Seeds are customers. With many features two customers of one kind differ by chance more than the middles of two kinds
do, so that starts end with two kinds in one segment and the odd ones of all kinds in another, and so do most others:
more starts help little. Within a segment two customers compete fairly, and what is two kinds parts at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.cold import PACE, ROUGHLY, Check, Cold, no_check, settle_cold, settle_more
from ilk.cluster.kernel import settle, take_rows
from ilk.cluster.race import race
from ilk.cluster.room import Out, Room, Scratch, border_for, nothing, room_for, scratch_for
from ilk.engines.tiles import TILE, UNIT, Block, empty_block

MANY = 32
"""Features up to which starts are enough."""

LEAST = 3
"""Segments from which on one can be given up, another split, and a third stay as it is."""

STARTS = 4
"""Starts before exchanges, which make up for the others."""

ROUNDS, TRIES = 4, 2
"""Exchanges that are made at most, and those that are tried before a fit counts as the best there is."""

ENOUGH = TILE
"""Customers of a segment that tell what splitting it gains."""

HEAT = 3
"""Moves before an exchange is given up that will not draw level."""


class Spare(NamedTuple):
    """Memory of one thread beside `Room`: for pieces of a segment, and for who is second nearest to whom."""

    piece: Block
    one: Room
    two: Room
    out: Out
    scratch: Scratch


class Split(NamedTuple):
    """What splitting a segment gains in inertia, and the two centres, (2, n_features)."""

    gain: float
    halves: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where exchanges take place.

    Args:
        block: Customers in hash order.
        n_tiles: How many of its tiles to fit.
        room: Memory for as many tiles.
        spare: The same, see `Spare`.
        variance: Mean variance of the features.
        enough: Squared movement of the centres at which a fit has settled.
        check: Called now and then; may raise.
    """

    block: Block
    n_tiles: int
    room: Room
    spare: Spare
    variance: float
    enough: float
    check: Check = no_check


def spare_for(n_tiles: int, k: int, n_features: int, n_gap_features: int, *, sphere: bool) -> Spare | None:
    """Memory for exchanges between k segments of so many tiles; None where there are none."""
    if n_features <= MANY or k < LEAST:
        return None
    n_piece = -(-ENOUGH // TILE)
    distances = np.empty((n_tiles, TILE)), np.empty((n_tiles, TILE))
    labels = np.full((n_tiles, TILE), -1, np.int32), np.full((n_tiles, TILE), -1, np.int32)
    return Spare(
        empty_block(n_piece, n_features, n_gap_features, sphere=sphere),
        room_for(n_piece, 1, n_features, n_gap_features),
        room_for(n_piece, 2, n_features, n_gap_features),
        Out(labels[0], np.empty((0, TILE), np.float32), labels[1], *distances),
        scratch_for(k, n_features),
    )


def exchange(ground: Ground, fit: Cold, *, seed: int) -> Cold:
    """Exchange segments for as long as the inertia falls; what the room holds then is of no use.

    Args:
        ground: See `Ground`.
        fit: A settled start of three segments or more.
        seed: Of every random choice.

    Source: random swap, Fraenti (2018), Journal of Big Data 5:13; here the swaps are chosen instead of drawn.
    """
    for _ in range(ROUNDS):
        better = _exchanged(ground, fit, np.array([seed], np.uint64))
        if better is None:
            break
        fit = better
    return fit


def _exchanged(ground: Ground, fit: Cold, state: NDArray[np.uint64]) -> Cold | None:
    """The first of the most promising exchanges that ends lower, if any does."""
    losses, members = _missed(ground, fit.centres)
    splits = [_split(ground, rows, centre, state) for rows, centre in zip(members, fit.centres, strict=True)]
    for given_up, divided in _promising(losses, [split.gain for split in splits]):
        centres = fit.centres.copy()
        centres[[given_up, divided]] = splits[divided].halves
        found = _settled(ground, centres, fit.inertia)
        if found.inertia < fit.inertia:
            return found
    return None


def _missed(ground: Ground, centres: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[NDArray[np.int64]]]:
    """What inertia gains when a segment's customers go to their runners-up, (k,), and who they are."""
    out, n_tiles, (k, p) = ground.spare.out, ground.n_tiles, centres.shape
    settle(ground.block, 0, n_tiles, centres, out, nothing(0, p), ground.spare.scratch, border_for(0, p, 0), 0, 0.0)
    label, mass = out.label[:n_tiles].ravel(), ground.block.mass[:n_tiles].ravel()
    farther = mass * (out.second[:n_tiles] - out.first[:n_tiles]).ravel()
    losses = np.asarray(np.bincount(label, farther, minlength=k), np.float64)
    return losses, [np.flatnonzero((label == j) & (mass > 0)) for j in range(k)]


def _promising(losses: NDArray[np.float64], gains: list[float]) -> list[tuple[int, int]]:
    """Which segment to give up and which to split, the most promising first; ties to the lower numbers."""
    net = np.array(gains)[None, :] - losses[:, None]
    np.fill_diagonal(net, -np.inf)
    order = np.argsort(-net, axis=None, kind="stable")[:TRIES]
    return [divmod(int(place), len(losses)) for place in order]


def _split(ground: Ground, rows: NDArray[np.int64], centre: NDArray[np.float64], state: NDArray[np.uint64]) -> Split:
    """Two groups of the first customers of a segment, and what they would gain if all of it were like these."""
    if len(rows) < 2:
        return Split(0.0, np.stack([centre, centre]))
    spare, some, near = ground.spare, rows[:ENOUGH], ROUGHLY**2 * ground.variance
    halves = np.zeros((1, 2, len(centre)))
    n_tiles = take_rows(ground.block, some, spare.piece)
    _, parted = race(spare.piece, (n_tiles, n_tiles), state, halves, spare.two, (near, near), 0)
    whole = settle_cold(spare.piece, n_tiles, spare.one, centre[None].copy(), enough=0.0, most=2)
    mass = ground.block.mass.ravel()
    gain = (whole.inertia - parted) * float(mass[rows].sum() / mass[some].sum())
    return Split(gain, np.floor(halves[0] * UNIT + 0.5) / UNIT)


def _settled(ground: Ground, centres: NDArray[np.float64], goal: float) -> Cold:
    """Settle, but give up once the goal is farther than several times what the last moves gained."""
    block, n_tiles, room, enough, check = ground.block, ground.n_tiles, ground.room, ground.enough, ground.check
    fit = settle_cold(block, n_tiles, room, centres, enough=enough, check=check, most=HEAT)
    last = np.inf
    while fit.movement > enough and fit.inertia - goal <= PACE * (last - fit.inertia):
        last = fit.inertia
        fit = settle_more(block, n_tiles, room, fit.centres, enough=enough, check=check, most=HEAT)
    return fit
