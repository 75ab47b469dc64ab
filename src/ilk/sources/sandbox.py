"""A DuckDB of our own: private folder, no extensions from the net, no file but the ones we open."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
import pyarrow as pa

from ilk.progress import Progress

T = TypeVar("T")

HEARTBEAT = 0.1
"""Seconds between two looks at the stop flag while DuckDB works."""

MEMORY_LIMIT = "1GiB"
"""What DuckDB may hold before it spills to the private folder; leaves room for the fit on a small machine."""

COLUMNS_AT_ONCE = 16
"""Columns whose totals are asked for in one query."""

READ_ROWS = 1 << 16
"""Rows read at a time where nothing else is said."""

ON_DISK_BYTES = 64 << 20
"""A source larger than this is kept in a file of the private folder rather than in memory."""


@dataclass(slots=True)
class Sandbox:
    """One connection and the private folder behind it; `close` leaves nothing of either."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    progress: Progress
    _frames: dict[str, Any] = field(default_factory=dict)
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "ilk-duckdb"))
    _locked: bool = False
    _open: bool = True

    def close(self) -> None:
        """Close the connection and remove the folder."""
        if self._open:
            self._open = False
            self._worker.shutdown(wait=True)
            self._frames.clear()
            self.con.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, query: str) -> None:
        """Execute statements whose results nobody needs."""
        self._await(lambda: self._drain(query))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._await(lambda: self.con.sql(query).fetchall())

    def row(self, query: str) -> tuple[Any, ...]:
        """The only row of a query."""
        return self.rows(query)[0]

    def table(self, query: str) -> pa.Table:
        """All rows of a query in Arrow."""
        return self._await(lambda: self.con.sql(query).to_arrow_table())

    def values(self, relation: str, aggregates: Sequence[str]) -> list[Any]:
        """Values of aggregates over a relation, asked a few columns at a time: planning hundreds takes seconds."""
        found: list[Any] = []
        for i in range(0, len(aggregates), COLUMNS_AT_ONCE):
            found += self.row(f"SELECT {', '.join(aggregates[i : i + COLUMNS_AT_ONCE])} FROM {relation}")
        return found

    def show(self, name: str, frame: Any) -> None:
        """Let queries read an Arrow table under `name`."""
        self._frames[name] = frame
        self.con.register(name, frame)

    @contextmanager
    def reader(self, query: str, rows: int = READ_ROWS) -> Iterator[pa.RecordBatchReader]:
        """Read the rows of a query in order, so many at a time.

        A column of a batch holds on to all the columns it came with: `own_copy` of what is to stay.
        """
        cursor = self.cursor()
        try:
            yield cursor.sql(query).to_arrow_reader(rows)
        finally:
            cursor.close()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a second connection to the same data, for a result that stays open."""
        cursor = self.con.cursor()
        for name, frame in self._frames.items():
            cursor.register(name, frame)
        return cursor

    def _drain(self, query: str) -> None:
        result = self.con.sql(query)
        if result is not None:
            result.fetchall()

    def _await(self, work: Callable[[], T]) -> T:
        """Do the work on a thread, so that whoever waits sees a wish to stop within HEARTBEAT."""
        future = self._worker.submit(work)
        try:
            while not wait([future], timeout=HEARTBEAT).done:
                self.progress.check()
            return future.result()
        except BaseException:
            if not future.done():
                self.con.interrupt()
                wait([future])
            raise

    def lock(self, files: Iterable[Path] = ()) -> None:
        """Forbid every file but `files`, and every change of that; to be called before anybody else's SQL runs."""
        if self._locked:
            return
        self._locked = True
        allowed = ", ".join(literal(str(path)) for path in files)
        self.run(f"SET allowed_paths = [{allowed}]")
        self.run("SET enable_external_access = false")
        self.run("SET lock_configuration = true")


def open_sandbox(threads: int | None, n_bytes: int, progress: Progress) -> Sandbox:
    """Connect, in memory or in a private folder by size.

    Args:
        threads: Threads DuckDB may use; None for one a core.
        n_bytes: Expected size of what will be kept.
        progress: Asked, while a query runs, whether to stop.
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
    try:
        sandbox = Sandbox(duckdb.connect(database, config=config), folder, progress)
        sandbox.run("SET GLOBAL TimeZone = 'UTC'")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return sandbox


def own_copy(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the rows of a batch in memory of their own."""
    return batch.take(pa.array(np.arange(batch.num_rows)))


def quoted(name: str) -> str:
    """Return the name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return the text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"
