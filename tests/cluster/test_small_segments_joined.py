"""Two levels: small segments put together once into several and once into few."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from ilk.cluster.levels import Levels, ward
from ilk.cluster.method import Draws, Run
from ilk.engines.tiles import UNIT, tiles_of


def rows(m: int, seed: int, p: int = 3) -> np.ndarray:
    return np.round(np.random.default_rng(seed).normal(size=(m, p)) * UNIT) / UNIT


def blobs(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three groups far apart, of which each holds two that are nearer each other."""
    rng = np.random.default_rng(seed)
    middles = np.array([[0, 0], [0, 3], [20, 0], [20, 3], [0, 40], [3, 40]], float)
    kind = rng.integers(6, size=3_000)
    matrix = (middles[kind] + rng.normal(scale=0.4, size=(3_000, 2))) / 8
    return (np.floor(matrix * UNIT + 0.5) / UNIT).astype(np.float32), kind


def found(matrix: np.ndarray, ks=(3, 6), seed: int = 0, threads: int | None = None):
    return Levels(max(ks)).find(tiles_of(matrix), ks, Run(np.arange(len(matrix)), seed, threads))


@pytest.mark.parametrize("seed", range(8))
def test_ward_is_scipys(seed):
    """With rows of one customer each the groups are those of scipy's Ward linkage."""
    table = rows(20, seed)
    tree = linkage(table, "ward")
    groups = ward(table, np.ones(20), range(2, 10))
    for k, own in groups.items():
        assert adjusted_rand_score(fcluster(tree, k, "maxclust"), own) == pytest.approx(1.0)


def test_a_row_of_two_customers_is_two_rows():
    """Mass 2 puts the same rows together as the row standing twice does."""
    table = rows(12, 3)
    mass = np.where(np.arange(12) < 4, 2.0, 1.0)
    twice = np.concatenate([table, table[:4]])
    weighed, doubled = ward(table, mass, [3])[3], ward(twice, np.ones(16), [3])[3]
    assert adjusted_rand_score(weighed, doubled[:12]) == pytest.approx(1.0)


def test_a_pair_by_hand():
    """0, 1, 5, 5.5 on a line: 5 and 5.5 go first, then 0 and 1."""
    line = np.array([[0.0], [1.0], [5.0], [5.5]])
    groups = ward(line, np.ones(4), [2, 3])
    assert groups[3].tolist() == [0, 1, 2, 2]
    assert groups[2].tolist() == [0, 0, 1, 1]


def test_every_small_segment_lies_in_one_large_one():
    matrix, kind = blobs()
    levels = found(matrix)
    few, many = levels[3].labels, levels[6].labels
    for j in range(6):
        assert len(set(few[many == j])) == 1
    assert adjusted_rand_score(kind, many) > 0.98
    assert adjusted_rand_score(kind // 2, few) > 0.98


def test_the_same_for_any_threads_and_any_order():
    """Labels follow the customers, whatever the threads and however the rows stand."""
    matrix, _ = blobs(1)
    again = found(matrix, threads=1)
    assert all(np.array_equal(found(matrix, threads=2)[k].labels, again[k].labels) for k in (3, 6))
    place = np.random.default_rng(0).permutation(len(matrix))
    back = np.argsort(place)
    mixed = Levels(6).find(tiles_of(matrix[place]), (3, 6), Run(back))
    for k in (3, 6):
        assert np.array_equal(mixed[k].labels[back], again[k].labels)


def test_refits_are_as_many_as_were_asked_for():
    matrix, _ = blobs(2)
    tiles = tiles_of(matrix[:500])
    masses = np.random.default_rng(0).multinomial(500, np.full(500, 1 / 500), size=4).astype(np.uint8)
    refits = Levels(6).refit(tiles, (3, 6), Draws(masses, np.arange(4)))
    assert {k: (len(r.scorers), r.labels.shape, r.labels.max() + 1) for k, r in refits.items()} == {
        3: (4, (4, 500), 3),
        6: (4, (4, 500), 6),
    }


def test_few_customers_still_make_both_levels():
    assert set(found(rows(30, 5, 2).astype(np.float32), ks=(2, 4))) == {2, 4}
