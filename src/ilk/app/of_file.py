"""One customer of the study's own file, found by its id a block of the file at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from ilk.errors import FileTrouble
from ilk.outputs.tables import CUSTOMERS_FILE
from ilk.outputs.wording import listed

BLOCK = 8 << 20
"""Bytes of the file in memory at a time."""

_LONGEST = 40
MOST_LIKE = 3
"""Ids told that differ only in upper and lower case."""


def customer_of_file(folder: Path, id_column: str | None, wanted: str) -> dict[str, str] | None:
    """Everything the file says of one customer; None where there is no such id.

    Args:
        folder: The study's private folder.
        id_column: What identifies customers; None where rows are counted, from 1.
        wanted: The id, or the number of the row.

    Raises:
        FileTrouble: If the file is not there, or is no longer what the study wrote.
    """
    if id_column is None and not wanted.isdecimal():
        return None
    seen = 0
    for block in _blocks(folder / CUSTOMERS_FILE, id_column):
        at = _at_row(block, int(wanted) - 1 - seen) if id_column is None else _with_id(block, id_column, wanted)
        if at is not None:
            return {
                name: _bare(column[at].as_py()) for name, column in zip(block.schema.names, block.columns, strict=True)
            }
        seen += block.num_rows
    return None


def ids_in_other_case(folder: Path, id_column: str | None, wanted: str) -> tuple[str, ...]:
    """Ids that differ from the wanted one only in upper and lower case, at most a few.

    Raises:
        FileTrouble: If the file is not there, or is no longer what the study wrote.
    """
    if id_column is None:
        return ()
    low = pc.utf8_lower(pa.array([wanted, f"'{wanted}"]))
    found: dict[str, None] = {}
    for block in _blocks(folder / CUSTOMERS_FILE, id_column):
        ids = block.column(id_column)
        same = ids.filter(pc.is_in(pc.utf8_lower(ids), value_set=low)).to_pylist()
        found.update(dict.fromkeys(_bare(one) for one in same if _bare(one) != wanted))
        if len(found) >= MOST_LIKE:
            break
    return tuple(found)[:MOST_LIKE]


def nobody(wanted: str, others: tuple[str, ...]) -> str:
    """That no customer has an id, and whose ids are written nearly so."""
    said = f"There is no customer “{wanted[:_LONGEST]}” in the file of this study."
    return f"{said} These differ in upper and lower case only: {listed(list(others))}." if others else said


def meant(wanted: str, found: str, others: tuple[str, ...]) -> str:
    """Which customer is shown, where ids differ only in upper and lower case."""
    if found != wanted:
        return f"There is no {wanted[:_LONGEST]}; {found} differs in upper and lower case only, and is shown."
    differ = "differs" if len(others) == 1 else "differ"
    return f"Shown is {found}; {listed(list(others))} {differ} in upper and lower case only."


def _blocks(path: Path, id_column: str | None) -> Iterator[pa.RecordBatch]:
    """The file a block at a time, every value as its text."""
    try:
        with _opened(path) as blocks:
            if id_column is not None and id_column not in blocks.schema.names:
                raise FileTrouble(f"{path} has no column {id_column!r}", do="make the study again")
            yield from blocks
    except (OSError, pa.ArrowInvalid) as error:
        raise FileTrouble(f"{path} cannot be read", got=str(error)[:200], do="make the study again") from error


def _opened(path: Path) -> pcsv.CSVStreamingReader:
    with path.open("rb") as head:
        names = pcsv.open_csv(head, parse_options=_PARSE).schema.names
    texts = pcsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    return pcsv.open_csv(path, pcsv.ReadOptions(block_size=BLOCK), _PARSE, texts)


_PARSE = pcsv.ParseOptions(newlines_in_values=True)


def _at_row(block: pa.RecordBatch, row: int) -> int | None:
    return row if 0 <= row < block.num_rows else None


def _with_id(block: pa.RecordBatch, id_column: str, wanted: str) -> int | None:
    """Where the id stands in a block; an apostrophe may have been put before it, for spreadsheets."""
    at = pc.index_in(pa.array([wanted, f"'{wanted}"]), value_set=block.column(id_column))
    return next((int(place) for place in at.to_pylist() if place is not None), None)


def _bare(text: str) -> str:
    """A text without the apostrophe that keeps spreadsheets from running it."""
    return text[1:] if text.startswith("'") and len(text) > 1 and not text[1].isalnum() else text
