"""Which columns go together: rank correlations as a grid of orange and blue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ilk.model.parts import Content
from ilk.outputs.charts.figure import WIDE, Figure, Pad, Spec, colour, layer, number, plot, words
from ilk.outputs.drawing import shortened
from ilk.outputs.theme import INK, QUIET, tint_colour
from ilk.outputs.wording import in_letters, words_of

MOST = 30
"""Columns drawn; a grid of more cannot be read, so those that go with others most are kept."""

STEPS = (0.15, 0.3, 0.6, 0.8)
STRONG = 0.6
LINE, HEAD = 20.0, 18.0


def correlation_grid(content: Content) -> Figure | None:
    """The lower half of the grid of rank correlations; None with fewer than two columns."""
    names = [words_of(content.column(name).plan) for name in content.correlation_columns]
    return grid_of(names, content.correlation)


def grid_of(names: Sequence[str], table: Sequence[Sequence[float]]) -> Figure | None:
    """The same from the words of columns and their rank correlations, (p, p)."""
    kept = _kept(table)
    if len(kept) < 2:
        return None
    pairs = [(i, j, table[i][j]) for a, i in enumerate(kept) for j in kept[:a]]
    strong = sorted((p for p in pairs if abs(p[2]) >= STRONG), key=lambda p: -abs(p[2]))
    title = f"{in_letters(len(strong)).capitalize()} pair{'s' * (len(strong) != 1)} of columns go together closely"
    subtitle = "Rank correlation. Orange: high together; blue: one high, the other low; white: unrelated"
    if len(kept) < len(table):
        subtitle += f". The {len(kept)} of {len(table)} columns that go with others most"
    alt = "Strongest: " + "; ".join(f"{names[i]} and {names[j]} {r:.2f}" for i, j, r in strong[:6]) if strong else title
    return Figure.of("correlation", (title, subtitle, alt), lambda width: _spec(width, table, kept, names), width=WIDE)


def _kept(table: Sequence[Sequence[float]]) -> list[int]:
    closest = [max((abs(r) for j, r in enumerate(row) if j != i), default=0.0) for i, row in enumerate(table)]
    chosen = sorted(range(len(table)), key=lambda i: (-closest[i], i))[:MOST]
    return sorted(chosen)


def _spec(width: int, table: Sequence[Sequence[float]], kept: list[int], names: Sequence[str]) -> Spec:
    n, left = len(kept), 288 if width >= 560 else 152
    cell = min(28.0, (width - left - 8) / n)
    every = 1 + int(HEAD // cell)
    rows, labels, heads = [], [], []
    for a, i in enumerate(kept):
        labels.append({"x": 0.0, "y": a + 0.5, "text": shortened(f"{a + 1}  {names[i]}", left - 8)})
        if a % every == 0:
            heads.append({"x": a + 0.5, "y": n, "text": str(a + 1)})
        rows += [_cell(a, b, table[i][j], names[i], names[j]) for b, j in enumerate(kept[:a])]
    x, y = number("x", 0, n), number("y", 0, n, reverse=True)
    squares = layer(rows, {"type": "rect"}, x=x, x2={"field": "x2"}, y=y, y2={"field": "y2"}, color=colour())
    names_left = {"type": "text", "align": "left", "baseline": "middle", "dx": -left, "color": INK}
    numbers = {"type": "text", "baseline": "top", "dy": 6, "color": QUIET}
    layers = [squares, layer(labels, names_left, x=x, y=y, text=words()), layer(heads, numbers, x=x, y=y, text=words())]
    return plot(left + round(cell * n) + 8, round(max(cell, LINE) * n) + 32, layers, Pad(left, 8, 4, 28))


def _cell(a: int, b: int, r: float, one: str, other: str) -> dict[str, Any]:
    strength = sum(abs(r) >= step for step in STEPS)
    return {
        "x": b + 0.03,
        "x2": b + 0.97,
        "y": a + 0.03,
        "y2": a + 0.97,
        "colour": tint_colour(strength if r > 0 else -strength),
        "tip": f"{one} and {other}: {r:.2f}",
    }
