"""How far each segment lies from everyone on the feature scale, and what that distance is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.features import transforms
from ilk.features.batteries import FEWEST_ITEMS
from ilk.features.plans import ColumnPlan, Recipe, Theme, Transform
from ilk.features.recipe import apply, feature_columns
from ilk.figures import percent
from ilk.model.parts import ColumnSummary
from ilk.profile.cells import Cells, Values
from ilk.profile.grammar import capital
from ilk.profile.summary import Whole
from ilk.settings import EVIDENCE_SAMPLE
from ilk.sources.source import ColumnFacts, Note

Matrix: TypeAlias = npt.NDArray[np.float32]

ANSWER_STYLE = 0.3
"""Share of it along the respondents' own mean from which answer style is warned of; methods page, "Ordered"."""


@dataclass(frozen=True, slots=True)
class Features:
    """The features of the recipe, and behind them one for each other column of numbers that is described.

    Args:
        columns: The column of each feature of the recipe, length p.
        extras: Transforms of the others, with weight 1, one feature each.
        deviations: Standard deviation of each over the evidence sample, shape (p + n_extras,).
        at: The feature that stands for each column of the layout, -1 where none does.
    """

    columns: tuple[str, ...]
    extras: Recipe
    deviations: Values
    at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Means:
    """Means of features by segment. `mass` = customers who answered; both of shape (k, p + n_extra)."""

    means: Values
    mass: Whole
    d: Values

    @property
    def between(self) -> Values:
        """Between-segment sum of squares of each feature, shape (p + n_extra,)."""
        total = self.mass.sum(axis=0)
        filled = np.nan_to_num(self.means)
        everyone = (filled * self.mass).sum(axis=0) / np.maximum(total, 1)
        squares = self.mass * (filled - everyone) ** 2
        return np.asarray(squares.sum(axis=0), dtype=np.float64)


def features_for(
    table: pa.Table,
    described: Sequence[tuple[ColumnPlan, ColumnFacts]],
    recipe: Recipe,
    matrix: Matrix,
    *,
    cells: Sequence[Cells],
    sample: Whole,
) -> Features:
    """Find, or fit, the feature on which each column of numbers is compared.

    Args:
        table: All customers.
        described: Plan and totals of each column that is described, in the order of `cells`.
        recipe: The recipe `matrix` was made with.
        matrix: Features of all customers, shape (n, p).
        cells: How each column is counted.
        sample: The fit sample's rows in hash order.
    """
    columns = feature_columns(recipe)
    own = _own_features(recipe)
    extras: list[Transform] = []
    at: list[int] = []
    for (plan, fact), cell in zip(described, cells, strict=True):
        place = own.get(plan.column, -1)
        if place < 0 and cell.numeric:
            made = _extra(table.column(plan.column), plan, fact, sample)
            if made is not None:
                extras.append(made)
                place = len(columns) + len(extras) - 1
        at.append(place)
    others = Recipe(tuple(extras))
    rows = sample[:EVIDENCE_SAMPLE]
    some = batch_features(Features(columns, others, np.empty(0), tuple(at)), table.take(pa.array(rows)), matrix[rows])
    return Features(columns, others, _deviations(some), tuple(at))


def batch_features(features: Features, batch: pa.Table, matrix: Matrix) -> Matrix:
    """The features of some customers, shape (n, p + n_extras), from those of the recipe."""
    return np.hstack([matrix, apply(features.extras, batch, threads=1)]) if features.extras.transforms else matrix


def means_of(features: Features, sums: Values, mass: Whole) -> Means:
    """Mean of each feature in each segment, and d: that mean less everyone's, in standard deviations."""
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums / mass
        everyone = sums.sum(axis=0) / mass.sum(axis=0)
        d = (means - everyone) / np.where(features.deviations > 0.0, features.deviations, np.nan)
    return Means(means, mass, d)


def d_by_column(features: Features, means: Means) -> Values:
    """D of each column of the layout, shape (k, n_columns), NaN for categories and columns without numbers."""
    k = means.d.shape[0]
    blank = np.full(k, np.nan)
    return np.column_stack([means.d[:, place] if place >= 0 else blank for place in features.at]).reshape(k, -1)


def with_shares(themes: Sequence[Theme], features: Features, means: Means) -> tuple[Theme, ...]:
    """Themes with their part of the between-segment variance of all features of the recipe."""
    between = means.between[: len(features.columns)]
    total = float(between.sum())
    shares = [
        sum(float(part) for part, column in zip(between, features.columns, strict=True) if column in theme.columns)
        for theme in themes
    ]
    return tuple(
        replace(theme, share=share / total if total > 0.0 else 0.0) for theme, share in zip(themes, shares, strict=True)
    )


def answer_style(features: Features, means: Means, columns: Sequence[ColumnSummary]) -> float | None:
    """The share of the between-segment variance of ordered items that lies along the respondents' own mean.

    With u the direction in which all m items rise alike (each 1 / sqrt(m)) and c_j the centres of the items:
    sum_j n_j ((c_j - c) . u)^2 / sum_j n_j |c_j - c|^2. None with fewer than five ordered building columns.

    Source: Dolnicar, Gruen & Leisch (2018), Market Segmentation Analysis, chapter 5.
    """
    ordered = {c.plan.column for c in columns if c.plan.use == "builds" and c.plan.kind == "ordered"}
    places = [i for i, column in enumerate(features.columns) if column in ordered]
    if len(places) < FEWEST_ITEMS:
        return None
    mass = means.mass[:, places]
    filled = np.nan_to_num(means.means[:, places])
    centred = filled - (filled * mass).sum(axis=0) / np.maximum(mass.sum(axis=0), 1)
    weight = mass.mean(axis=1)
    whole = float((weight[:, None] * centred**2).sum())
    along = float((weight * centred.sum(axis=1) ** 2).sum()) / len(places)
    return along / whole if whole > 0.0 else None


def answer_style_note(share: float | None) -> tuple[Note, ...]:
    """What that share means, with a warning above 30 %."""
    if share is None:
        return ()
    said = capital(f"{percent(share)} of the difference between segments lies in how high people answer overall")
    if share <= ANSWER_STYLE:
        return (Note("answer-style-share", f"{said}, and the rest in what they answer."),)
    return (Note("answer-style", f"{said}: some segments may be a style of answering, not a kind of customer."),)


def _own_features(recipe: Recipe) -> dict[str, int]:
    """The feature of each column that has exactly one, flags for blanks aside."""
    found: dict[str, int] = {}
    at = 0
    for transform in recipe.transforms:
        if transform.kind != "level" and transform.missing != "flag" and transform.weight > 0.0:
            found[transform.column] = at
        at += transforms.n_features(transform)
    return found


def _extra(column: transforms.Column, plan: ColumnPlan, facts: ColumnFacts, sample: Whole) -> Transform | None:
    """The transform a column would have had with weight 1; None where nothing varies."""
    steps = transforms.steps_of(plan, column)
    values = transforms.numbers(column, steps)[sample]
    bare = replace(plan, weight=1.0, missing="skip")
    if plan.kind in {"amount", "count"}:
        fit = transforms.fit_amount if plan.kind == "amount" else transforms.fit_count
        return fit(bare, values, negative=facts.n_negative > 0)
    return transforms.fit_plain(bare, values, levels=steps)


def _deviations(sample: Matrix) -> Values:
    """Standard deviation of each feature over the answered values, 0 where there are none."""
    values = sample.astype(np.float64)
    filled = ~np.isnan(values)
    n = np.maximum(filled.sum(axis=0), 1)
    values = np.where(filled, values, 0.0)
    centred = np.where(filled, values - values.sum(axis=0) / n, 0.0)
    return np.asarray(np.sqrt((centred * centred).sum(axis=0) / n))
