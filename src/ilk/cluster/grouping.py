"""Methods that group the rows of a sample and leave labelled points behind: Ward, and density."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.method import Effort
from ilk.cluster.micro import FEWEST_CUSTOMERS, LEAST, MOST, micro_segments
from ilk.cluster.neighbours import PIECE, ByNeighbours
from ilk.cluster.on_rows import Rows, Solved
from ilk.engines.tiles import UNIT, Matrix

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]

TREE = 4_000
"""Rows whose distances are all held at once: 128 MB, and a second and a half for Ward's tree."""

CELLS = 2_500_000
"""Numbers in the points of all k together, at the most, so that a model stays far below 64 MB."""

WARD_EFFORT = Effort(customers=1_500, pairs=15, more_pairs=15, null_pairs=1, tables=20, boxes=10)


@dataclass(frozen=True, slots=True)
class Ward:
    """Ward's hierarchical grouping: the two groups whose union adds least to the inertia become one, again and again.

    One tree serves every k. The first 4,000 customers in hash order make it; up to 20,000 make the points, each with
    the group of the customer of the tree it is nearest to.

    Args:
        square_weights: (p,), each feature's share of W, for distances over blanks.
        least: Customers a point of the model stands for, at the least.

    Source: Ward (1963), Journal of the American Statistical Association 58; nearest-neighbour chain as in scipy.
    """

    square_weights: Floats
    least: int = LEAST
    name: str = "ward"
    finds_k: bool = False
    weighs: bool = False
    most: int = 20_000
    effort: Effort = WARD_EFFORT

    def having(self, solved: Mapping[int, Solved]) -> Ward:
        """There is nothing to settle on."""
        del solved
        return self

    def of_one(self, rows: Rows) -> None:
        """There is no likelihood."""
        del rows

    def solve(self, rows: Rows, ks: Sequence[int], *, seed: int, thorough: bool) -> Mapping[int, Solved]:
        """Cut one tree at every k; `seed` changes nothing, because nothing is drawn."""
        del seed
        return self._cut(rows.matrix, ks, thorough=thorough)

    def _cut(self, rows: Matrix, ks: Sequence[int], *, thorough: bool) -> Mapping[int, Solved]:
        head = rows[:TREE]
        tree = _tree(distances_between(head, self.square_weights))
        near = nearest_of(rows[TREE:], head, self.square_weights) if thorough else np.zeros(0, np.intp)
        themselves, found = Themselves.of(head), {}
        for k in ks:
            labels = cut_tree(tree, len(head), min(k, len(head)))
            if not thorough:
                found[k] = Solved(themselves.owned(labels, k))
                continue
            labels = np.concatenate([labels, labels[near]])
            most = max(CELLS // (rows.shape[1] * len(ks)), k)
            found[k] = Solved(means_of(rows, labels, k, least=self.least, most=min(most, MOST)))
        return found


def distances_between(rows: Matrix, square_weights: Floats) -> Floats:
    """Squared distance * W / W_observed of each pair over what both answered, (n, n); 2 W where that is nothing."""
    return np.concatenate(_squared(rows, rows, square_weights)) if len(rows) else np.zeros((0, 0))


def nearest_of(rows: Matrix, others: Matrix, square_weights: Floats) -> Labels:
    """The row of `others` each row is nearest to, over what both answered, (n,); ties to the first."""
    found = [part.argmin(axis=1) for part in _squared(rows, others, square_weights)]
    return np.concatenate(found) if found else np.zeros(0, np.intp)


def cut_tree(tree: Floats, n: int, k: int) -> Labels:
    """The group of each of n rows when the last k - 1 unions of a tree are undone, (n,), numbered as they come."""
    top = np.arange(2 * n - 1)
    for step in range(n - 2, -1, -1):
        if step < n - k:  # a union that holds: both halves belong to where it belongs
            left, right = int(tree[step, 0]), int(tree[step, 1])
            top[left] = top[right] = top[n + step]
    return np.asarray(np.unique(top[:n], return_inverse=True)[1].ravel(), np.intp)


@dataclass(frozen=True, slots=True)
class Themselves:
    """Every different row as a point, its blanks filled with the mean; for refits that nobody keeps.

    Args:
        points: (m, p).
        first: The row each stands for, (m,).
    """

    points: Floats
    first: Labels

    @classmethod
    def of(cls, rows: Matrix) -> Themselves:
        """The different rows, in their order."""
        filled = rows.astype(np.float64)
        blank = np.isnan(filled)
        n = np.maximum((~blank).sum(axis=0), 1)
        mean = np.floor(np.where(blank, 0.0, filled).sum(axis=0) / n * UNIT + 0.5) / UNIT
        filled = np.where(blank, mean, filled)
        first = np.sort(np.unique(filled, axis=0, return_index=True)[1])
        return cls(filled[first], first)

    def owned(self, labels: Labels, k: int) -> ByNeighbours:
        """The points, each in the group of its row."""
        return ByNeighbours(self.points, labels[self.first], np.ones(len(self.first), np.int64), k)


def means_of(rows: Matrix, labels: Labels, k: int, *, least: int, most: int) -> ByNeighbours:
    """Means of alike customers of one group as points, each of at least `least` of them where a group has so many.

    A sample of fewer than 100 customers gives one point a group, its mean.
    """
    points, owner, customers = [], [], []
    for j in range(k):
        own = np.flatnonzero(labels == j)
        share = max(most * len(own) // max(len(rows), 1), 1) if len(rows) >= FEWEST_CUSTOMERS else 1
        micro = micro_segments(rows, own, least=min(least, len(own)), most=share, fewest=1)
        if micro is None:
            continue
        points.append(micro.points)
        customers.append(micro.customers)
        owner += [j] * len(micro.points)
    return ByNeighbours(np.concatenate(points), np.array(owner, np.intp), np.concatenate(customers), k)


def _tree(squared: Floats) -> Floats:
    """Ward's tree from squared distances, as scipy lays it out."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    if len(squared) < 2:
        return np.zeros((0, 4))
    np.fill_diagonal(squared, 0.0)
    return np.asarray(linkage(squareform(np.sqrt(squared), checks=False), "ward"))


def _squared(rows: Matrix, others: Matrix, square_weights: Floats) -> list[Floats]:
    there = ~np.isnan(others)
    b = np.where(there, others, 0.0).astype(np.float64)
    known_b, weighted = there.astype(np.float64), there * square_weights
    parts = []
    for first in range(0, len(rows), PIECE):
        x = rows[first : first + PIECE].astype(np.float64)
        here = ~np.isnan(x)
        a, known = np.where(here, x, 0.0), here.astype(np.float64)
        squared = np.maximum((a * a) @ known_b.T + known @ (b * b).T - 2.0 * (a @ b.T), 0.0)
        if not (here.all() and there.all()):
            whole, shared = square_weights.sum(), known @ weighted.T
            squared = np.where(shared > 0, squared * whole / np.maximum(shared, 1e-300), 2.0 * whole)
        parts.append(squared)
    return parts
