"""All the evidence on one screen: measure every k, choose, look closer at the choice, judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ilk.choose.candidates import candidates_of, flows_of, undivided
from ilk.choose.gap import Gap, gap_choice, gaps_of
from ilk.choose.guard import Trial
from ilk.choose.indices import squared_distances
from ilk.choose.measure import Measured, Sample, ballot_of, look_closer, measure_all
from ilk.choose.part import part_of
from ilk.choose.stability import matched, segment_stability
from ilk.choose.verdict import TOO_FEW, Findings, judge
from ilk.choose.vote import Decision, Wish, decide
from ilk.cluster.method import KMEANS, Method, inertia_of
from ilk.cluster.scorer import Scorer
from ilk.engines.tiles import VOICE, Matrix, masses_of, tiles_of
from ilk.features.recipe import answered
from ilk.features.topics import Amounts
from ilk.model.evidence import Candidate, Evidence, Judged
from ilk.progress import Progress
from ilk.sources.source import Note


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What the evidence is about.

    Args:
        features: (n, n_features), the evidence sample in hash order, NaN where an answer is missing.
        columns: (n_features,), the building column each feature is made from.
        square_weights: (n_features,), each feature's share of W.
        trials: The fit to all customers at every k tried, ascending.
        n_customers: All of them.
        wish: What was asked for.
        seed: Of every random draw.
        threads: How many to use; the answer does not depend on it.
        min_group: Nothing is told of fewer customers than that.
        amounts: The same customers before their topics were made rows of one length, where there are topics.
        sphere: Whether rows and centres have length one.
        method: How segments are found.
        mass: (n,), how much each customer of the sample counts; once when None.
    """

    features: Matrix
    columns: tuple[str, ...]
    square_weights: NDArray[np.float64]
    trials: tuple[Trial, ...]
    n_customers: int
    wish: Wish = field(default_factory=Wish)
    seed: int = 0
    threads: int | None = None
    min_group: int = 10
    amounts: Amounts | None = None
    sphere: bool = False
    method: Method = KMEANS
    mass: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """The evidence, and more about the segments of every k from 2.

    Args:
        evidence: All that is published.
        trust: How far each segment is found again (SLSw).
        valleys: Density between each segment and its main neighbour over the lower peak: 0 is a clear gap.
        bootstraps: Up to 20 bootstrap solutions, matched to the segments.
    """

    evidence: Evidence
    trust: Mapping[int, tuple[float, ...]]
    valleys: Mapping[int, tuple[float, ...]]
    bootstraps: Mapping[int, tuple[Scorer, ...]]


def weigh_evidence(inquiry: Inquiry, *, progress: Progress | None = None) -> Weighed:
    """Measure every k, choose one, look closer at it and its neighbours, and judge.

    Customers who answered less than half of the weight have no voice here. The same seed gives the same evidence,
    whatever the threads.

    Raises:
        Cancelled: If `progress` was asked to stop.
    """
    sample = _sample_of(inquiry)
    measured = measure_all(sample, inquiry.trials, progress=part_of(progress, 0.0, 0.75))
    gaps = _gaps(sample, inquiry.trials, measured, part_of(progress, 0.75, 0.8))
    measured, decision = _settle(sample, inquiry, measured, part_of(progress, 0.8, 1.0))
    answers = None if inquiry.sphere else sample.features
    return Weighed(
        _evidence(inquiry, sample, measured, gaps, decision),
        {m.k: segment_stability(m.nearest.label, m.refits) for m in measured},
        {m.k: m.valleys for m in measured},
        {m.k: matched(m.nearest.label, m.refits, rows=answers, least=inquiry.min_group) for m in measured},
    )


def _sample_of(inquiry: Inquiry) -> Sample:
    voice = answered(inquiry.features, inquiry.square_weights) >= VOICE
    features, amounts = inquiry.features[voice], inquiry.amounts
    return Sample(
        features=features,
        tiles=tiles_of(features, None if inquiry.mass is None else inquiry.mass[voice], sphere=inquiry.sphere),
        columns=inquiry.columns,
        square_weights=inquiry.square_weights,
        seed=inquiry.seed,
        threads=inquiry.threads,
        amounts=None if amounts is None else replace(amounts, table=amounts.table[voice]),
        method=inquiry.method,
    )


def _gaps(
    sample: Sample, trials: tuple[Trial, ...], measured: tuple[Measured, ...], progress: Progress | None
) -> dict[int, Gap]:
    """The gap statistic from k = 1; none where nothing was divided."""
    if not measured:
        return {}
    mass = masses_of(sample.tiles)
    apart = {t.k: squared_distances(sample.features, t.centres[[0]]) for t in trials if t.k == 1}
    inertias = {k: float((mass * own).sum()) for k, own in apart.items()}
    inertias |= {m.k: inertia_of(m.trial.scorer, sample.tiles, labels=m.nearest.label) for m in measured}
    return gaps_of(
        sample.features,
        inertias,
        seed=sample.seed,
        method=sample.method,
        sphere=sample.tiles.sphere,
        mass=mass,
        threads=sample.threads,
        progress=progress,
    )


def _settle(
    sample: Sample, inquiry: Inquiry, measured: tuple[Measured, ...], progress: Progress | None
) -> tuple[tuple[Measured, ...], Decision]:
    """Choose k, look closer at it and its neighbours, and choose again until the choice has been looked at closely."""
    left = 1.0
    while True:
        decision = _decision(inquiry, measured)
        near = [m for m in measured if abs(m.k - decision.k) <= 1 and m.n_pairs < inquiry.method.effort.more_pairs]
        if not near:
            return measured, decision
        step, left = part_of(progress, 1 - left, 1 - left * 0.2), left * 0.2
        closer = look_closer(near, sample, progress=step)
        measured = tuple(closer.get(m.k, m) for m in measured)


def _decision(inquiry: Inquiry, measured: tuple[Measured, ...]) -> Decision:
    if measured:
        return decide([ballot_of(m) for m in measured], inquiry.n_customers, inquiry.wish)
    if inquiry.wish.k == 1:
        return Decision(1, 1, 1, "You asked for one group.")
    if inquiry.n_customers < TOO_FEW:
        return Decision(1, 1, 1, f"There are only {inquiry.n_customers} customers, too few to divide.")
    return Decision(1, 1, 1, "In the columns that build segments all customers are alike, so there is one group.")


def _evidence(
    inquiry: Inquiry, sample: Sample, measured: tuple[Measured, ...], gaps: Mapping[int, Gap], decision: Decision
) -> Evidence:
    first = tuple(undivided(trial, gaps.get(1)) for trial in inquiry.trials if trial.k == 1)
    candidates = first + candidates_of(sample, measured, gaps, inquiry.n_customers)
    judged = tuple(_judged(c, len(sample.features)) for c in candidates)
    shown = next(j for j in judged if j.k == decision.k)
    return Evidence(
        candidates=candidates,
        flows=flows_of(measured, least=inquiry.min_group),
        k=decision.k,
        neutral_k=decision.neutral,
        working_k=decision.working,
        gap_k=gap_choice(gaps),
        verdict=shown.verdict,
        verdict_text=shown.text,
        failed=shown.failed,
        why_k=decision.why,
        m=len(sample.features),
        notes=_notes(sample),
        judged=judged,
    )


def _judged(candidate: Candidate, n_customers: int) -> Judged:
    stability = candidate.stability.median if candidate.stability else None
    return judge(
        Findings(
            k=candidate.k,
            n_customers=n_customers,
            stability=stability,
            null_high=candidate.null_high,
            valley=candidate.valley,
            explained=candidate.explained,
            null_explained_high=candidate.null_explained_high,
            moved_share=candidate.moved_share,
        )
    )


def _notes(sample: Sample) -> tuple[Note, ...]:
    n = len(sample.features)
    if n >= TOO_FEW:
        return ()
    return (Note("few-customers", f"{n} customers are too few for evidence: {TOO_FEW} at least are needed."),)
