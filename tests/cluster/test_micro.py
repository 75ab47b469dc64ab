"""Micro-segments: at least ten alike customers each, whatever the order of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.cluster.micro import FEWEST_CUSTOMERS, micro_segments

LAW = settings(deadline=None, max_examples=30)


def on_grid(values):
    return (np.floor(np.asarray(values) * 65536 + 0.5) / 65536).astype(np.float32)


def some(n, p=4, seed=0, gaps=0.1):
    rng = np.random.default_rng(seed)
    matrix = on_grid(rng.normal(size=(n, p)) * np.arange(1, p + 1))
    matrix[rng.random(matrix.shape) < gaps] = np.nan
    return matrix


def test_two_heaps_are_cut_between_them():
    matrix = on_grid(np.r_[np.full((60, 2), -1.0), np.full((60, 2), 3.0)][np.random.default_rng(0).permutation(120)])
    found = micro_segments(matrix, np.arange(120), least=60)
    assert found.points.tolist() == [[-1, -1], [3, 3]] or found.points.tolist() == [[3, 3], [-1, -1]]
    assert found.customers.tolist() == [60, 60]


@LAW
@given(
    n=st.integers(FEWEST_CUSTOMERS, 700),
    p=st.integers(1, 5),
    seed=st.integers(0, 999),
    gaps=st.sampled_from([0, 0.2, 0.9]),
)
def test_as_many_as_can_be_of_at_least_ten(n, p, seed, gaps):
    matrix = some(n, p, seed, gaps)
    found = micro_segments(matrix, np.arange(n))
    assert len(found.points) == n // 10
    assert found.customers.min() >= 10
    assert found.customers.sum() == n
    assert np.array_equal(np.bincount(found.labels), found.customers)
    assert not np.isnan(found.points).any()
    assert (found.points * 65536 == np.floor(found.points * 65536)).all()


@LAW
@given(seed=st.integers(0, 999))
def test_the_order_of_rows_does_not_matter(seed):
    matrix = some(300, seed=seed)
    rng = np.random.default_rng(seed)
    order, shuffled = rng.permutation(300), rng.permutation(300)
    first = micro_segments(matrix, order)
    place = np.argsort(shuffled)
    again = micro_segments(matrix[shuffled], place[order])
    assert np.array_equal(first.points, again.points)
    assert np.array_equal(first.labels[shuffled], again.labels)


def test_points_are_means_of_those_who_answered():
    matrix = some(400, gaps=0)
    found = micro_segments(matrix, np.arange(400))
    for g in (0, 17, 39):
        mean = matrix[found.labels == g].astype(float).mean(axis=0)
        assert found.points[g] == pytest.approx(mean, abs=2**-16)


def test_what_fewer_than_ten_answered_is_taken_from_the_larger_group():
    matrix = some(400, gaps=0)
    matrix[:395, 1] = np.nan
    found = micro_segments(matrix, np.arange(400))
    assert (found.points[:, 1] == 0).all()
    matrix[:, 1] = np.where(np.arange(400) < 200, 2.0, np.nan)
    found = micro_segments(on_grid(matrix), np.arange(400))
    assert (found.points[:, 1] == 2.0).all()


def test_groups_are_alike():
    """Within groups of ten little is left of what differs between customers."""
    matrix = some(4000, gaps=0)
    found = micro_segments(matrix, np.arange(4000))
    within = ((matrix - found.points[found.labels]) ** 2).sum()
    assert within < 0.08 * ((matrix - matrix.mean(axis=0)) ** 2).sum()


def test_only_the_rows_of_the_order_are_used_and_at_most_so_many():
    matrix = some(500)
    found = micro_segments(matrix, np.arange(0, 500, 2), most=12)
    assert len(found.points) == 12
    assert (found.labels[1::2] == -1).all()
    assert (found.labels[::2] >= 0).all()


def test_too_few_customers_have_none():
    assert micro_segments(some(99), np.arange(99)) is None
    assert micro_segments(some(150), np.arange(150), least=200) is None


def test_equal_customers_and_empty_answers():
    equal = micro_segments(on_grid(np.ones((200, 3))), np.arange(200))
    assert (equal.points == 1).all()
    empty = micro_segments(np.full((200, 3), np.nan, np.float32), np.arange(200))
    assert (empty.points == 0).all()
