"""What a kernel writes to: arrays made once and used by one fit after the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ilk.engines.tiles import TILE, Block, empty_block

WORTH_A_BORDER = 64
"""Tiles from which on it is quicker to look at those near a border only than at everybody."""


class Total(NamedTuple):
    """What a set of customers adds up to, by segment; exact, and added to in place.

    Args:
        sums: float64 (k, n_features), mass times feature over the answered features.
        counts: float64 (k,), mass.
        missing: float64 (k, n_features), mass of those who did not answer.
    """

    sums: NDArray[np.float64]
    counts: NDArray[np.float64]
    missing: NDArray[np.float64]


def nothing(k: int, n_features: int) -> Total:
    """The total over no customers."""
    return Total(np.zeros((k, n_features)), np.zeros(k), np.zeros((k, n_features)))


class Out(NamedTuple):
    """Where a pass writes for each customer; an array of no tiles is not written.

    Args:
        label: int32 (n_tiles, 256), in: label before or -1, out: number of the nearest centre.
        slack: float32 (n_tiles, 256), a lower bound of (distance to the runner-up - distance to the nearest).
        runner_up: int32 (n_tiles, 256), number of the second nearest; with it the exact squared distances
        first: float64 (n_tiles, 256) to the nearest, and
        second: float64 (n_tiles, 256) to the runner-up, infinite when there is one centre.
    """

    label: NDArray[np.int32]
    slack: NDArray[np.float32]
    runner_up: NDArray[np.int32]
    first: NDArray[np.float64]
    second: NDArray[np.float64]


def out_for(n_tiles: int, *, slack: bool) -> Out:
    """Room for labels, -1 so far, and for slack if wanted."""
    none = np.empty((0, TILE))
    slacks = np.empty((n_tiles if slack else 0, TILE), np.float32)
    return Out(np.full((n_tiles, TILE), -1, np.int32), slacks, none.astype(np.int32), none, none)


class Scratch(NamedTuple):
    """Room for one thread.

    Args:
        single: float32 (k, n_features + 1), centres and behind each half its squared length.
        score: float32 (k + 2, 256), scores of one tile.
        best: float32 (256,), the lowest of each customer.
        second: float32 (256,), the second lowest.
        number: int32 (256,), segment with the lowest.
        exact: float64 (k, 256), distances of one tile.
        anchor: float64 (k, n_features), centres when the border was chosen.
        drift: float64 (3, k), how far centres moved since; the same and the farthest other; how far they may.
    """

    single: NDArray[np.float32]
    score: NDArray[np.float32]
    best: NDArray[np.float32]
    second: NDArray[np.float32]
    number: NDArray[np.int32]
    exact: NDArray[np.float64]
    anchor: NDArray[np.float64]
    drift: NDArray[np.float64]


def scratch_for(k: int, n_features: int) -> Scratch:
    """Room for one thread and k centres."""
    return Scratch(
        np.empty((k, n_features + 1), np.float32),
        np.empty((k + 2, TILE), np.float32),
        np.empty(TILE, np.float32),
        np.empty(TILE, np.float32),
        np.empty(TILE, np.int32),
        np.empty((k, TILE)),
        np.empty((k, n_features)),
        np.empty((3, k)),
    )


class Border(NamedTuple):
    """Room for copies of the customers whose label may still change; of no tiles when all are to be looked at again.

    Args:
        block: Tiles for all customers, if need be.
        label: int32 (n_tiles, 256).
        rows: int64 (n_tiles * 256,), where each stands in the tiles it was copied from.
    """

    block: Block
    label: NDArray[np.int32]
    rows: NDArray[np.int64]


def border_for(n_tiles: int, n_features: int, n_gap_features: int) -> Border:
    """Room for a border of so many tiles, each of which may have gaps in `n_gap_features` features."""
    block = empty_block(n_tiles, n_features, n_gap_features)
    return Border(block, np.empty((n_tiles, TILE), np.int32), np.empty(n_tiles * TILE, np.int64))


class Room(NamedTuple):
    """Memory of one thread, used by one fit after the other.

    Args:
        border: See `Border`.
        out: See `Out`.
        total: See `Total`.
        scratch: See `Scratch`.
        seeds: float32 (4, n_tiles, 256), distances while seeds are chosen.
    """

    border: Border
    out: Out
    total: Total
    scratch: Scratch
    seeds: NDArray[np.float32]


def room_for(n_tiles: int, k: int, n_features: int, n_gap_features: int) -> Room:
    """Memory for fits of k segments to so many tiles, each of which may have gaps in `n_gap_features` features."""
    n_border = n_tiles if n_tiles > WORTH_A_BORDER else 0
    return Room(
        border=border_for(n_border, n_features, n_gap_features),
        out=out_for(n_tiles, slack=n_border > 0),
        total=nothing(k, n_features),
        scratch=scratch_for(k, n_features),
        seeds=np.empty((4, n_tiles, TILE), np.float32),
    )
