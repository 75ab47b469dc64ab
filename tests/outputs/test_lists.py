"""The customers of one segment: all of them, under the name they have now, and nothing a spreadsheet would run."""

from __future__ import annotations

import shutil

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

import ilk
from ilk.edit import apply_edit
from ilk.errors import BadInput, FileTrouble
from ilk.model.parts import Edit
from ilk.outputs.lists import list_name, outdated, write_list
from ilk.world import make_world, write_world

DAY = "2026-11-23"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    write_world(folder / "world", make_world(600, seed=3))
    ilk.segment(folder / "world" / "customers.csv", out=folder / "study", k=4)
    return folder / "study"


def rows(path):
    return pc.read_csv(path)


def test_the_list_holds_the_segments_customers_and_only_them(made, tmp_path):
    model = ilk.load(made / "segments.ilk")
    table = pq.read_table(made / "assignments.parquet")
    for segment in model.segments:
        n = write_list(made, model, segment.number, tmp_path / "list.csv")
        wanted = table.filter(pa.compute.equal(table["segment"], segment.number))
        found = rows(tmp_path / "list.csv")
        assert n == found.num_rows == wanted.num_rows
        assert found.column(0).cast("string").to_pylist() == wanted.column(0).cast("string").to_pylist()
        assert set(found["persona"].to_pylist()) == {segment.persona.name}
        assert "distance" not in found.column_names
    assert list_name(2, "Ann & <b>") == "segment-2-ann-b.csv"


def test_a_merged_segment_lists_both_its_parts_under_its_name(made, tmp_path):
    model = ilk.load(made / "segments.ilk")
    one, two = model.segments[1], model.segments[2]
    merged = apply_edit(model, Edit("merge", "", DAY, uid=one.uid, other=two.uid))
    merged = apply_edit(merged, Edit("rename", "", DAY, uid=one.uid, text="=cmd()"))
    assert write_list(made, merged, 2, tmp_path / "list.csv") == one.size + two.size
    found = rows(tmp_path / "list.csv")
    assert set(found["persona"].to_pylist()) == {"'=cmd()"}
    assert "certainty" not in found.column_names
    assert set(found["segment"].to_pylist()) == {2}


def test_a_list_that_would_be_wrong_is_refused(made, tmp_path):
    model = ilk.load(made / "segments.ilk")
    assert outdated(model, made) == ""
    assert "written for 4 segments, not 3" in outdated(model.at(3), made)
    aside = model.edited(Edit("aside", "", DAY, text="city = Rome"))
    for changed in (model.at(3), aside):
        with pytest.raises(BadInput, match="ilk assign"):
            write_list(made, changed, 1, tmp_path / "list.csv")
    assert not (tmp_path / "list.csv").exists()


def test_a_broken_table_is_told(made, tmp_path):
    folder = shutil.copytree(made, tmp_path / "study")
    (folder / "assignments.parquet").write_bytes(b"no")
    with pytest.raises(FileTrouble, match="cannot be read"):
        write_list(folder, ilk.load(folder / "segments.ilk"), 1, tmp_path / "list.csv")
