"""Totals are found, and nothing that merely looks like one."""

from __future__ import annotations

import numpy as np
import pytest
from plain_tables import plan, table_of

from ilk.features.identities import find_identities

RNG = np.random.default_rng(3)
N = 500


def amounts(share=0.6, n=N):
    return np.where(RNG.random(n) < share, np.round(RNG.lognormal(4, 1, n), 2), 0.0)


def found(columns, kinds=None):
    table = table_of(columns)
    return find_identities(table, [plan(name, (kinds or {}).get(name, "amount")) for name in columns])


def test_a_total_of_two():
    one, other = amounts(), amounts()
    (identity,) = found({"one": one, "all": one + other, "other": other, "noise": amounts()})
    assert (identity.total, identity.parts, identity.share) == ("all", ("one", "other"), 1.0)


def test_a_total_of_three():
    parts = [amounts() for _ in range(3)]
    (identity,) = found({"a": parts[0], "b": parts[1], "c": parts[2], "sum": sum(parts)})
    assert (identity.total, identity.parts) == ("sum", ("a", "b", "c"))


def test_a_total_with_gaps_rounding_and_a_few_errors():
    """0.5 % off by one per cent of rows is forgiven; gaps are not looked at."""
    one, other = amounts(), amounts()
    total = (one + other) * (1 + RNG.uniform(-0.005, 0.005, N))
    total[:4] += 1000.0
    total[10:60] = np.nan
    (identity,) = found({"one": one, "other": other, "all": total})
    assert identity.share == pytest.approx(446 / 450)


def test_money_back_counts_too():
    """Net = sold + returned, where returned is negative."""
    sold, returned = amounts(), -amounts(0.3)
    (identity,) = found({"sold": sold, "returned": returned, "net": sold + returned})
    assert (identity.total, identity.parts) == ("net", ("sold", "returned"))


def test_nested_totals_are_all_found():
    a, b, c = amounts(), amounts(), amounts()
    identities = found({"a": a, "b": b, "ab": a + b, "c": c, "abc": a + b + c})
    assert [(i.total, i.parts) for i in identities] == [("ab", ("a", "b")), ("abc", ("ab", "c"))]


def test_what_is_no_total():
    """Copies, sums that fail for 2 %, parts hardly anybody has, and zeros that add up to zero."""
    one, other = amounts(), amounts()
    assert found({"one": one, "copy": one, "zero": np.zeros(N)}) == ()
    wrong = one + other
    wrong[:10] += 50.0
    assert found({"one": one, "other": other, "wrong": wrong}) == ()
    rare = np.zeros(N)
    rare[:10] = 5.0
    assert found({"one": one, "rare": rare, "both": one + rare}) == ()
    sparse = {f"word{i}": (RNG.random(N) < 0.01).astype(float) for i in range(5)}
    assert found(sparse) == ()


def test_whole_numbers_do_not_add_up_by_chance():
    few = 25
    small = {name: RNG.integers(0, 2, few).astype(float) for name in "abcdefgh"}
    assert found(small) == ()


def test_only_building_amounts_and_counts_are_added_up():
    one, other = amounts(), amounts()
    columns = {"one": one, "other": other, "all": one + other}
    assert found(columns, {"all": "number"}) == ()
    table = table_of(columns)
    plans = [plan("one", "amount"), plan("other", "amount"), plan("all", "amount", use="describes")]
    assert find_identities(table, plans) == ()
    assert find_identities(table.slice(0, 0), [plan(name, "amount") for name in columns]) == ()


def test_a_hundred_columns_are_looked_through():
    columns = {f"c{i}": amounts(0.05 + i / 200) for i in range(100)}
    columns["total"] = columns["c10"] + columns["c50"] + columns["c90"]
    (identity,) = found(columns)
    assert identity.parts == ("c10", "c50", "c90")
