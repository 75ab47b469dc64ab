"""A model too large for its file goes without what says how certain customers are, and says so."""

from __future__ import annotations

import numpy as np
import pytest
from built import build
from pydantic_core import to_json

import ilk
from ilk.model.model import Model
from ilk.model.room import with_room


@pytest.fixture(scope="module")
def content(frame):
    return build(frame, ks=(1, 2, 3, 4), k=3, id="CUSTOMER_ID", role={"BASKET": "category"}).content


def test_a_model_that_fits_is_left_as_it_is(content):
    assert with_room(content) is content
    assert with_room(content, most=len(to_json(content))) is content


def test_first_the_numbers_not_chosen_go_without(content, frame, tmp_path):
    """The model can be saved, and says how certain customers are of the chosen number alone."""
    lighter = with_room(content, most=len(to_json(content)) - 1)
    assert [bool(one.bootstraps) for one in lighter.solutions if one.k > 1] == [False, True, False]
    (note,) = lighter.warnings[len(content.warnings) :]
    assert note.code == "without-certainty"
    assert note.text.endswith("how certain each customer's segment is; missing for: 2, 4 segments.")
    Model(lighter).save(tmp_path / "a.ilk")
    assert ilk.load(tmp_path / "a.ilk") == Model(lighter)
    certainty = Model(lighter).assign(frame).table["certainty"]
    assert certainty == Model(content).assign(frame).table["certainty"]


def test_then_all_do_and_customers_are_placed_as_before(content, frame):
    lighter = with_room(content, most=1)
    assert not any(one.bootstraps for one in lighter.solutions)
    (note,) = lighter.warnings[len(content.warnings) :]
    assert note.text.endswith("missing for: 2, 3, 4 segments.")
    found, before = (Model(one).assign(frame).table for one in (lighter, content))
    assert found["segment"] == before["segment"]
    assert found["certainty"].null_count == found.num_rows
    assert np.isfinite(before["certainty"].drop_null().to_numpy()).all()
