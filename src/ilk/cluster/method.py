"""How segments are found: the one thing that the flow, the evidence and the estimator know of a method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.ensemble import fit_many, label_many
from ilk.cluster.kmeans import fit_kmeans
from ilk.cluster.nearest import nearest_two
from ilk.cluster.scorer import ByCentres, Scorer, nearest_by
from ilk.engines.tiles import Tiles, masses_of, matrix_of
from ilk.progress import Progress
from ilk.sources.source import Note

Labels = NDArray[np.integer]
Scorers = Mapping[int, Scorer]

KMEANS_CUSTOMERS = 10_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How much evidence a method can pay for; always stated with the evidence.

    Args:
        customers: Of the evidence sample, at the most.
        pairs: Bootstrap pairs for every k, and
        more_pairs: for the chosen k and its neighbours.
        null_pairs: Pairs for each shapeless table.
        tables: Shapeless tables.
        boxes: Reference sets of the gap statistic; 0 where an inertia says nothing about the method.
    """

    customers: int = KMEANS_CUSTOMERS
    pairs: int = 30
    more_pairs: int = 100
    null_pairs: int = 5
    tables: int = 20
    boxes: int = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What a method found for one k.

    Args:
        scorer: Places any customer.
        labels: int32 (n,), everybody's segment, 0-based; -1 for who is unlike anyone.
        inertia: Sum of mass * squared distance to the middle of the own segment.
        criterion: BIC, where the method has a likelihood; lower is better.
        entropy: Entropy R2 of the memberships in 0..1, where there are any; 1 says that nobody is in between.
        n_iter: Passes over everybody, where there are any.
        setting: What the method settled on for this k, for refits to be made alike.
        notes: What had to be done to the columns for this method.
    """

    scorer: Scorer
    labels: NDArray[np.int32]
    inertia: float
    criterion: float | None = None
    entropy: float | None = None
    n_iter: int = 0
    setting: float | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """How everybody is fitted.

    Args:
        order: Row numbers in hash order, (n,) or its beginning.
        seed: Of every random choice.
        threads: How many to use.
        progress: To report to and be stopped by.
    """

    order: NDArray[np.int64]
    seed: int = 0
    threads: int | None = None
    progress: Progress | None = None

    def check(self) -> None:
        """Raise Cancelled if somebody asked to stop."""
        if self.progress is not None:
            self.progress.check()


@dataclass(frozen=True, slots=True)
class Draws:
    """Weightings of the evidence sample, each of which is fitted cold.

    Args:
        masses: (n_fits, n), how often each customer counts in each fit.
        seeds: (n_fits,), one a fit.
        threads: How many to use.
        progress: To report to and be stopped by.
    """

    masses: NDArray[np.uint8]
    seeds: NDArray[np.int64]
    threads: int | None = None
    progress: Progress | None = None

    @classmethod
    def whole(cls, n: int, seed: int) -> Draws:
        """All n customers once."""
        return cls(np.ones((1, n), np.uint8), np.array([seed]), threads=1)

    def check(self) -> None:
        """Raise Cancelled if somebody asked to stop."""
        if self.progress is not None:
            self.progress.check()


@dataclass(frozen=True, slots=True)
class Refits:
    """Cold fits to weightings of the evidence sample: their scorers, and everyone's label by each.

    Args:
        k: Segments asked for; a method that finds its own number may have found others.
        scorers: One a fit.
        labels: int16 (n_fits, n), 0-based; the scorer's own k for who is unlike anyone.
    """

    k: int
    scorers: tuple[Scorer, ...]
    labels: NDArray[np.int16]

    @classmethod
    def joined(cls, parts: Sequence[Refits]) -> Refits:
        """All of some parts, in their order."""
        scorers = tuple(scorer for part in parts for scorer in part.scorers)
        return cls(parts[0].k, scorers, np.concatenate([part.labels for part in parts]))


class Method(ABC):
    """A way to find segments. The same seed gives the same bits for any threads and any order of customers.

    A method brings `find_several`, `refit` and `refit_once`; one group is everybody's mean, whatever the method.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def name(self) -> str:
        """As the setting calls it."""

    @property
    @abstractmethod
    def effort(self) -> Effort:
        """How much evidence it can pay for."""

    @property
    def finds_k(self) -> bool:
        """Whether it finds the number of segments itself, and may not find one that is asked for."""
        return False

    def batches(self, ks: Sequence[int]) -> list[tuple[int, ...]]:
        """The k that one call should find together, because one piece of work serves them all; in the order given."""
        return [tuple(ks)] if ks else []

    def having(self, found: Mapping[int, Found]) -> Method:
        """The method that makes refits like these: with whatever it settled on at each k."""
        del found
        return self

    def find(self, tiles: Tiles, ks: Sequence[int], run: Run) -> Mapping[int, Found]:
        """Find segments of everybody at each k; a method that finds its own number leaves out those it does not find.

        Args:
            tiles: n customers; those of mass 0 are only assigned.
            ks: Numbers of segments.
            run: How they are fitted.
        """
        several = sorted(k for k in ks if k > 1)
        one = {1: find_centres(tiles, 1, run)} if 1 in ks else {}
        return {**one, **(self.find_several(tiles, several, run) if several else {})}

    @abstractmethod
    def find_several(self, tiles: Tiles, ks: Sequence[int], run: Run) -> Mapping[int, Found]:
        """As `find`, of numbers from 2, ascending."""

    @abstractmethod
    def refit(self, tiles: Tiles, ks: Sequence[int], draws: Draws) -> Mapping[int, Refits]:
        """Fit each k to each weighting of the evidence sample, cold, and label all of it by each.

        Args:
            tiles: n customers in hash order.
            ks: Numbers of segments from 2; every one of them is answered.
            draws: The weightings.
        """

    @abstractmethod
    def refit_once(self, tiles: Tiles, ks: Sequence[int], seeds: Mapping[int, int], *, starts: int) -> Scorers:
        """A cold fit to all of these customers at each k from 2.

        Args:
            tiles: n customers in hash order.
            ks: Numbers of segments.
            seeds: One a k.
            starts: Of each fit, where there are starts.
        """

    def inertias(self, tiles: Tiles, ks: Sequence[int], seeds: Mapping[int, int], *, starts: int) -> list[float]:
        """Inertia of a cold fit to these customers at each k, see `refit_once`."""
        several = [k for k in ks if k > 1]
        one = {1: cold_centres(tiles, 1, seeds[1], starts=starts)} if 1 in ks else {}
        scorers = {**one, **(self.refit_once(tiles, several, seeds, starts=starts) if several else {})}
        return [inertia_of(scorers[k], tiles) for k in ks]


class KMeans(Method):
    """k-means on the compiled kernel: everybody in the fit, everything exact."""

    __slots__ = ()
    name: ClassVar[str] = "kmeans"
    effort: ClassVar[Effort] = Effort()

    def batches(self, ks: Sequence[int]) -> list[tuple[int, ...]]:
        """Each k by itself."""
        return [(k,) for k in ks]

    def find_several(self, tiles: Tiles, ks: Sequence[int], run: Run) -> Mapping[int, Found]:
        """See `fit_kmeans`."""
        return {k: find_centres(tiles, k, run) for k in ks}

    def refit(self, tiles: Tiles, ks: Sequence[int], draws: Draws) -> Mapping[int, Refits]:
        """Many small fits inside compiled loops."""
        found = {}
        for k in ks:
            centres = fit_many(tiles, draws.masses, k, draws.seeds, threads=draws.threads, progress=draws.progress)
            labels = label_many(tiles, centres, threads=draws.threads)
            found[k] = Refits(k, tuple(ByCentres(one) for one in centres), labels)
        return found

    def refit_once(self, tiles: Tiles, ks: Sequence[int], seeds: Mapping[int, int], *, starts: int) -> Scorers:
        """One such fit a k."""
        return {k: cold_centres(tiles, k, seeds[k], starts=starts) for k in ks}


def find_centres(tiles: Tiles, k: int, run: Run) -> Found:
    """Everybody fitted by k-means, see `fit_kmeans`."""
    fit = fit_kmeans(tiles, k, order=run.order, seed=run.seed, threads=run.threads, progress=run.progress)
    return Found(ByCentres(fit.centres), fit.labels, fit.inertia, n_iter=fit.n_iter)


def cold_centres(tiles: Tiles, k: int, seed: int, *, starts: int) -> ByCentres:
    """One cold fit of k-means to all of a sample."""
    everyone = Draws.whole(tiles.n, seed)
    return ByCentres(fit_many(tiles, everyone.masses, k, everyone.seeds, starts=starts, threads=1)[0])


def by_size(fit: Found, tiles: Tiles, sizes: NDArray[np.number], *, threads: int | None = None) -> Found:
    """The same segments, the largest first.

    Args:
        fit: What was found.
        tiles: Those it was found of.
        sizes: (k,), of each segment.
        threads: How many to use.
    """
    rank = np.lexsort((*fit.scorer.middles.T[::-1], -sizes))
    if np.array_equal(rank, np.arange(len(rank))):
        return fit
    scorer = fit.scorer.renumbered(np.argsort(rank))
    return replace(fit, scorer=scorer, labels=nearest_by(scorer, tiles, threads=threads).label)


def inertia_of(scorer: Scorer, tiles: Tiles, *, labels: Labels | None = None) -> float:
    """Sum of mass * squared distance over the answered features to the middle of the segment each customer is in.

    Who is unlike anyone counts to the nearest middle. `labels` are those of the scorer, where they are known.
    """
    mass = masses_of(tiles)
    if isinstance(scorer, ByCentres):
        return float((mass * nearest_two(tiles, scorer.centres, threads=1).d1).sum())
    known = nearest_by(scorer, tiles, threads=1).label if labels is None else labels
    apart = ByCentres(scorer.middles).scores(matrix_of(tiles))
    own = np.where(known < 0, apart.argmin(axis=1), known)
    return float((mass * apart[np.arange(len(apart)), own]).sum())


def explained_share(scorer: Scorer, tiles: Tiles) -> float:
    """1 - inertia / inertia with one group, over the answered features; 0 where all are alike."""
    whole = one_group(tiles)
    return 1.0 - inertia_of(scorer, tiles) / whole if whole > 0 else 0.0


def one_group(tiles: Tiles) -> float:
    """Inertia of everybody around their mean."""
    return inertia_of(cold_centres(tiles, 1, 0, starts=1), tiles)


KMEANS = KMeans()
"""What is used where nothing else is asked for."""
