"""Sums and quantiles of customers who count unequally."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ilk.profile.profiles import _as_customers
from ilk.profile.summary import cut_by, grouped_quantiles, ranked, weighted_quantiles

SHARES = (0.05, 0.5, 0.95)
GRAIN = 256


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 5)), min_size=1, max_size=40))
def test_a_value_of_weight_two_is_the_value_twice(pairs):
    values, weights = (np.array(one) for one in zip(*sorted(pairs), strict=True))
    found = weighted_quantiles(values.astype(float), weights, SHARES)
    np.testing.assert_allclose(found, np.quantile(np.repeat(values, weights), SHARES), atol=1e-12)


def test_quantiles_of_parts_of_a_customer():
    """Half a customer at 0, a whole one at 10, half a one at 20: the middle of two customers is 10."""
    found = weighted_quantiles(np.array([0.0, 10.0, 20.0]), np.array([128, 256, 128]), (0.0, 0.5, 1.0))
    np.testing.assert_array_equal(found, [0.0, 10.0, 20.0])
    assert np.isnan(weighted_quantiles(np.zeros(0), np.zeros(0, np.int64), SHARES)).all()


def test_every_group_has_its_own():
    values = np.array([3.0, 1.0, np.nan, 7.0, 5.0])
    labels = np.array([0, 0, 1, 1, -1], dtype=np.int32)
    found, sizes = grouped_quantiles(ranked(values, np.full(5, GRAIN)), cut_by(labels, 3), (0.5,))
    np.testing.assert_array_equal(found[:, 0], [2.0, 7.0, np.nan])
    np.testing.assert_array_equal(sizes, [2, 1, 0])


def test_weighted_counts_are_told_as_so_many_of_those_who_answered():
    """Three of weight 3 and one of weight 1 answered: seven tenths and three tenths of four are rounded, and add up."""
    heavy = np.array([[7, 3]]) * GRAIN
    np.testing.assert_array_equal(_as_customers(heavy, np.array([10 * GRAIN]), np.array([4])), [[3, 1]])
    np.testing.assert_array_equal(_as_customers(np.zeros((1, 2), int), np.array([0]), np.array([0])), [[0, 0]])
