"""Every column as everyone has it, with what is about too few customers taken out of its facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ilk.features.plans import ColumnPlan, Identity
from ilk.model.parts import ColumnSummary, Profile
from ilk.profile import bank
from ilk.profile.cells import SECRET, Cells, Column, Values, common_levels, values_of
from ilk.sources.source import ColumnFacts

SHARE_ENDS = ((2.0, 1.0), (200.0, 100.0))
"""A share is one of 1 or of 100, stray values beyond aside: (up to, end). That end is no customer's extreme."""


def is_described(plan: ColumnPlan) -> bool:
    """Whether a column's values are looked at at all; a person's own values never are."""
    return plan.use != "out" and plan.role not in SECRET and plan.kind not in SECRET


def bare_summary(plan: ColumnPlan, facts: ColumnFacts) -> ColumnSummary:
    """A column that is only mentioned: how many answered, and nothing of what."""
    told = replace(facts, minimum=None, maximum=None, levels=(), n_zero=0, n_negative=0)
    return ColumnSummary(plan, told, Profile(plan.column, facts.n - facts.n_missing, facts.n_missing))


def full_summary(
    plan: ColumnPlan,
    facts: ColumnFacts,
    everyone: Profile,
    *,
    cells: Cells,
    column: Column,
    deviation: float | None,
    min_group: int,
) -> ColumnSummary:
    """A column that is described, for everyone.

    Args:
        plan: What it is and does.
        facts: Its totals.
        everyone: Its profile over all customers.
        cells: How it is counted.
        column: All its values.
        deviation: Standard deviation of its feature.
        min_group: No extreme, level or small count is about fewer customers.
    """
    low, high = _extremes(plan, facts, (cells, column), min_group)
    told = replace(
        facts,
        minimum=low,
        maximum=high,
        levels=_levels(facts, min_group),
        n_zero=_at_least(facts.n_zero, min_group),
        n_negative=_at_least(facts.n_negative, min_group),
    )
    return ColumnSummary(plan, told, everyone, cells.edges, cells.levels, deviation)


def value_column(
    plans: Sequence[ColumnPlan], facts: Sequence[ColumnFacts], identities: Sequence[Identity]
) -> str | None:
    """The amount that says what a customer brings: purchases, spend, sales, revenue ... first, totals before parts.

    None where there is no amount. Of several the one named in fewest words, then the first, is taken.
    """
    totals = {identity.total for identity in identities}
    amounts = [
        (plan, place)
        for place, (plan, fact) in enumerate(zip(plans, facts, strict=True))
        if plan.kind == "amount" and is_described(plan) and not fact.n_negative and fact.maximum
    ]
    if not amounts:
        return None

    def rank(pair: tuple[ColumnPlan, int]) -> tuple[bool, bool, int, int]:
        plan, place = pair
        words = plan.label.words.casefold().split()
        named = any(word in bank.VALUE_WORDS for word in words)
        return not named, plan.column not in totals, len(words) if named else 0, place

    return min(amounts, key=rank)[0].column


def _extremes(
    plan: ColumnPlan, facts: ColumnFacts, values: tuple[Cells, Column], min_group: int
) -> tuple[float | None, float | None]:
    """Smallest and largest value, each only where enough customers have it."""
    if plan.kind == "share" and facts.minimum is not None and facts.maximum is not None and facts.minimum >= 0.0:
        return 0.0, next((end for most, end in SHARE_ENDS if facts.maximum <= most), None)
    if not values[0].numeric:
        return None, None
    found = values_of(*values)
    return _held(facts.minimum, found, min_group), _held(facts.maximum, found, min_group)


def _held(extreme: float | None, values: Values, min_group: int) -> float | None:
    enough = extreme is not None and int(np.count_nonzero(values == extreme)) >= min_group
    return extreme if enough else None


def _levels(facts: ColumnFacts, min_group: int) -> tuple[tuple[str, int], ...]:
    kept = common_levels(facts, min_group)
    return tuple((text, n) for text, n in facts.levels if text in kept)


def _at_least(n: int, min_group: int) -> int:
    """A small count raised to min_group, so that there are some is told and not how few."""
    return n if n == 0 else max(n, min_group)
