"""Find totals: a building column that is the sum of two or three others would count twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.features.plans import ColumnPlan, Identity
from ilk.features.transforms import Values, numbers

HOLDS = 0.99
"""Share of customers for whom the sum must hold; methods page, "Double counting"."""

HOLDS_ACTIVE = 0.95
"""Share it must hold for of those for whom not everything is 0 (rule of thumb)."""

WITHIN = 0.01
"""How far the sum may be off, as a share of the total; methods page, "Double counting"."""

TAKES_PART = 0.05
"""Share of customers for whom a part must matter, so that a = b + nothing is no identity (rule of thumb)."""

ENOUGH = 30
"""Customers with something to add up, and no fewer; with less, whole numbers add up by chance (rule of thumb)."""

DIFFERENT = 10
"""Different totals, and no fewer, for the same reason (rule of thumb)."""

MOST_ROWS = 10_000
"""Customers the sums are tried on; as many as the evidence sample has."""

TRIED_ON = 64
"""Customers every sum is tried on first."""

LIKELY = 0.9
"""Share of these for whom a sum must hold to be tried on all."""

MOST_PARTS = 24
"""Columns that may be part of one total: those that most customers have are tried."""


def find_identities(sample: pa.Table, plans: Sequence[ColumnPlan]) -> tuple[Identity, ...]:
    """Return the building amounts and counts that are the sum of two or three others for 99 % of customers.

    A customer for whom everything is 0 says nothing: the sum must also hold for 95 % of those for whom it is not.
    `share` is over all customers who answered all of it.
    """
    names = [plan.column for plan in plans if plan.use == "builds" and plan.kind in {"amount", "count"}]
    if len(names) < 3:
        return ()
    rows = sample.slice(0, MOST_ROWS)
    values = np.stack([numbers(rows.column(name)) for name in names])
    with np.errstate(over="ignore", invalid="ignore"):
        found = [_identity(values, names, total) for total in range(len(names))]
    return tuple(identity for identity in found if identity is not None)


def _identity(values: Values, names: Sequence[str], total: int) -> Identity | None:
    if np.unique(values[total][~np.isnan(values[total])]).size < DIFFERENT:
        return None
    parts = _possible_parts(values, total)
    for n_parts in (2, 3):
        for chosen in _likely(values, total, list(combinations(parts, n_parts))):
            share = _share_that_holds(values, total, chosen)
            if share is not None:
                return Identity(names[total], tuple(names[part] for part in chosen), share)
    return None


def _possible_parts(values: Values, total: int) -> list[int]:
    """Columns no larger than the total for nearly everybody, unless something may be negative."""
    whole = values[total]
    larger = (values > whole * (1.0 + WITHIN)).mean(axis=1)
    negative: npt.NDArray[np.bool_] = np.any(values < 0.0, axis=1)
    possible = np.flatnonzero((larger <= 1.0 - HOLDS) | negative | negative[total])
    parts = possible[possible != total]
    used = np.count_nonzero(np.nan_to_num(values[parts]), axis=1)
    return sorted(parts[np.lexsort((parts, -used))][:MOST_PARTS].tolist())


def _likely(values: Values, total: int, choices: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The choices that hold for most of a few customers who have something to add up."""
    rows = np.flatnonzero(np.nan_to_num(values[total]))[:TRIED_ON]
    if not choices or not rows.size:
        return []
    whole, few = values[total, rows], values[:, rows]
    off = np.abs(few[np.array(choices)].sum(axis=1) - whole) > WITHIN * np.abs(whole)
    return [choice for choice, misses in zip(choices, off.mean(axis=1), strict=True) if misses <= 1.0 - LIKELY]


def _share_that_holds(values: Values, total: int, parts: tuple[int, ...]) -> float | None:
    """The share of customers for whom the total is the sum; None where it is no identity."""
    rows = values[[total, *parts]]
    rows = rows[:, ~np.isnan(rows).any(axis=0)]
    sizes = np.abs(rows)
    active = sizes.max(axis=0, initial=0.0) > 0.0
    if active.sum() < ENOUGH:
        return None
    holds = np.abs(rows[0] - rows[1:].sum(axis=0)) <= WITHIN * sizes[0]
    share = float(holds.mean())
    matters = (sizes[1:] > WITHIN * sizes[0])[:, active].mean(axis=1)
    fine = share >= HOLDS and holds[active].mean() >= HOLDS_ACTIVE and matters.min() >= TAKES_PART
    return share if fine else None
