"""What a model reads of a customer: one list a column, each value checked strictly and made plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from math import nan
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ilk.model.model import Model
from ilk.model.seen import Seen, seen_of
from ilk.service.problems import Fault, pointer_of
from ilk.sources.forms import BLANKS, MISSING_ANYWHERE, NO, YES
from ilk.sources.source import Kind

Scalar = str | int | float | bool | None
Cells = NDArray[np.float64] | list[Any]
"""Values of one column: numbers as an array, NaN where blank; anything else as a list, None where blank."""

LONGEST_TEXT = 1_000
"""Characters of a value: no level is longer, and ten thousand of them still are few."""

LARGEST_ID = 2**63 - 1

NEEDED: dict[Kind | None, str] = {
    "number": "a finite number or null is needed",
    "flag": "true, false, 0, 1, yes, no or null is needed",
    "text": f"a text of at most {LONGEST_TEXT:,} characters, a number or null is needed",
    "date": "a date such as 2026-11-23 or null is needed",
    None: f"a text of at most {LONGEST_TEXT:,} characters, a finite number, true, false or null is needed",
}
ID_NEEDED = f"a text of at most {LONGEST_TEXT:,} characters, a whole number of 64 bits or null is needed"

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a model reads.

    Args:
        kinds: What each building column and each column of a rule holds; None for a rule's that the model never saw.
        id_column: Identifies a customer; None where the model knows no id.
        known: All columns the model knows; those it does not read are left alone in silence.
        read: Those it reads, the id among them.
        levels: The answers known of each column of kinds; another one counts as blank, and is told.
        seen: What was seen of each column of numbers, so that what is far from it is told.
        ends: Below and above which values of these are told, (2, columns, 1).
    """

    kinds: Mapping[str, Kind | None]
    id_column: str | None
    known: frozenset[str]
    read: frozenset[str]
    levels: Mapping[str, frozenset[str]]
    seen: tuple[Seen, ...]
    ends: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Some customers, checked.

    Args:
        ids: As they came, None where there is none.
        cells: Every column that is wanted, n values each.
        n_unknown: Columns that were sent and that the model does not know.
    """

    ids: list[str | int | None]
    cells: Mapping[str, Cells]
    n_unknown: int = 0

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, first: int, n: int) -> Rows:
        """Some of them: n from one on."""
        some = slice(first, first + n)
        return Rows(self.ids[some], {name: values[some] for name, values in self.cells.items()})


def wanted_of(model: Model) -> Wanted:
    """What a model reads of a customer."""
    kinds: dict[str, Kind | None] = {c.plan.column: c.facts.kind for c in model.content.columns}
    read = {c.plan.column for c in model.content.columns if c.plan.use == "builds"} | set(model.scoring.columns)
    ordered = [c for c in kinds if c in read] + [aside.test.column for aside in model.view.asides]
    id_column = model.content.provenance.id_column
    wanted = {c: kinds.get(c) for c in ordered if c != id_column}
    read_ones = frozenset(wanted) | ({id_column} if id_column else set())
    levels = {
        t.column: frozenset((*t.levels, *t.pooled))
        for t in model.content.recipe.transforms
        if t.levels and t.missing != "flag" and t.column in wanted
    }
    seen = tuple(one for name in model.scoring.columns if (one := seen_of(model.content.column(name))) is not None)
    ends = np.array([[one.least for one in seen], [one.most for one in seen]])[:, :, np.newaxis]
    return Wanted(wanted, id_column, frozenset(kinds) | read_ones, read_ones, levels, seen, ends)


def rows_of(wanted: Wanted, customers: Sequence[Mapping[str, Scalar]], faults: list[Fault], *at: str | int) -> Rows:
    """Read customers as JSON gives them.

    Args:
        wanted: What the model reads.
        customers: Column -> value; what is left out is blank.
        faults: OUT, what cannot be used.
        at: Where the customers are in the body; their number is added when there are several.
    """
    single = len(at) > 0 and at[-1] == "customer"
    sent, read = _Sent.of(customers, wanted), _Reading(at, single, faults)
    cells: dict[str, Cells] = dict(_all_numbers(wanted, sent))
    for name, kind in wanted.kinds.items():
        if name not in cells:
            cells[name] = read.column(name, kind, sent.column(name))
    ids = read.ids(wanted.id_column, [None] * sent.n if wanted.id_column is None else sent.column(wanted.id_column))
    if not _are_scalars(sent.unread):
        read.strangers(wanted, customers)
    return Rows(ids, cells, len(sent.strange - wanted.known))


@dataclass(frozen=True, slots=True)
class _Sent:
    """What was sent of n customers.

    Args:
        n: Customers.
        columns: The values of each column, (n,) each; of all columns, or of those that are read.
        strange: Columns that nobody reads.
        unread: All values in them.
    """

    n: int
    columns: Mapping[str, Sequence[Any]]
    strange: set[str]
    unread: list[Any]

    @classmethod
    def of(cls, customers: Sequence[Mapping[str, Scalar]], wanted: Wanted) -> _Sent:
        """Turn customers into columns: at once where all have the same, as they nearly always do."""
        found = _evenly(customers)
        if found is not None:
            strange = found.keys() - wanted.read
            return cls(len(customers), found, strange, list(chain.from_iterable(found[name] for name in strange)))
        columns = {name: [customer.get(name) for customer in customers] for name in wanted.read}
        unread = [(name, customer[name]) for customer in customers for name in customer.keys() - wanted.read]
        return cls(len(customers), columns, {name for name, _ in unread}, [value for _, value in unread])

    def column(self, name: str) -> Sequence[Any]:
        """The values of a column, None where it was left out."""
        return self.columns[name] if name in self.columns else [None] * self.n


def _evenly(customers: Sequence[Mapping[str, Scalar]]) -> dict[str, Sequence[Any]] | None:
    """All columns of customers who have the same; None where anybody has another."""
    names = list(customers[0])
    if len(names) < 2 or set(map(len, customers)) != {len(names)}:
        return None
    try:
        return dict(zip(names, zip(*map(itemgetter(*names), customers), strict=True), strict=True))
    except KeyError:
        return None


def _all_numbers(wanted: Wanted, sent: _Sent) -> Mapping[str, NDArray[np.float64]]:
    """All columns of numbers at once; nothing where anything in them is none, and then each is looked at."""
    names = [name for name, kind in wanted.kinds.items() if kind == "number"]
    found = _finite(list(chain.from_iterable(map(sent.column, names))))
    return {} if found is None else dict(zip(names, found.reshape(len(names), sent.n), strict=True))


def _finite(values: list[Any]) -> NDArray[np.float64] | None:
    """Numbers and blanks as an array; None if anything is neither, or no finite float."""
    kinds = set(map(type, values))
    if not kinds <= _NUMBERS:
        return None
    n_blank = values.count(None) if type(None) in kinds else 0
    said = [nan if value is None else value for value in values] if n_blank else values
    try:
        found = np.fromiter(said, np.float64, len(said))
    except OverflowError:
        return None
    if np.count_nonzero(np.isfinite(found)) + n_blank < len(values):
        return None
    found += 0.0  # no number is below zero and zero at once
    return found


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads columns, and notes every fault with its place."""

    at: tuple[str | int, ...]
    single: bool
    faults: list[Fault]

    def column(self, name: str, kind: Kind | None, values: Sequence[Any]) -> Cells:
        if kind == "number":
            return np.array(self._each(name, values, NEEDED["number"], _number), np.float64) + 0.0
        if set(map(type, values)) == {type(None)}:
            return list(values)
        return self._each(name, values, NEEDED[kind], _READ[kind])

    def ids(self, name: str | None, values: Sequence[Any]) -> list[Any]:
        kinds = set(map(type, values))
        if name is None or kinds == {type(None)} or (kinds == {str} and max(map(len, values)) <= LONGEST_TEXT):
            return list(values)
        return self._each(name, values, ID_NEEDED, read_id)

    def strangers(self, wanted: Wanted, customers: Sequence[Mapping[str, Scalar]]) -> None:
        """Look at values nobody reads, too; their columns are not named, because the model does not know them."""
        for i, customer in enumerate(customers):
            for name, value in customer.items():
                if name not in wanted.read and not _is_scalar(value):
                    self._fault(i, None, f"a column that is not read: {NEEDED[None]}")

    def _each(self, name: str, values: Sequence[Any], needed: str, read: Callable[[Any], Any]) -> list[Any]:
        found: list[Any] = []
        for i, value in enumerate(values):
            try:
                found.append(None if value is None else read(value))
            except (ValueError, OverflowError):
                found.append(None)
                self._fault(i, name, needed)
        return found

    def _fault(self, i: int, name: str | None, needed: str) -> None:
        steps = (*self.at, *(() if self.single else (i,)), *(() if name is None else (name,)))
        self.faults.append(Fault(pointer_of(*steps), needed))


_NUMBERS = {float, int, type(None)}
_SCALARS = _NUMBERS | {str, bool}


def _number(value: Scalar) -> float:
    if type(value) not in _NUMBERS or not np.isfinite(float(value)):  # type: ignore[arg-type]
        raise ValueError
    return float(value)  # type: ignore[arg-type]


def _flag(value: Scalar) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"yes", "no"}:
        return value == "yes"
    if type(value) not in _NUMBERS or value not in {0, 1}:
        raise ValueError
    return value == 1


def read_flag_text(value: str) -> bool | None:
    """A flag written as a text, as files have it; blank where it is none."""
    folded = value.strip(BLANKS).lower()
    return True if folded in YES else False if folded in NO else None


def read_text(value: Scalar) -> str | None:
    """A text as a table's is read: no blanks at its ends, None where it means "no answer"; 4 and 4.0 are the same.

    Raises:
        ValueError: If it is none, or too long.
    """
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        text = value.strip(BLANKS)
        return None if not text or text.lower() in MISSING_ANYWHERE else text
    number = _number(value)
    return str(int(number)) if number.is_integer() else repr(number)


def read_id(value: Any) -> str | int:
    """An id: a text stays as it is, leading zeros and all; 4.0 is 4.

    Raises:
        ValueError: If it is none, or too long.
    """
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not -LARGEST_ID <= value <= LARGEST_ID:
        raise ValueError
    return value


def _date(value: Scalar) -> date:
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        raise ValueError
    return date.fromisoformat(value)


def _own(value: Scalar) -> Scalar:
    if not _is_scalar(value):
        raise ValueError
    return float(value) if type(value) is int else value


def _are_scalars(values: list[Any]) -> bool:
    """Whether values are sound at a glance; where they are not, each is looked at."""
    kinds = set(map(type, values))
    if not kinds <= _SCALARS:
        return False
    if str in kinds and max([len(value) for value in values if type(value) is str]) > LONGEST_TEXT:
        return False
    return kinds.isdisjoint({float, int}) or _finite([v for v in values if type(v) in _NUMBERS]) is not None


def _is_scalar(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    if value is None or isinstance(value, bool):
        return True
    try:
        _number(value)
    except (ValueError, OverflowError):
        return False
    return True


_READ: dict[Kind | None, Callable[[Any], Any]] = {
    "number": _number,
    "flag": _flag,
    "text": read_text,
    "date": _date,
    None: _own,
}
