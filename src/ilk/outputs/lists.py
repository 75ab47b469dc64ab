"""The customers of one segment as a list to take away: read from a study's folder batch by batch, never held whole."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ilk.errors import BadInput, FileTrouble
from ilk.model.assign import RESULTS
from ilk.model.model import Model
from ilk.model.parts import Content
from ilk.outputs.tables import ASSIGNMENTS_FILE, write_csv
from ilk.outputs.wording import slug

KEPT = ("segment", "persona", "certainty", "outlier", "missing")
"""Results a list has behind the id; distances tell nobody who is to be written to anything."""

FIRST = 1
"""Where the results begin in the study's table: behind the id."""


def list_name(number: int, name: str) -> str:
    """What the file of a segment's customers is called."""
    return f"segment-{number}-{slug(name)}.csv"


def assign_again(content: Content, place: Path) -> str:
    """The command that assigns the customers of the study anew, from all that it was made of."""
    table = [content.provenance.source] if content.provenance.has_table else []
    beside = [word for one in content.sources for word in (f"--{one.block}", one.name)]
    return shlex.join(["ilk", "assign", str(place), *table, *beside, "--out", "assigned.csv"])


def outdated(model: Model, folder: Path) -> str:
    """Why the study's table of customers does not tell who is in the segments as they are now; nothing if it does.

    Merged segments can be put together from their parts. Another number of segments cannot, and who is set aside by a
    rule is only known once the customers are assigned anew.
    """
    how = f"{assign_again(model.content, folder)} says who is in the segments now"
    if model.k != model.content.k:
        return f"The study's list of customers was written for {model.content.k} segments, not {model.k}; {how}."
    if model.view.asides:
        return f"The study's list of customers was written before some were set aside by a rule; {how}."
    return ""


def write_list(folder: Path, model: Model, number: int, path: Path) -> int:
    """Write the customers of a segment as a CSV that opens in a spreadsheet, and say how many they are.

    Args:
        folder: The study's private folder.
        model: As the study has it now.
        number: Of the segment.
        path: The file to write.

    Raises:
        BadInput: If there is no such segment, or the folder's table does not tell who is in it now.
        FileTrouble: If the table cannot be read, or the list not written.
    """
    segment = model.segment(number)
    if told := outdated(model, folder):
        raise BadInput(told.partition("; ")[0], do=told.partition("; ")[2].rstrip("."))
    position = model.segments.index(segment)
    rows = [i + 1 for i, owner in enumerate(model.view.owner) if owner == position]
    kept = [name for name in KEPT if name != "certainty" or len(rows) == 1]
    try:
        with pq.ParquetFile(folder / ASSIGNMENTS_FILE) as table:
            schema = table.schema_arrow
            schema = pa.schema([schema.field(0), *(schema.field(FIRST + RESULTS.index(name)) for name in kept)])
            counted: list[int] = []
            batches = _batches(table, rows, (number, segment.persona.name), schema, counted)
            write_csv(path, schema, batches)
    except (OSError, pa.ArrowInvalid) as error:
        raise FileTrouble(
            f"{folder / ASSIGNMENTS_FILE} cannot be read", got=str(error).splitlines()[0], do="run `ilk segment` again"
        ) from error
    return sum(counted)


def _batches(
    table: pq.ParquetFile, rows: list[int], now: tuple[int, str], schema: pa.Schema, counted: list[int]
) -> Iterator[pa.RecordBatch]:
    """The customers of some rows of the scorer, under the number and name their segment has now."""
    wanted = pa.array(rows, pa.int16())
    for batch in table.iter_batches():
        here = batch.filter(pc.is_in(batch.column(FIRST), value_set=wanted))
        if here.num_rows == 0:
            continue
        counted.append(here.num_rows)
        yield pa.RecordBatch.from_arrays(
            [here.column(0), *(_result(here, name, now) for name in schema.names[FIRST:])], schema=schema
        )


def _result(batch: pa.RecordBatch, name: str, now: tuple[int, str]) -> pa.Array:
    column = batch.column(FIRST + RESULTS.index(name))
    if name in {"segment", "persona"}:
        return pa.array([now[name == "persona"]] * batch.num_rows, column.type)
    return pc.round(column, ndigits=4) if pa.types.is_floating(column.type) else column
