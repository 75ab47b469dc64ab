"""Exact silhouettes of many labellings in one pass over all pairs of customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ilk.choose.indices import answered
from ilk.engines.tiles import TILE, Matrix
from ilk.engines.workers import map_threads
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
    pairs = _pairs_of(features, labels, square_weights)
    offset = np.concatenate([[0], np.cumsum(labels.max(axis=1, initial=0) + 1)]).astype(np.int64)
    total = np.zeros((len(pairs.values), int(offset[-1]), TILE))

    def add(t: int) -> None:
        _add_distances(*pairs.tile(t), *pairs.cells(), offset, total[t])

    map_threads(add, range(len(pairs.values)), threads=threads, progress=progress)
    sums = np.empty((int(offset[-1]), len(features)))
    sums[:, pairs.rows] = total.transpose(1, 0, 2).reshape(len(sums), -1)[:, : len(features)]
    to_self = np.where(answered(features, square_weights) > 0, 0.0, np.sqrt(2 * square_weights.sum()))
    return np.stack([_widths(sums[offset[i] : offset[i + 1]], own, to_self) for i, own in enumerate(labels)])


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


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Both sides of every pair: tiles of customers, and the same customers as rows sorted into cells.

    Args:
        values, known: float32 (n_tiles, n_features, 256), the answers (0 where missing) and whether they are there.
        gaps: bool (n_tiles,), whether anything is missing in the tile.
        others, others_known: float32 (n, n_features), the same by cell.
        start: int64 (n_cells + 1,).
        labels: int64 (n_cells, n_labellings).
        cell_gaps: bool (n_cells,).
        weights: float32 (n_features,), each feature's share of W.
        rows: int64 (n,), which customer stands where in the tiles.
    """

    values: Floats
    known: Floats
    gaps: Flags
    others: Floats
    others_known: Floats
    start: Integers
    labels: Integers
    cell_gaps: Flags
    weights: Floats
    rows: Integers

    def tile(self, t: int) -> tuple[Floats, Floats, bool]:
        """One tile: its answers, which are there, and whether any is missing."""
        return self.values[t], self.known[t], bool(self.gaps[t])

    def cells(self) -> tuple[Floats, Floats, Floats, Integers, Integers, Flags]:
        """What every tile meets."""
        return self.others, self.others_known, self.weights, self.start, self.labels, self.cell_gaps


def _pairs_of(features: Matrix, labels: NDArray[np.integer], square_weights: NDArray[np.float64]) -> _Pairs:
    n, n_features = features.shape
    wide = np.zeros((n, n_features + -n_features % 4), np.float32)
    known = np.ones_like(wide)
    wide[:, :n_features], known[:, :n_features] = np.nan_to_num(features), ~np.isnan(features)
    weights = np.zeros(wide.shape[1], np.float32)
    weights[:n_features] = square_weights
    gaps = np.asarray(np.isnan(features).any(axis=1))
    rows, by_cell = np.argsort(gaps, kind="stable"), np.lexsort((*labels, gaps))
    start = _cell_starts(np.vstack([labels, gaps])[:, by_cell])
    first = by_cell[start[:-1]]
    tiles, tiles_known = _tiles(wide[rows]), _tiles(known[rows])
    return _Pairs(
        values=tiles,
        known=tiles_known,
        gaps=np.asarray((tiles_known == 0).any(axis=(1, 2))),
        others=wide[by_cell],
        others_known=known[by_cell],
        start=start,
        labels=np.ascontiguousarray(labels[:, first].T.astype(np.int64)),
        cell_gaps=gaps[first],
        weights=weights,
        rows=rows,
    )


def _cell_starts(keys: NDArray[np.integer]) -> Integers:
    """Where a cell begins among sorted keys (n_keys, n): where a key changes, and after MOST customers."""
    n = keys.shape[1]
    changes = np.flatnonzero(np.r_[True, (keys[:, 1:] != keys[:, :-1]).any(axis=0)]) if n else np.zeros(0, np.int64)
    place = np.arange(n) - changes[np.searchsorted(changes, np.arange(n), side="right") - 1]
    return np.asarray(np.r_[np.flatnonzero(place % MOST == 0), n], np.int64)


def _tiles(rows: Floats) -> Floats:
    """Rows cut into tiles, feature-major; the last one is filled up with copies of its first customer."""
    missing = -len(rows) % TILE
    filled = np.vstack([rows, np.repeat(rows[-1:], missing, axis=0)])
    return np.ascontiguousarray(filled.reshape(-1, TILE, rows.shape[1]).transpose(0, 2, 1))


@njit(nogil=True, fastmath={"contract"})  # type: ignore[untyped-decorator]
def _add_distances(  # noqa: C901, PLR0912, PLR0917 - one loop over pairs, and numba takes arrays, not objects
    values: Floats,  # IN (n_features, 256), n_features a multiple of 4
    known: Floats,  # IN (n_features, 256)
    gaps: bool,  # IN whether anything is missing in this tile
    others: Floats,  # IN (n, n_features), sorted into cells
    others_known: Floats,  # IN (n, n_features)
    weights: Floats,  # IN (n_features,)
    start: Integers,  # IN (n_cells + 1,)
    labels: Integers,  # IN (n_cells, n_labellings)
    cell_gaps: Flags,  # IN (n_cells,)
    offset: Integers,  # IN (n_labellings + 1,), first row of each labelling in `total`
    total: NDArray[np.float64],  # OUT (sum of k, 256)
) -> None:
    """Add the distances of one tile's customers to everyone, by segment.

    Without gaps two others are taken at a time, so that each load of `values` serves twice.
    """
    n_features, whole = values.shape[0], weights.sum()
    a, b, cell = np.empty(256, np.float32), np.empty(256, np.float32), np.empty(256, np.float32)
    for c in range(len(start) - 1):
        cell[:] = 0.0
        last = start[c + 1] - 1
        plain = not (gaps or cell_gaps[c])
        for j in range(start[c], last + 1, 2 if plain else 1):
            a[:] = 0.0
            b[:] = 0.0
            if plain:
                y, z = others[j], others[min(j + 1, last)]
                for f in range(0, n_features, 4):
                    for i in range(256):
                        v0, v1, v2, v3 = values[f, i], values[f + 1, i], values[f + 2, i], values[f + 3, i]
                        y0, y1, y2, y3 = v0 - y[f], v1 - y[f + 1], v2 - y[f + 2], v3 - y[f + 3]
                        z0, z1, z2, z3 = v0 - z[f], v1 - z[f + 1], v2 - z[f + 2], v3 - z[f + 3]
                        a[i] += y0 * y0 + y1 * y1 + y2 * y2 + y3 * y3
                        b[i] += z0 * z0 + z1 * z1 + z2 * z2 + z3 * z3
                pair = np.float32(j < last)
                for i in range(256):
                    cell[i] += np.sqrt(a[i]) + pair * np.sqrt(b[i])
            else:
                for f in range(n_features):
                    if others_known[j, f]:
                        for i in range(256):
                            difference = (values[f, i] - others[j, f]) * known[f, i]
                            a[i] += difference * difference
                            b[i] += weights[f] * known[f, i]
                for i in range(256):
                    cell[i] += np.sqrt(a[i] * whole / b[i]) if b[i] > 0 else np.sqrt(2 * whole)
        for labelling in range(labels.shape[1]):
            row = offset[labelling] + labels[c, labelling]
            for i in range(256):
                total[row, i] += cell[i]
