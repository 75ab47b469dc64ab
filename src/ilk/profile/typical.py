"""A customer typical of each segment, made of published figures: examples that are real and are nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ilk.model.model import Model
from ilk.model.parts import ColumnSummary, Profile, Segment

Value = str | int | float | bool | None

_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Typical:
    """A made-up customer, and the number of the segment it was made from."""

    segment: int
    values: dict[str, Value]


def typical_customers(model: Model) -> tuple[Typical, ...]:
    """One customer for each segment, the usual value in every building column; blank where it is not told.

    What most of a segment left blank is blank: who bought once has no days between orders.
    """
    return tuple(Typical(segment.number, _values(model, segment)) for segment in model.segments)


def _values(model: Model, segment: Segment) -> dict[str, Value]:
    profiles = {profile.column: profile for profile in segment.profiles}
    id_column = model.content.provenance.id_column
    values: dict[str, Value] = {} if id_column is None else {id_column: f"{segment.number:05d}"}
    blank: set[str] = set()
    for column in model.content.columns:
        name = column.plan.column
        if column.plan.use != "builds" or name not in profiles:
            continue
        own = profiles[name]
        here = _usual(column, own)
        values[name] = _usual(column, column.everyone) if here is None else here
        blank |= {name} if own.n_missing > own.n else set()
    if blank < values.keys() - {id_column}:  # somebody of whom nothing is known is typical of nobody
        values |= dict.fromkeys(blank)
    return values | _totals(model, values)


def _totals(model: Model, values: Mapping[str, Value]) -> dict[str, Value]:
    """Totals that are the sum of their parts here too; medians alone do not add up."""
    found: dict[str, Value] = {}
    for identity in model.content.identities:
        parts = [values.get(part) for part in identity.parts]
        numbers = [float(part) for part in parts if isinstance(part, (int, float))]
        if identity.total in values and len(numbers) == len(parts):
            total = sum(numbers)
            found[identity.total] = round(total) if model.content.column(identity.total).facts.whole else total
    return found


def _usual(column: ColumnSummary, profile: Profile) -> Value:
    """The usual value as a request gives it."""
    if column.facts.kind == "text":
        counts = [count or 0 for count in profile.levels]
        return column.levels[counts.index(max(counts))] if any(counts) else None
    middle = profile.median if profile.median is not None else profile.mean
    if middle is None:
        return None
    if column.facts.kind == "flag":
        return middle >= 0.5
    if column.facts.kind == "date":
        return (date(1970, 1, 1) + timedelta(days=round(middle))).isoformat()
    return round(middle) if column.facts.whole else float(f"{middle:.{_DIGITS}g}")
