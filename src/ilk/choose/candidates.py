"""What was measured at each k, as the report and the model show it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ilk.choose.flow import flow_of
from ilk.choose.gap import Gap
from ilk.choose.guard import Trial, degenerate_notes
from ilk.choose.indices import calinski_harabasz, davies_bouldin, effective_number, simplified_silhouette
from ilk.choose.measure import Measured, Sample, ballot_of
from ilk.choose.stability import spread_of
from ilk.choose.valley import mean_valley
from ilk.choose.vote import is_valid, scores_of
from ilk.model.evidence import Candidate, Flow


def candidates_of(
    sample: Sample, measured: tuple[Measured, ...], gaps: Mapping[int, Gap], n_customers: int
) -> tuple[Candidate, ...]:
    """One candidate for each k that was measured, with its score among them."""
    ballots = [ballot_of(m) for m in measured]
    each = zip(measured, ballots, scores_of(ballots), strict=True)
    return tuple(_candidate(sample, m, gaps.get(m.k), score, is_valid(b, n_customers)) for m, b, score in each)


def undivided(trial: Trial, gap: Gap | None) -> Candidate:
    """Nothing divided: k = 1 has an inertia and a gap and no other index."""
    return Candidate(
        k=trial.k,
        inertia=trial.inertia,
        silhouette=None,
        simplified_silhouette=None,
        calinski_harabasz=None,
        davies_bouldin=None,
        gap=gap.gap if gap else None,
        gap_error=gap.error if gap else None,
        prediction_strength=None,
        stability=None,
        null=None,
        null_high=None,
        score=None,
        valley=None,
        largest_share=1.0,
        smallest_share=1.0,
        effective=1.0,
        valid=False,
        bic=trial.criterion,
    )


def flows_of(measured: tuple[Measured, ...], *, least: int = 1) -> tuple[Flow, ...]:
    """How segments come from those at k - 1, wherever k - 1 was tried too; from k = 1 all come from one."""
    labels = {1: measured[0].nearest.label * 0} if measured else {}
    labels |= {m.k: m.nearest.label for m in measured}
    return tuple(_flow(labels[k], labels[k - 1], k, least) for k in labels if k - 1 in labels)


def _flow(labels: NDArray[np.integer], before: NDArray[np.integer], k: int, least: int) -> Flow:
    """Streams between segments; who is unlike anyone before or after is in none."""
    placed = (labels >= 0) & (before >= 0)
    return flow_of(labels[placed], before[placed], k, least=least)


def _candidate(sample: Sample, m: Measured, gap: Gap | None, score: float, valid: bool) -> Candidate:
    placed = m.nearest.label >= 0
    features, label = sample.features[placed], m.nearest.label[placed]
    shares, null = m.trial.shares, spread_of(m.nulls)
    return Candidate(
        k=m.k,
        inertia=m.trial.inertia,
        silhouette=m.silhouette,
        simplified_silhouette=simplified_silhouette(m.nearest.d1[placed], m.nearest.d2[placed]),
        calinski_harabasz=calinski_harabasz(features, label, m.k),
        davies_bouldin=davies_bouldin(features, label, m.k, sample.square_weights),
        gap=gap.gap if gap else None,
        gap_error=gap.error if gap else None,
        prediction_strength=m.strength,
        stability=spread_of(m.agreements),
        null=null,
        null_high=null.high,
        score=score,
        valley=mean_valley(m.valleys, np.bincount(label, minlength=m.k)),
        largest_share=float(shares.max()),
        smallest_share=float(shares.min()),
        effective=effective_number(m.trial.sizes),
        valid=valid,
        notes=degenerate_notes(m.trial, sample.columns),
        explained=m.explained,
        null_explained_high=None if m.null_explained is None else spread_of(m.null_explained).high,
        bic=m.trial.criterion,
        entropy=m.trial.entropy,
        unlike_share=m.trial.unlike_share,
        bic_gain=m.gain,
        moved_share=m.trial.moved_share,
    )
