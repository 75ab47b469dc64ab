"""Where one customer stands on the map: a ring with a dot, and an ellipse where blanks make the place vague."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.model.parts import Segment
from ilk.outputs.charts.figure import Spec, layer
from ilk.outputs.theme import INK, PAPER
from ilk.outputs.wording import per_cent

HELD = 0.7
"""Share of the places a customer with blanks may have that the ellipse holds."""

CORNERS, RING, DOT = 48, 320, 36
RING_REACH = 14.0
"""Pixels from the middle of the ring to the end of its halo: the root of RING / pi, and half the halo's stroke."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one customer stands.

    Args:
        xy: The place, or the middle of all places it may be.
        ellipse: Half the long axis, half the short one, and the angle of the long one in radians, where answers are
            missing; None where all are known.
        segment: The segment it was found to be in.
    """

    xy: tuple[float, float]
    ellipse: tuple[float, float, float] | None
    segment: Segment

    @property
    def found_in(self) -> str:
        """Its segment's number and name."""
        return f"{self.segment.number} {self.segment.persona.name}"

    def border(self) -> NDArray[np.float64]:
        """Corners of the ellipse, (m, 2)."""
        long, short, angle = self.ellipse or (0.0, 0.0, 0.0)
        turn = np.linspace(0.0, 2.0 * np.pi, CORNERS, endpoint=False)
        across, up = long * np.cos(turn), short * np.sin(turn)
        x = self.xy[0] + across * np.cos(angle) - up * np.sin(angle)
        y = self.xy[1] + across * np.sin(angle) + up * np.cos(angle)
        return np.column_stack([x, y])

    @property
    def title(self) -> str:
        """What to see."""
        return f"Where this customer {'stands' if self.ellipse is None else 'may stand'} among the segments"

    @property
    def about(self) -> str:
        """What is drawn."""
        if self.ellipse is None:
            return "Ring: this customer; one alone may stand further out than the dots, which are means of several."
        vague = f"Empty fields make the place vague: the ellipse holds {per_cent(HELD)} of all that fit."
        return f"Ring: this customer. {vague}"

    def in_words(self, side: str) -> str:
        """Where it stands, for who cannot see it."""
        return f"The customer stands {side}{'' if self.ellipse is None else ', roughly'}, found in {self.found_in}"


def spot_marks(spot: Spot, x: Spec, y: Spec, limits: tuple[NDArray[np.float64], NDArray[np.float64]]) -> list[Spec]:
    """The marks; who stands beyond the map is drawn at its edge.

    Args:
        spot: Where the customer stands.
        x: The map's horizontal axis.
        y: Its vertical axis.
        limits: Lowest and highest (x, y) on the map.
    """
    low, high = limits
    layers = []
    if spot.ellipse is not None:
        corners = np.clip(spot.border(), low, high)
        rows = [{"x": round(float(a), 3), "y": round(float(b), 3), "order": i} for i, (a, b) in enumerate(corners)]
        line = {"type": "line", "interpolate": "linear-closed", "fill": INK, "fillOpacity": 0.08}
        line |= {"stroke": INK, "strokeWidth": 1.5, "strokeDash": [5, 4]}
        layers.append(layer(rows, line, x=x, y=y, order={"field": "order", "type": "quantitative"}))
    at = np.clip(np.array(spot.xy), low, high)
    here = {"x": round(float(at[0]), 3), "y": round(float(at[1]), 3)}
    ring = {"type": "circle", "filled": False, "opacity": 1, "size": RING}
    layers.append(layer([here], {**ring, "stroke": PAPER, "strokeWidth": 7}, x=x, y=y))
    told = {**here, "tip": f"This customer, found in {spot.found_in}"}
    layers.append(layer([told], {**ring, "stroke": INK, "strokeWidth": 3}, x=x, y=y))
    layers.append(layer([here], {"type": "circle", "opacity": 1, "size": DOT, "color": INK}, x=x, y=y))
    return layers
