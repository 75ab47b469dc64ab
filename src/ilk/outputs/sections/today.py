"""The segments beside the grouping a business uses today: who is where, and which explains more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ilk.features.transforms import OTHER
from ilk.model.evidence import Comparison
from ilk.model.parts import Segment
from ilk.outputs.reading import Reading
from ilk.outputs.sections.table import Cell, Line, Table
from ilk.outputs.wording import NONE, clean, counted, figure, per_cent, whole, words_of

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
    crossed, explained = _crossed(reading, found, words), _explained(reading, found, name)
    return Beside(f"Beside {name}, which you use today", summary, crossed, explained)


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


def _crossed(reading: Reading, found: Comparison, words: str) -> Table:
    lines = [
        Line(Cell(f"{s.number} {reading.by_number[s.number]}"), tuple(_count(c, s) for c in row))
        for s, row in zip(reading.segments, found.table, strict=True)
    ]
    hides = any(count is None for row in found.table for count in row)
    hidden = f" ({NONE}: under {whole(reading.least)}, or what would tell it)" if hides else ""
    heads = ("Segment", *_heads(found.groups, words))
    return Table(f"Customers by segment and “{words}”{hidden}", heads, tuple(lines), "confusion")


def _heads(groups: Sequence[str], words: str) -> list[str]:
    """What the business calls its groups; where all are mere numbers, with the words for the column before them."""
    bare = all(group.replace(".", "").isdigit() for group in groups if group != OTHER)
    return [f"{words} {group}" if bare and group != OTHER else clean(group) for group in groups]


def _count(count: int | None, segment: Segment) -> Cell:
    """How many of a segment are in a group; shares are of the whole segment, of which not everybody need be shown."""
    if count is None:
        return Cell(NONE)
    size = max(segment.size, 1)
    return Cell(f"{whole(count)} ({per_cent(count / size)})", "right" if 2 * count > size else "")


def _explained(reading: Reading, found: Comparison, name: str) -> Table | None:
    lines = [Line(Cell(_words(reading, c)), (Cell(per_cent(a)), Cell(per_cent(b)))) for c, a, b in found.explained]
    heads = ("Differences in", "explained by the segments", f"explained by {name}")
    return Table("How much of the differences between customers each explains", heads, tuple(lines)) if lines else None


def _words(reading: Reading, column: str) -> str:
    plans = (known.plan for known in reading.content.columns if known.plan.column == column)
    return next(map(words_of, plans), clean(column))
