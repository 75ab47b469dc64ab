"""Where the segments lie on the map: every reference point belongs to the segment it would be assigned to."""

from __future__ import annotations

import numpy as np

from ilk.features.recipe import feature_columns
from ilk.model.scorers import middles_of, rows_of
from ilk.outputs.charts.figure import Figure
from ilk.outputs.charts.map import Place, segment_map
from ilk.outputs.charts.spot import Spot
from ilk.outputs.reading import Reading
from ilk.profile.map import places, separating_map

NOBODY = 0
"""The number of who is unlike anyone."""


def map_of(reading: Reading, customer: Spot | None = None) -> Figure | None:
    """The map, with one customer on it where there is one; None where no reference points were kept."""
    reference = reading.content.reference
    if reference is None or not reference.points:
        return None
    return segment_map(_places(reading, np.asarray(reference.xy)), reading.content.map, customer=customer)


def flattering_map_of(reading: Reading) -> Figure | None:
    """The map in the plane that shows the segments furthest apart; None where there is nothing to part."""
    content, reference = reading.content, reading.content.reference
    if reference is None or not reference.points or len(reading.segments) < 2:
        return None
    rows = np.asarray(reading.row_numbers)
    sizes = np.array([max(s.size, 1) for s in reading.solution.segments], dtype=np.float64)
    centres = middles_of(reading.solution.scorer)
    joined = [np.average(centres[rows == s.number], axis=0, weights=sizes[rows == s.number]) for s in reading.segments]
    customers = np.array([sizes[rows == s.number].sum() for s in reading.segments])
    points = np.asarray(reference.points, dtype=np.float64)
    plans = [column.plan for column in content.columns]
    columns, recipe = feature_columns(content.recipe), content.recipe
    shown = separating_map(np.asarray(joined), customers, points, columns, plans, recipe=recipe)
    return segment_map(_places(reading, np.asarray(places(shown, points))), shown, flattering=True)


def _places(reading: Reading, xy: np.ndarray) -> list[Place]:
    """Each segment's reference points, where they stand."""
    reference = reading.content.reference
    if reference is None:
        return []
    points, customers = np.asarray(reference.points, np.float64), np.asarray(reference.customers, np.float64)
    owner = np.asarray((*reading.row_numbers, NOBODY))[rows_of(reading.solution.scorer, points)]
    return [Place(s, xy[owner == s.number], customers[owner == s.number]) for s in reading.segments]
