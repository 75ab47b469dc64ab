"""A tile is 256 customers, feature-major, so that the innermost loop runs over customers and vectorises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ilk.engines.workers import map_threads
from ilk.errors import BadInput

TILE = 256
"""Customers a tile; 32 features of them fill 32 KiB, a first-level cache."""

RUN = 128
"""Tiles a piece of work: 32,768 customers, a few milliseconds; the pieces do not depend on the number of threads."""

LIMIT = 256.0
"""Features are smaller than this in size, so that sums of multiples of 2^-16 are exact in float64."""

UNIT = 65536.0
"""Features and centres are multiples of 1 / UNIT."""

VOICE = 0.5
"""Share of the weight a customer must answer to vote in a fit; the others are only assigned."""

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Where answers are missing: for tile t the rows start[t]:start[t + 1] name a feature and mark its customers.

    Who answered nothing and weighs nothing is not marked: only `silent` tells that their noughts are no answers.

    Args:
        start: int64 (n_tiles + 1,).
        feature: int32 (n_gaps,), features with at least one gap in that tile.
        mark: float32 (n_gaps, 256), 1 where the answer is missing, else 0.
        silent: int64, the rows of those, ascending.
    """

    start: NDArray[np.int64]
    feature: NDArray[np.int32]
    mark: NDArray[np.float32]
    silent: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


class Block(NamedTuple):
    """Tiles as the kernels take them; the fields are those of `Tiles` and `Gaps`.

    What is made from a block keeps `sphere`; room that is only copied into may leave it.
    """

    values: NDArray[np.float32]
    mass: NDArray[np.float32]
    square: NDArray[np.float32]
    start: NDArray[np.int64]
    feature: NDArray[np.int32]
    mark: NDArray[np.float32]
    sphere: bool


@dataclass(frozen=True, slots=True)
class Tiles:
    """Customers cut into tiles; what is missing or beyond the last customer is 0.

    Args:
        values: float32 (n_tiles, n_features, 256), multiples of 2^-16 smaller than 256 in size.
        mass: float32 (n_tiles, 256), how much each customer counts; 0 beyond the last customer.
        square: float32 (n_tiles, 256), sum of the squares of each customer's features, rounded.
        gaps: The missing answers.
        n: Customers.
        units: Sum of mass * square over all customers in units of 2^-40, exact.
        sphere: Whether every customer is a row of length one, and so are centres.
    """

    values: NDArray[np.float32]
    mass: NDArray[np.float32]
    square: NDArray[np.float32]
    gaps: Gaps
    n: int
    units: int
    sphere: bool = False

    @property
    def energy(self) -> float:
        """Sum of mass * square over all customers, rounded once."""
        return self.units / 2**40

    @property
    def block(self) -> Block:
        """All of it as the kernels take it."""
        gaps = self.gaps
        return Block(self.values, self.mass, self.square, gaps.start, gaps.feature, gaps.mark, self.sphere)

    def run(self, first: int, last: int) -> Block:
        """The tiles first..last as the kernels take them."""
        start = self.gaps.start[first : last + 1]
        begin, end = start[0], start[-1]
        return Block(
            self.values[first:last],
            self.mass[first:last],
            self.square[first:last],
            start - begin,
            self.gaps.feature[begin:end],
            self.gaps.mark[begin:end],
            self.sphere,
        )

    @property
    def n_features(self) -> int:
        """Features of each customer."""
        return int(self.values.shape[1])


def tiles_of(
    matrix: NDArray[np.floating],
    mass: NDArray[np.floating] | None = None,
    *,
    threads: int | None = None,
    sphere: bool = False,
) -> Tiles:
    """Cut a matrix into tiles.

    Args:
        matrix: float32 (n, n_features), NaN where an answer is missing, multiples of 2^-16 smaller than 256 in size.
        mass: How much each customer counts, (n,), multiples of 2^-8; 1 each when None.
        threads: How many to use; the answer does not depend on it.
        sphere: Whether rows have length one, and centres are to have it, too.

    Raises:
        BadInput: If the shapes do not fit or a value is too large.
    """
    tiles, largest = cut(matrix, Scale(np.zeros(matrix.shape[1]), 1.0), mass, threads=threads)
    if not largest < LIMIT:
        raise BadInput("A feature is 256 or more in size", got=f"{largest:g}", do="scale the features first")
    return replace(tiles, sphere=sphere)


@dataclass(frozen=True, slots=True)
class Scale:
    """Taken off each column, float64 (n_features,), and a power of two to multiply with, before rounding to 2^-16."""

    offset: NDArray[np.float64]
    factor: float


def cut(
    matrix: NDArray[np.floating],
    scale: Scale,
    mass: NDArray[np.floating] | None,
    *,
    rows: NDArray[np.int64] | None = None,
    threads: int | None = None,
) -> tuple[Tiles, float]:
    """Cut a raw matrix into tiles of (matrix - offset) * factor, rounded to multiples of 2^-16.

    Args:
        matrix: (n, n_features), NaN where an answer is missing.
        scale: What to take off and to multiply with.
        mass: As of `tiles_of`, of the customers that are cut.
        rows: Which rows in which order; all of them when None.
        threads: How many to use; the result does not depend on it.

    Returns:
        The tiles, and the largest size of a feature; the tiles are no good if that is 256 or more.
    """
    from ilk.engines.cut import SPLIT, cut_run

    picked = np.empty(0, np.int64) if rows is None else np.asarray(rows, np.int64)
    n, p = len(matrix) if rows is None else len(rows), matrix.shape[1]
    n_tiles = -(-n // TILE)
    weights = _mass_of(mass, n, n_tiles)
    values, square = np.empty((n_tiles, p, TILE), np.float32), np.empty((n_tiles, TILE), np.float32)
    gap, silent = np.empty((n_tiles, p), np.bool_), np.empty((n_tiles, TILE), np.bool_)
    raw = readable(matrix)

    def work(first: int) -> tuple[float, int, int]:
        last = min(first + RUN, n_tiles)
        return cut_run(raw, picked, scale.offset, scale.factor, weights, first, last, values, square, gap, silent)

    done = map_threads(work, range(0, n_tiles, RUN), threads=threads)
    units = (sum(high for _, high, _ in done) << SPLIT) + sum(low for _, _, low in done)
    tiles = Tiles(values, weights, square, _mark_gaps(values, gap, silent), n, units)
    return tiles, max((largest for largest, _, _ in done), default=0.0)


def readable(matrix: NDArray[np.number]) -> NDArray[np.floating]:
    """A matrix as the kernels take it: float32 or float64, rows one after the other, not locked."""
    raw = matrix if matrix.dtype in (np.float32, np.float64) else matrix.astype(np.float64)
    return np.require(raw, requirements=["C", "W"])


def join(parts: Sequence[Tiles]) -> Tiles:
    """Tiles of several batches of customers as tiles of all of them, in that order."""
    if len(parts) == 1:
        return parts[0]
    if any(tiles.n % TILE for tiles in parts[:-1]):
        matrix = np.concatenate([matrix_of(tiles) for tiles in parts])
        mass = np.concatenate([tiles.mass.ravel()[: tiles.n] for tiles in parts])
        return tiles_of(matrix, mass, sphere=parts[0].sphere)
    n, units = sum(tiles.n for tiles in parts), sum(tiles.units for tiles in parts)
    joined = unblocked(join_blocks([tiles.block for tiles in parts]), n, units)
    before = np.cumsum([0, *(tiles.n for tiles in parts)])
    silent = [tiles.gaps.silent + start for tiles, start in zip(parts, before, strict=False)]
    return replace(joined, gaps=replace(joined.gaps, silent=np.concatenate(silent)))


def unblocked(block: Block, n: int, units: int = 0) -> Tiles:
    """A block as tiles of n customers, none of whom is silent."""
    gaps = Gaps(block.start, block.feature, block.mark)
    return Tiles(block.values, block.mass, block.square, gaps, n, units, block.sphere)


def join_blocks(blocks: Sequence[Block]) -> Block:
    """The tiles of several blocks, one after the other."""
    n_gaps = np.cumsum([0, *(block.start[-1] for block in blocks)])
    starts = [block.start[1:] + before for block, before in zip(blocks, n_gaps, strict=False)]
    return Block(
        np.concatenate([block.values for block in blocks]),
        np.concatenate([block.mass for block in blocks]),
        np.concatenate([block.square for block in blocks]),
        np.concatenate([np.zeros(1, np.int64), *starts]),
        np.concatenate([block.feature[: block.start[-1]] for block in blocks]),
        np.concatenate([block.mark[: block.start[-1]] for block in blocks]),
        blocks[0].sphere,
    )


def cropped(block: Block, n: int) -> Block:
    """The tiles of the first n customers."""
    n_tiles = -(-n // TILE)
    n_gaps = block.start[n_tiles] if n_tiles else 0
    return Block(
        block.values[:n_tiles],
        block.mass[:n_tiles],
        block.square[:n_tiles],
        block.start[: n_tiles + 1],
        block.feature[:n_gaps],
        block.mark[:n_gaps],
        block.sphere,
    )


def matrix_of(tiles: Tiles) -> Matrix:
    """The matrix that `tiles_of` cut, float32 (n, n_features), NaN where an answer is missing."""
    values, gaps = tiles.values.copy(), tiles.gaps
    tile, used = np.repeat(np.arange(len(values)), np.diff(gaps.start)), slice(gaps.start[-1])  # there may be room left
    feature, mark = gaps.feature[used], gaps.mark[used]
    values[tile, feature] = np.where(mark > 0, np.float32(np.nan), values[tile, feature])
    matrix = np.ascontiguousarray(values.transpose(0, 2, 1).reshape(-1, tiles.n_features)[: tiles.n])
    matrix[gaps.silent] = np.nan
    return matrix


def masses_of(tiles: Tiles) -> NDArray[np.float32]:
    """How much each customer counts, (n,)."""
    return tiles.mass.ravel()[: tiles.n]


def empty_block(n_tiles: int, n_features: int, n_gap_features: int, *, sphere: bool = False) -> Block:
    """Room for so many tiles, each of which may have gaps in `n_gap_features` features; nothing is filled in."""
    lanes, n_gaps = (n_tiles, TILE), n_tiles * n_gap_features
    return Block(
        np.empty((n_tiles, n_features, TILE), np.float32),
        np.empty(lanes, np.float32),
        np.empty(lanes, np.float32),
        np.zeros(n_tiles + 1, np.int64),
        np.empty(n_gaps, np.int32),
        np.empty((n_gaps, TILE), np.float32),
        sphere,
    )


def _mark_gaps(values: NDArray[np.float32], gap: NDArray[np.bool_], silent: NDArray[np.bool_]) -> Gaps:
    """Note where NaN stands in values[gap] and put 0 in its place."""
    tile, feature = np.nonzero(gap)
    rows = values[tile, feature]
    missing = np.isnan(rows)
    rows[missing] = 0.0
    values[tile, feature] = rows
    start = np.searchsorted(tile, np.arange(len(values) + 1)).astype(np.int64)
    return Gaps(start, feature.astype(np.int32), missing.astype(np.float32), np.flatnonzero(silent))


def _mass_of(mass: NDArray[np.floating] | None, n: int, n_tiles: int) -> NDArray[np.float32]:
    flat = np.zeros(n_tiles * TILE, np.float32)
    if mass is not None and np.shape(mass) != (n,):
        raise BadInput(
            "There must be one weight a customer",
            got=f"{np.shape(mass)} weights for {n} customers",
            do="give an array of one number each",
        )
    flat[:n] = 1.0 if mass is None else mass
    return flat.reshape(n_tiles, TILE)
