"""A file of new customers: a first look at it, labels for all of it, and the labels in the format that is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ilk.app.sureness import ENOUGH, TEN
from ilk.errors import BadInput, FileTrouble, MissingColumns
from ilk.files import replacing
from ilk.model.assign import open_customers
from ilk.model.model import Model
from ilk.outputs.assignments import Delivered, assign_to_file
from ilk.outputs.reading import Reading
from ilk.outputs.sections.table import Table, line
from ilk.outputs.tables import DECIMALS, write_csv
from ilk.outputs.wording import clean, counted, per_cent, whole, words_of
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.open import TEXT
from ilk.sources.source import Note

NONE: Mapping[int, Path] = MappingProxyType({})
FIRST_ROWS = 5
HEAD = 256 << 10
"""Bytes of a text file that are enough to show its first rows."""

EXCEL_ROWS = 1_048_575
"""What a sheet holds below its head."""

_SPOILED = "texts among the rest read as missing"
"""What readers of files call values of another kind than their column's."""

FORMATS = {"CSV": ".csv", "Parquet": ".parquet", "Excel": ".xlsx"}


@dataclass(frozen=True, slots=True)
class Look:
    """The beginning of a file.

    Args:
        rows: Its first rows, as the model reads them.
        there: Columns the model looks at.
        absent: Columns it would look at, in words; they count as blank for everybody.
        lacking: The same as it is told: a source of which nothing is there as a whole, then single columns.
        strange: Columns it does not know.
        id_column: What identifies the customers; None where rows are counted.
        id_expected: The model's own id column, if that is another.
    """

    rows: pa.Table
    there: tuple[str, ...]
    absent: tuple[str, ...]
    lacking: tuple[str, ...]
    strange: tuple[str, ...]
    id_column: str | None
    id_expected: str | None


def look_at(model: Model, path: Path, scratch: Path, *, beside: Iterable[int] = ()) -> Look:
    """See what a file holds, from its beginning where that is enough.

    Args:
        model: Knows which columns are needed.
        path: The file.
        scratch: A private folder, for the beginning of a large text file.
        beside: Places, among the model's sources, of those that are brought beside it.

    Raises:
        IlkError: If it cannot be read, or holds no customer.
    """
    begin = _beginning(path, scratch)
    try:
        with closing(open_customers(model, begin)) as source:
            names = list(source.schema.names)
            rows = pa.Table.from_batches(islice(source.batches(), 1), schema=source.schema).slice(0, FIRST_ROWS)
            intake = source.intake
    finally:
        if begin != path:
            begin.unlink(missing_ok=True)
    if intake.rows == 0:
        raise BadInput(
            f"{path.name} has no customers",
            got=f"{counted(intake.records, 'record')}, {whole(intake.skipped)} skipped, "
            f"{whole(intake.rejects)} unreadable",
            do="check the file",
        )
    id_column, columns = intake.id_column, model.scoring.columns
    made = {name for i in beside for _, name in model.content.sources[i].columns}
    there = tuple(column for column in columns if column in names or column in made)
    if not there:
        raise MissingColumns.listing(columns, names)
    reading, known = Reading(model), {c.plan.column for c in model.content.columns} | {id_column}
    rules = {aside.test.column for aside in model.view.asides}
    expected = model.content.provenance.id_column
    absent = {c: words_of(reading.column(c).plan) for c in columns if c not in there}
    return Look(
        rows=rows,
        there=there,
        absent=tuple(absent.values()),
        lacking=_lacking(model, absent),
        strange=tuple(name for name in names if name not in known | rules),
        id_column=id_column,
        id_expected=expected if expected != id_column else None,
    )


def _lacking(model: Model, absent: Mapping[str, str]) -> tuple[str, ...]:
    """What is not there, in words: the sources of which no column is, then the other columns by their own words."""
    left, whole_sources = dict(absent), []
    for source in model.content.sources:
        needed = [name for _, name in source.columns if name in model.scoring.columns]
        if needed and all(name in left for name in needed):
            whole_sources.append(f"{source.block} ({clean(source.name)}, {counted(len(needed), 'column')})")
            left = {name: words for name, words in left.items() if name not in needed}
    return (*whole_sources, *left.values())


def _beginning(path: Path, scratch: Path) -> Path:
    """The first whole lines of a large text file, as a file of its own; any other file as it is."""
    if path.suffix.lower() not in TEXT or path.stat().st_size <= HEAD:
        return path
    with path.open("rb") as file:
        head = file.read(HEAD)
    begin = scratch / f"beginning-of-{path.name}"
    begin.write_bytes(head[: head.rfind(b"\n") + 1] or head)
    return begin


def label(
    model: Model, path: Path, folder: Path, *, beside: Mapping[int, Path] = NONE, progress: Progress | None = None
) -> Delivered:
    """Say for every customer of a file which segment it is; labels go to a Parquet file, a batch at a time.

    Args:
        model: Any model.
        path: The customers.
        folder: Where the labels go.
        beside: Place among the model's sources -> what is brought in its place.
        progress: Told how far it is, asked whether to stop.

    Raises:
        IlkError: If the file cannot be read, or the labels not written.
    """
    target = folder / f"{path.stem}-segments.parquet"
    others: dict[str, list[Path]] = {}
    for i, file in sorted(beside.items()):
        others.setdefault(model.content.sources[i].block, []).append(file)
    return assign_to_file(model, path, target, others=others, settings=Settings(), force=True, progress=progress)


def certain(labels: Path, n_absent: int) -> tuple[str, bool]:
    """How many of the labels are more than guesses, in a sentence, and whether that is half of them.

    Args:
        labels: The Parquet file.
        n_absent: How many columns that make segments the customers lack.
    """
    n = sure = 0
    with pq.ParquetFile(labels) as table:
        for batch in table.iter_batches(columns=["certainty"]):
            found = batch.column(0)
            n += len(found) - found.null_count
            sure += pc.sum(pc.greater_equal(found, ENOUGH / TEN)).as_py() or 0
    if n == 0:
        return "", True
    said = f"{whole(sure) if sure else 'None'} of {whole(n)} {'is' if sure == 1 else 'are'} placed with a certainty"
    said += f" of {ENOUGH} in {TEN} or more"
    if sure == n:
        return f"{said}.", True
    rest = "all are guesses" if not sure else f"the other{' is a guess' if n - sure == 1 else 's are guesses'}"
    missing = f"{counted(n_absent, 'column')} {'is' if n_absent == 1 else 'are'} missing"
    why = f", because {missing}" if n_absent else ": they may as well be in another segment"
    return f"{said}; {rest}{why}.", 2 * sure >= n


def in_plain_words(note: Note, model: Model) -> str:
    """A note on the file, as one says it who does not know how files are read."""
    if note.code == "missing-words":
        return note.text.replace("read as missing", "counted as not known", 1)
    if note.code != "spoiled":
        return note.text.replace("were read as missing", "count as not known", 1)
    kinds = {c.plan.column: c.facts.kind for c in model.content.columns}
    kind = next((kind for name, kind in kinds.items() if note.text.startswith(f"{name}: ")), None)
    said = {"number": "are no numbers", "date": "are no dates", "flag": "are neither yes nor no"}
    return note.text.replace(_SPOILED, f"values {said.get(kind or '', 'cannot be read')} and count as not known", 1)


def converted(labels: Path, kind: str) -> Path:
    """The labels as CSV, Excel or Parquet, beside the Parquet file; made once.

    Raises:
        BadInput: If there are more than a sheet of Excel holds.
    """
    if kind == "Parquet":
        return labels
    target = labels.with_suffix(FORMATS[kind])
    if target.is_file() and target.stat().st_mtime >= labels.stat().st_mtime:
        return target
    with pq.ParquetFile(labels) as table:
        if kind == "CSV":
            write_csv(target, table.schema_arrow, _batches(table))
        else:
            _write_sheet(target, table)
    return target


def fits_excel(n: int) -> bool:
    """Whether so many customers fit into a sheet."""
    return n <= EXCEL_ROWS


def _write_sheet(target: Path, table: pq.ParquetFile) -> None:
    """One sheet, a row at a time; every text stays a text."""
    from xlsxwriter import Workbook

    if not fits_excel(table.metadata.num_rows):
        raise BadInput(f"A sheet of Excel holds {whole(EXCEL_ROWS)} customers", do="take CSV or Parquet")
    with replacing(target) as temporary:
        book = Workbook(
            str(temporary), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet, bold = book.add_worksheet("Customers"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for i, name in enumerate(table.schema_arrow.names):
            sheet.write_string(0, i, name, bold)
        for at, row in enumerate(_rows(table), start=1):
            for i, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(at, i, value)
                elif value is not None:
                    sheet.write(at, i, value)
        book.close()


def _batches(table: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """The labels with as many decimals as people read."""
    for batch in table.iter_batches():
        columns = [pc.round(c, ndigits=DECIMALS) if pa.types.is_floating(c.type) else c for c in batch.columns]
        yield pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _rows(table: pq.ParquetFile) -> Iterator[tuple[object, ...]]:
    for batch in _batches(table):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def beside(path: Path, kind: str) -> Path:
    """A name beside a file that nobody has yet: NAME-segments.csv, NAME-segments-2.csv.

    Raises:
        FileTrouble: If it is a folder.
    """
    if path.is_dir():
        raise FileTrouble(f"{path} is a folder", do="name one file, or download the labels")
    for n in range(1, 1_000):
        found = path.with_name(f"{path.stem}-segments{f'-{n}' if n > 1 else ''}{FORMATS[kind]}")
        if not found.exists():
            return found
    raise FileTrouble(f"There are too many files beside {path}", do="remove some")


def sizes_table(found: Delivered, model: Model) -> Table:
    """How many customers of the file came to each segment, beside the study."""
    shares = {segment.number: segment.share for segment in model.segments}
    total = max(found.n_assigned, 1)
    lines = [
        line(
            f"{number} {name}" if number else f"Set aside: {name}",
            whole(size),
            per_cent(size / total),
            per_cent(shares.get(number)),
        )
        for number, name, size in found.sizes
    ]
    study = "In the study, by weight" if model.weighted else "In the study"
    return Table("Customers by segment", ("Segment", "Customers", "Share", study), tuple(lines))
