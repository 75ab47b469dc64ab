"""Text files: land every record in DuckDB as texts, with an explicit dialect, and prove that none was lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa

from ilk.errors import BadInput
from ilk.progress import Progress
from ilk.sources.decode import PlainText, plain_text
from ilk.sources.dialect import Layout, records_of, vote
from ilk.sources.landing import Landing, position
from ilk.sources.names import clean_names
from ilk.sources.records import Count, count_records
from ilk.sources.repair import locate, repair, wrong_width
from ilk.sources.sandbox import ON_DISK_BYTES, Sandbox, literal
from ilk.sources.source import Dialect, Note
from ilk.sources.stored import REJECTS

MOST_REJECTED = 0.5
"""A file of which more cannot be read was understood wrongly, and is refused."""

SAMPLE_ROWS = 1 << 16
"""Rows of a file too large to keep as text from which a first guess of its columns is made."""

WIDTH_ERRORS = frozenset({"MISSING COLUMNS", "TOO MANY COLUMNS"})


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands above the first customer: physical lines, records (blank lines among them), bytes."""

    lines: int
    records: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Body:
    """The file DuckDB reads, lines it skips there, the line end, and the quote in it."""

    path: Path
    skip: int
    line_end: str
    layout: Layout


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of reading `path`: rows, rejected lines, whether a wrong width was all that was wrong."""

    path: Path
    rows: int
    rejects: pa.Table
    simple: bool


def land_text(sandbox: Sandbox, path: Path, name: str, progress: Progress, delimiter: str | None = None) -> Landing:
    """Land a text file of any dialect; `delimiter` settles what the vote would decide.

    Raises:
        BadInput: If it is empty, no text, or so much of it is unreadable that it must be something else.
        FileTrouble: If it cannot be read.
    """
    plain = plain_text(path, sandbox.folder)
    layout = vote(plain.path, delimiter)
    if layout.width == 0:
        raise BadInput(f"{path.name} is empty", do="give a file with one row for each customer")
    progress.check()
    head = _head(plain.path, layout)
    line_end = 1 if plain.reads_as == "\\n" else 2
    count = count_records(
        plain.path, offset=head.offset, delimiter=layout.delimiter, quote=layout.quote, line_end=line_end
    )
    progress.check()
    big = plain.path.stat().st_size > ON_DISK_BYTES
    read = _read_directly(sandbox, plain, layout, head, count, big=big)
    if read is None:
        read, count = _read_repaired(sandbox, plain, layout, head, big=big)
    rejects, n_blank = _without_blanks(read.rejects, layout)
    _refuse_if_unreadable(path, layout, read.rows, rejects)
    names, notes = _names(layout)
    if big:
        sandbox.run(f"CREATE TABLE sample AS SELECT * FROM landed LIMIT {SAMPLE_ROWS}")
    return Landing(
        name=name,
        relation="landed",
        names=names,
        types=("VARCHAR",) * layout.width,
        rows=read.rows,
        records=head.records + count.records,
        skipped=head.records + count.blank + n_blank,
        rejects=rejects,
        dialect=_dialect(plain, layout),
        notes=plain.notes + notes,
        sample="sample" if big else None,
        is_table=not big,
        blanks_count=False,
        files=(read.path,) if big else (),
        locate=partial(_locate, plain.path, layout, head),
    )


def _locate(path: Path, layout: Layout, head: _Head, rows: Sequence[int]) -> list[tuple[int, str]]:
    return locate(path, layout, rows, offset=head.offset, first_line=head.lines + 1)


def _head(path: Path, layout: Layout) -> _Head:
    """Walk over preamble and header as the vote did, and remember how far that is."""
    passed = [0, 0]

    def lines(source: IO[bytes]) -> Iterator[str]:
        for line in source:
            passed[0] += 1
            passed[1] += len(line)
            yield line.decode("utf-8", errors="replace")

    n_records = n_filled = 0
    with path.open("rb") as source:
        top = records_of(lines(source), layout.delimiter, layout.quote, layout.escape, by_line=layout.by_line)
        while n_filled < layout.before and (cells := next(top, None)) is not None:
            n_filled += bool(cells)
            n_records += 1
    return _Head(passed[0], n_records, passed[1])


def _read_directly(
    sandbox: Sandbox, plain: PlainText, layout: Layout, head: _Head, count: Count, *, big: bool
) -> _Read | None:
    """Read the file as it is; None where quotes are out of order or the account does not hold."""
    if not count.regular or layout.escape:
        return None
    body = _Body(plain.path, head.lines, plain.reads_as, layout)
    if head.lines > 1:
        body = replace(body, path=_copy_from(plain.path, sandbox.folder / "body.txt", head.offset), skip=0)
    try:
        read = _read(sandbox, body, first_line=head.lines + 1 - body.skip, big=big)
    except duckdb.Error:
        return None
    accounted = read.rows + read.rejects.num_rows + count.blank == count.records
    has_lines = read.rejects.num_rows == 0 or count.lines == count.records
    return read if read.simple and accounted and has_lines else None


def _read_repaired(
    sandbox: Sandbox, plain: PlainText, layout: Layout, head: _Head, *, big: bool
) -> tuple[_Read, Count]:
    """Read cell by cell into a standard copy, and that copy with DuckDB, which must find the same rows.

    Raises:
        BadInput: If it does not.
    """
    fixed = repair(plain.path, sandbox.folder / "repaired.txt", layout, offset=head.offset, first_line=head.lines + 1)
    standard = replace(layout, delimiter=",", quote='"', escape="")
    read = _read(sandbox, _Body(fixed.path, 0, "\\n", standard), first_line=1, big=big)
    if read.rows != fixed.rows:
        raise BadInput(
            "The records of this file cannot be told apart for certain",
            got=f"{fixed.rows:,} counted, {read.rows:,} read",
            do="save it again as CSV or Parquet from the program it comes from",
        )
    count = Count(fixed.records, fixed.blank, fixed.records, regular=False)
    return replace(read, rejects=fixed.rejects), count


def _read(sandbox: Sandbox, body: _Body, *, first_line: int, big: bool) -> _Read:
    """Let DuckDB read every record as texts: into a table, or past it where the file is too big to keep as text."""
    layout = body.layout
    columns = ", ".join(f"{position(i)}: 'VARCHAR'" for i in range(layout.width))
    scan = (
        f"SELECT * FROM read_csv({literal(str(body.path))}, auto_detect=false, columns={{{columns}}}, "
        f"delim={literal(layout.delimiter)}, quote={literal(layout.quote)}, escape={literal(layout.quote)}, "
        f"header=false, skip={body.skip}, new_line={literal(body.line_end)}, "
        "store_rejects=true, rejects_limit=0)"
    )
    only_blanks = " WHERE c0 IS NOT NULL" if layout.width == 1 else ""
    sandbox.run("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    sandbox.run(f"CREATE OR REPLACE {'VIEW' if big else 'TABLE'} landed AS {scan}{only_blanks}")
    (n,) = sandbox.row("SELECT count(*) FROM landed")
    found = sandbox.rows(
        "SELECT line, any_value(csv_line), list(DISTINCT error_type), any_value(column_idx) "
        "FROM reject_errors GROUP BY line ORDER BY line"
    )
    simple = all(WIDTH_ERRORS.issuperset(kinds) and "\n" not in text.strip("\r\n") for _, text, kinds, _ in found)
    rejects = {
        "line": [line + first_line - 1 for line, *_ in found],
        "reason": [wrong_width(layout.width, fewer="MISSING COLUMNS" in kinds) for _, _, kinds, _ in found],
        "text": [text.strip("\r\n") for _, text, *_ in found],
    }
    return _Read(body.path, n, pa.Table.from_pydict(rejects, schema=REJECTS), simple)


def _copy_from(path: Path, target: Path, offset: int) -> Path:
    with path.open("rb") as source, target.open("wb") as copy:
        source.seek(offset)
        shutil.copyfileobj(source, copy, 1 << 20)
    return target


def _without_blanks(rejects: pa.Table, layout: Layout) -> tuple[pa.Table, int]:
    """A line of blanks and separators only is a blank line, not a broken customer."""
    nothing = layout.delimiter + layout.quote + " \t\u00a0"
    keep = [bool(text.strip(nothing)) for text in rejects["text"].to_pylist()]
    return rejects.filter(pa.array(keep, pa.bool_())), len(keep) - sum(keep)


def _refuse_if_unreadable(path: Path, layout: Layout, n_rows: int, rejects: pa.Table) -> None:
    n = rejects.num_rows
    if n and n > MOST_REJECTED * (n_rows + n):
        first = rejects.slice(0, 1).to_pylist()[0]
        raise BadInput(
            f"{path.name}: {n:,} of {n_rows + n:,} records cannot be read as {layout.width} cells "
            f"separated by {layout.delimiter!r}",
            got=f"line {first['line']}: {first['reason']}: {first['text'][:80]!r}",
            do="check that this is a table with one row for each customer, or save it again as CSV",
        )


def _names(layout: Layout) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    if layout.names is None:
        names = tuple(f"column {i}" for i in range(1, layout.width + 1))
        return names, (Note("no-header", f"The first record is a customer, not a header: {_called(names)}"),)
    names, notes = clean_names(layout.names)
    if layout.dropped:
        extra = Note(
            "long-header", f"The header has {len(layout.dropped)} names more than the rows have cells; left out"
        )
        return names, (*notes, extra)
    return names, notes


def _called(names: tuple[str, ...]) -> str:
    return (
        f"columns are called {names[0]!r} to {names[-1]!r}" if len(names) > 1 else f"the column is called {names[0]!r}"
    )


def _dialect(plain: PlainText, layout: Layout) -> Dialect:
    return Dialect(
        encoding=plain.encoding,
        delimiter=layout.delimiter,
        quote=layout.quote,
        decimal=".",
        thousands="",
        line_end=plain.line_end,
        header=layout.names is not None,
        preamble=layout.preamble,
        compression=plain.compression,
    )
