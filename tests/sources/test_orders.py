"""Orders become one row a customer, with the figures that plain Python and SQL windows find too."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from pydantic import BaseModel, ConfigDict

from ilk.errors import BadInput, BadSetting, MissingColumns
from ilk.settings import Settings
from ilk.sources.orders.read import OrdersPlan, read_orders


def read(text, tmp_path, *, name="orders.csv", **settings):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    evidence = read_orders(path, Settings(orders=path, **settings))
    intake = evidence.intake
    assert intake.rows + intake.rejects + intake.skipped == intake.records
    assert evidence.rejects.num_rows == intake.rejects
    return evidence


def rows_of(evidence):
    return {row[evidence.id_column]: row for row in evidence.table.to_pylist()}


def notes_of(evidence):
    return {note.code: note.text for note in evidence.intake.notes}


SMALL = """order_id,customer_id,order_date,amount,category
1,007,2024-01-01,10.00,tea
1,007,2024-01-01,5.50,cake
2,007,2024-01-11,20.00,tea
3,007,2024-02-10,30.00,cake
4,x,2024-03-01,0.10,tea
5,x,2024-03-01,0.20,tea
6,x,2024-02-20,-0.10,tea
"""


def test_a_case_done_by_hand(tmp_path):
    """Two lines of one order are one order; a return is none, and is taken off the total only."""
    found = rows_of(read(SMALL, tmp_path))
    assert found["007"] == {
        "customer_id": "007",
        "recency": 20.0,
        "frequency": 3.0,
        "monetary": 65.5,
        "basket": 65.5 / 3,
        "tenure": 60.0,
        "gap": 20.0,
        "trend": 10.0 / 50.0,
        "returns": 0.0,
    }
    other = found["x"]
    assert other["monetary"] == 0.2
    assert other["frequency"] == 2
    assert other["recency"] == other["tenure"] == other["gap"] == 0
    assert other["trend"] is None
    assert other["returns"] == 1 / 3


def oracle(records, reference):
    """The figures in plain Python and exact fractions, of (customer, day, moment, amount)."""
    by_customer = defaultdict(list)
    for record in records:
        by_customer[record[0]].append(record[1:])
    found = {}
    for customer, own in by_customer.items():
        bought = [(day, moment, amount) for day, moment, amount in own if amount >= 0]
        days = sorted(day for day, _ in {(day, moment) for day, moment, _ in bought})
        gaps = [(b - a).days for a, b in pairwise(days)]
        span = (reference - days[0]).days if days else None
        later = [(2 * (day - days[0]).days - span, amount) for day, _, amount in bought if day > days[0]]
        spent = sum(amount for _, amount in later)
        signed = sum(amount * ((at > 0) - (at < 0)) for at, amount in later)
        found[customer] = {
            "recency": (reference - days[-1]).days if days else None,
            "frequency": len(days),
            "monetary": float(sum(amount for *_, amount in own)),
            "basket": float(sum(amount for *_, amount in bought)) / len(days) if days else None,
            "tenure": span,
            "gap": median(gaps) if gaps else None,
            "trend": float(signed) / float(spent) if spent else None,
        }
    return found


def test_real_orders_add_up_as_in_plain_python(data):
    """All seven figures of all 23,570 customers of the online shop."""
    with (data / "transactions" / "cdnow.csv").open() as handle:
        records = [
            (row["customer_id"], date.fromisoformat(row["date"]), row["date"], Fraction(row["dollar_value"]))
            for row in csv.DictReader(handle)
        ]
    evidence = read_orders(data / "transactions" / "cdnow.csv", Settings())
    found, expected = rows_of(evidence), oracle(records, date(1998, 6, 30))
    assert found.keys() == expected.keys()
    assert len(found) == 23_570
    wrong = {c for c, row in expected.items() if any(found[c][name] != value for name, value in row.items())}
    assert wrong == set()
    assert evidence.table["customer_id"].to_pylist() == list(expected)
    assert evidence.intake.rows == 69_659
    assert notes_of(evidence)["repeated-orders"].startswith("255 records")
    assert evidence.plan.reference == "1998-06-30"


def test_real_orders_add_up_as_sql_windows_say(data):
    """The same figures by other SQL than ours: windows over the rows instead of sums over orders."""
    path = data / "transactions" / "cdnow.csv"
    sql = f"""
    WITH lines AS (SELECT customer_id AS c, CAST(date AS DATE) AS d, CAST(dollar_value AS DECIMAL(18, 2)) AS v
        FROM read_csv('{path}', all_varchar = true)),
    windows AS (SELECT c, d, sum(v) OVER own AS total, max(d) OVER own AS last, min(d) OVER own AS first,
        dense_rank() OVER (PARTITION BY c ORDER BY d) AS nth, max(d) OVER () AS reference
        FROM lines WINDOW own AS (PARTITION BY c))
    SELECT c, any_value(reference - last), max(nth), any_value(total)::DOUBLE, any_value(reference - first)
    FROM windows GROUP BY c"""
    expected = {c: tuple(rest) for c, *rest in duckdb.sql(sql).fetchall()}
    found = rows_of(read_orders(path, Settings()))
    ours = {c: (r["recency"], r["frequency"], r["monetary"], r["tenure"]) for c, r in found.items()}
    assert ours == expected


def test_order_of_records_and_threads_change_nothing(tmp_path):
    """Sums of decimals are exact, so that figures are the same to the last bit."""
    random.seed(3)
    lines = [
        f"c{random.randint(1, 60)},{date(2024, 1, 1) + timedelta(random.randint(0, 300))},{cents / 100}"
        for cents in random.choices(range(-500, 9999), k=3_000)
    ]
    header = "customer,date,amount\n"
    results = []
    for threads in (1, 2):
        random.shuffle(lines)
        path = tmp_path / f"orders{threads}.csv"
        path.write_text(header + "\n".join(lines))
        results.append(rows_of(read_orders(path, Settings(threads=threads))))
    assert results[0] == results[1]
    assert len(results[0]) == 60


@pytest.mark.parametrize(
    ("days", "last"),
    [
        (["2024-01-31T23:30:00+02:00", "2024-02-10T00:10:00Z"], 0),
        (["31.01.2024", "10.02.2024"], 0),
        (["01/31/2024", "02/10/2024"], 0),
        (["31 Jan 2024", "10 Feb 2024"], 0),
        (["20240131", "20240210"], 0),
        (["2024-01-31 23:30:00.123", "2024-02-10 08:00:00 +0100"], 0),
    ],
)
def test_days_are_read_as_they_are_written(tmp_path, days, last):
    """In many forms, with zones: an order belongs to the day that its own clock showed."""
    text = "customer;order date;amount\n" + "".join(f"a;{day};1,50 €\n" for day in days)
    evidence = read(text, tmp_path)
    (row,) = evidence.table.to_pylist()
    assert (row["tenure"], row["recency"], row["monetary"], row["gap"]) == (10, last, 3.0, 10)
    assert evidence.plan.reference == "2024-02-10"
    assert evidence.plan.currency == "€"


def test_amounts_carry_currency_marks_and_brackets(tmp_path):
    """$1,234.50 and (20.00), which is a return."""
    evidence = read('customer,date,amount\na,2024-01-01,"$1,234.50"\na,2024-01-05,($20.00)\n', tmp_path)
    (row,) = evidence.table.to_pylist()
    assert (row["monetary"], row["returns"], row["frequency"]) == (1214.5, 0.5, 1)


def test_a_column_of_currencies_is_read(tmp_path):
    """Where amounts are bare numbers, it says what they are in; several are told, and never shown as one."""
    one = read("customer,date,amount,currency\na,2024-01-01,5,EUR\nb,2024-01-05,5,EUR\n", tmp_path)
    assert (one.plan.currency, "currencies" in notes_of(one)) == ("€", False)
    several = read("customer,date,amount,currency\na,2024-01-01,5,EUR\nb,2024-01-05,900,JPY\n", tmp_path)
    assert notes_of(several)["currencies"].startswith("amount has amounts in EUR, JPY; they are added up")
    assert several.plan.currency == ""


def test_two_currencies_are_told(tmp_path):
    """They are added up, and somebody has to know."""
    evidence = read("customer,date,amount\na,2024-01-01,5 €\nb,2024-01-05,5 $\n", tmp_path)
    told = notes_of(evidence)["currencies"]
    assert told.startswith("amount has amounts in $, €; they are added up as if they were in one currency")
    assert evidence.plan.currency == ""


def test_what_belongs_to_nobody_is_set_aside_with_its_reason(tmp_path):
    """No customer, no day, no amount; and the total that stands at the end of a sheet."""
    text = (
        "customer,date,amount\na,2024-01-01,1\n,2024-01-02,2\na,soon,3\na,2024-01-04,\n\n"
        "a,2024-01-05,5\na,2024-01-06,6\nTotal,,17\nb,2024-01-01,1\n"
    )
    evidence = read(text, tmp_path)
    reasons = dict(zip(evidence.rejects["line"].to_pylist(), evidence.rejects["reason"].to_pylist(), strict=True))
    assert reasons == {
        3: "no customer",
        4: "no time that can be read",
        5: "no amount that can be read",
        9: "no time that can be read",
    }
    assert evidence.intake.rows == 4
    assert evidence.intake.skipped == 2
    assert rows_of(evidence)["a"]["monetary"] == 12.0


def test_a_price_of_one_piece_is_multiplied(tmp_path):
    """As in the lines of an invoice; whole ids that were written with a point are the ids they are."""
    text = (
        "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n1,A,3,2024-01-01 10:00,2.50,17850.0\n"
        "1,B,1,2024-01-01 10:00,1.00,17850.0\nC2,A,-1,2024-01-03 09:00,2.50,17850.0\n3,A,1,2024-01-03 09:00,2.50,\n"
    )
    evidence = read(text, tmp_path)
    (row,) = evidence.table.to_pylist()
    assert row["CustomerID"] == 17850
    assert (row["monetary"], row["frequency"], row["quantity"], row["basket"]) == (6.0, 1, 4, 8.5)
    assert row["returns"] == 1 / 3
    assert evidence.plan.for_one
    assert dict(evidence.plan.parts)["order"] == "InvoiceNo"


HOSTILE = "'; DROP TABLE records; --"


def shop(n=20):
    """Two of three spent on tea; every other customer also on a product that is SQL."""
    rows = [(f"c{i}", "2024-01-01", 20.0, "tea") for i in range(n)]
    rows += [(f"c{i}", "2024-01-02", 10.0, HOSTILE) for i in range(n)]
    rows += [("c0", "2024-01-03", 30.0, "rare"), ("c0", "2024-01-03", 0.0, None)]
    names = ["customer", "bought", "amount", "product"]
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    return table.set_column(1, "bought", table["bought"].cast(pa.date32()))


def test_shares_of_spend_on_what_enough_customers_buy():
    """A category that few buy is among the others, and a name that is SQL is a name."""
    evidence = read_orders(shop(), Settings())
    found = rows_of(evidence)
    shares = [name for name in evidence.table.column_names if name.startswith("share")]
    assert sorted(shares) == sorted(["share of tea", f"share of {HOSTILE}", "share of other categories"])
    assert found["c1"]["share of tea"] == 20 / 30
    assert found["c1"][f"share of {HOSTILE}"] == 10 / 30
    assert found["c0"]["share of other categories"] == 30 / 60
    assert {made.role for made in evidence.made if made.column in shares} == {"share"}
    assert evidence.plan.figures.categories == (HOSTILE, "tea")


def test_no_category_of_fewer_than_ten_customers():
    """However low --min-group is; then no share is left, and none is made."""
    evidence = read_orders(shop(9), Settings(min_group=1))
    assert not [name for name in evidence.table.column_names if name.startswith("share")]


def test_other_orders_become_the_same_columns():
    """The plan is kept: categories, returns, parts; recency counts from the other file's own last day."""
    plan = read_orders(shop(), Settings()).plan
    later = pa.table(
        {
            "customer": ["c1", "new"],
            "bought": pa.array([date(2024, 6, 1), date(2024, 6, 30)]),
            "amount": [5.0, 7.0],
            "product": ["tea", "new thing"],
        }
    )
    again = read_orders(later, Settings(), plan)
    assert again.table.column_names == read_orders(shop(), Settings()).table.column_names
    found = rows_of(again)
    assert (found["c1"]["recency"], found["new"]["recency"]) == (29, 0)
    assert found["new"]["share of other categories"] == 1.0
    assert again.plan == plan
    given = rows_of(read_orders(later, Settings(reference_date=date(2024, 7, 10)), plan))
    assert given["new"]["recency"] == 10
    with pytest.raises(MissingColumns, match="'product'"):
        read_orders(later.drop(["product"]), Settings(), plan)


def test_orders_after_the_reference_day_do_not_count(tmp_path):
    """They are left out, and told."""
    evidence = read(SMALL, tmp_path, reference_date=date(2024, 1, 31))
    assert list(rows_of(evidence)) == ["007"]
    assert rows_of(evidence)["007"]["recency"] == 20
    assert "under 10 records are later" in notes_of(evidence)["orders"]
    with pytest.raises(BadInput, match=r"no order that can be used.*none until 2020-01-01"):
        read(SMALL, tmp_path, reference_date=date(2020, 1, 1))


def test_one_order_in_all(tmp_path):
    """Nothing to compare: no gap, no trend, and no role is claimed for what tells nobody from anybody."""
    evidence = read("customer,date,amount\na,2024-01-01,5\n", tmp_path)
    (row,) = evidence.table.to_pylist()
    assert row == {
        "customer": "a",
        "recency": 0,
        "frequency": 1,
        "monetary": 5,
        "basket": 5,
        "tenure": 0,
        "gap": None,
        "trend": None,
    }
    assert {made.role for made in evidence.made} == {None}


def test_columns_may_be_told(tmp_path):
    """Where names say nothing, all that is missing is asked for at once."""
    text = "a,b,c,d\nu,2024-01-01,2024-02-01,4\nv,2024-01-02,2024-02-02,5\n"
    with pytest.raises(BadInput, match=r"is the customer cannot be told.*--role 'orders.COLUMN=customer'"):
        read(text, tmp_path)
    evidence = read(text, tmp_path, role={"orders.a": "customer", "orders.c": "time"})
    assert dict(evidence.plan.parts) == {"customer": "a", "time": "c", "amount": "d"}
    with pytest.raises(MissingColumns, match="'z'"):
        read(text, tmp_path, role={"orders.z": "customer"})
    with pytest.raises(BadSetting, match="Only one column of orders can be the customer"):
        read(text, tmp_path, role={"orders.a": "customer", "orders.b": "customer"})


def test_columns_that_are_understood_wrongly_are_refused(tmp_path):
    """When most records belong to nobody, the column was the wrong one."""
    text = "customer,client,date,amount\n" + ",x,2024-01-01,1\n" * 5 + "a,x,2024-01-01,1\n"
    with pytest.raises(BadInput, match="5 of 6 records of orders cannot be used, most of them for this: no customer"):
        read(text, tmp_path)
    assert rows_of(read(text, tmp_path, role={"orders.client": "customer"}))["x"]["monetary"] == 6


def test_large_and_broken_amounts(tmp_path):
    """What no amount can be is set aside rather than added."""
    text = "customer,date,amount\na,2024-01-01,1e20\nb,2024-01-01,1\nb,2024-01-02,0.000001\nb,2024-01-03,2\n"
    evidence = read(text, tmp_path)
    assert evidence.rejects["reason"].to_pylist() == ["the amount is too large to be one"]
    assert rows_of(evidence)["b"]["monetary"] == 3.000001


def test_a_plan_goes_through_json_and_holds_no_customer():
    """As part of the .ilk file, checked by a strict schema."""

    class Document(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")
        plan: OrdersPlan

    plan = read_orders(shop(), Settings()).plan
    text = Document(plan=plan).model_dump_json()
    assert Document.model_validate_json(text).plan == plan
    assert "c1" not in text


def test_many_customers_in_a_wide_world():
    """A hundred thousand records in a frame, against numpy."""
    draws = np.random.default_rng(5)
    n = 100_000
    customers, days = draws.integers(0, 5_000, n), draws.integers(0, 700, n)
    cents = draws.integers(0, 100_000, n)
    table = pa.table(
        {
            "client_no": customers,
            "sold": pa.array((days + 19_000).astype("int32")).cast(pa.date32()),
            "total": cents / 100,
        }
    )
    found = read_orders(table, Settings()).table
    totals = np.bincount(customers, cents, 5_000)
    assert np.array_equal(found["monetary"].to_numpy(), totals[found["client_no"].to_numpy()] / 100)
    assert len(found) == len(np.unique(customers))
