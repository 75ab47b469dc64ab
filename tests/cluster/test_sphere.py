"""Spherical k-means: rows of length one, centres of length one, in every part of a fit."""

import numpy as np
import pytest

import oracle
from ilk.cluster.ensemble import fit_many
from ilk.cluster.kmeans import SMALL, fit_kmeans
from ilk.cluster.nearest import nearest_two
from ilk.cluster.sums import Sums
from ilk.engines.memory import MemoryEngine
from ilk.engines.tiles import cropped, join, join_blocks, matrix_of, tiles_of, unblocked

LENGTH = 2.0**-14
"""Rounding twelve numbers to 2^-16 changes the length of a row by less than that."""


def interests(seed, n=900, p=12, k=4):
    """Rows of length one, not below 0, around k directions; and whose direction each is."""
    rng = np.random.default_rng(seed)
    middle = rng.gamma(0.3, size=(k, p))
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    of = rng.integers(0, k, n)
    x = np.abs(middle[of] + rng.normal(0, 0.15, (n, p)))
    return oracle.on_grid(x / np.linalg.norm(x, axis=1, keepdims=True)), of


def fitted(x, k, *, order=None, mass=None, **options):
    order = np.lexsort(x.T).astype(np.int64) if order is None else order
    return fit_kmeans(tiles_of(x, mass, sphere=True), k, order=order, seed=0, **options)


def directions(x, labels, k):
    """Sums scaled to length one, as the textbook has them."""
    sums = np.stack([x[labels == j].astype(np.float64).sum(axis=0) for j in range(k)])
    return sums / np.linalg.norm(sums, axis=1, keepdims=True)


def test_by_hand():
    """Two customers at a right angle and one segment: the centre lies between them, at length one, not at 0.71."""
    x = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    fit = fitted(x, 1)
    assert fit.centres.tolist() == [[46341 / 65536, 46341 / 65536]]
    assert fit.inertia == pytest.approx(2 * (2 - 2 * np.sqrt(0.5)), abs=1e-4)


@pytest.mark.parametrize("k", [1, 2, 4, 7])
def test_a_fit_is_at_rest(k):
    """Everybody is with the direction of the largest cosine, which is that of the segment's sum."""
    x, _ = interests(k)
    fit = fitted(x, k)
    np.testing.assert_allclose(np.linalg.norm(fit.centres, axis=1), 1.0, atol=LENGTH)
    np.testing.assert_allclose(fit.centres, directions(x, fit.labels, k), atol=2.0**-16)
    np.testing.assert_array_equal(fit.centres * 65536, np.round(fit.centres * 65536))
    cosine = x.astype(np.float64) @ fit.centres.T
    best = cosine.max(axis=1)
    assert (best - cosine[np.arange(len(x)), fit.labels]).max() < 1e-4
    assert fit.inertia == pytest.approx(float((2.0 - 2.0 * best).sum()), rel=1e-3)


def test_planted_interests_are_found():
    """Four kinds of people, told by what they are interested in."""
    x, of = interests(11, n=3_000)
    found = fitted(x, 4).labels
    table = np.zeros((4, 4))
    np.add.at(table, (of, found), 1)
    assert table.max(axis=1).sum() / len(x) > 0.97


def test_no_worse_than_the_textbook_from_as_many_starts():
    """Our best start has at least the cosine of the best of 24 plain runs."""
    x, _ = interests(5, n=1_200, k=6)
    x64, rng, best = x.astype(np.float64), np.random.default_rng(1), np.inf
    for _ in range(24):
        centres = x64[rng.choice(len(x), 6, replace=False)]
        for _ in range(100):
            labels = (x64 @ centres.T).argmax(axis=1)
            if len(np.unique(labels)) < 6:
                break
            centres = directions(x, labels, 6)
        best = min(best, float((2.0 - 2.0 * (x64 @ centres.T).max(axis=1)).sum()))
    assert fitted(x, 6).inertia <= best * 1.001


def test_neither_order_nor_threads_nor_copies_matter():
    """More customers than one stage holds, so that borders are used; weight 2 is two copies."""
    x, _ = interests(3, n=SMALL + 9_000, k=5)
    order = np.lexsort(x.T).astype(np.int64)
    fit = fitted(x, 5, order=order, threads=1)
    np.testing.assert_allclose(np.linalg.norm(fit.centres, axis=1), 1.0, atol=LENGTH)
    np.testing.assert_array_equal(fit.labels, nearest_two(tiles_of(x), fit.centres).label)
    assert np.array_equal(fit.centres, fitted(x, 5, order=order, threads=3).centres)
    shuffled = np.random.default_rng(0).permutation(len(x))
    again = fitted(x[shuffled], 5, order=np.argsort(shuffled)[order])
    assert np.array_equal(fit.centres, again.centres)
    assert np.array_equal(fit.labels[shuffled], again.labels)


def test_large_fits_rest_too():
    """With everybody looked at, the centres are still the directions of the sums."""
    x, _ = interests(8, n=60_000, k=5)
    fit = fitted(x, 5)
    np.testing.assert_allclose(fit.centres, directions(x, fit.labels, 5), atol=5e-3)


def test_refits_to_bootstrap_samples_stay_on_the_sphere():
    """What stability is measured with is the same method."""
    x, _ = interests(2)
    masses = np.random.default_rng(0).poisson(1.0, (8, len(x))).astype(np.uint8)
    centres = fit_many(tiles_of(x, sphere=True), masses, 4, np.arange(8))
    np.testing.assert_allclose(np.linalg.norm(centres, axis=2), 1.0, atol=LENGTH)
    plain = fit_many(tiles_of(x), masses, 4, np.arange(8))
    assert (np.linalg.norm(plain, axis=2) < 0.99).all()


def test_an_empty_segment_keeps_its_centre():
    """The partial knows the sphere as the kernel does."""
    sums = Sums(np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([[9.0, 9.0], [0.0, 0.0]]), np.array([9.0, 0.0]))
    found = sums.centres(np.array([[1.0, 0.0], [0.0, 1.0]]), sphere=True)
    assert found.tolist() == [[np.floor(0.6 * 65536 + 0.5) / 65536, np.floor(0.8 * 65536 + 0.5) / 65536], [0.0, 1.0]]


def test_what_is_made_from_tiles_on_the_sphere_is_on_it():
    """Runs, cuts, copies and batches put together know it, too."""
    x, _ = interests(1, n=700)
    tiles = tiles_of(x, sphere=True)
    assert tiles.run(0, 1).sphere
    assert cropped(tiles.block, 300).sphere
    assert join_blocks([tiles.block, tiles.block]).sphere
    assert unblocked(tiles.block, 700).sphere
    assert join([tiles_of(x[:300], sphere=True), tiles_of(x[300:], sphere=True)]).sphere
    prepared = MemoryEngine(1).prepare([x[:256], x[256:]], lambda rows: tiles_of(rows, sphere=True))
    assert prepared.sphere
    assert np.array_equal(matrix_of(prepared), x)
    assert not tiles_of(x).sphere
