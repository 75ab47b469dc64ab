"""Exact silhouettes of many labellings in one pass over all pairs of customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ilk.engines.compiled import compiled, contracted
from ilk.engines.tiles import TILE, Matrix
from ilk.engines.workers import map_threads
from ilk.features.recipe import answered
from ilk.progress import Progress

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOST = 256
"""Customers a cell at the most: float32 sums of so few distances keep five digits."""


def silhouettes(
    features: Matrix,
    labels: NDArray[np.integer],
    square_weights: NDArray[np.float64],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Silhouette of every customer under every labelling.

    Every distance is computed once and serves all labellings: customers are sorted by their labels, and those who
    share all of them (a cell) are summed before the sum is handed to each labelling. Distances over blanks are
    scaled by W / W_observed; two customers who answered nothing in common count as the average pair, d^2 = 2 W.

    Args:
        features: (n, n_features) on the feature scale, NaN where an answer is missing.
        labels: (n_labellings, n), 0-based.
        square_weights: (n_features,), each feature's share of W.
        threads: How many to use; the answer does not depend on it.
        progress: To report to and be stopped by.

    Returns:
        (n_labellings, n) in -1..1; 0 for a customer alone in a segment, and under a labelling of one segment.

    Source: Rousseeuw (1987), Journal of Computational and Applied Mathematics 20.
    """
    wide, known = _widened(features)
    offset = np.concatenate([[0], np.cumsum(labels.max(axis=1, initial=0) + 1)]).astype(np.int64)
    weights = np.zeros(wide.shape[1], np.float32)
    weights[: len(square_weights)] = square_weights
    gaps = np.asarray((known == 0).any(axis=1))
    rows, cells = np.argsort(gaps, kind="stable"), _cells_of(wide, known, weights, labels + offset[:-1, None])
    values, there = _tiles(wide[rows]), _tiles(known[rows])
    total = np.zeros((len(values), int(offset[-1]), TILE))

    def add(t: int) -> None:
        _add_distances(values[t], there[t], bool((there[t] == 0).any()), cells, total[t])

    map_threads(add, range(len(values)), threads=threads, progress=progress)
    sums = np.empty((int(offset[-1]), len(features)))
    sums[:, rows] = total.transpose(1, 0, 2).reshape(len(sums), -1)[:, : len(features)]
    to_self = np.where(answered(features, square_weights) > 0, 0.0, np.sqrt(2 * square_weights.sum()))
    return np.stack([_widths(sums[offset[i] : offset[i + 1]], own, to_self) for i, own in enumerate(labels)])


def mean_widths(
    features: Matrix,
    labels: Sequence[NDArray[np.integer]],
    square_weights: NDArray[np.float64],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> list[float | None]:
    """Mean silhouette of each labelling; None where all are in one segment, or in none.

    Labellings that place everybody share one pass, in the others those of label -1 are left out. See `silhouettes`.
    """

    def of(rows: NDArray[np.bool_], some: list[NDArray[np.integer]]) -> list[float | None]:
        if not some or not rows.any():
            return [None] * len(some)
        own = np.stack([label[rows] for label in some])
        widths = silhouettes(features[rows], own, square_weights, threads=threads, progress=progress)
        divided = [len(np.unique(label)) > 1 for label in own]
        return [float(width.mean()) if several else None for width, several in zip(widths, divided, strict=True)]

    whole = [label.min(initial=0) >= 0 for label in labels]
    together = of(np.ones(len(features), np.bool_), [label for label, all_ in zip(labels, whole, strict=True) if all_])
    rest = iter(together)
    return [next(rest) if all_ else of(label >= 0, [label])[0] for label, all_ in zip(labels, whole, strict=True)]


def _widths(
    sums: NDArray[np.float64], labels: NDArray[np.integer], to_self: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(b - a) / max(a, b) from the sum of each customer's distances to each segment, (k, n), with the one to itself."""
    sizes, everyone = np.bincount(labels, minlength=len(sums)), np.arange(len(labels))
    if np.count_nonzero(sizes) < 2:
        return np.zeros(len(labels))
    own = sizes[labels]
    inside = (sums[labels, everyone] - to_self) / np.maximum(own - 1, 1)
    mean = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], np.inf)
    mean[labels, everyone] = np.inf
    outside = mean.min(axis=0)
    larger = np.maximum(inside, outside)
    width = np.divide(outside - inside, larger, out=np.zeros_like(larger), where=larger > 0)
    return np.where(own > 1, width, 0.0)


class Cells(NamedTuple):
    """Everybody as the other side of a pair, sorted into cells: customers who share all their labels, and blanks.

    Args:
        values, known: float32 (n, n_features), the answers (0 where missing) and whether they are there.
        weights: float32 (n_features,), each feature's share of W.
        start: int64 (n_cells + 1,).
        rows: int64 (n_cells, n_labellings), which sum a cell's distances belong to.
        gaps: bool (n_cells,), whether anything is missing.
    """

    values: Floats
    known: Floats
    weights: Floats
    start: Integers
    rows: Integers
    gaps: Flags


class Scratch(NamedTuple):
    """float32 (256,) each: squared distances to one other, those to a second or observed weights, and a cell's sum."""

    a: Floats
    b: Floats
    cell: Floats


def _widened(features: Matrix) -> tuple[Floats, Floats]:
    """Answers with 0 where missing, and whether they are there, with as many features as fill up fours."""
    n, n_features = features.shape
    wide = np.zeros((n, n_features + -n_features % 4), np.float32)
    known = np.ones_like(wide)
    wide[:, :n_features], known[:, :n_features] = np.nan_to_num(features), ~np.isnan(features)
    return wide, known


def _cells_of(values: Floats, known: Floats, weights: Floats, rows: NDArray[np.integer]) -> Cells:
    gaps = np.asarray((known == 0).any(axis=1))
    order = np.lexsort((*rows, gaps))
    start = _cell_starts(np.vstack([rows, gaps])[:, order])
    first = order[start[:-1]]
    by_cell = np.ascontiguousarray(rows[:, first].T.astype(np.int64))
    return Cells(values[order], known[order], weights, start, by_cell, gaps[first])


def _cell_starts(keys: NDArray[np.integer]) -> Integers:
    """Where a cell begins among sorted keys (n_keys, n): where a key changes, and after MOST customers."""
    n = keys.shape[1]
    changes = np.flatnonzero(np.r_[True, (keys[:, 1:] != keys[:, :-1]).any(axis=0)]) if n else np.zeros(0, np.int64)
    place = np.arange(n) - changes[np.searchsorted(changes, np.arange(n), side="right") - 1]
    return np.asarray(np.r_[np.flatnonzero(place % MOST == 0), n], np.int64)


def _tiles(rows: Floats) -> Floats:
    """Rows cut into tiles, feature-major; the last one is filled up with copies of its last customer."""
    missing = -len(rows) % TILE
    filled = np.vstack([rows, np.repeat(rows[-1:], missing, axis=0)])
    return np.ascontiguousarray(filled.reshape(-1, TILE, rows.shape[1]).transpose(0, 2, 1))


@contracted
def _add_two(values: Floats, y: Floats, z: Floats, twice: np.float32, scratch: Scratch) -> None:
    """Add distances to two others at a time, so that each load of `values` serves twice; z counts `twice`, 0 or 1."""
    a, b, cell = scratch
    a[:] = 0.0
    b[:] = 0.0
    for f in range(0, values.shape[0], 4):
        for i in range(256):
            v0, v1, v2, v3 = values[f, i], values[f + 1, i], values[f + 2, i], values[f + 3, i]
            y0, y1, y2, y3 = v0 - y[f], v1 - y[f + 1], v2 - y[f + 2], v3 - y[f + 3]
            z0, z1, z2, z3 = v0 - z[f], v1 - z[f + 1], v2 - z[f + 2], v3 - z[f + 3]
            a[i] += y0 * y0 + y1 * y1 + y2 * y2 + y3 * y3
            b[i] += z0 * z0 + z1 * z1 + z2 * z2 + z3 * z3
    for i in range(256):
        cell[i] += np.sqrt(a[i]) + twice * np.sqrt(b[i])


@contracted
def _add_over_blanks(values: Floats, known: Floats, cells: Cells, j: int, scratch: Scratch) -> None:
    """Add distances to one other over what both answered, scaled to the whole weight."""
    a, b, cell = scratch
    a[:] = 0.0
    b[:] = 0.0
    whole = cells.weights.sum()
    for f in range(values.shape[0]):
        if cells.known[j, f] > 0:
            y, weight = cells.values[j, f], cells.weights[f]
            for i in range(256):
                difference = (values[f, i] - y) * known[f, i]
                a[i] += difference * difference
                b[i] += weight * known[f, i]
    for i in range(256):
        cell[i] += np.sqrt(a[i] * whole / b[i]) if b[i] > 0 else np.sqrt(2 * whole)


@compiled
def _add_distances(values: Floats, known: Floats, gaps: bool, cells: Cells, total: NDArray[np.float64]) -> None:
    """Add the distances of one tile's customers to everyone, cell by cell.

    values, known  IN  (n_features, 256), n_features a multiple of 4
    gaps           IN  whether anything is missing in this tile
    total          OUT (rows, 256)
    """
    scratch = Scratch(np.empty(256, np.float32), np.empty(256, np.float32), np.empty(256, np.float32))
    for c in range(len(cells.start) - 1):
        scratch.cell[:] = 0.0
        last = cells.start[c + 1] - 1
        if gaps or cells.gaps[c]:
            for j in range(cells.start[c], last + 1):
                _add_over_blanks(values, known, cells, j, scratch)
        else:
            for j in range(cells.start[c], last + 1, 2):
                _add_two(values, cells.values[j], cells.values[min(j + 1, last)], np.float32(j < last), scratch)
        for row in cells.rows[c]:
            for i in range(256):
                total[row, i] += scratch.cell[i]
