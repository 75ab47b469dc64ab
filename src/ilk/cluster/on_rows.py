"""Methods that look at the rows of a sample all at once: what such a method has to bring, and what is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.everyone import take_on_threads
from ilk.cluster.method import Draws, Effort, Found, Method, Refits, Run, Scorers, inertia_of
from ilk.cluster.scorer import Scorer, label_by, nearest_by
from ilk.engines.tiles import Matrix, Tiles, matrix_of, unblocked
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
class OnRows(Method):
    """A method that looks at the rows of a sample all at once, for all k together.

    Everybody else is placed by what it leaves behind.
    """

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

    def having(self, found: Mapping[int, Found]) -> OnRows:
        """The solver with what it settled on."""
        solved = {k: Solved(one.scorer, one.criterion, one.entropy, one.setting) for k, one in found.items() if k > 1}
        return OnRows(self.solver.having(solved))

    def find_several(self, tiles: Tiles, ks: Sequence[int], run: Run) -> Mapping[int, Found]:
        """Solve the sample, and place everybody."""
        run.check()
        rows = _first_voters(tiles, run.order, self.solver.most, run.threads)
        solved = self.solver.solve(rows, ks, seed=run.seed, thorough=True)
        return {k: _placed(one, tiles, run.threads) for k, one in solved.items()}

    def refit(self, tiles: Tiles, ks: Sequence[int], draws: Draws) -> Mapping[int, Refits]:
        """Solve each weighting for all k at once."""
        matrix, ks = matrix_of(tiles), sorted(ks)
        fits = []
        for mass, seed in zip(draws.masses, draws.seeds, strict=True):
            draws.check()
            fits.append(self._scorers(np.repeat(matrix, mass, axis=0), ks, int(seed)))
        labels = [label_by([fit[k] for k in ks], matrix) for fit in fits]
        return {
            k: Refits(k, tuple(fit[k] for fit in fits), np.stack([own[i] for own in labels])) for i, k in enumerate(ks)
        }

    def refit_once(self, tiles: Tiles, ks: Sequence[int], seeds: Mapping[int, int], *, starts: int) -> Scorers:
        """Solve all of the sample."""
        del starts
        return self._scorers(matrix_of(tiles), ks, seeds[ks[0]])

    def _scorers(self, rows: Matrix, ks: Sequence[int], seed: int) -> Scorers:
        return {k: one.scorer for k, one in self.solver.solve(rows, ks, seed=seed, thorough=False).items()}


def _placed(solved: Solved, tiles: Tiles, threads: int | None) -> Found:
    """Everybody in the segments that were found in the sample."""
    label = nearest_by(solved.scorer, tiles, threads=threads).label
    inertia = inertia_of(solved.scorer, tiles, labels=label)
    found = Found(solved.scorer, label, inertia, solved.criterion, solved.entropy)
    return replace(found, setting=solved.setting, notes=solved.notes)


def _first_voters(tiles: Tiles, order: NDArray[np.int64], most: int, threads: int | None) -> Matrix:
    """The first rows in hash order that have a voice."""
    voters = order[tiles.mass.ravel()[order] > 0][:most]
    return matrix_of(unblocked(take_on_threads(tiles.block, voters, threads), len(voters)))
