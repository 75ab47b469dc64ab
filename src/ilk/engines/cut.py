"""Cut a matrix into tiles, rounding every number to a multiple of 2^-16 on the way."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.engines.compiled import compiled, part
from ilk.engines.tiles import TILE, UNIT

SPLIT = 26
"""Bits of the lower part of a square: with weights of up to 2^37 in all neither part overflows 63 bits."""


@compiled
def cut_run(
    matrix: Any,
    rows: Any,
    offset: Any,
    factor: float,
    mass: Any,
    first: int,
    last: int,
    values: Any,
    square: Any,
    gap: Any,
    silent: Any,
) -> tuple[Any, Any, Any]:
    """Fill the tiles first..last with (matrix - offset) * factor, rounded; NaN stays for the caller to mark.

    Who answered nothing and weighs nothing is 0 everywhere and no gap: in many tables that is somebody in every tile,
    and all features of every tile would have gaps for nobody's sake.

    Args:
        matrix: float32 or float64 (n, n_features), NaN where an answer is missing.
        rows: int64, which rows of the matrix in which order; all as they stand if there are none.
        offset: float64 (n_features,), taken off first.
        factor: A power of two.
        mass: float32 (n_tiles, 256).
        first: Number of the first tile.
        last: Number of the tile after the last.
        values: float32 (n_tiles, n_features, 256), written.
        square: float32 (n_tiles, 256), written: sum of the squares of what was answered.
        gap: bool (n_tiles, n_features), written: whether an answer is missing.
        silent: bool (n_tiles, 256), written: who answered nothing and weighs nothing.

    Returns:
        The largest size of a feature, and the sum of mass * square in units of 2^-40, exact whatever the order of
        customers, as two parts: high * 2^26 + low.
    """
    n, p = matrix.shape
    picked = len(rows) > 0
    n = len(rows) if picked else n
    at, row, whole, largest = np.empty(TILE, np.int64), np.empty(TILE), np.empty(TILE), np.zeros(TILE)
    high, low = np.int64(0), np.int64(0)
    missing, n_gaps = np.empty(TILE, np.int64), np.empty(p, np.int64)
    for t in range(first, last):
        n_here = min(TILE, n - t * TILE)
        for i in range(n_here):
            at[i] = (rows[t * TILE + i] if picked else t * TILE + i) * p
        whole[:], missing[:] = 0.0, 0
        for f in range(p):
            place_feature(matrix.reshape(-1), at[:n_here], f, offset[f], factor, row, values[t, f])
            n_gaps[f] = add_squares(values[t, f], missing, whole, largest)
        leave_out_silent(missing, n_gaps, mass[t], n_here, values[t], gap[t], silent[t])
        more = square_units(whole, mass[t], square[t])
        high, low = high + more[0], low + more[1]
    return largest.max(), high, low


@part
def place_feature(flat: Any, at: Any, f: int, offset: float, factor: float, row: Any, lanes: Any) -> None:
    """One feature of a tile: (value - offset) * factor, rounded, and 0 behind the last customer.

    IN flat, the matrix row by row; at int64 (customers,), where each begins.  OUT row; lanes float32 (256,).
    """
    for i in range(len(at)):
        row[i] = flat[at[i] + f]
    for i in range(len(at)):
        lanes[i] = np.floor((row[i] - offset) * factor * UNIT + 0.5) / UNIT
    for i in range(len(at), TILE):
        lanes[i] = 0.0


@part
def add_squares(lanes: Any, missing: Any, whole: Any, largest: Any) -> int:
    """Add what one feature says; returns how many customers left it blank.  IN/OUT missing, whole, largest (256,)."""
    n_gaps = 0
    for i in range(TILE):
        x = np.float64(lanes[i])
        is_gap = x != x  # noqa: PLR0124
        n_gaps += is_gap
        missing[i] += is_gap
        x = np.float64(0.0) if is_gap else x
        whole[i] += x * x
        largest[i] = max(largest[i], abs(x))
    return n_gaps


@part
def leave_out_silent(missing: Any, n_gaps: Any, mass: Any, n_here: int, values: Any, gap: Any, silent: Any) -> None:
    """Make 0 of who answered nothing and weighs nothing.  IN/OUT values (p, 256).  OUT gap (p,), silent (256,)."""
    n_silent, p = 0, len(gap)
    for i in range(TILE):
        silent[i] = i < n_here and missing[i] == p and mass[i] == 0.0
        n_silent += silent[i]
    for f in range(p):
        gap[f] = n_gaps[f] > n_silent
        for i in range(TILE if n_silent > 0 else 0):
            values[f, i] = np.float32(0.0) if silent[i] else values[f, i]


@part
def square_units(whole: Any, mass: Any, square: Any) -> tuple[Any, Any]:
    """The sum of mass * square of one tile in two parts, see `cut_run`.  OUT square float32 (256,)."""
    high, low = np.int64(0), np.int64(0)
    for i in range(TILE):
        square[i] = whole[i]
        units, weight = np.int64(whole[i] * UNIT * UNIT), np.int64(mass[i] * np.float32(256.0))
        high += (units >> SPLIT) * weight
        low += (units & ((1 << SPLIT) - 1)) * weight
    return high, low
