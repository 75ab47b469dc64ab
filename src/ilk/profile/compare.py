"""The segments beside the grouping a business has today: who is where, and which explains more of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ilk.cluster.agreement import adjusted_rand
from ilk.errors import BadInput
from ilk.features.misfits import MOST_GROUPS
from ilk.features.transforms import OTHER, level_texts
from ilk.model.evidence import Comparison
from ilk.profile.cells import Cells
from ilk.profile.columns import is_described
from ilk.profile.effects import Features, Matrix, batch_features, features_for
from ilk.profile.privacy import hidden_cells, shown
from ilk.profile.ready import Grouping, Subject
from ilk.profile.summary import cut_by, grouped_sums

Labels: TypeAlias = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Groups:
    """What a business calls its groups, most frequent first, and everybody's, -1 where blank. Shape (n,)."""

    names: tuple[str, ...]
    labels: Labels


def compare_with(subject: Subject, grouping: Grouping, column: str) -> Comparison:
    """Compare segments with a column of today's groups.

    The cross-table counts customers who have both, groups of fewer than min_group pooled, cells under it hidden with
    their complements. The adjusted Rand index is over the groups as they are. `explained` holds, for each building
    column, eta squared on the feature scale by segments and by groups.

    Args:
        subject: The customers.
        grouping: Their segments.
        column: A column of the table with at most 60 different values.

    Raises:
        BadInput: If the column has more different values than groups have, or one at most.

    Source: Hubert & Arabie (1985), Journal of Classification 2(1).
    """
    labels, k = grouping.labels, grouping.k
    groups = groups_of(subject.table.column(column), column)
    both = (labels >= 0) & (groups.labels >= 0)
    m = len(groups.names)
    counts = np.bincount(labels[both] * m + groups.labels[both], minlength=k * m).reshape(k, m).astype(np.int64)
    names, table = _pooled(groups.names, counts, subject.settings.min_group)
    hidden = hidden_cells(table, subject.settings.min_group)
    matrix, places = _features(subject)
    by_segment = explained_by(matrix, np.where(both, labels, -1).astype(np.int32), k)
    by_group = explained_by(matrix, np.where(both, groups.labels, -1).astype(np.int32), m)
    return Comparison(
        column=column,
        groups=names,
        table=tuple(shown(row, hide) for row, hide in zip(table, hidden, strict=True)),
        adjusted_rand=adjusted_rand(counts),
        explained=tuple((name, by_segment.share(own), by_group.share(own)) for name, own in places.items()),
    )


def groups_of(values: pa.ChunkedArray, column: str) -> Groups:
    """The groups of a column, most frequent first, ties by name.

    Raises:
        BadInput: If there are more than 60, or fewer than two.
    """
    texts = level_texts(values)
    counted = pc.value_counts(texts.drop_null()).to_pylist()
    ordered = sorted(((row["values"], row["counts"]) for row in counted), key=lambda pair: (-pair[1], pair[0]))
    if not 2 <= len(ordered) <= MOST_GROUPS:
        raise BadInput(
            f"{column} cannot be compared with the segments, because it does not sort customers into groups",
            got=f"{len(ordered):,} different value{'' if len(ordered) == 1 else 's'}",
            do=f"name a column with 2 to {MOST_GROUPS} groups",
        )
    names = tuple(name for name, _ in ordered)
    found = pc.fill_null(pc.index_in(texts, value_set=pa.array(names, pa.string()), skip_nulls=True), -1)
    return Groups(names, np.array(found.to_numpy(zero_copy_only=False), dtype=np.int32))


@dataclass(frozen=True, slots=True)
class Explained:
    """Sums of squares of each feature, between groups and in all; both of shape (n_features,)."""

    between: npt.NDArray[np.float64]
    total: npt.NDArray[np.float64]

    def share(self, places: Sequence[int]) -> float:
        """Eta squared of a column made of these features; 0 where nothing varies."""
        total = float(self.total[list(places)].sum())
        return min(float(self.between[list(places)].sum()) / total, 1.0) if total > 0.0 else 0.0


def explained_by(matrix: Matrix, labels: Labels, n_groups: int) -> Explained:
    """Between-group and total sums of squares of every feature over the customers that have a group.

    Squares are added in ascending order, so no order of customers changes them.
    """
    cut = cut_by(labels, n_groups)
    filled = ~np.isnan(matrix)
    sums = grouped_sums(np.where(filled, matrix, 0.0).astype(np.float64), cut)
    mass = grouped_sums(filled.astype(np.int64), cut)
    everyone = sums.sum(axis=0) / np.maximum(mass.sum(axis=0), 1)
    squares = np.where(filled, (matrix.astype(np.float64) - everyone) ** 2, 0.0)[cut.order]
    between = mass * (sums / np.maximum(mass, 1) - everyone) ** 2
    return Explained(between.sum(axis=0), np.sort(squares, axis=0).sum(axis=0))


def _pairs(counts: npt.NDArray[np.int64]) -> int:
    return sum(n * (n - 1) // 2 for n in map(int, counts.ravel()))


def _pooled(
    names: Sequence[str], counts: npt.NDArray[np.int64], min_group: int
) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Groups of too few customers as one, with the smallest of the others if that is too few still."""
    n_kept = int((counts.sum(axis=0) >= min_group).sum())
    # Groups come by size, so the small ones stand last.
    while n_kept and 0 < counts[:, n_kept:].sum() < min_group:
        n_kept -= 1
    rest = counts[:, n_kept:].sum(axis=1, keepdims=True)
    if not rest.sum():
        return tuple(names[:n_kept]), counts[:, :n_kept]
    return (*names[:n_kept], OTHER), np.hstack([counts[:, :n_kept], rest])


def _features(subject: Subject) -> tuple[Matrix, dict[str, list[int]]]:
    """Features of the building columns, totals that weigh nothing included, and where each column's stand."""
    pairs = [
        (plan, facts)
        for plan, facts in zip(subject.plans, subject.facts, strict=True)
        if plan.use == "builds" and is_described(plan)
    ]
    cells = [Cells(plan.column, numeric=plan.kind != "category") for plan, _ in pairs]
    features = features_for(subject.table, pairs, subject.recipe, subject.matrix, cells=cells, sample=subject.order)
    matrix = batch_features(features, subject.table, subject.matrix)
    return matrix, _places(features, [plan.column for plan, _ in pairs])


def _places(features: Features, columns: Sequence[str]) -> dict[str, list[int]]:
    """The features of each column: its own of the recipe, or the one fitted for it; columns without are left out."""
    found = {
        column: [i for i, own in enumerate(features.columns) if own == column] or [at] * (at >= 0)
        for column, at in zip(columns, features.at, strict=True)
    }
    return {column: places for column, places in found.items() if places}
