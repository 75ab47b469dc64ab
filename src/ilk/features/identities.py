"""Find totals: a building column that is the sum of two or three others would count twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pyarrow as pa

from ilk.features.transforms import Values, numbers
from ilk.model.parts import ColumnPlan, Identity

HOLDS = 0.99
"""Share of customers for whom the sum must hold; methods page, "Double counting"."""

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

MOST_PARTS = 24
"""Columns that may be part of one total: those of the highest mean are tried."""


def find_identities(sample: pa.Table, plans: Sequence[ColumnPlan]) -> tuple[Identity, ...]:
    """Return the building amounts and counts that are the sum of two or three others for 99 % of customers.

    A customer for whom everything is 0 says nothing: the sum must also hold for 99 % of those for whom it is not.
    `share` is over all customers who answered all of it.
    """
    names = [plan.column for plan in plans if plan.use == "builds" and plan.kind in {"amount", "count"}]
    if len(names) < 3:
        return ()
    rows = sample.slice(0, MOST_ROWS)
    values = np.stack([numbers(rows.column(name)) for name in names])
    found = (_identity(values, names, total) for total in range(len(names)))
    return tuple(identity for identity in found if identity is not None)


def _identity(values: Values, names: Sequence[str], total: int) -> Identity | None:
    if np.unique(values[total][~np.isnan(values[total])]).size < DIFFERENT:
        return None
    parts = _possible_parts(values, total)
    for n_parts in (2, 3):
        for chosen in combinations(parts, n_parts):
            share = _share_that_holds(values, total, chosen)
            if share is not None:
                return Identity(names[total], tuple(names[part] for part in chosen), share)
    return None


def _possible_parts(values: Values, total: int) -> list[int]:
    """Columns no larger than the total for nearly everybody, unless something may be negative."""
    whole = values[total]
    parts = []
    for part, other in enumerate(values):
        both = ~(np.isnan(whole) | np.isnan(other))
        if part == total or not both.any():
            continue
        fits = other[both] <= whole[both] * (1.0 + WITHIN)
        if fits.mean() >= HOLDS or (other[both] < 0.0).any() or (whole[both] < 0.0).any():
            parts.append(part)
    parts.sort(key=lambda part: (-float(np.nanmean(np.abs(values[part]))), part))
    return sorted(parts[:MOST_PARTS])


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
    fine = share >= HOLDS and holds[active].mean() >= HOLDS and matters.min() >= TAKES_PART
    return share if fine else None
