"""What came in before anything was interpreted: a DuckDB relation, names, and the account of the records."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from ilk.sources.source import Dialect, Note
from ilk.sources.stored import no_rejects


@dataclass(frozen=True, slots=True)
class Landing:
    """A source as it landed: `relation` has columns c0, c1, ... of DuckDB `types`, called `names` by the source.

    `records` counts everything in the source, `skipped` what is not a customer by design (header, preamble, blank
    lines), `rejects` what could not be read; the rows of `relation` are the rest.
    """

    name: str
    relation: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    records: int
    skipped: int
    rejects: pa.Table = field(default_factory=no_rejects)
    dialect: Dialect | None = None
    notes: tuple[Note, ...] = ()


def position(i: int) -> str:
    """Return the name of the i-th column inside DuckDB; the source's own names never reach SQL here."""
    return f"c{i}"
