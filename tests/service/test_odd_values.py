"""Values of the right kind that the study never saw are answered, and told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from callers import Caller

from ilk.model.seen import seen_of
from ilk.service.limits import Limits
from ilk.service.routes import Service
from ilk.service.served import Shelf


@pytest.fixture
def surveyed(model, tmp_path):
    """The shop as if VISITS were steps from 0 to 9."""

    def as_steps(column):
        if column.plan.column != "VISITS":
            return column
        facts = replace(column.facts, minimum=0.0, maximum=9.0)
        return replace(column, plan=replace(column.plan, kind="ordered"), facts=facts)

    columns = tuple(as_steps(column) for column in model.content.columns)
    changed = replace(model, content=replace(model.content, columns=columns))
    return Caller(Service(Shelf(changed.save(tmp_path / "steps.ilk")), Limits()))


def notes(caller, *customers):
    answer = caller.post("/assign", {"customers": list(customers)})
    assert answer.status_code == 200
    return [(note["code"], note["text"]) for note in answer.json()["notes"]]


def test_a_choice_nobody_knows_counts_as_blank_and_is_told(caller):
    told = notes(caller, {"SPEND": 9, "BASKET": "martian"}, {"SPEND": 9, "BASKET": "small"}, {"SPEND": 9})
    assert told == [("levels-unseen", "BASKET: 1 customer has a value the model never saw, which counts as blank.")]
    odd, blank = caller.assign([{"SPEND": 9, "BASKET": "martian"}, {"SPEND": 9}])
    assert odd["missing"] == blank["missing"]
    assert odd["segment"] == blank["segment"]
    assert "martian" not in caller.post("/assign", {"customers": [{"SPEND": 9, "BASKET": "martian"}]}).text


def test_a_step_off_the_scale_is_told(surveyed):
    told = notes(surveyed, {"VISITS": 99, "SPEND": 9}, {"VISITS": -1}, {"VISITS": 9}, {"VISITS": 0}, {"VISITS": None})
    words = "VISITS: 2 customers have a value off the scale of the study (0 to 9), which is taken as it is."
    assert told == [("off-scale", words)]


def test_explain_says_the_same_of_one_customer(surveyed):
    answer = surveyed.post("/explain", {"customer": {"VISITS": 99, "BASKET": "martian"}}).json()
    assert [(note["code"], note["text"]) for note in answer["notes"]] == [
        ("levels-unseen", "BASKET: the model never saw this value, so it counts as blank."),
        ("off-scale", "VISITS: 99 is off the scale of the study (0 to 9), which is taken as it is."),
    ]


def test_a_number_far_outside_is_told_by_how_far_the_study_went(caller, model):
    seen = seen_of(model.content.column("SPEND"))
    assert notes(caller, {"SPEND": seen.most}, {"SPEND": seen.high}) == []
    ((code, text),) = notes(caller, {"SPEND": 2 * seen.most})
    assert code == "far-outside"
    assert text.startswith("SPEND: 1 customer has a value far outside what the study saw (")


def test_what_was_seen_is_taken_without_a_word(caller, frame):
    customers = [{k: str(v) if k == "JOINED" else v for k, v in row.items()} for row in frame.to_pylist()[:200]]
    assert notes(caller, *customers) == []


def test_the_model_lists_choices_and_scales(surveyed):
    columns = {one["column"]: one for one in surveyed.get("/model").json()["columns"]}
    assert sorted(columns["BASKET"]["choices"]) == ["large", "medium", "small"]
    assert (columns["VISITS"]["low"], columns["VISITS"]["high"]) == (0.0, 9.0)
    assert columns["VISITS"]["choices"] is None
    assert columns["SPEND"]["choices"] is columns["SPEND"]["low"] is columns["SPEND"]["high"] is None


def test_where_one_end_may_not_be_told_the_other_is(model):
    column = model.content.column("VISITS")
    facts = replace(column.facts, minimum=None, maximum=5.0)
    seen = seen_of(replace(column, plan=replace(column.plan, kind="ordered"), facts=facts, edges=()))
    assert seen.words == "off the scale of the study (up to 5)"
    assert seen.is_odd(6.0)
    assert not seen.is_odd(-6.0)
    assert not seen.is_odd(float("nan"))
