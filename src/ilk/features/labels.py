"""The words for each column: from a labels file, else made from the column's name."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ilk.errors import BadInput, FileTrouble, listed
from ilk.features.words import unit_of, words_of
from ilk.model.parts import Label
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
    file = path or _beside(source_path)
    made = {column: made_label(column) for column in columns}
    if file is None:
        return Labels(made)
    given, unknown = _matched(_read(file), columns)
    unknown = [name for name in unknown if name not in also_there]
    notes = (Note("labels_unknown", _unknown_in_words(file, unknown)),) if unknown else ()
    return Labels({column: _given_label(given.get(column), made[column]) for column in columns}, file, notes)


def made_label(column: str) -> Label:
    """A label made from nothing but the column's name."""
    words = words_of(column)
    return Label(words=words, unit=unit_of(column), short=words)


def _beside(source: Path | None) -> Path | None:
    """NAME-columns.csv beside NAME.csv, NAME.csv.gz, NAME.parquet ..."""
    if source is None:
        return None
    stem = source.name.split(".")[0] if source.suffixes[-1:] in ([".gz"], [".zst"]) else source.stem
    found = source.with_name(stem + BESIDE)
    return found if found.is_file() and found != source else None


def _read(file: Path) -> list[dict[str, str]]:
    try:
        text = _decoded(file.read_bytes())
    except OSError as error:
        raise FileTrouble(f"The labels file {file} cannot be read", got=error.strerror) from None
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    rows = list(csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter))
    return [_renamed(row) for row in rows if _checked(row, file)]


def _decoded(content: bytes) -> str:
    """UTF-16 where it says so, else UTF-8, else Windows-1252, which any bytes can be."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _checked(row: Mapping[str | None, str | list[str] | None], file: Path) -> bool:
    names = [_header(name) for name in row if name is not None]
    if "column" not in names:
        raise BadInput(
            f"The labels file {file} does not say which column each line is for",
            got=f"the headers {listed(names)}",
            do="give it a header `column` (and words, unit, currency, group, order as you like)",
        )
    return True


def _renamed(row: Mapping[str, str | None]) -> dict[str, str]:
    return {_header(name): (value or "").strip() for name, value in row.items() if isinstance(value, str)}


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
