"""One customer of the study's own file, found by its id a block of the file at a time."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from ilk.errors import FileTrouble
from ilk.outputs.tables import CUSTOMERS_FILE

BLOCK = 8 << 20
"""Bytes of the file in memory at a time."""


def customer_of_file(folder: Path, id_column: str | None, wanted: str) -> dict[str, str] | None:
    """Everything the file says of one customer; None where there is no such id.

    Args:
        folder: The study's private folder.
        id_column: What identifies customers; None where rows are counted, from 1.
        wanted: The id, or the number of the row.

    Raises:
        FileTrouble: If the file is not there, or is no longer what the study wrote.
    """
    path = folder / CUSTOMERS_FILE
    if id_column is None and not wanted.isdecimal():
        return None
    try:
        with _opened(path) as blocks:
            if id_column is not None and id_column not in blocks.schema.names:
                raise FileTrouble(f"{path} has no column {id_column!r}", do="make the study again")
            seen = 0
            for block in blocks:
                at = _at_row(block, int(wanted) - 1 - seen) if id_column is None else _with_id(block, id_column, wanted)
                if at is not None:
                    return {
                        name: _bare(column[at].as_py())
                        for name, column in zip(block.schema.names, block.columns, strict=True)
                    }
                seen += block.num_rows
    except (OSError, pa.ArrowInvalid) as error:
        raise FileTrouble(f"{path} cannot be read", got=str(error)[:200], do="make the study again") from error
    return None


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
