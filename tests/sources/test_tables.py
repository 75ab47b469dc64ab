"""Files and frames that are tables already say the same as the CSV they were made from."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import shutil
from decimal import Decimal

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ilk.errors import BadInput, FileTrouble, MissingExtra
from ilk.settings import Settings
from ilk.sources.open import open_source

CSV = (
    "id,amount,count,when,member,city,mixed\n"
    "A1,10.5,3,2020-01-31,true,Bonn,1\n"
    "A2,-2.25,,2020-02-29,false,,n/a\n"
    "A3,,7,,true,Köln,3\n"
) + "".join(f"B{i},{i}.5,{i},2021-03-0{i % 9 + 1},false,Rome,{i}\n" for i in range(30))


def columns(source):
    return pa.Table.from_batches(source.batches(), source.schema).to_pydict()


def same(source, other):
    assert columns(source) == columns(other)
    assert source.schema.equals(other.schema)
    assert source.hashes().tolist() == other.hashes().tolist()
    assert [(f.column, f.kind, f.n_missing, f.levels) for f in source.facts()] == [
        (f.column, f.kind, f.n_missing, f.levels) for f in other.facts()
    ]
    return True


@pytest.fixture
def csv_source(opened):
    return opened(CSV)


def as_pandas():
    return pd.read_csv(io.StringIO(CSV), parse_dates=["when"], na_filter=True)


def as_pandas_of_texts():
    return pd.read_csv(io.StringIO(CSV), dtype=str, keep_default_na=False)


def as_arrow():
    return pa.Table.from_pandas(as_pandas())


def as_objects():
    frame = as_pandas_of_texts().astype(object)
    frame.loc[frame["mixed"] != "n/a", "mixed"] = frame.loc[frame["mixed"] != "n/a", "mixed"].astype(int)
    return frame


FRAMES = {
    "pandas": as_pandas,
    "pandas of texts": as_pandas_of_texts,
    "pandas of objects": as_objects,
    "arrow": as_arrow,
    "arrow batch": lambda: as_arrow().combine_chunks().to_batches()[0],
    "arrow reader": lambda: as_arrow().to_reader(),
    "dictionaries": lambda: as_arrow().set_column(5, "city", as_arrow()["city"].dictionary_encode()),
    "polars": lambda: pl.from_arrow(as_arrow()),
    "polars lazy": lambda: pl.from_arrow(as_arrow()).lazy(),
    "duckdb": lambda: duckdb.from_arrow(as_arrow()),
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_frames_equal_the_file(opened, csv_source, make):
    assert same(opened(make()), csv_source)


def test_rows_of_a_frame_without_an_id_hash_as_in_the_file(opened):
    frame = pd.read_csv(io.StringIO(CSV), parse_dates=["when"]).drop(columns="id")
    text = "\n".join(line.split(",", 1)[1] for line in CSV.splitlines()) + "\n"
    assert same(opened(frame), opened(text))


def test_types_of_frames(opened):
    table = pa.table(
        {
            "id": [1, 2],
            "cents": pa.array([Decimal("1.25"), None], pa.decimal128(9, 2)),
            "span": pa.array([dt.timedelta(days=1), None], pa.duration("s")),
            "at": pa.array([dt.datetime(2020, 1, 31, 23, 30, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")),
            "hour": pa.array([dt.time(8, 30), None]),
            "tags": [["a", "b"], None],
            "blob": [b"x", None],
            "none": pa.nulls(2),
            "small": pa.array([1, 2], pa.uint8()),
            "half": pa.array([0.5, None], pa.float32()),
        }
    )
    source = opened(table)
    assert columns(source) == {
        "id": [1, 2],
        "cents": [1.25, None],
        "span": [86400.0, None],
        "at": [dt.date(2020, 1, 31), None],
        "hour": ["08:30:00", None],
        "tags": ["[a, b]", None],
        "none": [None, None],
        "small": [1.0, 2.0],
        "half": [0.5, None],
    }
    assert {"bytes", "nested"} <= {note.code for note in source.intake.notes}


def test_the_named_index_of_pandas_is_a_column(opened):
    frame = pd.DataFrame({"x": [1.5, 2.5]}, index=pd.Index(["a", "b"], name="customer_id"))
    assert opened(frame).ids().to_pylist() == ["a", "b"]
    assert opened(frame.reset_index(drop=True)[lambda f: f.x > 2]).schema.names == ["x"]


def test_repeated_names_in_pandas(opened):
    frame = pd.DataFrame([[1, 2.5, 3.5], [2, 4.5, 5.5]], columns=["id", "x", "x"])
    assert opened(frame).schema.names == ["id", "x", "x (2)"]


def test_numbers_as_names_in_pandas(opened):
    assert opened(pd.DataFrame({0: [1.5], 1: [2.5]})).schema.names == ["0", "1"]


def test_rows_of_a_frame_in_which_nothing_stands_are_customers(opened):
    assert opened(pa.table({"x": [1.5, None, 2.5]})).intake.rows == 3


@pytest.mark.parametrize(
    "thing", [{"a": [1]}, [1, 2], np.eye(2), 7, None, pd.Series([1.5], name="x"), pl.Series([1.5])]
)
def test_what_is_no_table_is_refused(opened, thing):
    with pytest.raises(BadInput, match=r"not a table|cannot be read as a table"):
        opened(thing)


def test_a_frame_without_columns_or_rows(opened):
    with pytest.raises(BadInput, match=r"no column"):
        opened(pa.table({}))
    with pytest.raises(BadInput, match=r"no customers"):
        opened(pa.table({"id": pa.array([], pa.int64())}))
    assert opened(pa.table({"x": pa.array([], pa.float64())}), expect={"x": "number"}).intake.rows == 0


class TestParquet:
    def test_a_file(self, opened, csv_source, tmp_path):
        pq.write_table(as_arrow(), tmp_path / "shop.parquet")
        source = opened(tmp_path / "shop.parquet")
        assert same(source, csv_source)
        assert (source.intake.name, source.intake.dialect) == ("shop", None)

    def test_a_file_by_another_name(self, opened, csv_source, tmp_path):
        pq.write_table(as_arrow(), tmp_path / "shop.dat")
        assert same(opened(tmp_path / "shop.dat"), csv_source)

    def test_a_folder_and_a_glob(self, opened, csv_source, tmp_path):
        folder = tmp_path / "shop"
        folder.mkdir()
        pq.write_table(as_arrow().slice(0, 10), folder / "a.parquet")
        pq.write_table(as_arrow().slice(10), folder / "b.parquet")
        (folder / "notes.md").write_text("x")
        assert same(opened(folder), csv_source)
        assert same(opened(at=f"glob:{folder}/*.parquet"), csv_source)
        with pytest.raises(BadInput, match=r"Only Parquet.*notes\.md"):
            opened(at=f"glob:{folder}/*")
        with pytest.raises(FileTrouble, match=r"No file matches"):
            opened(at=f"glob:{folder}/*.pq")

    def test_a_column_that_one_file_lacks(self, opened, tmp_path):
        pq.write_table(pa.table({"id": [1], "x": [1.5]}), tmp_path / "a.parquet")
        pq.write_table(pa.table({"id": [2]}), tmp_path / "b.parquet")
        assert columns(opened(tmp_path)) == {"id": [1, 2], "x": [1.5, None]}

    def test_a_folder_of_something_else(self, opened, tmp_path):
        (tmp_path / "x.csv").write_text("a\n1\n")
        with pytest.raises(BadInput, match=r"no Parquet file.*x\.csv"):
            opened(tmp_path)

    def test_rubbish(self, opened):
        with pytest.raises(BadInput, match=r"cannot be read as Parquet"):
            opened(b"PAR1 this is not one PAR1", name="x.parquet")

    def test_a_file_that_changes_while_it_is_read(self, opened, tmp_path):
        path = tmp_path / "x.parquet"
        pq.write_table(pa.table({"id": [1, 2], "x": [1.5, 2.5]}), path)
        source = opened(path)
        pq.write_table(pa.table({"id": [1, 2, 3], "x": [1.5, 2.5, 3.5]}), path)
        with pytest.raises(FileTrouble, match=r"changed while it was read"):
            next(source.batches())
        path.unlink()
        with pytest.raises(FileTrouble, match=r"changed while it was read"):
            next(source.batches())


class TestDuckDB:
    @pytest.fixture
    def shop(self, tmp_path):
        path = tmp_path / "shop.duckdb"
        with duckdb.connect(str(path)) as con:
            frame = as_arrow()  # noqa: F841 - DuckDB finds it by its name
            con.execute("CREATE TABLE customers AS SELECT * FROM frame")
            con.execute('CREATE TABLE "odd # name" AS SELECT 1.5 AS x')
            con.execute("CREATE SCHEMA old; CREATE TABLE old.customers AS SELECT 2.5 AS x")
        return path

    def test_a_table(self, opened, csv_source, shop):
        source = opened(at=f"{shop}#customers")
        assert same(source, csv_source)
        assert source.intake.name == "customers"
        assert columns(opened(at=f"{shop}#old.customers")) == {"x": [2.5]}

    def test_the_file_is_left_alone(self, opened, shop):
        before = shop.read_bytes()
        opened(at=f"{shop}#customers", where="count > 3")
        assert shop.read_bytes() == before

    def test_which_table(self, opened, shop):
        with pytest.raises(BadInput, match=r"has several tables.*'customers', 'odd # name', 'old.customers'.*#TABLE"):
            opened(shop)
        with pytest.raises(BadInput, match=r"no table 'custmers'"):
            opened(at=f"{shop}#custmers")

    def test_the_only_table(self, opened, tmp_path):
        with duckdb.connect(str(tmp_path / "one.db")) as con:
            con.execute("CREATE TABLE t AS SELECT 1.5 AS x")
        assert columns(opened(tmp_path / "one.db")) == {"x": [1.5]}

    def test_a_view_cannot_reach_other_files(self, opened, tmp_path):
        (tmp_path / "secret.csv").write_text("a\n1\n")
        with duckdb.connect(str(tmp_path / "trap.duckdb")) as con:
            con.execute(f"CREATE VIEW v AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")
        with pytest.raises(BadInput, match=r"Cannot access file"):
            opened(at=f"{tmp_path}/trap.duckdb#v")

    def test_something_else(self, opened):
        with pytest.raises(BadInput, match=r"cannot be opened as a DuckDB file"):
            opened(b"SQLite format 3\x00" + b"x" * 5000, name="x.db")


class TestJson:
    RECORDS = (
        {"id": "A1", "amount": 10.5, "member": True, "city": "Bonn", "tags": ["a"]},
        {"id": "A2", "amount": None, "member": False, 'odd "/~ key': "x"},
        {"id": "A3", "amount": 7, "member": True, "city": "Köln"},
    )
    EXPECTED = {  # noqa: RUF012 - a constant of the tests
        "id": ["A1", "A2", "A3"],
        "amount": [10.5, None, 7.0],
        "member": [True, False, True],
        "city": ["Bonn", None, "Köln"],
        "tags": ['["a"]', None, None],
        'odd "/~ key': [None, "x", None],
    }

    @pytest.mark.parametrize("indent", [None, 2])
    def test_an_array(self, opened, indent):
        source = opened(json.dumps(self.RECORDS, indent=indent), name="shop.json")
        assert columns(source) == self.EXPECTED
        assert source.intake.name == "shop"

    @pytest.mark.parametrize("name", ["shop.ndjson", "shop.jsonl", "shop.json"])
    def test_an_object_a_line(self, opened, name):
        assert columns(opened("\n".join(map(json.dumps, self.RECORDS)) + "\n", name=name)) == self.EXPECTED

    def test_broken_and_blank_lines(self, opened):
        lines = [json.dumps(self.RECORDS[0]), "", "{broken", json.dumps(self.RECORDS[2]), "[1]"]
        lines += [json.dumps({"id": f"B{i}"}) for i in range(3)]
        source = opened("\n".join(lines), name="shop.ndjson")
        assert (source.intake.records, source.intake.rows, source.intake.skipped) == (8, 5, 1)
        assert source.rejects().to_pylist() == [
            {"line": 3, "reason": "not a JSON object", "text": "{broken"},
            {"line": 5, "reason": "not a JSON object", "text": "[1]"},
        ]

    @pytest.mark.parametrize("content", ['{"a": [1, 2]\n "b": 3}', "[1, 2, 3]", "[{]", "hello", "", "[]"])
    def test_what_is_no_table(self, opened, content):
        with pytest.raises(BadInput):
            opened(content, name="x.json")

    def test_utf_16(self, opened):
        text = "\n".join(json.dumps(record, ensure_ascii=False) for record in self.RECORDS)
        assert columns(opened(text.encode("utf-16"), name="x.ndjson")) == self.EXPECTED


class TestExcel:
    @pytest.fixture
    def book(self, tmp_path):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Customers"
        for row in [["Report of the shop"], [], ["id", "amount", "when", "mixed", "member", "code", None]]:
            sheet.append(row)
        for i in range(12):
            mixed = "n/a" if i == 3 else i
            sheet.append([f"A{i}", i * 1.5, dt.date(2020, 1, 1 + i), mixed, i % 2 == 0, f"00{i}", None])
        sheet.append([None] * 6)
        book.create_sheet("Other").append(["x"])
        book["Other"].append([1.5])
        path = tmp_path / "shop.xlsx"
        book.save(path)
        return path

    def test_a_sheet_below_a_title(self, opened, book):
        source = opened(book)
        found = columns(source)
        assert source.schema.names == ["id", "amount", "when", "mixed", "member", "code"]
        assert found["amount"] == [i * 1.5 for i in range(12)]
        assert found["when"][1] == dt.date(2020, 1, 2)
        assert found["mixed"][:5] == [0.0, 1.0, 2.0, None, 4.0]
        assert found["member"][:2] == [True, False]
        assert found["code"][0] == "000"
        assert source.intake.id_column == "id"
        assert "not read: 'Other'" in next(note.text for note in source.intake.notes if note.code == "sheet")

    def test_another_sheet(self, opened, book):
        assert columns(opened(at=f"{book}#Other")) == {"x": [1.5]}
        with pytest.raises(BadInput, match=r"no sheet 'Othr'.*'Customers', 'Other'"):
            opened(at=f"{book}#Othr")

    def test_something_else(self, opened):
        with pytest.raises(BadInput, match=r"not an Excel file"):
            opened(b"hello", name="x.xlsx")

    def test_without_the_library(self, opened, book, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "fastexcel", None)
        with pytest.raises(MissingExtra, match=r"pip install 'ilk\[excel\]'"):
            opened(book)


class TestPaths:
    @pytest.mark.parametrize("address", ["https://example.com/a.csv", "s3://bucket/a.parquet", "file:///etc/passwd"])
    def test_addresses_are_refused(self, opened, address):
        with pytest.raises(BadInput, match=r"opens no addresses"):
            opened(at=address)

    def test_a_typing_error(self, opened, tmp_path):
        (tmp_path / "customers.csv").write_text(CSV)
        with pytest.raises(FileTrouble, match=r"does not exist.*customers\.csv"):
            opened(at=str(tmp_path / "custmers.csv"))

    def test_a_file_with_odd_characters_in_its_name(self, opened, tmp_path):
        path = tmp_path / "a'b #1 *?.csv"
        path.write_text(CSV)
        assert opened(at=str(path)).intake.name == "a'b #1 *?"

    def test_no_tables_in_text(self, opened, tmp_path):
        (tmp_path / "x.csv").write_text(CSV)
        with pytest.raises(BadInput, match=r"no tables to choose from"):
            opened(at=f"{tmp_path}/x.csv#customers")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read(self, opened, tmp_path):
        (tmp_path / "x.csv").write_text(CSV)
        (tmp_path / "x.csv").chmod(0)
        with pytest.raises(FileTrouble, match=r"cannot be read"):
            opened(tmp_path / "x.csv")

    def test_a_pipe_is_refused(self, opened, tmp_path):
        os.mkfifo(tmp_path / "x.csv")
        with pytest.raises(FileTrouble, match=r"neither a file nor a folder"):
            opened(tmp_path / "x.csv")


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "x.csv"
    path.write_bytes(CSV.encode("utf-16"))
    source = open_source(path, Settings())
    private = [entry for entry in tmp_path.iterdir() if entry.name != "in"]
    assert len(private) == 1
    assert private[0].stat().st_mode & 0o777 == 0o700
    source.close()
    source.close()
    assert not private[0].exists()
    with pytest.raises(BadInput):
        open_source(tmp_path / "in" / "x.csv", Settings(where="amount > 1e9"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["in"]


def test_a_forgotten_source_cleans_up(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    source = open_source(as_arrow(), Settings())
    del source
    __import__("gc").collect()
    assert list(tmp_path.iterdir()) == []


def test_the_file_may_go_once_it_is_read(opened, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.csv").write_text(CSV)
    source = opened(tmp_path / "sub" / "x.csv")
    shutil.rmtree(tmp_path / "sub")
    assert len(columns(source)["id"]) == 33
