"""What all groupings share, worked out once: customers as whole numbers, features, questions, everyone's figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.features.recipe import answered, square_weights
from ilk.model.parts import ColumnPlan, ColumnSummary, Grid, Identity, Recipe, Theme
from ilk.profile.cells import cells_for
from ilk.profile.columns import full_summary, is_described, value_column
from ilk.profile.effects import Features, Matrix, Means, d_by_column, features_for, means_of
from ilk.profile.profiles import SHARES, Counted, everyone_profiles
from ilk.profile.questions import Questions, questions_for
from ilk.profile.summary import Cut, Layout, Measured, Ranked, cut_by, grouped_quantiles, measure, ranked, summarise
from ilk.profile.words import Words, words_for
from ilk.settings import EVIDENCE_SAMPLE, Settings
from ilk.sources.source import ColumnFacts


@dataclass(frozen=True, slots=True)
class Subject:
    """The customers that are described, and how they became numbers.

    Args:
        table: All customers, in file order; columns that `plans` do not name are left alone.
        plans: What each column does.
        facts: Totals of each column, in the order of `plans`.
        recipe: The recipe `matrix` was made with.
        matrix: Features, shape (n, p), NaN where blank.
        order: Rows of the fit sample in hash order, shape (n_sample,).
        themes: Building columns that say nearly the same.
        identities: Totals that are the sum of others.
        settings: min_group, seed and threads are read; the others only make the uid.
        fingerprint: Of the data, the same for any order of rows.
    """

    table: pa.Table
    plans: tuple[ColumnPlan, ...]
    facts: tuple[ColumnFacts, ...]
    recipe: Recipe
    matrix: Matrix
    order: npt.NDArray[np.int64]
    themes: tuple[Theme, ...]
    identities: tuple[Identity, ...]
    settings: Settings
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """Everybody's segment at one k.

    Args:
        k: Number of segments.
        centres: Shape (k, p); row j is segment j + 1.
        labels: Shape (n,), from 0; -1 for customers that were rejected.
        d1: Squared distance to the own centre over the answered features, shape (n,).
        runner_up: The second nearest centre, shape (n,); all 0 at k = 1.
        slsw: Trust of each segment, empty where it was not measured.
        bootstraps: Up to 20 bootstrap solutions, rows matched to `centres`.
    """

    k: int
    centres: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int32]
    d1: npt.NDArray[np.float64]
    runner_up: npt.NDArray[np.int32]
    slsw: tuple[float, ...] = ()
    bootstraps: tuple[Grid, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """The customers, counted and coded.

    Args:
        subject: Who they are.
        layout: How each described column is counted.
        measured: All customers as whole numbers.
        ranked: Each column's values of the fit sample in order, None where it has no numbers.
        features: On which d is measured.
        questions: Codes of the evidence sample for the trees.
        columns: Everyone's figures, in the layout's order.
        words: The words of each.
        share_answered: Share of the weight each customer answered, shape (n,).
        value: The amount that stands for value.
        sample: Rows of the evidence sample in hash order.
    """

    subject: Subject
    layout: Layout
    measured: Measured
    ranked: tuple[Ranked | None, ...]
    features: Features
    questions: Questions
    columns: tuple[ColumnSummary, ...]
    words: tuple[Words, ...]
    share_answered: npt.NDArray[np.float64]
    value: str | None
    sample: npt.NDArray[np.int64]

    def counted(self, cut: Cut, means: Means) -> Counted:
        """Everything counted under one grouping."""
        return _counted(self.layout, self.measured, self.ranked, cut, d_by_column(self.features, means))


def prepared(subject: Subject, labels: npt.NDArray[np.int32]) -> Ready:
    """Count and code all customers once. Those with label -1 are not among everyone."""
    pairs = [(p, f) for p, f in zip(subject.plans, subject.facts, strict=True) if is_described(p)]
    plans, facts = tuple(p for p, _ in pairs), tuple(f for _, f in pairs)
    min_group = subject.settings.min_group
    sample = subject.table.select([plan.column for plan in plans]).take(pa.array(subject.order))
    layout = Layout(tuple(cells_for(p, f, sample.column(p.column), min_group) for p, f in pairs))
    measured = measure(layout, subject.table)
    features = features_for(
        subject.table, pairs, subject.recipe, subject.matrix, cells=layout.cells, sample=subject.order
    )
    in_order = tuple(None if v is None else ranked(v, subject.order) for v in measured.values)
    everyone = cut_by(np.where(labels >= 0, 0, -1).astype(np.int32), 1)
    d = d_by_column(features, means_of(features, everyone))
    profiles = everyone_profiles(_counted(layout, measured, in_order, everyone, d), min_group)
    deviations = [float(features.deviations[at]) if at >= 0 else None for at in features.at]
    columns = tuple(
        full_summary(
            plan,
            fact,
            profiles[i],
            cells=layout.cells[i],
            values=measured.values[i],
            deviation=deviations[i],
            min_group=min_group,
        )
        for i, (plan, fact) in enumerate(pairs)
    )
    words = tuple(words_for(column.plan, column.facts) for column in columns)
    return Ready(
        subject=subject,
        layout=layout,
        measured=measured,
        ranked=in_order,
        features=features,
        questions=_questions(subject, layout, measured, words),
        columns=columns,
        words=words,
        share_answered=answered(subject.matrix, square_weights(subject.recipe)),
        value=value_column(plans, facts, subject.identities),
        sample=subject.order[:EVIDENCE_SAMPLE],
    )


def _counted(
    layout: Layout, measured: Measured, in_order: Sequence[Ranked | None], cut: Cut, d: npt.NDArray[np.float64]
) -> Counted:
    quantiles = tuple(None if column is None else grouped_quantiles(column, cut, SHARES) for column in in_order)
    return Counted(layout, summarise(layout, measured, cut), quantiles, d)


def _questions(subject: Subject, layout: Layout, measured: Measured, words: Sequence[Words]) -> Questions:
    rows = subject.order[:EVIDENCE_SAMPLE]
    plans = [plan for plan in subject.plans if is_described(plan)]
    values = [None if v is None else v[rows] for v in measured.values]
    sample = subject.table.select([plan.column for plan in plans]).take(pa.array(rows))
    return questions_for(plans, words, layout.cells, values, sample)
