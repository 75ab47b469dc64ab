"""Tiles hold exactly what the matrix held."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from ilk.engines.tiles import TILE, Scale, cut, join, matrix_of, tiles_of
from ilk.errors import BadInput


def with_gaps(seed, n=700, p=5, share=0.1):
    rng = np.random.default_rng(seed)
    x = oracle.on_grid(rng.normal(size=(n, p)))
    x[rng.random(x.shape) < share] = np.nan
    return x


def test_every_number_and_every_gap_comes_back():
    x = with_gaps(0)
    np.testing.assert_array_equal(matrix_of(tiles_of(x)), x)


def test_what_is_missing_or_beyond_the_end_is_zero():
    x = with_gaps(1, n=300)
    tiles = tiles_of(x)
    assert tiles.values.shape == (2, 5, TILE)
    assert not np.isnan(tiles.values).any()
    assert not tiles.values[1, :, 300 - TILE :].any()
    assert not tiles.mass[1, 300 - TILE :].any()


def test_gaps_name_only_features_with_gaps_in_that_tile():
    x = np.zeros((600, 3), np.float32)
    x[5, 1] = x[300, 2] = np.nan
    gaps = tiles_of(x).gaps
    assert gaps.start.tolist() == [0, 1, 2, 2]
    assert gaps.feature.tolist() == [1, 2]
    assert np.flatnonzero(gaps.mark[0]).tolist() == [5]
    assert np.flatnonzero(gaps.mark[1]).tolist() == [300 - TILE]


def test_who_answered_nothing_and_weighs_nothing_is_no_gap():
    """Else one such customer gives every feature of a tile a gap; who has a weight, or an answer, is marked as ever."""
    x = np.ones((600, 3), np.float32)
    x[[5, 70, 300, 599]] = np.nan
    x[70, 1] = 2.0
    mass = np.ones(600)
    mass[[5, 70, 599]] = 0.0
    tiles = tiles_of(x, mass)
    assert tiles.gaps.silent.tolist() == [5, 599]
    assert tiles.gaps.start.tolist() == [0, 2, 5, 5]
    assert [np.flatnonzero(mark).tolist() for mark in tiles.gaps.mark] == [[70]] * 2 + [[300 - TILE]] * 3
    np.testing.assert_array_equal(matrix_of(tiles), x)


def test_squares_leave_gaps_out_and_their_sum_is_exact():
    x = with_gaps(2, n=5000)
    mass = np.random.default_rng(0).integers(1, 600, 5000) / 256
    tiles = tiles_of(x, mass)
    square = np.nansum(x.astype(float) ** 2, axis=1)
    np.testing.assert_allclose(tiles.square.ravel()[:5000], square, rtol=1e-6)
    units = sum(int(s * 2**32) * int(m * 256) for s, m in zip(square, mass, strict=True))
    assert tiles.units == units


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1000))
def test_the_order_of_customers_does_not_change_the_sum_of_squares(seed):
    x = with_gaps(seed, n=900)
    shuffled = x[np.random.default_rng(seed).permutation(900)]
    assert tiles_of(x).units == tiles_of(shuffled).units


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_threads_do_not_matter(threads):
    x = with_gaps(3, n=40_000)
    one, other = tiles_of(x, threads=1), tiles_of(x, threads=threads)
    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.gaps.mark, other.gaps.mark)
    assert one.units == other.units


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_a_raw_matrix_is_moved_scaled_and_rounded_half_up(dtype):
    x = np.array([[1, 10], [3, 30]], dtype)
    tiles, largest = cut(x, Scale(np.array([2.0, 20.0]), 0.5), None)
    np.testing.assert_array_equal(matrix_of(tiles), [[-0.5, -5.0], [0.5, 5.0]])
    assert largest == 5.0


def test_rounding_is_floor_of_x_plus_a_half():
    x = np.array([[0.5, 1.5, -0.5, -1.5, 0.49]]) / 65536
    tiles, _ = cut(x, Scale(np.zeros(5), 1.0), None)
    np.testing.assert_array_equal(matrix_of(tiles) * 65536, [[1, 2, 0, -1, 0]])


@pytest.mark.parametrize("order", ["C", "F"])
def test_any_memory_layout_and_read_only_arrays(order):
    x = np.array(with_gaps(4), order=order)
    x.flags.writeable = False
    np.testing.assert_array_equal(matrix_of(tiles_of(x)), x)


def test_no_customers():
    tiles = tiles_of(np.empty((0, 3), np.float32))
    assert tiles.n == 0
    assert tiles.values.shape == (0, 3, TILE)
    assert tiles.units == 0


def test_too_large_a_feature_is_refused():
    with pytest.raises(BadInput, match="256 or more"):
        tiles_of(np.array([[256.0]], np.float32))


def test_infinity_is_refused():
    with pytest.raises(BadInput, match="256 or more"):
        tiles_of(np.array([[np.inf]], np.float32))


def test_the_number_of_weights_must_fit():
    with pytest.raises(BadInput, match="one weight a customer"):
        tiles_of(np.zeros((3, 1), np.float32), np.ones(2))


@pytest.mark.parametrize("cuts", [[256, 512], [100, 300], [0, 256]])
def test_joined_batches_are_the_tiles_of_all(cuts):
    x = with_gaps(5)
    mass = np.arange(700) / 256
    x[[0, 300, 699]], mass[[300, 699]] = np.nan, 0.0
    parts = [tiles_of(part, weight) for part, weight in zip(np.split(x, cuts), np.split(mass, cuts), strict=True)]
    joined, whole = join(parts), tiles_of(x, mass)
    np.testing.assert_array_equal(matrix_of(joined), x)
    np.testing.assert_array_equal(joined.mass, whole.mass)
    np.testing.assert_array_equal(joined.square, whole.square)
    assert (joined.units, joined.n) == (whole.units, whole.n)
    assert joined.gaps.silent.tolist() == whole.gaps.silent.tolist() == [0, 300, 699]
