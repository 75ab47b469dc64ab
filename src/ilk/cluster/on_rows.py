"""Methods that look at the rows of a sample all at once: what such a method has to bring, and what is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.everyone import take_on_threads
from ilk.cluster.method import Effort, Found, KMeans, Method, Refits, inertia_of
from ilk.cluster.scorer import Scorer, label_by, nearest_by
from ilk.engines.tiles import Matrix, Tiles, matrix_of, unblocked
from ilk.progress import Progress
from ilk.sources.source import Note


class Solver(Protocol):
    """What a method on rows has to bring; `OnRows` makes a `Method` of it.

    Latent class, mixture, Ward and density are solvers: each takes rows and returns a scorer for every k. Rows drawn
    twice stand there twice, so no weights are needed.
    """

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
        """Whether it finds the number of segments itself, and may leave out a k that is asked for."""
        ...

    @property
    def most(self) -> int:
        """Customers the fit to everybody takes, at the most; the first in hash order."""
        ...

    def having(self, solved: Mapping[int, Solved]) -> Solver:
        """The solver that makes refits like these: itself, where it settled on nothing."""
        ...

    def solve(self, rows: Matrix, ks: Sequence[int], *, seed: int, thorough: bool) -> Mapping[int, Solved]:
        """Find segments of some rows, float32 (n, p), NaN where blank.

        Args:
            rows: In hash order; ties are broken by their place.
            ks: Numbers of segments from 2, ascending.
            seed: Of every random choice.
            thorough: True once, for the model: then the scorer may hold nothing about fewer than `min_group` customers,
                and more starts are worth their time. False for the hundreds of cold refits.
        """
        ...


@dataclass(frozen=True, slots=True)
class Solved:
    """A scorer, and what only the method itself can know; see `Found`."""

    scorer: Scorer
    criterion: float | None = None
    entropy: float | None = None
    setting: float | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class OnRows:
    """A method that looks at the rows of a sample all at once; everybody else is placed by what it leaves behind."""

    solver: Solver

    @property
    def name(self) -> str:
        """The solver's."""
        return self.solver.name

    @property
    def effort(self) -> Effort:
        """The solver's."""
        return self.solver.effort

    @property
    def finds_k(self) -> bool:
        """The solver's."""
        return self.solver.finds_k

    def batches(self, ks: Sequence[int]) -> list[tuple[int, ...]]:
        """All k together."""
        return [tuple(ks)] if ks else []

    def having(self, found: Mapping[int, Found]) -> Method:
        """The solver with what it settled on."""
        solved = {k: Solved(one.scorer, one.criterion, one.entropy, one.setting) for k, one in found.items() if k > 1}
        return OnRows(self.solver.having(solved))

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
        """Solve the sample, and place everybody; one group is everybody's mean, as for k-means."""
        whole = KMeans().find(tiles, [k for k in ks if k == 1], order=order, seed=seed, threads=threads)
        rows = _first_voters(tiles, order, self.solver.most, threads)
        found = dict(whole)
        for k, solved in self._solved(rows, ks, seed, progress).items():
            near = nearest_by(solved.scorer, tiles, threads=threads)
            inertia = inertia_of(solved.scorer, tiles, labels=near.label)
            found[k] = Found(
                solved.scorer,
                near.label,
                inertia,
                solved.criterion,
                solved.entropy,
                setting=solved.setting,
                notes=solved.notes,
            )
        return found

    def _solved(self, rows: Matrix, ks: Sequence[int], seed: int, progress: Progress | None) -> Mapping[int, Solved]:
        if progress is not None:
            progress.check()
        several = sorted(k for k in ks if k > 1)
        return self.solver.solve(rows, several, seed=seed, thorough=True) if several else {}

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
        """Solve each weighting for all k at once."""
        del threads
        matrix, ks = matrix_of(tiles), sorted(ks)
        fits = []
        for mass, seed in zip(masses, seeds, strict=True):
            if progress is not None:
                progress.check()
            rows = np.repeat(matrix, mass, axis=0)
            fits.append(self.solver.solve(rows, ks, seed=int(seed), thorough=False))
        labels = [label_by([fit[k].scorer for k in ks], matrix) for fit in fits]
        return {
            k: Refits(k, tuple(fit[k].scorer for fit in fits), np.stack([own[i] for own in labels]))
            for i, k in enumerate(ks)
        }

    def inertias(self, tiles: Tiles, ks: Sequence[int], seeds: Mapping[int, int], *, starts: int) -> list[float]:
        """Sum of squared distances to the middle of the own segment."""
        del starts
        several = [k for k in ks if k > 1]
        solved = self.solver.solve(matrix_of(tiles), several, seed=seeds[several[0]], thorough=False) if several else {}
        one = KMeans().inertias(tiles, [k for k in ks if k == 1], seeds, starts=1)
        return [one[0] if k == 1 else inertia_of(solved[k].scorer, tiles) for k in ks]


def _first_voters(tiles: Tiles, order: NDArray[np.int64], most: int, threads: int | None) -> Matrix:
    """The first rows in hash order that have a voice."""
    voters = order[tiles.mass.ravel()[order] > 0][:most]
    return matrix_of(unblocked(take_on_threads(tiles.block, voters, threads), len(voters)))
