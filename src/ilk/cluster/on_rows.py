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
from ilk.engines.tiles import Matrix, Tiles, masses_of, matrix_of, unblocked
from ilk.errors import NotSupported
from ilk.sources.source import Note


@dataclass(frozen=True, slots=True)
class Rows:
    """Customers, and how much each of them counts.

    Args:
        matrix: float32 (n, p), NaN where blank.
        mass: (n,), above 0; None where each counts once.
    """

    matrix: Matrix
    mass: NDArray[np.floating] | None = None

    @classmethod
    def of(cls, matrix: Matrix, mass: NDArray[np.number], solver: Solver, *, most: int | None = None) -> Rows:
        """Rows as often as they count; where that is no whole number, or too many, once with their mass.

        Raises:
            NotSupported: If the solver knows whole customers only.
        """
        whole = bool((mass == np.floor(mass)).all()) and (most is None or float(mass.sum()) <= most)
        if whole:
            return cls(np.repeat(matrix, mass.astype(np.int64), axis=0))
        if not solver.weighs:
            raise NotSupported(
                f"Customers cannot be weighted with method {solver.name}", do="take kmeans, latent or mixture"
            )
        return cls(matrix[mass > 0], mass[mass > 0].astype(np.float64))


class Solver(Protocol):
    """What a method on rows has to bring; `OnRows` makes a `Method` of it.

    Latent class, mixture, Ward and density are solvers: each takes rows and returns a scorer for every k. Rows drawn
    twice stand there twice, so that only customers who count a part of one need a mass.
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

    @property
    def weighs(self) -> bool:
        """Whether a row may count a part of one."""
        ...

    def having(self, solved: Mapping[int, Solved]) -> Solver:
        """The solver that makes refits like these: itself, where it settled on nothing."""
        ...

    def of_one(self, rows: Rows) -> float | None:
        """BIC of one group of everybody, where the method has a likelihood."""
        ...

    def solve(self, rows: Rows, ks: Sequence[int], *, seed: int, thorough: bool) -> Mapping[int, Solved]:
        """Find segments of some rows.

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

    def find(self, tiles: Tiles, ks: Sequence[int], run: Run) -> Mapping[int, Found]:
        """See `Method.find`; one group has a likelihood, too."""
        found = dict(Method.find(self, tiles, ks, run))
        if 1 in found:
            criterion = self.solver.of_one(_first_voters(tiles, run, self.solver))
            found[1] = replace(found[1], criterion=criterion)
        return found

    def find_several(self, tiles: Tiles, ks: Sequence[int], run: Run) -> Mapping[int, Found]:
        """Solve the sample, and place everybody."""
        run.check()
        rows = _first_voters(tiles, run, self.solver)
        solved = self.solver.solve(rows, ks, seed=run.seed, thorough=True)
        return {k: _placed(one, tiles, run.threads) for k, one in solved.items()}

    def refit(self, tiles: Tiles, ks: Sequence[int], draws: Draws) -> Mapping[int, Refits]:
        """Solve each weighting for all k at once."""
        matrix, own, ks = matrix_of(tiles), masses_of(tiles), sorted(ks)
        fits = []
        for mass, seed in zip(draws.masses, draws.seeds, strict=True):
            draws.check()
            fits.append(self._scorers(Rows.of(matrix, mass * own, self.solver), ks, int(seed)))
        labels = [label_by([fit[k] for k in ks], matrix) for fit in fits]
        return {
            k: Refits(k, tuple(fit[k] for fit in fits), np.stack([own[i] for own in labels])) for i, k in enumerate(ks)
        }

    def refit_once(self, tiles: Tiles, ks: Sequence[int], seeds: Mapping[int, int], *, starts: int) -> Scorers:
        """Solve all of the sample."""
        del starts
        return self._scorers(Rows.of(matrix_of(tiles), masses_of(tiles), self.solver), ks, seeds[ks[0]])

    def _scorers(self, rows: Rows, ks: Sequence[int], seed: int) -> Scorers:
        return {k: one.scorer for k, one in self.solver.solve(rows, ks, seed=seed, thorough=False).items()}


def _placed(solved: Solved, tiles: Tiles, threads: int | None) -> Found:
    """Everybody in the segments that were found in the sample."""
    label = nearest_by(solved.scorer, tiles, threads=threads).label
    inertia = inertia_of(solved.scorer, tiles, labels=label)
    found = Found(solved.scorer, label, inertia, solved.criterion, solved.entropy)
    return replace(found, setting=solved.setting, notes=solved.notes)


def _first_voters(tiles: Tiles, run: Run, solver: Solver) -> Rows:
    """The first rows in hash order that have a voice, with how much each counts."""
    mass = masses_of(tiles)
    voters = run.order[mass[run.order] > 0][: solver.most]
    rows = matrix_of(unblocked(take_on_threads(tiles.block, voters, run.threads), len(voters)))
    return Rows.of(rows, mass[voters], solver, most=solver.most)
