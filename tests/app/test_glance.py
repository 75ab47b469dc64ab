"""A first look at a file: quick, the package's own guesses, and what is changed becomes settings."""

from __future__ import annotations

import time

import pytest

import ilk
from ilk.app import glance
from ilk.outputs.reading import Reading
from ilk.outputs.sections.data import column_tables
from ilk.settings import Settings
from ilk.world import make_world, write_world


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, make_world(1_500, seed=3))
    return folder / "customers.csv"


@pytest.fixture(scope="module")
def looked(file):
    return glance.look_at(file, Settings())


def test_a_look_is_quick_and_has_every_column(looked):
    start = time.perf_counter()
    plan = glance.plan_of(looked, Settings())
    rows = glance.rows_of(looked, plan)
    assert time.perf_counter() - start < 2
    assert [row["column"] for row in rows] == [fact.column for fact in looked.facts]
    assert all(row["spread"] for row in rows if row["use"] == "builds")
    assert plan.advice.group
    assert plan.labels.file.name == "customers-columns.csv"


def test_nothing_changed_is_no_setting(looked):
    rows = glance.rows_of(looked, glance.plan_of(looked, Settings()))
    assert glance.told(rows, rows) == {}
    assert not glance.words_changed(rows, rows)


def test_what_is_changed_is_what_the_study_is_told(looked, tmp_path):
    plan = glance.plan_of(looked, Settings())
    guessed = glance.rows_of(looked, plan)
    rows = [dict(row) for row in guessed]
    building = [row for row in rows if row["use"] == "builds"]
    describing = [row for row in rows if row["use"] == "describes"]
    out, less, counted, blank = building[:4]
    out["use"], less["weight"], counted["use"], blank["blank"] = "out", 0.5, "describes", "flag"
    describing[0]["use"] = "builds"
    describing[1]["words"] = "My words"
    told = glance.told(rows, guessed)
    assert told["ignore"] == [out["column"]]
    assert told["weight"] == {less["column"]: 0.5}
    assert told["descriptor"] == [counted["column"]]
    assert told["missing"] == {blank["column"]: "flag"}
    assert list(told["role"]) == [describing[0]["column"]]
    assert glance.words_changed(rows, guessed)
    labels = glance.write_labels(tmp_path / "labels.csv", rows, plan.labels)
    again = glance.plan_of(looked, Settings.of({**told, "labels": labels}))
    uses = {column.column: column.use for column in again.columns}
    assert (uses[out["column"]], uses[counted["column"]], uses[describing[0]["column"]]) == (
        "out",
        "describes",
        "builds",
    )
    words = {column.column: column.label for column in again.columns}
    assert words[describing[1]["column"]].words == "My words"
    assert words[less["column"]] == plan.labels[less["column"]]


def test_orders_are_summed_up_to_customers(tmp_path):
    (tmp_path / "orders.csv").write_text(
        'customer,"a ""b""",day\n' + "".join(f"c{i % 30},{i},2026-01-{i % 28 + 1:02d}\n" for i in range(90))
    )
    looked = glance.look_at(tmp_path / "orders.csv", Settings())
    query = glance.summed_up(looked, "customer")
    summed = glance.look_at(tmp_path / "orders.csv", Settings.of({"query": query, "id": "customer"}))
    assert summed.intake.rows == 30
    assert [fact.column for fact in summed.facts] == ["number of rows", 'a "b" in all', "day last"]


def test_few_customers_get_advice(file):
    looked = glance.look_at(file, Settings.of({"where": "CUST_ID < 'C100301'"}))
    advice = glance.plan_of(looked, Settings()).advice
    assert advice.n_customers < 400
    assert advice.group


def test_columns_of_one_value_have_bars(tmp_path):
    (tmp_path / "a.csv").write_text("id,same,none\n1,5,\n2,5,\n3,5,\n")
    looked = glance.look_at(tmp_path / "a.csv", Settings())
    assert looked.bars["same"] == (3,)
    assert looked.bars["none"] == ()


def test_a_total_counts_through_its_parts_unless_it_is_given_a_weight(looked):
    plan = glance.plan_of(looked, Settings())
    said = "PURCHASES is the sum of ONEOFF_PURCHASES and INSTALLMENTS_PURCHASES: it counts through its parts."
    assert glance.totals(looked, plan, {}) == [said]
    assert glance.totals(looked, plan, {"PURCHASES": 1.0}) == []


def test_totals_are_told_apart_from_the_columns_that_make_segments(made):
    """So that the page Data and the page Score count the same ones."""
    model = ilk.load(made / "segments.ilk")
    building = [column.plan for column in model.content.columns if column.plan.use == "builds"]
    counted = sum(plan.weight > 0 for plan in building)
    assert counted == len(building) - 1
    caption = column_tables(Reading(model))[0].caption
    assert caption == f"Makes segments: {counted} columns and 1 total"


def test_whose_a_row_is_says_the_id_that_repeats(tmp_path):
    """The order's own id tells all rows apart, and is nobody's."""
    rows = "".join(f"{500 + i},C{i % 30},{i},2026-01-{i % 28 + 1:02d}\n" for i in range(90))
    (tmp_path / "orders.csv").write_text(f"ORDER_ID,CUST_ID,AMOUNT,DATE\n{rows}")
    looked = glance.look_at(tmp_path / "orders.csv", Settings.of({"ignore": ["ORDER_ID", "CUST_ID", "AMOUNT", "DATE"]}))
    assert glance.whose(looked) == "CUST_ID"
    assert "ORDER_ID" not in glance.summed_up(looked, "CUST_ID"), "a sum of numbers of orders is none"


def test_where_no_id_repeats_nobody_is_said(tmp_path):
    (tmp_path / "a.csv").write_text("CUST_ID,visits\n" + "".join(f"C{i},{i % 7}\n" for i in range(90)))
    assert glance.whose(glance.look_at(tmp_path / "a.csv", Settings.of({"ignore": ["CUST_ID", "visits"]}))) is None
