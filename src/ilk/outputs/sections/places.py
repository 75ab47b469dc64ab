"""Where the segments lie on the map: every reference point belongs to the segment whose centre is nearest."""

from __future__ import annotations

import numpy as np

from ilk.outputs.charts.figure import Figure
from ilk.outputs.charts.map import Place, segment_map
from ilk.outputs.reading import Reading


def map_of(reading: Reading) -> Figure | None:
    """The map, None where no reference points were kept."""
    reference = reading.content.reference
    if reference is None or not reference.points:
        return None
    points = np.asarray(reference.points, dtype=np.float64)
    owner = np.asarray(reading.row_numbers)[_nearest(points, np.asarray(reading.solution.scorer.centres))]
    xy, customers = np.asarray(reference.xy), np.asarray(reference.customers, dtype=np.float64)
    places = [Place(s, xy[owner == s.number], customers[owner == s.number]) for s in reading.segments]
    return segment_map(places, reading.content.map)


def _nearest(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    distances = -2.0 * points @ centres.T + (centres**2).sum(axis=1)
    return np.asarray(distances.argmin(axis=1))
