"""Rank correlations against scipy, and the groups made of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_tables import plan, table_of

from ilk.features.plans import Label
from ilk.features.themes import Correlated, correlate, double_notes, find_themes, linked, rank_correlation

RNG = np.random.default_rng(5)


def mixed(n, gaps):
    """Continuous, rounded, few-level and constant columns, some with gaps."""
    base = RNG.normal(size=n)
    values = np.column_stack(
        [
            base,
            np.exp(base + RNG.normal(size=n)),
            np.round(base, 1),
            RNG.integers(1, 6, n),
            (base > 0) + RNG.integers(0, 2, n),
            RNG.integers(0, 300, n),
            np.full(n, 4.0),
            RNG.integers(0, 2, n),
        ]
    ).astype(float)
    values[RNG.random(values.shape) < gaps] = np.nan
    return values


@pytest.mark.parametrize("gaps", [0.0, 0.02, 0.3])
def test_correlations_agree_with_scipy_on_every_pair(gaps):
    from scipy.stats import spearmanr

    values = mixed(500, gaps)
    found = rank_correlation(values)
    assert (found == found.T).all()
    assert (np.diagonal(found) == 1.0).all()
    for i in range(values.shape[1]):
        for j in range(i):
            both = ~np.isnan(values[:, [i, j]]).any(axis=1)
            if 6 in (i, j):
                assert found[i, j] == 0.0
            else:
                assert found[i, j] == pytest.approx(spearmanr(values[both, i], values[both, j])[0], abs=1e-12)


def test_correlations_by_hand():
    """Ranks 1 2 3 4 against 2 1 4 3: 1 - 6 * 4 / (4 * 15) = 0.6."""
    values = np.array([[1.0, 20.0], [2.0, 10.0], [3.0, 40.0], [4.0, 30.0]])
    assert rank_correlation(values)[0, 1] == pytest.approx(0.6)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.1]))
@settings(deadline=None, max_examples=25)
def test_the_order_of_rows_changes_no_bit(seed, gaps):
    rng = np.random.default_rng(seed)
    values = mixed(200, gaps)
    assert np.array_equal(rank_correlation(values), rank_correlation(rng.permutation(values)))


def test_a_growing_scale_changes_nothing():
    values = mixed(300, 0.05)
    bent = values.copy()
    bent[:, 0] = np.exp(bent[:, 0])
    assert np.array_equal(rank_correlation(values), rank_correlation(bent))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_nearly_nobody_correlates_with_nothing(n):
    values = np.arange(3.0 * n).reshape(n, 3)
    found = rank_correlation(values)
    assert np.isfinite(found).all()
    assert found.shape == (3, 3)
    assert rank_correlation(np.full((4, 2), np.nan)).tolist() == [[1, 0], [0, 1]]


def test_many_rows_are_cross_tabulated_in_pieces():
    """20,000 rows of few levels with gaps take three blocks and still agree with scipy."""
    from scipy.stats import spearmanr

    values = RNG.integers(1, 6, (20_000, 3)).astype(float)
    values[:, 1] = np.clip(values[:, 0] + RNG.integers(-1, 2, 20_000), 1, 5)
    values[RNG.random(values.shape) < 0.1] = np.nan
    both = ~np.isnan(values[:, :2]).any(axis=1)
    assert rank_correlation(values)[0, 1] == pytest.approx(spearmanr(values[both, 0], values[both, 1])[0], abs=1e-12)


# ---------------------------------------------------------------- themes


def test_complete_linkage_joins_only_what_all_agree_on():
    """A chain a - b - c whose ends do not agree is no theme of three."""
    correlation = np.array([[1.0, 0.7, 0.3], [0.7, 1.0, 0.65], [0.3, 0.65, 1.0]])
    assert linked(correlation, at_least=0.6) == [[0, 1], [2]]
    assert linked(correlation, at_least=0.3) == [[0, 1, 2]]
    assert linked(-correlation, at_least=0.6) == [[0, 1], [2]]


def test_the_threshold_itself_joins():
    assert linked(np.array([[1.0, 0.6], [0.6, 1.0]]), at_least=0.6) == [[0, 1]]
    assert linked(np.eye(1), at_least=0.6) == [[0]]
    assert linked(np.empty((0, 0)), at_least=0.6) == []


def test_themes_hold_every_building_column_once():
    n = 300
    base = RNG.normal(size=n)
    table = table_of(
        {
            "colour": RNG.choice(["red", "blue"], n),
            "alone": RNG.normal(size=n),
            "one": base,
            "mirror": -base,
            "mood": np.where(base > 0.5, "high", np.where(base < -0.5, "low", "middle")),
            "age": base,
        }
    )
    plans = [
        plan("colour", "category"),
        plan("alone", "number"),
        plan("one", "number"),
        plan("mirror", "number"),
        plan("mood", "ordered", label=Label("mood", order=("low", "middle", "high"))),
        plan("age", "number", use="describes"),
    ]
    themes = find_themes(table, plans)
    assert [theme.columns for theme in themes] == [("colour",), ("alone",), ("one", "mirror", "mood")]
    assert find_themes(table, plans, correlate(table, plans)) == themes
    assert find_themes(table, []) == ()


def test_near_doubles_are_told_but_for_totals():
    correlated = Correlated(("a", "b", "total"), np.array([[1.0, -0.95, 0.99], [-0.95, 1.0, 0.2], [0.99, 0.2, 1.0]]))
    plans = [plan("a", "amount"), plan("b", "amount"), plan("total", "amount", weight=0.0)]
    (note,) = double_notes(correlated, plans)
    assert note.text == "Say nearly the same (rank correlation 0.9 or more): a and b."
    assert double_notes(correlated, plans[1:]) == ()


def test_a_hundred_near_doubles_are_a_line():
    names = tuple("abcdefgh")
    (note,) = double_notes(Correlated(names, np.ones((8, 8))), [plan(name, "amount") for name in names])
    assert note.text.endswith("; and 16 more pairs.")


def test_themes_of_the_credit_card_table(data):
    import pyarrow.csv as pa_csv

    table = pa_csv.read_csv(data / "credit-card" / "customers.csv").drop_columns(["CUST_ID"])
    table = pa.table({name: table[name].cast(pa.float64()) for name in table.column_names})
    themes = find_themes(table, [plan(name, "amount") for name in table.column_names])
    groups = {frozenset(theme.columns) for theme in themes if len(theme.columns) > 1}
    assert frozenset({"CASH_ADVANCE", "CASH_ADVANCE_FREQUENCY", "CASH_ADVANCE_TRX"}) in groups
    assert frozenset({"ONEOFF_PURCHASES", "ONEOFF_PURCHASES_FREQUENCY"}) in groups
    assert sorted(c for theme in themes for c in theme.columns) == sorted(table.column_names)
