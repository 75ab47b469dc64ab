"""A raw array as tiles: no recipe, only moved and scaled, by one power of two, to where sums are exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ilk.engines.tiles import LIMIT, UNIT, VOICE, Matrix, Scale, Tiles, cut, readable
from ilk.errors import BadInput
from ilk.settings import FIT_SAMPLE

GRAIN = 256.0
"""Weights are multiples of 1 / GRAIN."""

HEAVIEST = 65536.0
"""float32 holds multiples of 1 / GRAIN exactly up to here."""

HEADROOM = 8.0
"""Customers outside the part of a sample that sets the scale may lie this many times farther out."""

SEED = 42
"""Of the places drawn from a large array, whatever the study's seed: the sample is a property of the data."""

Raw = NDArray[np.floating]

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A raw array, ready to fit.

    Args:
        tiles: Customers; of up to 131,072, equal ones stand once with their weights added up.
        inverse: int64 (n,), where each row of the array stands in the tiles; None if everybody stands in order.
        order: Rows of the tiles in hash order, those who vote only, at most the fit sample.
        sample: Tiles of those, where they are at hand.
        scale: What was taken off and multiplied with.
        heaviness: Weights were multiplied with this.
    """

    tiles: Tiles
    inverse: NDArray[np.int64] | None
    order: NDArray[np.int64]
    sample: Tiles | None
    scale: Scale
    heaviness: float

    def for_each_row(self, values: NDArray[T]) -> NDArray[T]:
        """What belongs to each customer of the tiles, for each row of the array."""
        return values if self.inverse is None else values[self.inverse]


def draw(matrix: Raw, weights: NDArray[np.floating] | None = None, *, threads: int | None = None) -> Drawn:
    """Scale an array, find equal rows, and put a sample of it in an order that depends on what the rows are.

    Args:
        matrix: float32 or float64 (n, n_features), NaN where an answer is missing.
        weights: (n,), at least 0; made multiples of 2^-8 (times a power of two if they are finer or larger than that
            holds). A weight of 2 counts as two equal rows, exactly as long as there are at most 131,072 rows.
        threads: How many to use; the result does not depend on it.

    Raises:
        BadInput: If there is an infinity, or nobody has a weight.
    """
    mass, heaviness = on_grain(weights)
    if mass is not None and not mass.any():
        raise BadInput("All sample weights are zero", do="give at least one customer a weight")
    few = len(matrix) <= FIT_SAMPLE
    return (_draw_few if few else _draw_many)(matrix, mass, heaviness, threads)


def features(matrix: Raw, scale: Scale) -> Matrix:
    """The features of some customers, float32, as `cut` makes them."""
    moved = (np.asarray(matrix, np.float64) - scale.offset) * scale.factor
    return (np.floor(moved * UNIT + 0.5) / UNIT).astype(np.float32)


def _draw_few(matrix: Raw, mass: NDArray[np.float64] | None, heaviness: float, threads: int | None) -> Drawn:
    votes = np.ones(len(matrix)) if mass is None else mass
    if _has_gaps(matrix):
        votes = np.where(np.isnan(matrix).mean(axis=1) <= 1 - VOICE, votes, 0.0)
    first, inverse = _distinct(matrix, _hashes(matrix))
    distinct, total = matrix[first], np.bincount(inverse, votes, len(first)).astype(np.float64)
    voters = np.flatnonzero(total > 0)
    everybody = len(voters) == len(distinct)
    scale = _scale_of(distinct, voters, None if (total == 1.0).all() else total[voters], headroom=1.0)
    tiles, _ = cut(distinct, scale, total, threads=threads)
    return Drawn(tiles, inverse, voters, tiles if everybody else None, scale, heaviness)


def _draw_many(matrix: Raw, mass: NDArray[np.float64] | None, heaviness: float, threads: int | None) -> Drawn:
    order = _places(len(matrix) if mass is None else np.flatnonzero(mass))
    part = order[: FIT_SAMPLE // 16]
    scale = _scale_of(matrix, part, None if mass is None else mass[part], headroom=HEADROOM)
    tiles, largest = cut(matrix, scale, mass, threads=threads)
    if not largest < LIMIT:
        _refuse_infinity(np.array([largest]))
        scale = Scale(scale.offset, scale.factor / 2.0 ** np.ceil(np.log2(largest / LIMIT) + 0.1))
        tiles, _ = cut(matrix, scale, mass, threads=threads)
    if len(tiles.gaps.feature):
        tiles = _without_the_silent(tiles, matrix, scale, threads)
        return Drawn(tiles, None, order, None, scale, heaviness)
    weights = None if mass is None else mass[order]
    return Drawn(tiles, None, order, cut(matrix, scale, weights, rows=order, threads=threads)[0], scale, heaviness)


def _without_the_silent(tiles: Tiles, matrix: Raw, scale: Scale, threads: int | None) -> Tiles:
    """Those who answered too little weigh nothing."""
    blank = np.zeros_like(tiles.mass)
    np.add.at(blank, np.repeat(np.arange(len(blank)), np.diff(tiles.gaps.start)), tiles.gaps.mark)
    mass = np.where(blank <= (1 - VOICE) * tiles.n_features, tiles.mass, 0.0).ravel()[: tiles.n]
    return (
        tiles if np.array_equal(mass, tiles.mass.ravel()[: tiles.n]) else cut(matrix, scale, mass, threads=threads)[0]
    )


def on_grain(weights: NDArray[np.floating] | None) -> tuple[NDArray[np.float64] | None, float]:
    """Weights as multiples of 2^-8, and the power of two they were multiplied with; what is not 0 stays so."""
    if weights is None:
        return None, 1.0
    exact = np.asarray(weights, np.float64)
    top = float(exact.max(initial=0.0))
    if top == 0.0 or (top <= HEAVIEST and np.array_equal(exact * GRAIN, np.floor(exact * GRAIN))):
        return exact, 1.0
    heaviness = 2.0 ** (4 - np.floor(np.log2(top)))
    grains = np.floor(exact * heaviness * GRAIN + 0.5)
    return np.where(exact > 0, np.maximum(grains, 1.0), 0.0) / GRAIN, float(heaviness)


def _hashes(matrix: Raw) -> NDArray[np.uint64]:
    """A 64-bit hash of each row: a sum of its numbers' bits times odd constants, mixed (multilinear hashing)."""
    from ilk.engines.rows import add_bits

    constants = _mixed(np.arange(1, matrix.shape[1] + 1, dtype=np.uint64)) | np.uint64(1)
    sums = np.empty(len(matrix), np.uint64)
    add_bits(readable(matrix), constants, sums)
    return _mixed(sums)


def _has_gaps(matrix: Raw) -> bool:
    return bool(matrix.size) and bool(np.isnan(matrix.min()))


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64 (Steele, Lea & Flood 2014)."""
    with np.errstate(over="ignore"):
        x = x * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(x ^ (x >> np.uint64(31)), np.uint64)


def _distinct(matrix: Raw, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One row of each group of equal ones, in hash order, and the group of each row."""
    order = np.argsort(hashes)
    new = np.ones(len(order), np.bool_)
    again = np.flatnonzero(hashes[order[1:]] == hashes[order[:-1]])
    if len(again):
        a, b = matrix[order[again]], matrix[order[again + 1]]
        new[again + 1] = ~((a == b) | (np.isnan(a) & np.isnan(b))).all(axis=1)
    inverse = np.empty(len(order), np.int64)
    inverse[order] = np.cumsum(new) - 1
    return order[new], inverse


def _places(voters: int | NDArray[np.intp]) -> NDArray[np.intp]:
    """Places of the fit sample: one at random of each of 131,072 equal stretches, shuffled."""
    n = voters if isinstance(voters, int) else len(voters)
    rng = np.random.default_rng(SEED)
    if n <= FIT_SAMPLE:
        places = rng.permutation(n)
    else:
        edges = np.arange(FIT_SAMPLE + 1, dtype=np.int64) * n // FIT_SAMPLE
        places = edges[:-1] + (rng.random(FIT_SAMPLE) * np.diff(edges)).astype(np.int64)
        places = rng.permutation(places)
    return places if isinstance(voters, int) else voters[places]


def _scale_of(matrix: Raw, rows: NDArray[np.int64], mass: NDArray[np.float64] | None, *, headroom: float) -> Scale:
    """Each column's mean, and the power of two that brings what is farthest from it to just below 256 / headroom.

    Rows come in hash order and are added up one by one, so the mean does not depend on how they stood before.
    """
    from ilk.engines.rows import farthest_from, mean_of

    mean = np.zeros(matrix.shape[1])
    if not len(rows):
        return Scale(mean, 1.0)
    weights, raw = np.ones(len(rows)) if mass is None else mass, readable(matrix)
    mean_of(raw, rows, weights, mean)
    if not np.isfinite(mean).all():
        mean = _mean_of_known(matrix[rows].astype(np.float64), weights)
    top = float(farthest_from(raw, rows, mean))
    _refuse_infinity(np.array([top]))
    factor = 2.0 ** np.clip(np.floor(np.log2(LIMIT / headroom / top)) if top > 0 else 0.0, -1000, 1000)
    return Scale(mean, float(factor / 2 if top * factor >= LIMIT / headroom else factor))


def _mean_of_known(rows: NDArray[np.float64], mass: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of what was answered; 0 where nobody answered."""
    _refuse_infinity(rows)
    known = ~np.isnan(rows)
    answered = (known * mass[:, None]).sum(axis=0)
    total = (np.where(known, rows, 0.0) * mass[:, None]).sum(axis=0)
    return np.asarray(np.divide(total, answered, out=np.zeros_like(total), where=answered > 0))


def _refuse_infinity(values: NDArray[np.floating]) -> None:
    if np.isinf(values).any():
        raise BadInput(
            "Input X contains infinity or a value too large for dtype('float64')",
            do="replace infinities, by NaN if they mean that nothing is known",
        )
