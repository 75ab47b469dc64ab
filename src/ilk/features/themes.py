"""Themes: building columns that say nearly the same, by their rank correlations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ilk.features.transforms import Values, numbers
from ilk.model.parts import ColumnPlan, Theme
from ilk.settings import Role
from ilk.sources.source import Note

TOGETHER = 0.6
"""|Spearman| at which columns join a theme; methods page, "Themes"."""

DOUBLE = 0.9
"""|Spearman| at which two columns are reported; methods page, "Double counting"."""

RANKED: frozenset[Role] = frozenset({"amount", "count", "share", "number", "ordered", "flag"})
"""Kinds of columns whose values have an order."""


def ranked_values(sample: pa.Table, plans: Sequence[ColumnPlan]) -> Values:
    """The values of columns that have an order, shape (n, n_plans), NaN where missing."""
    columns = []
    for plan in plans:
        column = sample.column(plan.column)
        columns.append(numbers(column, _steps(plan, column)))
    return np.stack(columns, axis=1) if columns else np.empty((sample.num_rows, 0))


def rank_correlation(values: Values) -> Values:
    """Spearman's rank correlation of every pair of columns over the customers who answered both, shape (p, p).

    Ties share their mean rank. Twice a centred rank is a whole number, so the sums are exact whatever the order of
    rows or the threads (up to 131,072 customers). 0 where a column does not vary, 1 on the diagonal.

    Args:
        values: Shape (n, p), NaN where missing.

    Source: Spearman (1904), American Journal of Psychology 15(1).
    """
    n_columns = values.shape[1]
    blank = np.isnan(values)
    codes = np.stack([_codes(values[:, j]) for j in range(n_columns)], axis=1) if n_columns else values.astype(np.int64)
    full = np.flatnonzero(~blank.any(axis=0))
    result = np.eye(n_columns)
    ranks = np.stack([_ranks(codes[:, j]) for j in full], axis=1) if full.size else np.empty((values.shape[0], 0))
    result[np.ix_(full, full)] = _correlated(ranks.T @ ranks)
    for i in np.setdiff1d(np.arange(n_columns), full):
        for j in range(n_columns):
            if j < i or (j > i and not blank[:, j].any()):
                both = ~(blank[:, i] | blank[:, j])
                pair = np.stack([_ranks(codes[both, i]), _ranks(codes[both, j])])
                result[i, j] = result[j, i] = _correlated(pair @ pair.T)[0, 1]
    np.fill_diagonal(result, 1.0)
    return result


def find_themes(sample: pa.Table, plans: Sequence[ColumnPlan]) -> tuple[Theme, ...]:
    """Group the building columns by complete linkage: every two columns of a theme have |Spearman| >= 0.6.

    Columns without an order are themes of their own. Themes come in the order of their first column; `share` is 0.

    Source: complete linkage, Defays (1977), Computer Journal 20(4).
    """
    plans = [plan for plan in plans if plan.use == "builds"]
    ranked = [plan for plan in plans if plan.kind in RANKED]
    groups = linked(rank_correlation(ranked_values(sample, ranked)), at_least=TOGETHER)
    names = [[ranked[i].column for i in group] for group in groups]
    names += [[plan.column] for plan in plans if plan.kind not in RANKED]
    place = {plan.column: i for i, plan in enumerate(plans)}
    return tuple(Theme(tuple(group)) for group in sorted(names, key=lambda group: place[group[0]]))


def linked(correlation: Values, *, at_least: float) -> list[list[int]]:
    """Columns joined by complete linkage while every two of a group correlate by `at_least` either way."""
    from scipy.cluster.hierarchy import fcluster, linkage

    n_columns = len(correlation)
    if n_columns < 2:
        return [[i] for i in range(n_columns)]
    apart = 1.0 - np.abs(correlation[np.triu_indices(n_columns, k=1)])
    labels = fcluster(linkage(np.maximum(apart, 0.0), method="complete"), 1.0 - at_least + 1e-12, criterion="distance")
    return [np.flatnonzero(labels == label).tolist() for label in dict.fromkeys(labels.tolist())]


def double_notes(correlation: Values, columns: Sequence[str]) -> tuple[Note, ...]:
    """Pairs of columns that say the same to nine tenths: worth a look, because they count twice."""
    rows, others = np.nonzero(np.triu(np.abs(correlation) >= DOUBLE, k=1))
    return tuple(
        Note(
            "near_double",
            f"{columns[i]} and {columns[j]} say nearly the same (rank correlation {correlation[i, j]:.2f}).",
        )
        for i, j in zip(rows.tolist(), others.tolist(), strict=True)
    )


def _steps(plan: ColumnPlan, column: pa.ChunkedArray) -> tuple[str, ...]:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return ()
    return plan.label.order or tuple(sorted(pc.unique(column.drop_null()).to_pylist()))


def _codes(column: Values) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Values by their place among the different values; missing ones last."""
    return np.asarray(np.unique(column, return_inverse=True)[1], dtype=np.int64)


def _ranks(codes: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Values:
    """Twice the mean rank minus its centre, so that it is a whole number: sums to 0."""
    counts = np.bincount(codes)
    last = np.cumsum(counts)
    doubled = 2 * last - counts + 1 - (codes.size + 1)
    return doubled[codes].astype(np.float64)


def _correlated(products: Values) -> Values:
    """Correlations from sums of products of centred values; 0 where there is no spread."""
    sizes = np.sqrt(np.diagonal(products))
    below = np.outer(sizes, sizes)
    correlations: Values = np.divide(products, below, out=np.zeros_like(products), where=below > 0.0)
    return np.asarray(np.clip(correlations, -1.0, 1.0), dtype=np.float64)
