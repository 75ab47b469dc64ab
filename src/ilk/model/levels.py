"""Two levels: the few segments for the board, and which of them each of the many for campaigns lies in."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.model.parts import Content, Neighbours
from ilk.model.scorers import rows_of
from ilk.sources.source import Note

if TYPE_CHECKING:
    from ilk.model.model import Model

COLUMNS = ("board_segment", "board_persona")
"""Columns of an assignment behind the others, where a model has two levels."""

TYPES = (pa.int16(), pa.string())


@dataclass(frozen=True, slots=True)
class Board:
    """The few segments of a model whose many are shown.

    Args:
        model: The model with the few adopted; its names are those they were given by hand.
        homes: Number of each of the many -> numbers of the few its customers lie in, the smaller first: one, but for a
            segment that was merged by hand from parts of several.
    """

    model: Model
    homes: dict[int, tuple[int, ...]]

    def home(self, number: int) -> int | None:
        """The one of the few a segment lies in; None for one that was merged from parts of several, and for 0."""
        found = self.homes.get(number, ())
        return found[0] if len(found) == 1 else None

    def place(self, number: int) -> tuple[int | None, str | None]:
        """Number and persona of the one of the few a segment lies in, as in `COLUMNS`; None where it is not known."""
        home = self.home(number)
        return home, next((s.persona.name for s in self.model.segments if s.number == home), None)

    def held_by(self, number: int) -> tuple[int, ...]:
        """The many of which customers lie in one of the few."""
        return tuple(many for many, few in self.homes.items() if number in few)

    @property
    def unclear(self) -> tuple[int, ...]:
        """Segments merged from parts of several of the few: of their customers it is not said in which they lie."""
        return tuple(number for number, few in self.homes.items() if len(few) > 1)

    def notes(self, numbers: Collection[int | None]) -> Iterator[Note]:
        """Which of these segments lie in no one segment of the board: nobody's is left blank in silence."""
        for number in self.unclear:
            if number in numbers:
                text = f"Segment {number} was merged from parts of several segments of the board: its {COLUMNS[0]}"
                yield Note("board-unclear", f"{text} is blank.")

    def columns(self, segments: pa.Array) -> list[pa.Array]:
        """The columns of `COLUMNS` for customers of these segments, (n,); blank where it is not known."""
        last = max(self.homes, default=0)
        homes = np.array([self.home(number) or 0 for number in range(last + 1)], np.int16)[segments.to_numpy()]
        names = {segment.number: segment.persona.name for segment in self.model.segments}
        called = pa.array([names.get(number) for number in range(max(names) + 1)], pa.string())
        return [pa.array(homes, mask=homes == 0), called.take(pa.array(homes))]


def asked_levels(content: Content) -> tuple[int, int] | None:
    """The two numbers of segments a study was asked for, the smaller first; None where it was not, or has not both."""
    try:
        asked = json.loads(content.provenance.settings).get("levels")
    except (ValueError, AttributeError):
        return None
    known = {solution.k for solution in content.solutions}
    if not isinstance(asked, list) or len(asked) != 2 or not set(asked) <= known:
        return None
    return asked[0], asked[1]


def board_of(model: Model) -> Board | None:
    """The few segments beside the many that are shown; None for a model without two levels, or that shows others.

    The many were put together into the few out of the same small segments, so a segment lies in one of the few
    altogether, and so do its customers.
    """
    asked = asked_levels(model.content)
    scorer = model.solution.scorer
    if asked is None or model.k != asked[1] or not isinstance(scorer, Neighbours):
        return None
    board = model.at(asked[0])
    points = np.asarray(scorer.points, np.float64)
    many, few = _numbers(model, rows_of(scorer, points)), _numbers(board, rows_of(board.solution.scorer, points))
    lies = {(int(one), int(other)) for one, other in zip(many, few, strict=True)}
    homes = {s.number: tuple(sorted(other for one, other in lies if one == s.number)) for s in model.segments}
    return Board(board, homes)


def _numbers(model: Model, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of the segment that each row of the scorer belongs to, after all edits."""
    numbers = np.array([model.segments[owner].number for owner in model.view.owner], np.int64)
    return np.asarray(numbers[rows])
