"""Blanks that come more often in some segments than in others."""

from __future__ import annotations

import numpy as np

from ilk.figures import percent
from ilk.profile.descriptors import cramers_v
from ilk.profile.summary import Summary
from ilk.profile.traits import Ground
from ilk.sources.source import Note

DIFFERS = 0.2
"""Cramer's V from which it is warned of; methods page, "Missing answers"."""


def blank_notes(ground: Ground, summary: Summary, min_group: int) -> tuple[Note, ...]:
    """A note for each building column whose blanks differ between segments (Cramer's V >= 0.2).

    Columns that are blank together, as those of a source not everybody is in, are told of together.
    """
    together: dict[tuple[int, ...], list[int]] = {}
    for i, column in enumerate(ground.columns):
        blank = summary.sizes - summary.sums[:, i, 0]
        if column.plan.use == "builds" and column.plan.missing == "skip" and int(blank.sum()) >= min_group:
            together.setdefault(tuple(blank.astype(np.int64).tolist()), []).append(i)
    notes = []
    for counts, columns in together.items():
        blank = np.array(counts)
        found = cramers_v(np.column_stack([summary.sizes - blank, blank]))
        if found is not None and found.effect >= DIFFERS:
            shares = blank / np.maximum(summary.sizes, 1)
            most = int(shares.argmax())
            rest = (blank.sum() - blank[most]) / max(int(summary.sizes.sum() - summary.sizes[most]), 1)
            notes.append(_note(ground, columns, most, float(shares[most]), float(rest)))
    return tuple(notes)


def _note(ground: Ground, columns: list[int], most: int, share: float, rest: float) -> Note:
    """What may be said of the blanks is told of the first of these that is no topic: a topic's mean one thing only."""
    columns = sorted(columns, key=lambda i: ground.columns[i].plan.kind == "topics")
    name, plain = ground.columns[columns[0]].plan.column, ground.words[columns[0]].plain
    called = plain if plain.startswith("“") else f"“{plain}”"
    others = len(columns) - 1
    is_blank = f"{called} is" if not others else f"{called} and {others} other column{'s' * (others > 1)} are"
    matters = f"it matters what a blank means: {_say(name)}"
    if ground.columns[columns[0]].plan.kind == "topics":
        matters = "it matters that who has no record of the kind counts as not known, not as having none"
    where = f"{percent(share)} of segment {most + 1} and for {percent(rest)} of the others"
    return Note("blanks-differ", f"{is_blank} blank for {where}, so {matters}.")


def _say(name: str) -> str:
    return f"say --missing '{name}=zero' if none, or '{name}=flag' if it is a fact of its own"
