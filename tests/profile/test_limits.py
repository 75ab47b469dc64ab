"""How far a segment reaches is never told by a handful of its customers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.profile.segments import distance_limits


def test_a_large_segment_has_its_own_limit():
    distances = np.arange(4_000) / 4_000
    (limit,) = distance_limits(distances, np.zeros(4_000, np.int32), 1, 10)
    assert limit == pytest.approx(np.quantile(distances, 0.995))


def test_small_segments_borrow_how_far_the_farthest_go():
    """Medians 1 and 2; the tenth farthest of all, in medians, is at 1.9 by hand; both limits are that many medians."""
    apart = np.r_[np.linspace(0.1, 1.9, 100)]
    distances, labels = np.r_[apart, 2 * apart], np.repeat([0, 1], 100).astype(np.int32)
    first, second = distance_limits(distances, labels, 2, 10)
    together = np.sort(np.r_[apart, apart])
    assert first == pytest.approx(together[-10])
    assert second == pytest.approx(2 * together[-10])


@settings(deadline=None)
@given(st.integers(30, 9_000), st.floats(1.0, 1_000.0), st.integers(0, 5))
def test_ten_customers_are_at_or_beyond_every_limit(n, times, seed):
    """In medians of their own segments' distances, however far nine of them are."""
    rng = np.random.default_rng(seed)
    distances, labels = rng.gamma(4, 1, n), rng.integers(0, 3, n).astype(np.int32)
    distances[:9] *= times
    limits = distance_limits(distances, labels, 3, 10)
    middle = np.array([np.median(distances[labels == j]) if (labels == j).any() else np.nan for j in range(3)])
    for j, limit in enumerate(limits):
        if limit is not None:
            beyond = distances / middle[labels] >= limit / middle[j] * (1 - 1e-12)
            assert beyond.sum() >= 10


def test_no_limit_stands_on_fewer_than_ten():
    assert distance_limits(np.arange(9.0), np.zeros(9, np.int32), 1, 10) == (None,)
    assert distance_limits(np.array([]), np.zeros(0, np.int32), 2, 10) == (None, None)


def test_where_all_are_alike_the_limit_is_where_they_are():
    assert distance_limits(np.zeros(50), np.zeros(50, np.int32), 1, 10) == (0.0,)
