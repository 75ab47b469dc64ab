"""The nearest labelled point: against scikit-learn, by hand, and the same bits for any cut and order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from ilk.cluster import neighbours
from ilk.cluster.neighbours import ByNeighbours
from ilk.cluster.scorer import nearest_by, nearest_rows
from ilk.engines.tiles import tiles_of

LAW = settings(deadline=None, max_examples=30)
BLANK = np.nan


def on_grid(values):
    return np.floor(np.asarray(values, float) * 65536 + 0.5) / 65536


def scorer(points, owner, **more):
    points = on_grid(points)
    return ByNeighbours(points, np.array(owner), np.full(len(points), 10), max(owner) + 1, **more)


def made(seed, n=400, m=60, p=4, k=3):
    rng = np.random.default_rng(seed)
    owner = np.concatenate([np.arange(k), rng.integers(k, size=m - k)])
    return scorer(rng.normal(size=(m, p)), owner.tolist()), on_grid(rng.normal(size=(n, p))).astype(np.float32)


@LAW
@given(seed=st.integers(0, 2**32 - 1))
def test_the_label_is_that_of_scikit_learns_nearest_neighbour(seed):
    found, matrix = made(seed)
    told = KNeighborsClassifier(1, algorithm="brute").fit(found.points, found.owner).predict(matrix.astype(float))
    assert (nearest_rows(found, matrix).label == told).all()


def test_by_hand():
    """Two points of segment 0, one of segment 1; a blank adds nothing."""
    found = scorer([[0.0, 0.0], [4.0, 0.0], [9.0, 1.0]], [0, 0, 1])
    assert found.scores(np.array([[3.0, 1.0], [BLANK, 1.0]], np.float32)).tolist() == [[2.0, 36.0], [1.0, 0.0]]
    assert found.middles.tolist() == [[2.0, 0.0], [9.0, 1.0]]
    assert found.terms(np.array([3.0, 1.0])).tolist() == [[1.0, 1.0], [36.0, 0.0]]
    assert found.anchors(np.array([3.0, BLANK])).tolist() == [[4.0, 0.0], [9.0, 1.0]]


def test_ties_go_to_the_lower_number():
    found = scorer([[1.0], [-1.0]], [1, 0])
    near = nearest_rows(found, np.zeros((1, 1), np.float32))
    assert (near.label[0], near.runner_up[0], near.d1[0], near.d2[0]) == (0, 1, 1.0, 1.0)


@LAW
@given(seed=st.integers(0, 2**32 - 1))
def test_terms_add_up_exactly_to_the_scores(seed):
    found, matrix = made(seed, n=5)
    matrix[::2, 1] = BLANK
    for row, own in zip(matrix, found.scores(matrix), strict=True):
        assert found.terms(row.astype(float)).sum(axis=1).tolist() == own.tolist()


def test_cut_order_and_threads_change_no_bit(monkeypatch):
    found, matrix = made(1, n=3_000)
    matrix[np.random.default_rng(0).random(matrix.shape) < 0.2] = BLANK
    whole = found.scores(matrix)
    monkeypatch.setattr(neighbours, "PIECE", 7)
    turned = np.random.default_rng(1).permutation(len(matrix))
    assert found.scores(matrix[turned]).tobytes() == whole[turned].tobytes()
    one, two = (nearest_by(found, tiles_of(matrix), threads=t) for t in (1, 2))
    assert one.label.tobytes() == two.label.tobytes()


def test_who_is_nearest_to_a_point_in_no_segment_is_unlike_anyone():
    points = np.array([[0.0], [5.0], [10.0]])
    found = ByNeighbours(points, np.array([0, -1, 1]), np.full(3, 10), 2)
    assert nearest_rows(found, np.array([[1.0], [4.0], [9.0]], np.float32)).label.tolist() == [0, -1, 1]


def test_beyond_the_limit_of_its_segment_a_customer_is_unlike_anyone():
    """Distances over half of the weight count double."""
    found = scorer([[0.0, 0.0], [9.0, 0.0]], [0, 1], limits=np.array([4.0, 1.0]), weights=np.ones(2))
    rows = np.array([[2.0, 0.0], [2.1, 0.0], [9.0, 1.1], [1.5, BLANK]], np.float32)
    assert nearest_rows(found, rows).label.tolist() == [0, -1, -1, -1]


def test_renumbering_moves_points_and_limits():
    found = scorer([[0.0], [9.0]], [0, 1], limits=np.array([4.0, 1.0]), weights=np.ones(1))
    turned = found.renumbered(np.array([1, 0]))
    assert turned.owner.tolist() == [1, 0]
    assert turned.limits.tolist() == [1.0, 4.0]
    assert scorer([[0.0], [9.0]], [0, 1]).renumbered(np.array([-1, 0])).owner.tolist() == [-1, 0]


@pytest.mark.parametrize("n", [0, 1])
def test_nobody_and_one_customer(n):
    found, matrix = made(0, n=n)
    assert found.scores(matrix).shape == (n, 3)
    assert len(nearest_rows(found, matrix).label) == n
