"""A condition and one SELECT, and nothing that could be smuggled in with them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ilk.errors import BadInput, BadSetting

CSV = "id,amount,city\n1,10.5,Bonn\n2,2.5,Rome\n3,,Bonn\n4,7.5,\n"


def columns(source):
    return pa.Table.from_batches(source.batches(), source.schema).to_pydict()


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("amount > 3", [1, 4]),
        ("city = 'Bonn'", [1, 3]),
        ('"amount" IS NULL', [3]),
        ("amount = (SELECT max(amount) FROM source)", [1]),
        ("amount > 3 -- and more", [1, 4]),
        ("city LIKE '%o%' OR amount BETWEEN 7 AND 8", [1, 2, 3, 4]),
    ],
)
def test_a_condition(opened, where, ids):
    source = opened(CSV, where=where)
    assert source.ids().to_pylist() == ids
    assert source.intake.skipped == 1 + 4 - len(ids)
    assert source.facts()[0].n == len(ids)


def test_conditions_see_dates_and_flags(opened):
    source = opened("id,d,f\n1,31.01.2020,yes\n2,28.02.2020,no\n", where="d > '2020-02-01' AND NOT f")
    assert source.ids().to_pylist() == [2]


@pytest.mark.parametrize(
    "where",
    [
        "",
        "amount >",
        "nope > 1",
        "1=1; DROP TABLE typed",
        "1=1) UNION SELECT * FROM typed --",
        "amount > 1, amount > 2",
        "sum(amount) > 1",
        "amount > 3 /* open",
        "(SELECT content FROM read_text('/etc/passwd')) IS NOT NULL",
        "CAST(city AS INTEGER) > 1",
        "city",
    ],
)
def test_what_is_no_condition_is_refused(opened, where):
    with pytest.raises(BadSetting, match=r"condition.*cannot be used"):
        opened(CSV, where=where)


def test_a_condition_nobody_meets(opened):
    with pytest.raises(BadInput, match=r"no customers.*check the file, and --where"):
        opened(CSV, where="amount > 100")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT id, amount * 2 AS twice FROM source WHERE amount > 3", {"id": [1, 4], "twice": [21.0, 15.0]}),
        (
            "SELECT city, count(*) AS n FROM source GROUP BY city ORDER BY ALL",
            {"city": ["Bonn", "Rome", None], "n": [2.0, 1.0, 1.0]},
        ),
        ("WITH x AS (SELECT * FROM source) SELECT id FROM x ORDER BY id DESC;", {"id": [4, 3, 2, 1]}),
        ("SELECT '00' || id AS id, amount FROM source LIMIT 1", {"id": ["001"], "amount": [10.5]}),
        ("FROM source SELECT id, 'x' AS same", {"id": [1, 2, 3, 4], "same": ["x"] * 4}),
    ],
)
def test_one_select(opened, query, expected):
    source = opened(CSV, query=query)
    assert columns(source) == expected
    assert f"made {len(next(iter(expected.values())))} rows of 4" in next(
        n.text for n in source.intake.notes if n.code == "query"
    )


def test_query_then_condition(opened):
    source = opened(
        CSV + "broken\n", query="SELECT city, sum(amount) AS amount FROM source GROUP BY city", where="amount > 3"
    )
    assert sorted(columns(source)["amount"]) == [7.5, 10.5]
    assert source.intake.rejects == 1


def test_names_of_a_query_are_cleaned(opened):
    source = opened(CSV, query='SELECT id, amount AS " a ", amount AS "A" FROM source')
    assert source.schema.names == ["id", "a", "A"]


@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE typed",
        "SELECT 1; SELECT 2",
        "INSERT INTO typed SELECT * FROM typed",
        "COPY (SELECT 1) TO '/tmp/ilk-should-not-exist.csv'",
        "ATTACH '/tmp/x.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "CREATE TABLE x AS SELECT 1",
        "WITH x AS (DELETE FROM typed RETURNING *) SELECT * FROM x",
        "",
        "hello",
    ],
)
def test_what_is_no_select_is_refused(opened, query):
    with pytest.raises(BadSetting, match=r"query"):
        opened(CSV, query=query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('https://example.com/x.parquet')",
        "SELECT * FROM secret",
        "SELECT * FROM pytest",
    ],
)
def test_no_other_file_and_no_python_variable(opened, query):
    secret = pa.table({"password": ["x"]})
    with pytest.raises(BadSetting, match=r"query"):
        opened(CSV, query=query)
    assert secret.num_rows == 1


def test_a_query_over_each_kind_of_source(opened, tmp_path):
    table = pa.table({"id": [1, 2, 3], "x": [1.5, 2.5, 3.5]})
    pq.write_table(table, tmp_path / "t.parquet")
    query = "SELECT id, x FROM source WHERE x > 2"
    for source in (table, tmp_path / "t.parquet", "id,x\n1,1.5\n2,2.5\n3,3.5\n"):
        assert columns(opened(source, query=query)) == {"id": [2, 3], "x": [2.5, 3.5]}
