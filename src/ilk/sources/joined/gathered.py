"""Customers who were put together in memory: one Arrow table that is read as any other source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.errors import MissingColumns
from ilk.progress import Progress
from ilk.sources.facts import Column, measure
from ilk.sources.landing import position
from ilk.sources.sampling import xxh64
from ilk.sources.sandbox import open_sandbox
from ilk.sources.source import BATCH_ROWS, ColumnFacts, Intake, Kind
from ilk.sources.stored import BATCH_BYTES, no_rejects


class GatheredSource:
    """The id is the first column; there is one copy of everything, which all readers share."""

    def __init__(
        self,
        table: pa.Table,
        intake: Intake,
        *,
        rejects: pa.Table | None = None,
        known: Sequence[ColumnFacts] = (),
        progress: Progress | None = None,
    ) -> None:
        """Take a table that is typed already.

        Args:
            table: The id, then columns of float64 or float32, bool, string and date32.
            intake: The account of the customers.
            rejects: Records of customers that could not be read.
            known: Totals that are known already; the others are measured.
            progress: Asked, while that is done, whether to stop.
        """
        self._table, self._intake, self._progress = table, intake, progress or Progress()
        self._rejects = no_rejects() if rejects is None else rejects
        self._known = {one.column: one for one in known}

    @property
    def intake(self) -> Intake:
        """The account of every record."""
        return self._intake

    @property
    def schema(self) -> pa.Schema:
        """The id, then the columns."""
        return self._table.schema

    def facts(self) -> tuple[ColumnFacts, ...]:
        """Totals of every column but the id."""
        return self._facts

    @cached_property
    def _facts(self) -> tuple[ColumnFacts, ...]:
        names = self._table.column_names[1:]
        unknown = [name for name in names if name not in self._known]
        measured = _measured(self._table.select(unknown), self._progress) if unknown else ()
        found = {**self._known, **{one.column: one for one in measured}}
        return tuple(found[name] for name in names)

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """All customers in their order; slices, not copies.

        Raises:
            MissingColumns: If one of `columns` is not there.
        """
        names = self._table.column_names if columns is None else list(columns)
        missing = [name for name in names if name not in self._table.column_names]
        if missing:
            raise MissingColumns.listing(missing, self._table.column_names)
        rows = max(1_024, min(BATCH_ROWS, BATCH_BYTES // (8 * self._table.num_columns)))
        chosen = self._table.select(names)
        for start in range(0, chosen.num_rows, rows):
            yield _one_batch(chosen.slice(start, rows))

    def ids(self) -> pa.ChunkedArray:
        """The id of every customer: text or int64."""
        return self._table.column(0)

    def hashes(self) -> npt.NDArray[np.uint64]:
        """XXH64 of every customer's id."""
        return self._hashes

    @cached_property
    def _hashes(self) -> npt.NDArray[np.uint64]:
        return xxh64(self.ids())

    def rejects(self) -> pa.Table:
        """Records of customers that could not be read."""
        return self._rejects

    def close(self) -> None:
        """There is nothing to give back but memory."""


def kind_of(kind: pa.DataType) -> Kind:
    """What a column of this type holds."""
    if pa.types.is_boolean(kind):
        return "flag"
    if pa.types.is_date(kind):
        return "date"
    return "number" if pa.types.is_floating(kind) else "text"


def _measured(table: pa.Table, progress: Progress) -> tuple[ColumnFacts, ...]:
    sandbox = open_sandbox(None, 0, progress)
    try:
        sandbox.show("gathered", table.rename_columns([position(i) for i in range(table.num_columns)]))
        columns = [Column(position(i), field.name, kind_of(field.type)) for i, field in enumerate(table.schema)]
        return measure(sandbox, "gathered", columns)
    finally:
        sandbox.close()


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    """One batch of a slice, which only copies where a boundary of chunks lies within it."""
    found = table.to_batches()
    return found[0] if len(found) == 1 else table.combine_chunks().to_batches()[0]
