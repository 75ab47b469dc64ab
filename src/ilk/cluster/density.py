"""Density: groups are where customers stand close together, and who stands alone is unlike anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.grouping import CELLS, Themselves, distances_between, means_of, nearest_of
from ilk.cluster.method import Effort
from ilk.cluster.micro import LEAST, MOST
from ilk.cluster.neighbours import ByNeighbours
from ilk.cluster.on_rows import Rows, Solved
from ilk.engines.tiles import Matrix

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]

SHARES = (0.01, 0.02, 0.03, 0.05, 0.1)
"""Smallest share of the customers that makes a group: the settings that are tried."""

DENSE = 3_000
"""Rows whose crowds are looked for."""

NEIGHBOURS = 5
"""Neighbours that must be near for a customer to stand in a crowd (min_samples; scikit-learn's default, fixed)."""

EFFORT = Effort(customers=1_500, pairs=15, more_pairs=15, null_pairs=1, tables=20, boxes=0)


@dataclass(frozen=True, slots=True)
class Density:
    """HDBSCAN, which finds the number of groups itself: a k is tried where some smallest group gives it.

    Of several settings that give the same k the one that leaves the fewest customers alone is taken, and refits are
    made with it, whatever number they find. Everybody else is in the group of the nearest point, unless farther from it
    than a limit: the one that best parts, in that group, those who stand in the crowd from those who do not.

    Args:
        square_weights: (p,), each feature's share of W.
        least: Customers a point of the model stands for, at the least, and the smallest group.
        settled: k and the share that gives it, for refits.

    Source: Campello, Moulavi & Sander (2013), PAKDD; scikit-learn's HDBSCAN.
    """

    square_weights: Floats
    least: int = LEAST
    settled: tuple[tuple[int, float], ...] = ()
    name: str = "density"
    finds_k: bool = True
    weighs: bool = False
    most: int = 20_000
    effort: Effort = EFFORT

    def having(self, solved: Mapping[int, Solved]) -> Density:
        """The same with what it settled on at each k."""
        return replace(self, settled=tuple((k, one.setting) for k, one in solved.items() if one.setting is not None))

    def of_one(self, rows: Rows) -> None:
        """There is no likelihood."""
        del rows

    def solve(self, rows: Rows, ks: Sequence[int], *, seed: int, thorough: bool) -> Mapping[int, Solved]:
        """Group the rows; `seed` changes nothing, because nothing is drawn."""
        del seed
        matrix, head = _whole_first(rows.matrix)
        apart = np.sqrt(distances_between(head, self.square_weights))
        return self._found(matrix, head, apart, ks) if thorough else self._again(head, apart, ks)

    def _again(self, head: Matrix, apart: Floats, ks: Sequence[int]) -> Mapping[int, Solved]:
        themselves, found = Themselves.of(head), {}
        shares = dict(self.settled)
        known = {share: self._dense(apart, share) for share in {shares[k] for k in ks if k in shares}}
        for k in ks:
            labels = known[shares[k]] if k in shares else np.full(len(head), -1)
            found[k] = Solved(themselves.owned(labels, int(labels.max(initial=-1)) + 1))
        return found

    def _found(self, rows: Matrix, head: Matrix, apart: Floats, ks: Sequence[int]) -> Mapping[int, Solved]:
        best: dict[int, tuple[int, float, Labels]] = {}
        for share in SHARES:
            labels = self._dense(apart, share)
            k, alone = int(labels.max(initial=-1)) + 1, int((labels < 0).sum())
            if k in ks and (k not in best or alone <= best[k][0]):
                best[k] = alone, share, labels
        if not best:
            return {}
        near = nearest_of(rows[len(head) :], head, self.square_weights)
        most = min(CELLS // (rows.shape[1] * len(best)), MOST)
        return {
            k: Solved(self._limited(rows, np.concatenate([labels, labels[near]]), k, max(most, k)), setting=share)
            for k, (_, share, labels) in sorted(best.items())
        }

    def _dense(self, apart: Floats, share: float) -> Labels:
        """Group of each row, -1 for who stands alone."""
        from sklearn.cluster import HDBSCAN

        smallest = max(self.least, round(share * len(apart)), 2)
        if len(apart) <= max(NEIGHBOURS, smallest):
            return np.full(len(apart), -1)
        dense = HDBSCAN(min_cluster_size=smallest, min_samples=NEIGHBOURS, metric="precomputed", copy=True)
        return np.asarray(dense.fit(apart).labels_, np.intp)

    def _limited(self, rows: Matrix, labels: Labels, k: int, most: int) -> ByNeighbours:
        points = means_of(rows, labels, k, least=self.least, most=most)
        scores = points.scores(rows)
        near = scores.argmin(axis=1)
        share = ~np.isnan(rows) @ self.square_weights / self.square_weights.sum()
        far = scores.min(axis=1) / share
        limits = [best_limit(far[near == j], labels[near == j] >= 0) for j in range(k)]
        return replace(points, limits=np.array(limits), weights=self.square_weights)


def _whole_first(rows: Matrix) -> tuple[Matrix, Matrix]:
    """Rows without blanks before the others, and the first of them, in which crowds are looked for.

    Who left something blank is near to more than one crowd, and would bridge them. Where fewer than half answered
    everything, all are looked at.
    """
    whole = ~np.isnan(rows).any(axis=1)
    if 2 * int(whole.sum()) < len(rows):
        return rows, rows[:DENSE]
    return np.concatenate([rows[whole], rows[~whole]]), rows[whole][:DENSE]


def best_limit(far: Floats, inside: NDArray[np.bool_]) -> float:
    """The limit up to which most are inside and beyond which most are not: the fewest are on the wrong side."""
    order = np.argsort(far, kind="stable")
    wrong = np.cumsum(np.where(inside[order], -1, 1)) + int(inside.sum())
    last = len(far) - 1 - int(wrong[::-1].argmin()) if len(far) else -1
    return float(far[order[last]]) if last >= 0 and wrong[last] < inside.sum() else 0.0
