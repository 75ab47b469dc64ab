"""The segments beside the grouping a business uses today: who is where, and which explains more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ilk.features.transforms import OTHER
from ilk.model.evidence import Comparison
from ilk.outputs.reading import Reading
from ilk.outputs.sections.crossed import crossed
from ilk.outputs.sections.table import Cell, Line, Table
from ilk.outputs.wording import clean, counted, figure, per_cent, words_of

NEARLY, PARTLY = 0.8, 0.3
"""Adjusted Rand indices from which two groupings are nearly, or partly, the same."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The segments beside a grouping the business has today."""

    title: str
    summary: str
    crossed: Table
    explained: Table | None


def beside_today(reading: Reading) -> Beside | None:
    """What was found of the column that was asked for; nothing once the segments are not those it was compared with."""
    found = reading.content.comparison
    if found is None or reading.k != reading.content.k or reading.merged:
        return None
    words = _words(reading, found.column)
    name = f"“{words}”"
    summary = " ".join(part for part in (_overlap(found, name), _who_explains(found, name, reading.k)) if part)
    heads, sizes = ("Segment", *_heads(found.groups, words)), [s.size for s in reading.segments]
    table = crossed(f"Customers by segment and {name}", heads, reading, found.table, sizes)
    return Beside(f"Beside {name}, which you use today", summary, table, _explained(reading, found, name))


def _overlap(found: Comparison, name: str) -> str:
    overlap = found.adjusted_rand
    words = "nearly the same" if overlap >= NEARLY else "partly the same" if overlap >= PARTLY else "mostly different"
    index = f"adjusted Rand index; 0 is chance, 1 is the same as {name}"
    return f"The two groupings are {words}: overlap {figure(overlap)} ({index})."


def _who_explains(found: Comparison, name: str, k: int) -> str:
    """The table of columns in one sentence; that more groups explain more, whatever they are, where that counts."""
    n, m = len(found.explained), len(found.groups)
    if not n:
        return ""
    ours, theirs = sum(own for _, own, _ in found.explained) / n, sum(own for *_, own in found.explained) / n
    known = OTHER not in found.groups
    over = f"averaged over {n} columns, " if n > 1 else ""
    told = (
        f"On the scale that segments are made on, {over}the {counted(k, 'segment')} explain {per_cent(ours)} of the "
        f"differences between customers, the {counted(m, 'group') if known else 'groups'} of {name} {per_cent(theirs)}."
    )
    excused = known and m != k and (ours > theirs) == (k > m)
    return f"{told} More groups always explain more." if excused else told


def _heads(groups: Sequence[str], words: str) -> list[str]:
    """What the business calls its groups; where all are mere numbers, with the words for the column before them."""
    bare = all(group.replace(".", "").isdigit() for group in groups if group != OTHER)
    return [f"{words} {group}" if bare and group != OTHER else clean(group) for group in groups]


def _explained(reading: Reading, found: Comparison, name: str) -> Table | None:
    lines = [Line(Cell(_words(reading, c)), (Cell(per_cent(a)), Cell(per_cent(b)))) for c, a, b in found.explained]
    heads = ("Differences in", "explained by the segments", f"explained by {name}")
    return Table("How much of the differences between customers each explains", heads, tuple(lines)) if lines else None


def _words(reading: Reading, column: str) -> str:
    plans = (known.plan for known in reading.content.columns if known.plan.column == column)
    return next(map(words_of, plans), clean(column))
