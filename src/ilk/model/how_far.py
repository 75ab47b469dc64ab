"""How far one customer is from another segment: the smallest change that would put it there. Never advice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.cluster.scorer import UNLIKE, ByOffsets
from ilk.errors import BadInput, listed
from ilk.features import recipe as recipes
from ilk.features.plans import Transform
from ilk.features.transforms import features_of, n_features
from ilk.model.customer import Customer
from ilk.model.model import Model
from ilk.model.scorers import Floats, nearest_segments

CHANGEABLE = ("amount", "count", "share", "number")
"""Roles of columns that can change: what customers do. Answers, kinds and what describes them stay."""

OVERSHOOTS = (1.001, 1.01, 1.05, 1.2)
"""How far past the border to step, for whole numbers and rounding: the first that changes the segment is kept."""
FURTHER = (1.5, 2.0, 3.0, 5.0)
"""Further steps for who is still at home then, because the border is not straight, or in no segment, because segments
do not touch; the length is that of the step."""

WIDEST = 4.0
"""Standard deviations a column may move to from the mean where the model holds no extreme."""


@dataclass(frozen=True, slots=True)
class Change:
    """One column before and after, in its own units."""

    column: str
    words: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The way to another segment.

    Args:
        segment: Its number.
        name: Its persona's name.
        distance: Length of the smallest change, in standard deviations; None where none was found that leads there.
        changes: The columns that change, largest first.
        lands: The segment the changed customer is assigned to: this one. None where no change was found.
    """

    segment: int
    name: str
    distance: float | None
    changes: tuple[Change, ...] = ()
    lands: int | None = None


@dataclass(frozen=True, slots=True)
class _Reach:
    """What may change: features, their transforms, and how far each may move down and up."""

    features: NDArray[np.int64]
    transforms: tuple[Transform, ...]
    down: Floats
    up: Floats


def how_far(
    model: Model, customer: Customer, label: int, *, changeable: Iterable[str] | None = None
) -> tuple[Elsewhere, ...]:
    """For each other segment the smallest change that leads there.

    Its length is (d_b^2 - d_a^2) / (2 |c_b - c_a|) over what may change, and more where a bound holds a column back.
    Totals follow their parts; the changed customer is assigned again, and a change that lands elsewhere is no way.

    Args:
        model: Any model.
        customer: Who it is about.
        label: Position of its segment.
        changeable: Columns that may change; amounts, counts, shares and numbers if None.

    Raises:
        BadInput: If a column named changeable makes no segments.

    Source: methods page, "How far from another segment".
    """
    reach = _reach_of(model, customer, _may_change(model, changeable))
    found = [_way(model, customer, label, other, reach) for other in range(len(model.segments)) if other != label]
    return tuple(sorted(found, key=lambda way: (way.distance is None, way.distance or 0.0, way.segment)))


def known_to_change(model: Model, customer: Customer, changeable: Iterable[str] | None) -> tuple[str, ...]:
    """The columns known of a customer that may change, in the model's order.

    Raises:
        BadInput: If a column named changeable makes no segments.
    """
    reach = _reach_of(model, customer, _may_change(model, changeable))
    return tuple(dict.fromkeys(transform.column for transform in reach.transforms))


def able_to_change(model: Model) -> tuple[str, ...]:
    """The columns that may be named as changeable, in the model's order: those that make segments by their amount."""
    totals = {identity.total for identity in model.content.identities}
    return tuple(t.column for t in _by_amount(model) if t.column not in totals)


def _by_amount(model: Model) -> list[Transform]:
    kinds = {c.plan.column: c.facts.kind for c in model.content.columns}
    single = [t for t in model.content.recipe.transforms if t.kind not in {"level", "topic"}]
    return [t for t in single if kinds[t.column] == "number"]


def _may_change(model: Model, changeable: Iterable[str] | None) -> set[str]:
    totals = {identity.total for identity in model.content.identities}
    by_amount = _by_amount(model)
    if changeable is None:
        return {t.column for t in by_amount if t.role in CHANGEABLE} - totals
    wanted = set(changeable)
    strange = sorted(wanted - {t.column for t in by_amount})
    if strange:
        raise BadInput(
            f"These columns make no segments by their amount: {listed(strange)}",
            do="name columns that build segments and hold numbers",
        )
    return wanted - totals


def _reach_of(model: Model, customer: Customer, columns: set[str]) -> _Reach:
    """Answered features of changeable columns, and the room each has."""
    features, transforms, down, up, start = [], [], [], [], 0
    for transform in model.content.recipe.transforms:
        i, start = start, start + n_features(transform)
        x = float(customer.features[i])
        if transform.kind == "level" or transform.missing == "flag" or transform.column not in columns or np.isnan(x):
            continue
        low, high = _bounds(model, transform)
        features.append(i)
        transforms.append(transform)
        down.append(min(low - x, 0.0))
        up.append(max(high - x, 0.0))
    return _Reach(np.array(features, np.int64), tuple(transforms), np.array(down), np.array(up))


def _bounds(model: Model, transform: Transform) -> tuple[float, float]:
    """The lowest and highest feature a column may take: what was seen, or 4 standard deviations."""
    facts = model.content.column(transform.column).facts
    reach = WIDEST * transform.spread / transform.weight
    low, high = (_value(transform, transform.centre[0] + side * reach) for side in (-1, 1))
    low = low if facts.n_negative else max(low, 0.0)
    low = low if facts.minimum is None else facts.minimum
    high = high if facts.maximum is None else facts.maximum
    raw = pa.array([low, high], pa.float64())
    found = features_of(transform, raw)[:, 0]
    return float(found[0]), float(found[1])


def _value(transform: Transform, shaped: float) -> float:
    """Undo the shape of a transform."""
    if transform.kind == "log":
        return float(transform.scale * np.expm1(shaped))
    if transform.kind == "asinh":
        return float(transform.scale * np.sinh(shaped))
    return shaped


def _way(model: Model, customer: Customer, label: int, other: int, reach: _Reach) -> Elsewhere:
    segment = model.segments[other]
    towards, gap = _border(model, customer, label, other)
    step = smallest_step(towards[reach.features], gap, reach.down, reach.up)
    if step is None:
        return Elsewhere(segment.number, segment.persona.name, None)
    changes: tuple[Change, ...] = ()
    lands, length = label, float(np.sqrt(step @ step))
    for overshoot in (*OVERSHOOTS, *FURTHER):
        if overshoot in FURTHER and lands not in {label, UNLIKE}:
            break
        moved = np.clip(step * overshoot, reach.down, reach.up)
        changes = _changes(model, customer, reach, moved)
        lands = _assigned_again(model, customer, changes)
        if overshoot in FURTHER:
            length = float(np.sqrt(moved @ moved))
        if lands == other:
            break
    if lands != other:  # a third segment is nearer, or whole numbers and totals lead astray
        return Elsewhere(segment.number, segment.persona.name, None)
    return Elsewhere(segment.number, segment.persona.name, length, changes, segment.number)


def _border(model: Model, customer: Customer, label: int, other: int) -> tuple[Floats, float]:
    """From where the segment stands, as seen from the customer, to where the other one stands, and d_b^2 - d_a^2."""
    scorer, x = model.scoring.scorer, customer.features.astype(np.float64)
    own, target = model.scoring.rows_nearest(customer.features, (label, other))
    stands = scorer.anchors(x)
    apart = np.where(np.isnan(x), 0.0, (x - stands[target]) ** 2 - (x - stands[own]) ** 2)
    dearer = float(scorer.offsets[target] - scorer.offsets[own]) if isinstance(scorer, ByOffsets) else 0.0
    return stands[target] - stands[own], max(float(apart.sum()) + dearer, 0.0)


def smallest_step(towards: Floats, gap: float, down: Floats, up: Floats) -> Floats | None:
    """The shortest step with 2 step . towards >= gap and down <= step <= up; None where there is none.

    It goes along `towards`; features that reach a bound stay there and the others go on.

    Args:
        towards: Centre there minus centre here, (m,).
        gap: Squared distance there minus squared distance here, >= 0.
        down: Room below, <= 0, (m,).
        up: Room above, >= 0, (m,).
    """
    room = np.where(towards > 0, up, down)
    stuck = towards == 0
    while True:
        free = towards[~stuck] @ towards[~stuck]
        left = gap / 2.0 - towards[stuck] @ room[stuck]
        if left <= 0:
            length = 0.0
        elif free == 0:
            return None
        else:
            length = left / free
        beyond = ~stuck & (np.abs(length * towards) > np.abs(room))
        if not beyond.any():
            return np.where(stuck, np.where(towards == 0, 0.0, room), length * towards)
        stuck = stuck | beyond


def _changes(model: Model, customer: Customer, reach: _Reach, step: Floats) -> tuple[Change, ...]:
    """The step in the columns' own units, largest first; whole numbers are rounded on in the step's direction."""
    found = []
    for i in np.argsort(-np.abs(step), kind="stable"):
        transform, moved = reach.transforms[i], step[i]
        if moved == 0:
            continue
        summary = model.content.column(transform.column)
        feature = float(customer.features[reach.features[i]]) + moved
        after = _value(transform, transform.centre[0] + feature * transform.spread / transform.weight)
        if summary.facts.whole:
            after = float(np.ceil(after) if moved > 0 else np.floor(after))
        given = customer.batch.column(transform.column)[0].as_py()
        before = 0.0 if given is None else float(given)  # a blank that was declared to mean none
        found.append(Change(transform.column, summary.plan.label.words, before, after))
    return tuple(change for change in found if change.after != change.before)


def _assigned_again(model: Model, customer: Customer, changes: tuple[Change, ...]) -> int:
    """Position of the segment the changed customer is assigned to; totals follow their parts."""
    values = {change.column: change.after for change in changes}
    batch = customer.batch
    for column, value in (values | _totals(model, batch, values)).items():
        i = batch.schema.get_field_index(column)
        batch = batch.set_column(i, batch.schema.field(i), pa.array([value], batch.schema.field(i).type))
    matrix = recipes.apply(model.scoring.recipe, batch)
    return int(nearest_segments(model.scoring, matrix).label[0])


def _totals(model: Model, batch: pa.RecordBatch, values: Mapping[str, float]) -> dict[str, float]:
    """Totals that move because a part of them moved."""
    found = {}
    there = set(batch.schema.names)
    for identity in model.content.identities:
        if values.keys().isdisjoint(identity.parts) or not there.issuperset((identity.total, *identity.parts)):
            continue
        parts = [values.get(part, batch.column(part)[0].as_py()) for part in identity.parts]
        if None not in parts:
            found[identity.total] = float(sum(parts))
    return found
