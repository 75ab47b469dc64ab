"""Labels and distances are exact, and the NumPy twin gives the same bits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from ilk.cluster import twin
from ilk.cluster.ensemble import label_many
from ilk.cluster.everyone import LabelPass
from ilk.cluster.nearest import nearest_two
from ilk.engines.memory import MemoryEngine
from ilk.engines.tiles import tiles_of

FIELDS = ("label", "runner_up", "d1", "d2")


def world(seed, n, p, k, *, gaps=0.1, size=1.0, steps=65536):
    """Customers and centres on a grid of 1 / steps; a coarse grid makes ties."""
    rng = np.random.default_rng(seed)
    x = (np.round(rng.normal(0, size, (n, p)) * steps) / steps).astype(np.float32)
    x[rng.random(x.shape) < gaps] = np.nan
    return x, np.round(rng.normal(0, size, (k, p)) * steps) / steps


def assert_same(one, other):
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 10**6),
    st.integers(1, 700),
    st.integers(1, 40),
    st.integers(1, 7),
    st.sampled_from([0.0, 0.02, 0.6]),
    st.sampled_from([65536, 1]),
    st.sampled_from([1.0, 40.0, 200.0]),
)
def test_the_twin_gives_the_same_bits(seed, n, p, k, gaps, steps, size):
    """Also where features are so many and so large that sums of their squares are not exact."""
    x, centres = world(seed, n, p, k, gaps=gaps, steps=steps, size=size)
    x = np.clip(x, -255, 255)
    assert_same(nearest_two(tiles_of(x), centres), twin.nearest_two(x, centres))


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 10**6),
    st.integers(1, 600),
    st.integers(1, 9),
    st.integers(1, 7),
    st.sampled_from([0.0, 0.3]),
    st.sampled_from([65536, 2]),
)
def test_the_float32_pass_gives_the_exact_labels(seed, n, p, k, gaps, steps):
    x, centres = world(seed, n, p, k, gaps=gaps, steps=steps)
    tiles = tiles_of(x)
    exact = nearest_two(tiles, centres).label
    np.testing.assert_array_equal(label_many(tiles, centres[None])[0], exact)
    piece = LabelPass(centres, np.empty(0))(tiles, 0, len(tiles.values))
    np.testing.assert_array_equal(piece.label.ravel()[:n], exact)


def test_close_calls_are_decided_by_float64():
    """Ten thousand customers stand a hair (2^-16) from the middle between two centres, far from 0."""
    rng = np.random.default_rng(0)
    x = oracle.on_grid(rng.normal(100, 5, (10_000, 17)))
    x[:, 0] = 100 + rng.integers(-1, 2, 10_000) / 65536
    centres = np.full((2, 17), 100.0)
    centres[0, 0], centres[1, 0] = 99.0, 101.0
    tiles = tiles_of(x)
    expected = (x[:, 0] > 100).astype(int)
    np.testing.assert_array_equal(label_many(tiles, centres[None])[0], expected)
    np.testing.assert_array_equal(nearest_two(tiles, centres).label, expected)


def test_by_hand():
    """At 0, 1 and 4 with centres at 0 and 3: squared distances 0/9, 1/4, 16/1."""
    near = nearest_two(tiles_of(np.array([[0.0], [1.0], [4.0]], np.float32)), np.array([[0.0], [3.0]]))
    assert near.label.tolist() == [0, 0, 1]
    assert near.runner_up.tolist() == [1, 1, 0]
    assert near.d1.tolist() == [0.0, 1.0, 1.0]
    assert near.d2.tolist() == [9.0, 4.0, 16.0]


def test_against_the_oracle_over_several_runs():
    x, centres = world(1, 40_000, 6, 5)
    near = nearest_two(tiles_of(x), centres)
    d = oracle.distances(x, centres)
    np.testing.assert_array_equal(near.label, d.argmin(axis=1))
    np.testing.assert_allclose(near.d1, np.sort(d, axis=1)[:, 0], rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(near.d2, np.sort(d, axis=1)[:, 1], rtol=1e-12, atol=1e-9)
    rest = d.copy()
    rest[np.arange(len(x)), near.label] = np.inf
    np.testing.assert_array_equal(near.runner_up, rest.argmin(axis=1))


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_threads_do_not_matter(threads):
    x, centres = world(2, 40_000, 5, 4)
    tiles = tiles_of(x)
    assert_same(nearest_two(tiles, centres, threads=1), nearest_two(tiles, centres, threads=threads))


def test_ties_go_to_the_lower_number():
    x = np.zeros((300, 2), np.float32)
    near = nearest_two(tiles_of(x), np.array([[5.0, 0], [1.0, 0], [0, 1.0], [-1.0, 0]]))
    assert set(near.label) == {1}
    assert set(near.runner_up) == {2}


def test_one_centre_has_no_runner_up():
    near = nearest_two(tiles_of(np.ones((3, 2), np.float32)), np.zeros((1, 2)))
    assert near.label.tolist() == near.runner_up.tolist() == [0, 0, 0]
    assert np.isinf(near.d2).all()


def test_nothing_answered_is_at_distance_0_from_all():
    x = np.array([[np.nan, np.nan], [1.0, np.nan]], np.float32)
    near = nearest_two(tiles_of(x), np.array([[3.0, 3.0], [1.0, -7.0]]))
    assert near.label.tolist() == [0, 1]
    assert near.d1.tolist() == [0.0, 0.0]


def test_no_customers():
    assert len(nearest_two(tiles_of(np.empty((0, 3), np.float32)), np.zeros((2, 3))).label) == 0


def test_the_sums_of_a_pass_are_exact_with_gaps_and_weights():
    x, centres = world(3, 3000, 5, 4)
    mass = np.random.default_rng(0).integers(0, 700, 3000) / 256
    total = MemoryEngine().fold(tiles_of(x, mass), _SumsOf(centres))
    sums, answered, counts = oracle.sums(x, oracle.labels(x, centres), 4, mass)
    np.testing.assert_array_equal(total.sums, sums)
    np.testing.assert_array_equal(total.mass, answered)
    np.testing.assert_array_equal(total.counts, counts)


class _SumsOf:
    def __init__(self, centres):
        self.step = LabelPass(centres, np.empty(0))

    def __call__(self, tiles, first, last):
        return self.step(tiles, first, last).sums
