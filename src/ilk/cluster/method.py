"""How segments are found: the one thing that the flow, the evidence and the estimator know of a method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.ensemble import fit_many, label_many
from ilk.cluster.kmeans import fit_kmeans
from ilk.cluster.nearest import nearest_two
from ilk.cluster.scorer import ByCentres, Scorer, nearest_by
from ilk.engines.tiles import Tiles, matrix_of
from ilk.progress import Progress
from ilk.sources.source import Note

Labels = NDArray[np.integer]

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


class Method(Protocol):
    """A way to find segments. The same seed gives the same bits for any threads and any order of customers."""

    @property
    def name(self) -> str:
        """As the setting calls it."""
        ...

    @property
    def effort(self) -> Effort:
        """How much evidence it can pay for."""
        ...

    @property
    def finds_k(self) -> bool:
        """Whether it finds the number of segments itself, and may not find one that is asked for."""
        ...

    def batches(self, ks: Sequence[int]) -> list[tuple[int, ...]]:
        """The k that one call should find together, because one piece of work serves them all; in the order given."""
        ...

    def having(self, found: Mapping[int, Found]) -> Method:
        """The method that makes refits like these: with whatever it settled on at each k."""
        ...

    def find(
        self,
        tiles: Tiles,
        ks: Sequence[int],
        *,
        order: NDArray[np.int64],
        seed: int,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Mapping[int, Found]:
        """Find segments of everybody at each k; a method that finds its own number leaves out those it does not find.

        Args:
            tiles: n customers; those of mass 0 are only assigned.
            ks: Numbers of segments.
            order: Row numbers in hash order, (n,) or its beginning.
            seed: Of every random choice.
            threads: How many to use.
            progress: To report to and be stopped by.
        """
        ...

    def refit(
        self,
        tiles: Tiles,
        masses: NDArray[np.uint8],
        ks: Sequence[int],
        seeds: NDArray[np.int64],
        *,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Mapping[int, Refits]:
        """Fit each k to each of some weightings of the evidence sample, cold, and label all of it by each.

        Args:
            tiles: n customers in hash order.
            masses: (n_fits, n), how often each customer counts in each fit.
            ks: Numbers of segments; every one of them is answered.
            seeds: (n_fits,), one a fit.
            threads: How many to use.
            progress: To report to and be stopped by.
        """
        ...

    def inertias(self, tiles: Tiles, ks: Sequence[int], seeds: Mapping[int, int], *, starts: int) -> list[float]:
        """Inertia of a cold fit to these customers at each k, with one seed a k; `starts` where there are starts."""
        ...


@dataclass(frozen=True, slots=True)
class KMeans:
    """k-means on the compiled kernel: everybody in the fit, everything exact."""

    name: str = "kmeans"
    effort: Effort = Effort()
    finds_k: bool = False

    def batches(self, ks: Sequence[int]) -> list[tuple[int, ...]]:
        """Each k by itself."""
        return [(k,) for k in ks]

    def having(self, found: Mapping[int, Found]) -> Method:
        """There is nothing to settle on."""
        del found
        return self

    def find(
        self,
        tiles: Tiles,
        ks: Sequence[int],
        *,
        order: NDArray[np.int64],
        seed: int,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Mapping[int, Found]:
        """See `fit_kmeans`."""
        found = {}
        for k in ks:
            fit = fit_kmeans(tiles, k, order=order, seed=seed, threads=threads, progress=progress)
            found[k] = Found(ByCentres(fit.centres), fit.labels, fit.inertia, n_iter=fit.n_iter)
        return found

    def refit(
        self,
        tiles: Tiles,
        masses: NDArray[np.uint8],
        ks: Sequence[int],
        seeds: NDArray[np.int64],
        *,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Mapping[int, Refits]:
        """Many small fits inside compiled loops."""
        found = {}
        for k in ks:
            centres = fit_many(tiles, masses, k, seeds, threads=threads, progress=progress)
            labels = label_many(tiles, centres, threads=threads)
            found[k] = Refits(k, tuple(ByCentres(one) for one in centres), labels)
        return found

    def inertias(self, tiles: Tiles, ks: Sequence[int], seeds: Mapping[int, int], *, starts: int) -> list[float]:
        """Sum of squared distances to the nearest centre."""
        everyone, found = np.ones((1, tiles.n), np.uint8), []
        for k in ks:
            centres = fit_many(tiles, everyone, k, np.array([seeds[k]]), starts=starts, threads=1)[0]
            found.append(inertia_of(ByCentres(centres), tiles))
        return found


def inertia_of(scorer: Scorer, tiles: Tiles, *, labels: Labels | None = None) -> float:
    """Sum of squared distances over the answered features to the middle of the segment each customer is in.

    Who is unlike anyone counts to the nearest middle. `labels` are those of the scorer, where they are known.
    """
    if isinstance(scorer, ByCentres):
        return float(nearest_two(tiles, scorer.centres, threads=1).d1.sum())
    known = nearest_by(scorer, tiles, threads=1).label if labels is None else labels
    apart = ByCentres(scorer.middles).scores(matrix_of(tiles))
    own = np.where(known < 0, apart.argmin(axis=1), known)
    return float(apart[np.arange(len(apart)), own].sum())


def explained_share(scorer: Scorer, tiles: Tiles) -> float:
    """1 - inertia / inertia with one group, over the answered features; 0 where all are alike."""
    whole = one_group(tiles)
    return 1.0 - inertia_of(scorer, tiles) / whole if whole > 0 else 0.0


def one_group(tiles: Tiles) -> float:
    """Inertia of everybody around their mean."""
    one = fit_many(tiles, np.ones((1, tiles.n), np.uint8), 1, np.zeros(1, np.int64), starts=1, threads=1)[0]
    return inertia_of(ByCentres(one), tiles)


KMEANS = KMeans()
"""What is used where nothing else is asked for."""
