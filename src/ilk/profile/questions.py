"""The questions a tree may ask: round figures of the columns that build, so that no rule has to be rounded after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.features.plans import ColumnPlan
from ilk.features.transforms import OTHER, level_texts
from ilk.model.parts import Row
from ilk.profile.cells import Cells, Values
from ilk.profile.grammar import yes_of
from ilk.profile.words import Words

Codes: TypeAlias = npt.NDArray[np.int32]

MANY_BLANKS = 0.01
"""Share of blanks from which a column is asked in two ways: blanks with the low values, and with the high ones."""

MOST_WHOLE = 40
"""A column of at most so many whole values is cut between any two of them."""

ROUND = tuple(range(10, 100))
"""Round figures have two significant digits."""


@dataclass(frozen=True, slots=True)
class Question:
    """One coded column: code <= i means value <= cuts[i], or "is not `level`" for a level's own column.

    Args:
        at: The column's place among those described.
        plan: What it is.
        words: Its words.
        cuts: Ascending figures it may be cut at; empty for a level.
        whole: Whether all its values are whole numbers.
        blank_low: Whether blanks are coded with the low values, or with the high ones.
        blanks: Share of blanks.
        level: The level asked for, of a category.
        yes: Whether that level says yes, and the other no.
        steps: Texts that stand for 0, 1, 2 ...; "" for one that few customers gave and the labels do not list.
    """

    at: int
    plan: ColumnPlan
    words: Words
    cuts: Row
    whole: bool
    blank_low: bool
    blanks: float
    level: str = ""
    steps: tuple[str, ...] = ()
    yes: bool = False


@dataclass(frozen=True, slots=True)
class Questions:
    """All questions, and every customer's codes. `codes` has shape (n, n_questions), `raw` (n, n_raw) with NaN."""

    asked: tuple[Question, ...]
    codes: Codes
    raw: npt.NDArray[np.float32]


def questions_for(
    plans: Sequence[ColumnPlan],
    words: Sequence[Words],
    cells: Sequence[Cells],
    values: Sequence[Values | None],
    table: pa.Table,
) -> Questions:
    """Code the building columns of some customers.

    Args:
        plans: Columns that are described; only those that build, totals included, are asked for.
        words: The words of each.
        cells: How each is counted.
        values: Each numeric column of these customers, NaN where blank; None for the others.
        table: The same customers.
    """
    asked: list[Question] = []
    codes: list[Codes] = []
    raw: list[Values] = []
    for at, (plan, own, cell, value) in enumerate(zip(plans, words, cells, values, strict=True)):
        if plan.use != "builds":
            continue
        base = Question(at, plan, own, (), whole=False, blank_low=True, blanks=0.0, steps=_told(plan, cell))
        made = _number(base, value) if value is not None else _levels(base, cell, table.column(plan.column))
        asked += [question for question, _ in made]
        codes += [code for _, code in made]
        raw += [value] if value is not None else [code.astype(np.float64) for _, code in made]
    width = len(table)
    return Questions(
        tuple(asked),
        np.column_stack(codes) if codes else np.zeros((width, 0), dtype=np.int32),
        np.column_stack(raw).astype(np.float32) if raw else np.zeros((width, 0), dtype=np.float32),
    )


def _told(plan: ColumnPlan, cells: Cells) -> tuple[str, ...]:
    """The texts of the steps that may be told: those of the labels file, and what enough customers answered."""
    known = {*plan.label.order, *cells.levels}
    return tuple(step if step in known else "" for step in cells.steps)


def _number(base: Question, values: Values) -> list[tuple[Question, Codes]]:
    blank = np.isnan(values)
    ordered = np.unique(values[~blank])
    whole = bool(ordered.size) and bool((ordered == np.rint(ordered)).all())
    cuts = round_cuts(ordered, whole=whole)
    if not cuts:
        return []
    codes = np.searchsorted(np.asarray(cuts), values, side="left").astype(np.int32)
    blanks = float(blank.mean())
    made = []
    for blank_low in (True, False)[: 1 + (blanks >= MANY_BLANKS)]:
        own = np.where(blank, 0 if blank_low else len(cuts), codes).astype(np.int32)
        question = Question(base.at, base.plan, base.words, cuts, whole, blank_low, blanks, "", base.steps)
        made.append((question, own))
    return made


def _levels(base: Question, cells: Cells, column: pa.ChunkedArray) -> list[tuple[Question, Codes]]:
    import pyarrow.compute as pc

    texts = level_texts(column)
    blanks = texts.null_count / max(len(texts), 1)
    made, yes = [], yes_of(cells.levels)
    for level in (yes,) if yes else cells.levels:
        if level != OTHER:
            is_level = pc.fill_null(pc.equal(texts, level), fill_value=False).to_numpy(zero_copy_only=False)
            question = Question(base.at, base.plan, base.words, (), False, True, blanks, level, yes=bool(yes))
            made.append((question, np.asarray(is_level, dtype=np.int32)))
    return made


def round_cuts(ordered: Values, *, whole: bool) -> Row:
    """Figures to cut ascending different values at: each tells some customers apart, and is easy to say.

    Few whole values are cut between any two; others at figures of two significant digits, and at 0.
    """
    if ordered.size < 2:
        return ()
    if whole and ordered.size <= MOST_WHOLE:
        return tuple(float(value) for value in ordered[:-1])
    figures = np.unique(np.concatenate([_round_figures(ordered), -_round_figures(-ordered[::-1]), [0.0]]))
    below = np.searchsorted(ordered, figures, side="right")
    # Of several figures between the same two values the first is kept: they ask the same.
    useful = (below > 0) & (below < ordered.size) & (np.diff(below, prepend=-1) > 0)
    return tuple(float(figure) for figure in figures[useful])


def _round_figures(ordered: Values) -> Values:
    """Positive figures of two significant digits between the smallest positive value and the largest."""
    positive = ordered[ordered > 0.0]
    if positive.size == 0:
        return positive
    first = int(np.floor(np.log10(positive[0])))
    last = int(np.floor(np.log10(positive[-1])))
    # Beyond nine decades the smallest figures tell nobody apart that matters.
    decades = range(max(first, last - 9), last + 1)
    return np.array([float(f"{digits}e{decade - 1}") for decade in decades for digits in ROUND])
