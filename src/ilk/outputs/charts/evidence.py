"""How many: stability against shapeless data for each k, the other indices, how far to trust a segment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ilk.model.evidence import Candidate, Evidence
from ilk.model.parts import Segment
from ilk.model.trust import DIP, PATTERN, RELIABLE
from ilk.outputs.charts.figure import (
    WIDE,
    Figure,
    Pad,
    Spec,
    colour,
    layer,
    name_layer,
    number,
    plot,
    rows_of,
    words,
)
from ilk.outputs.drawing import shortened
from ilk.outputs.theme import ACCENT, EVERYONE, INK, LINE, PANEL, QUIET, TRUST_COLOURS, segment_colour
from ilk.outputs.wording import figure, in_letters, listed, per_cent

STABLE = 0.80


def stability_by_k(evidence: Evidence, k: int) -> Figure | None:
    """Stability for each k, against what data without any groups reach; None where it was not measured."""
    known = [c for c in evidence.candidates if c.stability is not None]
    if not known:
        return None
    here = next((c for c in known if c.k == k), None)
    subtitle = (
        "Stability: how often the same people end up together when we ask again with other customers; 1 is always. "
    )
    subtitle += (
        "Dot: the middle of all repeats, line: nine in ten of them, grey: data with the same columns but no groups"
    )
    alt = "; ".join(_stability_line(c) for c in known)
    return Figure.of(
        "stability", (_stability_title(here), subtitle, alt), lambda width: _stability(width, known, k), width=WIDE
    )


def _stability_title(here: Candidate | None) -> str:
    if here is None or here.stability is None or here.null_high is None:
        return "Stability for each number of segments"
    groups = f"{in_letters(here.k).capitalize()} segments"
    if here.stability.median <= here.null_high:
        return f"{groups} are found again no more often than in shapeless data"
    if here.stability.median < STABLE:
        return f"{groups} beat shapeless data, but are not found again often enough"
    return f"{groups} are found again, more often than in shapeless data"


def _stability_line(c: Candidate) -> str:
    if c.stability is None:
        return f"k = {c.k}: not measured"
    s = c.stability
    null = f", shapeless data up to {figure(c.null_high)}" if c.null_high is not None else ""
    return f"{c.k} segments: median {s.median:.2f}, nine in ten between {s.low:.2f} and {s.high:.2f}{null}"


def _stability(width: int, known: list[Candidate], chosen: int) -> Spec:
    lowest = min(min(c.stability.low, c.null.low if c.null else 1.0) for c in known if c.stability)
    steps = [step / 5 for step in range(6) if step / 5 > lowest - 0.2]
    floor = min(lowest, steps[0])
    y = number("y", floor, 1.0, axis={"values": steps, "format": ".1f", "grid": True, "title": None})
    rows = [_stability_row(c, chosen) for c in known]
    x = _k_axis()
    band = {"type": "bar", "color": EVERYONE, "opacity": 0.55, "width": {"band": 0.72}}
    shapeless = [r for r in rows if r["null_high"] is not None]
    layers = [layer(shapeless, band, x=x, y={**y, "field": "null_low"}, y2={"field": "null_high"})] if shapeless else []
    spread = {"type": "rule", "strokeWidth": 3, "strokeCap": "round"}
    layers.append(layer(rows, spread, x=x, y={**y, "field": "low"}, y2={"field": "high"}, color=colour()))
    point = {"type": "point", "filled": True, "size": 130, "opacity": 1}
    layers.append(layer(rows, point, x=x, y={**y, "field": "median"}, color=colour()))
    here = [{"k": r["k"], "y": r["high"], "text": "shown"} for r in rows if r["here"]]
    said = {"type": "text", "baseline": "bottom", "dy": -6, "color": ACCENT, "fontWeight": "bold"}
    layers += [layer(here, said, x=x, y=y, text=words())] if here else []
    return plot(width, 312, layers, Pad(36, 8, 28, 56))


def _stability_row(c: Candidate, chosen: int) -> dict[str, Any]:
    s, null = c.stability, c.null
    here = c.k == chosen
    return {
        "k": c.k,
        "median": s.median if s else None,
        "low": s.low if s else None,
        "high": s.high if s else None,
        "null_low": null.low if null else None,
        "null_high": c.null_high,
        "colour": ACCENT if here else QUIET,
        "here": here,
        "tip": _stability_line(c),
    }


def _k_axis() -> Spec:
    axis = {"labelAngle": 0, "title": "Number of segments", "labelFontSize": 14}
    return {"field": "k", "type": "ordinal", "sort": None, "axis": axis, "scale": {"padding": 0.3}}


def index_by_k(
    evidence: Evidence, k: int, name: str, read: Callable[[Candidate], float | None], said: tuple[str, str]
) -> Figure | None:
    """One index as a line over k, the k that is shown marked."""
    rows = [
        {"k": c.k, "y": value, "here": c.k == k, "tip": f"{c.k} segments: {figure(value)}"}
        for c in evidence.candidates
        if (value := read(c)) is not None
    ]
    if len(rows) < 2:
        return None
    alt = "; ".join(str(row["tip"]) for row in rows)
    return Figure.of(f"index-{name}", (*said, alt), lambda width: _line(width, rows), width=296)


def _line(width: int, rows: list[dict[str, Any]]) -> Spec:
    values = [row["y"] for row in rows]
    low, high = min(0.0, *values), max(0.0, *values) * 1.08 or 1.0
    y = number("y", low, high)
    x = {**_k_axis(), "scale": {"padding": 0.5, "type": "point"}}
    silent = [{"k": row["k"], "y": row["y"]} for row in rows]
    line = layer(silent, {"type": "line", "color": QUIET, "strokeWidth": 2}, x=x, y=y)
    dots = [{**row, "colour": ACCENT if row["here"] else QUIET, "size": 110 if row["here"] else 48} for row in rows]
    size = {"field": "size", "type": "quantitative", "scale": None, "legend": None}
    points = layer(dots, {"type": "point", "filled": True, "opacity": 1}, x=x, y=y, color=colour(), size=size)
    base = layer([{"y": 0}], {"type": "rule", "color": LINE}, y=y)
    here = [{"k": r["k"], "y": r["y"], "text": figure(r["y"])} for r in rows if r["here"]]
    said = {"type": "text", "baseline": "bottom", "dy": -8, "color": ACCENT}
    return plot(width, 176, [base, line, points, layer(here, said, x=x, y=y, text=words())], Pad(8, 8, 16, 52))


def trust_strips(segments: tuple[Segment, ...]) -> Figure | None:
    """One strip a segment: how often it is found again, over the three words for it; None where not measured."""
    known = [s for s in segments if s.trust is not None]
    if not known:
        return None
    subtitle = "Overlap with itself when we ask again with other customers, 0 to 100 %, mean over all repeats"
    fading = [str(s.number) for s in known if s.trust and s.trust.word == "a pattern" and s.trust.slsw >= RELIABLE]
    if len(fading) == 1:
        subtitle += f". {fading[0]} fades into its neighbour, so it is a pattern at most"
    elif fading:
        subtitle += f". {listed(fading)} fade into their neighbours, so they are patterns at most"
    alt = "; ".join(f"{s.number} {s.persona.name}: {per_cent(s.trust.slsw)}, {s.trust.word}" for s in known if s.trust)
    return Figure.of("trust", (_trust_title(known), subtitle, alt), lambda width: _strips(width, known), width=WIDE)


def _trust_title(known: list[Segment]) -> str:
    doubtful = [str(s.number) for s in known if s.trust and s.trust.word == "do not rely on it"]
    reliable = sum(s.trust is not None and s.trust.word == "reliable" for s in known)
    if len(known) == reliable:
        return f"All {in_letters(reliable)} segments are reliable" if reliable > 1 else "The segment is reliable"
    if doubtful:
        return f"Do not rely on segment{'s' * (len(doubtful) > 1)} {listed(doubtful)}"
    return f"{in_letters(reliable).capitalize()} of {in_letters(len(known))} segments are reliable"


def _strips(width: int, known: list[Segment]) -> Spec:
    roomy = width >= 560
    names, step = (296, 32) if roomy else (0, 48)
    rows = [
        {
            "name": shortened(f"{s.number}  {s.persona.name}", names - 8 if roomy else width),
            "x": s.trust.slsw,
            "colour": segment_colour(s.number),
            "tip": f"{s.persona.name}: {per_cent(s.trust.slsw)}, {s.trust.word}{_fading(s)}",
        }
        for s in known
        if s.trust is not None
    ]
    x = number("x", 0, 1)
    y = rows_of("name")
    below = {} if roomy else {"yOffset": 10}
    track = layer(
        [{"name": r["name"], "x": 1} for r in rows], {"type": "bar", "height": 12, "color": PANEL, **below}, x=x, y=y
    )
    bars = layer(rows, {"type": "bar", "height": 12, **below}, x=x, y=y, color=colour())
    limits = [{"name": row["name"], "x": at} for row in rows for at in (PATTERN, RELIABLE)]
    lines = layer(
        limits, {"type": "tick", "height": 20, "bandSize": 20, "thickness": 2, "color": INK, **below}, x=x, y=y
    )
    return plot(
        width,
        step * len(rows) + 40,
        [track, bars, lines, name_layer(rows, step, names=names), *_trust_words(x, roomy=roomy)],
        Pad(names, 8, 32, 8),
    )


def _fading(segment: Segment) -> str:
    fades = segment.trust is not None and segment.trust.valley is not None and segment.trust.valley > DIP
    return ", but it fades into its neighbour" if fades else ""


def _trust_words(x: Spec, *, roomy: bool) -> list[Spec]:
    zones = [
        {"x": PATTERN, "text": "do not rely on it", "align": "right", "colour": TRUST_COLOURS["do not rely on it"]},
        {"x": (PATTERN + RELIABLE) / 2, "text": "a pattern", "align": "center", "colour": TRUST_COLOURS["a pattern"]},
        {"x": 1.0, "text": "reliable", "align": "right", "colour": TRUST_COLOURS["reliable"]},
    ]
    top = {"type": "text", "baseline": "bottom"}
    shown = [zone for zone in zones if roomy or zone["align"] == "right"]
    return [
        layer(
            [zone],
            {**top, "align": zone["align"], "dx": -10 * (zone["x"] == PATTERN)},
            x=x,
            y={"value": -8},
            text=words(),
            color=colour(),
        )
        for zone in shown
    ]
