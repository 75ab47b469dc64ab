"""What several sources tell, drawn: ratings as stacked bars, interests by lift, orders by recency and frequency."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from made_content import customers, model_of

from ilk.model.model import Model
from ilk.model.parts import Profile
from ilk.outputs.charts.answers import answer_bars
from ilk.outputs.charts.figure import PHONE
from ilk.outputs.charts.interests import LEAST_LIFT, interest_bars, interests_of
from ilk.outputs.charts.orders import orders_grid
from ilk.outputs.reading import Reading
from ilk.outputs.sections.answers import answers, between
from ilk.outputs.theme import LINE


def rated(counts: dict[str, list[int | None]]) -> Model:
    """A model whose column VISITS is a rating from 1 to 5, with these counts by segment, "all" among them."""
    model = model_of(customers(), k=2, ks=range(1, 3), roles={"VISITS": "count"})
    steps = ("1", "2", "3", "4", "5")

    def profile(who: str) -> Profile:
        told = counts[who]
        known = [(i + 1) * (n or 0) for i, n in enumerate(told)]
        total = sum(n or 0 for n in told) or 1
        deviation = float(np.std(np.repeat([1, 2, 3, 4, 5], [n or 0 for n in told])))
        return Profile("VISITS", n=100, n_missing=0, mean=sum(known) / total, deviation=deviation, levels=tuple(told))

    columns = tuple(
        replace(
            c, levels=steps, everyone=profile("all"), edges=(),
            plan=replace(c.plan, kind="ordered", role="ordered"),
        ) if c.plan.column == "VISITS" else c
        for c in model.content.columns
    )  # fmt: skip
    return with_profiles(model, columns, {n: profile(str(n)) for n in (1, 2)})


def with_profiles(model, columns, profiles):
    """The model with other columns, and one profile of each segment replaced."""
    solution = model.content.solution(model.k)
    segments = tuple(
        replace(
            s, profiles=tuple(profiles[s.number] if p.column == profiles[s.number].column else p for p in s.profiles)
        )
        for s in solution.segments
    )
    solutions = tuple(replace(s, segments=segments) if s.k == model.k else s for s in model.content.solutions)
    return Model(replace(model.content, columns=columns, solutions=solutions))


def following(own: int, other: int, everyone: int) -> Model:
    """A model whose column VISITS is an interest that so many of 100 customers have: segment 1, segment 2, everyone."""
    model = model_of(customers(), k=2, ks=range(1, 3), roles={"VISITS": "count"})
    profiles = {1: Profile("VISITS", 100, 0, n_zero=100 - own), 2: Profile("VISITS", 100, 0, n_zero=100 - other)}
    columns = tuple(
        replace(
            c, everyone=Profile("VISITS", 200, 0, n_zero=200 - everyone), plan=replace(c.plan, kind="topics")
        ) if c.plan.column == "VISITS" else c
        for c in model.content.columns
    )  # fmt: skip
    return with_profiles(model, columns, profiles)


ANSWERS = {"all": [20, 20, 20, 20, 20], "1": [60, 20, 10, 10, 0], "2": [10, None, None, 20, 50]}


def boxes(svg: str, height: float = 24) -> list[tuple[float, float, str]]:
    """y, width and fill of each piece of a bar."""
    found = [node for node in ET.fromstring(svg).iter() if node.tag.endswith("rect")]
    return [
        (float(r.get("y")), float(r.get("width")), r.get("fill")) for r in found if float(r.get("height")) == height
    ]


@pytest.mark.parametrize("width", [720, PHONE])
def test_every_bar_of_answers_is_all_of_a_segment(width):
    """The pieces of each bar add up to its whole length, also where some may not be told: those are grey."""
    model = rated(ANSWERS)
    figure = answer_bars(model.content.column("VISITS"), model.segments)
    rows: dict[float, list[tuple[float, str]]] = {}
    for y, wide, fill in boxes(figure.draw(width)):
        rows.setdefault(y, []).append((wide, fill))
    assert len(rows) == 3
    whole = {round(sum(wide for wide, _ in row)) for row in rows.values()}
    assert len(whole) == 1
    last = rows[max(rows)]
    assert [fill == LINE for _, fill in last] == [False, True, True, False, False]
    assert sum(wide for wide, fill in last if fill == LINE) / whole.pop() == pytest.approx(0.2, abs=0.01)


def test_answers_say_who_stands_farthest_out():
    """The title names the segment; the alt text has every share that may be told, and no other."""
    model = rated(ANSWERS)
    figure = answer_bars(model.content.column("VISITS"), model.segments)
    assert figure.title == "Visits: segment 1 least, 1.70 on average against 3.00"
    first, second = figure.alt.split("; ")[1:]
    assert first.endswith("1 60 %, 2 20 %, 3 10 %, 4 10 %, 5 0 %")
    assert second.endswith("1 10 %, 4 20 %, 5 50 %")
    assert figure.subtitle.endswith("; grey is what too few answered to be told")
    told = rated({who: [20, 20, 20, 20, 20] for who in ("all", "1", "2")})
    assert answer_bars(told.content.column("VISITS"), told.segments).subtitle.endswith("as shares of each segment")


def test_answers_are_for_ratings_only(model):
    assert answer_bars(model.content.column("SPEND_TOTAL"), model.segments) is None
    assert answers(Reading(model)) == ()


def test_items_that_tell_segments_apart_are_drawn(monkeypatch):
    """Share of the variance between the segments: 0 for one they agree in; the item is drawn where it is enough."""
    reading = Reading(rated(ANSWERS))
    column = reading.content.column("VISITS")
    assert between(column, reading) > 0.3
    assert [figure.name for figure in answers(reading)] == ["answers-visits"]
    same = Reading(rated({who: [20, 20, 20, 20, 20] for who in ("all", "1", "2")}))
    assert between(same.content.column("VISITS"), same) == pytest.approx(0.0)
    assert answers(same) == ()


def test_interests_by_lift_and_support():
    """40 of 100 against 60 of 200 is 1.33 times as often as everyone; the other segment has less, and says nothing."""
    model = following(40, 20, 60)
    one, two = model.segments
    (found,) = interests_of(one, model.content)
    assert (found.support, found.everyone) == (pytest.approx(0.4), pytest.approx(0.3))
    assert found.lift == pytest.approx(4 / 3)
    assert interests_of(two, model.content) == ()
    assert interest_bars(two, model.content) is None
    figure = interest_bars(one, model.content)
    assert figure.title == "Visits: 1.33 times as many as everyone"
    assert "40 % have it" in figure.draw(448)


@pytest.mark.parametrize(("own", "everyone"), [(4, 4), (0, 0), (40, 80)])
def test_a_rare_interest_or_a_common_one_is_not_the_segments_own(own, everyone):
    """Four in a hundred are too few to talk of, whatever the lift; as many as everyone is nothing of one's own."""
    model = following(own, 0, everyone)
    assert interests_of(model.segments[0], model.content) == ()
    assert LEAST_LIFT > 1


def ordering(medians: list[tuple[float, float]]) -> Model:
    """A model with the three figures of orders; medians of recency and frequency by segment."""
    table = dict(zip(("recency", "frequency", "monetary"), list(customers().values())[:3], strict=True))
    model = model_of(table, k=2, ks=range(1, 3), roles={"recency": "number", "frequency": "count"})
    columns = tuple(replace(c, plan=replace(c.plan, block="orders")) for c in model.content.columns)
    solution = model.content.solution(2)
    segments = tuple(
        replace(
            s, value_share=(("monetary", 0.7 if s.number == 1 else 0.3),),
            profiles=tuple(
                replace(p, median=dict(zip(("recency", "frequency"), medians[s.number - 1], strict=True))[p.column])
                if p.column != "monetary" else p for p in s.profiles
            ),
        ) for s in solution.segments
    )  # fmt: skip
    solutions = tuple(replace(s, segments=segments) if s.k == 2 else s for s in model.content.solutions)
    return Model(replace(model.content, columns=columns, solutions=solutions))


def test_orders_place_segments_by_recency_and_frequency():
    """Who ordered last stands right, who orders most often stands high, who spends more has the larger circle."""
    model = ordering([(10.0, 12.0), (200.0, 1.0)])
    figure = orders_grid(model.content, model.segments)
    circles = [n for n in ET.fromstring(figure.draw(720)).iter() if n.tag.endswith("circle")]
    (x1, y1, r1), (x2, y2, r2) = (tuple(float(c.get(key)) for key in ("cx", "cy", "r")) for c in circles)
    assert x1 > x2
    assert y1 < y2
    assert r1 > r2
    assert figure.title == "Segment 1 orders most often and ordered last; segment 2 is longest away"
    assert "70 % of what was spent" in figure.alt


def test_orders_that_do_not_differ_are_drawn_in_the_middle():
    model = ordering([(10.0, 2.0), (10.0, 2.0)])
    assert "nan" not in orders_grid(model.content, model.segments).draw(PHONE)


def test_without_orders_there_is_no_grid(model):
    assert orders_grid(model.content, model.segments) is None
