"""Open anything that holds one row a customer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from glob import glob
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ilk.errors import BadInput, FileTrouble, listed
from ilk.figures import few
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.decode import PACKED
from ilk.sources.facts import measure
from ilk.sources.interpret import Customers, interpret
from ilk.sources.landing import Landing, position
from ilk.sources.query import ask
from ilk.sources.sandbox import Sandbox, open_sandbox
from ilk.sources.source import ColumnFacts, Intake, Kind, Note, Source
from ilk.sources.spoiled import HANDFUL
from ilk.sources.stored import Stored, StoredSource, watch
from ilk.sources.tables import land_arrow, land_duckdb, land_parquet, reason_of
from ilk.sources.text import land_text

GLOB = "glob:"
MOST_BLANK = 0.01
"""Share of rows that may be empty without a word (rule of thumb)."""

TEXT = (".csv", ".tsv", ".txt", ".tab")
PARQUET = (".parquet", ".pq")
DATABASE = (".duckdb", ".db", ".ddb")
JSON = (".json", ".ndjson", ".jsonl")
EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MARKS = re.compile(r"(?<=\w)[^\w\s.'\"()-](?=\w)")
"""What may stand between cells: no letter, digit, blank or what names are written with."""


def open_source(
    source: Any,
    settings: Settings,
    *,
    expect: Mapping[str, Kind] | None = None,
    keyed: bool = True,
    progress: Progress | None = None,
) -> Source:
    """Open a path or a frame, look at all of it, and return it as one row a customer.

    Args:
        source: A path (text, Parquet file or folder, JSON, Excel, `file.duckdb#table`), `glob:a/*.parquet`,
            or a pandas, polars, Arrow or DuckDB table.
        settings: `id`, `role`, `where`, `query` and `threads` are used here.
        expect: Kinds a model wants: these columns are read so whatever their content says.
        keyed: Whether an id is looked for; without one every row is a customer, none is rejected for its id.
        progress: Told how far it is, asked whether to stop.

    Raises:
        BadInput: If it cannot be used; every problem at once.
        BadSetting: If `where` or `query` cannot be used.
        FileTrouble: If it cannot be read.
        MissingColumns: If the id that was named is not there.
        MissingExtra: If a library for this kind of file is not installed.
    """
    progress = progress or Progress()
    sandbox = open_sandbox(settings.threads, size_of(source), progress)
    try:
        with progress.stage("Reading the customers"):
            return _open(sandbox, source, settings, expect, progress, keyed=keyed)
    except duckdb.Error as error:
        sandbox.close()
        raise trouble(error) from error
    except BaseException:
        sandbox.close()
        raise


def files_of(source: Any) -> tuple[Path, ...]:
    """The files a source is read from, as far as can be told without opening it; none for a frame."""
    if not isinstance(source, (str, Path)):
        return ()
    text = str(source)
    if text.startswith(GLOB):
        return tuple(Path(name) for name in glob(text.removeprefix(GLOB), recursive=True))  # noqa: PTH207 - as below
    path = Path(text).expanduser()
    path = path if path.exists() else Path(text.rsplit("#", 1)[0]).expanduser()
    return tuple(path.rglob("*")) if path.is_dir() else (path,)


def _open(
    sandbox: Sandbox,
    source: Any,
    settings: Settings,
    expect: Mapping[str, Kind] | None,
    progress: Progress,
    *,
    keyed: bool,
) -> StoredSource:
    landing = land(sandbox, source, progress, settings.delimiter)
    sandbox.lock(landing.files)
    if expect is not None:
        landing = _as_expected(landing, expect)
    elif isinstance(source, (str, Path)):
        _refuse_unseparated(sandbox, landing)
    if settings.query is not None:
        landing = ask(sandbox, landing, settings.query, progress)
    return understand(sandbox, landing, settings, expect, progress, keyed=keyed)


def understand(
    sandbox: Sandbox,
    landing: Landing,
    settings: Settings,
    expect: Mapping[str, Kind] | None,
    progress: Progress,
    *,
    keyed: bool = True,
) -> StoredSource:
    """Return what landed as typed rows with an id, and the account of every record.

    Raises:
        BadInput: If it cannot be used.
        BadSetting: If `where` cannot be used.
        MissingColumns: If the id that was named is not there.
    """
    customers = interpret(sandbox, landing, settings, expect or {}, progress, keyed=keyed)
    rejects = pa.concat_tables([landing.rejects, customers.rejects]).sort_by("line")
    intake = Intake(
        name=landing.name,
        records=landing.records,
        rows=customers.n,
        rejects=rejects.num_rows,
        skipped=landing.skipped + customers.skipped,
        dialect=replace(landing.dialect, decimal=customers.decimal) if landing.dialect else None,
        id_column=None if customers.key.at is None else landing.names[customers.key.at],
        notes=landing.notes + reject_notes(landing) + customers.notes,
    )
    if settings.where is None and settings.query is None:
        intake = replace(intake, notes=intake.notes + _blank_notes(intake))
    refuse_lost(intake)
    stored = _stored(sandbox, landing, customers)
    if expect is not None:
        return StoredSource(stored, intake, rejects)
    _refuse_empty(intake)
    facts = measure(sandbox, customers.relation, stored.described)
    return StoredSource(stored, replace(intake, notes=intake.notes + _fact_notes(facts)), rejects, facts)


def _as_expected(landing: Landing, expect: Mapping[str, Kind]) -> Landing:
    """Give columns the names a model knows, where they differ in upper and lower case only and no two are alike."""
    folded = Counter(name.casefold() for name in landing.names)
    wanted = Counter(name.casefold() for name in expect)
    known = {name.casefold(): name for name in expect if wanted[name.casefold()] == folded[name.casefold()] == 1}
    names = tuple(known.get(name.casefold(), name) for name in landing.names)
    renamed = [name for name, own in zip(names, landing.names, strict=True) if name != own]
    if not renamed:
        return landing
    text = f"Upper and lower case differ from the model's; taken for {listed(renamed)}"
    return replace(landing, names=names, notes=(*landing.notes, Note("case", text)))


def _refuse_unseparated(sandbox: Sandbox, landing: Landing) -> None:
    """Say that no separator was found where one mark stands inside the only column's name and in every row of it."""
    if landing.dialect is None or len(landing.names) != 1:
        return
    (name,) = landing.names
    rows = sandbox.rows(f"SELECT {position(0)} FROM {landing.relation} WHERE {position(0)} IS NOT NULL LIMIT 100")
    if rows and any(all(mark in str(row[0]) for row in rows) for mark in set(_MARKS.findall(name))):
        raise BadInput(
            f"No separator was found in {landing.name}: the whole first line is ONE column",
            got=repr(name[:60]),
            do="name what stands between the cells with --delimiter, or save it with commas, semicolons, tabs or bars",
        )


def land(sandbox: Sandbox, source: Any, progress: Progress, delimiter: str | None) -> Landing:
    """Land a path or a frame as `open_source` takes it: every record as it is written, nothing understood yet."""
    if not isinstance(source, (str, Path)):
        from ilk.sources.frames import as_arrow

        return land_arrow(sandbox, as_arrow(source), "table")
    text = str(source)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        raise BadInput(f"{text} is not a file on this machine", do="download it first; ilk opens no addresses")
    if text.startswith(GLOB):
        return land_parquet(sandbox, _matching(text.removeprefix(GLOB)), "files")
    path, part = _path_and_part(text)
    if path.is_dir():
        return land_parquet(sandbox, _inside(path), path.resolve().name)
    return _land_file(sandbox, path, part, progress, delimiter)


def _land_file(sandbox: Sandbox, path: Path, part: str | None, progress: Progress, delimiter: str | None) -> Landing:
    ending, name = _ending(path), _name(path)
    if part is not None and ending not in DATABASE + EXCEL:
        raise BadInput(f"{path.name} has no tables to choose from", do="leave out the part after #")
    if ending in DATABASE:
        return land_duckdb(sandbox, path, part)
    if ending in EXCEL:
        from ilk.sources.documents import land_excel

        return land_excel(sandbox, path, part, name)
    if ending in PARQUET or _begins_as_parquet(path):
        return land_parquet(sandbox, [path], name)
    if ending in JSON:
        from ilk.sources.documents import land_json

        return land_json(sandbox, path, name)
    return land_text(sandbox, path, name, progress, delimiter)


def _path_and_part(text: str) -> tuple[Path, str | None]:
    """Split `shop.duckdb#customers`; a file that really is called so comes first."""
    path = Path(text).expanduser()
    part = None
    if not path.exists() and "#" in text:
        text, part = text.rsplit("#", 1)
        path = Path(text).expanduser()
    if not path.exists():
        near = get_close_matches(path.name, _names_in(path.parent), n=1, cutoff=0.6)
        raise FileTrouble(
            f"{path} does not exist", do=f"use {str(path.parent / near[0])!r}, if that is it" if near else None
        )
    if not path.is_dir() and not path.is_file():
        raise FileTrouble(f"{path} is neither a file nor a folder", do="give the path of a file of customers")
    return path, part


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []


def _matching(pattern: str) -> list[Path]:
    found = sorted(Path(name) for name in glob(pattern, recursive=True))  # noqa: PTH207 - the pattern may be absolute
    wrong = [path.name for path in found if _ending(path) not in PARQUET]
    if wrong:
        raise BadInput("Only Parquet files can be read together", got=listed(wrong), do="give a narrower pattern")
    if not found:
        raise FileTrouble(f"No file matches {pattern!r}", do="check the pattern, such as glob:folder/*.parquet")
    return found


def _inside(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PARQUET and path.is_file())
    if not found:
        raise BadInput(f"The folder {folder} holds no Parquet file", got=listed(_names_in(folder)), do="name one file")
    return found


def _ending(path: Path) -> str:
    """Return the ending in lower case, that of what is inside for a compressed file."""
    packed = path.suffix.lower() in PACKED and Path(path.stem).suffix
    return str(Path(path.stem).suffix if packed else path.suffix).lower()


def _name(path: Path) -> str:
    stem = Path(path.stem) if path.suffix.lower() in PACKED and Path(path.stem).suffix else path
    return stem.stem if stem.suffix.lower() in TEXT + PARQUET + DATABASE + JSON + EXCEL else stem.name


def _begins_as_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            return handle.read(4) == b"PAR1"
    except OSError as error:
        raise FileTrouble(
            f"{path} cannot be read", got=error.strerror, do="check the path and that you may read it"
        ) from None


def size_of(source: Any) -> int:
    """Guess how many bytes will be kept, to decide whether memory will do."""
    if not isinstance(source, (str, Path)) or not Path(source).is_file() or _ending(Path(source)) in PARQUET + DATABASE:
        return 0
    path = Path(source)
    return path.stat().st_size * (8 if path.suffix.lower() in PACKED + EXCEL else 1)


def _stored(sandbox: Sandbox, landing: Landing, customers: Customers) -> Stored:
    at = customers.key.at
    id_type = None if at is None else pa.int64() if customers.key.whole else pa.string()
    return Stored(sandbox, customers.relation, customers.columns, at, id_type, watch(landing.files))


def _refuse_empty(intake: Intake) -> None:
    if intake.rows == 0:
        raise BadInput(
            f"{intake.name} has no customers",
            got=f"{intake.records:,} records, {intake.skipped:,} skipped, {intake.rejects:,} unreadable",
            do="check the file, and --where if there is one",
        )


def refuse_lost(intake: Intake) -> None:
    """Refuse an account in which records are neither rows nor rejects nor skipped.

    Raises:
        BadInput: If it does not add up.
    """
    accounted = intake.rows + intake.rejects + intake.skipped
    if accounted != intake.records:
        raise BadInput(
            f"Of {intake.records:,} records of {intake.name}, {accounted:,} are accounted for",
            do="the file may have changed while it was read; try again",
        )


def reject_notes(landing: Landing) -> tuple[Note, ...]:
    """Say how many records could not be split into cells, and the first of them."""
    n = landing.rejects.num_rows
    if not n:
        return ()
    first = landing.rejects.slice(0, 1).to_pylist()[0]
    return (
        Note(
            "rejects",
            f"{n:,} record{'s' if n != 1 else ''} cannot be read; the first in line {first['line']}: {first['reason']}",
        ),
    )


def _blank_notes(intake: Intake) -> tuple[Note, ...]:
    """Rows in which nothing stands, where they are more than a few lines at the end."""
    above = intake.dialect.preamble + intake.dialect.header if intake.dialect else 0
    n = intake.skipped - above
    if n <= MOST_BLANK * intake.records:
        return ()
    return (Note("blank-rows", f"{n:,} of {intake.records - above:,} rows are empty and are left out"),)


def _fact_notes(facts: tuple[ColumnFacts, ...]) -> tuple[Note, ...]:
    empty = [fact.column for fact in facts if fact.n_missing == fact.n]
    constant = [fact.column for fact in facts if fact.n_distinct == 1 and not fact.n_missing]
    below = [fact for fact in facts if fact.kind == "number" and fact.n_negative]
    negative = [f"{fact.column} ({few(fact.n_negative, HANDFUL)})" for fact in below]
    notes = (
        Note("empty-columns", f"Nothing stands in {listed(empty)}") if empty else None,
        Note("constant-columns", f"One value in every row: {listed(constant)}") if constant else None,
        Note("negative", f"Negative values are kept as they are: {listed(negative)}") if negative else None,
    )
    return tuple(note for note in notes if note is not None)


def trouble(error: duckdb.Error) -> Exception:
    """Say what DuckDB ran into, in our own terms."""
    reason = reason_of(error)
    if isinstance(error, duckdb.OutOfMemoryException):
        return BadInput("The source needs more memory or disk than there is", got=reason, do="free some disk space")
    if isinstance(error, duckdb.IOException):
        return FileTrouble("The source cannot be read to its end", got=reason)
    return BadInput("The source cannot be read", got=reason)
