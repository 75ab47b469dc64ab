"""Ward and density: against scikit-learn, and what they leave behind."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score

from ilk.cluster.density import Density, best_limit
from ilk.cluster.grouping import Ward, distances_between, means_of, nearest_of
from ilk.cluster.method import Run
from ilk.cluster.on_rows import OnRows, Rows
from ilk.cluster.scorer import nearest_rows
from ilk.engines.tiles import tiles_of

BLANK = np.nan


def on_grid(values):
    return (np.floor(np.asarray(values, float) * 65536 + 0.5) / 65536).astype(np.float32)


@pytest.fixture(scope="module")
def blobs():
    x, labels = make_blobs(600, 3, centers=[[0] * 3, [6] * 3, [-6, 6, 0]], random_state=0)
    return on_grid(x), labels


@pytest.mark.parametrize("k", [2, 3, 7, 12])
def test_wards_groups_are_scikit_learns(k):
    rows = on_grid(np.random.default_rng(3).normal(size=(200, 4)))
    scorer = Ward(np.ones(4)).solve(Rows(rows), [k], seed=0, thorough=False)[k].scorer
    told = AgglomerativeClustering(k, linkage="ward").fit_predict(rows.astype(float))
    assert adjusted_rand_score(nearest_rows(scorer, rows).label, told) == 1.0


def test_distances_over_blanks_by_hand():
    """Half of the weight in common doubles the square; nothing in common counts as the average pair."""
    rows = np.array([[0.0, 0.0], [3.0, BLANK], [BLANK, 1.0]], np.float32)
    assert distances_between(rows, np.ones(2)).tolist() == [[0.0, 18.0, 2.0], [18.0, 0.0, 4.0], [2.0, 4.0, 0.0]]
    assert nearest_of(rows[1:], rows[:1], np.ones(2)).tolist() == [0, 0]


def test_points_of_a_model_are_means_of_ten_of_one_group(blobs):
    rows, labels = blobs
    found = means_of(rows, labels.astype(np.intp), 3, least=10, most=2_000)
    assert found.customers.min() >= 10
    assert found.customers.sum() == len(rows)
    assert (np.floor(found.points * 65536) == found.points * 65536).all()
    assert (nearest_rows(found, rows).label == labels).mean() > 0.99


@pytest.mark.parametrize("solver", [Ward(np.ones(3)), Density(np.ones(3))])
def test_planted_groups_are_found_whatever_the_threads(blobs, solver):
    rows, labels = blobs
    found = [OnRows(solver).find(tiles_of(rows), (1, 2, 3), Run(np.arange(600), threads=t)) for t in (1, 2)]
    assert adjusted_rand_score(found[0][3].labels, labels) > 0.95
    assert found[0][3].labels.tobytes() == found[1][3].labels.tobytes()
    assert found[0][1].scorer.k == 1


@pytest.mark.parametrize("solver", [Ward(np.ones(3)), Density(np.ones(3))])
def test_the_order_of_rows_changes_nothing(blobs, solver):
    """As long as `order` names the same customers in hash order."""
    rows = blobs[0]
    turned = np.random.default_rng(1).permutation(len(rows))
    one = OnRows(solver).find(tiles_of(rows), (3,), Run(np.arange(600)))[3]
    other = OnRows(solver).find(tiles_of(rows[turned]), (3,), Run(np.argsort(turned)))[3]
    assert (other.labels == one.labels[turned]).all()
    assert other.scorer.points.tobytes() == one.scorer.points.tobytes()


def test_who_stands_alone_is_unlike_anyone(blobs):
    alone = on_grid(np.random.default_rng(0).uniform(20, 60, size=(40, 3)))
    rows = np.concatenate([blobs[0], alone])
    found = OnRows(Density(np.ones(3))).find(tiles_of(rows), (3,), Run(np.arange(len(rows))))[3]
    assert (found.labels[600:] == -1).all()
    assert (found.labels[:600] >= 0).mean() > 0.9
    assert found.setting is not None


def test_density_leaves_out_what_it_does_not_find():
    rows = on_grid(np.random.default_rng(0).normal(size=(400, 6)))
    found = OnRows(Density(np.ones(6))).find(tiles_of(rows), (1, 5, 6, 7), Run(np.arange(400)))
    assert set(found) == {1}


def test_refits_of_nothing_dense_agree_with_nothing(blobs):
    """A smallest group of nine tenths is never found: no groups again is not stability."""
    from ilk.choose.stability import Pairs, agreements, refit_pairs

    method = OnRows(Density(np.ones(3), settled=((3, 0.9),)))
    found = refit_pairs(tiles_of(blobs[0]), (3,), Pairs(0, "bootstrap", 0, 2), method=method)[3]
    assert [scorer.k for scorer in found.scorers] == [0] * 4
    assert agreements(found).tolist() == [0.0, 0.0]


def test_the_best_limit_by_hand():
    """Up to 2 and up to 4 one is on the wrong side; of equals the larger."""
    far, inside = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), np.array([True, True, False, True, False, False])
    assert best_limit(far, inside) == 4.0
    assert best_limit(np.array([1.0, 2.0]), np.array([True, True])) == 2.0
    assert best_limit(np.array([1.0, 2.0]), np.array([False, False])) == 0.0
