"""How near: by hand, against a loop, and the compiled kernel against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_certainty import made

from ilk.model import scorers
from ilk.model.parts import Centres
from ilk.model.scorers import distances, nearest_segments, scores

LAW = settings(deadline=None, max_examples=40)


def on_grid(values):
    return np.floor(np.asarray(values, float) * 65536 + 0.5) / 65536


def test_by_hand():
    matrix = np.array([[1.0, 2.0], [np.nan, 2.0], [np.nan, np.nan]], np.float32)
    found = scores(Centres(((0.0, 0.0), (3.0, 2.5))), matrix)
    assert found.tolist() == [[5.0, 4.25], [4.0, 0.25], [0.0, 0.0]]


def test_distances_make_up_for_what_is_missing():
    """D over half of the weight is stretched by sqrt(2); nothing answered has no distance."""
    scoring = made([[0, 0]], [], [[0, 0]])
    matrix = np.array([[3.0, 4.0], [3.0, np.nan], [np.nan, np.nan]], np.float32)
    found = distances(scoring, matrix, np.array([25.0, 9.0, 0.0]))
    assert found[:2].tolist() == [5.0, pytest.approx(3 * np.sqrt(2))]
    assert np.isnan(found[2])


@LAW
@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 5), p=st.integers(1, 6))
def test_numpy_and_the_kernel_agree_to_the_bit(seed, k, p):
    rng = np.random.default_rng(seed)
    matrix = on_grid(rng.normal(size=(300, p))).astype(np.float32)
    matrix[rng.random(matrix.shape) < 0.2] = np.nan
    matrix[::7] = matrix[0]
    centres = on_grid(rng.normal(size=(k, p)))
    centres[-1] = centres[0]
    scoring = made(centres, [], [[0.0] * p])
    small = nearest_segments(scoring, matrix)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scorers, "MOST_CUSTOMERS", 10)
        large = nearest_segments(scoring, matrix, threads=2)
    for name in ("label", "runner_up", "d1", "d2"):
        assert np.array_equal(getattr(small, name), getattr(large, name)), name


def test_a_merged_segment_is_as_near_as_its_nearer_half():
    scoring = made([[-2.0], [2.0], [0.5]], [], [[0.0]], owner=[0, 0, 1])
    near = nearest_segments(scoring, np.array([[-1.9], [2.1], [0.4]], np.float32))
    assert near.label.tolist() == [0, 0, 1]
    assert near.runner_up.tolist() == [1, 1, 0]
    assert near.d1 == pytest.approx([0.01, 0.01, 0.01], abs=1e-5)
    assert near.d2[1] == pytest.approx(1.6**2, abs=1e-5)


def test_many_customers_of_merged_segments_are_scored_in_pieces(monkeypatch):
    monkeypatch.setattr(scorers, "CHUNK", 7)
    scoring = made([[-2.0], [2.0], [0.5]], [], [[0.0]], owner=[0, 0, 1])
    matrix = on_grid(np.linspace(-3, 3, 50))[:, None].astype(np.float32)
    assert nearest_segments(scoring, matrix).label.tolist() == [int(-0.75 < x < 1.25) for x in matrix[:, 0]]
    assert len(nearest_segments(scoring, matrix[:0]).label) == 0
