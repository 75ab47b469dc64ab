"""The map against scikit-learn's components; the comparison against its Rand index."""

from __future__ import annotations

import numpy as np
import pytest
from portraits import grouping_of, subject_of

from ilk.cluster.agreement import adjusted_rand
from ilk.errors import BadInput
from ilk.features.recipe import feature_columns
from ilk.profile.compare import compare_with
from ilk.profile.map import fit_map, places, separating_map


def crowd(n=500, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    spend = (rng.lognormal(3, 0.5, n) * np.array([1, 5, 25])[labels]).round(2)
    visits = rng.poisson(np.array([2, 10, 10])[labels])
    balance = rng.lognormal(4, 1, n).round(2)
    tier = np.where(rng.random(n) < 0.8, np.array(["low", "mid", "top"])[labels], rng.choice(["low", "mid", "top"], n))
    balance = [None if b else float(v) for v, b in zip(balance, rng.random(n) < 0.1, strict=True)]
    columns = {"spend": spend.tolist(), "visits": visits.tolist(), "balance": balance, "tier": tier.tolist()}
    return subject_of(columns, compare_with="tier"), labels.astype(np.int32)


def drawn(subject, rows=slice(None)):
    return fit_map(subject.matrix[rows], feature_columns(subject.recipe), subject.plans, recipe=subject.recipe)


def test_axes_are_principal_components():
    from sklearn.decomposition import PCA

    subject, _ = crowd()
    shown = drawn(subject)
    filled = np.nan_to_num(subject.matrix).astype(float)
    model = PCA(2).fit(filled)
    assert shown.explained == pytest.approx(tuple(model.explained_variance_ratio_), rel=1e-6)
    axes = np.array(shown.axes)
    assert np.abs(axes.T @ model.components_.T) == pytest.approx(np.eye(2), abs=1e-6)
    np.testing.assert_allclose(np.abs(np.array(places(shown, filled))), np.abs(model.transform(filled)), atol=1e-6)


def test_the_largest_loading_is_positive_and_no_order_changes_the_map():
    subject, _ = crowd()
    shown = drawn(subject)
    axes = np.array(shown.axes)
    assert (axes[np.abs(axes).argmax(axis=0), [0, 1]] > 0).all()
    assert drawn(subject, np.random.default_rng(1).permutation(500)) == shown


def test_both_ends_have_words():
    shown = drawn(crowd()[0])
    assert shown.words[0][1].startswith(("higher", "more"))
    assert all(end and "_" not in end for pair in shown.words for end in pair)


def test_one_feature_has_one_axis():
    subject = subject_of({"spend": [1.5, 2.0, 7.5, 30.0] * 15, "age": list(range(60))}, ignore=("age",))
    shown = drawn(subject)
    assert shown.explained == pytest.approx((1.0, 0.0))
    assert shown.words[1] == ("", "")
    assert len(shown.axes) == 1
    assert len(shown.axes[0]) == 2


def test_nobody_differs():
    shown = fit_map(np.zeros((20, 3), dtype=np.float32), ("spend",) * 3, crowd()[0].plans)
    assert shown.explained == (0.0, 0.0)


def test_rand_index_is_that_of_scikit_learn():
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 4, 300), rng.integers(0, 3, 300)
    other[:150] = one[:150] % 3
    table = np.array([[((one == i) & (other == j)).sum() for j in range(3)] for i in range(4)])
    assert adjusted_rand(table) == pytest.approx(adjusted_rand_score(one, other))
    assert adjusted_rand(np.array([[5, 0], [0, 5]])) == 1.0
    assert adjusted_rand(np.zeros((2, 2), dtype=np.int64)) == 1.0


def test_the_comparison_counts_and_explains():
    subject, labels = crowd()
    found = compare_with(subject, grouping_of(subject, labels), "tier")
    tiers = np.array(subject.table.column("tier").to_pylist())
    for j, group in enumerate(found.groups):
        for i, row in enumerate(found.table):
            assert row[j] is None or row[j] == ((labels == i) & (tiers == group)).sum()
    explained = {name: (own, theirs) for name, own, theirs in found.explained}
    spend = subject.matrix[:, 0].astype(float)
    between = sum((labels == j).sum() * (spend[labels == j].mean() - spend.mean()) ** 2 for j in range(3))
    assert explained["spend"][0] == pytest.approx(between / ((spend - spend.mean()) ** 2).sum(), rel=1e-9)
    assert explained["spend"][0] > explained["spend"][1] > 0.2
    assert set(explained) == {"spend", "visits", "balance"}


def test_small_cells_and_groups_are_hidden():
    subject, labels = crowd(120)
    tiers = np.array(subject.table.column("tier").to_pylist())
    table = compare_with(subject, grouping_of(subject, labels), "tier").table
    assert any((((labels == i) & (tiers == t)).sum()) < 10 for i in range(3) for t in set(tiers))
    assert all(n is None or n == 0 or n >= 10 for row in table for n in row)


def test_rare_groups_are_pooled():
    subject, labels = crowd(300)
    own = ["a"] * 150 + ["b"] * 130 + [f"rare {i % 5}" for i in range(20)]
    subject = subject_of({"spend": list(range(300)), "visits": labels.tolist(), "group": own}, compare_with="group")
    assert compare_with(subject, grouping_of(subject, labels), "group").groups == ("a", "b", "(other)")


def test_a_column_without_groups_is_refused():
    subject, labels = crowd(200)
    with pytest.raises(BadInput, match=r"balance cannot be compared .* 2 to 60 groups"):
        compare_with(subject, grouping_of(subject, labels), "balance")


def apart(centres, customers, points=None):
    subject, _ = crowd()
    points = np.zeros((0, subject.matrix.shape[1])) if points is None else points
    columns = feature_columns(subject.recipe)
    return separating_map(centres, customers, points, columns, subject.plans, recipe=subject.recipe)


def test_the_separating_plane_holds_all_of_three_middles():
    """Three middles lie in a plane: on the map they are as far from each other as they are."""
    rng = np.random.default_rng(0)
    centres, customers = rng.normal(size=(3, crowd()[0].matrix.shape[1])), np.array([500.0, 300.0, 20.0])
    shown = apart(centres, customers)
    xy = np.array(places(shown, centres))
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert np.linalg.norm(xy[i] - xy[j]) == pytest.approx(np.linalg.norm(centres[i] - centres[j]))
    assert sum(shown.explained) == pytest.approx(1.0)
    assert np.average(xy, axis=0, weights=customers) == pytest.approx([0.0, 0.0], abs=1e-9)
    axes = np.array(shown.axes)
    assert axes.T @ axes == pytest.approx(np.eye(2), abs=1e-9)


def test_no_plane_parts_the_middles_more():
    rng = np.random.default_rng(1)
    centres, customers = rng.normal(size=(6, crowd()[0].matrix.shape[1])), rng.integers(10, 500, 6).astype(float)

    def between(axes):
        middles = (centres - np.average(centres, axis=0, weights=customers)) @ axes
        return float((customers[:, None] * middles**2).sum())

    best = between(np.array(apart(centres, customers).axes))
    others = [np.linalg.qr(rng.normal(size=(centres.shape[1], 2)))[0] for _ in range(200)]
    assert all(between(other) <= best + 1e-9 for other in others)


def test_two_middles_leave_a_line_and_the_rest_fills_the_plane():
    rng = np.random.default_rng(2)
    points = rng.normal(size=(80, crowd()[0].matrix.shape[1]))
    centres, customers = np.array([points[0], points[1]]), np.array([10.0, 10.0])
    axes = np.array(apart(centres, customers, points).axes)
    assert axes.T @ axes == pytest.approx(np.eye(2), abs=1e-9)
    line = (centres[1] - centres[0]) / np.linalg.norm(centres[1] - centres[0])
    assert abs(axes[:, 0] @ line) == pytest.approx(1.0)
    alone = apart(centres, customers)
    assert np.array(alone.axes)[:, 1] == pytest.approx(0.0)
    assert alone.words[1] == ("", "")
