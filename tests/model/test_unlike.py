"""Nobody is called unlike others because of what was left blank."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.features import recipe as recipes
from ilk.model.score import score, share_within
from ilk.model.shown import how_unlike


@pytest.fixture(scope="module")
def matrix(model, frame):
    """Features of the made customers, NaN where they left something blank."""
    batch = frame.combine_chunks().to_batches()[0]
    return recipes.apply(model.scoring.recipe, batch)


def unlike(scoring, matrix):
    return score(scoring, matrix, np.arange(len(matrix), dtype=np.uint64)).outlier


def left_with(scoring, matrix, n, seed):
    """The same customers with n columns each, drawn at random; who answered nothing in them is left out."""
    rng = np.random.default_rng(seed)
    ranks = rng.random((len(matrix), len(scoring.columns))).argsort(axis=1).argsort(axis=1)
    found = np.where((ranks < n)[:, scoring.columns_of_features], matrix, np.float32(np.nan))
    return found[~np.isnan(found).all(axis=1)]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_the_claim_holds_for_any_number_of_answers(model, matrix, n):
    """With few answers no more of the study's own customers are unlike others than with all of them.

    The limits are drawn in to where a tenth are beyond them, so that there are enough to be counted.
    """
    scoring = model.scoring
    whole = matrix[~np.isnan(matrix).any(axis=1)]
    near = score(scoring, whole, np.arange(len(whole), dtype=np.uint64)).distance
    drawn_in = replace(scoring, limits=np.full(len(scoring.limits), np.quantile(near, 0.9)))
    assert unlike(drawn_in, whole).mean() == pytest.approx(0.1, abs=0.01)
    assert unlike(drawn_in, left_with(scoring, whole, n, n)).mean() <= 0.1


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 5), seed=st.integers(0, 9_999))
def test_who_is_within_every_limit_stays_so_whatever_is_left_blank(model, matrix, n, seed):
    scoring = model.scoring
    distance = score(scoring, matrix, np.arange(len(matrix), dtype=np.uint64)).distance
    known = ~np.isnan(matrix).any(axis=1)
    inside = matrix[known & (distance <= scoring.limits.min())]
    assert len(inside) > 100
    assert not unlike(scoring, left_with(scoring, inside, n, seed)).any()


def test_one_answer_out_of_all_reason_is_still_unlike_anyone(model):
    """A single column known, so far out that nothing else is needed to be beyond the limit."""
    scoring = model.scoring
    row = np.full((1, len(scoring.weights)), np.nan, np.float32)
    row[0, 0] = 2.0 + scoring.limits.max() + abs(scoring.centres[:, 0]).max()
    assert unlike(scoring, row).all()


def test_how_many_are_within_is_said_as_it_is():
    """By hand: of 1,010 customers nine may be beyond, 9 / 1,010; from 2,000 on half a per cent is."""
    assert share_within(1_010, 10) == pytest.approx(1_001 / 1_010)
    assert share_within(1_800, 10) == 0.995
    assert share_within(8_950, 10) == 0.995
    assert share_within(5, 10) == 0.0
    assert "where 99.1 % of the study are within 12" in how_unlike(30.0, 12.0, share_within(1_010, 10))
