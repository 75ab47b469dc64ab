"""Why this segment and not the next: exact points of each column, and the rule that applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ilk.features.plans import step_near
from ilk.features.transforms import OTHER, level_texts, numbers
from ilk.model.customer import Customer
from ilk.model.model import Model
from ilk.model.parts import ColumnSummary, Condition, Neighbours, Rule, Segment
from ilk.model.shown import MOST_REASONS, figure
from ilk.sources.source import Note

IDENTITY_WITHIN = 0.01
"""How far a total may be from the sum of its parts; methods page, "Double counting"."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one column says for the segment and against the runner-up.

    Args:
        column: Its name.
        words: What it is called.
        value: What the customer answered, as text.
        here: What is usual in the segment, as text; empty where too few answered.
        there: What is usual in the runner-up.
        points: What it adds to the score of the runner-up less what it adds to that of the segment, for distances
            (x - c2)^2 - (x - c1)^2; positive speaks for the segment. All add up to d2^2 - d1^2.
    """

    column: str
    words: str
    value: str
    here: str
    there: str
    points: float


def reasons_of(model: Model, customer: Customer, label: int, next_label: int) -> tuple[Reason, ...]:
    """Points of each answered column, a category's indicators together, strongest first.

    Those of distances are multiples of 2^-32, so that they add up exactly to d2^2 - d1^2.

    Args:
        model: Any model.
        customer: Who it is about.
        label: Position of its segment.
        next_label: Position of the runner-up.

    Source: methods page, "Why".
    """
    scoring = model.scoring
    here, there = scoring.rows_nearest(customer.features, (label, next_label))
    points = scoring.scorer.terms(customer.features.astype(np.float64))
    points = points[there] - points[here]
    by_column = np.bincount(scoring.columns_of_features, points, minlength=len(scoring.columns))
    segments = model.segments[label], model.segments[next_label]
    answered = [i for i, column in enumerate(scoring.columns) if column not in customer.blank or by_column[i] != 0]
    reasons = [_reason(model, customer, scoring.columns[i], float(by_column[i]), segments) for i in answered]
    return tuple(sorted(reasons, key=lambda reason: -abs(reason.points)))


def rule_of(model: Model, customer: Customer) -> tuple[Rule, Segment] | None:
    """The rule whose conditions all hold, and its segment; rules of a tree exclude one another.

    None where what a rule asks for was left blank: a tree sends blanks one way or the other, which says nothing of
    this customer.
    """
    for segment in model.segments:
        for rule in segment.persona.rules:
            if rule.conditions and all(_holds(model, condition, customer) for condition in rule.conditions):
                return rule, segment
    return None


def average_notes(
    model: Model, customer: Customer, reasons: Sequence[Reason], segments: tuple[Segment, Segment]
) -> tuple[Note, ...]:
    """Which of the reasons shown speak for the segment whose average is farther off, and how that can be.

    Args:
        model: Any model.
        customer: Who it is about.
        reasons: Why the first segment and not the second, strongest first.
        segments: The customer's and the runner-up.
    """
    odd = [r.words for r in reasons[:MOST_REASONS] if _against_averages(customer, r, segments)]
    if not odd:
        return ()
    of_groups = isinstance(model.solution.scorer, Neighbours) or model.view.merged
    why = (
        "a segment is made of groups, and what counts is the group of each that is nearest"
        if of_groups
        else "what counts is where most customers are, and a few large values move an average away from there"
    )
    speak = "speaks" if len(odd) == 1 else "speak"
    text = f"{' and '.join(odd)} {speak} for the segment whose average is farther off: {why}."
    return (Note("beside-averages", text),)


def _against_averages(customer: Customer, reason: Reason, segments: tuple[Segment, Segment]) -> bool:
    """Whether a number speaks for one segment, and is nearer to the average of the other."""
    found = [next((p.mean for p in s.profiles if p.column == reason.column), None) for s in segments]
    here, there = found
    column = customer.batch.column(reason.column)
    if here is None or there is None or pa.types.is_string(column.type):
        return False
    value = float(numbers(column)[0])
    return (abs(value - there) - abs(value - here)) * reason.points < 0


def identity_notes(model: Model, customer: Customer) -> tuple[Note, ...]:
    """Totals that are not the sum of their parts."""
    notes = []
    for identity in model.content.identities:
        columns = (identity.total, *identity.parts)
        if not set(columns) <= set(customer.batch.schema.names):
            continue
        total, *parts = (customer.batch.column(column)[0].as_py() for column in columns)
        if total is None or None in parts:
            continue
        if abs(total - sum(parts)) > IDENTITY_WITHIN * max(abs(total), 1.0):
            text = f"{identity.total} is {figure(total)}, but {' + '.join(identity.parts)} make {figure(sum(parts))}."
            notes.append(Note("identity-violated", text))
    return tuple(notes)


def _reason(model: Model, customer: Customer, column: str, points: float, segments: tuple[Segment, Segment]) -> Reason:
    plan = model.content.column(column).plan
    here, there = (_usual(model, segment, column) for segment in segments)
    shown = _shown(customer.batch.column(column)[0].as_py())
    return Reason(column, plan.label.words, shown, here, there, points)


def _shown(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return figure(value) if isinstance(value, float) else str(value)


def _usual(model: Model, segment: Segment, column: str) -> str:
    """What is usual in a segment: the mean, or the commonest level; empty where too few answered."""
    profile = next((p for p in segment.profiles if p.column == column), None)
    if profile is None:
        return ""
    counts = [count or 0 for count in profile.levels]
    if profile.mean is None and any(counts):
        return model.content.column(column).levels[counts.index(max(counts))]
    if profile.mean is None:
        return ""
    return _step(model.content.column(column), profile.mean) or figure(profile.mean)


def _step(column: ColumnSummary, mean: float) -> str:
    """The answer in words nearest to a mean; nothing where answers are numbers."""
    order = column.plan.label.order
    if column.plan.kind != "ordered" or column.facts.kind != "text" or not order:
        return ""
    return step_near(order, mean)


def _holds(model: Model, condition: Condition, customer: Customer) -> bool:
    """Whether the customer is known to meet one condition; a blank does only where it was said to mean something."""
    if condition.column not in customer.batch.schema.names:
        return False
    says = condition.column in model.scoring.columns and condition.column not in customer.blank
    column = customer.batch.column(condition.column)
    if condition.operator in {"<=", ">"}:
        value = float(numbers(column)[0])
        if np.isnan(value):
            return says and condition.missing
        return (value <= condition.value) == (condition.operator == "<=")
    level = _level(model, condition.column, level_texts(column)[0].as_py())
    if level is None:
        return says and condition.missing
    return (level in condition.levels) == (condition.operator == "is")


def _level(model: Model, column: str, text: str | None) -> str | None:
    """The level a text counts as: rare ones as the level of all others, unknown ones as blank."""
    for transform in model.content.recipe.transforms:
        if transform.column == column and transform.levels and text not in transform.levels:
            return OTHER if text in transform.pooled else None
    return text
