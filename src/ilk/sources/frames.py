"""Frames of any library become one Arrow table."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pyarrow as pa
from narwhals.exceptions import DuplicateError

from ilk.errors import BadInput


def as_arrow(frame: Any) -> pa.Table:
    """Return an Arrow table of a pandas, polars, Arrow or DuckDB frame, or anything with the Arrow capsule.

    A named pandas index becomes a column; columns of mixed objects become texts.

    Raises:
        BadInput: If it is none of these.
    """
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    try:
        wrapped = nw.from_native(frame)
    except DuplicateError:
        return _with_repeated_names(frame)
    except TypeError:
        return _from_capsule(frame)
    if isinstance(wrapped, nw.LazyFrame):
        wrapped = wrapped.collect("pyarrow")
    try:
        return wrapped.to_arrow()
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.table({name: _column(wrapped[name]) for name in wrapped.columns})


def _with_repeated_names(frame: Any) -> pa.Table:
    names = [str(name) for name in frame.columns]
    numbered = as_arrow(frame.set_axis([str(i) for i in range(len(names))], axis=1))
    return numbered.rename_columns([*names, *numbered.column_names[len(names) :]])


def _column(series: nw.Series[Any]) -> pa.Array:
    """Return a column as Arrow, as text where its values are of several types."""
    try:
        return series.to_arrow()
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        missing = series.is_null().to_list()
        return pa.array(
            [None if gone else str(v) for v, gone in zip(series.to_list(), missing, strict=True)], pa.string()
        )


def _from_capsule(frame: Any) -> pa.Table:
    if hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__"):
        try:
            return pa.table(frame)
        except (pa.ArrowInvalid, ValueError) as error:
            raise BadInput(
                "This cannot be read as a table", got=str(error), do="give columns of equal length, each of one type"
            ) from None
    raise BadInput(
        f"A {type(frame).__name__} is not a table of customers",
        do="give a path or a pandas, polars, Arrow or DuckDB table; pyarrow.table(...) makes one of a dict of columns",
    )
