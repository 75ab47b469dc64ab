"""What is said to somebody who named a column or a file that is not there, or brought files that differ."""

from __future__ import annotations

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ilk.errors import BadInput, BadSetting, MissingColumns

CSV = "CUST_ID,BALANCE,REGION\n1,10.5,N\n2,20.5,S\n3,30.5,N\n"


@pytest.mark.parametrize("given", [{"where": "BALANC > 1"}, {"query": "SELECT BALANC FROM source"}])
def test_an_unknown_column_of_a_condition_is_told_with_the_nearest_one(opened, given):
    with pytest.raises(BadSetting, match=r"'BALANC' is no column.*'CUST_ID'.*use 'BALANCE'") as told:
        opened(CSV, **given)
    assert "bindings" not in str(told.value)


def test_an_id_that_is_not_there_is_told_with_the_columns(opened):
    with pytest.raises(MissingColumns, match=r"'NOPE'.*'CUST_ID', 'BALANCE'.*name one of the columns"):
        opened(CSV, id="NOPE")


def test_an_id_may_be_named_in_lower_case_where_only_one_can_be_meant(opened):
    assert opened(CSV, id="cust_id").intake.id_column == "CUST_ID"
    with pytest.raises(MissingColumns):
        opened("A,a,x\n1,2,3\n", id="Á")


@pytest.mark.parametrize("given", [{"ignore": ("CUST_ID",)}, {"role": {"CUST_ID": "ignore"}}])
def test_an_ignored_column_is_not_taken_for_the_id(opened, given):
    source = opened(CSV, **given)
    assert source.intake.id_column is None
    assert len(source.ids()) == 3


def test_columns_that_differ_in_case_only_are_taken_for_the_models(opened):
    source = opened("cust_id,balance\n1,10.5\n", expect={"BALANCE": "number", "AGE": "number"})
    assert "BALANCE" in source.schema.names
    assert [note.text for note in source.intake.notes if note.code == "case"] == [
        "Upper and lower case differ from the model's; taken for 'BALANCE'"
    ]


@pytest.mark.parametrize("header", ["balance,Balance", "BALANCE,balance"])
def test_columns_that_could_be_two_keep_their_names(opened, header):
    source = opened(f"{header}\n1,10.5\n", expect={"BALANCE": "number"})
    assert "case" not in [note.code for note in source.intake.notes]


def test_a_separator_nobody_knows_is_said_to_be_missing(opened):
    with pytest.raises(BadInput, match=r"No separator was found.*ONE column.*CUST_ID#BALANCE#REGION"):
        opened(CSV.replace(",", "#"))


@pytest.mark.parametrize("name", ["BALANCE", "income in €", "share (%)", "R&D"])
def test_one_column_is_no_missing_separator(opened, name):
    assert opened(f"{name}\n1\n2\n3\n").schema.names == [name]


def test_a_file_called_gz_that_is_not_is_told(opened):
    with pytest.raises(BadInput, match=r"is not compressed.*call it customers.csv"):
        opened(CSV, name="customers.csv.gz")
    assert opened(gzip.compress(CSV.encode()), name="sound.csv.gz").intake.rows == 3


def test_a_parquet_file_that_lacks_a_column_is_named(opened, tmp_path):
    both = pa.table({"id": [1, 2], "x": [1.5, 2.5], "y": [1.5, 2.5]})
    pq.write_table(both, tmp_path / "a.parquet")
    pq.write_table(pa.table({"id": [3, 4], "x": [1.5, 3.5]}), tmp_path / "b.parquet")
    (note,) = [n for n in opened(at=f"glob:{tmp_path}/*.parquet").intake.notes if n.code == "columns-differ"]
    assert note.text == "The files differ: b.parquet has no 'y'. There it counts as not answered"
    pq.write_table(both.set_column(0, "id", [[3, 4]]), tmp_path / "b.parquet")
    assert "columns-differ" not in [n.code for n in opened(at=str(tmp_path)).intake.notes]


def test_rows_in_which_nothing_stands_are_counted(opened):
    (note,) = [n for n in opened(CSV + ",,\n" * 3).intake.notes if n.code == "blank-rows"]
    assert note.text == "3 of 6 rows are empty and are left out"
    assert "blank-rows" not in [n.code for n in opened(CSV).intake.notes]
    assert "blank-rows" not in [n.code for n in opened(CSV + ",,\n" * 3, where="BALANCE > 15").intake.notes]
