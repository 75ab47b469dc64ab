"""Batteries: ordered items on one scale share one spread, and may be centred on each respondent's own mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.features import transforms
from ilk.features.kinds import STEPS
from ilk.features.plans import ColumnPlan, Recipe
from ilk.sources.source import Note

Matrix = npt.NDArray[np.float32]

FEWEST_ITEMS = 5
"""Items below which a respondent's own mean says more about what they were asked than about how they answer."""


@dataclass(frozen=True, slots=True)
class Battery:
    """Ordered columns of one group on one scale, and their pooled deviation."""

    columns: tuple[str, ...]
    spread: float


@dataclass(frozen=True, slots=True)
class _Item:
    """An ordered column: how far people differ on it, and between which steps."""

    column: str
    group: str
    low: float
    high: float
    n: int
    deviation: float


def find_batteries(sample: pa.Table, plans: Sequence[ColumnPlan]) -> tuple[Battery, ...]:
    """The batteries of the ordered columns among `plans`, which all build; a column alone is one, too."""
    items = [_item(sample, plan) for plan in plans if plan.kind == "ordered"]
    found: dict[tuple[str, float, float], list[_Item]] = {}
    for item in items:
        found.setdefault((item.group, *_scale(item, items)), []).append(item)
    return tuple(Battery(tuple(item.column for item in battery), _pooled(battery)) for battery in found.values())


def _item(sample: pa.Table, plan: ColumnPlan) -> _Item:
    column = sample.column(plan.column)
    steps = transforms.steps_of(plan, column)
    ordered = transforms.present(transforms.numbers(column, steps))
    low, high = (ordered[0], ordered[-1]) if ordered.size else (0.0, 0.0)
    low, high = (0.0, len(steps) - 1.0) if steps else (low, high)
    deviation = transforms.mean_and_deviation(ordered)[1]
    return _Item(plan.column, plan.label.group, float(low), float(high), ordered.size, deviation)


def _scale(item: _Item, items: Sequence[_Item]) -> tuple[float, float]:
    """Its own steps, or, where these are no usual scale, the narrowest one around them that others in its group use."""
    if (item.low, item.high) in STEPS:
        return item.low, item.high
    around = [(o.low, o.high) for o in items if o.group == item.group and o.low <= item.low and item.high <= o.high]
    usual = [scale for scale in around if scale in STEPS]
    return min(usual, key=lambda scale: (scale[1] - scale[0], scale), default=(item.low, item.high))


def _pooled(battery: Sequence[_Item]) -> float:
    customers = max(sum(item.n for item in battery), 1)
    return float((sum(item.n * item.deviation**2 for item in battery) / customers) ** 0.5)


# ---------------------------------------------------------------- centring each respondent


def to_centre(batteries: Sequence[Battery], there: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The batteries long enough to centre, of their columns those that have a feature."""
    kept = (tuple(column for column in battery.columns if column in there) for battery in batteries)
    return tuple(columns for columns in kept if len(columns) >= FEWEST_ITEMS)


def centring_note(centred: Sequence[tuple[str, ...]]) -> Note:
    """Say what was centred."""
    if not centred:
        return Note(
            "not-centred",
            f"No respondent's answers were centred: no {FEWEST_ITEMS} ordered columns that build are on one scale.",
        )
    n = sum(map(len, centred))
    return Note("centred", f"Each respondent's answers to {n} ordered columns count from that respondent's own mean.")


def centre_respondents(recipe: Recipe, matrix: Matrix) -> None:
    """Take each respondent's own mean over the answered items of a battery off these. Changes `matrix`.

    Args:
        recipe: Fitted; `centred` are its batteries.
        matrix: Features, (n, p), NaN = missing; what is left are multiples of 2^-16 again.

    Source: ipsatising, Fischer (2004), J. Cross-Cultural Psychology 35(3).
    """
    items = {
        transform.column: (at, transform.weight)
        for at, transform in zip(_starts(recipe), recipe.transforms, strict=True)
        if transform.role == "ordered"
    }
    for columns in recipe.centred:
        at, weights = (np.array(part) for part in zip(*(items[column] for column in columns), strict=True))
        values = matrix[:, at] / weights.astype(np.float64)
        n = np.maximum((~np.isnan(values)).sum(axis=1), 1)
        values -= (np.nansum(values, axis=1) / n)[:, np.newaxis]
        matrix[:, at] = transforms.rounded(values * weights)


def _starts(recipe: Recipe) -> list[int]:
    """The first feature of each transform."""
    widths = [transforms.n_features(transform) for transform in recipe.transforms]
    return [sum(widths[:i]) for i in range(len(widths))]
