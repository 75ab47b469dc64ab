"""A tile is 256 customers, feature-major, so that the innermost loop runs over customers and vectorises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ilk.errors import BadInput

TILE = 256
"""Customers a tile; 32 features of them fill 32 KiB, a first-level cache."""

RUN = 64
"""Tiles a piece of work: 16,384 customers, a few milliseconds; the pieces do not depend on the number of threads."""

LIMIT = 256.0
"""Features are smaller than this in size, so that sums of multiples of 2^-16 are exact in float64."""

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Where answers are missing: for tile t the rows start[t]:start[t + 1] name a feature and mark its customers.

    Args:
        start: int64 (n_tiles + 1,).
        feature: int32 (n_gaps,), features with at least one gap in that tile.
        mark: float32 (n_gaps, 256), 1 where the answer is missing, else 0.
    """

    start: NDArray[np.int64]
    feature: NDArray[np.int32]
    mark: NDArray[np.float32]


class Block(NamedTuple):
    """Tiles as the kernels take them; the fields are those of `Tiles` and `Gaps`."""

    values: NDArray[np.float32]
    mass: NDArray[np.float32]
    square: NDArray[np.float32]
    start: NDArray[np.int64]
    feature: NDArray[np.int32]
    mark: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tiles:
    """Customers cut into tiles; what is missing or beyond the last customer is 0.

    Args:
        values: float32 (n_tiles, n_features, 256), multiples of 2^-16 smaller than 256 in size.
        mass: float32 (n_tiles, 256), how much each customer counts; 0 beyond the last customer.
        square: float32 (n_tiles, 256), sum of the squares of each customer's features, rounded.
        gaps: The missing answers.
        n: Customers.
    """

    values: NDArray[np.float32]
    mass: NDArray[np.float32]
    square: NDArray[np.float32]
    gaps: Gaps
    n: int

    @property
    def block(self) -> Block:
        """All of it as the kernels take it."""
        return Block(self.values, self.mass, self.square, self.gaps.start, self.gaps.feature, self.gaps.mark)

    @property
    def n_features(self) -> int:
        """Features of each customer."""
        return int(self.values.shape[1])


def tiles_of(matrix: Matrix, mass: NDArray[np.floating] | None = None) -> Tiles:
    """Cut a matrix into tiles.

    Args:
        matrix: float32 (n, n_features), NaN where an answer is missing, multiples of 2^-16 smaller than 256 in size.
        mass: How much each customer counts, (n,), multiples of 2^-8; 1 each when None.

    Raises:
        BadInput: If the shapes do not fit or a value is too large.
    """
    n, n_features = matrix.shape
    n_tiles = -(-n // TILE)
    padded = np.zeros((n_tiles * TILE, n_features), np.float32)
    padded[:n] = matrix
    values = np.ascontiguousarray(padded.reshape(n_tiles, TILE, n_features).transpose(0, 2, 1))
    gaps = _gaps_of(values)
    if values.size and not np.abs(values).max() < LIMIT:
        raise BadInput("A feature is 256 or more in size", do="scale the features first")
    square = np.einsum("tfi,tfi->ti", values, values)
    return Tiles(values, _mass_of(mass, n, n_tiles), square, gaps, n)


def _gaps_of(values: NDArray[np.float32]) -> Gaps:
    """Find the missing answers and put 0 in their place."""
    missing = np.isnan(values)
    tile, feature = np.nonzero(missing.any(axis=2))
    mark = missing[tile, feature].astype(np.float32)
    values[missing] = 0.0
    start = np.searchsorted(tile, np.arange(len(values) + 1)).astype(np.int64)
    return Gaps(start, feature.astype(np.int32), mark)


def _mass_of(mass: NDArray[np.floating] | None, n: int, n_tiles: int) -> NDArray[np.float32]:
    flat = np.zeros(n_tiles * TILE, np.float32)
    if mass is not None and np.shape(mass) != (n,):
        raise BadInput("There must be one weight a customer", got=f"{np.shape(mass)} weights for {n} customers")
    flat[:n] = 1.0 if mass is None else mass
    return flat.reshape(n_tiles, TILE)
