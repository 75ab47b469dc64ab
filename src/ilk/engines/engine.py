"""What an engine is: it makes tiles once, and adds partials over them. It knows no recipe and no k-means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, Self, TypeVar

import pyarrow as pa

from ilk.engines.tiles import Tiles

B = TypeVar("B")
P = TypeVar("P", bound="Partial")
R_co = TypeVar("R_co", covariant=True)

Need = Literal["fit", "labels", "more than memory", "several machines"]
"""What may be asked of an engine."""


class Partial(Protocol):
    """What is computed from some customers and adds up exactly to what is computed from all of them."""

    def zero(self) -> Self:
        """What is computed from no customers, in the same shape."""
        ...

    def __add__(self, other: Self) -> Self: ...

    def to_arrow(self) -> pa.Table:
        """To send it to another process or machine."""
        ...

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Self:
        """What `to_arrow` gave."""
        ...


class Step(Protocol[R_co]):
    """One thing to do to a run of tiles: a picklable dataclass, so that it can be sent where the tiles are."""

    def __call__(self, tiles: Tiles, first: int, last: int) -> R_co:
        """Do it to the tiles first..last; must not depend on any other tile."""
        ...


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether an engine can do something; if not, why, and which one can."""

    can: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.can


class Engine(Protocol):
    """Where it runs."""

    def can(self, need: Need) -> Ability:
        """Whether this engine can do that; asked at the start, so that nobody waits for a refusal."""
        ...

    def prepare(self, batches: Iterable[B], to_tiles: Callable[[B], Tiles]) -> Tiles:
        """Make tiles of all batches, once."""
        ...

    def fold(self, tiles: Tiles, step: Step[P]) -> P:
        """Add up what the step gives for each run of tiles; the sum does not depend on how they are cut or ordered."""
        ...

    def map(self, tiles: Tiles, step: Step[R_co]) -> Iterator[R_co]:
        """What the step gives for each run of tiles, in the order of the tiles."""
        ...
