"""The words for each column: from a labels file, else made from the column's name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

from ilk.errors import BadInput, FileTrouble, listed
from ilk.features.plans import Label
from ilk.features.words import unit_of, words_of
from ilk.sources.decode import plain_text
from ilk.sources.dialect import vote
from ilk.sources.evidence import Made
from ilk.sources.source import Note

HEADERS = {"short": "column", "original": "words"}
"""What other people call the columns of a labels file."""

BESIDE = "-columns.csv"
"""NAME-columns.csv beside NAME.csv is taken as its labels file."""

_STEPS = re.compile(r"\s*[|<;]\s*")


@dataclass(frozen=True, slots=True)
class Labels(Mapping[str, Label]):
    """A label for every column that was asked for. `file` is the labels file that was read, if any."""

    by_column: Mapping[str, Label]
    file: Path | None = None
    notes: tuple[Note, ...] = field(default=())

    def __getitem__(self, column: str) -> Label:
        return self.by_column[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_column)

    def __len__(self) -> int:
        return len(self.by_column)


def read_labels(
    path: Path | None, source_path: Path | None, columns: Sequence[str], *, also_there: Sequence[str] = ()
) -> Labels:
    """Return a label for each of `columns`, from the file where it has one, else made from the name.

    Args:
        path: A labels file: CSV with headers column, words, unit, currency, group, order; only `column` is needed.
            `order` lists the levels of a column from low to high, separated by | or ;.
        source_path: Where the customers come from; NAME-columns.csv beside it is found.
        columns: The columns that need words.
        also_there: Columns of the source that need none, such as the id; words for them are not unknown.

    Raises:
        FileTrouble: If the named file cannot be read.
        BadInput: If it has no header `column`.
    """
    if path is not None and not path.is_file():
        raise _no_labels(path)
    file = path or _beside(source_path)
    made = {column: made_label(column) for column in columns}
    if file is None:
        return Labels(made)
    given, unknown = _matched(_read(file), columns)
    unknown = [name for name in unknown if name not in also_there]
    notes = (Note("labels-unknown", _unknown_in_words(file, unknown)),) if unknown else ()
    return Labels({column: _given_label(given.get(column), made[column]) for column in columns}, file, notes)


def made_label(column: str) -> Label:
    """A label made from nothing but the column's name."""
    words = words_of(column)
    return Label(words=words, unit=unit_of(column), short=words)


def label_of(given: Label | None, name: str, made: Made | None) -> Label:
    """The labels file's words; else those the column was made with; else words made from its own name.

    What the labels file leaves open, such as an order, is as the column was made.

    Args:
        given: What the labels file says, if anything.
        name: What the column is called in its own source.
        made: How it was made, if it was.
    """
    plain = made_label(name)
    if made is None:
        return given or plain
    if given is not None and given.given:
        return replace(
            given,
            unit=given.unit or made.unit,
            currency=given.currency or made.currency,
            group=given.group or made.group,
            order=given.order or made.order,
        )
    return replace(
        plain,
        words=made.words or plain.words,
        unit=made.unit or plain.unit,
        currency=made.currency,
        group=made.group,
        order=made.order,
        given=bool(made.words),
    )


def _no_labels(path: Path) -> FileTrouble:
    near = get_close_matches(path.name, [beside.name for beside in path.parent.glob("*")], n=1, cutoff=0.6)
    there = f"use {str(path.parent / near[0])!r}, if that is it" if near else "check the path given with --labels"
    return FileTrouble(f"The labels file {path} does not exist", do=there)


def _beside(source: Path | None) -> Path | None:
    """NAME-columns.csv beside NAME.csv, NAME.csv.gz, NAME.parquet ..."""
    if source is None:
        return None
    stem = source.name.split(".")[0] if source.suffixes[-1:] in ([".gz"], [".zst"]) else source.stem
    found = source.with_name(stem + BESIDE)
    return found if found.is_file() and found != source else None


def _read(file: Path) -> list[dict[str, str]]:
    """The lines of a labels file by header, in whatever encoding and with whatever separator it is written."""
    with TemporaryDirectory(prefix="ilk-") as folder:
        plain = plain_text(file, Path(folder))
        layout = vote(plain.path)
        text = plain.path.read_text(encoding="utf-8", errors="replace")
    reader = csv.reader(
        io.StringIO(text),
        delimiter=layout.delimiter,
        quotechar=layout.quote or None,
        quoting=csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE,
    )
    try:
        records = [cells for cells in reader if any(cells)]
    except csv.Error as error:
        raise BadInput(
            f"The labels file {file} is no table",
            got=str(error),
            do="save it again as CSV with the headers column, words, unit, currency, group, order",
        ) from None
    at = next((i for i, cells in enumerate(records) if "column" in map(_header, cells)), None)
    if at is None:
        raise BadInput(
            f"The labels file {file} does not say which column each line is for",
            got=f"the headers {listed(records[0])}" if records else "an empty file",
            do="give it a header `column` (and words, unit, currency, group, order as you like)",
        )
    header = [_header(name) for name in records[at]]
    return [dict(zip(header, (cell.strip() for cell in cells), strict=False)) for cells in records[at + 1 :]]


def _header(name: str) -> str:
    plain = name.strip().casefold()
    return HEADERS.get(plain, plain)


def _matched(
    rows: Sequence[Mapping[str, str]], columns: Sequence[str]
) -> tuple[dict[str, Mapping[str, str]], list[str]]:
    """Lines by column; a name that differs in case or outer blanks only is the same name."""
    folded = {column.strip().casefold(): column for column in columns}
    given: dict[str, Mapping[str, str]] = {}
    unknown = []
    for row in rows:
        name = row["column"]
        column = name if name in columns else folded.get(name.casefold())
        if column is None:
            unknown.append(name)
        else:
            given[column] = row
    return given, [name for name in unknown if name]


def _given_label(row: Mapping[str, str] | None, made: Label) -> Label:
    if row is None:
        return made
    words = " ".join(row.get("words", "").replace("_", " ").split()).rstrip(".")
    return Label(
        words=words or made.words,
        unit=row.get("unit", "") or made.unit,
        currency=row.get("currency", ""),
        group=row.get("group", ""),
        order=tuple(step for step in _STEPS.split(row.get("order", "")) if step),
        given=bool(words),
        short=made.words,
    )


def _unknown_in_words(file: Path, unknown: Sequence[str]) -> str:
    return f"{file.name} has words for {listed(unknown)}, which the source does not have."
