"""Rules that tell the segments, and how well they do: held-out figures and confusion."""

from __future__ import annotations

from dataclasses import dataclass

from ilk.model.parts import Fidelity, Segment
from ilk.outputs.reading import Reading
from ilk.outputs.sections.table import Cell, Line, Table, line
from ilk.outputs.wording import clean, counted, figure, in_letters, per_cent, whole

SHADES = (0.02, 0.05, 0.1, 0.2)
"""Shares of a segment told as another from which a cell is shaded."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The chapter on rules."""

    summary: str
    confusion: Table | None
    by_segment: tuple[Table, ...]


def rules(reading: Reading) -> Rules:
    """The chapter."""
    fidelity = reading.solution.fidelity
    tables = tuple(rule_table(segment, reading) for segment in reading.segments if segment.persona.rules)
    return Rules(_summary(fidelity), _confusion(fidelity, reading) if fidelity else None, tables)


def rule_table(segment: Segment, reading: Reading) -> Table:
    """Every rule that tells a segment, with how often each is right and how much it finds."""
    heads = (f"{segment.number} {reading.by_number[segment.number]}", "Right", "Finds")
    lines = [line(clean(r.text), per_cent(r.precision), per_cent(r.recall)) for r in segment.persona.rules]
    return Table(f"Rules for segment {segment.number}", heads, tuple(lines), "rules")


def _summary(fidelity: Fidelity | None) -> str:
    if fidelity is None:
        return "There are no rules: with one segment there is nothing to tell apart."
    full = f" A tree without a limit reaches {per_cent(fidelity.full_tree)}." if fidelity.full_tree is not None else ""
    return (
        f"A tree of {counted(fidelity.n_leaves, 'rule')} puts {per_cent(fidelity.accuracy)} of "
        f"{counted(fidelity.n_held_out, 'customer')} it had not seen into their segment. Guessing "
        f"does some of that, too: where 0 is chance and 1 is always right, they reach {figure(fidelity.kappa)} "
        f"(kappa).{full} The rules explain; the segments decide."
    )


def _confusion(fidelity: Fidelity, reading: Reading) -> Table:
    k = len(fidelity.confusion)
    heads = ("Segment", *(f"told as {j + 1}" for j in range(k)), "Recognised")
    lines = []
    for i, row in enumerate(fidelity.confusion):
        total = sum(count or 0 for count in row) or 1
        cells = [_told_as(count, total, reading.least, right=i == j) for j, count in enumerate(row)]
        lines.append(
            Line(Cell(f"{i + 1} {reading.names[reading.k, i + 1]}"), (*cells, Cell(per_cent(fidelity.recall[i]))))
        )
    rounded = f" (rounded to {in_letters(reading.least)}s)" if reading.least > 1 else ""
    caption = f"Held-out customers: their segment, and what the rules say{rounded}"
    return Table(caption, heads, tuple(lines), "confusion")


def _told_as(count: int | None, total: int, least: int, *, right: bool) -> Cell:
    """How many of a segment the rules take for another; few are not counted aloud."""
    if count is None:
        return Cell(f"under {whole(least)}", "quiet")
    return Cell(whole(count), _shade(count / total, right=right))


def _shade(share: float, *, right: bool) -> str:
    if right:
        return "right"
    strength = sum(share >= step for step in SHADES)
    return f"over{strength}" if strength else ""
