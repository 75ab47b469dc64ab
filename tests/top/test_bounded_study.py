"""Segments of bounded size, from the setting to the model: nobody asks for 5 % and gets 3 %."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

import ilk
from ilk.cluster.method import Run
from ilk.cluster.within import Asked, Bounded, bounded_notes
from ilk.engines.tiles import tiles_of
from ilk.errors import BadSetting
from ilk.model.soundness import problems_of
from ilk.outputs.report import render_report
from ilk.settings import Settings
from ilk.world import make_world

N = 1_500


@pytest.fixture(scope="module")
def customers():
    return make_world(N, seed=8).customers


@pytest.fixture(scope="module")
def study(customers):
    return ilk.segment(customers, k=5, min_share="15%", max_size=360)


def test_every_segment_is_within_its_bounds(study):
    """Without bounds the same customers make a segment that is too small, or too large."""
    sizes = np.bincount(study.assignments["segment"].to_numpy())[1:]
    assert len(sizes) == 5
    assert sizes.sum() == N
    assert sizes.min() >= 0.15 * N
    assert sizes.max() <= 360
    assert [segment.size for segment in study.model.segments] == sizes.tolist()


def test_the_bounds_make_a_difference(customers):
    free = np.bincount(ilk.segment(customers, k=5).assignments["segment"].to_numpy())[1:]
    assert free.min() < 0.15 * N or free.max() > 360


def test_every_number_of_segments_that_is_shown_is_within_them(study, customers):
    """15 % leave no room for seven segments, and at most 360 customers none for fewer than five; one group is all."""
    assert study.model.tried == (1, 5, 6)
    six = np.bincount(study.model.at(k=6).assign(customers).table["segment"].to_numpy())[1:]
    assert six.min() >= 0.15 * N
    assert six.max() <= 360


def test_a_saved_model_places_customers_the_same(study, customers, tmp_path):
    again = ilk.load(study.model.save(tmp_path / "bounded.ilk")).assign(customers).table
    assert again["segment"].to_numpy().tolist() == study.assignments["segment"].to_numpy().tolist()


def test_any_order_of_customers_makes_the_same_segments(study, customers):
    turned = customers.take(np.arange(N)[::-1])
    other = ilk.segment(turned, k=5, min_share=0.15, max_size=360)
    assert np.array_equal(other.assignments["segment"].to_numpy()[::-1], study.assignments["segment"].to_numpy())


def test_customers_are_explained(study, customers):
    """The segment explained is the one assigned, also of who is not in the segment of the nearest centre."""
    names = [name for name in customers.schema.names if name in study.model.scoring.columns]
    for i in range(0, N, 100):
        told = study.model.explain({name: customers[name][i].as_py() for name in names})
        assert told.segment == study.assignments["segment"][i].as_py()


def test_what_bounds_do_is_told_once(study):
    told = [note.text for note in study.model.content.warnings if note.code == "sizes"]
    assert len(told) == 1
    assert told[0].startswith("Each segment has 225 to 360 customers, as was asked")
    assert "k-means without bounds" in told[0]
    assert study.model.content.warnings[0].code == "sizes"
    assert "method" not in {note.code for note in study.model.content.warnings}  # it says: the segment most alike


def test_how_many_were_moved_is_counted_by_hand():
    """One of four who have a segment is nearer to the other centre."""
    (note,) = bounded_notes(Asked(sizes=(2, 2)), np.array([0, 0, 1, 1, -1]), np.array([0, 0, 0, 1, 0]), 2)
    assert "Each segment has 2 to 2 customers, as was asked; for that 25 % of all are not" in note.text.replace(
        "\u00a0", " "
    )


def test_the_report_says_how(study):
    assert "k-means with bounded sizes" in render_report(study.model)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"k": 5, "min_share": 0.25}, r"5 segments of at least 375 customers are more than the 1,500"),
        ({"k": 3, "max_size": 400}, r"3 segments of at most 400 customers do not hold the 1,500"),
        ({"min_size": 800}, r"2 segments of at least 800"),
        ({"k": (3, 4), "max_share": "20%"}, r"3 segments of at most 300"),
        (
            {"k": 3, "min_size": 500, "max_share": 0.1},
            r"The least size of a segment is above the most. Got: at least 500 and at most",
        ),
    ],
)
def test_bounds_that_cannot_be(customers, asked, said):
    with pytest.raises(BadSetting, match=said):
        ilk.segment(customers, **asked)


@pytest.mark.parametrize("other", [{"method": "ward"}, {"method": "mixture"}, {"levels": "3,8"}])
def test_only_kmeans_has_bounds(other):
    with pytest.raises(BadSetting, match=r"--min-share bound the segments of k-means.*leave out --(method|levels)"):
        Settings.of({"min_share": "5%", **other})


@pytest.mark.parametrize("given", ["5%", "5 %", "0.05", ".05", 0.05])
def test_shares_are_read(given):
    assert Settings.of({"min_share": given}).min_share == 0.05


@pytest.mark.parametrize("given", ["5", "0", "0%", "101%", "half", -0.1, True, float("nan")])
def test_what_is_no_share(given):
    with pytest.raises(BadSetting, match=r"min-share: .* is not a share of everybody such as 5% or 0.05"):
        Settings.of({"min_share": given})


def test_who_answered_nothing_counts_for_no_segment():
    rng = np.random.default_rng(3)
    spent = [None if i % 50 == 0 else float(value) for i, value in enumerate(rng.normal(size=600))]
    visits = [None if spent[i] is None or i % 7 == 0 else float(i % 11) for i in range(600)]
    table = pa.table({"customer_id": [f"c{i}" for i in range(600)], "spent": spent, "visits": visits})
    found = ilk.segment(table, id="customer_id", k=3, min_share="30%")
    sizes = np.bincount(found.assignments["segment"].to_numpy())[1:]
    assert sizes.sum() == 588
    assert sizes.min() >= 0.3 * 588


def test_customers_who_are_exactly_alike_stay_together():
    """No rule can part them; the study says so."""
    spent = [float(i // 200) for i in range(300)]
    steps = pa.table({"customer_id": [f"c{i}" for i in range(300)], "spent": spent})
    with pytest.raises(BadSetting, match="exactly alike stay together, whatever the bounds"):
        ilk.segment(steps, id="customer_id", k=2, max_size=150)
    labels = np.repeat([0, 1], [200, 100])
    (note,) = bounded_notes(Asked(sizes=(0, 150)), labels, labels, 2)
    assert "exactly alike stay together: the smallest has 100, the largest 200." in note.text


def test_a_centre_rests_on_enough_answers():
    """What fewer than ten customers of a segment answered is not published, with bounds as without."""
    rng = np.random.default_rng(0)
    x = (np.round(rng.normal(size=(90, 2)) * 64) / 64).astype(np.float32)
    x[rng.random(90) < 0.8, 1] = np.nan
    found = Bounded(Asked(sizes=(25, 35)), least=10).find(tiles_of(x), [3], Run(np.arange(90)))[3]
    for j in range(3):
        answers = int((~np.isnan(x[found.labels == j, 1])).sum())
        assert answers >= 10 or found.scorer.middles[j, 1] == 0.0
        assert 25 <= (found.labels == j).sum() <= 35
    assert (found.scorer.middles[:, 1] == 0.0).any()


def test_a_damaged_offset_is_refused(study):
    content = study.model.content
    solution = content.solution(5)
    for offsets in ((0.0,) * 4, (-1.0,) * 5, (float("nan"),) * 5, (0.1,) * 5):
        broken = replace(solution, scorer=replace(solution.scorer, offsets=offsets))
        others = tuple(broken if one.k == 5 else one for one in content.solutions)
        assert problems_of(replace(content, solutions=others)) == [
            "the centres of 5 segments have the wrong shape or values"
        ]


def test_three_groups_far_apart_that_bounds_cut_through_are_not_natural():
    """Without bounds they are; the same where bounds leave them alone."""
    rng = np.random.default_rng(0)
    x = np.repeat([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]], [300, 100, 80], axis=0) + rng.normal(0, 0.5, (480, 2))
    frame = pa.table({"id": [f"c{i}" for i in range(480)], "a": x[:, 0], "b": x[:, 1]})
    forced = ilk.segment(frame, k=3, max_share="50%", transform="standard").model
    evidence = forced.content.evidence
    assert (evidence.verdict, evidence.failed[0]) == ("constructed", "bounds")
    assert "the bounds of sizes made these 3 groups" in evidence.verdict_text
    assert 0.1 < evidence.candidate(3).moved_share < 0.3
    left = ilk.segment(frame, k=3, max_share="70%", transform="standard").model.content.evidence
    assert (left.verdict, left.candidate(3).moved_share) == ("natural", 0.0)
