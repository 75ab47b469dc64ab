"""What every source gives, whatever it was: one row a customer, in Arrow batches, and an account of every record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

BATCH_ROWS = 65_536
"""Rows a batch at the most; with 32 columns of float64 that is 16 MiB, half of what a batch may take."""

Kind = Literal["number", "flag", "text", "date"]
"""Physical kind of a column after the whole file was looked at; roles are guessed from this and the values."""


@dataclass(frozen=True, slots=True)
class Note:
    """A warning or a fact about the data: a stable code for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file is written; voted on, never guessed by a library in silence."""

    encoding: str
    delimiter: str
    quote: str
    decimal: str
    thousands: str
    line_end: Literal["\\n", "\\r\\n", "\\r"]
    header: bool
    preamble: int
    compression: Literal["", "gzip", "zstd"] = ""

    def in_words(self) -> str:
        """One line for the terminal, such as "UTF-8, separated by ;, decimal comma"."""
        names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
        parts = [self.encoding.upper(), f"separated by {names.get(self.delimiter, repr(self.delimiter))}"]
        parts += ["decimal comma"] if self.decimal == "," else []
        parts += [f"{self.preamble} line{'s' * (self.preamble != 1)} before the header"] if self.preamble else []
        parts += [] if self.header else ["no header"]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Intake:
    """Where every record went: records = rows + rejects + skipped, or the source was refused.

    Args:
        name: What to call the source in messages; also names the study's folder.
        records: Records in the source, header and blank lines included.
        rows: Customers that came in.
        rejects: Records that could not be read, kept with their reason.
        skipped: Header, preamble and blank lines, and rows that `where` left out.
        dialect: How a text file was written; None for other sources.
        id_column: The column that identifies a customer; None when the row number does.
        notes: What was odd and what was done about it.
    """

    name: str
    records: int
    rows: int
    rejects: int
    skipped: int
    dialect: Dialect | None
    id_column: str | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """Order-free totals of one column over every customer; the same on every engine.

    `levels` holds (value as text, customers), most frequent first, ties by text, up to 60 distinct values; else it
    is empty. `minimum` and `maximum` are None where nothing is there or the column is text. Dates count as days
    since 1970-01-01. `whole` says every number is an integer. `spoiled` counts texts that stood among numbers and
    were read as missing ("n/a", "ERROR"), `n_missing` includes them.
    """

    column: str
    kind: Kind
    n: int
    n_missing: int
    n_distinct: int
    n_zero: int
    n_negative: int
    minimum: float | None
    maximum: float | None
    whole: bool
    spoiled: int
    levels: tuple[tuple[str, int], ...]


class Source(Protocol):
    """One row a customer. Numbers arrive as float64, flags as bool, text as string, dates as date32; the id as it was.

    Infinities have become missing (with a note), duplicate ids have been dealt with, columns keep their names.
    """

    @property
    def intake(self) -> Intake:
        """The account of every record."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """Columns in file order, the id column among them under its own name."""
        ...

    def facts(self) -> tuple[ColumnFacts, ...]:
        """Totals of every column but the id, in file order."""
        ...

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """All customers in file order, at most BATCH_ROWS a batch; may be called more than once."""
        ...

    def ids(self) -> pa.ChunkedArray:
        """The id of every customer in file order: text or int64; 1, 2, 3 ... where there is no id column."""
        ...

    def hashes(self) -> npt.NDArray[np.uint64]:
        """XXH64 of every customer's id, in file order; without an id, of what the row holds while that is feasible."""
        ...

    def rejects(self) -> pa.Table:
        """Columns line (int64), reason (string), text (string) of the records that could not be read."""
        ...

    def close(self) -> None:
        """Give back memory and temporary files."""
        ...
