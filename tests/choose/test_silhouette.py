"""Exact silhouettes: by hand, against scikit-learn, with blanks, and the same bits whatever the threads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.choose.silhouette import silhouettes
from ilk.errors import Cancelled
from ilk.progress import Progress


def table(rng, n, p):
    return (np.round(rng.normal(size=(n, p)) * 65536) / 65536).astype(np.float32)


def by_definition(features, labels, weights):
    """Rousseeuw's definition, pair by pair, distances over the answers both gave."""
    n = len(features)
    known = ~np.isnan(features)
    distance = np.zeros((n, n))
    for i in range(n):
        both = known[i] & known
        observed = both @ weights
        square = np.where(both, (np.nan_to_num(features) - np.nan_to_num(features[i])) ** 2, 0).sum(1)
        scaled = square * weights.sum() / np.where(observed > 0, observed, 1)
        distance[i] = np.sqrt(np.where(observed > 0, scaled, 2 * weights.sum()))
        distance[i, i] = 0
    width = np.zeros(n)
    for i in range(n):
        own = labels == labels[i]
        if own.sum() == 1:
            continue
        a = distance[i, own].sum() / (own.sum() - 1)
        b = min(distance[i, labels == j].mean() for j in set(labels) - {labels[i]})
        width[i] = (b - a) / max(a, b)
    return width


def test_by_hand():
    """Customers at 0, 1 and 5: the first is 1 from its own and 5 from the other segment; the last is alone."""
    x = np.array([[0.0], [1.0], [5.0]], np.float32)
    found = silhouettes(x, np.array([[0, 0, 1]]), np.ones(1))
    assert found == pytest.approx(np.array([[4 / 5, 3 / 4, 0.0]]), abs=1e-6)


@pytest.mark.parametrize(("n", "p"), [(2, 1), (255, 3), (700, 4), (1300, 17)])
def test_as_scikit_learn(n, p):
    """Several labellings at once, tiles not full, features no multiple of four."""
    from sklearn.metrics import silhouette_samples

    rng = np.random.default_rng(n)
    x = table(rng, n, p)
    labels = np.stack([np.arange(n) % k for k in range(2, min(n, 6))] or [np.array([0, 0])])
    found = silhouettes(x, labels, np.ones(p))
    for row, label in zip(found, labels, strict=True):
        if 1 < len(set(label)) < n:
            assert row == pytest.approx(silhouette_samples(x.astype(float), label), abs=2e-6)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31), st.floats(0, 0.5), st.integers(2, 40))
def test_with_blanks_as_by_definition(seed, blanks, n):
    """A pair's distance is over what both answered, scaled to the whole weight."""
    rng = np.random.default_rng(seed)
    x, weights = table(rng, n, 5), rng.choice([0.25, 1.0, 4.0], 5)
    x[rng.random(x.shape) < blanks] = np.nan
    labels = np.r_[0, 1, rng.integers(0, 3, n - 2)]
    found = silhouettes(x, labels[None], weights)[0]
    assert found == pytest.approx(by_definition(x.astype(float), labels, weights), abs=1e-5)


def test_threads_and_company_change_no_bit():
    """One thread or two, the figures are the same; and order of customers only reorders them."""
    rng = np.random.default_rng(0)
    x, labels = table(rng, 900, 6), rng.integers(0, 4, (3, 900))
    x[rng.random(x.shape) < 0.02] = np.nan
    one = silhouettes(x, labels, np.ones(6), threads=1)
    assert (one == silhouettes(x, labels, np.ones(6), threads=2)).all()
    turned = rng.permutation(900)
    assert silhouettes(x[turned], labels[:, turned], np.ones(6)) == pytest.approx(one[:, turned], abs=1e-6)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31), st.permutations(range(4)))
def test_names_of_segments_do_not_matter(seed, names):
    rng = np.random.default_rng(seed)
    x, labels = table(rng, 50, 3), rng.integers(0, 4, 50)
    renamed = np.array(names)[labels]
    found, again = silhouettes(x, np.stack([labels, renamed]), np.ones(3))
    assert again == pytest.approx(found, abs=1e-6)


def test_one_segment_and_equal_customers_are_0():
    """Nothing to compare with, or nothing to tell apart: 0, never NaN."""
    x = np.zeros((10, 2), np.float32)
    assert (silhouettes(x, np.array([[0] * 10, [0, 1] * 5]), np.ones(2)) == 0).all()


def test_can_be_stopped():
    progress = Progress()
    progress.stop()
    with pytest.raises(Cancelled):
        silhouettes(np.zeros((600, 2), np.float32), np.zeros((1, 600), int), np.ones(2), progress=progress)
