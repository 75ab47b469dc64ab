"""The labels file: words, groups and more for each column, found beside the source or named."""

from __future__ import annotations

import csv
import io
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

from ilk.errors import BadInput, FileTrouble, listed
from ilk.sources.decode import plain_text
from ilk.sources.dialect import vote

HEADERS = {"short": "column", "original": "words"}
"""What other people call the columns of a labels file."""

BESIDE = "-columns.csv"
"""NAME-columns.csv beside NAME.csv is taken as its labels file."""


def labels_file(path: Path | None, source: Path | None) -> Path | None:
    """Return the labels file that was named, else the one beside the source, if there is one.

    Raises:
        FileTrouble: If the one that was named is not there.
    """
    if path is not None and not path.is_file():
        raise _no_labels(path)
    return path or _beside(source)


def read_lines(file: Path) -> list[dict[str, str]]:
    """Return the lines of a labels file by header, in whatever encoding and with whatever separator it is written.

    Raises:
        BadInput: If it has no header `column`.
    """
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


def _no_labels(path: Path) -> FileTrouble:
    stems = {beside.stem: beside for beside in sorted(path.parent.glob("*"))}
    near = get_close_matches(path.stem, stems, n=1, cutoff=0.75)  # endings alike make no two names alike
    there = f"use {str(stems[near[0]])!r}, if that is it" if near else "check the path given with --labels"
    return FileTrouble(f"The labels file {path} does not exist", do=there)


def _beside(source: Path | None) -> Path | None:
    """NAME-columns.csv beside NAME.csv, NAME.csv.gz, NAME.parquet ..."""
    if source is None:
        return None
    stem = source.name.split(".")[0] if source.suffixes[-1:] in ([".gz"], [".zst"]) else source.stem
    found = source.with_name(stem + BESIDE)
    return found if found.is_file() and found != source else None
