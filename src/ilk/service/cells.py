"""The values of a request's customers as numbers, as Arrow and as they were said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.features.transforms import numbers
from ilk.model.score import ARROW_TYPES
from ilk.service.columns import Cells, Rows
from ilk.sources.forms import BLANKS
from ilk.sources.sampling import xxh64
from ilk.sources.source import Kind


def values_of(cells: Mapping[str, Cells], i: int) -> dict[str, Any]:
    """What is known of one customer: column -> value."""
    found = {name: values[i].item() if isinstance(values, np.ndarray) else values[i] for name, values in cells.items()}
    return {name: value for name, value in found.items() if value is not None and value == value}  # noqa: PLR0124


def hashes_of(rows: Rows, wanted: Iterable[int]) -> NDArray[np.uint64]:
    """Hashes of the ids of some customers; of what is known of a customer without one."""
    return xxh64([_name(rows, i) for i in wanted])


def numbers_in(kind: Kind | None, cells: Cells) -> NDArray[np.float64]:
    """A column as numbers, NaN where blank: flags 0 and 1, dates days since 1970."""
    if isinstance(cells, np.ndarray):
        return cells
    return np.array(cells, np.float64) if kind == "flag" else numbers(array_of(kind, cells))


def array_of(kind: Kind | None, cells: Cells) -> pa.Array:
    """A column as tables have it; one the model never saw as texts, because a rule compares it so."""
    if isinstance(cells, np.ndarray):
        return pa.array(cells, mask=np.isnan(cells))
    if kind is None:
        return pa.array([None if v is None else _as_text(v) for v in cells], pa.string())
    return pa.array(cells, ARROW_TYPES[kind])


def _name(rows: Rows, i: int) -> str:
    own = rows.ids[i]
    if own is None:
        return json.dumps(values_of(rows.cells, i), sort_keys=True, default=str)
    return own.strip(BLANKS) if isinstance(own, str) else str(own)


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
