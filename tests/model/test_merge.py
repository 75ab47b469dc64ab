"""Two segments as one: what adds up is added, what is not known is left out, and the words are made anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from built import build

from ilk.edit import apply_edit, merged_segment, pooled_profile
from ilk.errors import BadInput
from ilk.model.file import load, save
from ilk.model.parts import Edit, Profile

TODAY = "2026-11-23"


@pytest.fixture(scope="module")
def told(frame):
    """The shop's model with real personas."""
    return build(frame, ks=(2, 3, 4), k=4, id="CUSTOMER_ID", role={"BASKET": "category"}, personas=True)


def merge(model, one, other):
    return Edit("merge", "treated alike", TODAY, uid=model.segment(one).uid, other=model.segment(other).uid)


def test_a_merged_segment_is_described_as_any_other(told):
    edited = apply_edit(told, merge(told, 2, 4))
    whole = edited.segment(2)
    assert [s.number for s in edited.segments] == [1, 2, 3]
    assert whole.size == told.segment(2).size + told.segment(4).size
    assert f"{whole.size:,} customers" in whole.persona.sentence
    assert whole.persona.name not in {s.persona.name for s in edited.segments if s is not whole}
    assert whole.trust is None
    assert whole.persona.markers
    assert dict(whole.persona.facts)["size"] == whole.size


def test_figures_of_both_are_those_of_the_customers_together(told, frame):
    """Against the customers themselves, as assigned; how many left a column blank is only known in tens."""
    edited = apply_edit(told, merge(told, 2, 4))
    numbers = np.array(told.assign(frame).table["segment"].to_pylist())
    members = frame.filter(np.isin(numbers, (2, 4))).to_pandas()
    for column in ("SPEND", "ONLINE_SPEND", "VISITS", "PROMO_SHARE"):
        found, values = edited.segment(2).profile(column), members[column].dropna()
        assert found.n + found.n_missing == len(members)
        assert abs(found.n - len(values)) <= 10
        assert found.mean == pytest.approx(values.mean(), rel=0.02)
        assert found.deviation == pytest.approx(values.std(ddof=0), rel=0.02)
        assert found.median is None or found.median == pytest.approx(values.median(), rel=0.25, abs=0.05)
    shares = dict(edited.segment(2).value_share)
    assert shares["SPEND"] == pytest.approx(members["SPEND"].sum() / frame.to_pandas()["SPEND"].sum())


def test_a_merged_model_is_saved_and_explains(told, tmp_path):
    edited = apply_edit(told, merge(told, 2, 4))
    again = load(save(edited, tmp_path / "shop.ilk"))
    assert again == edited
    assert again.segments == edited.segments
    found = again.explain({"SPEND": 120.0, "ONLINE_SPEND": 40.0, "VISITS": 4})
    assert found.name in {s.persona.name for s in edited.segments}
    assert again.undo().segments == told.segments


def test_a_name_given_by_hand_is_kept(told):
    larger = min((told.segment(2), told.segment(4)), key=lambda s: (-s.size, s.number))
    named = apply_edit(told, Edit("rename", "", TODAY, uid=larger.uid, text="Our favourites"))
    assert apply_edit(named, merge(named, 2, 4)).segment(larger.number).persona.name == "Our favourites"


def test_neighbours_follow(told):
    edited = apply_edit(told, merge(told, 1, 2))
    gone = ({1, 2} - {s.number for s in edited.segments}).pop()
    for segment in edited.segments:
        assert segment.nearest not in {gone, segment.number}
        assert segment.farthest not in {gone, segment.number}


def test_three_can_become_one(told):
    once = apply_edit(told, merge(told, 1, 2))
    rest = [s.number for s in once.segments]
    twice = apply_edit(once, merge(once, rest[0], rest[1]))
    assert len(twice.segments) == 2
    assert sum(s.size for s in twice.segments) == 600
    with pytest.raises(BadInput, match="leaves nothing to tell apart"):
        apply_edit(twice, merge(twice, twice.segments[0].number, twice.segments[1].number))


def test_merges_that_cannot_be(told):
    with pytest.raises(BadInput, match="with itself"):
        apply_edit(told, merge(told, 1, 1))
    with pytest.raises(BadInput, match="no segment with the uid 'x'"):
        merged_segment(told, "x", told.segment(1).uid)


def test_other_changes_pass_through(told):
    edited = apply_edit(told, Edit("note", "why not", TODAY, uid=told.segment(1).uid, text="Hello"))
    assert edited.segment(1).note == "Hello"


def test_settings_that_cannot_be_read_leave_the_smallest_group_at_ten(told):
    odd = replace(told, content=replace(told.content, provenance=replace(told.content.provenance, settings="[")))
    assert merged_segment(odd, odd.segment(2).uid, odd.segment(4).uid) == merged_segment(
        told, told.segment(2).uid, told.segment(4).uid
    )


# ---------------------------------------------------------------- one column


def column_of(model, name, *, edges=(0.0, 10.0, 20.0)):
    return replace(model.content.column(name), edges=edges)


def test_pooled_by_hand(model):
    """2 and 4 against 9, 9, 9, 9: together mean 7, variance 8, 20 % ... of the counted bins."""
    one = Profile(
        "SPEND",
        20,
        1,
        mean=3.0,
        deviation=1.0,
        median=3.0,
        low=2.0,
        high=4.0,
        n_zero=0,
        d=-0.5,
        total=60.0,
        bins=(20, 0),
    )
    two = Profile(
        "SPEND",
        40,
        2,
        mean=12.0,
        deviation=0.0,
        median=12.0,
        low=12.0,
        high=12.0,
        n_zero=0,
        d=1.0,
        total=480.0,
        bins=(0, 40),
    )
    found = pooled_profile(column_of(model, "SPEND"), one, two)
    assert (found.n, found.n_missing, found.n_zero, found.total) == (60, 3, 0, 540.0)
    assert found.mean == pytest.approx(9.0)
    assert found.deviation == pytest.approx(np.std(np.r_[np.full(10, 2.0), np.full(10, 4.0), np.full(40, 12.0)]))
    assert found.d == pytest.approx(0.5)
    assert found.bins == (20, 40)
    assert found.median == 12.0
    assert found.low == 2.0
    assert found.high == 12.0


def test_zeros_counted_apart_stand_below(model):
    one = Profile("SPEND", 50, 0, mean=1.0, median=0.0, low=0.0, high=9.0, n_zero=40, bins=(10, 0))
    two = Profile("SPEND", 50, 0, mean=9.0, median=12.0, low=3.0, high=18.0, n_zero=0, bins=(20, 30))
    found = pooled_profile(column_of(model, "SPEND"), one, two)
    assert found.n_zero == 40
    assert found.median == pytest.approx(10 * 10 / 30)


def test_quantiles_need_a_whole_histogram(model):
    """Answers outside of the bins that are not zeros, no bins at all: nothing is read off."""
    one = Profile("SPEND", 50, 0, median=1.0, n_zero=10, bins=(10, 0))
    two = Profile("SPEND", 50, 0, median=9.0, n_zero=0, bins=(20, 30))
    assert pooled_profile(column_of(model, "SPEND"), one, two).median is None
    assert pooled_profile(column_of(model, "SPEND", edges=()), one, two).median is None
    high = pooled_profile(column_of(model, "SPEND"), replace(one, high=15.0, bins=(40, 0)), replace(two, high=20.0))
    assert 15.0 <= high.high <= 20.0


def test_what_is_hidden_stays_hidden(model):
    one = Profile("SPEND", 30, 0, mean=3.0, median=2.0, n_zero=None, bins=(20, None), levels=(12, None))
    two = Profile("SPEND", 30, 0, mean=3.0, median=4.0, n_zero=12, bins=(18, 12), levels=(12, 18))
    found = pooled_profile(column_of(model, "SPEND"), one, two)
    assert found.bins == (38, None)
    assert found.levels == (24, None)
    assert found.n_zero is None
    assert found.median is None
    assert found.total is None
    small = pooled_profile(column_of(model, "SPEND"), Profile("SPEND", 3, 0), two)
    assert (small.n, small.mean, small.deviation, small.bins) == (33, None, None, ())
