"""Interests: what share of somebody's attention each topic has, more where few have it (tf-idf, rows of length one)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.errors import BadSetting
from ilk.features import transforms
from ilk.features.plans import ColumnPlan, Recipe, Transform
from ilk.features.transforms import Values
from ilk.figures import percent
from ilk.sources.source import Note

Matrix = npt.NDArray[np.float32]
Table: TypeAlias = "pa.RecordBatch | pa.Table"

MOST_TOPICS = 300
"""Topics of one block; with more, what a topic adds to a distance is no longer worth telling."""

TELLING = 0.2
"""Share of customers without any interest from which it is worth telling how many have some."""


# ---------------------------------------------------------------- fitting


def group_topics(plans: Sequence[ColumnPlan]) -> tuple[tuple[ColumnPlan, ...], ...]:
    """The topics among building columns, those of one block together, in the order of their first.

    Raises:
        BadSetting: If a block has more than 300 of them.
    """
    found: dict[str, list[ColumnPlan]] = {}
    for plan in plans:
        if plan.kind == "topics":
            found.setdefault(plan.block, []).append(plan)
    for block, group in found.items():
        if len(group) > MOST_TOPICS:
            raise BadSetting(
                f"At most {MOST_TOPICS} topics can build segments",
                got=f"{len(group):,} of {block}",
                do="keep those that most customers have (--max-topics), or --ignore the others",
            )
    return tuple(map(tuple, found.values()))


def fit_topics(
    sample: pa.Table, group: Sequence[ColumnPlan], *, min_customers: int
) -> tuple[dict[str, Transform], tuple[Note, ...]]:
    """Fit ln(n / n_j) to each topic of a block: n customers have any of its topics, n_j have this one.

    A topic nobody or everybody has tells nobody apart, one of fewer than `min_customers` is theirs alone; these get no
    transform. The weight a column was given counts before rows are made one long.

    Args:
        sample: The fit sample.
        group: The topics of one block.
        min_customers: Fewest who have a topic.

    Source: Sparck Jones (1972), Journal of Documentation 28(1).
    """
    having = {plan.column: _amounts(sample.column(plan.column)) > 0.0 for plan in group}
    any_of_them = np.logical_or.reduce(list(having.values()))
    n = int(any_of_them.sum())
    made = {}
    for plan in group:
        n_having = int(having[plan.column].sum())
        if max(min_customers, 1) <= n_having < n:
            made[plan.column] = _transform(plan, float(np.log(n / n_having)) * plan.weight)
    return made, _notes(n, len(any_of_them))


def is_spherical(recipe: Recipe) -> bool:
    """Whether every customer is a row of length one: all that builds are the topics of one block."""
    return len(recipe.topics) == 1 and all(transform.kind == "topic" for transform in recipe.transforms)


def _transform(plan: ColumnPlan, idf: float) -> Transform:
    return Transform(
        column=plan.column, role=plan.kind, kind="topic", scale=idf, low=0.0, high=1.0, centre=(0.0,), spread=1.0,
        weight=1.0,
    )  # fmt: skip


def _notes(n: int, n_all: int) -> tuple[Note, ...]:
    if n_all == 0 or n >= (1.0 - TELLING) * n_all:
        return ()
    return (
        Note("without-interests", f"{percent(n / n_all)} of customers have any of the interests; the others none."),
    )


@dataclass(frozen=True, slots=True)
class Amounts:
    """Customers before their topics were made rows of one length, for who deals them out anew.

    Args:
        table: (n, p), the features, but for a topic how much of it there is, times what it counts; NaN where missing.
        blocks: The places of each block's topics among the features.
        weights: The length of a row of each block.
    """

    table: Matrix
    blocks: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]

    def in_rows(self, table: Matrix) -> Matrix:
        """A table like this one with its topics as features; customers with nothing at all are left out."""
        made = table.copy()
        for places, weight in zip(self.blocks, self.weights, strict=True):
            made[:, places] = unit_rows(np.nan_to_num(table[:, places].astype(np.float64)), weight)
        return made[~np.isnan(made).all(axis=1)]


def amounts_of(recipe: Recipe, batch: Table, matrix: Matrix) -> Amounts | None:
    """What the features of topics were made from; None where there are no topics.

    Args:
        recipe: Fitted.
        batch: n customers.
        matrix: Their features, (n, p).
    """
    groups = tuple(groups_of(recipe))
    table = matrix.copy()
    for group in groups:
        places = list(group)
        amounts = _weighed(group, batch)
        amounts /= max(float(amounts.max(initial=0.0)), np.finfo(np.float64).tiny)
        table[:, places] = np.where(np.isnan(matrix[:, places]), np.nan, amounts)
    weights = tuple(next(iter(group.values())).weight for group in groups)
    return Amounts(table, tuple(map(tuple, groups)), weights) if groups else None


# ---------------------------------------------------------------- applying


def fill_topics(recipe: Recipe, batch: Table, matrix: Matrix) -> None:
    """Write the features of all topics: weight * unit row, rounded to 2^-16; NaN for who has none of a block's.

    Args:
        recipe: `topics` are its blocks.
        batch: n customers.
        matrix: OUT, (n, p), only the features of topics are written.
    """
    for group in groups_of(recipe):
        weight = next(iter(group.values())).weight
        matrix[:, list(group)] = unit_rows(_weighed(group, batch), weight)


def groups_of(recipe: Recipe) -> Iterator[Mapping[int, Transform]]:
    """The topics of each block: their places among the features, and their transforms."""
    places, at = {}, 0
    for transform in recipe.transforms:
        places[transform.column] = (at, transform)
        at += transforms.n_features(transform)
    for columns in recipe.topics:
        yield dict(places[column] for column in columns)


def unit_rows(amounts: Values, weight: float = 1.0) -> Values:
    """Rows of length `weight`, multiples of 2^-16; NaN where a row has nothing. Sums run topic by topic, in order.

    Args:
        amounts: (n, n_topics), not below 0.
        weight: Of the block.
    """
    largest = amounts.max(axis=1, initial=0.0)
    scaled = np.divide(amounts, largest[:, None], out=np.zeros_like(amounts), where=largest[:, None] > 0.0)
    square = np.zeros(len(amounts))
    for topic in scaled.T:
        square += topic * topic
    with np.errstate(invalid="ignore"):
        length = np.sqrt(np.where(square > 0.0, square, np.nan))
        return transforms.rounded(weight * (scaled / length[:, None]))


def _weighed(group: Mapping[int, Transform], batch: Table) -> Values:
    return np.stack([_amounts(batch.column(t.column)) * t.scale for t in group.values()], axis=1)


def _amounts(column: transforms.Column) -> Values:
    """How much of a topic each customer has; a blank, or less than nothing, is nothing."""
    return np.maximum(np.nan_to_num(transforms.numbers(column), nan=0.0), 0.0)
