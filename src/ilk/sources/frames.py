"""Frames of any library become one Arrow table."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pyarrow as pa

from ilk.errors import BadInput


def as_arrow(frame: Any) -> pa.Table:
    """Return an Arrow table of a pandas, polars, Arrow or DuckDB frame, or anything with the Arrow capsule.

    Raises:
        BadInput: If it is none of these.
    """
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    try:
        wrapped = nw.from_native(frame)
    except TypeError:
        return _from_capsule(frame)
    if isinstance(wrapped, nw.LazyFrame):
        wrapped = wrapped.collect("pyarrow")
    return wrapped.to_arrow()


def _from_capsule(frame: Any) -> pa.Table:
    if not hasattr(frame, "__arrow_c_stream__"):
        raise BadInput(
            "This is not a table", got=type(frame).__name__, do="give a path, or a pandas, polars or Arrow table"
        )
    return pa.table(frame)
