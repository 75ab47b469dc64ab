"""Flow across k: which segments part, and into what, when one more is asked for. Drawn by hand: ribbons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from ilk.model.evidence import Flow
from ilk.model.parts import Content
from ilk.outputs.charts.figure import WIDE, Figure
from ilk.outputs.drawing import drawing, element, text, title
from ilk.outputs.theme import ACCENT, EVERYONE, INK, PAPER, QUIET, segment_colour
from ilk.outputs.wording import counted, listed, per_cent

NODE, BETWEEN, HEAD, FOOT = 28, 6, 32, 8
HALF_OF_IT, WORTH_A_RIBBON = 0.5, 0.004
MOST_WIDE, MOST_NARROW = 9, 4
PLATE, LOWEST = 18, 10
"""Pixels: height of the plate under a number, and of the lowest block that has one; less high plates are made lower."""

FEWEST = 10
"""Customers below which no ribbon is drawn."""

Names = Mapping[tuple[int, int], str]
"""(k, number) -> name of the segment."""


@dataclass(frozen=True, slots=True)
class Node:
    """A segment of one solution, where it stands in its column (pixels from the top)."""

    k: int
    number: int
    share: float
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """All segments of one solution, in the order they stand, and the column's left edge."""

    k: int
    left: float
    nodes: tuple[Node, ...]

    def node(self, number: int) -> Node:
        """The node of a segment."""
        return next(node for node in self.nodes if node.number == number)


@dataclass(frozen=True, slots=True)
class _Told:
    """The number shown, what segments are called, and what shares are shares of."""

    shown: int
    names: Names
    of_whom: str

    def name(self, node: Node) -> str:
        return self.names[node.k, node.number]

    def share(self, share: float) -> str:
        return f"{per_cent(share)} {self.of_whom}"


def flow_across_k(content: Content, k: int, names: Names, *, of_whom: str = "of customers") -> Figure | None:
    """Ribbons from each solution to the next, those of the shown one in its colours; None with one solution.

    The title tells the step that leads to the shown number, or the first one. Shares are `of_whom`: of customers, or by
    weight.
    """
    flows = [flow for flow in content.evidence.flows if flow.k >= 3]
    if not flows:
        return None
    step = next((flow for flow in flows if flow.k >= k), flows[-1])
    heading = _heading(step)
    subtitle = (
        "Each column is a number of segments, each block a segment by size, each ribbon the customers that move on"
    )
    alt = " ".join(f"From {flow.k - 1} to {flow.k}: {gain(flow, names)}" for flow in flows)
    return Figure("flow", heading, subtitle, alt, lambda width: _draw(width, content, k, names, of_whom), WIDE)


def _heading(flow: Flow) -> str:
    parts = [(j, kids) for j, kids in _children(flow).items() if len(kids) > 1]
    words = [f"segment {j + 1} parts into {listed([str(i + 1) for i in kids])}" for j, kids in parts]
    return f"From {flow.k - 1} to {flow.k}: {listed(words) if words else 'the same segments, regrouped'}"


def gain(flow: Flow, names: Names) -> str:
    """What one more segment brings, in a sentence."""
    before = flow.k - 1
    said = []
    for j, kids in _children(flow).items():
        if len(kids) > 1:
            into = listed([f"“{names[flow.k, i + 1]}”" for i in kids])
            said.append(f"“{names[before, j + 1]}” parts into {into}")
    settled = {i for kids in _children(flow).values() for i in kids}
    mixed = [f"“{names[flow.k, i + 1]}”" for i in range(len(flow.shares)) if i not in settled]
    said += [f"{listed(mixed)} {'is' if len(mixed) == 1 else 'are'} drawn from several"] if mixed else []
    return f"{'; '.join(said)[:1].upper()}{'; '.join(said)[1:]}." if said else "The same segments, regrouped."


def _children(flow: Flow) -> dict[int, list[int]]:
    """For each segment before, those after it that come from it by half or more."""
    kids: dict[int, list[int]] = {j: [] for j in range(len(flow.shares[0]))}
    for i, row in enumerate(flow.shares):
        parent = max(range(len(row)), key=row.__getitem__)
        if row[parent] >= HALF_OF_IT:
            kids[parent].append(i)
    return kids


def shown_ks(content: Content, k: int, most: int) -> list[int]:
    """The solutions drawn: up to `most` in a row, the shown one among them with one after it if there is one."""
    known = [s.k for s in content.solutions if s.k >= 2]
    middle = k if k in known else known[0] if known else k
    tried = [one for one in known if set(range(*sorted((one, middle)))) <= set(known)]  # no number left out between
    last = min(len(tried), max(most, tried.index(k) + 2 if k in tried else most))
    return tried[max(0, last - most) : last]


def _draw(width: int, content: Content, k: int, names: Names, of_whom: str) -> str:
    ks = shown_ks(content, k, MOST_WIDE if width >= 560 else MOST_NARROW)
    height = 392 if width >= 560 else 328
    columns = _columns(content, ks, width, height)
    called = _Told(k, names, of_whom)
    ribbons = [_ribbons(a, b, content, called) for a, b in pairwise(columns)]
    blocks = [_block(node, column, called) for column in columns for node in column.nodes]
    return drawing(width, height, *ribbons, *blocks, *(_head(column, k) for column in columns))


def _columns(content: Content, ks: list[int], width: int, height: int) -> list[Column]:
    columns: list[Column] = []
    step = (width - NODE) / max(len(ks) - 1, 1)
    for i, k in enumerate(ks):
        shares = {segment.number: segment.share for segment in content.solution(k).segments}
        order = sorted(shares)
        if columns:
            order.sort(key=lambda number: _came_from(number, columns[-1], _flow(content, k)))
        columns.append(Column(k, i * step, _stacked(k, order, shares, height)))
    return columns


def _stacked(k: int, order: list[int], shares: dict[int, float], height: int) -> tuple[Node, ...]:
    room = height - HEAD - FOOT - BETWEEN * (len(order) - 1)
    top, nodes = float(HEAD), []
    for number in order:
        nodes.append(Node(k, number, shares[number], top, shares[number] * room))
        top += shares[number] * room + BETWEEN
    return tuple(nodes)


def _flow(content: Content, k: int) -> Flow:
    return next(flow for flow in content.evidence.flows if flow.k == k)


def _came_from(number: int, before: Column, flow: Flow) -> float:
    row = flow.shares[number - 1]
    return sum(share * (before.node(j + 1).top + before.node(j + 1).height / 2) for j, share in enumerate(row))


def _ribbons(before: Column, after: Column, content: Content, told: _Told) -> str:
    flow = _flow(content, after.k)
    scale = after.nodes[0].height / max(after.nodes[0].share, 1e-9)
    leaving = {node.number: node.top for node in before.nodes}
    drawn = []
    for node in after.nodes:
        arriving = node.top
        for source in before.nodes:
            moved = node.share * flow.shares[node.number - 1][source.number - 1]
            if moved >= WORTH_A_RIBBON and moved * content.provenance.n_assigned >= FEWEST:
                ends = (before.left + NODE, leaving[source.number], after.left, arriving)
                said = f"{told.name(source)} → {told.name(node)}: {told.share(moved)}"
                drawn.append(_ribbon(ends, moved * scale, _paint(source, node, told.shown), said))
            leaving[source.number] += moved * scale
            arriving += moved * scale
    return "".join(drawn)


def _paint(source: Node, target: Node, shown: int) -> str:
    if target.k == shown:
        return segment_colour(target.number)
    return segment_colour(source.number) if source.k == shown else EVERYONE


def _ribbon(ends: tuple[float, float, float, float], thick: float, paint: str, said: str) -> str:
    x1, y1, x2, y2 = ends
    middle = (x1 + x2) / 2
    upper = f"M{x1:.1f},{y1:.1f}C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
    y1, y2 = y1 + thick, y2 + thick
    lower = f"L{x2:.1f},{y2:.1f}C{middle:.1f},{y2:.1f} {middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f}Z"
    return element("path", title(said), d=upper + lower, fill=paint, fill_opacity=0.35 if paint != EVERYONE else 0.5)


def _block(node: Node, column: Column, told: _Told) -> str:
    paint = segment_colour(node.number) if node.k == told.shown else QUIET
    said = f"{node.number} {told.name(node)}, {told.share(node.share)}, of {counted(node.k, 'segment')}"
    box = {"x": column.left, "y": node.top, "width": NODE, "height": max(node.height, 2.0)}
    block = element("rect", title(said), **box, fill=paint, rx=2)
    if node.height < LOWEST:
        return block
    high, middle = min(PLATE, node.height + BETWEEN - 2), node.top + node.height / 2
    size = 14 if high == PLATE else 12
    plate = element("rect", x=column.left + 4, y=middle - high / 2, width=20, height=high, rx=high / 2, fill=PAPER)
    at = column.left + NODE / 2, middle + 0.36 * size
    number = text(*at, str(node.number), size=size, text_anchor="middle")
    return block + plate + number


def _head(column: Column, shown: int) -> str:
    here = column.k == shown
    bold = "bold" if here else None
    return text(
        column.left + NODE / 2, 16, str(column.k), fill=ACCENT if here else INK, text_anchor="middle", font_weight=bold
    )
