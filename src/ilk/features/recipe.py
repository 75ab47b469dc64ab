"""The recipe: fitted on a sample, applied to every customer, the same numbers wherever it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ilk.engines.workers import map_threads
from ilk.errors import BadInput, MissingColumns
from ilk.features import transforms
from ilk.features.batteries import centre_respondents, centring_note, find_batteries, to_centre
from ilk.features.blocks import balanced_blocks, block_of
from ilk.features.plans import ColumnPlan, Identity, Recipe, Theme, Transform
from ilk.features.topics import fill_topics, fit_topics, group_topics
from ilk.features.transforms import Values
from ilk.figures import few
from ilk.settings import Settings
from ilk.sources.source import ColumnFacts, Note

Matrix = npt.NDArray[np.float32]


ROWS = 8_192
"""Customers turned into features at once: what is read, made and written of them fits a processor's own cache."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A recipe and what was found on the way.

    Args:
        recipe: Transforms in the order of the plans.
        notes: Columns left out, levels not kept, totals that do not count twice.
        plans: The plans as they came, but for weight 0 of totals and use "out" of columns that vary nowhere.
        identities: Totals that are the sum of other building columns.
        themes: Building columns that say nearly the same; only looked for when they are to be balanced.
    """

    recipe: Recipe
    notes: tuple[Note, ...]
    plans: tuple[ColumnPlan, ...]
    identities: tuple[Identity, ...]
    themes: tuple[Theme, ...] = ()


# ---------------------------------------------------------------- fitting


def fit_recipe(
    sample: pa.Table, plans: Sequence[ColumnPlan], settings: Settings, facts: Sequence[ColumnFacts] = ()
) -> Fitted:
    """Fit one transform (or two, with a flag for blanks) for every building column.

    Nothing depends on the order of rows: sums run over sorted values. With `transform = standard` every number is
    only standardised, and totals keep their weight.

    Args:
        sample: The fit sample.
        plans: What each column does.
        settings: transform, balance, center_respondents, weight and min_group are read.
        facts: Totals of every column over all customers; with them a negative value anywhere decides the shape.

    Raises:
        BadInput: If no column is left to build with.
    """
    from ilk.features.identities import find_identities

    identities = find_identities(sample, plans)
    plans = _without_totals(plans, identities, settings)
    plans, themes = _balanced(sample, plans, settings)
    batteries = find_batteries(sample, [plan for plan in plans if _has_features(plan)])
    scales = {column: battery.spread for battery in batteries for column in battery.columns}
    interests = _Interests.of(sample, [plan for plan in plans if _has_features(plan)], settings)
    negative = frozenset(f.column for f in facts if f.n_negative)
    fitting = _Fitting(sample, settings, scales, negative, interests.transforms)
    found = {plan.column: fitting.transforms(plan) for plan in plans if _has_features(plan)}
    lost = [column for column, made in found.items() if not made]
    recipe = Recipe(tuple(transform for made in found.values() for transform in made), topics=interests.blocks)
    if not recipe.transforms:
        raise BadInput(
            "No column is left to build segments from",
            got=", ".join(f"{plan.column}: {plan.reason}" for plan in plans[:12]) or "no columns at all",
            do="bring columns in which customers differ, or give a column a role, such as --role COLUMN=amount",
        )
    notes = interests.notes
    if settings.center_respondents:
        recipe = replace(recipe, centred=to_centre(batteries, [column for column in found if column not in lost]))
        notes = (*notes, centring_note(recipe.centred))
    recipe, weighed = _blocks_alike(recipe, sample, plans, settings)
    notes += (
        *weighed,
        *_total_notes(plans, identities),
        *_lost_notes(lost),
        *_rare_notes(unseen(recipe, sample), settings),
    )
    plans = tuple(replace(p, use="out", reason=f"{p.reason}; varies nowhere") if p.column in lost else p for p in plans)
    return Fitted(recipe, notes, plans, identities, themes)


@dataclass(frozen=True, slots=True)
class _Interests:
    """The topics that tell customers apart, by block, and their transforms."""

    blocks: tuple[tuple[str, ...], ...]
    transforms: Mapping[str, Transform]
    notes: tuple[Note, ...]

    @classmethod
    def of(cls, sample: pa.Table, plans: Sequence[ColumnPlan], settings: Settings) -> _Interests:
        fits = [fit_topics(sample, group, min_customers=settings.min_group) for group in group_topics(plans)]
        made = {column: transform for found, _ in fits for column, transform in found.items()}
        return cls(
            tuple(tuple(found) for found, _ in fits if found), made, tuple(n for _, notes in fits for n in notes)
        )


@dataclass(frozen=True, slots=True)
class _Fitting:
    """The sample, and what is known about its columns, while transforms are fitted."""

    sample: pa.Table
    settings: Settings
    scales: Mapping[str, float]
    negative: frozenset[str]
    topics: Mapping[str, Transform]

    def transforms(self, plan: ColumnPlan) -> tuple[Transform, ...]:
        if plan.kind == "topics":
            return (self.topics[plan.column],) if plan.column in self.topics else ()
        column = self.sample.column(plan.column)
        levels: tuple[str, ...] = ()
        if plan.kind == "category":
            texts = transforms.level_texts(column)
            made = transforms.fit_levels(plan, texts, min_customers=self.settings.min_group)
            blanks = transforms.numbers(column.is_valid())
            blanks[blanks == 0.0] = np.nan
        else:
            levels = transforms.steps_of(plan, column)
            blanks = transforms.numbers(column, levels)
            values = np.nan_to_num(blanks, nan=0.0) if plan.missing == "zero" else blanks
            made = self._number(plan, values, levels)
        flag = transforms.fit_blank_flag(plan, blanks, levels=levels) if plan.missing == "flag" else None
        return tuple(transform for transform in (made, flag) if transform is not None)

    def _number(self, plan: ColumnPlan, values: Values, levels: tuple[str, ...]) -> Transform | None:
        if self.settings.transform == "standard":
            return transforms.fit_plain(plan, values, levels=levels)
        if plan.kind in {"amount", "count"}:
            negative = plan.column in self.negative or bool((values < 0.0).any())
            fit = transforms.fit_amount if plan.kind == "amount" else transforms.fit_count
            return fit(plan, values, negative=negative)
        if plan.kind == "flag":
            return transforms.fit_flag(plan, values, levels=levels)
        return transforms.fit_plain(plan, values, spread=self.scales.get(plan.column), levels=levels)


def _blocks_alike(
    recipe: Recipe, sample: pa.Table, plans: Sequence[ColumnPlan], settings: Settings
) -> tuple[Recipe, tuple[Note, ...]]:
    """Weigh the blocks, where there are several, by what their features are on the sample."""
    there = {transform.column for transform in recipe.transforms}
    if len({block_of(plan) for plan in plans if plan.column in there}) < 2:
        return recipe, ()
    return balanced_blocks(recipe, apply(recipe, sample), plans, settings.weight)


def _has_features(plan: ColumnPlan) -> bool:
    return plan.use == "builds" and plan.weight > 0.0


def _without_totals(
    plans: Sequence[ColumnPlan], identities: Sequence[Identity], settings: Settings
) -> tuple[ColumnPlan, ...]:
    """Give totals weight 0, unless somebody weighed them by hand or asked for plain standardisation."""
    if settings.transform == "standard":
        return tuple(plans)
    sums = {identity.total: identity for identity in identities if identity.total not in settings.weight}
    return tuple(
        replace(plan, weight=0.0, reason=f"{plan.reason}; the sum of {_and(sums[plan.column].parts)}")
        if plan.column in sums
        else plan
        for plan in plans
    )


def _balanced(
    sample: pa.Table, plans: tuple[ColumnPlan, ...], settings: Settings
) -> tuple[tuple[ColumnPlan, ...], tuple[Theme, ...]]:
    """Weigh each column by 1 / sqrt(columns of its theme) when themes are to be balanced."""
    if settings.balance != "themes":
        return plans, ()
    from ilk.features.themes import find_themes

    themes = find_themes(sample, [plan for plan in plans if _has_features(plan)])
    sizes = {column: len(theme.columns) for theme in themes for column in theme.columns}
    return tuple(replace(plan, weight=plan.weight / sizes.get(plan.column, 1) ** 0.5) for plan in plans), themes


def _total_notes(plans: Sequence[ColumnPlan], identities: Sequence[Identity]) -> list[Note]:
    silent = {plan.column for plan in plans if plan.weight == 0.0}
    return [
        Note(
            "identity",
            f"{one.total} is the sum of {_and(one.parts)} for {100 * one.share:.3g} % of customers"
            + ("; it does not count twice." if one.total in silent else "; it counts twice, as you asked."),
        )
        for one in identities
    ]


def _lost_notes(lost: Sequence[str]) -> list[Note]:
    text = f"Left out because customers hardly differ in it: {', '.join(lost)}."
    return [Note("no-spread", text)] if lost else []


def _rare_notes(rare: Mapping[str, int], settings: Settings) -> list[Note]:
    return [
        Note(
            "rare-level",
            f"{column}: what fewer than {settings.min_group} customers say counts as missing"
            f" ({few(n, settings.min_group)}).",
        )
        for column, n in rare.items()
    ]


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


# ---------------------------------------------------------------- applying


def apply(recipe: Recipe, batch: pa.RecordBatch | pa.Table, *, threads: int | None = None) -> Matrix:
    """Return the features of every customer, shape (n, p), NaN where an answer is missing.

    Args:
        recipe: A fitted recipe.
        batch: Customers; columns the recipe does not know are left alone.
        threads: Pieces are computed on threads; the numbers do not depend on how many.

    Raises:
        MissingColumns: If columns of the recipe are not there.
        BadInput: If a column holds something that is not a number where numbers are needed.
    """
    columns = tuple(dict.fromkeys(transform.column for transform in recipe.transforms))
    missing = [column for column in columns if column not in batch.schema.names]
    if missing:
        raise MissingColumns.listing(missing, batch.schema.names)
    table = batch.select(columns)
    matrix = np.empty((batch.num_rows, len(feature_columns(recipe))), dtype=np.float32)
    starts = range(0, batch.num_rows, ROWS)
    map_threads(lambda start: _fill(recipe, table.slice(start, ROWS), matrix[start:]), starts, threads=threads)
    return matrix


def _fill(recipe: Recipe, batch: pa.RecordBatch | pa.Table, matrix: Matrix) -> None:
    at = 0
    for transform in recipe.transforms:
        width = transforms.n_features(transform)
        if transform.kind != "topic":
            features = matrix[: batch.num_rows, at : at + width]
            transforms.fill_features(transform, batch.column(transform.column), features)
        at += width
    fill_topics(recipe, batch, matrix[: batch.num_rows])
    if recipe.centred:
        centre_respondents(recipe, matrix[: batch.num_rows])


def feature_columns(recipe: Recipe) -> tuple[str, ...]:
    """The column each feature comes from, length p."""
    return tuple(t.column for t in recipe.transforms for _ in range(transforms.n_features(t)))


def square_weights(recipe: Recipe) -> Values:
    """Each feature's share of W, the sum of squared column weights, shape (p,).

    A category's indicators share one, and so do the topics of a block: no row is longer than their weight.
    """
    sharing = {column: len(columns) for columns in recipe.topics for column in columns}
    shares = [
        transform.weight * transform.weight / max(transforms.n_features(transform), sharing.get(transform.column, 1))
        for transform in recipe.transforms
        for _ in range(transforms.n_features(transform))
    ]
    return np.asarray(shares, dtype=np.float64)


def answered(matrix: Matrix, weights: Values, *, threads: int | None = 1) -> Values:
    """The share of the weight that each customer answered, shape (n,), 0 to 1.

    Args:
        matrix: Features, shape (n, p), NaN = missing.
        weights: `square_weights` of the recipe, shape (p,).
        threads: How many to use, all there are when None; the shares do not depend on it.
    """
    lost: Values = np.zeros(matrix.shape[0])

    def add_up(start: int) -> None:
        blank = np.isnan(matrix[start : start + ROWS])
        for j in np.flatnonzero(blank.any(axis=0)):
            lost[start : start + ROWS][blank[:, j]] += weights[j]

    map_threads(add_up, range(0, len(matrix), ROWS), threads=threads)
    share: Values = np.maximum(1.0 - lost / weights.sum(), 0.0)
    return share


def blank_columns(recipe: Recipe, batch: pa.RecordBatch | pa.Table, matrix: Matrix) -> npt.NDArray[np.bool_]:
    """Which building columns each customer left blank, (n, columns): no answer, or one the recipe cannot use.

    A topic is only blank with all the others of its block.

    Who left all of them blank answered nothing and gets no segment, also where a blank was declared to mean none.

    Args:
        recipe: A fitted recipe; columns count in the order of their first feature.
        batch: n customers.
        matrix: Their features, from `apply`.
    """
    columns = dict.fromkeys(transform.column for transform in recipe.transforms)
    return blank_answers(recipe, np.stack([is_null(batch.column(column)) for column in columns], axis=1), matrix)


def blank_answers(recipe: Recipe, nulls: npt.NDArray[np.bool_], matrix: Matrix) -> npt.NDArray[np.bool_]:
    """As `blank_columns`, where it is known which columns hold nothing, (n, columns)."""
    columns = list(dict.fromkeys(transform.column for transform in recipe.transforms))
    found, start = nulls.copy(), 0
    found[:, [columns.index(topic) for topics in recipe.topics for topic in topics]] = False
    for transform in recipe.transforms:
        features = slice(start, start + transforms.n_features(transform))
        if transform.missing != "flag":
            found[:, columns.index(transform.column)] |= np.isnan(matrix[:, features]).all(axis=1)
        start = features.stop
    return found


def is_null(column: transforms.Column) -> npt.NDArray[np.bool_]:
    """Where a column holds nothing, (n,)."""
    return np.asarray(pc.is_null(column, nan_is_null=True).to_numpy(zero_copy_only=False), dtype=np.bool_)


def unseen(recipe: Recipe, batch: pa.RecordBatch | pa.Table) -> Mapping[str, int]:
    """How many customers have a level the recipe does not know, by column; columns without any are not listed."""
    counts = {
        transform.column: _n_unseen(transform, batch.column(transform.column))
        for transform in recipe.transforms
        if transform.levels and transform.missing != "flag"
    }
    return {column: n for column, n in counts.items() if n}


def _n_unseen(transform: Transform, column: transforms.Column) -> int:
    texts = transforms.level_texts(column).drop_null()
    known = pa.array([*transform.levels, *transform.pooled], pa.string())
    return len(texts) - int(pc.sum(pc.is_in(texts, value_set=known)).as_py() or 0)
