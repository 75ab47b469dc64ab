"""What numbers the study saw in a column, so that one off its scale, or in another unit, is not taken in silence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ilk.model.parts import ColumnSummary
from ilk.model.shown import figure

UNSEEN = "which counts as blank"
TAKEN = "which is taken as it is"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one column of numbers.

    Args:
        column: Its name.
        low: The lowest; None where it may not be told.
        high: The highest.
        least: Below it a value is told to be odd: of steps the lowest, else a whole range below it.
        most: Above it a value is told to be odd.
        is_scale: Whether the values are steps of a scale.
    """

    column: str
    low: float | None
    high: float | None
    least: float
    most: float
    is_scale: bool

    @property
    def code(self) -> str:
        """What a note of an odd value is called."""
        return "off-scale" if self.is_scale else "far-outside"

    @property
    def words(self) -> str:
        """What an odd value is: off the scale of the study (1 to 5)."""
        low, high = ("" if end is None else figure(end) for end in (self.low, self.high))
        told = f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"
        return f"{'off the scale of the study' if self.is_scale else 'far outside what the study saw'} ({told})"

    def is_odd(self, value: float) -> bool:
        """Whether a value is to be told of; a blank is not."""
        return value < self.least or value > self.most


def seen_of(summary: ColumnSummary) -> Seen | None:
    """What was seen of a column; None of one that holds no numbers, or where neither end may be told."""
    facts, edges = summary.facts, summary.edges
    if facts.kind != "number":
        return None
    low = facts.minimum if facts.minimum is not None else edges[0] if edges else None
    high = facts.maximum if facts.maximum is not None else edges[-1] if edges else None
    column = summary.plan.column
    if summary.plan.kind == "ordered":
        least, most = (-math.inf if low is None else low), (math.inf if high is None else high)
        return None if low is high is None else Seen(column, low, high, least, most, is_scale=True)
    if low is None or high is None:
        return None
    return Seen(column, low, high, 2 * low - high, 2 * high - low, is_scale=False)
