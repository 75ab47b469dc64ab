"""Everything that is measured at each k on the evidence sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ilk.choose.guard import Trial
from ilk.choose.null import CEILING, NullTables, explained_share, fit_copula, null_explained, null_medians
from ilk.choose.part import part_of, watch_of
from ilk.choose.silhouette import silhouettes
from ilk.choose.stability import MORE_PAIRS, PAIRS, Pairs, Refits, agreements, refit_all, spread_of
from ilk.choose.strength import prediction_strength
from ilk.choose.valley import valleys_of
from ilk.choose.vote import Ballot
from ilk.cluster.nearest import Nearest, nearest_two
from ilk.engines.tiles import Matrix, Tiles
from ilk.engines.workers import map_threads
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
    """

    features: Matrix
    tiles: Tiles
    columns: tuple[str, ...]
    square_weights: NDArray[np.float64]
    seed: int
    threads: int | None
    amounts: Amounts | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured at one k from 2.

    Args:
        trial: The fit to all customers.
        nearest: Label, runner-up and squared distances of the sample's customers under it.
        silhouette: Mean over the sample; None when all of it is in one segment.
        strength: Prediction strength.
        refits: Fits on bootstrap samples.
        agreements: Adjusted Rand index of each pair of them.
        nulls: (20,), median stability of each shapeless table.
        valleys: (k,), density between each segment and its main neighbour over the lower peak.
        explained: Share of the differences that the groups explain, and
        null_explained: (20,), the same of each shapeless table; only where stability is too near 1 to tell.
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
    trials = tuple(trial for trial in trials if trial.k > 1)
    if not trials:
        return ()
    nearest = [nearest_two(sample.tiles, trial.centres, threads=sample.threads) for trial in trials]
    widths = _mean_widths(sample, nearest, part_of(progress, 0.0, 0.02))
    ks = [trial.k for trial in trials]
    strengths = _strengths(sample, ks, part_of(progress, 0.02, 0.08))
    pairs = Pairs(sample.seed, "bootstrap", 0, PAIRS)
    refits = refit_all(
        sample.tiles, dict.fromkeys(ks, pairs), threads=sample.threads, progress=part_of(progress, 0.08, 0.35)
    )
    copula = fit_copula(sample.features, sample.columns, seed=sample.seed, amounts=sample.amounts, progress=progress)
    last, sphere = part_of(progress, 0.35, 1.0), sample.tiles.sphere
    nulls = null_medians(copula, ks, seed=sample.seed, sphere=sphere, threads=sample.threads, progress=last)
    each = zip(trials, nearest, widths, strengths, nulls.T, strict=True)
    measured = tuple(
        Measured(
            trial=trial,
            nearest=near,
            silhouette=width,
            strength=strength,
            refits=refits[trial.k],
            agreements=agreements(refits[trial.k]),
            nulls=null,
            valleys=valleys_of(sample.features, trial.centres, near),
        )
        for trial, near, width, strength, null in each
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
        sphere=sample.tiles.sphere,
        threads=sample.threads,
        progress=watch_of(progress),
    )
    of = dict(zip(ties, nulls.T, strict=True))
    return tuple(
        replace(m, explained=explained_share(sample.tiles, m.trial.centres), null_explained=of[m.k]) if m.k in of else m
        for m in measured
    )


def look_closer(near: Sequence[Measured], sample: Sample, *, progress: Progress | None = None) -> dict[int, Measured]:
    """The same k with 100 bootstrap pairs each; the first ones stay as they are."""
    wanted = {m.k: Pairs(sample.seed, "bootstrap", m.n_pairs, MORE_PAIRS) for m in near}
    more = refit_all(sample.tiles, wanted, threads=sample.threads, progress=progress)
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
    )


def _strengths(sample: Sample, ks: Sequence[int], progress: Progress | None) -> list[float]:
    """Prediction strength at each k, the longest first."""
    watch = watch_of(progress)

    def strength(k: int) -> float:
        return prediction_strength(sample.tiles, k, seed=sample.seed, threads=1, progress=watch)

    return map_threads(strength, list(reversed(ks)), threads=sample.threads, progress=progress)[::-1]


def _mean_widths(sample: Sample, nearest: list[Nearest], progress: Progress | None) -> list[float | None]:
    labels = np.stack([near.label for near in nearest])
    widths = silhouettes(sample.features, labels, sample.square_weights, threads=sample.threads, progress=progress)
    divided = [len(np.unique(label)) > 1 for label in labels]
    return [float(width.mean()) if several else None for width, several in zip(widths, divided, strict=True)]
