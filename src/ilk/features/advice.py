"""Whether there are enough customers for so many columns, and which columns to begin with if not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ilk.errors import listed
from ilk.features.kinds import STEPS
from ilk.features.plans import ColumnPlan
from ilk.features.themes import Correlated
from ilk.features.transforms import Values
from ilk.features.words import tokens_of
from ilk.sources.scale_words import SCALES
from ilk.sources.scales import FEWEST
from ilk.sources.source import ColumnFacts, Note
from ilk.sources.survey.no_answer import codes_of

PER_COLUMN = 100
"""Customers a building column, rule of thumb: Dolnicar, Grün & Leisch (2016), Journal of Business Research 69(2)."""

SMALLEST_GROUP = 3
"""Columns that make a group worth proposing."""

FEWEST_QUESTIONS = 3
"""Questions answered on a scale in words from which a table may be a questionnaire (rule of thumb)."""

MOST_STEPS = 11
"""Different numbers a question answered by numbers has, at the most: from 0 to 10."""

FEWEST_STEPS = 4
"""Answers that several questions share and that may be steps, at the least: yes, no and one more are none."""

_NUMBERED = re.compile(r"(?:q|question|item|frage|pregunta|domanda|vraag)[ _.]?\d+[a-z]?$", re.IGNORECASE)

OF_COLUMNS = 0.5
"""Share of the columns they are then, at the least (rule of thumb)."""

ON_SCALE = 0.8
"""Share of a question's answers that are steps of one scale; the others are "don't know" (rule of thumb)."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Too few customers for so many columns.

    Args:
        n_customers: Customers there are.
        n_columns: Columns that build.
        group: Columns that belong together and to begin with; empty where none stand out.
        why: What holds the group together, in words.
    """

    n_customers: int
    n_columns: int
    group: tuple[str, ...]
    why: str

    @property
    def per_column(self) -> float:
        """Customers a column."""
        return self.n_customers / self.n_columns

    def note(self) -> Note:
        """The warning in words."""
        text = (
            f"{self.n_customers:,} customers for {self.n_columns:,} building columns are {self.per_column:.0f} a "
            f"column, where {PER_COLUMN} are advised (rule of thumb)."
        )
        if self.group:
            text += f" A group to begin with, {self.why}: {', '.join(self.group)}."
        return Note("sample-size", text)


def sample_size(n_customers: int, plans: Sequence[ColumnPlan], correlated: Correlated) -> Advice | None:
    """Return advice when there are fewer than 100 customers a building column, else None.

    The group proposed is, in this order: a group of the labels file, columns whose names begin alike, or those that
    people answer most alike; as large as 100 customers a column allow, but at least three.

    Args:
        n_customers: Customers in the study.
        plans: What each column does.
        correlated: Rank correlations of the building columns.
    """
    building = [plan for plan in plans if plan.use == "builds" and plan.weight > 0.0]
    if not building or n_customers >= PER_COLUMN * len(building):
        return None
    most = max(n_customers // PER_COLUMN, SMALLEST_GROUP)
    group, why = _proposed(building, correlated, most) if len(building) > SMALLEST_GROUP else ((), "")
    return Advice(n_customers, len(building), group, why)


def survey_notes(facts: Sequence[ColumnFacts], plans: Sequence[ColumnPlan]) -> tuple[Note, ...]:
    """Point a table of customers that is plainly a questionnaire to --survey.

    Args:
        facts: Of each column.
        plans: What each column does, in the same order; those that other sources brought are read already.
    """
    own = [(fact, plan) for fact, plan in zip(facts, plans, strict=True) if plan.block == "customers"]
    stepped = _shared_steps([fact for fact, _ in own])
    asked = [
        fact.column
        for fact, plan in own
        if plan.role != "contact" and (fact.column in stepped or plan.kind == "ordered" or _on_a_scale(fact))
    ]
    if len(asked) < FEWEST_QUESTIONS or len(asked) < OF_COLUMNS * len(own):
        return ()
    text = (
        f"This looks like a questionnaire ({len(asked)} of {len(own)} columns are answered on a scale, such as "
        f"{asked[0]!r}): bring it with --survey instead, which knows steps in words, “don't know” and codes such as "
        "99 for no answer."
    )
    return (Note("looks-like-survey", text),)


def unordered_notes(facts: Sequence[ColumnFacts], plans: Sequence[ColumnPlan]) -> tuple[Note, ...]:
    """Ask for the order of answers that several questions share and that are no steps we know, in another language say.

    Args:
        facts: Of each column.
        plans: What each column does, in the same order.
    """
    alike: dict[frozenset[str], list[str]] = defaultdict(list)
    for fact, plan in zip(facts, plans, strict=True):
        texts = frozenset(text for text, _ in fact.levels)
        if plan.use == "builds" and plan.kind == "category" and fact.kind == "text" and texts:
            alike[texts].append(fact.column)
    shared = {texts: columns for texts, columns in alike.items() if FEWEST_STEPS <= len(texts) <= MOST_STEPS}
    columns = max(shared.values(), key=len, default=[])
    if len(columns) < FEWEST_QUESTIONS:
        return ()
    answers = next(sorted(texts) for texts, own in shared.items() if own is columns)
    text = (
        f"{listed(columns)} share {len(answers)} answers whose order is not known, so they are groups: if they are "
        f"steps, a labels file says so (--labels), with a line such as {columns[0]},{'|'.join(answers[:2])}|... under "
        "column,order, lowest first."
    )
    return (Note("steps-unknown", text),)


def _shared_steps(facts: Sequence[ColumnFacts]) -> frozenset[str]:
    """Columns of numbers that are steps of one usual scale but for codes such as 98 and 99, three of them or more."""
    found: dict[tuple[float, float], list[str]] = defaultdict(list)
    for fact in facts:
        if fact.kind != "number" or not fact.whole or len(fact.levels) <= FEWEST:
            continue
        texts = [text for text, _ in fact.levels]
        codes = codes_of(texts)
        steps = [float(text) for text in texts if text not in codes]
        if codes and (min(steps), max(steps)) in STEPS and len(steps) == max(steps) - min(steps) + 1:
            found[min(steps), max(steps)].append(fact.column)
    return frozenset(name for names in found.values() if len(names) >= FEWEST_QUESTIONS for name in names)


def _on_a_scale(fact: ColumnFacts) -> bool:
    """Whether most of a column's answers are steps of one scale we know, or, of q1, q2 ..., a few numbers."""
    if _NUMBERED.match(fact.column):
        return fact.kind == "number" and fact.whole and 3 <= fact.n_distinct <= MOST_STEPS
    if fact.kind != "text" or not fact.levels:
        return False
    answers = sum(n for _, n in fact.levels)
    for scale in SCALES:
        steps = [(scale.step_of(text), n) for text, n in fact.levels]
        known = {step for step, _ in steps if step is not None}
        if len(known) >= FEWEST and sum(n for step, n in steps if step is not None) >= ON_SCALE * answers:
            return True
    return False


def _proposed(building: Sequence[ColumnPlan], correlated: Correlated, most: int) -> tuple[tuple[str, ...], str]:
    labelled = _largest([(plan.label.group, plan.column) for plan in building], most)
    if labelled:
        return labelled, "which belong together"
    named = _largest([((tokens_of(plan.column) or ("",))[0], plan.column) for plan in building], most)
    if len(named) > SMALLEST_GROUP:
        return named, "named alike"
    alike = _most_alike(correlated.values, most)
    return tuple(correlated.columns[i] for i in alike), "answered most alike" if alike else ""


def _largest(pairs: Sequence[tuple[str, str]], most: int) -> tuple[str, ...]:
    """The largest group of at least three and at most `most` columns; the first of equals."""
    groups: dict[str, list[str]] = defaultdict(list)
    for key, column in pairs:
        groups[key].append(column)
    fitting = [tuple(columns) for key, columns in groups.items() if key and SMALLEST_GROUP <= len(columns) <= most]
    return max(fitting, key=len) if fitting else ()


def _most_alike(correlation: Values, most: int) -> list[int]:
    """The group of the average-linkage tree whose columns correlate most; of half of `most` columns at least, if any.

    A small group always correlates more than a large one, so the large ones go first.
    """
    from scipy.cluster.hierarchy import linkage

    n_columns = len(correlation)
    if n_columns < SMALLEST_GROUP:
        return []
    alike = np.abs(correlation)
    tree = linkage(np.maximum(1.0 - alike[np.triu_indices(n_columns, k=1)], 0.0), method="average")
    groups = [[i] for i in range(n_columns)]
    for left, right in tree[:, :2].astype(int):
        groups.append(sorted(groups[left] + groups[right]))
    fitting = [group for group in groups if SMALLEST_GROUP <= len(group) <= most]
    large = [group for group in fitting if 2 * len(group) >= most]
    return max(large or fitting, key=lambda group: _mean_inside(alike, group), default=[])


def _mean_inside(alike: Values, group: Sequence[int]) -> float:
    inside = alike[np.ix_(group, group)]
    return float((inside.sum() - len(group)) / (len(group) * (len(group) - 1)))
