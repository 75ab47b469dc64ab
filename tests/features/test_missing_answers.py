"""The one condition that best predicts where a column is blank."""

from __future__ import annotations

import numpy as np
import pytest
from plain_tables import facts_of, plan, table_of

from ilk.features.missing import explain_gaps, gap_notes, skipped_notes

RNG = np.random.default_rng(9)
N = 1000
PAID = np.where(RNG.random(N) < 0.1, 0.0, np.round(RNG.lognormal(5, 1, N), 2))


def gaps_of(columns, kinds, **options):
    table = table_of(columns)
    return explain_gaps(table, [plan(name, kind) for name, kind in zip(columns, kinds, strict=True)], **options)


def test_zero_elsewhere_explains_blanks():
    """Everybody who paid nothing lacks a minimum, and 20 others at random."""
    minimum = np.where(PAID == 0.0, np.nan, PAID / 10)
    minimum[np.flatnonzero(PAID)[:20]] = np.nan
    n_zero = int((PAID == 0).sum())
    (gap,) = gaps_of({"PAYMENTS": PAID, "MINIMUM": minimum}, ["amount", "amount"])
    assert (gap.column, gap.condition, gap.precision) == ("MINIMUM", "PAYMENTS = 0", 1.0)
    assert gap.n_missing == n_zero + 20
    assert gap.covered == pytest.approx(n_zero / (n_zero + 20))
    plans = [plan("PAYMENTS", "amount"), plan("MINIMUM", "amount")]
    assert gap_notes([gap], plans) == (), "told with what is skipped, once"
    (note,) = skipped_notes(facts_of(table_of({"MINIMUM": minimum})), plans, [gap])
    assert note.text == (
        f"{gap.n_missing} missing answers are skipped, none invented: {gap.n_missing} in MINIMUM "
        f"(among them all {n_zero} with PAYMENTS = 0)."
    )


@pytest.mark.parametrize(
    ("other", "kind", "condition"),
    [
        (RNG.choice(["web", "shop"], N), "category", "other = web"),
        (RNG.random(N) < 0.5, "flag", "other = 1"),
        (RNG.integers(1, 4, N), "count", "other = 2"),
    ],
)
def test_levels_explain_blanks(other, kind, condition):
    wanted = {"other = web": other == "web", "other = 1": other == 1, "other = 2": other == 2}[condition]
    blank = np.where(wanted & (RNG.random(N) < 0.9), np.nan, 1.0 + RNG.random(N))
    (gap,) = gaps_of({"other": other, "x": blank}, [kind, "amount"])
    assert gap.condition == condition
    assert gap.covered == 1.0


def test_blanks_that_come_together():
    blank = RNG.random(N) < 0.1
    columns = {"a": np.where(blank, np.nan, RNG.random(N)), "b": np.where(blank, np.nan, RNG.random(N))}
    first, second = gaps_of(columns, ["share", "share"])
    assert (first.condition, second.condition) == ("b is blank", "a is blank")
    (note,) = gap_notes([first], [plan("a", "share", use="describes")])
    assert note.text == f"a is missing for {first.n_missing} customers, among them all {first.n_missing} without b."


def test_a_cut_explains_blanks_when_no_value_does():
    size = RNG.normal(size=N)
    (gap,) = gaps_of({"size": size, "x": np.where(size > np.quantile(size, 0.9), np.nan, 1.0)}, ["number", "amount"])
    assert gap.condition.startswith("size >= ")
    assert gap.covered > 0.95


def test_blanks_at_random_are_not_explained():
    (gap,) = gaps_of({"a": RNG.random(N), "x": np.where(RNG.random(N) < 0.1, np.nan, PAID)}, ["share", "amount"])
    assert (gap.condition, gap.covered) == ("", 0.0)
    assert gap.precision == pytest.approx(gap.n_missing / N)
    assert gap_notes([gap], [plan("x", "amount")]) == ()


def test_few_blanks_and_columns_that_stay_out_are_not_looked_at():
    x = RNG.random(N)
    x[:10] = np.nan
    assert gaps_of({"x": x, "a": RNG.random(N)}, ["share", "share"]) == ()
    table = table_of({"x": np.full(N, np.nan), "a": RNG.random(N)})
    assert explain_gaps(table, [plan("x", "amount", use="out"), plan("a", "share")]) == ()
    assert explain_gaps(table.slice(0, 0), [plan("a", "share")]) == ()


def test_no_condition_about_a_handful_of_customers():
    code = np.zeros(N)
    code[:9] = 7.0
    x = np.where(code == 7.0, np.nan, 1.0)
    x[500:502] = np.nan
    (gap,) = gaps_of({"code": code, "x": x}, ["number", "amount"])
    assert gap.condition == ""
    (gap,) = gaps_of({"code": code, "x": x}, ["number", "amount"], min_customers=5)
    assert gap.condition == "code = 7"


def test_few_who_differ_are_not_counted():
    """97 of 100 customers with code 7 are blank: neither the three others nor who is blank without it are counted."""
    code = np.zeros(N)
    code[:100] = 7.0
    x = np.where(code == 7.0, np.nan, 1.0)
    x[[0, 1, 2]] = 1.0
    (gap,) = gaps_of({"code": code, "x": x}, ["number", "amount"])
    assert (gap.condition, gap.covered, gap.precision) == ("code = 7", 1.0, 0.95)
    (note,) = skipped_notes(facts_of(table_of({"x": x})), [plan("x", "amount")], [gap])
    assert note.text.endswith("97 in x (among them at least 95 % of those with code = 7).")


@pytest.mark.parametrize(
    ("blanks", "said"),
    [
        ({"x": 1}, "Under 10 missing answers are skipped, none invented: under 10 in x."),
        ({"x": 20, "y": 10}, "30 missing answers are skipped, none invented: 20 in x, 10 in y."),
        ({"x": 20, "y": 1}, "Missing answers are skipped, none invented: 20 in x, under 10 in y."),
        ({}, None),
    ],
)
def test_skipped_answers_are_counted_unless_they_are_a_handful(blanks, said):
    """A total beside the others would give a small count away."""
    table = table_of({name: np.where(np.arange(N) < n, np.nan, 1.0) for name, n in blanks.items()})
    notes = skipped_notes(facts_of(table), [plan(name, "amount") for name in blanks])
    assert [note.text for note in notes] == ([said] if said else [])


def test_the_credit_card_table(data):
    """All 240 customers with PAYMENTS = 0 lack MINIMUM_PAYMENTS; one missing CREDIT_LIMIT is no gap."""
    import pyarrow.csv as pa_csv

    table = pa_csv.read_csv(data / "credit-card" / "customers.csv")
    names = [name for name in table.column_names if name != "CUST_ID"]
    (gap,) = explain_gaps(table, [plan(name, "amount") for name in names])
    assert (gap.column, gap.n_missing, gap.condition, gap.precision) == ("MINIMUM_PAYMENTS", 313, "PAYMENTS = 0", 1.0)
    assert gap.covered == pytest.approx(240 / 313)
