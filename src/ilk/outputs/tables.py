"""Tables of customers: a CSV that opens in a spreadsheet, Parquet for programs, and what was rejected. All private."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ilk.files import replacing
from ilk.sources.source import Source

CUSTOMERS_FILE, ASSIGNMENTS_FILE, REJECTS_FILE = "customers-with-segments.csv", "assignments.parquet", "rejects.csv"

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Tells a spreadsheet that the file is UTF-8."""

FORMULA = r"^[\s\x00]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|^[\t\r\n\x00]"
"""Texts a spreadsheet would run instead of showing (OWASP, CWE-1236)."""

DECIMALS = 4
"""Decimals of certainty, distance and margin in a file that people read; the Parquet file keeps all."""


def write_customers(path: Path, source: Source, assigned: pa.Table) -> None:
    """Write every customer of the source with segment, persona and certainty behind the columns they came with.

    Args:
        path: The CSV to write.
        source: All customers, in file order.
        assigned: One row for each that was assigned: the id first, then the results. Others get empty cells.
    """
    id_column = source.intake.id_column
    results = assigned.select(range(1 if id_column else 0, assigned.num_columns))
    taken = set(source.schema.names)
    results = results.rename_columns([_free(name, taken) for name in results.column_names])
    places = pc.index_in(source.ids(), value_set=_ids(assigned, source))
    names = [*source.schema.names, *results.column_names]
    schema = pa.schema([pa.field(n, f.type) for n, f in zip(names, [*source.schema, *results.schema], strict=True)])
    write_csv(path, schema, _joined(source, results, places, schema))


def _ids(assigned: pa.Table, source: Source) -> pa.Array:
    return assigned.column(0).cast(source.ids().type).combine_chunks()


def _joined(source: Source, results: pa.Table, places: pa.ChunkedArray, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    done = 0
    for batch in source.batches():
        here = places.slice(done, batch.num_rows).combine_chunks()
        done += batch.num_rows
        found = results.take(here).combine_chunks()
        columns = [*batch.columns, *(_rounded(_one_chunk(column)) for column in found.columns)]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _rounded(column: pa.Array) -> pa.Array:
    return pc.round(column, ndigits=DECIMALS) if pa.types.is_floating(column.type) else column


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) and whole.num_chunks else whole


def write_assignments(path: Path, assigned: pa.Table) -> None:
    """Write the assignments as Parquet, all digits kept."""
    import pyarrow.parquet as pq

    with replacing(path) as temporary:
        pq.write_table(assigned, temporary, compression="zstd")


def write_rejects(path: Path, rejects: pa.Table) -> None:
    """Write the records that found no segment, with line and reason."""
    write_csv(path, rejects.schema, rejects.to_batches())


def write_csv(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write a CSV that a spreadsheet opens: UTF-8 with its mark, numbers as numbers, no text that runs as a formula."""
    from pyarrow.csv import CSVWriter

    safe = pa.schema([pa.field(_harmless(field.name), _written(field.type)) for field in schema])
    with replacing(path) as temporary, temporary.open("wb") as handle:
        handle.write(BYTE_ORDER_MARK)
        with CSVWriter(handle, safe) as writer:
            for batch in batches:
                columns = [_neutral(column) for column in batch.columns]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=safe))


def _written(kind: pa.DataType) -> pa.DataType:
    """Floats that came as float32 would show digits they never had; texts and everything odd is written as text."""
    if pa.types.is_floating(kind):
        return pa.float64()
    return kind if _is_plain(kind) else pa.string()


def _is_plain(kind: pa.DataType) -> bool:
    checks = (pa.types.is_integer, pa.types.is_boolean, pa.types.is_date, pa.types.is_timestamp, pa.types.is_decimal)
    return any(check(kind) for check in checks)


def _neutral(column: pa.Array) -> pa.Array:
    """A column with an apostrophe before every text that a spreadsheet would take for a formula."""
    if pa.types.is_float32(column.type):
        return pc.round(column.cast(pa.float64()), ndigits=DECIMALS)
    if pa.types.is_floating(column.type) or _is_plain(column.type):
        return column
    text = column.cast(pa.string())
    risky = pc.match_substring_regex(text, FORMULA)
    return pc.if_else(risky, pc.binary_join_element_wise("'", text, ""), text)


def _harmless(name: str) -> str:
    return str(_neutral(pa.array([name]))[0].as_py())


def _free(name: str, taken: set[str]) -> str:
    """A column's name, told apart from one of the customers' own."""
    while name in taken:
        name = f"{name} (ilk)"
    taken.add(name)
    return name
