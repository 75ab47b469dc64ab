"""Two levels in one study: few segments for the board, more for campaigns, each of which lies in one of the few."""

from __future__ import annotations

import re

import numpy as np
import pytest

import ilk
from ilk.errors import BadSetting
from ilk.outputs.report import render_report
from ilk.settings import Settings
from ilk.world import make_world


@pytest.fixture(scope="module")
def study():
    return ilk.segment(make_world(2_000, seed=8).customers, levels="3,6")


def test_the_larger_level_is_shown_and_the_smaller_can_be_adopted(study):
    assert study.k == 6
    assert study.model.at(k=3).k == 3


def test_every_campaign_segment_lies_in_one_of_the_boards(study):
    """Assigned at both levels, nobody of a campaign's segment is outside of one segment of the board."""
    customers = make_world(2_000, seed=8).customers
    many = study.model.assign(customers).table["segment"].to_numpy()
    few = study.model.at(k=3).assign(customers).table["segment"].to_numpy()
    assert all(len(np.unique(few[many == number])) == 1 for number in np.unique(many))
    assert np.array_equal(many, study.assignments["segment"].to_numpy())


def test_a_saved_model_places_customers_the_same(study, tmp_path):
    customers = make_world(300, seed=9).customers
    again = ilk.load(study.model.save(tmp_path / "levels.ilk"))
    assert again.assign(customers).table.equals(study.model.assign(customers).table)


def test_the_report_shows_which_lies_in_which(study):
    html = render_report(study.model)
    assert re.search(r"3.segments for the board, 6 for campaigns", html)
    assert re.search(r"campaign segments lie inside one board segment", html)


def test_one_customer_is_explained(study):
    told = study.model.explain({"PURCHASES_TRX": 40, "CASH_ADVANCE": 0})
    assert told.segment in range(1, 7)


@pytest.mark.parametrize("levels", ["3", "8,3", "3,3", "1,4", "3,x", "3,4,5", (3, 99)])
def test_levels_that_are_none(levels):
    with pytest.raises(BadSetting, match=r"levels.*is not two numbers of segments such as 3,8"):
        Settings.of({"levels": levels})


@pytest.mark.parametrize("other", [{"k": 5}, {"method": "ward"}])
def test_levels_leave_no_other_choice(other):
    with pytest.raises(BadSetting, match="leave out -k and --method"):
        Settings.of({"levels": "3,8", **other})
