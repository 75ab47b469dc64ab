"""Themes: building columns that say nearly the same, by their rank correlations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.errors import MOST_LISTED
from ilk.features.plans import ColumnPlan, Theme
from ilk.features.transforms import Values, numbers, steps_of
from ilk.settings import Role
from ilk.sources.source import Note

Codes = npt.NDArray[np.int64]

FEW = 11
"""Most levels a column with blanks may have to be counted in cross tables; a scale of 0 to 10 has as many."""

BLOCK = 8_192
"""Customers turned into indicators at once; with 150 columns of 12 levels 60 MB."""

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
        columns.append(numbers(column, steps_of(plan, column)))
    return np.stack(columns, axis=1) if columns else np.empty((sample.num_rows, 0))


@dataclass(frozen=True, slots=True)
class Correlated:
    """Rank correlations between the columns that have an order, shape (p, p)."""

    columns: tuple[str, ...]
    values: Values


def correlate(sample: pa.Table, plans: Sequence[ColumnPlan]) -> Correlated:
    """Rank correlations of the building columns that have an order."""
    ranked = [plan for plan in plans if plan.use == "builds" and plan.kind in RANKED]
    return Correlated(tuple(plan.column for plan in ranked), rank_correlation(ranked_values(sample, ranked)))


def rank_correlation(values: Values) -> Values:
    """Spearman's rank correlation of every pair of columns over the customers who answered both, shape (p, p).

    Ties share their mean rank. Twice a centred rank is a whole number, so the sums are exact whatever the order of
    rows or the threads (up to 131,072 customers). 0 where a column does not vary, 1 on the diagonal.

    Args:
        values: Shape (n, p), NaN where missing.

    Source: Spearman (1904), American Journal of Psychology 15(1).
    """
    blank = np.isnan(values)
    codes = [_codes(column) for column in values.T]
    full = np.flatnonzero(~blank.any(axis=0))
    few = np.array([j for j in range(values.shape[1]) if j not in full and codes[j].max(initial=0) <= FEW], dtype=int)
    result = np.eye(values.shape[1])
    if full.size:
        ranks = np.stack([_ranks(codes[j]) for j in full], axis=1)
        result[np.ix_(full, full)] = _correlated(ranks.T @ ranks)
    if few.size:
        result[np.ix_(few, few)] = _cross_tabulated(np.stack([codes[j] for j in few], axis=1), blank[:, few])
    for i, j in _pairs_left(values.shape[1], full, few):
        both = ~(blank[:, i] | blank[:, j])
        pair = np.stack([_ranks(codes[i][both]), _ranks(codes[j][both])])
        result[i, j] = result[j, i] = _correlated(pair @ pair.T)[0, 1]
    np.fill_diagonal(result, 1.0)
    return result


def find_themes(
    sample: pa.Table, plans: Sequence[ColumnPlan], correlated: Correlated | None = None
) -> tuple[Theme, ...]:
    """Group the building columns by complete linkage: every two columns of a theme have |Spearman| >= 0.6.

    Columns without an order are themes of their own. Themes come in the order of their first column; `share` is 0.
    `correlated` saves time where it is known already.

    Source: complete linkage, Defays (1977), Computer Journal 20(4).
    """
    found = correlate(sample, plans) if correlated is None else correlated
    names = [[found.columns[i] for i in group] for group in linked(found.values, at_least=TOGETHER)]
    place = {plan.column: i for i, plan in enumerate(plans) if plan.use == "builds"}
    names += [[column] for column in place if column not in found.columns]
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


def double_notes(correlated: Correlated, plans: Sequence[ColumnPlan]) -> tuple[Note, ...]:
    """One note on the pairs of columns that say the same to nine tenths; totals of weight 0 count once already."""
    counted = {plan.column for plan in plans if plan.weight > 0.0}
    rows, others = np.nonzero(np.triu(np.abs(correlated.values) >= DOUBLE, k=1))
    pairs = [(correlated.columns[i], correlated.columns[j]) for i, j in zip(rows, others, strict=True)]
    said = [f"{one} and {other}" for one, other in pairs if {one, other} <= counted]
    if not said:
        return ()
    more = f"; and {len(said) - MOST_LISTED} more pairs" if len(said) > MOST_LISTED else ""
    text = f"Say nearly the same (rank correlation {DOUBLE} or more): {'; '.join(said[:MOST_LISTED])}{more}."
    return (Note("near-double", text),)


def _codes(column: Values) -> Codes:
    """Whole numbers in the order of the values, from 0; missing ones get the last. Small integers need no sorting."""
    low, high = np.nanmin(column, initial=np.inf), np.nanmax(column, initial=-np.inf)
    if 0.0 <= high / 2.0 - low / 2.0 <= 2.0 * column.size and np.array_equal(np.floor(column), column, equal_nan=True):
        return np.nan_to_num(column - low, nan=high - low + 1.0).astype(np.int64)
    return np.asarray(np.unique(column, return_inverse=True)[1], dtype=np.int64)


def _ranks(codes: Codes) -> Values:
    """Twice the mean rank minus its centre, so that it is a whole number: sums to 0."""
    counts = np.bincount(codes)
    doubled = 2 * np.cumsum(counts) - counts - codes.size
    return np.asarray(doubled[codes], dtype=np.float64)


def _pairs_left(n_columns: int, full: Codes, few: Codes) -> list[tuple[int, int]]:
    """Pairs of columns that are neither both complete nor both of few levels."""
    group = np.zeros(n_columns, dtype=int)
    group[full], group[few] = 1, 2
    pairs = ((i, j) for i in range(n_columns) for j in range(i))
    return [(i, j) for i, j in pairs if group[i] == 0 or group[i] != group[j]]


def _cross_tabulated(codes: Codes, blank: npt.NDArray[np.bool_]) -> Values:
    """Correlations from the cross tables of all pairs at once, made by one product of indicators."""
    n_columns, n_levels = codes.shape[1], FEW + 1
    tables = np.zeros((n_columns * n_levels, n_columns * n_levels))
    for start in range(0, len(codes), BLOCK):
        rows = slice(start, start + BLOCK)
        indicators = (codes[rows, :, np.newaxis] == np.arange(n_levels)) & ~blank[rows, :, np.newaxis]
        flat = indicators.reshape(len(indicators), -1).astype(np.float32)
        tables += flat.T @ flat
    cells = tables.reshape(n_columns, n_levels, n_columns, n_levels).transpose(0, 2, 1, 3)
    counts = cells.sum(axis=3)
    ranks = 2.0 * np.cumsum(counts, axis=2) - counts - counts.sum(axis=2, keepdims=True)
    sizes = np.sqrt((counts * ranks * ranks).sum(axis=2))
    products = np.einsum("ijab,ija,jib->ij", cells, ranks, ranks)
    return _divided(products, sizes * sizes.T)


def _correlated(products: Values) -> Values:
    """Correlations from sums of products of centred values."""
    sizes = np.sqrt(np.diagonal(products))
    return _divided(products, np.outer(sizes, sizes))


def _divided(products: Values, below: Values) -> Values:
    """Between -1 and 1; 0 where there is no spread."""
    found: Values = np.divide(products, below, out=np.zeros_like(products), where=below > 0.0)
    return np.asarray(np.clip(found, -1.0, 1.0), dtype=np.float64)
