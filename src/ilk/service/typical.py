"""A customer typical of each segment, made of published figures: examples that are real and are nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ilk.model.model import Model
from ilk.model.parts import ColumnSummary, Profile, Segment
from ilk.service.columns import Scalar

_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Typical:
    """A made-up customer, and the number of the segment it was made from."""

    segment: int
    values: dict[str, Scalar]


def typical_customers(model: Model) -> tuple[Typical, ...]:
    """One customer for each segment, the usual value in every building column; blank where it is not told."""
    return tuple(Typical(segment.number, _values(model, segment)) for segment in model.segments)


def _values(model: Model, segment: Segment) -> dict[str, Scalar]:
    profiles = {profile.column: profile for profile in segment.profiles}
    id_column = model.content.provenance.id_column
    values: dict[str, Scalar] = {} if id_column is None else {id_column: f"{segment.number:05d}"}
    for column in model.content.columns:
        name = column.plan.column
        if column.plan.use != "builds" or name not in profiles:
            continue
        here = _usual(column, profiles[name])
        values[name] = _usual(column, column.everyone) if here is None else here
    return values


def _usual(column: ColumnSummary, profile: Profile) -> Scalar:
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
