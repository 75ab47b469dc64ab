"""Shapeless tables: the same answers in every column, the same rank correlations, and no segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ilk.choose.draws import fit_seeds, generator
from ilk.choose.part import watch_of
from ilk.choose.stability import Pairs, agreements, refit_pairs
from ilk.cluster.method import KMEANS, Method, one_group
from ilk.engines.tiles import Matrix, Tiles, tiles_of
from ilk.engines.workers import map_threads
from ilk.features.topics import Amounts
from ilk.progress import Progress

STARTS = 12
"""Starts of a fit that says how tight groups are."""

ROUNDS = 8
"""Corrections of the latent correlations; the error halves at least in each, even for 0/1 columns."""

STEEPEST = 0.999
"""Latent correlations stay below this, so that columns that always agree can still be drawn."""


CEILING = 0.98
"""Where shapeless tables, too, are found again this well, stability cannot tell them from groups."""


class NullTables(Protocol):
    """Where shapeless tables come from."""

    def draw(self, rng: np.random.Generator) -> Matrix:
        """One table of the same shape as the evidence sample."""
        ...


@dataclass(frozen=True, slots=True)
class Block:
    """One building column as its features have it.

    Args:
        features: Where the column's features are.
        order: Customers who answered, sorted by their answer.
        rank: Mean rank of each place in that order, centred and scaled to variance 1.
        present: Customers who answered, ascending.
    """

    features: NDArray[np.intp]
    order: NDArray[np.intp]
    rank: NDArray[np.float64]
    present: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Copula:
    """A Gaussian copula over building columns.

    A column's features depend on that column alone, so dealing its answers out anew before coding is the same as
    dealing out its rows of features: numbers in their order, a category by its levels in order of share.

    Args:
        table: (n, n_features), the evidence sample.
        blocks: One a building column.
        root: (n_blocks, n_blocks), the latent correlations are root @ root.T.
        amounts: Where topics are dealt out as amounts and made rows of one length after that; `table` is theirs.

    Source: methods of copulas as in Nelsen (2006), An Introduction to Copulas, 2nd ed., chapter 2.
    """

    table: Matrix
    blocks: tuple[Block, ...]
    root: NDArray[np.float64]
    amounts: Amounts | None = None

    def draw(self, rng: np.random.Generator) -> Matrix:
        """One shapeless table; blanks stay where they are, who is dealt nothing at all is left out."""
        latent = rng.standard_normal((len(self.table), len(self.blocks))) @ self.root.T
        drawn = self.table.copy()
        for block, values in zip(self.blocks, latent.T, strict=True):
            place = block.present[np.argsort(values[block.present], kind="stable")]
            drawn[place[:, None], block.features] = self.table[block.order[:, None], block.features]
        return drawn if self.amounts is None else self.amounts.in_rows(drawn)


def fit_copula(
    table: Matrix,
    columns: Sequence[str],
    *,
    seed: int,
    amounts: Amounts | None = None,
    progress: Progress | None = None,
) -> Copula:
    """Find the latent correlations under which a drawn table has the rank correlations of this one.

    Thresholds flatten correlations: two 0/1 columns drawn from a latent 0.8 correlate at 0.59. The latent ones are
    therefore raised until the drawn ones are right, on one fixed draw made exactly uncorrelated.

    Args:
        table: (n, n_features) on the feature scale, NaN where an answer is missing.
        columns: (n_features,), the building column each feature is made from.
        seed: Of the fixed draw.
        amounts: The same customers before their topics were made rows of one length. What is dealt out are amounts:
            shares of a row that come from different customers would not make a row.
        progress: To be stopped by.
    """
    table = table if amounts is None else amounts.table
    names = np.array(columns, dtype=object)
    blocks = tuple(_block_of(table, np.flatnonzero(names == name)) for name in dict.fromkeys(columns))
    ranks = np.zeros((len(table), len(blocks)))
    for i, block in enumerate(blocks):
        ranks[block.order, i] = block.rank
    known = np.stack([np.isin(np.arange(len(table)), b.present) for b in blocks], axis=1) if blocks else ranks
    wanted = _correlations(ranks, known)
    root = _matched_root(wanted, blocks, _uncorrelated(ranks.shape, seed), known, progress)
    return Copula(table, blocks, root, amounts)


def null_medians(
    tables: NullTables,
    ks: Sequence[int],
    *,
    seed: int,
    sphere: bool = False,
    method: Method = KMEANS,
    mass: NDArray[np.floating] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Median stability of shapeless tables at each k, (tables, len(ks)): 20 and 5 pairs of samples each for k-means.

    Shapeless data become "very stable" with n alone, so that stability means something only above these.
    """
    watch = watch_of(progress)

    def medians(number: int) -> list[float]:
        tiles = _dealt(tables, seed, number, mass, sphere=sphere)
        pairs = Pairs(seed, "null table", 0, method.effort.null_pairs, (number,))
        found = refit_pairs(tiles, ks, pairs, method=method, threads=1, progress=watch)
        return [float(np.median(agreements(found[k]))) for k in ks]

    return np.array(map_threads(medians, range(method.effort.tables), threads=threads, progress=progress))


def null_explained(
    tables: NullTables,
    ks: Sequence[int],
    *,
    seed: int,
    sphere: bool = False,
    method: Method = KMEANS,
    mass: NDArray[np.floating] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Share of the differences that k groups explain in each of the shapeless tables, (tables, len(ks)).

    For columns that are lumps by themselves, such as a category, whose levels are found again in any table: groups that
    several columns agree on are tighter than groups drawn by each column for itself.
    """

    def shares(number: int) -> list[float]:
        tiles = _dealt(tables, seed, number, mass, sphere=sphere)
        seeds = {k: int(fit_seeds(generator(seed, "tight", number, k), 1)[0]) for k in ks}
        whole = one_group(tiles)
        within = method.inertias(tiles, ks, seeds, starts=STARTS)
        return [1.0 - inertia / whole if whole > 0 else 0.0 for inertia in within]

    return np.array(map_threads(shares, range(method.effort.tables), threads=threads, progress=progress))


def _dealt(tables: NullTables, seed: int, number: int, mass: NDArray[np.floating] | None, *, sphere: bool) -> Tiles:
    """One shapeless table. Its rows are nobody's, so weights are dealt in their order, to as many as there are."""
    table = tables.draw(generator(seed, "null table", number))
    return tiles_of(table, None if mass is None else mass[: len(table)], sphere=sphere)


def _matched_root(
    wanted: NDArray[np.float64],
    blocks: tuple[Block, ...],
    noise: NDArray[np.float64],
    known: NDArray[np.generic],
    progress: Progress | None,
) -> NDArray[np.float64]:
    latent = 2 * np.sin(np.pi * wanted / 6)
    for _ in range(ROUNDS):
        if progress is not None:
            progress.check()
        root = _root_of(latent)
        drawn = _correlations(_ranks_drawn(noise @ root.T, blocks), known)
        latent = np.clip(root @ root.T + wanted - drawn, -STEEPEST, STEEPEST)
    return _root_of(latent)


def _ranks_drawn(latent: NDArray[np.float64], blocks: tuple[Block, ...]) -> NDArray[np.float64]:
    """The scaled ranks a latent table would be given; standard normal values need no sorting to know their place."""
    from scipy.special import ndtr

    ranks = np.zeros_like(latent)
    for i, block in enumerate(blocks):
        n = len(block.present)
        place = np.minimum((ndtr(latent[block.present, i]) * n).astype(np.intp), n - 1)
        ranks[block.present, i] = block.rank[place]
    return ranks


def _correlations(ranks: NDArray[np.float64], known: NDArray[np.generic]) -> NDArray[np.float64]:
    """Rank correlations over the customers who answered both columns; 1 on the diagonal, 0 where undefined."""
    there = known.astype(float)
    squares = (ranks**2).T @ there
    size = np.sqrt(squares * squares.T)
    found = np.divide(ranks.T @ ranks, size, out=np.zeros_like(size), where=size > 0)
    np.fill_diagonal(found, 1.0)
    return np.asarray(np.clip(found, -1.0, 1.0))


def _root_of(correlations: NDArray[np.float64]) -> NDArray[np.float64]:
    """A root of the nearest matrix that is a correlation matrix: negative eigenvalues are cut, rows scaled to 1."""
    values, vectors = np.linalg.eigh((correlations + correlations.T) / 2)
    root = vectors * np.sqrt(np.maximum(values, 1e-9))
    return np.asarray(root / np.sqrt((root**2).sum(axis=1, keepdims=True)))


def _uncorrelated(shape: tuple[int, int], seed: int) -> NDArray[np.float64]:
    """Standard normal noise whose columns have mean 0, variance 1 and, where n allows, no correlation at all."""
    noise = generator(seed, "copula").standard_normal(shape)
    if shape[0] <= 2 * shape[1]:
        return noise
    noise -= noise.mean(axis=0)
    values, vectors = np.linalg.eigh(noise.T @ noise / shape[0])
    return np.asarray(noise @ (vectors / np.sqrt(values)) @ vectors.T)


def _block_of(table: Matrix, features: NDArray[np.intp]) -> Block:
    """A column is ordered by the one feature that varies; a category, where several do, by its levels."""
    rows = table[:, features]
    present = np.flatnonzero(~np.isnan(rows).any(axis=1))
    varies = np.flatnonzero((rows[present] != rows[present[:1]]).any(axis=0))
    score = _share_order(rows[present]) if len(varies) > 1 else rows[present, varies[0] if len(varies) else 0]
    order = np.argsort(score, kind="stable")
    return Block(features, present[order], _mid_ranks(score[order]), present)


def _share_order(rows: Matrix) -> NDArray[np.intp]:
    """0 for customers with the most frequent combination of indicators, 1 for the next, ties by their values."""
    _, level, count = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    by_share = np.argsort(-count, kind="stable")
    return np.asarray(np.argsort(by_share)[level.ravel()])


def _mid_ranks(ordered: NDArray[np.generic]) -> NDArray[np.float64]:
    """Mean rank of each of some sorted values, centred and scaled to variance 1; all 0 where all are equal."""
    if not len(ordered):
        return np.zeros(0)
    start = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    size = np.diff(np.r_[start, len(ordered)])
    rank = np.repeat(start + (size - 1) / 2, size)
    rank -= rank.mean()
    deviation = rank.std()
    return np.asarray(rank / deviation) if deviation > 0 else np.zeros_like(rank)
