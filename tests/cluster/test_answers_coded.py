"""Features become answers: categories by their indicators, few values as they are, many in bands."""

import numpy as np
import pyarrow as pa
import pytest

from ilk.cluster.answers import Answer, answer_starts, codes_of, coding_of, level_features
from ilk.features.plans import ColumnPlan, Label
from ilk.features.recipe import apply, fit_recipe
from ilk.settings import Settings


def features_of(table, roles, **told):
    """The recipe and features of a table whose columns' roles are known."""
    plans = [
        ColumnPlan(column, role, role, "builds", "told", Label(column), weight=told.get(column, 1.0))
        for column, role in roles.items()
    ]
    recipe = fit_recipe(table, plans, Settings()).recipe
    return recipe, apply(recipe, table)


@pytest.fixture
def survey():
    rng = np.random.default_rng(0)
    n = 400
    liking = rng.integers(1, 6, n).astype(float)
    liking[:7] = np.nan
    drink = np.array(["tea", "coffee", "water"], object)[rng.integers(0, 3, n)]
    drink[5] = None
    member = rng.random(n) < 0.3
    spend = rng.lognormal(3, 1, n)
    table = pa.table({"liking": liking, "drink": drink, "member": member, "spend": spend})
    return table, {"liking": "ordered", "drink": "category", "member": "flag", "spend": "amount"}


def test_answers_are_what_was_answered(survey):
    """Steps in their order, levels by name, flags as no and yes; amounts in five bands, which is told."""
    table, roles = survey
    recipe, matrix = features_of(table, roles)
    coding = coding_of(recipe, matrix, least=10)
    codes = codes_of(coding.answers, matrix)
    assert [answer.n_levels for answer in coding.answers] == [5, 3, 2, 5]
    assert coding.banded == ("spend",)
    liking = table["liking"].to_numpy(zero_copy_only=False)
    np.testing.assert_array_equal(codes[:, 0], np.where(np.isnan(liking), -1, np.nan_to_num(liking) - 1))
    levels = next(transform.levels for transform in recipe.transforms if transform.column == "drink")
    assert codes[:, 1].tolist() == [levels.index(text) if text else -1 for text in table["drink"].to_pylist()]
    np.testing.assert_array_equal(codes[:, 2], table["member"].to_numpy(zero_copy_only=False).astype(int))
    assert np.bincount(codes[:, 3]).tolist() == [80] * 5
    assert answer_starts(coding.answers).tolist() == [0, 5, 8, 10, 15]


def test_order_of_rows_does_not_matter(survey):
    """The coding is the same for customers in any order."""
    table, roles = survey
    recipe, matrix = features_of(table, roles)
    assert coding_of(recipe, matrix[::-1], least=10) == coding_of(recipe, matrix, least=10)


def test_answers_of_a_handful_are_joined_with_the_next():
    """Nothing is kept about fewer than ten: a step of three joins its neighbour, a flag of three is dropped."""
    step = np.repeat([1.0, 2.0, 3.0, 4.0], [3, 40, 40, 17])
    flag = np.repeat([1.0, 0.0], [3, 97])
    roles = {"step": "ordered", "flag": "flag"}
    recipe, matrix = features_of(pa.table({"step": step, "flag": flag}), roles)
    coding = coding_of(recipe, matrix, least=10)
    assert coding.dropped == ("flag",)
    assert np.bincount(codes_of(coding.answers, matrix)[:, 0]).tolist() == [43, 40, 17]


def test_zeros_of_an_amount_are_a_band():
    """Half of the customers spend nothing: they are one band, and the rest share the others."""
    spend = np.concatenate([np.zeros(50), np.arange(1.0, 51.0)])
    recipe, matrix = features_of(pa.table({"spend": spend}), {"spend": "amount"})
    coding = coding_of(recipe, matrix, least=10)
    counts = np.bincount(codes_of(coding.answers, matrix)[:, 0])
    assert counts[0] == 50
    assert counts.min() >= 10


def test_a_weighed_column_counts_as_often_as_its_squared_weight(survey):
    """Weights are those of squared distances, so that both methods mean the same by them."""
    table, roles = survey
    recipe, matrix = features_of(table, roles, liking=2.0)
    assert [answer.power for answer in coding_of(recipe, matrix).answers] == [4.0, 1.0, 1.0, 1.0]


def test_features_come_back_from_answers(survey):
    """What an answer stands for: exactly its feature where it is one value, the mean within a band."""
    table, roles = survey
    recipe, matrix = features_of(table, roles)
    answers = coding_of(recipe, matrix).answers
    features = level_features(answers, matrix)
    codes, starts = codes_of(answers, matrix), answer_starts(answers)
    known = codes[:, 0] >= 0
    np.testing.assert_allclose(features[codes[known, 0], 0], matrix[known, 0])
    np.testing.assert_allclose(features[starts[1] + codes[10, 1], 1:4], matrix[10, 1:4])
    assert (np.diff(features[starts[3] : starts[4], 5]) > 0).all()


def test_a_value_between_two_answers_counts_as_the_nearer():
    """New customers may answer what nobody did."""
    answers = (Answer("q", 0, 1, (0.5, 1.5)),)
    matrix = np.array([[-9.0], [0.4], [0.6], [7.0], [np.nan]], np.float32)
    assert codes_of(answers, matrix)[:, 0].tolist() == [0, 0, 1, 2, -1]
