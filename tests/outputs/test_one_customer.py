"""One customer on the charts: the mark stands where the figures say, and without a customer nothing changes."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from ilk.outputs.charts.distribution import distribution
from ilk.outputs.charts.spot import HELD, Spot
from ilk.outputs.reading import Reading
from ilk.outputs.sections.places import map_of


def line_of(figure, said="This customer"):
    """Where the customer's line stands in a histogram, in pixels."""
    layers = figure.spec(296)["layer"]
    rows = [layer["data"]["values"][0] for layer in layers if "tip" in layer["data"]["values"][0]]
    return next(row["x"] for row in rows if row["tip"].startswith(said))


def test_the_line_stands_at_the_value(model):
    """In bins: the lower edge of the third bin is at 2, values beyond the outer edges stand at them."""
    segment, column = model.segments[0], model.content.column("SPEND_TOTAL")
    figure = distribution(segment, column, column.edges[2] + 1e-9)
    bins = segment.profile("SPEND_TOTAL").bins
    joined_in_pairs = len(bins) > 14 and None not in bins
    assert line_of(figure) == pytest.approx(1 if joined_in_pairs else 2, abs=0.01)
    assert line_of(distribution(segment, column, -1e9)) == 0
    assert line_of(distribution(segment, column, 1e12)) > 5


def test_the_value_is_said_exactly_in_the_columns_unit(model):
    segment, column = model.segments[0], model.content.column("SPEND_TOTAL")
    figure = distribution(segment, column, 40.9)
    assert "40.9" in figure.title
    assert "this customer: " in figure.alt
    assert "This segment: " in figure.subtitle
    svg = figure.draw(296)
    assert "40.9" in svg
    assert re.search(r"aria-label=\"This customer: [^\"]*40\.9", svg)


def test_who_has_none_stands_in_the_bar_of_none(model):
    segment = model.segments[0]
    with_none = [c for c in model.content.columns if c.everyone.n_zero and c.everyone.bins and c.plan.use == "builds"]
    for column in with_none:
        figure = distribution(segment, column, 0.0)
        if figure is not None and line_of(figure) < 0:
            assert -2.6 < line_of(figure) < -1.0
            return
    pytest.fail("no column with a bar of none")


def test_a_level_is_marked_even_if_hardly_anybody_has_it(model):
    column = next(c for c in model.content.columns if c.levels and c.everyone.mean is None)
    figure = distribution(model.segments[0], column, column.levels[-1])
    names = [row["name"] for layer in figure.spec(296)["layer"] for row in layer["data"]["values"] if "name" in row]
    assert any(name.startswith(column.levels[-1]) and "this customer" in name for name in names)


def test_without_a_customer_the_charts_are_as_before(model):
    segment, column, reading = model.segments[0], model.content.column("SPEND_TOTAL"), Reading(model)
    assert "customer:" not in distribution(segment, column).draw(296)
    assert "This customer" not in map_of(reading).draw(720)


def test_the_ring_stands_where_the_customer_does(model):
    reading = Reading(model)
    at = tuple(float(value) for value in np.median(np.asarray(model.content.reference.xy), axis=0))
    figure = map_of(reading, Spot(at, None, model.segments[1]))
    rows = [layer["data"]["values"][0] for layer in figure.spec(720)["layer"]]
    ring = next(row for row in rows if str(row.get("tip", "")).startswith("This customer"))
    assert (ring["x"], ring["y"]) == pytest.approx(at, abs=0.001)
    assert model.segments[1].persona.name in figure.alt
    assert "roughly" not in figure.alt
    for width in (720, 448, 343):
        assert "This customer" in figure.draw(width)


def ends(figure, width):
    """The ring's place in pixels from the left and from the bottom, and how large the map is there."""
    spec = figure.spec(width)
    ring = next(
        one for one in spec["layer"] if str(one["data"]["values"][0].get("tip", "")).startswith("This customer")
    )
    found = []
    for axis in "xy":
        low, high = ring["encoding"][axis]["scale"]["domain"]
        found.append((ring["data"]["values"][0][axis] - low) / (high - low))
    return found[0] * spec["width"], found[1] * spec["height"], spec["width"]


@pytest.mark.parametrize("far", [1e6, 1.2, 1.0])
@pytest.mark.parametrize("width", [720, 448, 343])
def test_the_ring_is_whole_wherever_the_customer_stands(model, far, width):
    """A customer typical of a segment stood at the left end of the map, and half the ring was cut off."""
    low = np.asarray(model.content.reference.xy).min(axis=0)
    across, up, wide = ends(map_of(Reading(model), Spot(tuple(far * low), None, model.segments[0])), width)
    assert 12 <= across <= wide - 12
    assert up >= 12
    assert across < wide / 2


def test_the_ellipse_is_an_ellipse():
    """Every corner lies on it, whatever its angle; the share it holds is said."""
    spot = Spot((1.0, 2.0), (3.0, 1.0, 0.7), None)
    apart = spot.border() - np.array([1.0, 2.0])
    turned = apart @ np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    assert (turned[:, 0] / 3.0) ** 2 + (turned[:, 1] / 1.0) ** 2 == pytest.approx(1.0)
    assert f"{HELD:.0%}".rstrip("%") in spot.about
    assert "may stand" in spot.title
    assert "stands" in replace(spot, ellipse=None).title
