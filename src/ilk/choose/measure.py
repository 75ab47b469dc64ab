"""Everything that is measured at each k on the evidence sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ilk.choose.guard import Trial
from ilk.choose.null import CEILING, NullTables, fit_copula, null_explained, null_medians
from ilk.choose.part import part_of, watch_of
from ilk.choose.silhouette import mean_widths
from ilk.choose.stability import Pairs, agreements, refit_all, spread_of
from ilk.choose.strength import prediction_strengths
from ilk.choose.valley import valleys_of
from ilk.choose.vote import Ballot, bic_gains
from ilk.cluster.method import KMEANS, Method, Refits, explained_share
from ilk.cluster.nearest import Nearest
from ilk.cluster.scorer import nearest_by
from ilk.engines.tiles import Matrix, Tiles, masses_of
from ilk.features.topics import Amounts
from ilk.progress import Progress


@dataclass(frozen=True, slots=True)
class Sample:
    """The customers the evidence rests on.

    Args:
        features: (n, n_features) in hash order, NaN where an answer is missing.
        tiles: The same customers in tiles.
        columns: (n_features,), the building column each feature is made from.
        square_weights: (n_features,), each feature's share of W.
        seed: Of every random draw.
        threads: How many to use; the answer does not depend on it.
        amounts: The same customers before their topics were made rows of one length, where there are topics.
        method: How segments are found.
    """

    features: Matrix
    tiles: Tiles
    columns: tuple[str, ...]
    square_weights: NDArray[np.float64]
    seed: int
    threads: int | None
    amounts: Amounts | None = None
    method: Method = KMEANS


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured at one k from 2.

    Args:
        trial: The fit to all customers.
        nearest: Label (-1 for who is unlike anyone), runner-up and scores of the sample's customers under it.
        silhouette: Mean over the sample; None when all of it is in one segment.
        strength: Prediction strength.
        refits: Fits on bootstrap samples.
        agreements: Adjusted Rand index of each pair of them.
        nulls: (20,), median stability of each shapeless table.
        valleys: (k,), density between each segment and its main neighbour over the lower peak.
        explained: Share of the differences that the groups explain, and
        null_explained: (20,), the same of each shapeless table; only where stability is too near 1 to tell.
        gain: That in BIC, 0..1, where the method has a likelihood.
    """

    trial: Trial
    nearest: Nearest
    silhouette: float | None
    strength: float
    refits: Refits
    agreements: NDArray[np.float64]
    nulls: NDArray[np.float64]
    valleys: tuple[float, ...]
    explained: float | None = None
    null_explained: NDArray[np.float64] | None = None
    gain: float | None = None

    @property
    def k(self) -> int:
        """Segments."""
        return self.trial.k

    @property
    def n_pairs(self) -> int:
        """Bootstrap pairs so far."""
        return len(self.agreements)


def measure_all(sample: Sample, trials: tuple[Trial, ...], *, progress: Progress | None = None) -> tuple[Measured, ...]:
    """Measure every k from 2 that was fitted; the same bootstrap samples, splits and shapeless tables serve all."""
    gains = bic_gains({trial.k: trial.criterion for trial in trials})
    trials = tuple(trial for trial in trials if trial.k > 1)
    if not trials:
        return ()
    nearest = [nearest_by(trial.scorer, sample.tiles, threads=sample.threads) for trial in trials]
    widths = mean_widths(
        sample.features,
        [near.label for near in nearest],
        sample.square_weights,
        threads=sample.threads,
        progress=part_of(progress, 0.0, 0.02),
    )
    ks = [trial.k for trial in trials]
    strengths = _strengths(sample, ks, part_of(progress, 0.02, 0.08))
    pairs = Pairs(sample.seed, "bootstrap", 0, sample.method.effort.pairs)
    refits = _refits(sample, ks, pairs, part_of(progress, 0.08, 0.35))
    copula = fit_copula(sample.features, sample.columns, seed=sample.seed, amounts=sample.amounts, progress=progress)
    nulls = _nulls(sample, copula, ks, part_of(progress, 0.35, 1.0))
    each = zip(trials, nearest, widths, nulls.T, strict=True)
    measured = tuple(
        Measured(
            trial=trial,
            nearest=near,
            silhouette=width,
            strength=strengths[trial.k],
            refits=refits[trial.k],
            agreements=agreements(refits[trial.k]),
            nulls=null,
            valleys=_valleys(sample, trial, near),
            gain=gains.get(trial.k),
        )
        for trial, near, width, null in each
    )
    return _with_tightness(sample, measured, copula, progress)


def _with_tightness(
    sample: Sample, measured: tuple[Measured, ...], tables: NullTables, progress: Progress | None
) -> tuple[Measured, ...]:
    """Measure how tight the groups are at each k where these and the shapeless ones are always found again."""
    ties = [m.k for m in measured if min(np.median(m.agreements), spread_of(m.nulls).high) >= CEILING]
    if not ties:
        return measured
    nulls = null_explained(
        tables,
        ties,
        seed=sample.seed,
        method=sample.method,
        sphere=sample.tiles.sphere,
        mass=masses_of(sample.tiles),
        threads=sample.threads,
        progress=watch_of(progress),
    )
    of = dict(zip(ties, nulls.T, strict=True))
    return tuple(
        replace(m, explained=explained_share(m.trial.scorer, sample.tiles), null_explained=of[m.k]) if m.k in of else m
        for m in measured
    )


def look_closer(near: Sequence[Measured], sample: Sample, *, progress: Progress | None = None) -> dict[int, Measured]:
    """The same k with more bootstrap pairs each, 100 for k-means; the first ones stay as they are."""
    pairs = Pairs(sample.seed, "bootstrap", near[0].n_pairs, sample.method.effort.more_pairs)
    more = _refits(sample, [m.k for m in near], pairs, progress)
    return {m.k: _with_more(m, more[m.k]) for m in near}


def _with_more(measured: Measured, more: Refits) -> Measured:
    agreed = np.concatenate([measured.agreements, agreements(more)])
    return replace(measured, refits=Refits.joined([measured.refits, more]), agreements=agreed)


def ballot_of(measured: Measured) -> Ballot:
    """What the choice of k looks at."""
    return Ballot(
        k=measured.k,
        silhouette=measured.silhouette or 0.0,
        strength=measured.strength,
        stability=float(np.median(measured.agreements)),
        smallest=int(measured.trial.sizes.min()),
        gain=measured.gain,
    )


def _strengths(sample: Sample, ks: Sequence[int], progress: Progress | None) -> dict[int, float]:
    method, threads = sample.method, sample.threads
    return prediction_strengths(sample.tiles, ks, seed=sample.seed, method=method, threads=threads, progress=progress)


def _refits(sample: Sample, ks: Sequence[int], pairs: Pairs, progress: Progress | None) -> dict[int, Refits]:
    return refit_all(sample.tiles, ks, pairs, method=sample.method, threads=sample.threads, progress=progress)


def _nulls(sample: Sample, tables: NullTables, ks: Sequence[int], progress: Progress | None) -> NDArray[np.float64]:
    return null_medians(
        tables,
        ks,
        seed=sample.seed,
        method=sample.method,
        sphere=sample.tiles.sphere,
        mass=masses_of(sample.tiles),
        threads=sample.threads,
        progress=progress,
    )


def _valleys(sample: Sample, trial: Trial, near: Nearest) -> tuple[float, ...]:
    """Valleys between segments; who is unlike anyone stands in none of them."""
    placed = near.label >= 0
    if placed.all():
        return valleys_of(sample.features, trial.centres, near)
    inside = Nearest(near.label[placed], near.runner_up[placed], near.d1[placed], near.d2[placed])
    return valleys_of(sample.features[placed], trial.centres, inside)
