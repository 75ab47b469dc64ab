"""One customer given by hand, column by column, made ready for a model."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.errors import BadInput, did_you_mean, listed, several
from ilk.features import recipe as recipes
from ilk.model.model import Model
from ilk.model.score import ARROW_TYPES, NOTHING_ANSWERED, with_blanks
from ilk.model.scorers import Matrix
from ilk.model.seen import TAKEN, seen_of
from ilk.model.shown import figure
from ilk.sources.sampling import xxh64
from ilk.sources.source import Kind, Note

_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NOT_AVAILABLE = ("NAType", "NaTType")
"""What pandas puts where nothing is known."""

_A = {"number": "a number", "flag": "yes or no", "text": "a text", "date": "a date such as 2026-11-23"}


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer as a model sees it.

    Args:
        batch: One row: every building column, and what else was given.
        features: float32 (p,), NaN where an answer is missing.
        hashed: uint64 (1,), of the id, or of all values where no id was given.
        blank: Building columns left blank, or with a value the model cannot use.
        notes: What was left alone.
    """

    batch: pa.RecordBatch
    features: Matrix
    hashed: NDArray[np.uint64]
    blank: tuple[str, ...]
    notes: tuple[Note, ...]


def read_customer(model: Model, values: Mapping[str, Any]) -> Customer:
    """Read one customer; a column that is left out, None, NaN or an empty text is blank.

    Args:
        model: Knows what each column holds.
        values: Column -> value, in the column's own units; numbers and dates may be texts.

    Raises:
        BadInput: If values do not fit their columns, all of them at once; if nothing was answered.
    """
    kinds: dict[str, Kind] = {c.plan.column: c.facts.kind for c in model.content.columns}
    rules = {aside.test.column for aside in model.view.asides}
    problems: list[str] = []
    columns: dict[str, pa.Array] = {}
    values = _named_as_known(values, {*kinds, *rules, *([model.content.provenance.id_column or ""])})
    for column, value in values.items():
        try:
            columns[column] = _column(value, kinds.get(column))
        except ValueError as error:
            problems.append(f"{column}: {error}")
    if problems:
        raise several(problems, what="The customer")
    id_column = model.content.provenance.id_column
    unknown = [c for c in columns if c not in kinds and c not in rules and c != id_column]
    notes = (Note("columns-unknown", f"Not known to the model, and left alone: {listed(unknown)}."),) * bool(unknown)
    known = {c: a for c, a in columns.items() if c in kinds or c in rules}
    if not any(column in known for column in model.scoring.columns):
        raise _knows_nothing(model, unknown)
    return _ready(model, known, _hashed(values, id_column), notes)


def _knows_nothing(model: Model, unknown: Sequence[str]) -> BadInput:
    """No column is one that makes segments; a misspelt one is told what it may have meant."""
    some = f"give some of {listed(model.scoring.columns)}"
    return BadInput(
        "Nothing is known about the customer",
        got=f"{listed(unknown)}, which the model does not know"
        if unknown
        else "none of the columns that make segments",
        do=did_you_mean(unknown[0], model.scoring.columns, otherwise=some) if unknown else some,
    )


def one_customer(values: Any) -> dict[str, Any]:
    """A mapping, or a row of a pandas frame, with plain values; what pandas calls not available is None.

    Raises:
        BadInput: If it is something else.
    """
    pairs = values.items() if isinstance(values, Mapping) or hasattr(values, "items") else None
    if pairs is None or getattr(values, "ndim", 1) != 1:
        raise BadInput(
            f"A {type(values).__name__} is not one customer",
            do='give one customer\'s columns and values, such as {"BALANCE": 40.9}; assign takes tables',
        )
    return {str(column): _plain(value) for column, value in pairs}


def _plain(value: Any) -> Any:
    """A NumPy value as a plain one."""
    if isinstance(value, np.generic):
        return value.item()
    return None if type(value).__name__ in _NOT_AVAILABLE else value


def _named_as_known(values: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    """Give columns the names the model knows where they differ in upper and lower case only, and no two are alike."""
    folded = Counter(name.casefold() for name in values)
    own = {name.casefold(): name for name in known} if len({n.casefold() for n in known}) == len(known) else {}
    return {own.get(n.casefold(), n) if folded[n.casefold()] == 1 else n: value for n, value in values.items()}


def read_value(model: Model, column: str, value: Any) -> pa.Array:
    """One value as a column of the kind the model knows, of its own type where it knows none.

    Raises:
        ValueError: If it does not fit.
    """
    kinds: dict[str, Kind] = {c.plan.column: c.facts.kind for c in model.content.columns}
    return _column(value, kinds.get(column))


def _ready(
    model: Model, known: Mapping[str, pa.Array], hashed: NDArray[np.uint64], notes: tuple[Note, ...]
) -> Customer:
    batch = with_blanks(
        model.content, model.scoring, pa.RecordBatch.from_arrays(list(known.values()), names=list(known))
    )
    matrix = recipes.apply(model.scoring.recipe, batch)
    blank = recipes.blank_columns(model.content.recipe, batch, matrix)[0]
    unseen = recipes.unseen(model.scoring.recipe, batch)
    notes += tuple(
        Note("levels-unseen", f"{column}: the model never saw this value, so it counts as blank.")
        for column, n in sorted(unseen.items())
        if n
    )
    if blank.all():
        told = " ".join(note.text for note in notes).removesuffix(".") or None
        raise BadInput(f"The customer {NOTHING_ANSWERED}", got=told, do="give at least one value that the model knows")
    left = tuple(column for column, is_blank in zip(model.scoring.columns, blank, strict=True) if is_blank)
    return Customer(batch, matrix[0], hashed, left, notes + _outside(model, batch))


def _outside(model: Model, batch: pa.RecordBatch) -> tuple[Note, ...]:
    """Numbers off a scale, and those so far out that a unit or a comma may be wrong: by more than the whole range."""
    found = []
    for column in model.scoring.columns:
        seen, value = seen_of(model.content.column(column)), batch.column(column)[0].as_py()
        if seen is not None and value is not None and seen.is_odd(value):
            what_then = TAKEN if seen.is_scale else "check its unit"
            joint = ", " if seen.is_scale else "; "
            found.append(Note(seen.code, f"{column}: {figure(value)} is {seen.words}{joint}{what_then}."))
    return tuple(found)


def _hashed(values: Mapping[str, Any], id_column: str | None) -> NDArray[np.uint64]:
    own = values.get(id_column) if id_column is not None else None
    if isinstance(own, (str, int)) and not isinstance(own, bool):
        return xxh64(pa.array([str(own)]))
    return xxh64(pa.array([json.dumps(dict(values), sort_keys=True, default=str)]))


def _column(value: Any, kind: Kind | None) -> pa.Array:
    """One value as a column of its kind; of its own type where the model does not know the column.

    Raises:
        ValueError: If it does not fit.
    """
    if kind is None:
        try:
            return pa.array([value])
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            return pa.array([str(value)])
    blank = value is None or value == "" or (isinstance(value, float) and math.isnan(value))
    return pa.array([None if blank else _READ[kind](value)], ARROW_TYPES[kind])


def _number(value: Any) -> float:
    """A finite number; a text is read as one, true and false are not."""
    try:
        found = math.nan if isinstance(value, (bool, np.bool_)) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise _unfit(value, "number")
    return found


def _flag(value: Any) -> bool:
    text = str(int(value)) if isinstance(value, (bool, np.bool_)) else str(value).strip().casefold()
    if text not in _FLAGS:
        raise _unfit(value, "flag")
    return _FLAGS[text]


def _text(value: Any) -> str:
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise _unfit(value, "text")
    return str(value)


def _date(value: Any) -> date:
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise _unfit(value, "date") from None


def _unfit(value: Any, kind: Kind) -> ValueError:
    return ValueError(f"{_A[kind]} is needed, got {str(value)[:40]!r}")


_READ: dict[str, Callable[[Any], Any]] = {"number": _number, "flag": _flag, "text": _text, "date": _date}
