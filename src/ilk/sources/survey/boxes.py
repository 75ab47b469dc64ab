"""Boxes of a questionnaire: ticked or not, those of one question together, or the steps of a scale side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow.compute as pc

from ilk.sources.evidence import Made
from ilk.sources.scale_words import plain
from ilk.sources.scales import order_of
from ilk.sources.survey.questions import NOT_TICKED, Question, is_ticked
from ilk.sources.survey.sheet import Sheet, is_worded

TICKS = frozenset({"x", "xx", "✓", "✔", "☑", "☒", "✗", "✘", "•", "*", "1", "yes", "ja", "oui", "si", "sí", "sì"})
"""What a box says that is ticked, as `plain` writes it."""


def ticks_of(sheet: Sheet, groups: Mapping[str, tuple[str, str]]) -> dict[str, Question | None]:
    """Boxes that say the same wherever they say anything; those of one question belong together.

    Boxes that stand for the steps of a scale are one question, at the first of them; nothing is made of the others.
    """
    boxes = [
        name for name in sheet.table.column_names if sheet.told.get(name) in (None, "flag") and _is_box(sheet, name)
    ]
    sets: dict[str, list[str]] = {}
    for name in boxes:
        sets.setdefault(groups[name][0] if name in groups else name, []).append(name)
    found: dict[str, Question | None] = {}
    for question, names in sets.items():
        scale = _ticked_scale(sheet, question, names, groups)
        if scale is not None:
            found |= {**dict.fromkeys(names), names[0]: scale}
            continue
        alone = len(names) == 1
        if alone and not _is_marked(sheet, names[0]):
            continue
        for name in names:
            made = _box_made(sheet, name, "" if alone else question, groups.get(name, ("", ""))[1])
            found[name] = Question(name, sheet.kinds[name], "ticks", (made,), ticks=tuple(names))
    return found


def _ticked_scale(
    sheet: Sheet, question: str, names: Sequence[str], groups: Mapping[str, tuple[str, str]]
) -> Question | None:
    """One column of steps for boxes such as q[agree], q[neutral] and q[disagree] of which nobody ticks two."""
    rows = {groups[name][1]: name for name in names if name in groups}
    order = order_of(rows)
    kinds = {sheet.kinds[name] for name in names}
    if not order or len(rows) < len(names) or len(kinds) > 1:
        return None
    n_ticked = sum(np.asarray(is_ticked(sheet.table.column(name)), np.int64) for name in names)
    if np.max(n_ticked) > 1:
        return None
    made = Made(question, "survey", None, order=order, why=f"{len(order)} boxes that are steps")
    meanings = tuple((rows[row], row) for row in order)
    return Question(names[0], kinds.pop(), "one tick", (made,), spellings=meanings, ticks=tuple(names))


def _is_box(sheet: Sheet, name: str) -> bool:
    """One answer and blanks, whatever the answer says; or nothing but 0 and 1 with blanks for either."""
    kind, values = sheet.kinds[name], sheet.table.column(name)
    if not sheet.has_blanks(name) or values.null_count == len(values):
        return False
    different = pc.unique(values.drop_null()).to_pylist()
    if kind == "text":
        said = {plain(text) for text in different} - NOT_TICKED
        return len(said) == 1
    return (kind == "number" and set(different) <= {0.0, 1.0} and 1.0 in different and len(different) == 1) or (
        kind == "flag" and different == [True]
    )


def _is_marked(sheet: Sheet, name: str) -> bool:
    """Whether a box that stands alone is one: it says x, yes or 1."""
    said = {plain(text) for text in sheet.counts(name)} - NOT_TICKED
    return sheet.kinds[name] != "text" or said <= TICKS


def _box_made(sheet: Sheet, name: str, question: str, row: str) -> Made:
    said = next(iter(text for text in sheet.counts(name) if plain(text) not in NOT_TICKED), "")
    words = said if plain(said) not in TICKS and said else row if is_worded(row) else ""
    why = f"a box of {question}" if question else "ticked or not"
    return Made(name, "survey", "flag", words=words, group=question, why=why)
