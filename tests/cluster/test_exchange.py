"""Exchanges: the segment that is missed least is given up and another is split, wherever the fit ends lower by it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

import oracle
from ilk.cluster.cold import mean_variance, settle_cold
from ilk.cluster.ensemble import fit_many, label_many
from ilk.cluster.exchange import MANY, Ground, exchange, spare_for
from ilk.cluster.exchange import _promising as promising
from ilk.cluster.nearest import nearest_two
from ilk.cluster.room import room_for
from ilk.engines.tiles import tiles_of


def kinds(seed, *, n=900, p=48, k=6, apart=0.35, gaps=0.0):
    """Customers of k kinds who differ by chance more than the kinds do: each column says little, all say enough."""
    rng = np.random.default_rng(seed)
    middle, of = rng.normal(0, apart, (k, p)), rng.integers(0, k, n)
    x = oracle.on_grid(middle[of] + rng.normal(0, 1.0, (n, p)))
    x[rng.random(x.shape) < gaps] = np.nan
    return x, of


def means(x, labels, k):
    return oracle.on_grid(np.stack([np.nanmean(x[labels == j], axis=0) for j in range(k)])).astype(np.float64)


def exchanged(x, centres, *, sphere=False):
    """Settle from centres, and exchange; the fit before, and the one after."""
    tiles, (k, p) = tiles_of(x, sphere=sphere), centres.shape
    n_tiles, n_gap_features = len(tiles.values), len(np.unique(tiles.gaps.feature))
    room, spare = (make(n_tiles, k, p, n_gap_features, **more) for make, more in
                   ((room_for, {}), (spare_for, {"sphere": sphere})))  # fmt: skip
    variance = mean_variance(tiles.block, n_tiles)
    before = settle_cold(tiles.block, n_tiles, room, centres.copy(), enough=0.0)
    kept = before.centres.copy()
    after = exchange(Ground(tiles.block, n_tiles, room, spare, variance, 0.0), before, seed=1)
    np.testing.assert_array_equal(before.centres, kept)
    return before, after


@pytest.mark.parametrize("gaps", [0.0, 0.2])
def test_two_kinds_in_one_segment_and_one_cut_in_two_are_put_right(gaps):
    """Moving centres a little never gets out of this: the two that share a kind are far from the two in one segment."""
    x, of = kinds(0, apart=0.8, gaps=gaps)
    wrong = np.where(of == 1, 0, of)
    half = (of == 2) & (np.nan_to_num(x[:, 0]) > np.nanmean(x[of == 2, 0]))
    before, after = exchanged(x, means(x, np.where(half, 1, wrong), 6))
    labels = [nearest_two(tiles_of(x), fit.centres).label for fit in (before, after)]
    assert adjusted_rand_score(of, labels[0]) < 0.8
    assert adjusted_rand_score(of, labels[1]) > 0.95
    assert after.inertia < before.inertia


def test_what_is_right_stays():
    """No exchange is made where none brings the fit further down."""
    x, of = kinds(1, apart=0.8)
    before, after = exchanged(x, means(x, of, 6))
    assert after is before


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.3]), st.integers(3, 7))
def test_a_fit_never_gets_worse(seed, gaps, k):
    """Whatever it starts from; inertia and masses are those of the centres it returns."""
    x, _ = kinds(seed, n=300, p=MANY + 1, gaps=gaps)
    rows = np.random.default_rng(seed).choice(len(x), k, replace=False)
    before, after = exchanged(x, np.nan_to_num(x[rows]).astype(np.float64))
    assert after.inertia <= before.inertia
    assert after.counts.sum() == len(x)
    energy = float((np.nan_to_num(x).astype(np.float64) ** 2).sum())
    found = nearest_two(tiles_of(x), after.centres).d1.sum()
    assert after.inertia + energy == pytest.approx(found, rel=2e-3)


def test_which_segment_goes_and_which_is_split():
    """Gains less losses, the most first; a segment that goes cannot be split."""
    losses, gains = np.array([5.0, 1.0, 9.0]), [4.0, 8.0, 3.0]
    assert promising(losses, gains) == [(0, 1), (1, 0)]


def test_cold_fits_end_at_the_best_of_many_restarts():
    """Every one of twelve fits to everybody ends within a thousandth of the best of twenty starts elsewhere."""
    x, _ = kinds(2, n=900, p=64, k=8, apart=0.5)
    best = KMeans(8, n_init=20, random_state=0).fit(x).inertia_
    tiles = tiles_of(x)
    for centres in fit_many(tiles, np.ones((12, len(x)), np.uint8), 8, np.arange(12)):
        assert nearest_two(tiles, centres).d1.sum() <= 1.001 * best


def test_threads_do_not_matter():
    """Each fit has a seed of its own, and memory of its own thread."""
    x, _ = kinds(3, gaps=0.1)
    masses = np.random.default_rng(0).integers(0, 3, (14, len(x))).astype(np.uint8)
    one, two = (fit_many(tiles_of(x), masses, 5, np.arange(14), threads=threads) for threads in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_on_the_sphere_centres_keep_length_one():
    """Interests: rows and centres have length one after an exchange, too."""
    x, _ = kinds(4, p=MANY + 8)
    rows = oracle.on_grid(np.abs(x) / np.linalg.norm(x, axis=1, keepdims=True))
    for centres in fit_many(tiles_of(rows, sphere=True), np.ones((4, len(rows)), np.uint8), 5, np.arange(4)):
        np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1.0, atol=1e-3)


@pytest.mark.parametrize("n", [1, 4, 40])
def test_hardly_anybody_and_everybody_alike(n):
    """More segments than different customers leave some empty, and nothing fails."""
    x = np.tile(oracle.on_grid(np.linspace(-1, 1, MANY + 2)[None]), (n, 1))
    tiles = tiles_of(x)
    labels = label_many(tiles, fit_many(tiles, np.ones((2, n), np.uint8), 4, np.arange(2)))
    assert (labels == labels[:, :1]).all()


def test_nobody_drawn_is_no_failure():
    """A weighting in which nobody counts has centres, and they are zeros."""
    x, _ = kinds(5, n=50)
    assert (fit_many(tiles_of(x), np.zeros((1, 50), np.uint8), 4, np.arange(1)) == 0).all()
