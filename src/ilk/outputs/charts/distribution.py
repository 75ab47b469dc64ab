"""Distribution: how the values of a column are spread in a segment, with everyone as an outline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum
from typing import Any

from ilk.model.parts import ColumnSummary, Profile, Segment
from ilk.outputs.charts.axis import APART, along, even, ticks
from ilk.outputs.charts.figure import Figure, Pad, Spec, layer, name_layer, number, plot, rows_of, words
from ilk.outputs.drawing import shortened, text_width
from ilk.outputs.theme import INK, LINE, PANEL, PAPER, QUIET, segment_colour
from ilk.outputs.wording import clean, in_units, is_share, per_cent, slug, words_of

THIRD, HEIGHT, FOOT, SCALE, HEAD = 296, 176, 28, 48, 16
EDGES = (0.2, 0.8)
"""Where along the axis a label begins to stand to one side of its line."""

HERE = "  ◂"
WORTH_A_BAR, WORTH_A_ROW, WORTH_TELLING = 0.005, 0.01, 0.01
MOST_BINS = 14
NONE_BAR = (-2.6, -1.0)
"""Where the bar of customers with nothing stands, in bins left of the first."""

MOST_LEVELS, STEP = 8, 40


@dataclass(frozen=True, slots=True)
class Spread:
    """Shares of a group's customers with nothing, per bin, per level; None where that is withheld or not apart."""

    none: float | None
    bins: tuple[float | None, ...]
    levels: tuple[float | None, ...]

    @classmethod
    def of(cls, profile: Profile) -> Spread:
        """What a profile says, as shares."""
        n = max(profile.n, 1)
        none = profile.n_zero / n if profile.n_zero is not None and profile.bins else None
        return cls(none, tuple(_over(b, n) for b in profile.bins), tuple(_over(c, n) for c in profile.levels))

    def coarser(self) -> Spread:
        """Bins joined in pairs, an odd one with the last pair; what is withheld of one is withheld of the pair."""
        starts = range(0, len(self.bins) - 1, 2)
        pairs = [self.bins[i : i + 2 if i + 3 < len(self.bins) else len(self.bins)] for i in starts]
        return replace(self, bins=tuple(_sum(pair) for pair in pairs))

    @property
    def highest(self) -> float:
        """The tallest bar."""
        return max((share or 0.0 for share in (*self.bins, *self.levels, self.none)), default=0.0)

    @property
    def about_withheld(self) -> str:
        """What the grey bins are, and how much they hold together; nothing where none is."""
        if None not in self.bins:
            return ""
        rest = 1.0 - fsum(share or 0.0 for share in (*self.bins, self.none))
        held = f"; together they hold {per_cent(rest)} of the segment" if rest >= WORTH_TELLING else ""
        return f" Grey: not shown one by one, so that nothing is told of fewer than ten{held}."

    @property
    def withheld(self) -> bool:
        """Whether something is not shown, because it is about too few."""
        return None in self.bins or None in self.levels


@dataclass(frozen=True, slots=True)
class _Pen:
    """The segment's colour, and the value of the customer who is shown in it."""

    fill: str
    customer: float | str | None = None

    @property
    def level(self) -> str | None:
        """The value as levels are called: 4 and 4.0 are the same."""
        if isinstance(self.customer, float) and self.customer.is_integer():
            return str(int(self.customer))
        return None if self.customer is None else str(self.customer)


def coarse(edges: tuple[float, ...]) -> tuple[float, ...]:
    """The edges that are left when bins are joined so."""
    return (*edges[: len(edges) - 2 : 2], edges[-1])


def distribution(segment: Segment, column: ColumnSummary, customer: float | str | None = None) -> Figure | None:
    """The segment filled, everyone as an outline; None where nothing may be shown.

    Args:
        segment: Whose customers are filled.
        column: The column.
        customer: One customer's own value, drawn as a line: a number, days since 1970 for a date, or a level.
    """
    profile = segment.profile(column.plan.column)
    own, all_of_them = Spread.of(profile), Spread.of(column.everyone)
    if len(own.bins) > MOST_BINS and None not in own.bins:
        own, all_of_them = own.coarser(), all_of_them.coarser()
        column = replace(column, edges=coarse(column.edges))
    if own.highest == 0:
        return None
    by_level = bool(column.levels) and not own.bins
    name = words_of(column.plan)
    alt = (
        f"{name}, segment {segment.number}: {in_brief(profile, column)}. Everyone: {in_brief(column.everyone, column)}"
    )
    subtitle = "Filled: this segment. Line: everyone." + (
        "" if by_level or even(column.edges) else " Equal steps multiply the amount (log scale)."
    )
    subtitle += own.about_withheld if not by_level else ""
    fill, title = segment_colour(segment.number), f"{name}: {in_brief(profile, column)}"
    if customer is not None:
        said = _said(customer, column)
        title = f"{name}: {said}"
        log = "" if by_level or even(column.edges) else ". Equal steps multiply the amount (log scale)"
        subtitle = f"This segment: {in_brief(profile, column)}. Everyone: {in_brief(column.everyone, column)}{log}"
        alt = f"{name}, this customer: {said}. Segment {alt.partition(', segment ')[2]}"

    def spec(width: int) -> Spec:
        if by_level:
            return _level_bars(width, column, own, all_of_them, _Pen(fill, customer))
        return _histogram(width, column, own, all_of_them, _Pen(fill, customer))

    file = f"distribution-{segment.number}-{slug(name)}"
    return Figure.of(file, (title, subtitle, alt), spec, width=THIRD)


def _said(customer: float | str, column: ColumnSummary) -> str:
    return clean(customer) if isinstance(customer, str) else in_units(customer, column)


def in_brief(profile: Profile, column: ColumnSummary) -> str:
    """The one figure that says most about a column in a group: its commonest level, share of zeros or median."""
    if profile.levels and profile.mean is None:
        known = [(count, level) for count, level in zip(profile.levels, column.levels, strict=True) if count]
        if not known:
            return "too few customers to say"
        count, level = max(known)
        return f"{per_cent(count / max(profile.n, 1))} {clean(level)}"
    if profile.mean is None:
        return "too few customers to say"
    if is_share(column) or profile.median is None or column.plan.kind == "ordered":
        return f"{in_units(profile.mean, column)} on average"
    if profile.n_zero is not None and profile.n and profile.n_zero / profile.n >= 0.5:
        return f"{per_cent(profile.n_zero / profile.n)} have none"
    return f"median {in_units(profile.median, column)}"


def _histogram(width: int, column: ColumnSummary, own: Spread, everyone: Spread, pen: _Pen) -> Spec:
    n, most = len(own.bins), max(own.highest, everyone.highest) * 1.08
    low = NONE_BAR[0] if max(own.none or 0.0, everyone.none or 0.0) >= WORTH_A_BAR else 0.0
    x, y = number("x", low, n), number("y", 0, most)
    bars = {"type": "bar", "color": pen.fill}
    filled = layer(_bars(own, column, low), bars, x=x, x2={"field": "x2"}, y=y, y2={"datum": 0})
    layers = [_baseline(low, n, x, y), *_gaps(own, most, x, y), filled, _outline(everyone, low, x, y)]
    layers += [*_scale_labels(width - 4 - SCALE, column, low, x, y), *_top(most, low, n, x, y)]
    if not isinstance(pen.customer, (int, float)):
        return plot(width, HEIGHT, layers, Pad(4, SCALE, 8, FOOT))
    at = min(max(along(pen.customer, column.edges), 0), n)
    at = sum(NONE_BAR) / 2 if pen.customer == 0 and low < 0 else at
    layers += _customer_line(at, (at - low) / (n - low), in_units(pen.customer, column), (most, x, y))
    return plot(width, HEIGHT + HEAD, layers, Pad(4, SCALE, 8 + HEAD, FOOT))


def _customer_line(at: float, share: float, said: str, frame: tuple[float, Spec, Spec]) -> list[Spec]:
    """The customer's value as a line over the whole height, said above it; `share` of the width is left of it."""
    most, x, y = frame
    side = "left" if share < EDGES[0] else "right" if share > EDGES[1] else "center"
    halo = {"type": "rule", "color": PAPER, "strokeWidth": 6, "opacity": 0.9}
    line = {"type": "rule", "color": INK, "strokeWidth": 3}
    ends = {"x": x, "y": y, "y2": {"field": "y2"}}
    row = {"x": at, "y": 0, "y2": most}
    text = {"type": "text", "baseline": "bottom", "align": side, "dy": -6, "fontWeight": "bold", "color": INK}
    return [
        layer([row], halo, **ends),
        layer([{**row, "tip": f"This customer: {said}"}], line, **ends),
        layer([{"x": at, "y": most, "text": said}], text, x=x, y=y, text=words()),
    ]


def _gaps(own: Spread, most: float, x: Spec, y: Spec) -> list[Spec]:
    """A pale column where a bar is withheld, so that it is not taken for nobody."""
    rows = [
        {"x": i, "x2": i + 1, "y": most, "tip": "withheld: it would tell of too few customers"}
        for i, share in enumerate(own.bins)
        if share is None
    ]
    mark = {"type": "bar", "color": PANEL}
    return [layer(rows, mark, x=x, x2={"field": "x2"}, y=y, y2={"datum": 0})] if rows else []


def _bars(own: Spread, column: ColumnSummary, low: float) -> list[dict[str, Any]]:
    edges = column.edges
    none = [{"x": NONE_BAR[0], "x2": NONE_BAR[1], "y": own.none, "tip": f"none: {per_cent(own.none)}"}]
    return (none if low < 0 else []) + [
        {
            "x": i + 0.04,
            "x2": i + 0.96,
            "y": share,
            "tip": f"{in_units(edges[i], column)} to {in_units(edges[i + 1], column)}: {per_cent(share)}",
        }
        for i, share in enumerate(own.bins)
        if share
    ]


def _outline(everyone: Spread, low: float, x: Spec, y: Spec) -> Spec:
    shares = [share or 0.0 for share in everyone.bins]
    steps = [*enumerate(shares), (len(shares), shares[-1])]
    rows = [{"x": 0, "y": 0, "part": "bins", "order": -1}]
    rows += [{"x": at, "y": share, "part": "bins", "order": i} for i, (at, share) in enumerate(steps)]
    rows += [{"x": len(everyone.bins), "y": 0, "part": "bins", "order": len(steps) + 1}]
    if everyone.none is not None and low < 0:
        rows += [
            {"x": at, "y": share, "part": "none", "order": i}
            for i, (at, share) in enumerate(
                [(NONE_BAR[0], 0.0), (NONE_BAR[0], everyone.none), (NONE_BAR[1], everyone.none), (NONE_BAR[1], 0.0)]
            )
        ]
    line = {"type": "line", "interpolate": "step-after", "color": INK, "strokeWidth": 1.5, "strokeJoin": "round"}
    order = {"field": "order", "type": "quantitative"}
    return layer(rows, line, x=x, y=y, detail={"field": "part", "type": "nominal"}, order=order)


def _baseline(low: float, high: float, x: Spec, y: Spec) -> Spec:
    return layer([{"x": low, "x2": high, "y": 0}], {"type": "rule", "color": LINE}, x=x, x2={"field": "x2"}, y=y)


def _scale_labels(width: float, column: ColumnSummary, low: float, x: Spec, y: Spec) -> list[Spec]:
    bin_width = width / (len(column.edges) - 1 - low)
    start = max(-4.0, NONE_BAR[0] * bin_width + text_width("none") + APART) if low < 0 else -4.0
    marks = [{"x": at, "y": 0, "text": said} for at, said in ticks(column, bin_width, start=start)]
    axis = layer(marks, {"type": "text", "baseline": "top", "dy": 8, "color": QUIET}, x=x, y=y, text=words())
    if low >= 0:
        return [axis]
    none = [{"x": NONE_BAR[0], "y": 0, "text": "none"}]
    left = {"type": "text", "baseline": "top", "dy": 8, "color": QUIET, "align": "left"}
    return [axis, layer(none, left, x=x, y=y, text=words())]


def _top(most: float, low: float, high: float, x: Spec, y: Spec) -> list[Spec]:
    """One line of the grid near the top, with the share it stands for."""
    step = next((s for s in (0.5, 0.25, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005) if s <= most * 0.95), most)
    rows = [{"x": low, "x2": high, "y": step, "text": per_cent(step)}]
    line = layer(rows, {"type": "rule", "color": LINE, "strokeDash": [2, 3]}, x=x, x2={"field": "x2"}, y=y)
    said = {"type": "text", "align": "left", "baseline": "middle", "color": QUIET, "dx": 6}
    return [line, layer([{"x": high, "y": step, "text": per_cent(step)}], said, x=x, y=y, text=words())]


def _level_bars(width: int, column: ColumnSummary, own: Spread, everyone: Spread, pen: _Pen) -> Spec:
    customer = pen.level
    known = [max(own.levels[i] or 0.0, everyone.levels[i] or 0.0) for i in range(len(column.levels))]
    order = sorted(range(len(column.levels)), key=lambda i: (column.levels[i] != customer, -known[i]))[:MOST_LEVELS]
    order = [i for i in order if known[i] >= WORTH_A_ROW or column.levels[i] == customer] or order
    kept = column.plan.label.order or column.everyone.mean is not None
    order = sorted(order) if kept else sorted(order, key=lambda i: -known[i])
    rows = [_level_row(column.levels[i], own.levels[i], everyone.levels[i], width, customer) for i in order]
    most = max(max(row["own"], row["everyone"]) for row in rows) or 1.0
    x = number("own", 0, most, range=[0, width - 56])
    y = rows_of("name")
    bars = layer(rows, {"type": "bar", "height": 16, "yOffset": 10, "color": pen.fill}, x=x, y=y)
    mark = {"type": "tick", "height": 16, "bandSize": 22, "thickness": 2, "yOffset": 10, "color": INK}
    line = layer([{k: r[k] for k in ("name", "everyone")} for r in rows], mark, x={**x, "field": "everyone"}, y=y)
    said = {"type": "text", "align": "left", "dx": 8, "yOffset": 10, "baseline": "middle", "color": INK}
    labels = layer([{**r, "own": max(r["own"], r["everyone"])} for r in rows], said, x=x, y=y, text=words("said"))
    return plot(width, STEP * len(rows), [bars, line, labels, name_layer(rows, STEP)], Pad(0, 0, 0, 0))


def _level_row(
    level: str, own: float | None, everyone: float | None, width: int, customer: str | None = None
) -> dict[str, Any]:
    ours = f"{HERE} this customer" if level == customer else ""
    name = shortened(level or "(blank)", width - 120 if ours else width) + ours
    tip = f"{clean(level)}: {per_cent(own)}, everyone {per_cent(everyone)}"
    return {"name": name, "own": own or 0.0, "everyone": everyone or 0.0, "said": per_cent(own), "tip": tip}


def _over(count: int | None, n: int) -> float | None:
    return None if count is None else count / n


def _sum(pair: tuple[float | None, ...]) -> float | None:
    known = [share for share in pair if share is not None]
    return sum(known) if len(known) == len(pair) else None
