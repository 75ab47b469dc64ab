"""How much each customer counts: a column of respondents' weights, made ready for everything that is weighted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.errors import BadInput, BadSetting, listed
from ilk.features.plans import ColumnPlan
from ilk.features.roles import TOLD
from ilk.features.transforms import numbers
from ilk.figures import count
from ilk.sources.source import Note

Floats = NDArray[np.float64]

GRAIN = 256.0
"""Weights are multiples of 1 / GRAIN, so that sums are exact."""

HALF = 0.5
"""Share of the customers below which the effective number of them is warned of (rule of thumb)."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How much each customer counts.

    Args:
        column: Where it stands.
        masses: (n,), above 0, multiples of 2^-8, 1 on average.
    """

    column: str
    masses: Floats

    @property
    def effective(self) -> float:
        """Customers who, counting once each, would say as much: (sum w)^2 / sum w^2.

        Source: Kish (1965), Survey Sampling.
        """
        return math.fsum(self.masses) ** 2 / math.fsum(self.masses**2)

    @property
    def grains(self) -> NDArray[np.int64]:
        """The masses in whole grains, (n,)."""
        return (self.masses * GRAIN).astype(np.int64)

    def note(self) -> Note:
        """What is weighted, what is not, and what it costs."""
        n, effective = len(self.masses), self.effective
        said = (
            f"Weighted by “{self.column}”: segments, their shares and figures count each customer as often as it says, "
            f"and sizes are customers as they are; {count(n)} of unequal weight tell as much as "
            f"{count(round(effective))} who count alike (Kish)."
        )
        if effective < HALF * n:
            return Note("weights-uneven", f"{said} That is less than half: a few heavy customers decide a lot.")
        return Note("weighted", said)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Plans with one weight at the most, the weight if there is one that counts, and what is told of it."""

    plans: tuple[ColumnPlan, ...]
    weighing: Weighing | None
    notes: tuple[Note, ...]


def weighing_of(plans: Sequence[ColumnPlan], table: pa.Table) -> Weighed:
    """Find the weight of each customer.

    Weights are divided by their mean, so that only their ratios matter. All equal they change nothing. A column that
    only looks like weights and cannot be used is left out, and that is told.

    Args:
        plans: What each column does; role "weight" is at most one.
        table: All customers.

    Raises:
        BadSetting: If somebody named two columns of weights.
        BadInput: If the weights somebody named cannot be used.
    """
    found = [plan for plan in plans if plan.role == "weight"]
    told = [plan for plan in found if plan.reason == TOLD]
    if len(told) > 1:
        raise BadSetting(
            f"A customer has one weight, and {listed([plan.column for plan in told])} are to be it",
            do="say role weight of one column",
        )
    plan = told[0] if told else found[0] if len(found) == 1 else None
    if plan is None:
        why = "more than one column looks like weights; --role COLUMN=weight says which"
        return _left_out(plans, found, why if found else "")
    problem = _problem(plan, table.column(plan.column))
    if problem and told:
        raise BadInput(
            f"“{plan.column}” cannot weigh customers: {problem}",
            do="give everybody a weight above 0, take the others out of the file (--where does in a table of "
            "customers), or leave out the role",
        )
    if problem:
        return _left_out(plans, found, problem)
    masses = _masses(numbers(table.column(plan.column)))
    if (masses == masses[0]).all():
        return _left_out(plans, found, "everybody has the same weight, so that nothing changes")
    rest = _left_out(plans, [other for other in found if other is not plan], "another column is the weight")
    weighing = Weighing(plan.column, masses)
    return Weighed(rest.plans, weighing, (*rest.notes, weighing.note()))


def _left_out(plans: Sequence[ColumnPlan], some: Sequence[ColumnPlan], why: str) -> Weighed:
    """Those columns as nothing that counts."""
    names = {plan.column for plan in some}
    changed = tuple(replace(p, role="ignore", kind="ignore", reason=why) if p.column in names else p for p in plans)
    text = f"{listed(sorted(names))} {'is' if len(names) == 1 else 'are'} not used as weight: {why}."
    return Weighed(changed, None, (Note("weights-left-out", text),) if names else ())


def _problem(plan: ColumnPlan, column: pa.ChunkedArray) -> str:
    """Everything that keeps a column from being weights, in words; nothing where it can be."""
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)):
        return f"it holds no numbers ({plan.kind})"
    values = numbers(column)
    blank = np.isnan(values)
    bad = [
        (int(blank.sum()), "blank"),
        (int((values == 0.0).sum()), "0"),
        (int((values < 0.0).sum()), "below 0"),
    ]
    return ", ".join(f"{count(n)} of {count(len(values))} are {what}" for n, what in bad if n)


def _masses(values: Floats) -> Floats:
    """Ratios to the mean on the grain, never 0; the mean is exact, so that it does not depend on the order."""
    mean = math.fsum(values / values.max()) / len(values) * values.max()
    return np.asarray(np.maximum(np.floor(values / mean * GRAIN + 0.5), 1.0) / GRAIN)
