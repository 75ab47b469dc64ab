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
    """A note for each building column whose blanks differ between segments (Cramer's V >= 0.2)."""
    notes = []
    for i, column in enumerate(ground.columns):
        answered = summary.sums[:, i, 0]
        blank = summary.sizes - answered
        if column.plan.use != "builds" or column.plan.missing != "skip" or int(blank.sum()) < min_group:
            continue
        found = cramers_v(np.column_stack([answered, blank]))
        if found is not None and found.effect >= DIFFERS:
            shares = blank / np.maximum(summary.sizes, 1)
            most = int(shares.argmax())
            rest = (blank.sum() - blank[most]) / max(int(summary.sizes.sum() - summary.sizes[most]), 1)
            notes.append(_note(ground, i, most, float(shares[most]), float(rest)))
    return tuple(notes)


def _note(ground: Ground, i: int, most: int, share: float, rest: float) -> Note:
    name, plain = ground.columns[i].plan.column, ground.words[i].plain
    called = plain if plain.startswith("“") else f"“{plain}”"
    text = (
        f"{called} is blank for {percent(share)} of segment {most + 1} and for {percent(rest)} of the others, so it "
        f"matters what a blank means: say --missing '{name}=zero' if none, or '{name}=flag' if it is a fact of its own."
    )
    return Note("blanks-differ", text)
