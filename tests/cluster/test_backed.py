"""A feature that fewer than ten of a segment answered says nothing about them."""

from __future__ import annotations

import numpy as np

from ilk.cluster.backed import of_enough


def test_a_feature_few_answered_is_the_mean():
    """Of segment 0 two answered the second feature, of segment 1 three; the first one everybody did."""
    rows = np.array([[1, 5], [1, 5], [1, np.nan], [2, 7], [2, 7], [2, 7]], np.float32)
    centres = np.array([[1.0, 5.0], [2.0, 7.0]])
    labels = np.array([0, 0, 0, 1, 1, 1])
    assert of_enough(centres, labels, rows, 3).tolist() == [[1.0, 0.0], [2.0, 7.0]]
    assert of_enough(centres, labels, rows, 2).tolist() == centres.tolist()
    assert centres[0, 1] == 5.0


def test_who_has_no_voice_backs_nothing():
    rows = np.array([[1, 5], [1, 5], [np.nan, 5]], np.float32)
    assert of_enough(np.array([[1.0, 5.0]]), np.array([0, -1, 0]), rows, 2).tolist() == [[0.0, 5.0]]


def test_where_everybody_answered_nothing_is_counted():
    centres = np.array([[1.0], [2.0]])
    assert of_enough(centres, np.array([0, 1]), np.array([[1], [2]], np.float32), 10) is centres
