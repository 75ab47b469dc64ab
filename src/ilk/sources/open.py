"""Open anything that holds one row a customer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.facts import Column
from ilk.sources.frames import as_arrow
from ilk.sources.kinds import readings
from ilk.sources.landing import Landing, position
from ilk.sources.sandbox import Sandbox, open_sandbox
from ilk.sources.source import Intake, Kind, Source
from ilk.sources.stored import Stored, StoredSource
from ilk.sources.text import land_text


def open_source(
    source: Any,
    settings: Settings,
    *,
    expect: Mapping[str, Kind] | None = None,
    progress: Progress | None = None,
) -> Source:
    """Open a path or a frame, look at all of it, and return it as one row a customer.

    Args:
        source: A path, or a pandas, polars, Arrow or DuckDB table.
        settings: `id`, `where`, `query` and `threads` are used here.
        expect: Kinds a model wants: these columns are read so whatever their content says.
        progress: Told how far it is, asked whether to stop.

    Raises:
        BadInput: If it cannot be used; every problem at once.
    """
    del progress
    sandbox = open_sandbox(threads=settings.threads)
    landing = _land(sandbox, source)
    how = readings(sandbox, landing, expect or {})
    selected = ", ".join(f"{reading.sql} AS {position(i)}" for i, reading in enumerate(how))
    sandbox.run(f"CREATE TABLE customers AS SELECT {selected} FROM {landing.relation}")
    columns = tuple(
        Column(position(i), name, reading.kind, reading.spoiled)
        for i, (name, reading) in enumerate(zip(landing.names, how, strict=True))
    )
    (n,) = sandbox.row("SELECT count(*) FROM customers")
    id_at = next((i for i, c in enumerate(columns) if c.name.lower() in ("id", "cust_id", "customer_id")), None)
    id_type = None if id_at is None else pa.string() if columns[id_at].kind == "text" else pa.int64()
    intake = Intake(
        landing.name,
        landing.records,
        n,
        0,
        landing.skipped,
        landing.dialect,
        None if id_at is None else columns[id_at].name,
    )
    return StoredSource(Stored(sandbox, "customers", columns, id_at, id_type), intake, landing.rejects)


def _land(sandbox: Sandbox, source: Any) -> Landing:
    if isinstance(source, (str, Path)):
        return land_text(sandbox, Path(source))
    table = as_arrow(source)
    names = tuple(table.column_names)
    sandbox.con.register("landed", table.rename_columns([position(i) for i in range(len(names))]))
    types = tuple(str(row[1]) for row in sandbox.rows("DESCRIBE landed"))
    return Landing("table", "landed", names, types, table.num_rows, 0)
