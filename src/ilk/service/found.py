"""Checked customers in, what the model says of each out: a few at a time, all columns at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.model import levels
from ilk.model.assign import RESULT_TYPES, RESULTS, set_aside
from ilk.model.model import Model
from ilk.model.score import NOTHING_ANSWERED, UNLIKE_ANYONE, Scored, score
from ilk.service.cells import array_of, hashes_of, numbers_in
from ilk.service.columns import Rows, Wanted

BATCH = 1_024
"""Customers scored at a time; the twin of the kernel takes up to 4,096, and then numba is never loaded."""

_NONE = np.empty(0)
"""Put at the end of columns that are joined, of which there may be none."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of some customers.

    Args:
        columns: Those of `RESULTS`, and of `levels.COLUMNS` where the model has two levels, a list of n values each;
            None where there is nothing to say, and everywhere for a customer who answered nothing.
    """

    columns: tuple[list[Any], ...]

    @property
    def segments(self) -> list[int | None]:
        """The segment of each customer, 0 for one set aside, None for one who answered nothing."""
        return self.columns[0]

    def part(self, first: int, n: int) -> Found:
        """What was found of n customers from one on."""
        return Found(tuple(column[first : first + n] for column in self.columns))


def assign_rows(model: Model, wanted: Wanted, rows: Rows) -> Found:
    """Assign checked customers, in their order; the answers are those of `Model.assign`."""
    if len(rows) <= BATCH:
        return _assigned(model, wanted, rows)
    parts = [_assigned(model, wanted, rows.part(first, BATCH)) for first in range(0, len(rows), BATCH)]
    return Found(tuple(list(chain.from_iterable(some)) for some in zip(*(part.columns for part in parts), strict=True)))


def as_answers(rows: Rows, found: Found) -> list[dict[str, Any]]:
    """Answers as JSON has them: the id and `RESULTS`, or why there are none; pairing names takes twice as long."""
    answers = [
        {
            "id": own,
            "segment": segment,
            "persona": persona,
            "certainty": certainty,
            "distance": distance,
            "margin": margin,
            "runner_up": runner_up,
            "outlier": outlier,
            "missing": missing,
        }
        if segment is not None
        else {"id": own, "segment": None, "reason": NOTHING_ANSWERED}
        for own, segment, persona, certainty, distance, margin, runner_up, outlier, missing in zip(
            rows.ids, *found.columns[: len(RESULTS)], strict=True
        )
    ]
    for name, values in zip(levels.COLUMNS, found.columns[len(RESULTS) :], strict=False):
        for answer, value in zip(answers, values, strict=True):
            if answer["segment"] is not None:
                answer[name] = value
    return answers


def as_table(rows: Rows, found: Found) -> pa.Table:
    """Answers as Arrow has them: the same columns whoever could be assigned, the reason last."""
    kinds = {type(own) for own in rows.ids} - {type(None)}
    whole = kinds == {int}
    ids = rows.ids if whole else [None if own is None else str(own) for own in rows.ids]
    reasons = [NOTHING_ANSWERED if number is None else None for number in found.segments]
    n = len(found.columns)
    names, types = (*RESULTS, *levels.COLUMNS)[:n], (*RESULT_TYPES, *levels.TYPES)[:n]
    columns = [pa.array(ids, pa.int64() if whole else pa.string())]
    columns += [pa.array(values, kind) for values, kind in zip(found.columns, types, strict=True)]
    return pa.table([*columns, pa.array(reasons, pa.string())], names=["id", *names, "reason"])


def _assigned(model: Model, wanted: Wanted, rows: Rows) -> Found:
    scoring, cells = model.scoring, rows.cells
    laid_out = scoring.laid_out
    columns = [numbers_in(wanted.kinds[c], cells[c]) for c in laid_out.numeric]
    values = np.concatenate([*columns, _NONE]).reshape(len(columns), len(rows))
    texts = {c: array_of(wanted.kinds[c], cells[c]) for c in laid_out.textual}
    matrix, blank = laid_out.features_of(values, texts)
    aside, names = _set_aside(model, wanted, rows)
    kept = aside | ~blank.all(axis=1)
    hashes = _hashes(rows, matrix)
    if kept.all():
        scored = score(scoring, matrix, hashes, aside=aside, threads=1)
        return Found(_columns(model, scored, names, blank.sum(axis=1)))
    here = np.flatnonzero(kept)
    scored = score(scoring, matrix[here], hashes[here], aside=aside[here], threads=1)
    told = _columns(model, scored, names[here], blank[here].sum(axis=1))
    return Found(tuple(_placed(column, here, len(rows)) for column in told))


def _hashes(rows: Rows, matrix: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Of the ids of those with blanks: nobody else's certainty draws donors."""
    hashes = np.zeros(len(rows), np.uint64)
    drawing = np.flatnonzero(np.isnan(matrix).any(axis=1))
    if drawing.size:
        hashes[drawing] = hashes_of(rows, drawing.tolist())
    return hashes


def _set_aside(model: Model, wanted: Wanted, rows: Rows) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
    asides = model.view.asides
    if not asides:
        return np.zeros(len(rows), np.bool_), np.full(len(rows), UNLIKE_ANYONE, object)
    names = list(dict.fromkeys(one.test.column for one in asides if one.test.column in rows.cells))
    arrays = [array_of(wanted.kinds[name], rows.cells[name]) for name in names]
    return set_aside(model.view, pa.RecordBatch.from_arrays(arrays, names=names), len(rows))


def _columns(
    model: Model, scored: Scored, aside_names: NDArray[np.object_], n_blank: NDArray[np.int64]
) -> tuple[list[Any], ...]:
    numbers, names = [*model.scoring.numbers.tolist(), 0], model.scoring.names
    labels, runners_up = scored.label.tolist(), scored.runner_up.tolist()
    segments = [numbers[label] for label in labels]
    return (
        segments,
        [name if label < 0 else names[label] for label, name in zip(labels, aside_names, strict=True)],
        _told(scored.certainty),
        _told(scored.distance),
        _told(scored.margin),
        [None if label < 0 else numbers[label] for label in runners_up],
        [None if label < 0 else beyond for label, beyond in zip(labels, scored.outlier.tolist(), strict=True)],
        n_blank.tolist(),
        *_on_the_board(model, segments),
    )


def _on_the_board(model: Model, segments: list[int]) -> Iterator[list[Any]]:
    """The columns of `levels.COLUMNS`; none for a model of one level."""
    if (board := model.board) is not None:
        places = {number: board.place(number) for number in set(segments)}
        yield from ([places[number][i] for number in segments] for i in range(len(levels.COLUMNS)))


def _told(values: NDArray[np.float64]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124 - NaN


def _placed(values: Sequence[Any], here: NDArray[np.int64], n: int) -> list[Any]:
    """Each value at its customer's place among all n."""
    placed: list[Any] = [None] * n
    for i, value in zip(here.tolist(), values, strict=True):
        placed[i] = value
    return placed
