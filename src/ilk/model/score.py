"""Rows of features in, segments out: the core that file, frame, one customer and study share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.model.certainty import certainty_of
from ilk.model.parts import Content
from ilk.model.scorers import Matrix, Scoring, distances, nearest_segments

ARROW_TYPES = {"number": pa.float64(), "flag": pa.bool_(), "text": pa.string(), "date": pa.date32()}
"""How a column of each kind arrives."""

LIMIT = 0.995
"""Beyond this quantile of the training distances of its segment a customer is unlike anyone."""

UNLIKE_ANYONE = "Unlike anyone"
"""What those are called whom the method places in no segment; their number is 0."""

NOTHING_ANSWERED = "answered none of the columns that make segments"


@dataclass(frozen=True, slots=True)
class Scored:
    """Some customers and their segments; everything (n,). Label -1: set aside, or unlike anyone.

    Args:
        label: Positions of segments.
        certainty: Share of votes for it, in 0..1.
        distance: To its centre, sqrt(d^2 * W / W_observed).
        margin: 1 - d1 / d2; NaN where there is one segment only.
        runner_up: Position of the next segment.
        outlier: Whether what was answered alone is farther away than the segment's limit; what was left blank makes
            nobody unlike others (docs/decisions/025).
    """

    label: NDArray[np.int64]
    certainty: NDArray[np.float64]
    distance: NDArray[np.float64]
    margin: NDArray[np.float64]
    runner_up: NDArray[np.int64]
    outlier: NDArray[np.bool_]


def score(
    scoring: Scoring,
    matrix: Matrix,
    hashes: NDArray[np.uint64],
    *,
    aside: NDArray[np.bool_] | None = None,
    threads: int | None = None,
) -> Scored:
    """Assign rows of features.

    Args:
        scoring: A model made ready.
        matrix: float32 (n, p), NaN where an answer is missing; everybody answered something or is set aside.
        hashes: Of the customers' ids, (n,).
        aside: Who is set aside, (n,).
        threads: How many to use; the answer does not depend on it.
    """
    if aside is not None and aside.any():
        here = np.flatnonzero(~aside)
        return _among(here, len(matrix), score(scoring, matrix[here], hashes[here], threads=threads))
    near = nearest_segments(scoring, matrix, threads=threads)
    placed = near.label >= 0
    sure = certainty_of(scoring, matrix, near.label, hashes, threads=threads)
    apart = distances(scoring, matrix, near.d1)
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = np.where(near.d2 > 0, 1.0 - np.sqrt(near.d1) / np.sqrt(near.d2), 0.0)
    single = np.isinf(near.d2)
    return Scored(
        label=near.label,
        certainty=np.where(placed, sure, np.nan),
        distance=apart,
        margin=np.where(single, np.nan, margin),
        runner_up=np.where(single, -1, near.runner_up),
        outlier=~placed | (np.sqrt(near.d1) > scoring.limits[near.label]),
    )


def share_within(n_customers: int, min_group: int) -> float:
    """The share of a study's customers that are within the limits of their segments, at the least.

    99.5 % from 2,000 customers on; of fewer the limits are where `min_group` customers are at or beyond them, so that
    none is about a handful (docs/decisions/025).
    """
    return max(min(LIMIT, 1.0 - (min_group - 1) / max(n_customers, 1)), 0.0)


def with_blanks(content: Content, scoring: Scoring, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with every building column; those absent are blank for everybody."""
    for column in scoring.columns:
        if column not in batch.schema.names:
            kind = ARROW_TYPES[content.column(column).facts.kind]
            batch = batch.append_column(column, pa.nulls(batch.num_rows, kind))
    return batch


def _among(here: NDArray[np.int64], n: int, scored: Scored) -> Scored:
    """Those who were scored among all n; nothing is said of the others."""
    return Scored(
        label=_spread(here, n, scored.label, -1),
        certainty=_spread(here, n, scored.certainty, np.nan),
        distance=_spread(here, n, scored.distance, np.nan),
        margin=_spread(here, n, scored.margin, np.nan),
        runner_up=_spread(here, n, scored.runner_up, -1),
        outlier=_spread(here, n, scored.outlier, fill=False),
    )


def _spread(here: NDArray[np.int64], n: int, values: NDArray[Any], fill: Any) -> NDArray[Any]:
    whole = np.full(n, fill, values.dtype)
    whole[here] = values
    return whole
