"""Sources that have to be unfolded into a table first: JSON, NDJSON and Excel."""

from __future__ import annotations

import zipfile
from pathlib import Path

import duckdb
import pyarrow as pa

from ilk.errors import BadInput, FileTrouble, MissingExtra, listed
from ilk.sources.decode import ALWAYS_UNPACKED, MOST_EXPANSION, plain_text
from ilk.sources.dialect import SAMPLE_RECORDS, lay_out
from ilk.sources.landing import Landing, position
from ilk.sources.merged import header_of
from ilk.sources.names import clean_names
from ilk.sources.sandbox import Sandbox, literal
from ilk.sources.source import Note
from ilk.sources.spans import Spans, spans_of
from ilk.sources.stored import REJECTS
from ilk.sources.tables import reason_of

MOST_KEYS = 5_000
"""A JSON file with more different keys uses them as data."""

LONGEST_OBJECT = 64 << 20
"""Bytes of one JSON object."""


def land_json(sandbox: Sandbox, path: Path, name: str) -> Landing:
    """Land a JSON array of objects, or one object a line; each key is a column, in order of appearance.

    Raises:
        BadInput: If it is neither.
    """
    plain = plain_text(path, sandbox.folder)
    with plain.path.open("rb") as source:
        is_array = source.read(4096).lstrip()[:1] == b"["
    try:
        records, blank, rejects = _objects(sandbox, plain.path, is_array=is_array)
        keys = _keys(sandbox, name)
        cells = ", ".join(f"json_extract_string(o, {_pointer(key)}) AS {position(i)}" for i, key in enumerate(keys))
        sandbox.run(f"CREATE TABLE landed AS SELECT {cells} FROM objects ORDER BY line")
    except duckdb.Error as error:
        raise BadInput(
            f"{path.name} is not valid JSON", got=reason_of(error), do="save it again as JSON, one object a customer"
        ) from None
    sandbox.run("DROP TABLE objects")
    names, notes = clean_names(keys)
    return Landing(
        name=name,
        relation="landed",
        names=names,
        types=("VARCHAR",) * len(keys),
        rows=records - blank - rejects.num_rows,
        records=records,
        skipped=blank,
        rejects=rejects,
        notes=plain.notes + notes,
        is_table=True,
    )


def _objects(sandbox: Sandbox, path: Path, *, is_array: bool) -> tuple[int, int, pa.Table]:
    """Make the table `objects` (line, o); return how many records there are, how many blank ones, and the broken."""
    scan = (
        f"read_json_objects({literal(str(path))}, format = 'array', maximum_object_size = {LONGEST_OBJECT})"
        if is_array
        else f"read_csv({literal(str(path))}, auto_detect = false, columns = {{json: 'VARCHAR'}}, delim = '\x01', "
        "quote = '', escape = '', header = false, max_line_size = 16777216)"
    )
    sandbox.run(f"CREATE TABLE lines AS SELECT row_number() OVER () AS line, CAST(json AS VARCHAR) AS o FROM {scan}")
    is_object = "coalesce(try(json_type(o)), '') = 'OBJECT'"
    blank = "coalesce(trim(o), '') = ''"
    found = sandbox.rows(f"SELECT line, left(o, 2000) FROM lines WHERE NOT {is_object} AND NOT {blank} ORDER BY line")
    n, n_blank = sandbox.row(f"SELECT count(*), count(*) FILTER ({blank}) FROM lines")
    if len(found) * 2 > n - n_blank:
        raise BadInput(
            f"{len(found):,} of {n - n_blank:,} records of {path.name} are not JSON objects",
            do="give an array of objects, or one object a line",
        )
    sandbox.run(f"CREATE TABLE objects AS SELECT line, o FROM lines WHERE {is_object} ORDER BY line")
    sandbox.run("DROP TABLE lines")
    columns = {"line": [line for line, _ in found], "reason": ["not a JSON object"] * len(found)}
    return n, n_blank, pa.Table.from_pydict(columns | {"text": [text for _, text in found]}, schema=REJECTS)


def _keys(sandbox: Sandbox, name: str) -> list[str]:
    rows = sandbox.rows(
        "SELECT key FROM (SELECT line, unnest(json_keys(o)) AS key, unnest(range(len(json_keys(o)))) AS i "
        "FROM objects) "
        f"GROUP BY key ORDER BY min(line * 100000 + i) LIMIT {MOST_KEYS + 1}"
    )
    keys = [key for (key,) in rows]
    if not keys or len(keys) > MOST_KEYS:
        raise BadInput(
            f"{name} has {'no' if not keys else f'more than {MOST_KEYS:,}'} different keys",
            do="give objects that share their keys, one for each customer",
        )
    return keys


def _pointer(key: str) -> str:
    return literal("/" + key.replace("~", "~0").replace("/", "~1"))


def land_excel(sandbox: Sandbox, path: Path, sheet: str | None, name: str) -> Landing:
    """Land one sheet of an Excel file: the one that is named, or the first.

    Raises:
        MissingExtra: If the library for it is not installed.
        BadInput: If it is no Excel file, or has no such sheet.
    """
    try:
        import fastexcel
    except ImportError:
        raise MissingExtra.named("excel", why="reading an Excel file") from None
    _refuse_bomb(path)
    try:
        book = fastexcel.read_excel(str(path))
        if sheet is not None and sheet not in book.sheet_names:
            raise BadInput(
                f"{path.name} has no sheet {sheet!r}",
                got=f"the sheets {listed(book.sheet_names)}",
                do="name one of these after #",
            )
        grid = pa.table(book.load_sheet(sheet or 0, header_row=None, dtypes="string").to_arrow())
    except fastexcel.FastExcelError as error:
        raise BadInput(
            f"{path.name} cannot be read as Excel", got=str(error).splitlines()[0], do="save it again as .xlsx or CSV"
        ) from None
    others = [each for each in book.sheet_names if each != (sheet or book.sheet_names[0])]
    note = Note("sheet", f"The sheet {book.sheet_names[0]!r} is read; not read: {listed(others)}")
    spans = spans_of(path, sheet or book.sheet_names[0])
    return _land_grid(sandbox, grid, name, (note,) if others and sheet is None else (), spans)


def _land_grid(sandbox: Sandbox, grid: pa.Table, name: str, notes: tuple[Note, ...], spans: Spans) -> Landing:
    """Land a table of texts whose header is somewhere near its top."""
    head = [[cell or "" for cell in row.values()] for row in grid.slice(0, SAMPLE_RECORDS).to_pylist()]
    layout = lay_out(head, ",", '"')
    if not grid.num_rows or not grid.num_columns:
        raise BadInput(f"{name} is empty", do="give a sheet with one row for each customer")
    found, before = header_of(head, layout, spans)
    body = grid.slice(before)
    raw = found or tuple(f"column {i + 1}" for i in range(grid.num_columns))
    used = [i for i, title in enumerate(raw) if title.strip() or body.column(i).null_count < body.num_rows]
    names, name_notes = clean_names([raw[i] for i in used])
    sandbox.show("frame", pa.table([body.column(i) for i in used], [position(j) for j in range(len(used))]))
    sandbox.run("CREATE TABLE landed AS SELECT * FROM frame")
    return Landing(
        name=name,
        relation="landed",
        names=names,
        types=("VARCHAR",) * len(used),
        rows=body.num_rows,
        records=grid.num_rows,
        skipped=before,
        notes=notes + name_notes,
        is_table=True,
        blanks_count=False,
    )


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise BadInput(f"{path.name} is not an Excel file", do="save it as .xlsx or CSV") from None
    except OSError as error:
        raise FileTrouble(
            f"{path} cannot be read", got=error.strerror, do="check the path and that you may read it"
        ) from None
    if size > max(ALWAYS_UNPACKED, MOST_EXPANSION * path.stat().st_size):
        raise BadInput(f"{path.name} unpacks to more than {MOST_EXPANSION} times its size", do="save it again as CSV")
