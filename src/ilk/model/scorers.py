"""How near a customer is to every segment, whatever method found them: scores of which the lower is nearer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ilk.cluster import nearest, twin
from ilk.cluster.scorer import UNLIKE, ByCentres, nearest_rows
from ilk.cluster.scorer import Scorer as Ready
from ilk.cluster.twin import MOST_CUSTOMERS
from ilk.engines.tiles import tiles_of
from ilk.features.laid_out import LaidOut, laid_out
from ilk.features.plans import Recipe
from ilk.features.recipe import answered, feature_columns, square_weights
from ilk.model.edits import View
from ilk.model.kept import ready, ready_again
from ilk.model.parts import Content, Grid, Scorer
from ilk.model.votes import Votes

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]

WEIGHT_STEP = 2.0**20
"""Weights of features are multiples of 1 / WEIGHT_STEP, so that sums of them are exact in any order."""

CHUNK = 16_384
"""Customers scored at a time where all distances are kept."""


@dataclass(frozen=True)
class Scoring:
    """A model made ready to score; everything an array, made once, when it is first asked for.

    Args:
        recipe: Turns columns into features.
        columns: The building columns, each once, in the recipe's order.
        feature_columns: The column of each feature, (p,).
        weights: Each feature's share of W, (p,), multiples of 2^-20; a category's indicators together count once.
        scorer: The scorer of the adopted number of segments, of k rows, ready to score.
        owner: The segment each row belongs to, (k,), positions in `numbers`.
        numbers: The segments' numbers, int16 (g,).
        names: Their personas' names, (g,).
        limits: Beyond which distance a customer is unlike anyone, (g,); infinite where too few stand behind one.
        bootstraps: Bootstrap solutions, their rows matched to the scorer's.
        donors: Reference points, or the segments' middles where there are none, (r, p), NaN-free.
        donor_customers: How many customers each stands for, (r,).
        within: Variance of each feature among the customers of one donor, (p,), multiples of 2^-20.
    """

    recipe: Recipe
    columns: tuple[str, ...]
    feature_columns: tuple[str, ...]
    weights: Floats
    scorer: Ready
    owner: NDArray[np.int64]
    numbers: NDArray[np.int16]
    names: tuple[str, ...]
    limits: Floats
    bootstraps: Votes
    donors: Floats
    donor_customers: Floats
    within: Floats

    @cached_property
    def centres(self) -> Floats:
        """The middle of each row of the scorer, (k, p)."""
        return self.scorer.middles

    def rows_nearest(self, features: Matrix, positions: Sequence[int]) -> tuple[int, ...]:
        """The row of the scorer by which one customer, (p,), is as near as it is to the segments at these positions."""
        found = self.scorer.scores(features[np.newaxis])[0]
        rows = [np.flatnonzero(self.owner == position) for position in positions]
        return tuple(int(some[found[some].argmin()]) for some in rows)

    @cached_property
    def columns_of_features(self) -> NDArray[np.int64]:
        """For each feature the position of its column in `columns`, (p,)."""
        place = {column: i for i, column in enumerate(self.columns)}
        return np.array([place[column] for column in self.feature_columns], np.int64)

    @cached_property
    def features_of_columns(self) -> Floats:
        """1 where a feature is one of a column, else 0, (p, columns)."""
        return np.asarray(self.columns_of_features[:, np.newaxis] == np.arange(len(self.columns)), np.float64)

    @cached_property
    def laid_out(self) -> LaidOut:
        """The recipe in arrays, for a few customers at a time."""
        return laid_out(self.recipe)

    @cached_property
    def donor_squares(self) -> Floats:
        """What squared distances to the donors are made of, (2 p + 1, r)."""
        return twin.squares_of(self.donors)

    @cached_property
    def is_unmerged(self) -> bool:
        """Whether every row is a segment of its own, under its own number."""
        return bool(np.array_equal(self.owner, np.arange(len(self.owner))))


@dataclass(frozen=True, slots=True)
class Near:
    """The nearest and second nearest segment of each customer.

    Args:
        label: Position of the segment, (n,).
        runner_up: Position of the next segment, (n,); the label itself where there is only one segment.
        d1: Score of the nearest row of the label: a squared distance over the answered features, (n,).
        d2: The same for the runner-up; infinite where there is none.
    """

    label: NDArray[np.int64]
    runner_up: NDArray[np.int64]
    d1: Floats
    d2: Floats


def scoring_of(content: Content, view: View) -> Scoring:
    """Make the arrays of a model."""
    solution, recipe = view.solution, content.recipe
    columns = feature_columns(recipe)
    n_features = len(columns)
    weights = np.floor(square_weights(recipe) * WEIGHT_STEP + 0.5) / WEIGHT_STEP
    scorer = ready(solution.scorer)
    if content.reference is None:
        donors = scorer.middles
        customers = np.array([s.size for s in solution.segments], np.float64)
    else:
        donors = array_of(content.reference.points, n_features)
        customers = np.array(content.reference.customers, np.float64)
    customers = np.maximum(customers, 1.0)
    return Scoring(
        recipe=recipe,
        columns=tuple(dict.fromkeys(columns)),
        feature_columns=columns,
        weights=weights,
        scorer=scorer,
        owner=np.array(view.owner, np.int64),
        numbers=np.array([s.number for s in view.segments], np.int16),
        names=tuple(s.persona.name for s in view.segments),
        limits=np.array([np.inf if s.distance_limit is None else s.distance_limit for s in view.segments]),
        bootstraps=ready_again(scorer, solution.bootstraps, n_features),
        donors=donors,
        donor_customers=customers,
        within=_within(weights, donors, customers),
    )


def _within(variances: Floats, donors: Floats, customers: Floats) -> Floats:
    """What of each feature's variance is not between donors; all of it is about the square of its weight."""
    if len(customers) != len(donors):  # nobody knows how many customers the centres stand for
        return np.zeros(len(variances))
    middle = np.average(donors, axis=0, weights=customers)
    between = np.average((donors - middle) ** 2, axis=0, weights=customers)
    return np.asarray(np.floor(np.maximum(variances - between, 0.0) * WEIGHT_STEP + 0.5) / WEIGHT_STEP)


def array_of(grid: Grid, n_columns: int) -> Floats:
    """A grid as an array, also an empty one."""
    return np.array(grid, np.float64).reshape(-1, n_columns)


def scores(scorer: Scorer, matrix: Matrix) -> Floats:
    """Score every customer against every row of the scorer; lower is nearer.

    Args:
        scorer: Of k rows.
        matrix: float32 (n, p), NaN where an answer is missing.

    Returns:
        (n, k), at least 0; squared distances over the answered features where the method has distances. Exact there,
        because features and centres are multiples of 2^-16: the same on every machine and for any cut of the customers.
    """
    return ready(scorer).scores(matrix)


def middles_of(scorer: Scorer) -> Floats:
    """Mean of each segment on the feature scale, (k, p)."""
    return ready(scorer).middles


def rows_of(scorer: Scorer, points: Floats) -> NDArray[np.int64]:
    """The row of the scorer each of some points, (m, p), belongs to; -1 for one that is unlike anyone, (m,)."""
    return nearest_rows(ready(scorer), points.astype(np.float32), threads=1).label.astype(np.int64)


def nearest_segments(scoring: Scoring, matrix: Matrix, *, threads: int | None = None) -> Near:
    """Find the two nearest segments of each customer; a segment merged from two is as near as the nearer of them.

    Args:
        scoring: A model made ready.
        matrix: float32 (n, p), NaN where an answer is missing.
        threads: How many to use; the answer does not depend on it.
    """
    if len(scoring.numbers) < len(scoring.owner):
        return _joined([_by_segment(scoring, part) for part in _chunks(matrix)])
    if not isinstance(scoring.scorer, ByCentres):
        found = nearest_rows(scoring.scorer, matrix, threads=threads)
    elif len(matrix) <= MOST_CUSTOMERS:
        found = twin.nearest_two(matrix, scoring.scorer.centres)
    else:
        found = nearest.nearest_two(tiles_of(matrix), scoring.scorer.centres, threads=threads)
    return Near(found.label.astype(np.int64), found.runner_up.astype(np.int64), found.d1, found.d2)


def distances(scoring: Scoring, matrix: Matrix, squared: Floats) -> Floats:
    """Distances of these rows that can be compared between customers, (n,); NaN where nothing is known."""
    if len(matrix) > MOST_CUSTOMERS:
        return comparable(squared, answered(matrix, scoring.weights))
    lost = np.isnan(matrix).astype(np.float64) @ scoring.weights  # exact in any order: they are multiples of 2^-20
    return comparable(squared, np.maximum(1.0 - lost / scoring.weights.sum(), 0.0))


def comparable(squared: Floats, share_answered: Floats) -> Floats:
    """sqrt(d^2 * W / W_observed), (n,): comparable whatever customers left blank; NaN where that is everything.

    Source: methods page, "Missing answers".
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(np.where(share_answered > 0.0, squared / share_answered, np.nan))


def _by_segment(scoring: Scoring, matrix: Matrix) -> Near:
    rows = scoring.scorer.scores(matrix)
    best = np.full((len(matrix), len(scoring.numbers)), np.inf)
    for j, owner in enumerate(scoring.owner):
        best[:, owner] = np.minimum(best[:, owner], rows[:, j])
    label, unlike = best.argmin(axis=1), scoring.scorer.unlike(matrix, rows)
    here = np.arange(len(matrix))
    d1 = best[here, label].copy()
    best[here, label] = np.inf
    runner_up = best.argmin(axis=1)
    told = label if unlike is None else np.where(unlike, UNLIKE, label)
    return Near(told, runner_up, d1, best[here, runner_up])


def _chunks(matrix: Matrix) -> Iterator[Matrix]:
    for first in range(0, max(len(matrix), 1), CHUNK):
        yield matrix[first : first + CHUNK]


def _joined(parts: list[Near]) -> Near:
    return Near(
        label=np.concatenate([part.label for part in parts]),
        runner_up=np.concatenate([part.runner_up for part in parts]),
        d1=np.concatenate([part.d1 for part in parts]),
        d2=np.concatenate([part.d2 for part in parts]),
    )
