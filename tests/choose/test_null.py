"""Shapeless tables: same answers, same blanks, same rank correlations, no segments."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from tests.features.plain_tables import plan, table_of

from ilk.choose.draws import fit_seeds, generator
from ilk.choose.null import fit_copula
from ilk.features.recipe import apply, feature_columns, fit_recipe
from ilk.features.topics import amounts_of
from ilk.settings import Settings


def table(rng, n=2_000):
    """An amount with a third of zeros, a number that follows it, a 0/1 column, and a category of three levels."""
    amount = np.where(rng.random(n) < 0.33, 0.0, rng.exponential(size=n))
    number = amount + rng.normal(size=n)
    flag = (number > 1).astype(float)
    level = np.digitize(number + rng.normal(size=n), [0.0, 1.5])
    indicators = (level[:, None] == np.arange(3)) - 0.3
    x = np.column_stack([amount, number, flag, indicators])
    return (np.floor(x * 65536 + 0.5) / 65536).astype(np.float32)


COLUMNS = ("amount", "number", "flag", "level", "level", "level")


def draws(x, columns=COLUMNS, times=1, seed=0):
    copula = fit_copula(x, columns, seed=seed)
    return [copula.draw(generator(seed, "null table", i)) for i in range(times)]


def test_every_column_keeps_its_answers():
    """A column's features are dealt out anew, whole: a category's indicators stay together."""
    x = table(np.random.default_rng(0))
    (drawn,) = draws(x)
    for column in ([0], [1], [2], [3, 4, 5]):
        assert sorted(map(tuple, drawn[:, column])) == sorted(map(tuple, x[:, column]))
    assert drawn.dtype == np.float32
    assert (drawn != x).any()


def test_blanks_stay_where_they_are():
    rng = np.random.default_rng(1)
    x = table(rng)
    x[rng.random(2_000) < 0.2, 1] = np.nan
    x[rng.random(2_000) < 0.1, 3:] = np.nan
    (drawn,) = draws(x)
    assert (np.isnan(drawn) == np.isnan(x)).all()
    assert sorted(drawn[~np.isnan(x[:, 1]), 1]) == sorted(x[~np.isnan(x[:, 1]), 1])


def test_rank_correlations_are_kept_in_spite_of_ties():
    """Thresholds alone would flatten the 0/1 column's correlation by a fifth."""
    x = table(np.random.default_rng(2), 5_000)
    numbers = x[:, :3]
    wanted = spearmanr(numbers).statistic
    found = np.mean([spearmanr(drawn[:, :3]).statistic for drawn in draws(x, times=10)], axis=0)
    assert found == pytest.approx(wanted, abs=0.02)


def test_a_category_goes_by_its_levels_in_order_of_share():
    """Number and level rise together where the frequent level means low numbers, and so they do in the draw."""
    rng = np.random.default_rng(3)
    number = np.sort(rng.normal(size=1_000))
    level = np.repeat([0, 1, 2], [600, 300, 100])
    x = np.column_stack([number, level[:, None] == np.arange(3)]).astype(np.float32)
    (drawn,) = draws(x, ("number", "level", "level", "level"))
    means = [drawn[drawn[:, 1 + j] == 1, 0].mean() for j in range(3)]
    assert means[0] < means[1] < means[2]


def test_a_flag_for_blanks_does_not_make_a_number_a_category():
    """Blanks stay with their flag; the answers keep their order, and so their correlation."""
    rng = np.random.default_rng(6)
    number = rng.normal(size=1_000)
    blank = rng.random(1_000) < 0.2
    x = np.column_stack([number, np.where(blank, np.nan, number + 0.1 * rng.normal(size=1_000)), blank])
    (drawn,) = draws(x.astype(np.float32), ("a", "b", "b"))
    assert (drawn[:, 2] == blank).all()
    assert np.corrcoef(drawn[~blank, 0], drawn[~blank, 1])[0, 1] > 0.98


def test_segments_are_gone():
    """Two clear groups in two independent columns leave nothing but the columns' own two peaks."""
    rng = np.random.default_rng(4)
    group = rng.integers(0, 2, 2_000)
    x = np.column_stack([np.where(group, 5, -5), np.where(group, 1, -1)]) + rng.normal(size=(2_000, 2))
    x = np.column_stack([x, np.abs(x[:, 0]) * rng.choice([-1, 1], 2_000)]).astype(np.float32)
    copula = fit_copula(x, ("a", "b", "c"), seed=0)
    drawn = copula.draw(generator(0, "null table", 0))
    assert abs(np.corrcoef(np.abs(x[:, 0]), np.abs(x[:, 2]))[0, 1]) > 0.99
    assert abs(np.corrcoef(np.abs(drawn[:, 0]), np.abs(drawn[:, 2]))[0, 1]) < 0.3


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31), st.integers(1, 40), st.integers(1, 6), st.floats(0, 1))
def test_any_table_can_be_drawn(seed, n, p, blanks):
    """One customer, constant columns, nothing but blanks, more columns than customers."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 3, (n, p)).astype(np.float32)
    x[:, 0] = 1.0
    x[rng.random((n, p)) < blanks] = np.nan
    (drawn,) = draws(x, tuple(f"c{i}" for i in range(p)))
    for before, after in zip(x.T, drawn.T, strict=True):
        assert np.array_equal(np.sort(before), np.sort(after), equal_nan=True)


def test_the_same_seed_draws_the_same_table():
    x = table(np.random.default_rng(5))
    first, again = draws(x, seed=7)[0], draws(x, seed=7)[0]
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != draws(x, seed=8)[0].tobytes()


def test_streams_are_apart():
    """A number drawn for one purpose tells nothing about another, and order of use does not matter."""
    assert generator(0, "split", 1).random() != generator(0, "box", 1).random()
    assert generator(0, "split", 1).random() != generator(0, "split", 2).random()
    assert (fit_seeds(generator(3, "split"), 4) == fit_seeds(generator(3, "split"), 4)).all()
    assert len(set(fit_seeds(generator(3, "split"), 100))) == 100


def interests(n=1_500):
    """Amounts of six topics, half of them none; the features they make, and a number beside them."""
    rng = np.random.default_rng(4)
    columns = {f"t{j}": rng.poisson(0.4 + 0.2 * j, n).astype(float) for j in range(6)} | {"spend": rng.normal(size=n)}
    table = table_of(columns)
    plans = [*(plan(f"t{j}", "topics") for j in range(6)), plan("spend", "number")]
    recipe = fit_recipe(table, plans, Settings()).recipe
    matrix = apply(recipe, table)
    return matrix, feature_columns(recipe), amounts_of(recipe, table, matrix)


def test_topics_are_dealt_out_as_amounts_and_made_rows_of_their_block_s_length_again():
    """Shares of different customers' rows would be no row; who is dealt no topic at all lacks them."""
    matrix, columns, amounts = interests()
    drawn = fit_copula(matrix, columns, seed=0, amounts=amounts).draw(generator(0, "null table", 0))
    length = np.linalg.norm(drawn[:, :6].astype(float), axis=1)
    customers = np.linalg.norm(matrix[:, :6].astype(float), axis=1)
    np.testing.assert_allclose(length[~np.isnan(length)], np.nanmedian(customers), atol=1e-4)
    assert 0 < np.isnan(length).sum() < 200
    assert (np.isnan(drawn[:, :6]).all(axis=1) == np.isnan(length)).all()
    assert sorted(drawn[:, 6]) == sorted(matrix[:, 6])
    having = (np.nan_to_num(drawn[:, :6]) > 0).sum(axis=0)
    assert having.tolist() == (np.nan_to_num(amounts.table[:, :6]) > 0).sum(axis=0).tolist()


def test_whoever_is_dealt_nothing_at_all_is_left_out():
    """Where only topics build there is nobody without any."""
    matrix, columns, amounts = interests()
    only = replace(amounts, table=amounts.table[:, :6])
    drawn = fit_copula(matrix[:, :6], columns[:6], seed=0, amounts=only).draw(generator(0, "null table", 0))
    assert len(drawn) < len(matrix)
    assert not np.isnan(drawn).any()


def test_the_amounts_make_the_features():
    """Nothing is lost but rounding when topics are taken apart and put together again."""
    matrix, _, amounts = interests()
    np.testing.assert_allclose(amounts.in_rows(amounts.table), matrix, atol=2.0**-16)
