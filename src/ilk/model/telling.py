"""Which columns tell most: those by which alone most customers would be placed as with everything known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.model.certainty import certainty_of
from ilk.model.evidence import First
from ilk.model.scorers import Floats, Matrix, Scoring, nearest_segments

N_FIRST = 5
"""Columns that are asked for first."""

MOST_WORK = 100_000_000
"""Reference points x features x columns up to which a study looks for what tells most: some ten seconds."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The most telling columns, and an estimate of the share of customers placed rightly by them alone.

    The estimate is made from reference points; it is NaN where nobody can tell, and on the high side where there are
    few points to choose many columns by.
    """

    columns: tuple[str, ...]
    right: float


def most_telling(scoring: Scoring, n: int) -> Telling:
    """Choose columns one after the other, each the one that places most customers rightly beside those before.

    Asked of the reference points, each counting for the customers it stands for; of equal columns the one in which
    segments differ more is taken.

    Args:
        scoring: A model made ready.
        n: How many columns at most.
    """
    chosen = _chosen(scoring, n)
    sure = _sure(scoring, np.isin(scoring.columns_of_features, chosen))
    return Telling(tuple(scoring.columns[i] for i in chosen), sure)


def _chosen(scoring: Scoring, n: int) -> list[int]:
    """Their numbers, the most telling first."""
    of_column = scoring.columns_of_features
    apart = _apart(scoring)
    chosen: list[int] = []
    left = list(range(len(scoring.columns)))
    while left and len(chosen) < n:
        best = max(left, key=lambda i: (_right(scoring, np.isin(of_column, [*chosen, i])), apart[i]))
        chosen.append(best)
        left.remove(best)
    return chosen


def first_of(scoring: Scoring, matrix: Matrix) -> First | None:
    """What the most telling columns are worth, measured on customers themselves; None where it would take too long.

    Args:
        scoring: A model made ready.
        matrix: float32 (n, p), features of customers of the study; who answered none of the columns is not asked.
    """
    if scoring.donors.size * len(scoring.columns) > MOST_WORK:
        return None
    columns = tuple(scoring.columns[i] for i in _chosen(scoring, N_FIRST))
    alone = np.where(np.isin(np.array(scoring.feature_columns), columns), matrix, np.float32(np.nan))
    asked = ~np.isnan(alone).all(axis=1)
    if not asked.any():
        return None
    same = nearest_segments(scoring, alone[asked]).label == nearest_segments(scoring, matrix[asked]).label
    return First(columns, round(float(same.mean()), 2), int(asked.sum()))


def _right(scoring: Scoring, known: NDArray[np.bool_]) -> float:
    """Share of customers whose segment is the same with only these features known."""
    whole = scoring.donors.astype(np.float32)
    found = nearest_segments(scoring, np.where(known, whole, np.float32(np.nan))).label
    right = found == nearest_segments(scoring, whole).label
    return float(scoring.donor_customers[right].sum() / scoring.donor_customers.sum())


def _sure(scoring: Scoring, known: NDArray[np.bool_]) -> float:
    """Mean certainty with only these features known; means of ten customers are placed rightly too often."""
    rows = np.where(known, scoring.donors, np.nan).astype(np.float32)
    label = nearest_segments(scoring, rows).label
    found = certainty_of(scoring, rows, label, np.arange(len(rows), dtype=np.uint64))
    return float(np.average(found, weights=scoring.donor_customers))


def _apart(scoring: Scoring) -> Floats:
    """Variance of the segments' centres in each column, all its features together."""
    each = scoring.centres.var(axis=0)
    return np.asarray(np.bincount(scoring.columns_of_features, each, minlength=len(scoring.columns)), np.float64)
