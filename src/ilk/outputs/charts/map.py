"""The map: customers in the two directions in which they differ most, the core of each segment outlined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ilk.model.parts import Map, Segment
from ilk.outputs.charts.figure import WIDE, Figure, Pad, Spec, colour, layer, number, plot, words
from ilk.outputs.charts.placing import Box, apart
from ilk.outputs.charts.spot import RING_REACH, Spot, spot_marks
from ilk.outputs.drawing import WIDEST, shortened, text_width, wrapped
from ilk.outputs.theme import INK, LINE, PAPER, QUIET, segment_colour
from ilk.outputs.wording import listed, per_cent, whole

CORE = 0.7
"""Share of a segment's customers, those nearest its middle, that the outline holds."""

MOST_DOTS, EDGE, LIFT = 900, 0.005, 24
BEYOND = 0.5
"""How far beyond the segments a customer is shown where he stands, in parts of their range."""

ARROW, LINE_STEP = 20, 20
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """A segment on the map.

    Args:
        segment: Its number, name and size.
        xy: (m, 2) its reference points.
        customers: (m,) how many each stands for.
    """

    segment: Segment
    xy: Points
    customers: Points

    @property
    def middle(self) -> tuple[float, float]:
        """Weighted mean of the core."""
        core = self.core
        x, y = np.average(self.xy[core], axis=0, weights=self.customers[core])
        return float(x), float(y)

    @property
    def core(self) -> NDArray[np.intp]:
        """Reference points nearest the middle that hold CORE of the customers."""
        centre = np.median(self.xy, axis=0)
        spread = np.maximum(np.abs(self.xy - centre).mean(axis=0), 1e-9)
        order = np.argsort((((self.xy - centre) / spread) ** 2).sum(axis=1), kind="stable")
        held = np.cumsum(self.customers[order]) / self.customers.sum()
        return np.asarray(order[: max(3, int(np.searchsorted(held, CORE)) + 1)])


def segment_map(
    places: list[Place], directions: Map, *, flattering: bool = False, customer: Spot | None = None
) -> Figure | None:
    """Dots of about ten customers, an outline a segment, axes in words; None without reference points.

    `flattering` says that the directions were chosen to show the segments apart; a customer is ringed.
    """
    places = [place for place in places if len(place.xy)]
    if not places:
        return None
    shares = [per_cent(share) for share in directions.explained[:2]]
    per_dot = round(float(np.mean(np.concatenate([place.customers for place in places]))))
    subtitle = (
        f"Each dot is about {whole(per_dot)} customers. The outline holds the middle {per_cent(CORE)} of a segment. "
    )
    subtitle += (
        "Across and up: the two directions in which the segments lie furthest apart. This view flatters them: it was "
        "chosen to part them, and with all columns together they are closer"
        if flattering
        else f"Across and up: the two directions in which customers differ most ({listed(shares)} of all differences)"
    )
    heading = "The segments at their furthest apart" if flattering else _title(places)
    alt = _alt(places, directions)
    if customer is not None:
        heading, subtitle = customer.title, f"{customer.about} {subtitle}"
        alt = f"{customer.in_words(_sides(customer.xy))}. {alt}"
    return Figure.of(
        "map-apart" if flattering else "map",
        (heading, subtitle, alt),
        lambda width: _spec(width, places, directions, customer),
        width=WIDE,
    )


def _title(places: list[Place]) -> str:
    if len(places) < 3:
        return "Where the segments lie"
    middles = np.array([place.middle for place in places])
    gaps = np.linalg.norm(middles[:, None] - middles[None], axis=2)
    np.fill_diagonal(gaps, np.nan)
    apart_most = places[int(np.nanargmax(np.nanmin(gaps, axis=1)))].segment
    return f"{apart_most.persona.name} stand furthest from the others"


def _alt(places: list[Place], directions: Map) -> str:
    ends = [f"from {low} to {high}" for low, high in directions.words[:2]]
    axes = " across, ".join(ends) + " upwards" if len(ends) == 2 else ""
    where = "; ".join(f"{p.segment.number} {p.segment.persona.name} {_side(p)}" for p in places)
    return f"Map {axes}: {where}"


def _side(place: Place) -> str:
    return _sides(place.middle)


def _sides(xy: tuple[float, float]) -> str:
    x, y = xy
    return f"{'right' if x > 0 else 'left'} {'above' if y > 0 else 'below'} the middle"


def _spec(width: int, places: list[Place], directions: Map, customer: Spot | None = None) -> Spec:
    roomy = width >= 560
    named = [] if roomy else _named(places, width - 8)
    legend = 24 * len(named) + 8 * bool(named)
    below = legend + ends_in_words((*directions.words, ("", ""))[0], width - 8)[2]
    pad = Pad(4, 4, 28, 52 + below)
    height = (488 if roomy else 320) + below
    inner = (width - 8, height - pad.top - pad.bottom)
    everything = np.vstack([place.xy for place in places])
    low, high = np.quantile(everything, EDGE, axis=0), np.quantile(everything, 1 - EDGE, axis=0)
    margin = np.maximum(0.06 * (high - low), 1e-9)
    low, high = low - margin, high + margin
    if customer is not None:
        at = np.clip(np.array(customer.xy), low - BEYOND * (high - low), high + BEYOND * (high - low))
        customer = replace(customer, xy=(float(at[0]), float(at[1])))
        low, high = _with_ring(at, low, high, inner)
    x, y = number("x", float(low[0]), float(high[0])), number("y", float(low[1]), float(high[1]))
    dots = _dots(places, low, high)
    dot = {"type": "circle", "opacity": 0.45, "size": 16 if roomy else 10}
    layers = [layer(dots, dot, x=x, y=y, color=colour())]
    layers += [_outline(place, x, y, low, high) for place in places]
    layers += spot_marks(customer, x, y, (low, high)) if customer else []
    layers += _labels(places, (low, high), inner, roomy=roomy, customer=customer)
    layers += _axis_words(directions, inner)
    if named:
        layers += _legend(named, inner[1] + 76 + below - legend)
    return plot(width, height, layers, pad)


def _with_ring(at: Points, low: Points, high: Points, inner: tuple[int, int]) -> tuple[Points, Points]:
    """The range of the map, with room for the whole ring of a customer."""
    reach = RING_REACH / np.array(inner, dtype=np.float64)
    room = reach * (np.maximum(high, at) - np.minimum(low, at)) / (1.0 - 2.0 * reach)
    return np.minimum(low, at - room), np.maximum(high, at + room)


def _dots(places: list[Place], low: Points, high: Points) -> list[dict[str, Any]]:
    every = max(1, -(-sum(len(place.xy) for place in places) // MOST_DOTS))
    return [
        {"x": round(float(x), 3), "y": round(float(y), 3), "colour": segment_colour(place.segment.number)}
        for place in places
        for x, y in place.xy[::every]
        if low[0] <= x <= high[0] and low[1] <= y <= high[1]
    ]


def _outline(place: Place, x: Spec, y: Spec, low: Points, high: Points) -> Spec:
    corners = hull(np.clip(place.xy[place.core], low, high))
    rows = [{"x": round(float(a), 3), "y": round(float(b), 3), "order": i} for i, (a, b) in enumerate(corners)]
    shade = segment_colour(place.segment.number)
    line = {"type": "line", "interpolate": "catmull-rom-closed", "tension": 0.6, "fill": shade, "fillOpacity": 0.1}
    line |= {"stroke": shade, "strokeWidth": 2}
    return layer(rows, line, x=x, y=y, order={"field": "order", "type": "quantitative"})


def hull(points: Points) -> Points:
    """Corners of the smallest convex outline, anticlockwise (Andrew 1979)."""
    unique = np.unique(points, axis=0)
    if len(unique) < 3:
        return unique
    lower, upper = _chain(unique), _chain(unique[::-1])
    return np.array([*lower[:-1], *upper[:-1]])


def _chain(points: Points) -> list[Points]:
    chain: list[Points] = []
    for point in points:
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Points, b: Points, c: Points) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def _labels(
    places: list[Place],
    limits: tuple[Points, Points],
    inner: tuple[int, int],
    *,
    roomy: bool,
    customer: Spot | None = None,
) -> list[Spec]:
    low, high = limits
    boxes = []
    for place in places:
        said = f"{place.segment.number}  {place.segment.persona.name}" if roomy else str(place.segment.number)
        boxes.append(_label(shortened(said, 320), np.array(place.middle), limits, inner))
    if customer is not None:
        ring = _label("This customer", np.clip(np.array(customer.xy), low, high), limits, inner)
        above = ring.y > 2 * LIFT
        boxes = [_beside(box, ring, down=above) for box in boxes]
        boxes.append(replace(ring, y=ring.y - LIFT if above else ring.y + LIFT))
    rows = [{"x": box.x, "y": box.y, "text": box.text} for box in apart(boxes, inner)]
    pixel = {"type": "quantitative", "scale": None, "axis": None}
    place_at = {"x": {"field": "x", **pixel}, "y": {"field": "y", **pixel}, "text": words()}
    bold = {"type": "text", "fontWeight": "bold", "baseline": "middle"}
    halo = {**bold, "stroke": PAPER, "strokeWidth": 5, "strokeJoin": "round", "color": PAPER, "opacity": 0.9}
    return [layer(rows, halo, **place_at), layer(rows, {**bold, "color": INK}, **place_at)]


def _beside(box: Box, ring: Box, *, down: bool) -> Box:
    """A label that would cover the ring, moved to the side of it where the customer's own label is not."""
    covers = abs(box.x - ring.x) < box.half_width + LIFT / 2 and abs(box.y - ring.y) < LIFT
    return replace(box, y=ring.y + LIFT * (1 if down else -1)) if covers else box


def _label(said: str, at: Points, limits: tuple[Points, Points], inner: tuple[int, int]) -> Box:
    """A text around a place, moved in from the sides."""
    low, high = limits
    across, up = (at - low) / (high - low)
    half = WIDEST * text_width(said, 14, bold=True) / 2 + 6
    x = min(max(float(across) * inner[0], half), inner[0] - half)
    return Box(x, (1 - float(up)) * inner[1], half, 11, said)


def _axis_words(directions: Map, inner: tuple[int, int]) -> list[Spec]:
    across, up = (*directions.words, ("", ""), ("", ""))[:2]
    first, last, step = ends_in_words(across, inner[0])
    left = [
        {"x": 0, "y": -12, "text": shortened(f"↑ {up[1]}", inner[0])},
        {"x": 0, "y": inner[1] + 14, "text": shortened(f"↓ {up[0]}", inner[0])},
        {"x": 0, "y": inner[1] + 38, "text": f"← {first}"},
    ]
    right = [{"x": inner[0], "y": inner[1] + 38 + step, "text": f"{last} →"}]
    frame = [{"x": 0, "x2": inner[0], "y": edge} for edge in (0, inner[1])]
    pixel = {"type": "quantitative", "scale": None, "axis": None}
    place_at = {"x": {"field": "x", **pixel}, "y": {"field": "y", **pixel}}
    said = {"type": "text", "color": QUIET, "baseline": "middle"}
    lines = layer(frame, {"type": "rule", "color": LINE}, **place_at, x2={"field": "x2"})
    return [
        lines,
        layer(left, {**said, "align": "left"}, **place_at, text=words()),
        layer(right, {**said, "align": "right"}, **place_at, text=words()),
    ]


def ends_in_words(across: tuple[str, str], width: int) -> tuple[str, str, int]:
    """What the two ends of the axis across say, and how far the second is set below the first.

    Parts between commas are left out until both fit into one line; where the first parts alone do not, each has a
    line of its own.
    """
    half = width / 2 - ARROW - 20
    first, last = (_parts(words, half) for words in across)
    if text_width(first) + text_width(last) <= 2 * half:
        return first, last, 0
    first, last = (shortened(_parts(words, width - ARROW), width - ARROW) for words in across)
    return first, last, LINE_STEP


def _parts(words: str, width: float) -> str:
    """As many of the parts between commas as fit, at least the first."""
    parts = words.split(", ")
    while len(parts) > 1 and text_width(", ".join(parts)) > width:
        parts.pop()
    return ", ".join(parts)


def _named(places: list[Place], width: int) -> list[tuple[Place, str, bool]]:
    """The lines of the legend, at most two a segment; whether one is the first of its segment."""
    room = (width - 24) / WIDEST
    said = [(place, f"{place.segment.number}  {place.segment.persona.name}") for place in places]
    return [(place, line, i == 0) for place, name in said for i, line in enumerate(wrapped(name, room, most=2))]


def _legend(named: list[tuple[Place, str, bool]], top: int) -> list[Spec]:
    rows = [
        {"x": 0, "y": top + 24 * i, "text": line, "colour": segment_colour(place.segment.number), "first": first}
        for i, (place, line, first) in enumerate(named)
    ]
    pixel = {"type": "quantitative", "scale": None, "axis": None}
    place_at = {"x": {"field": "x", **pixel}, "y": {"field": "y", **pixel}}
    dot = {"type": "circle", "size": 100, "opacity": 1, "dx": 6, "xOffset": 6}
    dots = layer([row for row in rows if row["first"]], dot, **place_at, color=colour())
    said = {"type": "text", "align": "left", "baseline": "middle", "dx": 20}
    return [dots, layer(rows, said, **place_at, text=words())]
