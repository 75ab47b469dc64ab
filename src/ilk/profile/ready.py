"""What all groupings share, worked out once: customers as whole numbers, features, questions, everyone's figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.cluster.scorer import Scorer
from ilk.features.plans import ColumnPlan, Identity, Recipe, Theme
from ilk.features.recipe import answered, square_weights
from ilk.model.parts import ColumnSummary
from ilk.profile.cells import cells_for, values_of
from ilk.profile.columns import full_summary, is_described, value_column
from ilk.profile.effects import Features, Matrix, Means, d_by_column, features_for
from ilk.profile.profiles import SHARES, Counted, Quantiles, everyone_profiles
from ilk.profile.questions import Questions, questions_for
from ilk.profile.summary import Layout, Ranked, Summary, cut_by, grouped_quantiles, ranked
from ilk.profile.tally import Counting, Tally, tally
from ilk.profile.topics import Told, topics_by_lift
from ilk.profile.weighted import weigh_all
from ilk.profile.words import Words, words_for
from ilk.progress import Progress
from ilk.settings import EVIDENCE_SAMPLE, Settings
from ilk.sources.holders import Held
from ilk.sources.source import ColumnFacts, Note


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
        grains: How much each customer counts in whole grains, shape (n,); None for once.
        held: Who has which topic, where interests were learnt.
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
    grains: npt.NDArray[np.int64] | None = None
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Grouping:
    """Everybody's segment at one k.

    Args:
        k: Number of segments.
        scorer: Row j is segment j + 1.
        labels: Shape (n,), from 0; -1 for customers that were rejected, or are unlike anyone.
        d1: Score of the own segment: squared distance over the answered features, shape (n,).
        runner_up: The second nearest segment, shape (n,); all 0 at k = 1.
        slsw: Trust of each segment, empty where it was not measured.
        bootstraps: Up to 20 bootstrap solutions, their segments called as those of `scorer`.
        valleys: Density between each segment and its main neighbour over the lower peak, empty where not measured.
        n_unlike: Customers who are unlike anyone; None for a method that places everybody.
        notes: What is odd about these segments.
    """

    k: int
    scorer: Scorer
    labels: npt.NDArray[np.int32]
    d1: npt.NDArray[np.float64]
    runner_up: npt.NDArray[np.int32]
    slsw: tuple[float, ...] = ()
    bootstraps: tuple[Scorer, ...] = ()
    valleys: tuple[float, ...] = ()
    n_unlike: int | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """The customers, counted and coded.

    Args:
        subject: Who they are.
        layout: How each described column is counted.
        features: On which d is measured.
        questions: Codes of the evidence sample for the trees.
        columns: Everyone's figures, in the layout's order.
        words: The words of each.
        tallies: Counts and sums of each grouping; sums of features are weighted where customers are.
        weighted: Sums of the columns of each grouping, weighted; empty where customers are not.
        ranked: Each column's values of the fit sample in order, None where it has no numbers.
        share_answered: Share of the weight each customer answered, shape (n,).
        value: The amount that stands for value.
        sample: Rows of the evidence sample in hash order.
        topics: Of each grouping, the topics of each segment by lift.
    """

    subject: Subject
    layout: Layout
    features: Features
    questions: Questions
    columns: tuple[ColumnSummary, ...]
    words: tuple[Words, ...]
    tallies: tuple[Tally, ...]
    weighted: tuple[Summary, ...]
    ranked: tuple[Ranked | None, ...]
    share_answered: npt.NDArray[np.float64]
    value: str | None
    sample: npt.NDArray[np.int64]
    topics: tuple[Told, ...]

    def counted(self, number: int, labels: npt.NDArray[np.int32], means: Means) -> Counted:
        """Everything counted under one grouping, given its number."""
        summary, weighted = self.tallies[number].summary, self.weighted[number] if self.weighted else None
        quantiles = _quantiles(self.ranked, labels[self.subject.order], len(summary.sizes))
        return Counted(self.layout, summary, quantiles, d_by_column(self.features, means), weighted)


def prepared(subject: Subject, groupings: Sequence[Grouping], progress: Progress | None = None) -> Ready:
    """Count and code all customers once. Those with label -1 in the first grouping are not among everyone.

    Raises:
        Cancelled: If `progress` was asked to stop.
    """
    pairs = [(p, f) for p, f in zip(subject.plans, subject.facts, strict=True) if is_described(p)]
    table = subject.table.select([plan.column for plan, _ in pairs])
    sample = table.take(pa.array(subject.order))
    layout = Layout(tuple(cells_for(p, f, sample.column(p.column), subject.settings.min_group) for p, f in pairs))
    features = features_for(table, pairs, subject.recipe, subject.matrix, cells=layout.cells, sample=subject.order)
    values = [values_of(cell, sample.column(cell.column)) if cell.numeric else None for cell in layout.cells]
    everyone = np.where(groupings[0].labels >= 0, 0, -1).astype(np.int32)
    counting, threads = Counting(table, subject.matrix, layout, features), subject.settings.threads
    grouped = [(everyone, 1), *((grouping.labels, grouping.k) for grouping in groupings)]
    tallies = tally(counting, grouped, threads=threads, progress=progress)
    heavy = () if subject.grains is None else weigh_all(counting, grouped, subject.grains, threads=threads)
    tallies = tuple(h.in_place_of(t) for h, t in zip(heavy, tallies, strict=True)) if heavy else tallies
    weights = None if subject.grains is None else subject.grains[subject.order]
    in_order = tuple(None if v is None else ranked(v, weights) for v in values)
    quantiles = _quantiles(in_order, everyone[subject.order], 1)
    whole = Counted(layout, tallies[0].summary, quantiles, _no_d(layout), heavy[0].summary if heavy else None)
    columns = _columns(subject, pairs, whole, features)
    words = tuple(words_for(column.plan, column.facts) for column in columns)
    few = subject.order[:EVIDENCE_SAMPLE]
    first = [None if v is None else v[: len(few)] for v in values]
    plans, facts = [plan for plan, _ in pairs], [fact for _, fact in pairs]
    return Ready(
        subject=subject,
        layout=layout,
        features=features,
        questions=questions_for(plans, words, layout.cells, first, sample.slice(0, len(few))),
        columns=columns,
        words=words,
        tallies=tallies[1:],
        weighted=tuple(one.summary for one in heavy[1:]),
        ranked=in_order,
        share_answered=answered(subject.matrix, square_weights(subject.recipe), threads=subject.settings.threads),
        value=value_column(plans, facts, subject.identities),
        sample=few,
        topics=topics_by_lift(
            subject.held, grouped, subject.settings.min_group, grains=subject.grains, threads=threads
        ),
    )


def _columns(
    subject: Subject, pairs: Sequence[tuple[ColumnPlan, ColumnFacts]], counted: Counted, features: Features
) -> tuple[ColumnSummary, ...]:
    """Every described column as everyone has it."""
    profiles = everyone_profiles(counted, subject.settings.min_group)
    return tuple(
        full_summary(
            plan,
            fact,
            profile,
            cells=cells,
            column=subject.table.column(plan.column),
            deviation=float(features.deviations[at]) if at >= 0 else None,
            min_group=subject.settings.min_group,
        )
        for (plan, fact), profile, cells, at in zip(pairs, profiles, counted.layout.cells, features.at, strict=True)
    )


def _quantiles(columns: Sequence[Ranked | None], labels: npt.NDArray[np.int32], n_groups: int) -> tuple[Quantiles, ...]:
    cut = cut_by(labels, n_groups)
    return tuple(None if column is None else grouped_quantiles(column, cut, SHARES) for column in columns)


def _no_d(layout: Layout) -> npt.NDArray[np.float64]:
    """Everyone is no distance from everyone."""
    return np.full((1, len(layout.cells)), np.nan)
