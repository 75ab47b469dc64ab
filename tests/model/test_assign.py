"""in = assigned + rejected, and the same answer however the customers come."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.errors import Cancelled, MissingColumns
from ilk.model import scorers
from ilk.model.assign import RESULTS, Assignment
from ilk.model.parts import Edit
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.joined import study_source
from ilk.sources.sampling import xxh64
from ilk.sources.source import Intake

TODAY = "2026-11-23"
LAW = settings(deadline=None, max_examples=15)


@pytest.fixture(scope="module")
def assigned(model, frame):
    return model.assign(frame)


def by_id(table):
    return pa.table(table).sort_by("CUSTOMER_ID")


def test_columns_in_their_order_and_type(assigned, frame):
    assert assigned.table.column_names == ["CUSTOMER_ID", *RESULTS]
    types = [str(t) for t in assigned.table.schema.types]
    assert types == ["string", "int16", "string", "double", "double", "double", "int16", "bool", "int16"]
    assert assigned.table["CUSTOMER_ID"].to_pylist() == frame["CUSTOMER_ID"].to_pylist()


def test_training_customers_come_back_to_their_segments(model, assigned):
    sizes = [s.size for s in model.segments]
    assert [size for _, _, size in assigned.sizes] == sizes
    assert assigned.n_assigned == 600
    assert assigned.n_rejected == 0
    assert set(assigned.table["persona"].to_pylist()) == {"Kind 1", "Kind 2", "Kind 3"}


def test_figures_are_what_they_say(model, assigned, matrix):
    centres = np.array(model.solution.scorer.centres)
    apart = np.sort(np.nansum((matrix[:, None].astype(float) - centres) ** 2, axis=2), axis=1)
    table = assigned.table.to_pandas()
    assert table["margin"].to_numpy() == pytest.approx(1 - np.sqrt(apart[:, 0] / apart[:, 1]))
    whole = table["missing"] == 0
    assert table["distance"][whole].to_numpy() == pytest.approx(np.sqrt(apart[:, 0])[whole])
    assert (table["distance"][~whole] > np.sqrt(apart[:, 0])[~whole]).all()
    limits = np.array([s.distance_limit for s in model.segments])
    assert (table["outlier"] == (table["distance"] > limits[table["segment"] - 1])).all()
    assert 0 < table["outlier"].sum() <= 30
    assert table["certainty"].between(0, 1).all()
    assert (table["runner_up"] != table["segment"]).all()


def test_missing_counts_columns_not_features(assigned, frame):
    columns = ["SPEND", "ONLINE_SPEND", "VISITS", "PROMO_SHARE", "HAS_CARD", "BASKET"]
    blank = frame.select(columns).to_pandas().isna().sum(axis=1)
    assert assigned.table["missing"].to_pylist() == blank.tolist()
    assert blank.max() > 0


def test_same_type_out_as_in(model, frame, assigned, tmp_path):
    path = tmp_path / "customers.csv"
    pyarrow.csv.write_csv(frame, path)
    as_pandas, as_polars = model.assign(frame.to_pandas()), model.assign(pl.from_arrow(frame))
    assert isinstance(as_pandas.table, pd.DataFrame)
    assert isinstance(as_polars.table, pl.DataFrame)
    assert isinstance(model.assign(pl.from_arrow(frame).lazy()).table, pl.DataFrame)
    assert isinstance(model.assign(frame).table, pa.Table)
    assert isinstance(model.assign(frame.to_batches()[0]).table, pa.Table)
    assert isinstance(model.assign(path).table, pa.Table)
    for other in (as_polars.table.to_arrow(), model.assign(path).table, model.assign(str(path)).table):
        assert other.cast(assigned.table.schema).equals(assigned.table)
    assert as_pandas.table["certainty"].tolist() == assigned.table["certainty"].to_pylist()


def test_other_tables_give_arrow(model, frame, assigned):
    """Anything with the Arrow capsule, and tables of libraries that have no frame of their own."""
    import duckdb

    with duckdb.connect() as connection:
        connection.register("shop", frame)
        found = model.assign(connection.table("shop"))
    assert isinstance(found.table, pa.Table)
    assert by_id(found.table).equals(by_id(assigned.table))
    assert isinstance(model.assign(frame.to_reader()).table, pa.Table)


def test_parquet_and_csv_and_frame_agree_to_the_bit(model, frame, assigned, tmp_path):
    pq.write_table(frame, tmp_path / "customers.parquet")
    assert model.assign(tmp_path / "customers.parquet").table.equals(assigned.table)


@LAW
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(model, frame, assigned, seed):
    order = np.random.default_rng(seed).permutation(len(frame))
    assert by_id(model.assign(frame.take(order)).table).equals(by_id(assigned.table))


@LAW
@given(size=st.integers(1, 599))
def test_parts_of_the_customers_give_the_same(model, frame, assigned, size):
    parts = [model.assign(frame.slice(0, size)).table, model.assign(frame.slice(size)).table]
    assert pa.concat_tables(parts).equals(assigned.table)


def test_a_large_table_takes_the_kernel_and_gives_the_same(model, frame, assigned, monkeypatch):
    monkeypatch.setattr(scorers, "MOST_CUSTOMERS", 100)
    assert model.assign(frame).table.equals(assigned.table)


def test_small_tables_load_neither_scikit_learn_nor_numba(model, frame, tmp_path):
    """The service starts in a moment: nothing heavy up to 4,096 customers, explaining included."""
    model.save(tmp_path / "shop.ilk")
    pyarrow.csv.write_csv(frame, tmp_path / "customers.csv")
    code = (
        "import sys, ilk; model = ilk.load(sys.argv[1]); print(model.assign(sys.argv[2]).n_assigned);"
        "model.explain({'SPEND': 10}); repr(model);"
        "print([m for m in ('sklearn', 'numba', 'scipy', 'altair') if m in sys.modules])"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path / "shop.ilk"), str(tmp_path / "customers.csv")]
    out = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert out.stdout.split("\n")[:2] == ["600", "[]"]


# ---------------------------------------------------------------- what is odd


def test_nothing_answered_is_a_rejection_with_its_reason(model, frame):
    blank = {c: pa.nulls(3, frame.schema.field(c).type) for c in frame.column_names}
    blank["CUSTOMER_ID"], blank["REGION"] = pa.array(["x1", "x2", "x3"]), pa.array(["north"] * 3)
    found = model.assign(pa.concat_tables([frame.slice(0, 5), pa.table(blank)]))
    assert (found.n_assigned, found.n_rejected) == (5, 3)
    assert found.rejects["text"].to_pylist() == ["CUSTOMER_ID x1", "CUSTOMER_ID x2", "CUSTOMER_ID x3"]
    assert set(found.rejects["reason"].to_pylist()) == {"answered none of the columns that make segments"}
    assert any(note.code == "nothing-answered" and "3 customers" in note.text for note in found.notes)


def test_columns_that_are_not_there_count_as_blank_and_are_named(model, frame):
    found = model.assign(frame.drop_columns(["SPEND", "BASKET"]))
    note = next(n for n in found.notes if n.code == "columns-absent")
    assert "'SPEND'" in note.text
    assert "'BASKET'" in note.text
    assert set(found.table["missing"].to_pylist()) == {2, 3}


def test_without_any_building_column_the_missing_ones_are_listed(model, frame):
    with pytest.raises(MissingColumns, match=r"6 columns not found: 'SPEND'.*'BASKET'") as caught:
        model.assign(frame.select(["CUSTOMER_ID", "REGION"]))
    assert "'REGION'" in str(caught.value)


def test_unknown_columns_are_named_and_left_alone(model, frame, assigned):
    found = model.assign(frame.append_column("SHOE_SIZE", pa.array([41] * len(frame))))
    assert found.table.equals(assigned.table)
    assert [n.text for n in found.notes if n.code == "columns-unknown"] == [
        "Not known to the model, and left alone: 'SHOE_SIZE'."
    ]


def test_unseen_levels_are_counted_and_count_as_blank(model, frame):
    strange = pa.array(["giant", "giant", *frame["BASKET"].to_pylist()[2:]])
    found = model.assign(frame.set_column(frame.column_names.index("BASKET"), "BASKET", strange))
    assert [n.text for n in found.notes if n.code == "levels-unseen"] == [
        "BASKET: 2 customers have a value the model never saw, which counts as blank."
    ]
    assert found.table["missing"][0].as_py() >= 1


def test_numbers_that_come_as_text_are_read_as_the_model_knows_them(model, frame, assigned):
    texts = frame["VISITS"].to_pylist()
    texts = pa.array(["n/a" if v is None else str(v) for v in texts])
    found = model.assign(frame.set_column(frame.column_names.index("VISITS"), "VISITS", texts))
    assert found.table.equals(assigned.table)


def test_without_the_id_rows_are_numbered(model, frame):
    found = model.assign(frame.drop_columns(["CUSTOMER_ID", "EMAIL"]), settings=Settings())
    assert found.table.column_names[0] == "row"
    assert found.table["row"].to_pylist() == list(range(1, 601))


def test_an_id_called_like_a_result_keeps_its_name(model, frame):
    found = model.assign(frame.rename_columns(["segment", *frame.column_names[1:]]), settings=Settings(id="segment"))
    assert found.table.column_names[:2] == ["segment", "segment_"]


def test_outliers_are_unlike_anyone(model, frame):
    far = frame.slice(0, 1).set_column(1, "SPEND", pa.array([1e9])).set_column(3, "VISITS", pa.array([4000.0]))
    assert model.assign(far).table["outlier"].to_pylist() == [True]


def test_one_segment_has_no_runner_up(model, frame):
    table = model.at(1).assign(frame.slice(0, 4)).table
    assert table["segment"].to_pylist() == [1] * 4
    assert table["certainty"].to_pylist() == [1.0] * 4
    assert table["runner_up"].to_pylist() == [None] * 4
    assert table["margin"].to_pylist() == [None] * 4


# ---------------------------------------------------------------- edits


def test_set_aside_customers_get_segment_0_and_a_name(model, frame, assigned):
    edit = Edit("aside", "staff buy at cost", TODAY, text="REGION = HQ", name="Staff")
    found = model.edited(edit).assign(frame)
    staff = np.array(frame["REGION"].to_pylist()) == "HQ"
    table = found.table.to_pandas()
    assert (table["segment"][staff] == 0).all()
    assert (table["persona"][staff] == "Staff").all()
    assert table.loc[staff, ["certainty", "distance", "margin", "runner_up", "outlier"]].isna().all(axis=None)
    rest = found.table.filter(pa.array(~staff))
    assert rest.equals(assigned.table.filter(pa.array(~staff)))
    assert found.sizes[0] == (0, "Staff", int(staff.sum()))
    assert found.n_assigned == 600


def test_a_rule_on_any_column_of_the_customers(model, frame):
    """SHOE_SIZE is no column of the model; where it is there the rule holds, where it is not a note says so."""
    edit = Edit("aside", "", TODAY, text="SHOE_SIZE >= 45", name="Giants")
    edited = model.edited(edit)
    sizes = frame.append_column("SHOE_SIZE", pa.array(np.arange(len(frame)) % 50))
    assert edited.assign(sizes).sizes[0] == (0, "Giants", 60)
    note = next(n for n in edited.assign(frame).notes if n.code == "rule-not-applied")
    assert note.text == "Nobody was set aside as 'Giants', because there is no column 'SHOE_SIZE'."


def test_somebody_set_aside_need_not_answer(model, frame):
    edited = model.edited(Edit("aside", "", TODAY, text="REGION = north", name="North"))
    blank = {c: pa.nulls(2, frame.schema.field(c).type) for c in frame.column_names}
    blank["CUSTOMER_ID"], blank["REGION"] = pa.array(["x1", "x2"]), pa.array(["north", "south"])
    found = edited.assign(pa.concat_tables([frame.slice(0, 3), pa.table(blank)]))
    assert (
        found.table.filter(pa.array(np.array(found.table["CUSTOMER_ID"].to_pylist()) == "x1"))["segment"][0].as_py()
        == 0
    )
    assert found.n_rejected == 1


def test_renames_and_other_numbers_of_segments_show(model, frame):
    renamed = model.edited(Edit("rename", "", TODAY, uid=model.segments[0].uid, text="Regulars"))
    assert "Regulars" in set(renamed.assign(frame).table["persona"].to_pylist())
    assert set(model.at(2).assign(frame).table["segment"].to_pylist()) == {1, 2}


def test_it_prints_well(assigned):
    assert str(assigned).splitlines()[0] == "600 customers assigned, 0 rejected"
    assert "Kind 1" in repr(assigned)


class InMemory:
    """A source of one Arrow table in batches of any size."""

    def __init__(self, table, size):
        self.table, self.size = table, size
        self.intake = Intake("memory", len(table), len(table), 0, 0, None, "CUSTOMER_ID")
        self.schema = table.schema
        self.closed = False

    def batches(self, columns):
        return iter(self.table.select(columns).combine_chunks().to_batches(max_chunksize=self.size))

    def ids(self):
        return self.table["CUSTOMER_ID"]

    def hashes(self):
        return xxh64(self.ids())

    def rejects(self):
        return pa.table({"line": [7], "reason": ["too long"], "text": ["a,b,c"]})

    def close(self):
        self.closed = True


@LAW
@given(size=st.integers(1, 700))
def test_any_batches_of_one_source_are_the_whole(model, frame, assigned, size):
    assignment = Assignment(model, InMemory(frame, size))
    whole = pa.Table.from_batches(assignment.batches(), schema=assignment.schema)
    assert whole.equals(assigned.table)
    assert assignment.sizes() == assigned.sizes


def test_no_customers_make_an_empty_table(model, frame):
    assignment = Assignment(model, InMemory(frame.slice(0, 0), 10))
    assert list(assignment.batches()) == []
    assert assignment.schema.names == ["CUSTOMER_ID", *RESULTS]
    assert [size for _, _, size in assignment.sizes()] == [0, 0, 0]


def test_records_that_could_not_be_read_are_among_the_rejects(model, frame):
    blank = {c: pa.nulls(1, frame.schema.field(c).type) for c in frame.column_names} | {"CUSTOMER_ID": pa.array(["x"])}
    assignment = Assignment(model, InMemory(pa.concat_tables([frame.slice(0, 2), pa.table(blank)]), 10))
    assert sum(batch.num_rows for batch in assignment.batches()) == 2
    assert assignment.rejects().to_pylist() == [
        {"line": 7, "reason": "too long", "text": "a,b,c"},
        {"line": None, "reason": "answered none of the columns that make segments", "text": "CUSTOMER_ID x"},
    ]


def test_a_stop_is_seen_between_batches_and_the_source_is_closed(model, frame, monkeypatch):
    source = InMemory(frame, 10)
    monkeypatch.setattr(study_source, "open_source", lambda *_, **__: source)
    progress = Progress()
    progress.stop()
    with pytest.raises(Cancelled):
        model.assign(frame, progress=progress)
    assert source.closed
