"""What came in before anything was interpreted: a DuckDB relation, names, and the account of the records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from ilk.sources.source import Dialect, Note
from ilk.sources.stored import no_rejects

Locate = Callable[[Sequence[int]], list[tuple[int, str]]]
"""Given landed rows by number, from 1 and ascending, returns the line of each and what stands there."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A source as it landed: `relation` has columns c0, c1, ... of DuckDB `types`, called `names` by the source.

    Args:
        name: What to call the source.
        relation: A table or view in DuckDB.
        names: Of the columns, cleaned and unique.
        types: VARCHAR columns still have to be understood, the others have their type.
        rows: Of the relation.
        records: Everything in the source.
        skipped: What is not a customer by design: header, preamble, blank lines.
        rejects: What could not be read.
        dialect: How a text file was written.
        notes: What was odd so far.
        sample: A table of the first rows, where `relation` is too big to be looked at twice.
        is_table: Whether `relation` is a table that may be dropped when it is typed.
        blanks_count: Whether a row in which nothing stands is a customer: yes in a frame, no in a text file.
        files: What `relation` still reads from.
        locate: Finds rows in the file again, where there is one.
    """

    name: str
    relation: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: int
    records: int
    skipped: int = 0
    rejects: pa.Table = field(default_factory=no_rejects)
    dialect: Dialect | None = None
    notes: tuple[Note, ...] = ()
    sample: str | None = None
    is_table: bool = False
    blanks_count: bool = True
    files: tuple[Path, ...] = ()
    locate: Locate | None = None


def position(i: int) -> str:
    """Return the name of the i-th column inside DuckDB; the source's own names never reach SQL here."""
    return f"c{i}"
