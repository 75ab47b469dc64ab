"""A chart with its words, drawn when it is needed: on a page at two widths, as a picture, or in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from ilk.outputs.charts.painter import draw
from ilk.outputs.drawing import framed, themed
from ilk.outputs.theme import INK, vega_config
from ilk.outputs.wording import clean

Spec = dict[str, Any]
"""A Vega-Lite specification, as Altair makes and reads it."""

WIDE, HALF, PHONE = 720, 448, 343
"""Widths in pixels: a chart of its own, one of two side by side, and a phone's column."""


@dataclass(frozen=True, slots=True)
class Pad:
    """Pixels around a plot, kept for its labels."""

    left: int = 8
    right: int = 8
    top: int = 8
    bottom: int = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart.

    Args:
        name: What its file is called, unique in a study.
        title: What to see.
        subtitle: What is drawn.
        alt: The same for who cannot see it, in a sentence or two.
        draw: Width in pixels -> a plain SVG in the light colours.
        width: The width it looks best at.
        spec: Width in pixels -> Vega-Lite, for charts that are not drawn by hand.
        worded: Whether the drawing holds its title already, as a card does.
    """

    name: str
    title: str
    subtitle: str
    alt: str
    draw: Callable[[int], str]
    width: int = HALF
    spec: Callable[[int], Spec] | None = None
    worded: bool = False

    @classmethod
    def of(cls, name: str, words: tuple[str, str, str], spec: Callable[[int], Spec], *, width: int = HALF) -> Figure:
        """A figure drawn by Vega-Lite; `words` are its title, subtitle and alt text."""
        return cls(name, *words, lambda across: draw(spec(across)), width, spec)

    def inline(self) -> str:
        """The chart for a page, in colours that follow its theme; drawn a second time where a phone needs another."""
        if self.width <= PHONE:
            return themed(self.draw(self.width), self.alt)
        wide = themed(self.draw(self.width), self.alt, css_class="wide")
        return wide + themed(self.draw(PHONE), self.alt, css_class="narrow")

    def picture(self) -> bytes:
        """The chart with title and subtitle as a PNG at twice its size."""
        from vl_convert import svg_to_png

        drawn = self.draw(self.width)
        return bytes(svg_to_png(drawn if self.worded else framed(drawn, self.title, self.subtitle), scale=2))

    def altair(self, width: int | None = None) -> Any:
        """The chart as an Altair object, None for those drawn by hand."""
        if self.spec is None:
            return None
        from altair import Chart

        return Chart.from_dict(self.spec(width or self.width))


def figures_in(part: object) -> Iterator[Figure]:
    """Every figure in a part of a report, however deep it stands."""
    if isinstance(part, Figure):
        yield part
    elif is_dataclass(part):
        for own in fields(part):
            yield from figures_in(getattr(part, own.name))
    elif isinstance(part, (list, tuple)):
        for one in part:
            yield from figures_in(one)
    elif isinstance(part, dict):
        yield from figures_in(list(part.values()))


def plot(width: int, height: int, layers: Sequence[Spec], pad: Pad, **more: Any) -> Spec:
    """Layers that share one plot of exactly `width` x `height` pixels, its labels inside `pad`."""
    return page(pad, layer=list(layers), **panel(width - pad.left - pad.right, height - pad.top - pad.bottom), **more)


def panel(width: int, height: int) -> Spec:
    """The inner size of a plot."""
    return {"width": width, "height": height}


def page(pad: Pad, **more: Any) -> Spec:
    """What every specification carries: the look, and margins that do not depend on what is drawn."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "padding": {"left": pad.left, "right": pad.right, "top": pad.top, "bottom": pad.bottom},
        "autosize": {"type": "none" if "layer" in more else "pad"},
        "config": vega_config(),
        **more,
    }


def layer(rows: Sequence[dict[str, Any]], mark: Spec, **encoding: Any) -> Spec:
    """One mark per row; rows that carry `tip` say it when a reader rests on them, the others are silent."""
    told = bool(rows) and "tip" in rows[0] and mark["type"] != "text"
    if told:
        tip = {"field": "tip", "type": "nominal"}
        encoding |= {"description": tip, "tooltip": tip}
    values = [{key: clean(value) if isinstance(value, str) else value for key, value in row.items()} for row in rows]
    return {"data": {"values": values}, "mark": {"aria": told, "tooltip": None, **mark}, "encoding": encoding}


def number(field: str, low: float, high: float, *, axis: Spec | None = None, **scale: Any) -> Spec:
    """A position along a numeric axis with exactly this range."""
    limits = {"domain": [low, high], "nice": False, "zero": False, **scale}
    return {"field": field, "type": "quantitative", "scale": limits, "axis": axis, "title": None}


def rows_of(field: str) -> Spec:
    """A row per name, in the order given; `name_layer` writes the names, which costs less than an axis does."""
    inner = {"paddingInner": 0.0, "paddingOuter": 0.0}
    return {"field": field, "type": "ordinal", "sort": None, "scale": inner, "axis": None, "title": None}


def name_layer(rows: Sequence[dict[str, Any]], step: int, *, names: int = 0) -> Spec:
    """Names left of the bars in a margin of `names` pixels, or above the bars where that is 0."""
    lift = {"dx": -names} if names else {"yOffset": 12 - step // 2}
    mark = {"type": "text", "align": "left", "baseline": "middle", "color": INK, **lift}
    silent = [{"name": row["name"]} for row in rows]
    return layer(silent, mark, x={"value": 0}, y=rows_of("name"), text=words("name"))


def colour(field: str = "colour") -> Spec:
    """A colour that stands in the rows themselves."""
    return {"field": field, "type": "nominal", "scale": None, "legend": None}


def words(field: str = "text") -> Spec:
    """A text that stands in the rows themselves."""
    return {"field": field, "type": "nominal"}
