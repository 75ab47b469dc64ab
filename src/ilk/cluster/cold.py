"""A whole small fit from cold starts: a sample drawn, starts compared on a part of it, the best finished on all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.kernel import Out, Scratch, Total, scratch_for, settle, take_rows
from ilk.cluster.seed import choose_seeds
from ilk.engines.tiles import TILE, Block, Tiles


@dataclass(frozen=True, slots=True)
class Plan:
    """How a cold fit goes.

    Args:
        starts: Starts to compare.
        part: Tiles of the sample the starts are compared on.
        part_moves: How often the centres of a start may move there.
        part_enough: Squared movement at which a start stops.
        moves: How often the centres of the best may move on the whole sample.
        enough: Squared movement at which it stops.
    """

    starts: int
    part: int
    part_moves: int
    part_enough: float
    moves: int
    enough: float


@dataclass(frozen=True, slots=True)
class Room:
    """Memory of one thread, used by one fit after the other."""

    into: Block
    out: Out
    total: Total
    scratch: Scratch
    seeds: NDArray[np.float32]


def room_for(tiles: Tiles, k: int) -> Room:
    """Memory for cold fits of k segments to as many customers."""
    n_tiles, p = len(tiles.values), tiles.n_features
    none = np.empty((0, TILE))
    return Room(
        into=empty_block(n_tiles, p, len(np.unique(tiles.gaps.feature))),
        out=Out(np.empty((n_tiles, TILE), np.int32), none.astype(np.float32), none.astype(np.int32), none, none),
        total=Total(np.empty((k, p)), np.empty(k), np.empty((k, p))),
        scratch=scratch_for(k, p),
        seeds=np.empty((4, n_tiles, TILE), np.float32),
    )


def empty_block(n_tiles: int, n_features: int, n_gap_features: int) -> Block:
    """Room for so many tiles, each of which may have gaps in `n_gap_features` features."""
    lanes, n_gaps = (n_tiles, TILE), n_tiles * n_gap_features
    return Block(
        np.empty((n_tiles, n_features, TILE), np.float32),
        np.empty(lanes, np.float32),
        np.empty(lanes, np.float32),
        np.empty(n_tiles + 1, np.int64),
        np.empty(n_gaps, np.int32),
        np.empty((n_gaps, TILE), np.float32),
    )


def fit_cold(
    block: Block, times: NDArray[np.uint8], k: int, seed: int, plan: Plan, room: Room
) -> tuple[float, NDArray[np.float64]]:
    rows = np.flatnonzero(times)
    n_tiles = take_rows(block, rows, times[rows].astype(np.float32), room.into)
    n_part = min(n_tiles, plan.part)
    starts = np.empty((plan.starts, k, room.into.values.shape[1]))
    choose_seeds(room.into, n_part, np.array([seed], np.uint64), room.seeds, starts)
    scores = [lloyd(room, n_part, centres, plan.part_moves, plan.part_enough) for centres in starts]
    best = starts[int(np.argmin(scores))]
    return lloyd(room, n_tiles, best, plan.moves, plan.enough), best


def lloyd(room: Room, n_tiles: int, centres: NDArray[np.float64], n_moves: int, enough: float) -> float:
    total = room.total
    for part in total:
        part.fill(0.0)
    room.out.label[:n_tiles] = -1
    settle(room.into, 0, n_tiles, centres, room.out, total, room.scratch, n_moves, enough)
    mass = total.counts[:, None] - total.missing
    return float((centres * (mass * centres - 2.0 * total.sums)).sum())
