"""Centring each respondent: what is left of answers once everybody's own way of answering is taken off."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.crowd import understand
from ilk.features.recipe import apply
from ilk.settings import Settings
from ilk.sources.open import open_source

ITEMS = [f"q{i}" for i in range(1, 7)]


def survey(n=400, seed=0, *, style=True):
    """Two kinds of people who differ in which three of six items they like, each with a level of their own."""
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % 2
    liked = np.where(np.arange(6)[None, :] < 3, 1, -1) * np.where(kind == 0, 1, -1)[:, None]
    level = rng.choice([-1.4, 1.4], n)[:, None] if style else 0.0
    answers = np.clip(np.rint(3 + 0.9 * liked + level + rng.normal(0, 0.4, (n, 6))), 1, 5)
    return pa.table(
        {"id": np.arange(n), **dict(zip(ITEMS, answers.T, strict=True)), "age": rng.uniform(18, 80, n)}
    ), kind


def crowd_of(table, **options):
    told = Settings(**{"role": dict.fromkeys(ITEMS, "ordered"), "ignore": ["age"], **options})
    with closing(open_source(table, told)) as source:
        return understand(source, told)


def test_every_respondent_s_own_mean_is_gone():
    crowd = crowd_of(survey()[0], center_respondents=True)
    assert crowd.fitted.recipe.centred == (tuple(ITEMS),)
    assert np.abs(crowd.matrix.mean(axis=1)).max() < 1e-4
    assert (crowd.matrix * 65536 == np.round(crowd.matrix * 65536)).all()


def test_centred_features_are_differences_of_answers_by_hand():
    """(own answer - own mean) - (everybody's mean on the item - everybody's mean), over the pooled deviation."""
    table, _ = survey()
    answers = np.column_stack([table[name].to_numpy() for name in ITEMS])
    spread = np.sqrt(answers.var(axis=0).mean())
    own = answers - answers.mean(axis=1, keepdims=True)
    expected = (own - own.mean(axis=0)) / spread
    np.testing.assert_allclose(crowd_of(table, center_respondents=True).matrix, expected, atol=1e-4)


def test_a_blank_stays_a_blank_and_the_mean_is_that_of_the_answers():
    table, _ = survey()
    answers = np.column_stack([table[name].to_numpy() for name in ITEMS])
    answers[::3, 1] = np.nan
    holes = pa.table({"id": table["id"], **dict(zip(ITEMS, answers.T, strict=True)), "age": table["age"]})
    crowd = crowd_of(holes, center_respondents=True)
    assert np.isnan(crowd.matrix[::3, 1]).all()
    assert np.isnan(crowd.matrix).sum() == len(answers[::3])
    assert np.abs(np.nanmean(crowd.matrix, axis=1)).max() < 1e-4


def test_weights_do_not_bring_the_style_back():
    crowd = crowd_of(survey()[0], center_respondents=True, weight={"q1": 2.0})
    assert np.abs((crowd.matrix / [2, 1, 1, 1, 1, 1]).mean(axis=1)).max() < 1e-4


def test_others_are_left_alone_and_nothing_is_centred_unasked():
    table, _ = survey()
    roles = {**dict.fromkeys(ITEMS, "ordered"), "age": "number"}
    crowd, plain = (crowd_of(table, ignore=[], role=roles, center_respondents=on) for on in (True, False))
    assert plain.fitted.recipe.centred == ()
    np.testing.assert_array_equal(crowd.matrix[:, 6], plain.matrix[:, 6])


def test_too_few_items_are_not_centred_and_that_is_said():
    table, _ = survey()
    crowd = crowd_of(
        table, ignore=["q5", "q6", "age"], role=dict.fromkeys(ITEMS[:4], "ordered"), center_respondents=True
    )
    assert crowd.fitted.recipe.centred == ()
    assert "not-centred" in {note.code for note in crowd.notes}


@settings(deadline=None, max_examples=10)
@given(st.lists(st.integers(0, 399), min_size=1, max_size=20), st.integers(1, 3))
def test_one_customer_at_a_time_gives_the_same_numbers(rows, threads):
    table, _ = survey()
    crowd = crowd_of(table, center_respondents=True)
    np.testing.assert_array_equal(apply(crowd.fitted.recipe, table.take(rows), threads=threads), crowd.matrix[rows])


@pytest.mark.slow
def test_kinds_are_found_where_style_hides_them(tmp_path):
    """Uncentred, the two segments are those who say much of everything and those who say little."""
    from sklearn.metrics import adjusted_rand_score

    import ilk

    table, kind = survey()
    found, warned = [], []
    for on in (False, True):
        study = ilk.segment(table, k=2, role=dict.fromkeys(ITEMS, "ordered"), ignore=["age"], center_respondents=on)
        found.append(adjusted_rand_score(kind, study.assignments["segment"].to_numpy()))
        warned.append("answer-style" in {note.code for note in study.warnings})
    assert found[0] < 0.1 < 0.9 < found[1]
    assert warned == [True, False]
    study.model.save(tmp_path / "m.ilk")
    again = ilk.load(tmp_path / "m.ilk").assign(table).table
    assert again.equals(study.assignments)
