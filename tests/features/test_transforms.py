"""Each transform against values computed by hand, and the laws all of them keep."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_tables import as_column, plan

from ilk.errors import BadInput
from ilk.features import transforms
from ilk.features.transforms import LARGEST, STEP, features_of, level_texts, mean_and_deviation, numbers, skewness

NAN = float("nan")


def by_hand(x):
    """The nearest multiple of 2^-16, halves up."""
    return math.floor(x * 65536 + 0.5) / 65536


def made(transform, values):
    return features_of(transform, as_column(values))


# ---------------------------------------------------------------- by hand


def test_amounts_by_hand():
    """With s = 4, the median of 1, 4 and 7: log1p(x / 4), its mean and its population deviation."""
    values = [0.0, 1.0, 4.0, 7.0, NAN]
    transform = transforms.fit_amount(plan("a", "amount"), np.array(values), negative=False)
    shaped = np.array([0.0, math.log(1.25), math.log(2.0), math.log(2.75)])
    mean, deviation = shaped.mean(), shaped.std()
    assert transform.kind == "log"
    assert transform.scale == 4.0
    assert transform.low < -100 * deviation
    assert transform.high > 100 * deviation
    assert transform.centre[0] == pytest.approx(mean, rel=1e-14)
    assert transform.spread == pytest.approx(deviation, rel=1e-14)
    expected = [by_hand((x - mean) / deviation) for x in shaped]
    assert made(transform, values)[:4, 0].tolist() == expected
    assert np.isnan(made(transform, values)[4, 0])


def test_amounts_with_anything_negative_take_asinh():
    """With s = 3, the median of the sizes 2, 3 and 5; zeros do not count."""
    values = np.array([-2.0, 0.0, 3.0, 5.0])
    transform = transforms.fit_amount(plan("a", "amount"), values, negative=True)
    assert (transform.kind, transform.scale) == ("asinh", 3.0)
    shaped = np.arcsinh(values / 3.0)
    expected = [by_hand(x) for x in (shaped - shaped.mean()) / shaped.std()]
    assert made(transform, values)[:, 0].tolist() == expected


def test_new_customers_beyond_the_tails_are_drawn_in():
    values = np.random.default_rng(1).lognormal(0, 1, 5000)
    transform = transforms.fit_amount(plan("a", "amount"), values, negative=False)
    beyond = made(transform, [0.0, values.max() * 1e6, -5.0])[:, 0]
    assert beyond[1] == by_hand((transform.high - transform.centre[0]) / transform.spread)
    assert beyond[0] == beyond[2] == by_hand((transform.low - transform.centre[0]) / transform.spread)
    assert beyond[1] < 5.0


def test_counts_are_amounts_when_skewed_and_plain_when_not():
    rng = np.random.default_rng(2)
    skewed, even = rng.geometric(0.3, 500).astype(float), rng.binomial(20, 0.5, 500).astype(float)
    assert transforms.fit_count(plan("c", "count"), skewed, negative=False).kind == "log"
    assert transforms.fit_count(plan("c", "count"), even, negative=False).kind == "plain"


def test_plain_numbers_by_hand():
    """Mean 4, population deviation 2 of 2, 4, 4, 4, 5, 5, 7, 9 minus 1."""
    values = np.array([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]) - 1.0
    transform = transforms.fit_plain(plan("n", "number"), values)
    assert (transform.centre, transform.spread) == ((4.0,), 2.0)
    assert made(transform, [4.0, 8.0, 1.0])[:, 0].tolist() == [0.0, 2.0, -1.5]


def test_weights_multiply():
    values = np.array([0.0, 10.0])
    transform = transforms.fit_plain(plan("n", "number", weight=0.5), values)
    assert made(transform, values)[:, 0].tolist() == [-0.5, 0.5]


def test_flags_by_hand():
    """A quarter says yes: yes is (1 - 0.25) / 0.5, no is -0.25 / 0.5, two apart."""
    column = pa.array([True, False, False, False, None])
    transform = transforms.fit_flag(plan("f", "flag"), numbers(column))
    assert features_of(transform, column)[:4, 0].tolist() == [1.5, -0.5, -0.5, -0.5]
    assert np.isnan(features_of(transform, column)[4, 0])


def test_flags_written_as_two_other_numbers_are_as_far_apart():
    transform = transforms.fit_flag(plan("f", "flag"), np.array([1.0, 2.0, 2.0, 2.0]))
    assert made(transform, [1.0, 2.0])[:, 0].tolist() == [-1.5, 0.5]


def test_categories_by_hand():
    """Shares 0.5, 0.3, 0.2: the sum of p (1 - p) is 0.62."""
    texts = pa.array(["a"] * 50 + ["b"] * 30 + ["c"] * 20)
    transform = transforms.fit_levels(plan("g", "category"), texts, min_customers=10)
    assert transform.levels == ("a", "b", "c")
    assert transform.centre == (0.5, 0.3, 0.2)
    assert transform.spread == pytest.approx(math.sqrt(0.62), rel=1e-15)
    row = features_of(transform, pa.array(["b"]))[0].tolist()
    assert row == [by_hand(x / math.sqrt(0.62)) for x in (-0.5, 0.7, -0.2)]


def test_a_lopsided_category_does_not_blow_up():
    """With shares 0.95 and 0.05 the spread stays sqrt(0.5)."""
    texts = pa.array(["a"] * 950 + ["b"] * 50)
    transform = transforms.fit_levels(plan("g", "category"), texts, min_customers=10)
    assert transform.spread == math.sqrt(0.5)


def test_two_levels_are_as_far_apart_as_a_flag():
    texts = pa.array(["a"] * 30 + ["b"] * 70)
    transform = transforms.fit_levels(plan("g", "category"), texts, min_customers=10)
    ends = features_of(transform, pa.array(["a", "b"]))
    assert ((ends[0] - ends[1]) ** 2).sum() == pytest.approx(4.0, abs=1e-3)


def test_rare_levels_are_pooled_and_those_of_a_few_people_not_kept():
    """4,000 customers: under 20 is rare, under 10 is nobody's business."""
    texts = pa.array(["a"] * 3000 + ["b"] * 966 + ["rare"] * 15 + ["seldom"] * 14 + ["person"] * 5)
    transform = transforms.fit_levels(plan("g", "category"), texts, min_customers=10)
    assert transform.levels == ("a", "b", "(other)")
    assert transform.pooled == ("rare", "seldom")
    assert "person" not in str(transform)
    rows = features_of(transform, pa.array(["rare", "seldom", "person", "unheard", None, "a"]))
    assert (rows[0] == rows[1]).all()
    assert rows[0][2] == rows[0].max()
    assert np.isnan(rows[2:5]).all()
    assert not np.isnan(rows[5]).any()


def test_a_level_that_is_called_other_is_not_the_pool():
    texts = pa.array(["(other)"] * 3000 + ["b"] * 980 + ["rare"] * 15)
    transform = transforms.fit_levels(plan("g", "category"), texts, min_customers=10)
    rows = features_of(transform, pa.array(["(other)", "rare"]))
    assert rows[0].argmax() == 0
    assert rows[1].argmax() == 2


def test_blanks_as_a_fact_of_their_own():
    values = np.array([1.0, NAN, 3.0, 5.0])
    transform = transforms.fit_blank_flag(plan("a", "amount", missing="flag"), values)
    assert (transform.missing, transform.role) == ("flag", "flag")
    assert made(transform, [NAN, 7.0])[:, 0].tolist() == [1.5, -0.5]


def test_blanks_of_texts_as_a_fact_of_their_own():
    """A category says blank or not, whatever stands there; of ordered texts, one that is no step is blank as well."""
    values = np.array([1.0, NAN, 3.0, 5.0])
    category = transforms.fit_blank_flag(plan("c", "category", missing="flag"), values)
    column = pa.array(["a", None, "unheard"])
    assert features_of(category, column)[:, 0].tolist() == [-0.5, 1.5, -0.5]
    ordered = transforms.fit_blank_flag(plan("o", "ordered", missing="flag"), values, levels=("a", "b"))
    assert features_of(ordered, column)[:, 0].tolist() == [-0.5, 1.5, 1.5]


def test_blanks_as_zero():
    transform = transforms.fit_plain(plan("n", "number", missing="zero"), np.array([0.0, 2.0]))
    assert made(transform, [NAN, 0.0, 2.0])[:, 0].tolist() == [-1.0, -1.0, 1.0]


def test_ordered_texts_are_equal_steps():
    steps = ("low", "middle", "high")
    transform = transforms.fit_plain(plan("o", "ordered"), np.array([0.0, 1.0, 2.0]), spread=1.0, levels=steps)
    column = pa.array(["high", "low", "middle", "unheard", None])
    assert features_of(transform, column)[:3, 0].tolist() == [1.0, -1.0, 0.0]
    assert np.isnan(features_of(transform, column)[3:]).all()


@pytest.mark.parametrize("values", [[], [NAN], [3.0], [3.0, 3.0, NAN], [0.0, 0.0], [0.3, 0.1 + 0.2]])
def test_what_does_not_vary_gets_no_feature(values):
    values = np.array(values)
    assert transforms.fit_amount(plan("a", "amount"), values, negative=False) is None
    assert transforms.fit_count(plan("a", "count"), values, negative=False) is None
    assert transforms.fit_plain(plan("a", "number"), values) is None
    assert transforms.fit_flag(plan("a", "flag"), values) is None


def test_an_amount_only_a_few_have_varies_nowhere():
    """Two of 10,000 are beyond the 99.9 % quantile: after winsorising all are equal."""
    values = np.zeros(10_000)
    values[:2] = 5.0
    assert transforms.fit_amount(plan("a", "amount"), values, negative=False) is None


@pytest.mark.parametrize("n", [2, 12, 19, 20, 300, 20_000])
def test_no_bound_is_the_value_of_fewer_than_ten(n):
    """Bounds stand in the model: either ten customers are at or beyond one, or it is nobody's value."""
    values = np.random.default_rng(n).lognormal(3, 1, n)
    transform = transforms.fit_amount(plan("a", "amount"), values, negative=False)
    shaped = np.log1p(values / transform.scale)
    beyond = (shaped <= transform.low).sum(), (shaped >= transform.high).sum()
    assert all(count >= 10 or (count == 0 and n < 20) for count in beyond)


# ---------------------------------------------------------------- values


def test_values_become_numbers():
    assert numbers(pa.array([dt.date(1970, 1, 11)])).tolist() == [10.0]
    assert numbers(pa.array([dt.datetime(1970, 1, 2, 23, tzinfo=dt.UTC)])).tolist() == [1.0]
    assert numbers(pa.array([True, False])).tolist() == [1.0, 0.0]
    assert numbers(pa.array([3], pa.int8())).tolist() == [3.0]
    assert np.isnan(numbers(pa.chunked_array([pa.array([None], pa.float64())]))[0])
    with pytest.raises(BadInput, match="Numbers are needed"):
        numbers(pa.array(["x"]))


def test_numbers_never_share_the_callers_memory():
    column = pa.array([1.0, 2.0])
    numbers(column)[:] = 9.0
    assert column.to_pylist() == [1.0, 2.0]


def test_levels_read_the_same_whatever_their_type():
    assert level_texts(pa.array([4.0, -0.0, 2.5])).to_pylist() == ["4", "0", "2.5"]
    assert level_texts(pa.array([4])).to_pylist() == ["4"]
    assert level_texts(pa.array([True, None])).to_pylist() == ["true", None]
    assert level_texts(pa.array(["a"]).dictionary_encode()).to_pylist() == ["a"]


def test_columns_without_a_type_are_blank():
    """A frame's column of nothing but None has no type; every answer of it is missing."""
    nothing = pa.nulls(3)
    assert np.isnan(numbers(nothing)).all()
    assert np.isnan(numbers(nothing, ("low", "high"))).all()
    assert level_texts(nothing).null_count == 3


def test_huge_values_stay_finite():
    mean, deviation = mean_and_deviation(np.array([-1e300, 1e300]))
    assert (mean, deviation) == (0.0, 1e300)
    transform = transforms.fit_amount(plan("a", "amount"), np.array([1e-300, 1.0, 1e300]), negative=False)
    assert np.isfinite(made(transform, [1e300, 0.0])).all()


# ---------------------------------------------------------------- laws

SOME = st.lists(st.floats(0, 1e6, width=32), min_size=5, max_size=60)
ANY = st.lists(st.floats(-1e6, 1e6, width=32), min_size=5, max_size=60)


@given(SOME, st.integers(-20, 20))
@settings(deadline=None)
def test_a_power_of_two_changes_no_feature(values, power):
    """Units do not matter: the same amounts in another unit give the same bits."""
    values = np.array(values)
    one = transforms.fit_amount(plan("a", "amount"), values, negative=False)
    other = transforms.fit_amount(plan("a", "amount"), values * 2.0**power, negative=False)
    assert (one is None) == (other is None)
    if one is not None:
        assert (made(one, values) == made(other, values * 2.0**power)).all()


@given(SOME, st.sampled_from([100.0, 0.01, 1.17]))
@settings(deadline=None)
def test_cents_and_dollars_give_the_same_features(values, unit):
    values = np.array(values)
    one = transforms.fit_amount(plan("a", "amount"), values, negative=False)
    other = transforms.fit_amount(plan("a", "amount"), values * unit, negative=False)
    if one is not None and one.spread > 1e-6:
        assert np.abs(made(one, values) - made(other, values * unit)).max() <= 1.0 / STEP


@given(ANY, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_changes_no_bit(values, random):
    """Every fit is equal after shuffling."""
    shuffled = values.copy()
    random.shuffle(shuffled)
    for fit in (
        lambda v: transforms.fit_amount(plan("a", "amount"), v, negative=True),
        lambda v: transforms.fit_count(plan("a", "count"), v, negative=True),
        lambda v: transforms.fit_plain(plan("a", "number"), v),
    ):
        assert fit(np.array(values)) == fit(np.array(shuffled))


@given(ANY)
@settings(deadline=None)
def test_features_are_multiples_that_a_float32_holds(values):
    """A feature times 65536 is whole, |x| < 256, and float32 loses nothing."""
    transform = transforms.fit_plain(plan("a", "number", weight=100.0), np.array(values))
    if transform is not None:
        found = made(transform, values)
        assert (found * STEP == np.round(found * STEP)).all()
        assert np.abs(found).max() <= LARGEST
        assert (found.astype(np.float32) == found).all()


@given(ANY)
@settings(deadline=None)
def test_moments_agree_with_numpy(values):
    ordered = np.sort(np.array(values))
    mean, deviation = mean_and_deviation(ordered)
    assert mean == pytest.approx(ordered.mean(), rel=1e-9, abs=1e-9)
    assert deviation == pytest.approx(ordered.std(), rel=1e-6, abs=1e-6)


def test_skewness_agrees_with_scipy():
    from scipy.stats import skew

    values = np.sort(np.random.default_rng(3).gamma(2.0, size=500))
    assert skewness(values) == pytest.approx(skew(values), rel=1e-12)
    assert skewness(np.ones(3)) == 0.0


def test_an_amount_of_values_no_float_can_divide_stays_finite():
    """The least number over the largest: both ends of asinh(x / s) would be infinite."""
    values = np.array([-1.7e308, -5e-324, 5e-324, 5e-324, 5e-324, 1.7e308])
    found = transforms.fit_amount(plan("a", "amount"), values, negative=True)
    assert found is None or np.isfinite([found.low, found.high, *found.centre, found.spread]).all()
