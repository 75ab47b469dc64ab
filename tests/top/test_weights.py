"""Customers who count unequally: what is weighted, what is not, and what cannot be."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ilk
from ilk.cluster.kmeans import fit_kmeans
from ilk.edit import merged_segment
from ilk.engines.tiles import tiles_of
from ilk.features.weighing import Weighing

ONLY = {"k": "3..3"}
"""Three groups that are there; no other number is tried, because this is not about the number."""


@pytest.fixture(scope="module")
def table():
    """Three groups; the smallest was asked least often, so that its members weigh most."""
    rng = np.random.default_rng(0)
    truth = rng.choice(3, 600, p=[0.5, 0.3, 0.2])
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(600)],
            "spend": np.exp(rng.normal(0, 0.3, 600)) * np.array([20.0, 900.0, 100.0])[truth],
            "visits": rng.poisson(np.array([1.0, 4.0, 40.0])[truth]).astype(float),
            "shop": np.array(["web", "city", "web"])[truth],
            "w": np.array([0.5, 1.0, 2.5])[truth] * rng.choice([0.5, 1.0, 1.5], 600),
        }
    )


@pytest.fixture(scope="module")
def weighted(table):
    return ilk.segment(table, role={"w": "weight"}, **ONLY)


@pytest.fixture(scope="module")
def plain(table):
    return ilk.segment(table, ignore=["w"], **ONLY)


def alike(study):
    """A study apart from when it was made."""
    content = study.model.content
    return replace(content, provenance=replace(content.provenance, created=""))


def test_shares_means_sums_and_levels_are_weighted_and_sizes_are_not(table, weighted):
    """Held to NumPy; weights are multiples of 2^-8 of their mean, so to a thousandth."""
    label = weighted.assignments.column("segment").to_numpy()
    for segment in weighted.segments:
        own = table[label == segment.number]
        assert segment.size == len(own)
        assert segment.share == pytest.approx(own.w.sum() / table.w.sum(), abs=1e-3)
        spend = segment.profile("spend")
        assert spend.mean == pytest.approx(np.average(own.spend, weights=own.w), rel=5e-3)
        assert dict(segment.value_share)["spend"] == pytest.approx(
            (own.spend * own.w).sum() / (table.spend * table.w).sum(), rel=5e-3
        )
        mean = np.average(own.spend, weights=own.w)
        assert spend.deviation == pytest.approx(np.average((own.spend - mean) ** 2, weights=own.w) ** 0.5, rel=1e-2)
        assert f"{segment.size} customers" in segment.persona.sentence
        assert "by weight" in segment.persona.sentence
    shop = weighted.model.content.column("shop")
    web = shop.everyone.levels[shop.levels.index("web")] / shop.everyone.n
    assert web == pytest.approx(table.w[table["shop"] == "web"].sum() / table.w.sum(), abs=2e-3)
    assert sum(segment.share for segment in weighted.segments) == pytest.approx(1.0)


def test_segments_are_numbered_by_what_they_weigh(weighted, plain):
    assert [s.size for s in plain.segments] == sorted((s.size for s in plain.segments), reverse=True)
    assert [s.share for s in weighted.segments] == sorted((s.share for s in weighted.segments), reverse=True)
    assert [s.size for s in weighted.segments] != sorted((s.size for s in weighted.segments), reverse=True)


def test_the_study_says_that_it_is_weighted_and_how_many_that_leaves(table, weighted):
    text = next(note.text for note in weighted.warnings if note.code.startswith("weight"))
    effective = table.w.sum() ** 2 / (table.w**2).sum()
    assert f"600 of unequal weight tell as much as {round(effective)}" in text
    assert "by weight" in str(weighted.segments[0].persona.sentence)


def test_a_column_of_ones_changes_no_bit(table, plain):
    ones = ilk.segment(table.assign(w=1.0), role={"w": "weight"}, **ONLY)
    assert ones.model.content.recipe == plain.model.content.recipe
    assert ones.model.content.evidence == plain.model.content.evidence
    for one, other in zip(ones.model.content.solutions, plain.model.content.solutions, strict=True):
        assert one.scorer == other.scorer
        assert [replace(s, uid="") for s in one.segments] == [replace(s, uid="") for s in other.segments]
    assert any("everybody has the same weight" in note.text for note in ones.warnings)
    assert not ones.model.weighted


def test_only_the_ratio_of_weights_matters(table, weighted):
    twice = ilk.segment(table.assign(w=table.w * 2), role={"w": "weight"}, **ONLY)
    assert alike(twice) == alike(weighted)


def test_the_order_of_rows_does_not_matter(table, weighted):
    shuffled = ilk.segment(table.sample(frac=1, random_state=1), role={"w": "weight"}, **ONLY)
    assert shuffled.model.content.solutions == weighted.model.content.solutions
    assert shuffled.model.content.evidence == weighted.model.content.evidence


def test_whole_weights_are_as_many_rows_in_the_fit():
    """From given starts, on one tile and on several."""
    rng = np.random.default_rng(2)
    x = np.round(rng.normal(size=(700, 3)) * 4096).astype(np.float32) / 4096 + np.repeat(
        [[0], [5], [9]], [400, 200, 100], 0
    )
    weight, start = rng.integers(1, 5, 700), np.array([[0.0] * 3, [5.0] * 3, [9.0] * 3])
    rows = np.repeat(x, weight, axis=0).astype(np.float32)
    one = fit_kmeans(tiles_of(x.astype(np.float32), weight), 3, order=np.arange(700), seed=0, init=start)
    other = fit_kmeans(tiles_of(rows), 3, order=np.arange(len(rows)), seed=0, init=start)
    np.testing.assert_array_equal(one.centres, other.centres)
    np.testing.assert_array_equal(np.repeat(one.labels, weight), other.labels)
    assert one.inertia == other.inertia


def test_kish():
    """Weights 1 and 3 are (1 + 3)^2 / (1 + 9) = 1.6 customers."""
    assert Weighing("w", np.array([0.5, 1.5])).effective == pytest.approx(1.6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({0: np.nan, 1: 0.0, 2: -1.0, 3: 0.0}, "1 of 600 are blank, 2 of 600 are 0, 1 of 600 are below 0"),
        ({0: np.inf}, "1 of 600 are blank"),
    ],
)
def test_weights_that_cannot_be_used_are_refused_with_all_that_is_wrong(table, change, message):
    w = table.w.copy()
    for at, value in change.items():
        w[at] = value
    with pytest.raises(ilk.IlkError, match=message):
        ilk.segment(table.assign(w=w), role={"w": "weight"}, **ONLY)


def test_a_text_weighs_nobody_and_two_columns_are_one_too_many(table):
    with pytest.raises(ilk.IlkError, match="“shop” cannot weigh customers: it holds no numbers"):
        ilk.segment(table, role={"shop": "weight"}, **ONLY)
    with pytest.raises(ilk.IlkError, match="A customer has one weight, and 'spend', 'w' are to be it"):
        ilk.segment(table, role={"spend": "weight", "w": "weight"}, **ONLY)


@pytest.mark.parametrize("method", ["ward", "density"])
def test_methods_of_whole_customers_refuse_weights(table, method):
    with pytest.raises(ilk.IlkError, match=f"cannot be weighted with --method {method}"):
        ilk.segment(table, role={"w": "weight"}, method=method)


OTHERS = [{"method": "mixture"}, {"method": "latent"}, {"levels": "2,3", "k": "auto"}, {"max_share": "60%"}]


@pytest.mark.slow
@pytest.mark.parametrize("options", OTHERS)
def test_every_other_method_takes_weights(table, options):
    """The heaviest group weighs about half; shares say so whatever found it."""
    study = ilk.segment(table, role={"w": "weight"}, **{**ONLY, **options})
    label = study.assignments.column("segment").to_numpy()
    for segment in study.segments:
        assert segment.share == pytest.approx(table.w[label == segment.number].sum() / table.w.sum(), abs=2e-3)


def test_a_survey_is_weighted_by_the_column_it_brings(table, tmp_path):
    """Recognised by its name; nobody needs it to be assigned."""
    survey = table.rename(columns={"w": "survey_weight"})
    study = ilk.segment(survey=survey, **ONLY)
    label = study.assignments.column("segment").to_numpy()
    assert study.segments[0].share == pytest.approx(table.w[label == 1].sum() / table.w.sum(), abs=1e-3)
    file = tmp_path / "new.csv"
    survey.drop(columns="survey_weight").to_csv(file, index=False)
    again = study.model.assign(survey=file)
    np.testing.assert_array_equal(again.table.column("segment").to_numpy(), label)


def test_a_column_that_only_looks_like_weights_is_left_out_and_told(table):
    survey = table.rename(columns={"w": "survey_weight"})
    survey.loc[3, "survey_weight"] = np.nan
    study = ilk.segment(survey=survey, **ONLY)
    assert any("'survey_weight' is not used as weight: 1 of 600 are blank" in note.text for note in study.warnings)
    assert all("by weight" not in segment.persona.sentence for segment in study.segments)


def test_two_segments_put_together_by_hand_stay_by_weight(table, weighted):
    one, two = weighted.segments[:2]
    merged = merged_segment(weighted.model, one.uid, two.uid)
    label = weighted.assignments.column("segment").to_numpy()
    own = table[np.isin(label, [one.number, two.number])]
    assert merged.share == pytest.approx(own.w.sum() / table.w.sum(), abs=1e-3)
    spend = merged.profile("spend")
    mean = np.average(own.spend, weights=own.w)
    assert spend.mean == pytest.approx(mean, rel=1e-2)
    assert spend.deviation == pytest.approx(np.average((own.spend - mean) ** 2, weights=own.w) ** 0.5, rel=1e-2)
    shop = weighted.model.content.column("shop")
    web = merged.profile("shop").levels[shop.levels.index("web")] / merged.profile("shop").n
    assert web == pytest.approx(own.w[own["shop"] == "web"].sum() / own.w.sum(), abs=1e-2)
    assert "by weight" in merged.persona.sentence
