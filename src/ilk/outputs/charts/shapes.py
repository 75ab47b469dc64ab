"""Small drawings that stand in a line or a cell: trust as a shape, a bar, a histogram the size of a word."""

from __future__ import annotations

from ilk.model.evidence import Verdict
from ilk.model.parts import Profile, TrustWord
from ilk.outputs.drawing import element
from ilk.outputs.theme import EVERYONE, LINE, OVER_BAR, QUIET, TRUST_COLOURS, UNDER_BAR

SIGN, RING, CROSS = 16, 6.5, 4.5


def trust_shape(word: TrustWord) -> str:
    """A filled circle, a half circle or a cross, 16 x 16: told apart without colour."""
    paint, middle = TRUST_COLOURS[word], SIGN / 2
    if word == "do not rely on it":
        a, b = middle - CROSS, middle + CROSS
        return element("path", d=f"M{a},{a}L{b},{b}M{a},{b}L{b},{a}", stroke=paint, stroke_width=2.5, fill="none")
    ring = element("circle", cx=middle, cy=middle, r=RING, fill="none", stroke=paint, stroke_width=2)
    if word == "reliable":
        return element("circle", cx=middle, cy=middle, r=RING + 1, fill=paint)
    return ring + element(
        "path", d=f"M{middle},{middle - RING}A{RING},{RING} 0 0 0 {middle},{middle + RING}Z", fill=paint
    )


def verdict_shape(verdict: Verdict) -> str:
    """A full, a half or an empty circle: how far the groups are there by themselves."""
    if verdict == "constructed":
        middle = SIGN / 2
        return element("circle", cx=middle, cy=middle, r=RING, fill="none", stroke=QUIET, stroke_width=2)
    return trust_shape("reliable" if verdict == "natural" else "a pattern")


def bar(share: float, width: float, height: float, paint: str) -> str:
    """A bar from the left on a faint track; `share` of `width`, at least a pixel where there is something."""
    track = element("rect", width=width, height=height, rx=2, fill=LINE, fill_opacity=0.5)
    filled = min(max(share, 0.0), 1.0) * width
    return track + (element("rect", width=max(filled, 1.0), height=height, rx=2, fill=paint) if share > 0 else "")


def diverging(share: float, width: float, height: float) -> str:
    """A bar from the middle, `share` of half the width: to the right for more than everyone, to the left for less."""
    middle = width / 2
    long = min(abs(share), 1.0) * middle
    track = element("rect", width=width, height=height, rx=1, fill=LINE, fill_opacity=0.5)
    line = element("rect", x=middle - 1, width=2, height=height, fill=EVERYONE)
    start = middle if share > 0 else middle - long
    paint = OVER_BAR if share > 0 else UNDER_BAR
    return track + element("rect", x=start, width=long, height=height, rx=1, fill=paint) + line


def spark(profile: Profile, width: float, height: float, paint: str) -> str:
    """A histogram the size of a word; those with nothing stand apart on the left. Empty where nothing may be shown."""
    counts = [count or 0 for count in (profile.bins or profile.levels)]
    none = profile.n_zero or 0 if profile.bins else 0
    tallest = max((*counts, none), default=0)
    if tallest == 0:
        return ""
    slots = len(counts) + (2 if none else 0)
    step = width / slots
    bars = [(2 + i if none else i, count) for i, count in enumerate(counts)] + ([(0, none)] if none else [])
    drawn = [
        element(
            "rect",
            x=slot * step,
            y=height - count / tallest * height,
            width=max(step - 1, 0.8),
            height=count / tallest * height,
        )
        for slot, count in bars
        if count
    ]
    base = element("rect", y=height, width=width, height=1, fill=LINE)
    return element("g", "".join(drawn), fill=paint) + base
