"""Where one customer stands on the map, and how vague that is while answers are missing."""

from __future__ import annotations

import numpy as np

from ilk.model.certainty import donor_weights
from ilk.model.customer import Customer
from ilk.model.model import Model
from ilk.model.parts import Segment
from ilk.outputs.charts.spot import HELD, Spot

REACH = float(np.sqrt(-2.0 * np.log(1.0 - HELD)))
"""Standard deviations within which a two-dimensional normal distribution holds that share."""

A_POINT = 0.05
"""Standard deviations on the map below which a place is as good as exact."""


def spot_of(model: Model, customer: Customer, segment: Segment) -> Spot:
    """The place of a customer; each blank is filled from the reference points like it, as likely as they are.

    Args:
        model: Holds the map and the reference points.
        customer: Who it is about.
        segment: Where it was found.
    """
    x = customer.features.astype(np.float64)
    blank = np.isnan(x)
    shown = model.content.map
    origin, axes = np.asarray(shown.origin), np.asarray(shown.axes)
    if not blank.any():
        across, up = (x - origin) @ axes
        return Spot((float(across), float(up)), None, segment)
    donors = model.scoring.donors
    weights = donor_weights(model.scoring, x[np.newaxis])[0]
    places = (np.where(blank, donors, x) - origin) @ axes
    middle = np.average(places, axis=0, weights=weights)
    spread = np.cov(places.T, aweights=weights, bias=True) if len(places) > 1 else np.zeros((2, 2))
    return Spot((float(middle[0]), float(middle[1])), _ellipse(spread), segment)


def _ellipse(spread: np.ndarray) -> tuple[float, float, float] | None:
    """Half axes and angle; None where the spread is next to nothing."""
    values, vectors = np.linalg.eigh(spread)
    short, long = (REACH * float(np.sqrt(max(value, 0.0))) for value in values)
    if long < A_POINT:
        return None
    return long, max(short, A_POINT), float(np.arctan2(vectors[1, 1], vectors[0, 1]))
