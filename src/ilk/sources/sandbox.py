"""A DuckDB of our own: private folder, no extensions from the net, no file but the ones we open."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

MEMORY_LIMIT = "1GiB"
"""What DuckDB may hold before it spills to the private folder; leaves room for the fit on a small machine."""

ON_DISK_BYTES = 64 << 20
"""A source larger than this is kept in a file of the private folder rather than in memory."""


@dataclass(slots=True)
class Sandbox:
    """One connection and the private folder behind it; `close` leaves nothing of either."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    _open: bool = field(default=True)

    def close(self) -> None:
        """Close the connection and remove the folder."""
        if self._open:
            self._open = False
            self.con.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, query: str) -> None:
        """Execute a statement whose result nobody needs."""
        result = self.con.sql(query)
        if result is not None:
            result.fetchall()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.con.sql(query).fetchall()

    def row(self, query: str) -> tuple[Any, ...]:
        """The only row of a query."""
        return self.rows(query)[0]

    def lock(self, files: Iterable[Path] = ()) -> None:
        """Forbid every file but `files`, and every change of that; to be called before anybody else's SQL runs."""
        allowed = ", ".join(literal(str(path)) for path in files)
        self.run(f"SET allowed_paths = [{allowed}]")
        self.run("SET enable_external_access = false")
        self.run("SET lock_configuration = true")


def open_sandbox(*, threads: int | None, n_bytes: int = 0) -> Sandbox:
    """Connect, in memory or in a private folder by size.

    Args:
        threads: Threads DuckDB may use; None for one a core.
        n_bytes: Expected size of what will be kept.
    """
    folder = Path(tempfile.mkdtemp(prefix="ilk-"))
    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(folder / "spill"),
    }
    if threads is not None:
        config["threads"] = threads
    database = str(folder / "source.duckdb") if n_bytes > ON_DISK_BYTES else ":memory:"
    return Sandbox(duckdb.connect(database, config=config), folder)


def quoted(name: str) -> str:
    """Return the name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return the text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"
