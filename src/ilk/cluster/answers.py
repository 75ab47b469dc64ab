"""Features as answers: for methods that know which answer was given, and not how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.engines.tiles import Matrix
from ilk.errors import listed
from ilk.features.plans import Recipe, Transform
from ilk.features.transforms import n_features
from ilk.sources.source import Note

Codes = NDArray[np.int16]

MOST_STEPS = 12
"""Different values up to which each is an answer of its own; a column of more is cut into bands."""

BANDS = 5
"""Bands of about as many customers each (rule of thumb)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one coded column is read off the features.

    Args:
        column: The building column.
        first: Position of its first feature.
        width: Its features: one, or the indicators of a category.
        cuts: Ascending bounds between answers on the feature's scale; none for a category.
        power: How often the column counts: its squared weight over that of the median column.
    """

    column: str
    first: int
    width: int
    cuts: tuple[float, ...]
    power: float = 1.0

    @property
    def n_levels(self) -> int:
        """Different answers."""
        return self.width if self.width > 1 else len(self.cuts) + 1


@dataclass(frozen=True, slots=True)
class Coding:
    """How features become answers, and what had to be done for it.

    Args:
        answers: One a coded column.
        banded: Columns that were cut into bands.
        dropped: Columns that are left out: fewer than `least` customers differ from everyone else.
    """

    answers: tuple[Answer, ...]
    banded: tuple[str, ...]
    dropped: tuple[str, ...]

    def notes(self, least: int) -> tuple[Note, ...]:
        """What was done to columns so that classes can be found; a column is told once, however many features it has.

        Args:
            least: Customers an answer is kept for.
        """
        notes = []
        if self.banded:
            lead = f"For latent classes these were cut into at most {BANDS} bands of about as many customers each"
            notes.append(Note("cut-into-bands", f"{lead}: {_named(self.banded)}."))
        if self.dropped:
            why = f"because fewer than {least} customers answer anything else than everyone else"
            notes.append(Note("left-out-of-classes", f"Left out of latent classes, {why}: {_named(self.dropped)}."))
        return tuple(notes)


def coding_of(recipe: Recipe, sample: Matrix, *, least: int = 1) -> Coding:
    """Find the answers that customers gave.

    A category's levels are its answers. So are the values of a column with few of them: ordered items, flags. A column
    of more values, such as an amount, is cut into five bands of about as many customers. An answer of fewer than
    `least` customers is joined with the next.

    Args:
        recipe: Made the features.
        sample: (n, p), NaN where an answer is missing; the answer does not depend on the order of rows.
        least: Customers an answer is kept for.
    """
    powers = _powers(recipe)
    answers: list[Answer] = []
    banded: list[str] = []
    dropped: list[str] = []
    first = 0
    for transform, power in zip(recipe.transforms, powers, strict=True):
        width = n_features(transform)
        cuts: tuple[float, ...] = ()
        if width == 1:
            cuts, is_banded = _cuts_of(sample[:, first], least)
            banded += [transform.column] if is_banded and cuts else []
        if width > 1 or cuts:
            answers.append(Answer(transform.column, first, width, cuts, power))
        else:
            dropped.append(transform.column)
        first += width
    return Coding(tuple(answers), tuple(banded), tuple(dropped))


def codes_of(answers: tuple[Answer, ...], matrix: Matrix) -> Codes:
    """Each customer's answers, (n, columns), 0-based, -1 where there is none.

    Args:
        answers: The coding.
        matrix: (n, p), NaN where an answer is missing.
    """
    codes = np.empty((len(matrix), len(answers)), np.int16)
    for j, answer in enumerate(answers):
        features = matrix[:, answer.first : answer.first + answer.width]
        if answer.width > 1:
            found = np.nan_to_num(features, nan=-np.inf).argmax(axis=1)
        else:
            found = np.searchsorted(np.array(answer.cuts), features[:, 0].astype(np.float64), side="right")
        codes[:, j] = np.where(np.isnan(features).all(axis=1), -1, found)
    return codes


def answer_starts(answers: tuple[Answer, ...]) -> NDArray[np.int64]:
    """Where each column's answers begin when all columns' answers stand in one row, (columns + 1,)."""
    return np.cumsum([0, *(answer.n_levels for answer in answers)], dtype=np.int64)


def level_features(answers: tuple[Answer, ...], sample: Matrix) -> NDArray[np.float64]:
    """What answers are on the scale of the features: the mean of those who gave them, (all answers, p), else 0.

    Args:
        answers: The coding.
        sample: (n, p), NaN where an answer is missing.
    """
    starts, codes = answer_starts(answers), codes_of(answers, sample)
    table = np.zeros((int(starts[-1]), sample.shape[1]))
    for j, answer in enumerate(answers):
        given = codes[:, j] >= 0
        code, rows = codes[given, j], sample[given]
        counts = np.maximum(np.bincount(code, minlength=answer.n_levels), 1)
        for f in range(answer.first, answer.first + answer.width):
            sums = np.bincount(code, rows[:, f].astype(np.float64), answer.n_levels)
            table[starts[j] : starts[j + 1], f] = sums / counts
    return table


def _named(columns: tuple[str, ...]) -> str:
    return listed(dict.fromkeys(columns))


def _cuts_of(feature: NDArray[np.float32], least: int) -> tuple[tuple[float, ...], bool]:
    """Bounds between answers, and whether they are bands of many values."""
    values, counts = np.unique(feature[~np.isnan(feature)].astype(np.float64), return_counts=True)
    if len(values) <= MOST_STEPS:
        return _between(values, _joined(counts, max(least, 1))), False
    reached = np.cumsum(counts)
    wanted = reached[-1] * np.arange(1, BANDS) / BANDS
    ends = np.unique(np.searchsorted(reached, wanted))
    sizes = np.diff([0, *reached[ends], reached[-1]])
    kept = [ends[at] for at in _joined(sizes, max(least, 1)) if at < len(ends)]
    return _between(values, [int(end) for end in kept if end < len(values) - 1]), True


def _joined(counts: NDArray[np.int64], least: int) -> list[int]:
    """The last position of each group of neighbours, but for the last, each of at least `least`."""
    ends, held = [], 0
    left = int(counts.sum())
    for i, n in enumerate(counts[:-1]):
        held, left = held + int(n), left - int(n)
        if held >= least and left >= least:
            ends.append(i)
            held = 0
    return ends


def _between(values: NDArray[np.float64], ends: list[int]) -> tuple[float, ...]:
    return tuple(float((values[end] + values[end + 1]) / 2.0) for end in ends)


def _powers(recipe: Recipe) -> list[float]:
    """How often each transform counts; 1 for all where nothing was weighed."""
    squares = [_square_weight(transform) for transform in recipe.transforms]
    middle = float(np.median(squares))
    return [square / middle for square in squares]


def _square_weight(transform: Transform) -> float:
    return transform.weight * transform.weight
