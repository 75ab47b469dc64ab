"""Customers as an Arrow IPC stream, in and out; a stream is looked at before anything of it is believed."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ilk.service.columns import ID_NEEDED, LONGEST_TEXT, NEEDED, Cells, Rows, Wanted, read_flag_text, read_id, read_text
from ilk.service.problems import Fault, Problem, pointer_of, unfit
from ilk.sources.source import Kind

MEDIA_TYPE = "application/vnd.apache.arrow.stream"

_COMPRESSION = 3
"""Place of `compression` in the table RecordBatch of Arrow's Message.fbs."""

_DICTIONARY_BATCH = 2
"""Kind of a message that wraps a RecordBatch, as Message.fbs numbers them."""


def read_stream(body: bytes, wanted: Wanted, most: int) -> Rows:
    """Read customers.

    Args:
        body: An Arrow IPC stream, uncompressed: what is sent is what it takes in memory.
        wanted: What the model reads.
        most: Customers allowed.

    Raises:
        Problem: If it is no such stream, too long, or does not hold what is wanted.
    """
    try:
        _refuse_compressed(body)
        table = _table(body, most)
    except (pa.ArrowException, OSError, struct.error, IndexError, ValueError, MemoryError, UnicodeDecodeError):
        raise Problem(400, "not-arrow", "The body is not a whole Arrow IPC stream.") from None
    if table.num_rows == 0:
        raise unfit([Fault("", "at least one customer is needed")])
    return _rows(table, wanted)


def write_stream(table: pa.Table) -> bytes:
    """The table as an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _table(body: bytes, most: int) -> pa.Table:
    batches, n = [], 0
    with pa.ipc.open_stream(body) as reader:
        if len(set(reader.schema.names)) < len(reader.schema.names):
            raise unfit([Fault("", "every column needs a name of its own")])
        for batch in reader:
            n += batch.num_rows
            if n > most:
                raise too_many(most)
            batch.validate(full=True)
            batches.append(batch)
        return pa.Table.from_batches(batches, schema=reader.schema)


def too_many(most: int) -> Problem:
    """More customers than one request may hold."""
    return unfit([Fault("/customers", f"at most {most:,} customers are taken at once")])


def _rows(table: pa.Table, wanted: Wanted) -> Rows:
    faults: list[Fault] = []
    names = set(table.schema.names)
    n = table.num_rows
    cells: dict[str, Cells] = {
        name: _cells(table.column(name), name, kind, faults) if name in names else _nothing(kind, n)
        for name, kind in wanted.kinds.items()
    }
    ids: list[Any] = [None] * n
    if wanted.id_column is not None and wanted.id_column in names:
        ids = _each(table.column(wanted.id_column), wanted.id_column, ID_NEEDED, read_id, faults)
    if faults:
        raise unfit(faults)
    return Rows(ids, cells, len(names - wanted.known))


def _nothing(kind: Kind | None, n: int) -> Cells:
    return np.full(n, np.nan) if kind == "number" else [None] * n


def _cells(column: pa.ChunkedArray, name: str, kind: Kind | None, faults: list[Fault]) -> Cells:
    found = column.type
    fits = _FITS[kind]
    if pa.types.is_null(found):
        return _nothing(kind, len(column))
    if not fits(found.value_type if pa.types.is_dictionary(found) else found):
        faults.append(Fault(pointer_of(name), f"a column of another type is needed: {NEEDED[kind]}"))
        return _nothing(kind, len(column))
    if kind == "number":
        values = column.cast(pa.float64(), safe=False).to_numpy().astype(np.float64) + 0.0
        return np.where(np.isfinite(values), values, np.nan)
    return _each(column, name, NEEDED[kind], _READ[kind], faults)


def _each(
    column: pa.ChunkedArray, name: str, needed: str, read: Callable[[Any], Any], faults: list[Fault]
) -> list[Any]:
    """Read each value; a level of a dictionary is made once, however many customers have it."""
    try:
        return [None if value is None else read(value) for value in _plain(column)]
    except (ValueError, OverflowError, TypeError):
        faults.append(Fault(pointer_of(name), needed))
        return [None] * len(column)


def _plain(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_dictionary(column.type):
        found: list[Any] = []
        for chunk in column.chunks:
            levels = chunk.dictionary.to_pylist()
            found += [None if at is None else levels[at] for at in chunk.indices.to_pylist()]
        return found
    if pa.types.is_timestamp(column.type):
        column = pc.cast(column, pa.date32(), safe=False)
    return list(column.to_pylist())


def _number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _day(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _flag(value: Any) -> bool | None:
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return read_flag_text(value)
    if isinstance(value, bool) or value in {0, 1}:
        return bool(value)
    raise ValueError


def _blank_nan(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """NaN is how frames write a blank."""
    return lambda value: None if value != value else read(value)  # noqa: PLR0124


def _itself(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise ValueError
    return float(value) if type(value) is int else value


_FITS: dict[Kind | None, Callable[[pa.DataType], bool]] = {
    "number": _number,
    "flag": lambda kind: bool(pa.types.is_boolean(kind)) or _number(kind) or _text(kind),
    "text": lambda kind: _text(kind) or _number(kind),
    "date": _day,
    None: lambda kind: bool(pa.types.is_boolean(kind)) or _number(kind) or _text(kind),
}
_READ: dict[Kind | None, Callable[[Any], Any]] = {
    "flag": _blank_nan(_flag),
    "text": _blank_nan(read_text),
    "date": lambda value: value,
    None: _blank_nan(_itself),
}


# ---------------------------------------------------------------- is anything compressed?


def _refuse_compressed(body: bytes) -> None:
    """Refuse a stream whose buffers are compressed, because a small one may hold gigabytes; pyarrow would not ask."""
    reader = pa.ipc.MessageReader.open_stream(body)
    for message in reader:
        if message.type in {"record batch", "dictionary"} and _is_compressed(message.metadata.to_pybytes()):
            raise Problem(415, "compressed", "The Arrow stream is compressed; send it without compression.")


def _is_compressed(metadata: bytes) -> bool:
    """Whether a message says that its buffers are compressed.

    pyarrow has verified the flatbuffer when it made the message; here two or three tables are walked.

    Source: https://github.com/apache/arrow/blob/main/format/Message.fbs
    """
    (root,) = struct.unpack_from("<I", metadata, 0)
    header = _child(metadata, root, 2)
    kind = metadata[_field(metadata, root, 1)]
    if kind == _DICTIONARY_BATCH:
        header = _child(metadata, header, 1)
    return _field(metadata, header, _COMPRESSION) > 0


def _field(data: bytes, table: int, number: int) -> int:
    """Where a field of a flatbuffer's table stands; 0 if it is absent."""
    (back,) = struct.unpack_from("<i", data, table)
    vtable = table - back
    (size,) = struct.unpack_from("<H", data, vtable)
    at = 4 + 2 * number
    if at >= size:
        return 0
    (offset,) = struct.unpack_from("<H", data, vtable + at)
    return table + int(offset) if offset else 0


def _child(data: bytes, table: int, number: int) -> int:
    at = _field(data, table, number)
    (offset,) = struct.unpack_from("<I", data, at)
    return at + int(offset)
