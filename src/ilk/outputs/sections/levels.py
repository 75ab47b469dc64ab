"""Two levels: a few segments for the board, more for campaigns, and which of these lies in which of those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.model.parts import Reference
from ilk.model.scorers import rows_of
from ilk.outputs.charts.figure import Figure
from ilk.outputs.charts.levels import Level, levels_chart
from ilk.outputs.reading import BY_WEIGHT, Reading
from ilk.outputs.sections.places import NOBODY
from ilk.outputs.sections.table import Cell, Line, Table
from ilk.outputs.wording import in_letters, listed, per_cent, whole

WORTH_TELLING = 0.05
"""Part of a campaign segment below which nothing is said of where it lies."""

INSIDE = 0.8
"""A campaign segment of which so much lies in one board segment lies inside it."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TwoLevels:
    """How two numbers of segments go together.

    Args:
        chart: Ribbons from the board's segments to the campaigns'.
        table: A row a campaign segment: where it lies.
        summary: How many lie inside one board segment.
        note: What this rests on.
    """

    chart: Figure
    table: Table
    summary: str
    note: str


def two_levels(reading: Reading, board: int, campaign: int) -> TwoLevels | None:
    """Where each of the campaigns' segments lies among the board's; None without reference points.

    The model keeps how segments flow only from one number to the next, so each reference point, a group of about ten
    customers, is asked at both numbers.

    Args:
        reading: Any model.
        board: The smaller number of segments, of those tried.
        campaign: The larger.
    """
    reference = reading.content.reference
    if reference is None or not reference.points:
        return None
    rows = {k: _rows(reading, k) for k in (board, campaign)}
    shares = crossing(
        _owners(reading, reference, board), _owners(reading, reference, campaign), np.asarray(reference.customers)
    )
    names = {k: {number: _name(reading, k, number) for number in numbers} for k, numbers in rows.items()}
    sizes = {k: _sizes(reading, k) for k in rows}
    few, many = (Level(k, sizes[k], names[k], reading.of_whom) for k in (board, campaign))
    inside = sum(max(row.values(), default=0.0) >= INSIDE for row in _by_campaign(shares).values())
    total = in_letters(len(rows[campaign]))
    many_said = f"All {total}" if inside == len(rows[campaign]) else f"{in_letters(inside).capitalize()} of the {total}"
    summary = (
        f"{many_said} campaign segments lie{'s' * (inside == 1)} inside one board segment, with {per_cent(INSIDE)} of "
        "their customers or more."
    )
    per_point = whole(float(np.mean(reference.customers)))
    note = f"Worked out from {whole(len(reference.points))} groups of about {per_point} customers, each asked at both."
    return TwoLevels(levels_chart(few, many, shares), _table(few, many, shares), summary, note)


def crossing(board: Floats, campaign: Floats, customers: Floats) -> dict[tuple[int, int], float]:
    """(campaign number, board number) -> the part of the campaign's segment that lies in the board's.

    Args:
        board: (m,) the number each reference point has at the board's level.
        campaign: (m,) the number it has at the campaigns' level.
        customers: (m,) how many it stands for.
    """
    found = {}
    placed = (board != NOBODY) & (campaign != NOBODY)
    for number in np.unique(campaign[placed]):
        here = placed & (campaign == number)
        total = customers[here].sum()
        for other in np.unique(board[here]):
            found[int(number), int(other)] = float(customers[here & (board == other)].sum() / total)
    return found


def _rows(reading: Reading, k: int) -> tuple[int, ...]:
    """The numbers of the segments of one k, merged ones once."""
    if k == reading.k:
        return tuple(segment.number for segment in reading.segments)
    return tuple(segment.number for segment in reading.content.solution(k).segments)


def _owners(reading: Reading, reference: Reference, k: int) -> Floats:
    """The number of the segment each reference point belongs to, (m,)."""
    solution = reading.content.solution(k)
    rows = reading.row_numbers if k == reading.k else tuple(range(1, k + 1))
    found: Floats = np.asarray((*rows, NOBODY), np.float64)[rows_of(solution.scorer, np.asarray(reference.points))]
    return found


def _name(reading: Reading, k: int, number: int) -> str:
    return reading.by_number[number] if k == reading.k else reading.names[k, number]


def _sizes(reading: Reading, k: int) -> dict[int, float]:
    segments = reading.segments if k == reading.k else reading.content.solution(k).segments
    return {segment.number: segment.share for segment in segments}


def _by_campaign(shares: Mapping[tuple[int, int], float]) -> dict[int, dict[int, float]]:
    found: dict[int, dict[int, float]] = {}
    for (campaign, board), share in shares.items():
        found.setdefault(campaign, {})[board] = share
    return found


def _table(few: Level, many: Level, shares: Mapping[tuple[int, int], float]) -> Table:
    """A row a campaign segment, by the board segment most of it lies in."""
    by_campaign = _by_campaign(shares)
    order = sorted(many.names, key=lambda n: (_home(by_campaign.get(n, {})), n))
    lines = []
    for number in order:
        where = sorted(by_campaign.get(number, {}).items(), key=lambda pair: -pair[1])
        told = [f"{few.called(board)} ({per_cent(share)})" for board, share in where if share >= WORTH_TELLING]
        lines.append(
            Line(Cell(many.called(number)), (Cell(per_cent(many.shares[number])), Cell(listed(told), "words")))
        )
    share = "By weight" if many.of_whom == BY_WEIGHT else "Customers"
    heads = (f"Of {many.k} for campaigns", share, f"Lies in, of {few.k} for the board")
    return Table("Where each campaign segment lies", heads, tuple(lines), "levels")


def _home(where: Mapping[int, float]) -> int:
    return max(where, key=lambda number: where[number], default=0)
