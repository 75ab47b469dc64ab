"""Do the parts of a model fit together? What types cannot say: shapes, ranges, and who refers to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ilk.features.plans import Recipe, Transform
from ilk.features.recipe import feature_columns
from ilk.model.parts import Content, Edit, Segment, Solution
from ilk.model.sound_scorers import fits, on_the_grid, scorer_problems
from ilk.sources.activity.interests import InterestPlan
from ilk.sources.activity.plan import ActivityPlan

WHOLE_LIMIT = 2**53
"""Counts beyond this are damage or an attack: float64 and JSON readers elsewhere cannot hold them."""

LARGEST_REACH = 1e9
"""How far a feature may reach before it is drawn in to 256; more than any table makes, less than overflows."""


def problems_of(content: Content, edits: tuple[Edit, ...] = ()) -> list[str]:
    """What does not fit, in words; empty for a sound model."""
    try:
        return [*_problems(content, edits), *_too_large((content, edits))]
    except (ValueError, IndexError, OverflowError) as error:
        return [f"its parts cannot be read together ({type(error).__name__})"]


def _problems(content: Content, edits: tuple[Edit, ...]) -> Iterator[str]:
    yield from _recipe_problems(content.recipe)
    n_features = len(feature_columns(content.recipe))
    known = [c.plan.column for c in content.columns]
    if len(set(known)) < len(known):
        yield "a column is described twice"
    if not {t.column for t in content.recipe.transforms} <= set(known):
        yield "a building column is not described"
    yield from _privacy_problems(content)
    yield from _source_problems(content, set(known))
    tried = [s.k for s in content.solutions]
    if content.k not in tried or len(set(tried)) < len(tried):
        yield "the numbers of segments tried do not fit the one chosen"
    if content.k not in {c.k for c in content.evidence.candidates}:
        yield "there is no evidence for the number of segments chosen"
    first = content.evidence.first
    if first and not (set(first.columns) <= {t.column for t in content.recipe.transforms} and 0 <= first.right <= 1):
        yield "what the first columns are worth does not fit the columns"
    for solution in content.solutions:
        yield from _solution_problems(solution, n_features, content)
    for merged in (edit.segment for edit in edits if edit.segment is not None):
        yield from _segment_problems(merged, content)
    yield from _map_problems(content, n_features)
    n = len(content.correlation_columns)
    if not fits(content.correlation, n, n):
        yield "the correlations are not square"


def _source_problems(content: Content, known: set[str]) -> Iterator[str]:
    """A source makes columns that are described, and a map from words to topics has a row for each and a column."""
    for brought in content.sources:
        if not {name for _, name in brought.columns} <= known:
            yield "a source makes a column that is not described"
        if min(brought.customers, brought.strangers) < 0:
            yield "a source knows fewer customers than none"
        if isinstance(brought.plan, ActivityPlan) and brought.plan.learnt is not None:
            yield from _interest_problems(brought.plan.learnt, brought.plan.learnt_columns)
    plans = [one.plan.text for one in content.sources if isinstance(one.plan, ActivityPlan) and one.plan.text]
    for plan in (*plans, *(one.plan for one in content.texts)):
        if len(plan.idf) != len(plan.words) or not fits(plan.map, len(plan.words), len(plan.names)):
            yield "the topics of what people wrote have the wrong shape"
    for one in content.texts:
        if len(one.names) != len(one.plan.names) or not set(one.names) <= known:
            yield "what people wrote makes a column that is not described"


def _interest_problems(learnt: InterestPlan, columns: tuple[str, ...]) -> Iterator[str]:
    """Every topic has its words, its weight and its parts; no part is below nought, and what is told is a topic."""
    n, k = len(learnt.keys), len(learnt.names)
    shapes = len(learnt.words) == len(learnt.idf) == n and len(learnt.heaviest) == len(columns) == k
    if not shapes or not fits(learnt.parts, n, k):
        yield "the topics of learnt interests have the wrong shape"
    if min((part for parts in learnt.parts for part in parts), default=0) < 0 or min(learnt.idf, default=0.0) < 0.0:
        yield "a topic has less than nothing of an interest"
    if not all(0 <= topic < n for topics in learnt.heaviest for topic in topics) or not learnt.typical > 0.0:
        yield "learnt interests cannot be computed"


def _privacy_problems(content: Content) -> Iterator[str]:
    """A column that reaches or names a person may be mentioned, never told from."""
    for column in content.columns:
        facts = column.facts
        told = facts.levels or column.levels or column.edges or facts.minimum is not None or facts.maximum is not None
        if column.plan.role in {"id", "contact"} and told:
            yield "it tells what is in a column that names customers"


def _recipe_problems(recipe: Recipe) -> Iterator[str]:
    columns = [(t.column, t.missing == "flag") for t in recipe.transforms]
    if not columns:
        yield "no column builds segments"
    if len(set(columns)) < len(columns):
        yield "a column builds twice"
    topics = [t.column for t in recipe.transforms if t.kind == "topic"]
    if sorted(topics) != sorted(column for block in recipe.topics for column in block) or () in recipe.topics:
        yield "the topics of the blocks are not those that build"
    for t in recipe.transforms:
        if len(t.centre) != (len(t.levels) if t.kind == "level" else 1):
            yield "the transform of a column has the wrong number of features"
        if not _can_be_computed(t):
            yield f"the transform of a column cannot be computed ({t.kind})"


def _can_be_computed(t: Transform) -> bool:
    """Whether every value has a feature far from what float64 cannot hold."""
    if not (t.spread > 0 and t.weight > 0 and t.scale > 0 and t.low <= t.high) or (t.pooled and not t.levels):
        return False
    shapes = (0.0, 1.0) if t.kind == "level" else (t.low, t.high)
    with np.errstate(over="ignore", invalid="ignore"):
        reach = np.array([t.weight * (shape - centre) / t.spread for shape in shapes for centre in t.centre])
    return bool((np.abs(reach) < LARGEST_REACH).all())


def _solution_problems(solution: Solution, n_features: int, content: Content) -> Iterator[str]:
    k = solution.k
    if k < 1 or len(solution.segments) != k:
        yield "a number of segments is not that of the segments"
        return
    yield from scorer_problems(solution, n_features)
    if [s.number for s in solution.segments] != list(range(1, k + 1)):
        yield f"{k} segments are not numbered 1 to {k}"
    if len({s.uid for s in solution.segments} - {""}) != len(solution.segments):
        yield f"two of {k} segments share a uid"
    for segment in solution.segments:
        yield from _segment_problems(segment, content)


def _segment_problems(segment: Segment, content: Content) -> Iterator[str]:
    if segment.size < 0 or not 0 <= segment.share <= 1:
        yield f"the size of segment {segment.number} is out of range"
    if segment.distance_limit is not None and segment.distance_limit < 0:
        yield f"the distance limit of segment {segment.number} is out of range"
    if not all(0 <= t.n <= t.asked > 0 and 0.0 < t.everyone <= 1.0 for t in segment.topics):
        yield f"a topic of segment {segment.number} is out of range"
    shapes = {c.plan.column: (max(len(c.edges) - 1, 0), len(c.levels)) for c in content.columns}
    for profile in segment.profiles:
        if profile.column not in shapes:
            yield f"segment {segment.number} is described by an unknown column"
        elif not {len(profile.bins)} <= {0, shapes[profile.column][0]}:
            yield f"a histogram of segment {segment.number} does not fit its column"
        elif not {len(profile.levels)} <= {0, shapes[profile.column][1]}:
            yield f"the levels of segment {segment.number} do not fit its column"


def _map_problems(content: Content, n_features: int) -> Iterator[str]:
    if len(content.map.origin) != n_features or not fits(content.map.axes, n_features, len(content.map.words)):
        yield "the map has the wrong shape"
    if content.reference is None:
        return
    m = len(content.reference.customers)
    if not fits(content.reference.points, m, n_features) or not fits(content.reference.xy, m, 2):
        yield "the reference points have the wrong shape"
    elif not on_the_grid(content.reference.points):
        yield "a reference point is out of range"
    if m == 0 or min(content.reference.customers) < 1:
        yield "a reference point stands for nobody"


def _too_large(part: Any) -> Iterator[str]:
    """Look at every whole number; rows of floats were checked by their type."""
    todo: list[Any] = [part]
    while todo:
        one = todo.pop()
        if isinstance(one, tuple):
            if not (one and type(one[0]) is float):
                todo.extend(one)
        elif is_dataclass(one):
            todo.extend(getattr(one, f.name) for f in fields(one))
        elif type(one) is int and abs(one) > WHOLE_LIMIT:
            yield "a whole number is out of range"
            return
