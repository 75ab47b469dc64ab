"""Many small cold fits to weightings of one sample, and the labels they give it: the heavy work of the evidence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.cold import FINALISTS, fit_cold, mean_variance
from ilk.cluster.exchange import STARTS, Ground, Spare, exchange, spare_for
from ilk.cluster.kernel import settle, take_rows
from ilk.cluster.room import Room, border_for, nothing, out_for, room_for, scratch_for
from ilk.engines.tiles import Block, Tiles, empty_block
from ilk.engines.workers import map_threads
from ilk.progress import Progress

PIECE = 6
"""Fits a piece of work: about 20 milliseconds, so that a stop is seen soon."""

ENOUGH = 1e-3
"""Squared movement, in mean variances, at which a small fit has settled: another ten passes change labels of one
customer in a thousand."""


def fit_many(
    tiles: Tiles,
    masses: NDArray[np.uint8],
    k: int,
    seeds: NDArray[np.int64],
    *,
    starts: int = 12,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Fit k segments to each of many weightings of the same customers, each from cold starts.

    Args:
        tiles: n customers in hash order, at most 10,000 or so.
        masses: (n_fits, n), how often each customer counts in each fit; multiplied by the tiles' own mass.
        k: Segments.
        seeds: (n_fits,), one a fit.
        starts: k-means++ starts a fit; they race on a part of the customers, see `fit_cold`.
        threads: How many to use; the answer does not depend on it.
        progress: To report to and be stopped by.

    Returns:
        Centres, float64 (n_fits, k, n_features), multiples of 2^-16.
    """
    block, n_tiles, p = tiles.block, len(tiles.values), tiles.n_features
    n_gap_features = len(np.unique(tiles.gaps.feature))
    votes = tiles.mass.ravel()[: tiles.n] > 0
    all_vote = bool(votes.all())
    variance = mean_variance(block, n_tiles)
    centres = np.zeros((len(masses), k, p))

    def work(first: int) -> None:
        room = room_for(n_tiles, k, p, n_gap_features)
        into = empty_block(n_tiles, p, n_gap_features, sphere=tiles.sphere)
        spare = spare_for(n_tiles, k, p, n_gap_features, sphere=tiles.sphere)
        for i in range(first, min(first + PIECE, len(masses))):
            rows = np.flatnonzero(masses[i] if all_vote else masses[i] * votes)
            n_used = take_rows(block, rows, into)
            into.mass.ravel()[: len(rows)] *= masses[i, rows]
            centres[i] = _cold(into, n_used, room, spare, k, int(seeds[i]), starts, variance)

    map_threads(work, range(0, len(masses), PIECE), threads=threads, progress=progress)
    return centres


def _cold(
    block: Block, n_tiles: int, room: Room, spare: Spare | None, k: int, seed: int, starts: int, variance: float
) -> NDArray[np.float64]:
    """Centres of one cold fit; with `spare` a few starts race, and exchanges make up for the others."""
    few, finalists = (starts, FINALISTS) if spare is None else (min(starts, STARTS), 1)
    fit = fit_cold(
        block,
        n_tiles,
        room,
        k=k,
        seed=seed,
        starts=few,
        variance=variance,
        enough=ENOUGH,
        finalists=finalists,
    )
    if spare is not None:
        fit = exchange(Ground(block, n_tiles, room, spare, variance, ENOUGH * variance), fit, seed=seed)
    return fit.centres


def label_many(tiles: Tiles, centres: NDArray[np.float64], *, threads: int | None = None) -> NDArray[np.int16]:
    """Label every customer by each of m sets of centres.

    Args:
        tiles: n customers.
        centres: (m, k, n_features), multiples of 2^-16.
        threads: How many to use; the answer does not depend on it.

    Returns:
        int16 (m, n), 0-based.
    """
    m, k, p = centres.shape
    n_tiles = len(tiles.values)
    labels = np.empty((m, tiles.n), np.int16)
    exact = np.ascontiguousarray(centres, np.float64)
    no_total, no_border = nothing(0, p), border_for(0, p, 0)

    def work(first: int) -> None:
        out, scratch = out_for(n_tiles, slack=False), scratch_for(k, p)
        for i in range(first, min(first + PIECE, m)):
            settle(tiles.block, 0, n_tiles, exact[i], out, no_total, scratch, no_border, 0, 0.0)
            labels[i] = out.label.ravel()[: tiles.n]

    map_threads(work, range(0, m, PIECE), threads=threads)
    return labels
