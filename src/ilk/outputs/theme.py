"""The one visual language: colours for light and dark, sizes, and the same segment in the same colour everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ilk.model.parts import TrustWord

FONT = "Liberation Sans"
"""What charts are measured with; as wide as Arial and Helvetica, and it comes with the chart library."""

SIZES = (28, 20, 16, 14)
"""Of letters, in pixels: the page, its parts, parts of these, what is said beside."""

PAPER, INK, QUIET, LINE, PANEL, ACCENT = "#ffffff", "#1b2733", "#5f6b78", "#d9dfe5", "#f5f7f9", "#0b6e6e"
EVERYONE = "#b4bec8"
OVER = ("#fdeee2", "#fbd3b3", "#f5b27f", "#ea9350")
UNDER = ("#e6f0f9", "#c0daef", "#8fbfe3", "#5ea0d1")
OVER_BAR, UNDER_BAR = "#d9701e", "#2f7fc1"
GOOD, FAIR, POOR = "#2e7d4f", "#985c00", "#c0392b"

SEGMENTS = (
    "#0072b2",
    "#d55e00",
    "#0e8f69",
    "#c2649a",
    "#b8860b",
    "#2f8fd0",
    "#a06a42",
    "#9a6fd0",
    "#6b7785",
    "#d0417e",
    "#4c8a3f",
    "#7a8794",
)
"""In this order; contrast >= 3:1 on both grounds, apart for colour-blind people, and a number or name always beside."""


@dataclass(frozen=True, slots=True)
class Token:
    """A colour that changes with the theme; charts are drawn in `light` and repainted through the variable `name`."""

    name: str
    light: str
    dark: str


TOKENS = (
    Token("paper", PAPER, "#10161c"),
    Token("ink", INK, "#e6ebf0"),
    Token("quiet", QUIET, "#93a0ad"),
    Token("line", LINE, "#2b3843"),
    Token("panel", PANEL, "#18212a"),
    Token("accent", ACCENT, "#46b3b3"),
    Token("everyone", EVERYONE, EVERYONE),
    Token("over-1", OVER[0], "#2b211a"),
    Token("over-2", OVER[1], "#48301c"),
    Token("over-3", OVER[2], "#69421c"),
    Token("over-4", OVER[3], "#8a541a"),
    Token("under-1", UNDER[0], "#172530"),
    Token("under-2", UNDER[1], "#1b364c"),
    Token("under-3", UNDER[2], "#1f4a6c"),
    Token("under-4", UNDER[3], "#235e8c"),
    Token("over-bar", OVER_BAR, "#e58a43"),
    Token("under-bar", UNDER_BAR, "#5aa2dc"),
    Token("good", GOOD, "#5fbf86"),
    Token("fair", FAIR, "#dfa144"),
    Token("poor", POOR, "#f0807a"),
)

TRUST_COLOURS: dict[TrustWord, str] = {"reliable": GOOD, "a pattern": FAIR, "do not rely on it": POOR}

STEPS = (0.25, 0.5, 1.0, 1.5)
"""Where over/under gets a stronger tint, in standard deviations from everyone; 0.5 is where a marker begins."""


def segment_colour(number: int) -> str:
    """The colour of a segment, by its number from 1; beyond twelve they repeat, and only number and name tell."""
    return SEGMENTS[(number - 1) % len(SEGMENTS)]


def tint(d: float | None) -> int:
    """Strength of over (1..4), under (-1..-4) or neither (0) for a difference of `d` standard deviations."""
    if d is None:
        return 0
    strength = sum(abs(d) >= step for step in STEPS)
    return strength if d > 0 else -strength


def tint_colour(strength: int) -> str:
    """The light colour of a tint of -4..4; 0 is the paper."""
    if strength == 0:
        return PAPER
    return OVER[strength - 1] if strength > 0 else UNDER[-strength - 1]


def variables() -> str:
    """The colours as CSS variables, light by default, dark where the reader prefers it, light again on paper."""
    light = "".join(f"--{token.name}:{token.light};" for token in TOKENS)
    dark = "".join(f"--{token.name}:{token.dark};" for token in TOKENS)
    segments = "".join(f".s{i}{{--own:{colour}}}" for i, colour in enumerate((EVERYONE, *SEGMENTS)))
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}{segments}"


def vega_config() -> dict[str, Any]:
    """What every chart shares: no frame, quiet labels, text of 14."""
    label = {"labelFontSize": 14, "labelColor": QUIET, "titleFontSize": 14, "titleColor": QUIET, "titleFontWeight": 400}
    axis = {"gridColor": LINE, "domain": False, "ticks": False, "labelPadding": 8, "titlePadding": 8}
    axis |= {"labelLimit": 0, "labelOverlap": False}
    return {
        "font": FONT,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": {**label, **axis},
        "text": {"fontSize": 14, "color": INK},
        "axisX": {"grid": False},
    }
