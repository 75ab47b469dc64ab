"""What one question of a questionnaire is, as frozen data; and how its cells become columns, the same for anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from ilk.sources.evidence import Made
from ilk.sources.scale_words import SCALES, plain
from ilk.sources.source import Kind
from ilk.sources.survey.several import answers_in, wholes_in

Way = Literal["as it is", "steps", "ticks", "one tick", "choices"]
"""Cells stay as they are; words are steps; a cell is ticked or not; one of several is; a cell holds several answers."""

NOT_TICKED = frozenset(
    {"no", "nein", "non", "nee", "0", "false", "unchecked", "not selected", "off", "not quoted", "-"}
)
"""What a box says that is there and is not ticked, as `plain` writes it."""


@dataclass(frozen=True, slots=True)
class Question:
    """One column of a questionnaire, and the columns that are made of it.

    Args:
        column: Its name.
        kind: How its cells are read.
        way: What is done with them.
        made: The columns that come of it, in their order.
        scale: Of steps that are words: the name of the scale in `scale_words`.
        spellings: Of steps and choices: (as `plain` writes it, as it is written in the column that is made); of one
            tick: (box, what it stands for).
        mark: Of choices: what stands between them.
        ticks: Of ticks: all boxes of the question; who ticked none of them did not answer, if there are several.
        turned: Of numbers: lowest plus highest step where the scale is turned, else None.
    """

    column: str
    kind: Kind
    way: Way
    made: tuple[Made, ...]
    scale: str = ""
    spellings: tuple[tuple[str, str], ...] = ()
    mark: str = ""
    ticks: tuple[str, ...] = ()
    turned: float | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the questionnaire that this is made of."""
        return self.ticks if self.way == "one tick" else (self.column,)


def columns_of(question: Question, answers: pa.Table) -> list[pa.ChunkedArray]:
    """Return the columns that `question.made` names, for every row of `answers`.

    Args:
        question: What to make.
        answers: Has the question's column, and for ticks those of its other boxes, in the kind it is read in.
    """
    column = answers.column(question.column)
    if question.way == "steps":
        return [_steps(question, column)]
    if question.way == "ticks":
        return [_ticks(question, answers)]
    if question.way == "one tick":
        return [_one_tick(question, answers)]
    if question.way == "choices":
        return _choices(question, column)
    return [column if question.turned is None else pc.subtract(question.turned, column)]


def is_ticked(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return whether each box is ticked; a blank one is not."""
    if pa.types.is_boolean(column.type):
        return column.fill_null(fill_value=False)
    if not pa.types.is_string(column.type):
        return pc.not_equal(column, 0.0).fill_null(fill_value=False)
    return _mapped(column, lambda text: plain(text) not in NOT_TICKED, pa.bool_()).fill_null(fill_value=False)


def _steps(question: Question, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Words of one step in one spelling; a step that nobody chose when the study was made is no answer."""
    known = dict(question.spellings)
    scale = next((each for each in SCALES if each.name == question.scale), None)
    by_step = {scale.step_of(text): text for text in dict.fromkeys(known.values())} if scale else {}

    def spelled(text: str) -> str | None:
        return known.get(plain(text)) or (by_step.get(scale.step_of(text)) if scale else None)

    return _mapped(column, spelled, pa.string())


def _ticks(question: Question, answers: pa.Table) -> pa.ChunkedArray:
    ticked = is_ticked(answers.column(question.column))
    if len(question.ticks) == 1:
        return ticked
    answered = pa.chunked_array([pa.repeat(False, answers.num_rows)])
    for box in question.ticks:
        answered = pc.or_(answered, pc.is_valid(answers.column(box)))
    return pc.if_else(answered, ticked, pa.scalar(None, pa.bool_()))


def _one_tick(question: Question, answers: pa.Table) -> pa.ChunkedArray:
    """What the box stands for that is ticked; the first one where somebody ticked several."""
    chosen = pa.chunked_array([pa.nulls(answers.num_rows, pa.string())])
    for box, meaning in reversed(question.spellings):
        chosen = pc.if_else(is_ticked(answers.column(box)), meaning, chosen)
    return chosen


def _choices(question: Question, column: pa.ChunkedArray) -> list[pa.ChunkedArray]:
    """One yes or no a choice that is known, and one for all others if there is a column for them."""
    known = dict(question.spellings)
    options = list(dict.fromkeys(known.values()))
    wholes = wholes_in(options, question.mark)

    def chosen(cell: str) -> list[str | None]:
        return [known.get(plain(answer)) for answer in answers_in(cell, question.mark, wholes)]

    columns = [_mapped(column, lambda cell, own=option: own in chosen(cell), pa.bool_()) for option in options]
    if len(question.made) > len(options):
        columns.append(_mapped(column, lambda cell: None in chosen(cell), pa.bool_()))
    return columns


def _mapped(column: pa.ChunkedArray, what: object, kind: pa.DataType) -> pa.ChunkedArray:
    """Apply a function to each different text once."""
    encoded = column.combine_chunks().dictionary_encode()
    made = pa.array([what(text) for text in encoded.dictionary.to_pylist()], kind)  # type: ignore[operator]
    return pa.chunked_array([made.take(encoded.indices)])


def names_of(questions: Sequence[Question]) -> list[str]:
    """The columns that come of the questions, in their order."""
    return [made.column for question in questions for made in question.made]
