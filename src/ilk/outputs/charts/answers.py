"""Answers: how a rating or a choice is spread in each segment, as bars that add up to all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ilk.model.parts import ColumnSummary, Profile, Segment
from ilk.outputs.charts.figure import WIDE, Figure
from ilk.outputs.drawing import drawing, element, shortened, text, text_width, title
from ilk.outputs.theme import EVERYONE, INK, LINE, OVER, PANEL, PAPER, QUIET, UNDER, segment_colour
from ilk.outputs.wording import clean, fixed, in_units, per_cent, slug, words_of

ROW, BAR, KEY, NAMES, ROOMY = 36, 24, 28, 296, 560
NARROW_ROW = 52
WORTH_A_FIGURE = 0.07
"""Share from which a part of a bar has room for its figure."""

FEWEST, MOST = 3, 9
"""Steps of a scale that can be told apart by shade."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One bar: whose it is, and the share of each step; None where that may not be told."""

    number: int
    name: str
    shares: tuple[float | None, ...]
    mean: float | None


def answer_bars(column: ColumnSummary, segments: Sequence[Segment]) -> Figure | None:
    """A bar a segment and one of everyone, cut by answer, lowest first; None for what is no scale of a few steps."""
    steps = [clean(level) for level in column.levels]
    if column.plan.kind != "ordered" or not FEWEST <= len(steps) <= MOST or not column.everyone.levels:
        return None
    rows = [_row(0, "Everyone", column.everyone)]
    rows += [_row(s.number, s.persona.name, s.profile(column.plan.column)) for s in segments]
    if any(not any(row.shares) for row in rows):
        return None
    alt = "; ".join(_in_words(row, steps) for row in rows)
    untold = "; grey is what too few answered to be told" * any(None in row.shares for row in rows)
    subtitle = f"Answers from {steps[0]} to {steps[-1]}, as shares of each segment{untold}"
    draw = _Drawn(tuple(steps), tuple(rows))
    return Figure(f"answers-{slug(column.plan.column)}", _heading(column, rows), subtitle, alt, draw, WIDE)


def _row(number: int, name: str, profile: Profile) -> _Row:
    n = max(profile.n, 1)
    shares = tuple(None if count is None else count / n for count in profile.levels)
    return _Row(number, clean(name), shares, profile.mean)


def _heading(column: ColumnSummary, rows: Sequence[_Row]) -> str:
    """Which segment stands farthest from everyone."""
    name, everyone = words_of(column.plan), rows[0].mean
    known = [row for row in rows[1:] if row.mean is not None]
    if everyone is None or not known:
        return name
    first = max(known, key=lambda row: abs((row.mean or 0.0) - everyone))
    side = "most" if (first.mean or 0.0) > everyone else "least"
    in_own_words = column.facts.kind == "text"
    here, others = (in_units(m, column) if in_own_words else fixed(m) for m in (first.mean, everyone))
    if here == others:  # the same answer in words is nearest to both
        return f"{name}: segment {first.number} {side}"
    return f"{name}: segment {first.number} {side}, {here} on average against {others}"


def _in_words(row: _Row, steps: Sequence[str]) -> str:
    told = [f"{step} {per_cent(share)}" for step, share in zip(steps, row.shares, strict=True) if share is not None]
    return f"{_called(row)}: {', '.join(told)}"


def _called(row: _Row) -> str:
    return f"{row.number} {row.name}" if row.number else row.name


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Draws the bars at any width."""

    steps: tuple[str, ...]
    rows: tuple[_Row, ...]

    def __call__(self, width: int) -> str:
        roomy = width >= ROOMY
        step = ROW if roomy else NARROW_ROW
        left = NAMES if roomy else 0
        parts = [self._key(left, width - left)]
        parts += [self._bar(row, KEY + i * step, left, width) for i, row in enumerate(self.rows)]
        return drawing(width, KEY + step * len(self.rows), *parts)

    def _key(self, left: float, across: float) -> str:
        """The lowest and the highest answer, at their ends."""
        low, high = (shortened(self.steps[i], across / 2 - 8) for i in (0, -1))
        return text(left, 16, low, fill=QUIET) + text(left + across, 16, high, fill=QUIET, text_anchor="end")

    def _bar(self, row: _Row, top: float, left: float, width: float) -> str:
        beside = left > 0
        y = top + (ROW - BAR) / 2 if beside else top + NARROW_ROW - BAR - 4
        room = (left - 16 if beside else width) - 16
        name = shortened(_called(row), room, bold=not row.number)
        at = (y + BAR / 2 + 5) if beside else y - 8
        paint = segment_colour(row.number) if row.number else EVERYONE
        mark = element("rect", x=0, y=at - 11, width=8, height=12, fill=paint, rx=2)
        label = mark + text(16, at, name, fill=INK, font_weight=None if row.number else "bold")
        return label + "".join(self._parts(row, y, left, width - left))

    def _parts(self, row: _Row, y: float, left: float, across: float) -> list[str]:
        drawn, x = [], left
        for said, share, fill in self._pieces(row):
            wide = share * across
            box = element("rect", title(said), x=x, y=y, width=wide, height=BAR, fill=fill, stroke=PAPER)
            drawn += [box, _figure(share, x, y, wide)] if fill != LINE else [box]
            x += wide
        return drawn

    def _pieces(self, row: _Row) -> list[tuple[str, float, str]]:
        """What each piece says, its share and its shade; answers that may not be told are grey, the rest of the bar."""
        hidden = row.shares.count(None)
        rest = max(1.0 - sum(share or 0.0 for share in row.shares), 0.0)
        pieces = []
        for i, (step, share) in enumerate(zip(self.steps, row.shares, strict=True)):
            if share is None:
                pieces.append((f"{_called(row)}: {step} is not told, so few answered so", rest / hidden, LINE))
            elif share > 0:
                said = f"{_called(row)}: {per_cent(share)} answered {step}"
                pieces.append((said, share, _shade(i, len(self.steps))))
        return pieces


def _figure(share: float, x: float, y: float, wide: float) -> str:
    said = per_cent(share)
    fits = share >= WORTH_A_FIGURE and text_width(said) + 6 <= wide
    return text(x + wide / 2, y + BAR / 2 + 5, said, fill=INK, text_anchor="middle") if fits else ""


def _shade(i: int, n: int) -> str:
    """Blue below the middle of the scale, orange above, stronger towards the ends."""
    far = 2 * i - (n - 1)
    if far == 0:
        return PANEL
    tones = UNDER if far < 0 else OVER
    return tones[min(max(round(abs(far) / (n - 1) * len(tones)) - 1, 0), len(tones) - 1)]
