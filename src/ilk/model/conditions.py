"""One condition on one column, such as REGION = HQ: read, checked against the model, and met by customers or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ilk.errors import BadInput, MissingColumns
from ilk.model.parts import Content

Operator = Literal["=", "!=", "<", "<=", ">", ">="]

_SHAPE = re.compile(r"""\s*(?:"((?:[^"]|"")+)"|(.+?))\s*(!=|<>|<=|>=|==|=|<|>)\s*('(?:[^']|'')*'|"[^"]*"|.+?)\s*""")
_SAME = {"<>": "!=", "==": "="}
_COMPARE = {
    "=": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
_ORDER = {"<", "<=", ">", ">="}
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison of a column with a value; a blank meets no condition."""

    column: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        return f"{self.column} {self.operator} {self.value}"


def read_condition(text: str) -> Clause:
    """Read COLUMN OPERATOR VALUE; double quotes may stand around the column, quotes of either kind around the value.

    Raises:
        BadInput: If it is not of that form.
    """
    found = _SHAPE.fullmatch(text)
    if not found:
        raise BadInput(
            "The rule is not of the form COLUMN = VALUE", got=text[:80], do="write it like REGION = HQ, or AGE < 18"
        )
    quoted, plain, operator, value = found.groups()
    column = quoted.replace('""', '"') if quoted else plain
    return Clause(column, cast("Operator", _SAME.get(operator, operator)), _unquoted(value))


def check_condition(test: Clause, content: Content) -> None:
    """Refuse a condition that names a person, or compares a column of the model with what it never holds.

    Raises:
        BadInput: In both cases.
    """
    known = {c.plan.column: c for c in content.columns}
    role = known[test.column].plan.role if test.column in known else None
    if role in {"id", "contact"} or test.column == content.provenance.id_column:
        raise BadInput(
            f"A rule on {test.column!r} would write a person into the model, which may be passed on",
            do="set customers aside by something they share, such as REGION = HQ",
        )
    if test.column in known and _value(test.value, _TYPES[known[test.column].facts.kind]) is None:
        raise BadInput(
            f"{test.column!r} holds a {known[test.column].facts.kind} and cannot be compared",
            got=repr(test.value),
            do=f"give a {known[test.column].facts.kind}",
        )


def check_known(test: Clause, content: Content) -> None:
    """Refuse a condition on a column the study never saw: nobody would ever meet it, unless new files bring it.

    Raises:
        MissingColumns: With the name that is nearest.
    """
    known = [c.plan.column for c in content.columns]
    if test.column not in known:
        raise MissingColumns.listing([test.column], known)


def unheard_of(test: Clause, content: Content) -> tuple[str, ...]:
    """The values a column of few different texts had in the study, where the one asked for is none of them."""
    summary = next((c for c in content.columns if c.plan.column == test.column), None)
    if summary is None or summary.facts.kind != "text" or test.operator not in {"=", "!="}:
        return ()
    return () if test.value in summary.levels else summary.levels


_TYPES = {"number": pa.float64(), "flag": pa.bool_(), "text": pa.string(), "date": pa.date32()}


def who_meets(test: Clause, batch: pa.RecordBatch) -> NDArray[np.bool_]:
    """Whether each customer of a batch meets the condition; nobody does where the column is absent.

    Returns:
        bool (n,).
    """
    if test.column not in batch.schema.names:
        return np.zeros(batch.num_rows, np.bool_)
    column = batch.column(test.column)
    if test.operator in _ORDER and pa.types.is_string(column.type) and _value(test.value, pa.float64()) is not None:
        column = _numbers(column)
    value = _value(test.value, column.type)
    if value is None:
        return np.zeros(batch.num_rows, np.bool_)
    met = pc.fill_null(_COMPARE[test.operator](column, pa.scalar(value, column.type)), False)
    return np.asarray(met.to_numpy(zero_copy_only=False), np.bool_)


def _numbers(column: pa.Array) -> pa.Array:
    """Texts as the numbers they say; others, which are neither more nor less than a number, as blanks."""
    encoded = column.dictionary_encode()
    values = [None if text is None else _value(text, pa.float64()) for text in encoded.dictionary.to_pylist()]
    return pa.array(values, pa.float64()).take(encoded.indices)


def _unquoted(value: str) -> str:
    for sign in "'\"":
        if len(value) >= 2 and value[0] == value[-1] == sign:
            return value[1:-1].replace(sign * 2, sign)
    return value


def _value(text: str, kind: pa.DataType) -> Any:
    """The value in the column's own type; None when it is none of that type."""
    if pa.types.is_boolean(kind):
        return _FLAGS.get(text.casefold())
    try:
        if pa.types.is_integer(kind):
            return int(text)
        if pa.types.is_floating(kind):
            return float(text) if np.isfinite(float(text)) else None
        if pa.types.is_date(kind):
            return date.fromisoformat(text)
    except ValueError:
        return None
    return text
