"""Items that are asked the other way round: those that are named, and those that look as if they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ilk.errors import listed
from ilk.settings import Settings
from ilk.sources.labels_file import labels_file, read_lines
from ilk.sources.source import Note
from ilk.sources.survey.questions import Question

FEWEST_ITEMS = 4
"""Items of a battery below which one of them says little about the others."""

FEWEST_ANSWERS = 30
AGAINST = -0.1
"""Correlation with the mean of the other items below which an item runs against them (rule of thumb)."""

YES = frozenset({"1", "yes", "y", "x", "true", "reversed", "r", "ja", "oui", "sí", "si"})
"""What the labels file says of an item in its column `reversed`."""

Column = npt.NDArray[np.float64]


def turned_columns(settings: Settings, sources: Sequence[Any], columns: Iterable[str]) -> frozenset[str]:
    """Return the columns whose scale is turned: those of --reverse, and those that the labels file calls reversed.

    Args:
        settings: `reverse` and `labels` are used here.
        sources: Files of the questionnaire; a labels file beside the first one is found.
        columns: Of the questionnaire; what the labels file says of others is not about it.
    """
    first = sources[0]
    file = labels_file(settings.labels, Path(first) if isinstance(first, (str, Path)) else None)
    lines = read_lines(file) if file else []
    said = {line["column"] for line in lines if line.get("reversed", "").strip().casefold() in YES}
    return frozenset(settings.reverse) | (said & set(columns))


def suspects_note(questions: Sequence[Question], table: pa.Table) -> tuple[Note, ...]:
    """Name the items that run against the others of their battery, and are not turned."""
    batteries: dict[str, list[Question]] = {}
    for question in questions:
        if question.made[0].group and _is_item(question, table):
            batteries.setdefault(question.made[0].group, []).append(question)
    found = [name for battery in batteries.values() for name in _against(battery, table)]
    if not found:
        return ()
    text = f"These run against the others of their question: {listed(found)}; if they are asked the other way round, "
    return (Note("reversed-items", f"{text}--reverse turns them"),)


def _is_item(question: Question, table: pa.Table) -> bool:
    column = table.column(question.made[0].column)
    return question.way == "steps" or (question.way == "as it is" and pa.types.is_floating(column.type))


def _against(battery: Sequence[Question], table: pa.Table) -> list[str]:
    if len(battery) < FEWEST_ITEMS:
        return []
    items = np.array([_steps(question, table) for question in battery])
    turned = [question.made[0].turned for question in battery]
    return [
        question.column
        for i, question in enumerate(battery)
        if not turned[i] and _correlation(items[i], np.delete(items, i, axis=0)) < AGAINST
    ]


def _steps(question: Question, table: pa.Table) -> Column:
    made = question.made[0]
    column = table.column(made.column)
    if made.order:
        column = pc.index_in(column, value_set=pa.array(made.order))
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def _correlation(item: Column, others: Column) -> float:
    """Of an item with the mean of the others, among those who answered all; 0 where too few did, or all alike."""
    answered = ~np.isnan(item) & ~np.isnan(others).any(axis=0)
    own, rest = item[answered], others[:, answered].mean(axis=0)
    if own.size < FEWEST_ANSWERS or np.ptp(own) == 0 or np.ptp(rest) == 0:
        return 0.0
    return float(np.corrcoef(own, rest)[0, 1])
