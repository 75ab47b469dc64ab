"""Scales of numbers, as the form asks them: which steps there are, and which end is which."""

from __future__ import annotations

from collections import Counter

from ilk.model.model import Model
from ilk.model.parts import ColumnSummary
from ilk.profile.statements import statement_of

BATTERY = 3
"""Questions that have one scale in common, at the least, for another to be taken for the same one."""


def ends_of(model: Model, column: ColumnSummary) -> tuple[str, ...]:
    """Which end of a scale of numbers is which, as the labels or the question itself say it; nothing is invented."""
    label = column.plan.label
    asked = statement_of(label.words) if scale_of(model, column) is not None else None
    return tuple(words for _, words in label.ends) or (asked.ends if asked is not None else ())


def scale_of(model: Model, column: ColumnSummary) -> tuple[int, int] | None:
    """The lowest and the highest step of a scale of numbers; None where it is not known.

    Steps of fewer than ten customers are in no model, so it is the labels', or the scale that others of the same source
    share and all steps that are known lie on; else what was seen, where both of its ends may be told.
    """
    if column.plan.kind != "ordered" or not column.facts.whole or not column.facts.levels:
        return None
    if column.plan.label.ends:
        return column.plan.label.ends[0][0], column.plan.label.ends[-1][0]
    steps = [int(float(level)) for level, _ in column.facts.levels]
    others = [c for c in model.content.columns if c.plan.block == column.plan.block and c.plan.kind == "ordered"]
    shared = Counter(scale for one in others if (scale := _seen(one)) is not None)
    for (low, high), n in shared.most_common(1):
        if n >= BATTERY and low <= min(steps) <= max(steps) <= high:
            return low, high
    return _seen(column)


def _seen(column: ColumnSummary) -> tuple[int, int] | None:
    facts = column.facts
    if facts.kind != "number" or not facts.whole or facts.minimum is None or facts.maximum is None:
        return None
    return int(facts.minimum), int(facts.maximum)
