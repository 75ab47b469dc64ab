"""Why answers are missing: for each column the one condition that best predicts its blanks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ilk.features.plans import ColumnPlan, Gap
from ilk.features.transforms import Values, level_texts, numbers, present
from ilk.figures import few, percent
from ilk.sources.source import ColumnFacts, Note

WORTH_TELLING = 0.01
"""Share of blanks from which a column is looked at; methods page, "Missing answers"."""

PREDICTS = 0.3
"""Phi from which a condition is said to predict blanks: a medium effect (Cohen 1988, rule of thumb)."""

SIMPLE = 10
"""A column of at most so many different values is tried value by value."""

CUTS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Quantiles at which a column of many values is cut in two, when no single value predicts."""

COARSE = 20
"""Shares that would tell of a handful of customers are told in twentieths."""

MOST_NAMED = 5
"""Columns with blanks named in one sentence."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Condition:
    """Something that may be true of a customer. `rank` 0 is a plain statement, 1 a cut in two."""

    column: str
    text: str
    holds: Mask
    rank: int


def explain_gaps(table: pa.Table, plans: Sequence[ColumnPlan], *, min_customers: int = 10) -> tuple[Gap, ...]:
    """Return a gap for every building or describing column in which more than 1 % of the answers are missing.

    Conditions tried are "X = value", "X is blank" and, when none of these predicts, "X <= cut" and "X >= cut"; the
    one with the largest phi wins, the first of equals. Where none reaches phi 0.3 the condition is empty, `covered`
    0 and `precision` the share of blanks.

    Args:
        table: Customers, the fit sample or all.
        plans: What each column does; columns that stay out are not looked at.
        min_customers: No condition that fewer customers meet is named.
    """
    columns = [plan for plan in plans if plan.use != "out" and plan.role != "topics"]  # blank: not in that source
    blanks = {plan.column: _blank(table.column(plan.column)) for plan in columns}
    wanted = [plan.column for plan in columns if blanks[plan.column].mean() > WORTH_TELLING] if len(table) else []
    if not wanted:
        return ()
    conditions = [c for plan in columns for c in _conditions(table.column(plan.column), plan, blanks[plan.column])]
    conditions = [condition for condition in conditions if condition.holds.sum() >= min_customers]
    return tuple(
        _gap(name, blanks[name], [c for c in conditions if c.column != name], min_customers) for name in wanted
    )


def skipped_notes(
    facts: Sequence[ColumnFacts], plans: Sequence[ColumnPlan], gaps: Sequence[Gap] = (), *, min_customers: int = 10
) -> tuple[Note, ...]:
    """How many answers are missing in the columns that build segments, that nothing was put in their place, and where.

    Args:
        facts: Totals of every column.
        plans: What each column does.
        gaps: What predicts blanks; told in the same sentence, so that nothing is said twice.
        min_customers: Fewer blanks than this are not counted aloud, nor a total that would give them away.
    """
    building = {plan.column for plan in plans if plan.use == "builds" and plan.missing == "skip"}
    blank = [(fact.n_missing, fact.column) for fact in facts if fact.column in building and fact.n_missing]
    if not blank:
        return ()
    most = sorted(blank, key=lambda one: -one[0])[:MOST_NAMED]
    because = {gap.column: f" (among them {_who_lacks_it(gap)})" for gap in gaps if gap.condition}
    named = ", ".join(f"{few(n, min_customers)} in {column}{because.get(column, '')}" for n, column in most)
    rest = f", and more in {len(blank) - len(most):,} other columns" if len(blank) > len(most) else ""
    total = sum(n for n, _ in blank)
    if len(blank) > 1 and any(n < min_customers for n, _ in blank):
        lead = "Missing answers are"
    else:
        lead = f"{few(total, min_customers)} missing answers are".capitalize()
    return (Note("missing", f"{lead} skipped, none invented: {named}{rest}."),)


def gap_notes(gaps: Sequence[Gap], plans: Sequence[ColumnPlan]) -> tuple[Note, ...]:
    """A sentence for each gap that a condition predicts, in columns whose blanks are not told as skipped."""
    skipped = {plan.column for plan in plans if plan.use == "builds" and plan.missing == "skip"}
    return tuple(
        Note("gap", f"{gap.column} is missing for {gap.n_missing:,} customers, among them {_who_lacks_it(gap)}.")
        for gap in gaps
        if gap.condition and gap.column not in skipped
    )


def _who_lacks_it(gap: Gap) -> str:
    both = gap.covered * gap.n_missing
    meeting = both / gap.precision
    blank = gap.condition.removesuffix(" is blank")
    which = f"without {blank}" if blank != gap.condition else f"with {gap.condition}"
    if gap.precision == 1.0:
        return f"all {round(both):,} {which}"
    if _is_coarse(gap.precision):
        return f"at least {percent(gap.precision)} of those {which}"
    return f"{round(both):,} of the {round(meeting):,} {which}"


def _blank(column: pa.ChunkedArray) -> Mask:
    return np.asarray(pc.is_null(column, nan_is_null=True).to_numpy(zero_copy_only=False), dtype=bool)


def _conditions(column: pa.ChunkedArray, plan: ColumnPlan, blank: Mask) -> Iterator[_Condition]:
    name = plan.column
    if blank.any():
        yield _Condition(name, f"{name} is blank", blank, 0)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or plan.kind == "category":
        yield from _texts(name, level_texts(column))
    else:
        yield from _numbers(name, numbers(column), cuts=not pa.types.is_date(column.type))


def _texts(name: str, texts: pa.ChunkedArray) -> Iterator[_Condition]:
    counted = pc.value_counts(texts.drop_null()).to_pylist()
    common = sorted(counted, key=lambda row: (-row["counts"], row["values"]))[:SIMPLE]
    for row in common:
        holds = pc.fill_null(pc.equal(texts, row["values"]), fill_value=False)
        yield _Condition(name, f"{name} = {row['values']}", holds.to_numpy(zero_copy_only=False), 0)


def _numbers(name: str, values: Values, *, cuts: bool) -> Iterator[_Condition]:
    ordered = present(values)
    different = np.unique(ordered)
    for value in different if different.size <= SIMPLE else different[different == 0.0]:
        yield _Condition(name, f"{name} = {value:g}", values == value, 0)
    if different.size > SIMPLE and cuts:
        for cut in np.unique(np.quantile(ordered, CUTS, method="lower")):
            yield _Condition(name, f"{name} <= {cut:g}", values <= cut, 1)
            yield _Condition(name, f"{name} >= {cut:g}", values >= cut, 1)


def _gap(name: str, blank: Mask, conditions: Sequence[_Condition], min_customers: int) -> Gap:
    n_missing = int(blank.sum())
    for rank in (0, 1):
        tried = [condition for condition in conditions if condition.rank == rank]
        best = max(tried, key=lambda condition: _phi(condition.holds, blank), default=None)
        if best is not None and _phi(best.holds, blank) >= PREDICTS:
            return _predicted(name, best, blank, min_customers)
    return Gap(name, n_missing, "", 0.0, n_missing / blank.size)


def _predicted(name: str, condition: _Condition, blank: Mask, min_customers: int) -> Gap:
    """The gap and its condition; shares that would tell of fewer than `min_customers` are rounded down."""
    n_missing, meeting, both = int(blank.sum()), int(condition.holds.sum()), int((condition.holds & blank).sum())
    covered, precision = both / n_missing, both / meeting
    if any(0 < n < min_customers for n in (both, n_missing - both, meeting - both)):
        # Where everybody has it, that stays so; nothing else may read like it.
        covered = covered if both == n_missing else _coarse(covered)
        precision = precision if both == meeting else _coarse(precision)
    return Gap(name, n_missing, condition.text, covered, precision)


def _coarse(share: float) -> float:
    return max(math.floor(share * COARSE), 1) / COARSE


def _is_coarse(share: float) -> bool:
    return share == round(share * COARSE) / COARSE


def _phi(holds: Mask, blank: Mask) -> float:
    """Correlation of two yes-or-no facts; 0 where one of them is always so."""
    n, first, second, both = blank.size, int(holds.sum()), int(blank.sum()), int((holds & blank).sum())
    below = first * (n - first) * second * (n - second)
    return 0.0 if below == 0 else (n * both - first * second) / float(below) ** 0.5
