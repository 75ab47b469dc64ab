"""The engine for what fits in memory: numbered runs of tiles on threads."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from ilk.engines.engine import Ability, Need, P, Step
from ilk.engines.tiles import RUN, Tiles, join
from ilk.engines.workers import map_threads
from ilk.errors import BadInput
from ilk.progress import Progress

B = TypeVar("B")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class MemoryEngine:
    """Everything in memory, the work on threads.

    Args:
        threads: How many to use, all processors when None; results do not depend on it.
        progress: To report to and be stopped by.
    """

    threads: int | None = None
    progress: Progress | None = None

    def can(self, need: Need) -> Ability:
        """Whether this engine can do that."""
        if need == "more than memory":
            return Ability(can=False, reason="the engine 'memory' holds all customers at once; take a sample of them")
        if need == "several machines":
            return Ability(can=False, reason="the engine 'memory' runs on one machine; copy the table there")
        return Ability(can=True)

    def prepare(self, batches: Iterable[B], to_tiles: Callable[[B], Tiles]) -> Tiles:
        """Make tiles of all batches, once.

        Raises:
            BadInput: If there is no batch, because then nobody knows the features.
        """
        parts = []
        for batch in batches:
            self.check()
            parts.append(to_tiles(batch))
        if not parts:
            raise BadInput("There are no customers", do="check the source and --where")
        return join(parts)

    def check(self) -> None:
        """Stop here if asked to."""
        if self.progress is not None:
            self.progress.check()

    def fold(self, tiles: Tiles, step: Step[P]) -> P:
        """Add up what the step gives for each run of tiles."""
        partials = list(self.map(tiles, step))
        return functools.reduce(operator.add, partials) if partials else step(tiles, 0, 0)

    def map(self, tiles: Tiles, step: Step[R]) -> Iterator[R]:
        """What the step gives for each run of tiles, in the order of the tiles."""
        n_tiles = len(tiles.values)

        def work(first: int) -> R:
            return step(tiles, first, min(first + RUN, n_tiles))

        yield from map_threads(work, range(0, n_tiles, RUN), threads=self.threads, progress=self.progress)
