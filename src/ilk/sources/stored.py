"""A source after everything was looked at: typed columns in DuckDB, read back in Arrow batches as often as wanted."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.errors import FileTrouble, MissingColumns
from ilk.sources.facts import Column, measure
from ilk.sources.sampling import xxh64, xxh64_rows
from ilk.sources.sandbox import Sandbox
from ilk.sources.source import BATCH_ROWS, ColumnFacts, Intake, Kind

Signature = tuple[int, int, int]

BATCH_BYTES = 32 << 20
"""What a batch may take in memory; wide tables get fewer rows a batch."""

ROW_HASH_ROWS = 1 << 20
"""Without an id, rows are hashed by what they hold up to this many, by their number beyond."""

ARROW: dict[Kind, pa.DataType] = {
    "number": pa.float64(),
    "flag": pa.bool_(),
    "text": pa.string(),
    "date": pa.date32(),
}

REJECTS = pa.schema([("line", pa.int64()), ("reason", pa.string()), ("text", pa.string())])

_BLANK = np.uint64(0x9E3779B97F4A7C15)
"""Stands for a missing answer in the hash of a row; any odd constant that no small number maps to would do."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the customers are kept: `relation` in `sandbox`, columns in file order, the id's place and Arrow type."""

    sandbox: Sandbox
    relation: str
    columns: tuple[Column, ...]
    id_at: int | None
    id_type: pa.DataType | None = None
    watched: tuple[tuple[Path, Signature], ...] = ()

    @property
    def described(self) -> list[Column]:
        """The columns that have facts: all but the id."""
        return [column for i, column in enumerate(self.columns) if i != self.id_at]


class StoredSource:
    """The one implementation of `Source`; every opener ends here."""

    def __init__(
        self, stored: Stored, intake: Intake, rejects: pa.Table, facts: tuple[ColumnFacts, ...] | None = None
    ) -> None:
        self._stored, self._intake, self._rejects, self._known = stored, intake, rejects, facts
        self._finalizer = weakref.finalize(self, stored.sandbox.close)

    @property
    def intake(self) -> Intake:
        """The account of every record."""
        return self._intake

    @cached_property
    def schema(self) -> pa.Schema:
        """Columns in file order, the id column among them under its own name."""
        return pa.schema([(column.name, self._type(i)) for i, column in enumerate(self._stored.columns)])

    def facts(self) -> tuple[ColumnFacts, ...]:
        """Totals of every column but the id, in file order."""
        return self._facts

    @cached_property
    def _facts(self) -> tuple[ColumnFacts, ...]:
        if self._known is not None:
            return self._known
        return measure(self._stored.sandbox, self._stored.relation, self._stored.described)

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """All customers in file order, at most BATCH_ROWS a batch; may be called more than once.

        Raises:
            MissingColumns: If one of `columns` is not there.
            FileTrouble: If the file was changed since it was opened.
        """
        wanted = self._positions(columns)
        schema = pa.schema([self.schema.field(i) for i in wanted])
        selected = ", ".join(self._stored.columns[i].at for i in wanted) or "0"
        _refuse_changed(self._stored.watched)
        query = f"SELECT {selected} FROM {self._stored.relation}"
        with self._stored.sandbox.reader(query, self._batch_rows()) as reader:
            for batch in reader:
                yield _as(batch, schema) if wanted else _nothing(batch.num_rows)

    def ids(self) -> pa.ChunkedArray:
        """The id of every customer in file order: text or int64; 1, 2, 3 ... where there is no id column."""
        return self._ids

    @cached_property
    def _ids(self) -> pa.ChunkedArray:
        if self._stored.id_at is None:
            return pa.chunked_array([pa.array(np.arange(1, self._intake.rows + 1, dtype=np.int64))])
        name = self._stored.columns[self._stored.id_at].name
        return pa.chunked_array([batch.column(0) for batch in self.batches([name])], type=self._stored.id_type)

    def hashes(self) -> npt.NDArray[np.uint64]:
        """XXH64 of every customer's id, in file order; without an id, of what the row holds while that is feasible."""
        return self._hashes

    @cached_property
    def _hashes(self) -> npt.NDArray[np.uint64]:
        if self._stored.id_at is not None or self._intake.rows > ROW_HASH_ROWS:
            return xxh64(self.ids())
        hashed = [xxh64_rows(_words(batch)) for batch in self.batches()]
        return np.concatenate(hashed) if hashed else np.empty(0, np.uint64)

    def rejects(self) -> pa.Table:
        """Columns line (int64), reason (string), text (string) of the records that could not be read."""
        return self._rejects

    def close(self) -> None:
        """Give back memory and temporary files."""
        self._finalizer()

    def _type(self, i: int) -> pa.DataType:
        own = self._stored.id_type if i == self._stored.id_at else None
        return own if own is not None else ARROW[self._stored.columns[i].kind]

    def _positions(self, names: Sequence[str] | None) -> list[int]:
        known = {column.name: i for i, column in enumerate(self._stored.columns)}
        if names is None:
            return list(range(len(known)))
        missing = [name for name in names if name not in known]
        if missing:
            raise MissingColumns.listing(missing, known)
        return [known[name] for name in names]

    def _batch_rows(self) -> int:
        return max(1_024, min(BATCH_ROWS, BATCH_BYTES // (8 * max(1, len(self._stored.columns)))))


def watch(files: Sequence[Path]) -> tuple[tuple[Path, Signature], ...]:
    """Remember what tells whether files were changed: inode, size and time of change."""
    return tuple((path, _signature(path)) for path in files)


def _signature(path: Path) -> Signature:
    about = path.stat()
    return about.st_ino, about.st_size, about.st_mtime_ns


def _refuse_changed(watched: Sequence[tuple[Path, Signature]]) -> None:
    for path, before in watched:
        try:
            changed = _signature(path) != before
        except OSError:
            changed = True
        if changed:
            raise FileTrouble(f"{path} was changed while it was read", do="run the same command again")


def no_rejects() -> pa.Table:
    """Return an empty table of rejects."""
    return REJECTS.empty_table()


def _as(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    arrays = [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _nothing(n: int) -> pa.RecordBatch:
    """Return a batch of n rows and no column, which Arrow can only make from a struct."""
    return pa.RecordBatch.from_struct_array(pa.array([{}] * n, pa.struct([])))


def _words(batch: pa.RecordBatch) -> npt.NDArray[np.uint64]:
    """Return what each row holds as (n, p) words: numbers by their bits, texts by their hash, blanks by a constant."""
    words = np.empty((batch.num_rows, batch.num_columns), np.uint64)
    for i, column in enumerate(batch.columns):
        words[:, i] = np.where(column.is_null().to_numpy(zero_copy_only=False), _BLANK, _column_words(column))
    return words


def _column_words(column: pa.Array) -> npt.NDArray[np.uint64]:
    if pa.types.is_string(column.type):
        return xxh64(column)
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    numbers = column.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)
    return np.asarray(numbers + 0.0, np.float64).view(np.uint64)
