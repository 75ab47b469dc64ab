"""Customers of a request as a source, so that they go the way of every table: through `Assignment`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.model.assign import REJECTS
from ilk.model.score import ARROW_TYPES
from ilk.service.columns import Cells, Rows, Wanted
from ilk.sources.forms import BLANKS
from ilk.sources.sampling import xxh64
from ilk.sources.source import ColumnFacts, Intake, Kind

BATCH = 1_024
"""Customers scored at a time; the twin of the kernel takes up to 4,096, and then numba is never loaded."""


class RequestSource:
    """One row a customer; the id is its place in the request."""

    def __init__(self, wanted: Wanted, rows: Rows) -> None:
        """Make the columns; those nobody filled are blank."""
        self._rows = rows
        arrays = {name: _array(kind, rows.cells[name]) for name, kind in wanted.kinds.items()}
        self._batch = pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))

    @property
    def intake(self) -> Intake:
        """Every record is a customer."""
        n = len(self._rows)
        return Intake("request", n, n, 0, 0, None, None)

    @property
    def schema(self) -> pa.Schema:
        """Every column that is wanted."""
        return self._batch.schema

    def facts(self) -> tuple[ColumnFacts, ...]:
        """Nobody asks for totals of a request."""
        return ()

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """All customers, at most BATCH at a time."""
        batch = self._batch if columns is None else self._batch.select(list(columns))
        for first in range(0, batch.num_rows, BATCH):
            yield batch.slice(first, BATCH)

    def ids(self) -> pa.ChunkedArray:
        """Places in the request, from 0."""
        return pa.chunked_array([pa.array(np.arange(len(self._rows)))])

    def hashes(self) -> NDArray[np.uint64]:
        """Of the ids; of what is known where there is no id."""
        cells = self._rows.cells
        texts = [
            _said(cells, i) if own is None else own.strip(BLANKS) if isinstance(own, str) else str(own)
            for i, own in enumerate(self._rows.ids)
        ]
        return xxh64(pa.array(texts, pa.string()))

    def rejects(self) -> pa.Table:
        """Nothing was unreadable, or the request would have been refused."""
        return REJECTS.empty_table()

    def close(self) -> None:
        """There is nothing to give back."""


def values_of(cells: dict[str, Cells] | Any, i: int) -> dict[str, Any]:
    """What is known of one customer: column -> value."""
    found = {name: values[i].item() if isinstance(values, np.ndarray) else values[i] for name, values in cells.items()}
    return {name: value for name, value in found.items() if value is not None and value == value}  # noqa: PLR0124


def _said(cells: Any, i: int) -> str:
    return json.dumps(values_of(cells, i), sort_keys=True, default=str)


def _array(kind: Kind | None, cells: Cells) -> pa.Array:
    if isinstance(cells, np.ndarray):
        return pa.array(cells, mask=np.isnan(cells))
    if kind is None:
        return pa.array([None if v is None else _as_text(v) for v in cells], pa.string())
    return pa.array(cells, ARROW_TYPES[kind])


def _as_text(value: Any) -> str:
    """A value of a column the model never saw; a rule compares it as a text."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
