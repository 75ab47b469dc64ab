"""Everything that is measured at each k on the evidence sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ilk.choose.guard import Trial
from ilk.choose.null import fit_copula, null_medians
from ilk.choose.part import part_of, watch_of
from ilk.choose.silhouette import silhouettes
from ilk.choose.stability import MORE_PAIRS, PAIRS, Pairs, Refits, agreements, refit_all
from ilk.choose.strength import prediction_strength
from ilk.choose.vote import Ballot
from ilk.cluster.nearest import Nearest, nearest_two
from ilk.engines.tiles import Matrix, Tiles
from ilk.engines.workers import map_threads
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
    """

    features: Matrix
    tiles: Tiles
    columns: tuple[str, ...]
    square_weights: NDArray[np.float64]
    seed: int
    threads: int | None


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
    """

    trial: Trial
    nearest: Nearest
    silhouette: float | None
    strength: float
    refits: Refits
    agreements: NDArray[np.float64]
    nulls: NDArray[np.float64]

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
    copula = fit_copula(sample.features, sample.columns, seed=sample.seed, progress=progress)
    last = part_of(progress, 0.35, 1.0)
    nulls = null_medians(copula, ks, seed=sample.seed, threads=sample.threads, progress=last)
    each = zip(trials, nearest, widths, strengths, nulls.T, strict=True)
    return tuple(
        Measured(trial, near, width, strength, refits[trial.k], agreements(refits[trial.k]), null)
        for trial, near, width, strength, null in each
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
