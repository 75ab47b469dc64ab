"""Tables of customers: everyone is in them, spreadsheets show what stands there, programs read what was meant."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.outputs.tables import write_assignments, write_csv, write_customers, write_rejects
from ilk.sources.source import Intake


@dataclass
class Customers:
    """A source of one table, in batches of three."""

    table: pa.Table
    id_column: str | None = "id"

    @property
    def intake(self):
        n = self.table.num_rows
        return Intake("customers", n + 1, n, 0, 1, None, self.id_column)

    @property
    def schema(self):
        return self.table.schema

    def ids(self):
        if self.id_column:
            return self.table[self.id_column]
        return pa.chunked_array([pa.array(range(1, self.table.num_rows + 1), pa.int64())])

    def batches(self, columns=None):
        yield from self.table.to_batches(max_chunksize=3)


def results(ids):
    n = len(ids)
    return {
        "id": ids,
        "segment": pa.array(range(1, n + 1), pa.int16()),
        "persona": [f"Persona {i}" for i in range(n)],
        "certainty": pa.array([1 / 3] * n, pa.float32()),
        "distance": pa.array([2 / 3] * n, pa.float64()),
    }


def read(path):
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


@pytest.fixture
def customers():
    return pa.table(
        {
            "name": ["=1+1", "plain", "Zoë", "-5", None],
            "id": ["a", "b", "c", "d", "e"],
            "spend": [12.5, -3.0, None, 1e6, 0.1],
            "since": [date(2020, 1, 2)] * 5,
            "member": [True, False, None, True, True],
        }
    )


def test_everyone_is_there_with_their_segment(customers, tmp_path):
    """All rows in file order with all their columns; who was not assigned has empty cells."""
    path = tmp_path / "customers.csv"
    write_customers(path, Customers(customers), pa.table(results(["d", "b", "a"])))
    rows = read(path)
    assert list(rows[0]) == [*customers.column_names, "segment", "persona", "certainty", "distance"]
    assert [row["segment"] for row in rows] == ["3", "2", "", "1", ""]
    assert [row["persona"] for row in rows] == ["Persona 2", "Persona 1", "", "Persona 0", ""]
    assert (rows[0]["certainty"], rows[0]["distance"]) == ("0.3333", "0.6667")
    assert path.stat().st_mode & 0o077 == 0


def test_formulas_are_shown_and_numbers_stay_numbers(customers, tmp_path):
    path = tmp_path / "customers.csv"
    write_customers(path, Customers(customers), pa.table(results(["a"])))
    rows = read(path)
    assert [row["name"] for row in rows] == ["'=1+1", "plain", "Zoë", "'-5", ""]
    assert [row["spend"] for row in rows] == ["12.5", "-3", "", "1000000", "0.1"]
    assert rows[0]["since"] == "2020-01-02"
    assert [row["member"] for row in rows] == ["true", "false", "", "true", "true"]


def test_row_numbers_serve_where_no_column_identifies(customers, tmp_path):
    path = tmp_path / "customers.csv"
    assigned = pa.table({**results([5, 1]), "id": pa.array([5, 1], pa.int64())}).rename_columns(
        ["row", "segment", "persona", "certainty", "distance"]
    )
    write_customers(path, Customers(customers, None), assigned)
    rows = read(path)
    assert [row["row"] for row in rows] == ["1", "", "", "", "5"]
    assert [row["segment"] for row in rows] == ["2", "", "", "", "1"]


def test_a_column_of_their_own_called_segment_keeps_its_place(customers, tmp_path):
    path = tmp_path / "customers.csv"
    own = customers.append_column("segment", [["x"] * 5])
    write_customers(path, Customers(own), pa.table(results(["a"])))
    rows = read(path)
    assert rows[0]["segment"] == "x"
    assert rows[0]["segment (ilk)"] == "1"


RISKY = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=12)


@given(st.lists(RISKY, min_size=1, max_size=8), RISKY)
@settings(deadline=None, max_examples=60)
def test_no_cell_begins_like_a_formula(tmp_path_factory, cells, head):
    """Whatever the texts, what a spreadsheet reads never begins with = + - @ or a tab, and nothing else is changed."""
    path = tmp_path_factory.mktemp("cells") / "t.csv"
    table = pa.table({head: cells})
    write_csv(path, table.schema, table.to_batches())
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    for before, (after,) in zip([head, *cells], [row or [""] for row in rows], strict=True):
        assert after in {before, f"'{before}"}
        assert not after.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))


def test_rejects_and_assignments_come_back_as_they_were(tmp_path):
    rejects = pa.table({"line": [3, 9], "reason": ["too many fields", "nothing answered"], "text": ["=a;b", ""]})
    write_rejects(tmp_path / "rejects.csv", rejects)
    assert [row["text"] for row in read(tmp_path / "rejects.csv")] == ["'=a;b", ""]
    assigned = pa.table(results(["a", "b"]))
    write_assignments(tmp_path / "assignments.parquet", assigned)
    assert pq.read_table(tmp_path / "assignments.parquet").equals(assigned)


def test_an_empty_table_has_its_heads(tmp_path):
    empty = pa.table({"line": pa.array([], pa.int64()), "reason": pa.array([], pa.string())})
    write_rejects(tmp_path / "rejects.csv", empty)
    assert (tmp_path / "rejects.csv").read_bytes() == b'\xef\xbb\xbf"line","reason"\n'
