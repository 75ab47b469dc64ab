"""Certainty in words and dots: 6 in 10 customers like this are in this segment."""

from __future__ import annotations

from markupsafe import Markup

from ilk.outputs.drawing import drawing, element, themed
from ilk.outputs.sections.table import NO_DRAWING
from ilk.outputs.theme import segment_colour

TEN = 10
ENOUGH = 6
"""Of ten, where it stops being too little to tell."""

NEARLY_ALL, HARDLY_ANY = 0.95, 0.05
STEP, DOT = 16, 6


def in_ten(share: float) -> str:
    """A share as so many of ten: nearly all, 6 in 10, hardly any."""
    if share >= NEARLY_ALL:
        return "nearly all"
    return "hardly any" if share < HARDLY_ANY else f"{max(round(share * TEN), 1)} in {TEN}"


def how_sure(certainty: float | None, *, too_little: bool = False, unlike: bool = False) -> str:
    """6 in 10 customers like this are in this segment; below 0.6 there is too little to tell.

    Args:
        certainty: None where it was not measured.
        too_little: Whether there is too little to tell.
        unlike: Whether nobody is like this one, so that nothing can be said of those who are.
    """
    if unlike:
        return "There are hardly any customers like this one: the answer is the nearest segment."
    if certainty is None:
        return "How sure this is was not measured for this model."
    many = in_ten(certainty)
    few = "fewer than " if too_little and round(certainty * TEN) >= ENOUGH else ""
    said = f"{few}{many} customers like this {'is' if many.startswith('1 ') else 'are'} in this segment."
    if not too_little:
        return f"{said[:1].upper()}{said[1:]}"
    only = "" if few or many == "hardly any" else "only "
    return f"Too little to tell: {only}{said}"


def dots(certainty: float | None, number: int) -> Markup:
    """Ten dots in the segment's colour, as many filled as are said."""
    if certainty is None:
        return NO_DRAWING
    n, own = round(certainty * TEN), segment_colour(number)
    marks = [
        element(
            "circle",
            cx=STEP * i + DOT + 1,
            cy=DOT + 1,
            r=DOT,
            fill=own if i < n else "none",
            stroke=own,
            stroke_width=1.5,
        )
        for i in range(TEN)
    ]
    svg = drawing(STEP * TEN, 2 * DOT + 2, *marks)
    return Markup(themed(svg, f"{n} of 10 dots are filled", css_class="bar"))  # noqa: S704 - drawn from numbers
