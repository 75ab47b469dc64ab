"""What Segmenter promises beyond scikit-learn's own checks."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import ilk
import oracle
from ilk.engines import raw
from ilk.errors import BadInput, IlkError

SIZES = [300, 200, 100]


@pytest.fixture
def groups():
    """Three groups far apart, the columns in very different units."""
    rng = np.random.default_rng(0)
    middle = np.array([[1000.0, 0.5, 3], [9000.0, 0.5, 3], [1000.0, 0.9, 4000]])
    return np.repeat(middle, SIZES, axis=0) + rng.normal(size=(600, 3)) * [100, 0.01, 1]


@pytest.fixture
def truth():
    return np.repeat([0, 1, 2], SIZES)


@pytest.fixture
def table(truth):
    rng = np.random.default_rng(1)
    spend = np.exp(rng.normal(0, 0.3, 600)) * np.array([20.0, 900.0, 100.0])[truth]
    visits = rng.poisson(np.array([1.0, 4.0, 40.0])[truth]).astype(float)
    visits[::50] = np.nan
    return {"spend": spend, "visits": visits, "shop": np.array(["web", "city", "web"])[truth]}


def test_groups_are_found_and_numbered_by_size(groups, truth):
    np.testing.assert_array_equal(ilk.Segmenter(3).fit(groups).labels_, truth)


def test_k_is_found(groups, truth):
    found = ilk.Segmenter().fit(groups)
    assert found.n_segments_ == 3
    np.testing.assert_array_equal(found.labels_, truth)


def test_centres_inertia_and_distances_are_in_the_units_of_x(groups):
    found = ilk.Segmenter(3).fit(groups)
    means = [groups[found.labels_ == j].mean(axis=0) for j in range(3)]
    np.testing.assert_allclose(found.cluster_centers_, means, rtol=1e-3)
    d = np.sqrt(oracle.distances(groups, found.cluster_centers_))
    np.testing.assert_allclose(found.transform(groups), d, rtol=1e-3, atol=0.1)
    assert found.inertia_ == pytest.approx((d.min(axis=1) ** 2).sum(), rel=1e-3)
    assert found.score(groups) == pytest.approx(-found.inertia_, rel=1e-9)


def test_no_worse_than_scikit_learn_on_standardised_columns(groups):
    x = StandardScaler().fit_transform(np.vstack([groups, np.random.default_rng(0).normal(size=(400, 3)) * 5000]))
    theirs = KMeans(6, n_init=20, random_state=0).fit(x).inertia_
    assert ilk.Segmenter(6).fit(x).inertia_ <= theirs * 1.0001


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_any_number(groups, truth, dtype):
    found = ilk.Segmenter(3).fit(groups.astype(dtype) if dtype != np.int64 else (groups * 100).astype(dtype))
    np.testing.assert_array_equal(found.labels_, truth)


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1e6, 1e30])
def test_any_unit(groups, truth, scale):
    found = ilk.Segmenter(3).fit(groups * scale)
    np.testing.assert_array_equal(found.labels_, truth)
    np.testing.assert_allclose(found.cluster_centers_ / scale, ilk.Segmenter(3).fit(groups).cluster_centers_, atol=2e-3)


def test_missing_answers_are_skipped(groups, truth):
    rng = np.random.default_rng(2)
    x = np.where(rng.random(groups.shape) < 0.05, np.nan, groups)
    x[7] = np.nan
    found = ilk.Segmenter(3).fit(x)
    assert found.labels_[7] == found.predict(x)[7] == -1
    telling = ~np.isnan(x[:, [0, 2]]).any(axis=1)
    np.testing.assert_array_equal(found.labels_[telling], truth[telling])
    assert np.isnan(found.transform(x)[7]).all()
    assert not np.isnan(np.delete(found.transform(x), 7, axis=0)).any()


def test_distances_over_blanks_are_scaled_up(groups):
    found = ilk.Segmenter(1).fit(groups)
    whole, half = groups[:1], groups[:1].copy()
    half[0, 2] = np.nan
    d = np.sqrt(np.nansum((half - found.cluster_centers_) ** 2) * 3 / 2)
    assert found.transform(half)[0, 0] == pytest.approx(d, rel=1e-3)
    assert found.transform(whole).shape == (1, 1)


@pytest.mark.parametrize("n_jobs", [1, 2, -1, -2, None])
def test_threads_do_not_matter(groups, n_jobs):
    one, other = ilk.Segmenter(4, n_jobs=1).fit(groups), ilk.Segmenter(4, n_jobs=n_jobs).fit(groups)
    np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
    assert one.inertia_ == other.inertia_


def test_the_order_of_rows_does_not_matter(groups):
    shuffle = np.random.default_rng(0).permutation(600)
    one, other = ilk.Segmenter(5).fit(groups), ilk.Segmenter(5).fit(groups[shuffle])
    np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
    np.testing.assert_array_equal(one.labels_[shuffle], other.labels_)


@pytest.mark.parametrize("n_segments", [4, "auto"])
def test_a_weight_is_as_many_copies(groups, n_segments):
    weight = np.random.default_rng(3).integers(0, 4, 600)
    one = ilk.Segmenter(n_segments).fit(groups, sample_weight=weight)
    other = ilk.Segmenter(n_segments).fit(np.repeat(groups, weight, axis=0))
    np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
    np.testing.assert_array_equal(np.repeat(one.labels_, weight), other.labels_)
    assert one.inertia_ == other.inertia_


@pytest.mark.parametrize("scale", [1e-7, 1e7, 1 / 3])
def test_only_the_ratio_of_weights_matters(groups, scale):
    weight = np.random.default_rng(3).integers(1, 4, 600)
    one = ilk.Segmenter(4).fit(groups, sample_weight=weight)
    other = ilk.Segmenter(4).fit(groups, sample_weight=weight * scale)
    np.testing.assert_allclose(one.cluster_centers_, other.cluster_centers_, rtol=1e-3)
    assert other.inertia_ == pytest.approx(one.inertia_ * scale, rel=1e-3)


def test_more_rows_than_the_sample_holds(monkeypatch, groups):
    """The way of large arrays, taken with small ones: sorted rows, an outlier beyond the sample, weights."""
    monkeypatch.setattr(raw, "FIT_SAMPLE", 512)
    x = np.vstack([groups[np.argsort(groups[:, 0])]] * 20)
    x[3] = [3e5, 0.5, 3]
    found = ilk.Segmenter(4, n_jobs=2).fit(x, sample_weight=np.ones(len(x)))
    np.testing.assert_array_equal(found.labels_, found.predict(x))
    near = oracle.distances(x, found.cluster_centers_)
    assert (near.argmin(axis=1) == found.labels_).mean() > 0.999
    assert found.inertia_ == pytest.approx(near.min(axis=1).sum(), rel=1e-3)


def test_large_arrays_with_blanks(monkeypatch, groups, truth):
    monkeypatch.setattr(raw, "FIT_SAMPLE", 512)
    x, labels = np.vstack([groups] * 20), np.tile(truth, 20)
    x[::7, 1] = np.nan
    x[5] = [np.nan, np.nan, 3.0]
    x[6] = np.nan
    found = ilk.Segmenter(3).fit(x)
    assert found.labels_[6] == -1
    np.testing.assert_array_equal(np.delete(found.labels_, [5, 6]), np.delete(labels, [5, 6]))


def test_a_start_of_ones_own_competes(groups, truth):
    start = np.array([groups[truth == j].mean(axis=0) for j in (2, 0, 1)])
    np.testing.assert_array_equal(ilk.Segmenter(3, init=start).fit(groups).labels_, truth)


def test_none_is_a_seed_too(groups):
    one, other = ilk.Segmenter(5).fit(groups), ilk.Segmenter(5, random_state=0).fit(groups)
    np.testing.assert_array_equal(one.labels_, other.labels_)
    ilk.Segmenter(5, random_state=np.random.RandomState(1)).fit(groups)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "arrow"])
def test_the_columns_of_a_frame_go_through_the_recipe(table, truth, frame):
    given = frame(table)
    found = ilk.Segmenter(3).fit(given)
    np.testing.assert_array_equal(found.labels_, truth)
    np.testing.assert_array_equal(found.predict(given), truth)
    np.testing.assert_array_equal(found.transform(given).argmin(axis=1), truth)


def test_a_frame_of_new_customers_may_have_its_columns_spoiled(table):
    found = ilk.Segmenter(3).fit(pd.DataFrame(table))
    new = pd.DataFrame({"spend": ["25.5", "n/a"], "visits": [1.0, 40.0], "shop": ["web", "moon"]})
    assert found.predict(new).shape == (2,)


def test_frames_take_weights(table, truth):
    weight = np.where(truth == 2, 0.0, 1.0)
    found = ilk.Segmenter(2).fit(pd.DataFrame(table), sample_weight=weight)
    np.testing.assert_array_equal(found.labels_[truth < 2], truth[truth < 2])


def test_in_a_pipeline_and_a_grid_search(groups):
    pipe = make_pipeline(StandardScaler(), ilk.Segmenter(3))
    assert len(pipe.fit_predict(groups)) == 600
    search = GridSearchCV(pipe, {"segmenter__n_segments": [2, 3]}, cv=3).fit(groups)
    assert search.best_params_ == {"segmenter__n_segments": 3}


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_set_output(groups, library):
    found = ilk.Segmenter(3).set_output(transform=library).fit(groups)
    out = found.transform(groups)
    assert type(out).__module__.startswith(library)
    assert list(out.columns) == ["segmenter0", "segmenter1", "segmenter2"]


def test_cloned_pickled_and_shown(groups):
    found = ilk.Segmenter(3, random_state=5).fit(groups)
    assert clone(found).get_params() == found.get_params()
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.predict(groups), found.labels_)
    assert "Segmenter" in found._repr_html_()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_segments": 0}, "whole number from 1"),
        ({"n_segments": True}, "whole number from 1"),
        ({"n_segments": "many"}, "'auto' or"),
        ({"n_segments": 700}, "n_samples=600 should be >= n_segments=700"),
        ({"n_segments": 2, "init": "best"}, "k-means\\+\\+"),
        ({"n_segments": 2, "init": np.zeros((3, 3))}, "one row of features a segment"),
        ({"n_segments": 2, "method": "spectral"}, "method: must be 'auto', 'kmeans'"),
        ({"n_segments": 2, "method": "ward", "min_size": 10}, "bound the segments of k-means"),
        ({"n_segments": 2, "min_share": 2.0}, "min_share"),
        ({"n_segments": 5, "min_size": 200}, "200"),
        ({"n_segments": 2, "method": "ward", "init": np.zeros((2, 3))}, "leave out init"),
        ({"n_segments": 17, "method": "density"}, "density does not find 17 segments"),
    ],
)
def test_what_does_not_fit_is_refused(groups, options, message):
    with pytest.raises(ValueError, match=message):
        ilk.Segmenter(**options).fit(groups)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_segments": 5, "min_size": 200}, "ask for fewer segments with n_segments, or lower min_share or min_size."),
        ({"n_segments": 5, "max_size": 20}, "ask for more segments with n_segments, or raise max_share or max_size."),
        ({"n_segments": 2, "min_share": 2.0}, "min_share: 2.0 is not a share of everybody"),
        ({"n_segments": 2, "method": "ward", "min_size": 9}, "leave them out, or leave out method='ward'."),
    ],
)
def test_what_is_refused_is_told_by_the_names_of_the_arguments(groups, options, message):
    with pytest.raises(ilk.IlkError) as refused:
        ilk.Segmenter(**options).fit(groups)
    assert message in str(refused.value)


@pytest.mark.parametrize("columns", [{"a": [1.0] * 50}, {"a": []}, {"a": pd.date_range("2020-01-01", periods=50)}])
def test_a_frame_that_holds_nothing_to_build_with_is_told_without_flags(columns):
    """Every customer alike, nobody there, and a date: there is no command line to give a role or a condition on."""
    with pytest.raises(ilk.IlkError) as refused:
        ilk.Segmenter(2).fit(pd.DataFrame(columns))
    assert "--" not in str(refused.value)
    assert refused.value.do in {"bring columns in which customers differ", "check the file"}


@pytest.mark.parametrize("n", [600, 200_000])
def test_infinity_is_refused(n):
    x = np.random.default_rng(0).normal(size=(n, 2)).astype(np.float32)
    x[n // 2, 1] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        ilk.Segmenter(2).fit(x)


def test_weights_of_zero_only_are_refused(groups):
    with pytest.raises(ValueError, match="non-zero"):
        ilk.Segmenter(2).fit(groups, sample_weight=np.zeros(600))


@pytest.mark.parametrize("k", [2, "auto"])
def test_nothing_answered_at_all(k):
    with pytest.raises(ValueError, match=r"Nobody answered anything.*30 rows"):
        ilk.Segmenter(k).fit(np.full((30, 2), np.nan))


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.parametrize("ids", ["repeated", "blank", "all the same", "unique"])
def test_every_row_of_a_frame_has_a_label_whatever_its_id(table, truth, frame, ids):
    """A customer who stands there twice counts twice, as scikit-learn users expect."""
    column = {
        "repeated": [f"c{i // 2}" for i in range(600)],
        "blank": [f"c{i}" if i % 3 else None for i in range(600)],
        "all the same": ["c"] * 600,
        "unique": [f"c{i}" for i in range(600)],
    }[ids]
    found = ilk.Segmenter(3).fit(frame({"customer_id": column, **table}))
    np.testing.assert_array_equal(found.labels_, truth)
    np.testing.assert_array_equal(found.predict(frame({"customer_id": column, **table})), truth)


@pytest.mark.parametrize("frame", [np.column_stack, pd.DataFrame])
def test_more_segments_than_rows(frame):
    rng = np.random.default_rng(0)
    columns = {"a": rng.normal(size=8), "b": rng.normal(size=8)}
    x = frame(list(columns.values())) if frame is np.column_stack else frame(columns)
    with pytest.raises(ValueError, match="n_samples=8 should be >= n_segments=9"):
        ilk.Segmenter(9).fit(x)


def test_more_segments_than_different_rows():
    x = np.repeat([[0.0, 0.0], [1.0, 1.0]], 10, axis=0)
    found = ilk.Segmenter(4).fit(x)
    assert found.inertia_ == 0.0
    assert set(found.labels_) == {0, 1}


METHODS = ["auto", "mixture", "latent", "ward"]


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_the_labels_of_the_command_line(data, method):
    """On the columns of a frame, at a number that is asked for."""
    frame = pd.read_csv(data / "credit-card" / "customers.csv", nrows=1000)
    study = ilk.segment(frame, k="3..3", method=method)
    theirs = study.assignments.column("segment").to_numpy() - 1
    found = ilk.Segmenter(3, method=method).fit(frame)
    np.testing.assert_array_equal(found.labels_, theirs)
    np.testing.assert_array_equal(found.predict(frame), theirs)


@pytest.mark.slow
def test_bounds_give_the_labels_of_the_command_line(data):
    frame = pd.read_csv(data / "credit-card" / "customers.csv", nrows=1000)
    study = ilk.segment(frame, k="3..3", max_share="40%")
    found = ilk.Segmenter(3, max_share=0.4).fit(frame)
    np.testing.assert_array_equal(found.labels_, study.assignments.column("segment").to_numpy() - 1)
    assert np.bincount(found.labels_).max() <= 400


@pytest.mark.parametrize("method", ["kmeans", "mixture", "latent", "ward", "density"])
def test_every_method_finds_groups_and_puts_customers_where_they_are_nearest(groups, truth, method):
    found = ilk.Segmenter(3, method=method).fit(groups)
    if method != "latent":  # its bands hold a fifth of the customers each, whatever the groups
        means = [groups[found.labels_ == j].mean(axis=0) for j in range(3)]
        np.testing.assert_allclose(found.cluster_centers_ / means, 1.0, atol=0.05)
        np.testing.assert_array_equal(found.labels_[found.labels_ >= 0], truth[found.labels_ >= 0])
    assert (found.labels_ >= 0).mean() > 0.8
    np.testing.assert_array_equal(found.predict(groups), found.labels_)
    far = found.transform(groups)
    np.testing.assert_array_equal(far.argmin(axis=1)[found.labels_ >= 0], found.labels_[found.labels_ >= 0])
    assert found.score(groups) == pytest.approx(-(far.min(axis=1) ** 2).sum(), rel=1e-6)


@pytest.mark.parametrize("method", ["kmeans", "mixture"])
def test_parts_of_a_customer_count(groups, truth, method):
    """A quarter of each customer below the middle of a group, and seven quarters of the others, move its mean there."""
    spread = groups[:, 0] - np.array([groups[truth == j, 0].mean() for j in range(3)])[truth]
    weight = np.where(spread < 0, 0.25, 1.75)
    found = ilk.Segmenter(3, method=method).fit(groups, sample_weight=weight)
    plain = ilk.Segmenter(3, method=method).fit(groups)
    moved = [np.average(groups[truth == j, 0], weights=weight[truth == j]) for j in range(3)]
    np.testing.assert_allclose(found.cluster_centers_[:, 0], moved, atol=5.0)
    assert np.all(found.cluster_centers_[:, 0] - plain.cluster_centers_[:, 0] > 40.0)


@pytest.mark.parametrize("method", ["kmeans", "mixture"])
def test_quarters_of_customers_count_as_four_times_as_many_whole_ones(groups, method):
    """Cut to whole customers they would be 0 and 1 instead of 1 and 7; not heard at all, all alike."""
    weight = np.where(groups[:, 0] < np.median(groups[:, 0]), 0.25, 1.75)
    quarters, whole, alike = (
        ilk.Segmenter(3, method=method).fit(groups, sample_weight=one) for one in (weight, weight * 4, None)
    )
    np.testing.assert_array_equal(quarters.labels_, whole.labels_)
    np.testing.assert_allclose(quarters.cluster_centers_, whole.cluster_centers_, rtol=1e-5)
    assert np.abs(quarters.cluster_centers_ / alike.cluster_centers_ - 1.0).max() > 0.001


def test_quarters_of_customers_are_heard_by_latent_classes(groups):
    """Neither all alike, nor cut or rounded to whole customers."""
    weight = np.where(groups[:, 0] < np.median(groups[:, 0]), 0.25, 1.75)
    quarters = ilk.Segmenter(3, method="latent").fit(groups, sample_weight=weight)
    for other in (None, np.floor(weight), np.rint(weight)):
        found = ilk.Segmenter(3, method="latent").fit(groups, sample_weight=other)
        assert np.abs(quarters.cluster_centers_ / found.cluster_centers_ - 1.0).max() > 0.001


@pytest.mark.parametrize("method", ["ward", "density"])
def test_methods_of_whole_customers_refuse_parts(groups, method):
    with pytest.raises(ilk.IlkError, match=f"cannot be weighted with method {method}"):
        ilk.Segmenter("auto" if method == "density" else 3, method=method).fit(groups, sample_weight=np.full(600, 0.3))


def test_k_is_found_by_another_method(groups, truth):
    found = ilk.Segmenter(method="ward").fit(groups)
    assert found.n_segments_ == 3
    np.testing.assert_array_equal(found.labels_, truth)


def test_only_ids_that_repeat_are_read_past_and_all_else_that_is_wrong_is_told(monkeypatch):
    """A frame of a log is taken row by row; a refusal of another kind is not answered by reading the frame again."""
    log = pd.DataFrame({"customer_id": ["a", "b"] * 20, "x": range(40), "y": [1.5, 7.0] * 20})
    assert len(ilk.Segmenter(n_segments=2).fit(log).labels_) == 40
    read = []

    def refusing(*_given, **how):
        read.append(how)
        raise BadInput("nothing builds")

    monkeypatch.setattr("ilk.sources.open.open_source", refusing)
    with pytest.raises(IlkError, match="nothing builds"):
        ilk.Segmenter(n_segments=2).fit(log)
    assert len(read) == 1
