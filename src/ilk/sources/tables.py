"""Sources that are tables already: Parquet, DuckDB, JSON, Excel and frames, landed as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from ilk.errors import BadInput, listed
from ilk.sources.landing import Landing, position
from ilk.sources.names import clean_names
from ilk.sources.sandbox import Sandbox, literal, quoted
from ilk.sources.source import Note

MOST_FILES = 3
"""Files named that lack columns others have."""

NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "INTERVAL")
"""DuckDB's types that are numbers, the unsigned ones by their ending."""


def land_relation(
    sandbox: Sandbox, relation: str, name: str, *, names: Sequence[str] | None = None, files: tuple[Path, ...] = ()
) -> Landing:
    """Land anything DuckDB can select from: simple types stay, the others become texts, bytes are left out.

    Args:
        sandbox: Where `relation` can be read.
        relation: A table, view or table function.
        name: What to call the source.
        names: Of its columns, where they differ from those DuckDB knows.
        files: What the relation goes on reading from.
    """
    described = [(str(row[0]), str(row[1])) for row in sandbox.rows(f"DESCRIBE SELECT * FROM {relation}")]
    shown = list(names) if names is not None else [column for column, _ in described]
    usable = [(column, kind, own) for (column, kind), own in zip(described, shown, strict=True) if kind != "BLOB"]
    if not usable:
        raise BadInput(f"{name} has no column that can be used", do="give a table with one row for each customer")
    selected = ", ".join(
        f"{_simple(quoted(column), kind)} AS {position(i)}" for i, (column, kind, _) in enumerate(usable)
    )
    sandbox.run(f"CREATE OR REPLACE VIEW landed AS SELECT {selected} FROM {relation}")
    (n,) = sandbox.row("SELECT count(*) FROM landed")
    unique, notes = clean_names([own for *_, own in usable])
    return Landing(
        name=name,
        relation="landed",
        names=unique,
        types=tuple(kind if _is_simple(kind) else "VARCHAR" for _, kind, _ in usable),
        rows=n,
        records=n,
        notes=notes + _type_notes(shown, [kind for _, kind in described]),
        files=files,
    )


def land_parquet(sandbox: Sandbox, paths: Sequence[Path], name: str) -> Landing:
    """Land Parquet files of one shape or several; a column that some lack is missing there."""
    listing = ", ".join(literal(str(path)) for path in paths)
    try:
        landing = land_relation(
            sandbox,
            f"read_parquet([{listing}], union_by_name = {str(len(paths) > 1).lower()})",
            name,
            files=tuple(paths),
        )
        return replace(landing, notes=landing.notes + _lacking(sandbox, listing)) if len(paths) > 1 else landing
    except duckdb.Error as error:
        raise BadInput(
            f"{name} cannot be read as Parquet", got=reason_of(error), do="save it again as Parquet or CSV"
        ) from None


def _lacking(sandbox: Sandbox, listing: str) -> tuple[Note, ...]:
    """Name the files that lack a column others have; their customers have not answered it."""
    rows = sandbox.rows(
        "WITH columns AS (SELECT DISTINCT path_in_schema AS name, file_name AS file "
        f"FROM parquet_metadata([{listing}])), "
        "names AS (SELECT DISTINCT name FROM columns), files AS (SELECT DISTINCT file FROM columns) "
        "SELECT file, name FROM files, names EXCEPT SELECT file, name FROM columns ORDER BY ALL"
    )
    lacks: dict[str, list[str]] = {}
    for file, column in rows:
        lacks.setdefault(Path(str(file)).name, []).append(str(column))
    if not lacks:
        return ()
    shown = "; ".join(f"{file} has no {listed(columns)}" for file, columns in list(lacks.items())[:MOST_FILES])
    more = f"; and {len(lacks) - MOST_FILES} files more lack some" if len(lacks) > MOST_FILES else ""
    return (Note("columns-differ", f"The files differ: {shown}{more}. There it counts as not answered"),)


def land_duckdb(sandbox: Sandbox, path: Path, table: str | None) -> Landing:
    """Land one table or view of a DuckDB file, which stays as it is.

    Raises:
        BadInput: If it is no DuckDB file, or has no such table.
    """
    try:
        sandbox.run(f"ATTACH {literal(str(path))} AS attached (READ_ONLY)")
    except duckdb.Error as error:
        raise BadInput(
            f"{path.name} cannot be opened as a DuckDB file",
            got=reason_of(error),
            do="close whatever has it open, or save the table as Parquet",
        ) from None
    found = sandbox.rows(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = 'attached' ORDER BY ALL"
    )
    known = {name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in found}
    if table is None and len(known) == 1:
        table = next(iter(known))
    if table is None or table not in known:
        wrong = f"{path.name} has no table {table!r}" if table else f"{path.name} has several tables"
        raise BadInput(wrong, got=f"the tables {listed(known)}", do=f"name one: {path.name}#TABLE")
    schema, own = known[table]
    sandbox.lock()
    return land_relation(sandbox, f"attached.{quoted(schema)}.{quoted(own)}", table)


def land_arrow(sandbox: Sandbox, table: pa.Table, name: str) -> Landing:
    """Land an Arrow table, whatever its columns are called."""
    if not table.num_columns:
        raise BadInput("The table has no column", do="give a table with one row for each customer")
    sandbox.show("frame", table.rename_columns([f"f{i}" for i in range(table.num_columns)]))
    return land_relation(sandbox, "frame", name, names=[str(column) for column in table.column_names])


def reason_of(error: duckdb.Error) -> str:
    """Return what DuckDB says, in one line, without its own advice."""
    return " ".join(str(error).split("\n\n")[0].split())


def _is_simple(kind: str) -> bool:
    return (
        (kind.removeprefix("U").startswith(NUMERIC) and "[" not in kind)
        or (kind.startswith(("DATE", "TIMESTAMP")) and "[" not in kind)
        or kind in ("BOOLEAN", "VARCHAR")
    )


def _simple(column: str, kind: str) -> str:
    return column if _is_simple(kind) else f"CAST({column} AS VARCHAR)"


LISTS = "; of a list --survey makes a yes or no for each answer, and --activity a column for each topic"
"""What to do with a column of lists."""


def _type_notes(names: Sequence[str], kinds: Sequence[str]) -> tuple[Note, ...]:
    left_out = [name for name, kind in zip(names, kinds, strict=True) if kind == "BLOB"]
    nested = [
        name
        for name, kind in zip(names, kinds, strict=True)
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))
    ]
    notes = (
        Note("bytes", f"Columns of bytes are left out: {listed(left_out)}") if left_out else None,
        Note("nested", f"Columns of lists or records are read as text: {listed(nested)}{LISTS}") if nested else None,
    )
    return tuple(note for note in notes if note is not None)
