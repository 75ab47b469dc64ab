"""Two levels: ribbons from a few segments to the many they hold, drawn by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ilk.outputs.charts.figure import WIDE, Figure
from ilk.outputs.charts.placing import Box, apart
from ilk.outputs.drawing import drawing, element, text, title, wrapped
from ilk.outputs.theme import INK, QUIET, segment_colour
from ilk.outputs.wording import listed, per_cent

NODE, BETWEEN, HEAD, FOOT, NAME, LINE_STEP = 20, 8, 32, 8, 248, 18
RIBBONS = 200
"""Pixels at least that are left for the ribbons between the names."""

WORTH_A_RIBBON, LETTERS = 0.02, 14
Shares = Mapping[tuple[int, int], float]


@dataclass(frozen=True, slots=True)
class Level:
    """One number of segments: each one's share, of customers or by weight, and its name, by number."""

    k: int
    shares: Mapping[int, float]
    names: Mapping[int, str]
    of_whom: str = "of customers"

    def called(self, number: int) -> str:
        """3 Cash users."""
        return f"{number} {self.names[number]}"


@dataclass(frozen=True, slots=True)
class _Stack:
    """Where the segments of a level stand: (top, height) by number."""

    left: float
    places: Mapping[int, tuple[float, float]]


def levels_chart(few: Level, many: Level, shares: Shares) -> Figure:
    """Ribbons from the segments of `few` to those of `many`.

    `shares` is (number among the many, number among the few) -> the part of the former that lies in the latter.
    """
    told = [f"{many.called(n)} lies in {listed(_homes(n, few, shares))}" for n in many.names]
    heading = f"{len(few.names)} segments for the board, {len(many.names)} for campaigns"
    subtitle = "Each block is a segment by size, each ribbon the customers two segments share"
    return Figure("levels", heading, subtitle, "; ".join(told), lambda width: _draw(width, few, many, shares), WIDE)


def _homes(number: int, few: Level, shares: Shares) -> list[str]:
    where = sorted(few.names, key=lambda board: -shares.get((number, board), 0.0))
    found = [(board, shares.get((number, board), 0.0)) for board in where]
    return [f"{few.called(board)} ({per_cent(share)})" for board, share in found if share >= WORTH_A_RIBBON]


def _draw(width: int, few: Level, many: Level, shares: Shares) -> str:
    roomy = width >= 560
    name = min(NAME, (width - RIBBONS) // 2) if roomy else 0
    height = HEAD + FOOT + max(320, 36 * len(many.names))
    left = _stacked(few, list(few.names), float(name), height)
    order = sorted(many.names, key=lambda number: _middle(number, left, shares))
    right = _stacked(many, order, float(width - name - NODE), height)
    drawn = [_ribbons(few, many, shares, left, right)]
    for level, stack, side in ((few, left, -1), (many, right, 1)):
        drawn += [_block(level, number, stack, side, numbered=not roomy) for number in level.names]
        drawn += _names(level, stack, side, (name - 12, height)) if roomy else []
    heads = ((left.left, "board", "start"), (right.left + NODE, "campaigns", "end"))
    drawn += [text(x, 16, said, fill=QUIET, text_anchor=anchor) for x, said, anchor in heads]
    return drawing(width, height, *drawn)


def _stacked(level: Level, order: list[int], left: float, height: float) -> _Stack:
    room = height - HEAD - FOOT - BETWEEN * (len(order) - 1)
    whole = sum(level.shares.values()) or 1.0
    top, places = float(HEAD), {}
    for number in order:
        high = level.shares[number] / whole * room
        places[number] = (top, high)
        top += high + BETWEEN
    return _Stack(left, places)


def _middle(number: int, left: _Stack, shares: Shares) -> float:
    """Where among the few a segment comes from, on average."""
    return sum(shares.get((number, board), 0.0) * (top + high / 2) for board, (top, high) in left.places.items())


def _ribbons(few: Level, many: Level, shares: Shares, left: _Stack, right: _Stack) -> str:
    """Each as thick at either end as its part of the block there."""
    leaving = {board: top for board, (top, _) in left.places.items()}
    out = {board: sum(shares.get((n, board), 0.0) * many.shares[n] for n in many.names) or 1.0 for board in few.names}
    drawn = []
    for number, (top, high) in sorted(right.places.items(), key=lambda pair: pair[1][0]):
        arriving = top
        for board in sorted(left.places, key=lambda one: left.places[one][0]):
            share = shares.get((number, board), 0.0)
            thick = share * many.shares[number] / out[board] * left.places[board][1], share * high
            if share >= WORTH_A_RIBBON:
                said = f"{per_cent(share)} of {many.called(number)} lies in {few.called(board)}"
                ends = (left.left + NODE, leaving[board], right.left, arriving)
                drawn.append(_ribbon(ends, thick, segment_colour(board), said))
            leaving[board] += thick[0]
            arriving += thick[1]
    return "".join(drawn)


def _ribbon(ends: tuple[float, float, float, float], thick: tuple[float, float], paint: str, said: str) -> str:
    x1, y1, x2, y2 = ends
    middle = (x1 + x2) / 2
    upper = f"M{x1:.1f},{y1:.1f}C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
    low1, low2 = y1 + thick[0], y2 + thick[1]
    lower = f"L{x2:.1f},{low2:.1f}C{middle:.1f},{low2:.1f} {middle:.1f},{low1:.1f} {x1:.1f},{low1:.1f}Z"
    return element("path", title(said), d=upper + lower, fill=paint, fill_opacity=0.35)


def _block(level: Level, number: int, stack: _Stack, side: int, *, numbered: bool) -> str:
    """A block, with its number on it where there is no room for names; `side` is -1 on the left, 1 on the right."""
    top, high = stack.places[number]
    said = f"{level.called(number)}, {per_cent(level.shares[number])} {level.of_whom}"
    paint = segment_colour(number) if side < 0 else QUIET
    block = element("rect", title(said), x=stack.left, y=top, width=NODE, height=max(high, 2.0), fill=paint, rx=2)
    if not numbered:
        return block
    x, anchor = (stack.left + NODE + 6, "start") if side < 0 else (stack.left - 6, "end")
    at = top + high / 2 + LETTERS / 3
    return block + text(x, at, str(number), text_anchor=anchor, font_weight="bold")


def _names(level: Level, stack: _Stack, side: int, room: tuple[int, int]) -> list[str]:
    """The names beside the blocks, in two lines where one is too short, none over another."""
    lines = {number: wrapped(level.called(number), room[0], most=2) for number in level.names}
    boxes = [
        Box(0, top + high / 2, room[0] / 2, LINE_STEP * len(lines[number]) / 2, str(number))
        for number, (top, high) in stack.places.items()
    ]
    x, anchor = (stack.left - 8, "end") if side < 0 else (stack.left + NODE + 8, "start")
    drawn = []
    for box in apart(boxes, room):
        first = box.y - box.half_height + LINE_STEP / 2 + LETTERS / 3
        said = enumerate(lines[int(box.text)])
        drawn += [text(x, first + LINE_STEP * i, line, fill=INK, text_anchor=anchor) for i, line in said]
    return drawn
