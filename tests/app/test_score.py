"""Score a file: first rows, what is missing, labels in three formats, rejects with reasons."""

from __future__ import annotations

import io
import re

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest
from visitors import app_running

import ilk
from ilk.app.labelling import beside, certain, converted, fits_excel, in_plain_words, label, look_at, sizes_table
from ilk.errors import BadInput, FileTrouble, MissingColumns
from ilk.progress import Progress
from ilk.sources.source import Note


@pytest.fixture(scope="module")
def model(made):
    return ilk.load(made / "segments.ilk")


@pytest.fixture
def messy(made, tmp_path):
    """Decimal commas, no column TENURE, one that nobody knows, a broken line, a customer without an answer."""
    table = pcsv.read_csv(made.parent / "world" / "customers.csv").slice(0, 60)
    names = [name for name in table.column_names if name != "TENURE"]
    lines = [";".join([*names, "=NOTE"])]
    for i, row in enumerate(table.select(names).to_pylist()):
        cells = ["" if value is None else str(value).replace(".", ",") for value in row.values()]
        if i == 5:
            cells = [cells[0], *[""] * (len(cells) - 1)]
        lines.append(";".join([*cells, "=1+1"]))
        if i == 10:
            lines.append("half;a row")
    path = tmp_path / "messy.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_look_says_what_is_missing(model, messy, tmp_path):
    look = look_at(model, messy, tmp_path)
    assert look.rows.num_rows == 5
    assert look.absent == ("Tenure",)
    assert "=NOTE" in look.strange
    assert look.id_column == model.content.provenance.id_column
    assert look.id_expected is None


def test_the_beginning_of_a_large_file_is_enough(model, messy, tmp_path):
    head, *rest = messy.read_text().splitlines()
    large = tmp_path / "large.csv"
    large.write_text("\n".join([head, *(rest[0].replace("C", f"{i}C", 1) for i in range(4_000))]))
    look = look_at(model, large, tmp_path)
    assert look.rows.num_rows == 5
    assert not list(tmp_path.glob("beginning*"))


def test_a_file_of_something_else_is_refused(model, tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(MissingColumns):
        look_at(model, tmp_path / "other.csv", tmp_path)


def test_a_file_with_a_header_only_is_refused(page, made, model):
    header = (made.parent / "world" / "customers.csv").read_bytes().split(b"\n")[0] + b"\n"
    tested = page("score", opened=made)
    tested.file_uploader[0].set_value(("bare.csv", header, "text/csv")).run()
    assert "bare.csv has no customers" in tested.error[0].value
    assert not any(one.label == "Find all segments" for one in tested.button)


def test_values_that_are_no_numbers_are_told_in_plain_words(model, made, tmp_path):
    table = pcsv.read_csv(made.parent / "world" / "customers.csv").slice(0, 60)
    rows = [",".join(table.column_names)]
    rows += [",".join("" if v is None else str(v) for v in row.values()) for row in table.to_pylist()]
    rows[3] = rows[3].replace(f",{table['BALANCE'][2]},", ",unclear,", 1)
    (tmp_path / "spoiled.csv").write_text("\n".join(rows))
    notes = label(model, tmp_path / "spoiled.csv", tmp_path).notes
    told = [in_plain_words(note, model) for note in notes]
    assert "BALANCE: under 10 values are no numbers and count as not known" in told
    spoiled = Note("spoiled", "OTHER: 23 texts among the rest read as missing: 'x' (12)")
    assert in_plain_words(spoiled, model) == "OTHER: 23 values cannot be read and count as not known: 'x' (12)"


def test_labels_come_in_three_formats(model, messy, tmp_path):
    """The labels are `assign`'s, in = assigned + rejected, and no cell is a formula."""
    stages = []
    found = label(model, messy, tmp_path, progress=Progress(lambda stage, share: stages.append(share)))
    expected = model.assign(messy).table
    assert stages
    assert found.n_assigned + found.n_rejected == 61
    assert found.n_rejected == 2
    assert pq.read_table(found.path)["segment"].to_pylist() == expected["segment"].to_pylist()
    csv = pcsv.read_csv(converted(found.path, "CSV"))
    assert csv["segment"].to_pylist() == expected["segment"].to_pylist()
    assert converted(found.path, "Parquet") == found.path
    excel = converted(found.path, "Excel")
    assert excel.read_bytes()[:2] == b"PK"
    assert converted(found.path, "Excel") == excel
    assert {path.stat().st_mode & 0o777 for path in (found.path, found.rejects, excel)} == {0o600}
    assert "Customers by segment" in sizes_table(found, model).caption


@pytest.mark.parametrize(
    ("certainty", "n_absent", "said", "enough"),
    [
        ([0.9, 0.6, 0.2], 0, "2 of 3 are placed with a certainty of 6 in 10 or more; the other is a guess", True),
        (
            [0.9, 0.5, 0.2],
            14,
            "1 of 3 is placed with .*; the others are guesses, because 14 columns are missing",
            False,
        ),
        ([0.5, None], 1, "None of 1 are placed with .*; all are guesses, because 1 column is missing", False),
        ([0.7, 0.8], 3, "2 of 2 are placed with a certainty of 6 in 10 or more[.]$", True),
        ([None], 0, "^$", True),
    ],
)
def test_how_many_labels_are_guesses_is_told(tmp_path, certainty, n_absent, said, enough):
    path = tmp_path / "labels.parquet"
    pq.write_table(pa.table({"certainty": pa.array(certainty, pa.float64())}), path)
    found = certain(path, n_absent)
    assert re.search(said, found[0])
    assert found[1] is enough


def test_a_file_that_lacks_most_columns_is_scored_with_a_warning(page, made):
    table = pcsv.read_csv(made.parent / "world" / "customers.csv").slice(0, 60).select(["CUST_ID", "TENURE"])
    written = io.BytesIO()
    pcsv.write_csv(table, written)
    tested = page("score", opened=made)
    tested.file_uploader[0].set_value(("two.csv", written.getvalue(), "text/csv")).run()
    next(one for one in tested.button if one.label == "Find all segments").click().run()
    assert any("guesses, because" in one.value for one in tested.warning)


def test_a_sheet_holds_texts_as_texts(tmp_path):
    fastexcel = pytest.importorskip("fastexcel")
    pq.write_table(pa.table({"id": ["=1+1", "http://a.b"], "segment": [1, 2]}), tmp_path / "labels.parquet")
    sheet = fastexcel.read_excel(converted(tmp_path / "labels.parquet", "Excel")).load_sheet(0)
    assert sheet.to_arrow()["id"].to_pylist() == ["=1+1", "http://a.b"]


def test_more_than_a_sheet_holds_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("ilk.app.labelling.EXCEL_ROWS", 1)
    pq.write_table(pa.table({"id": ["a", "b"]}), tmp_path / "labels.parquet")
    assert not fits_excel(2)
    with pytest.raises(BadInput, match="A sheet of Excel holds"):
        converted(tmp_path / "labels.parquet", "Excel")


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "a.csv").touch()
    (tmp_path / "a-segments.csv").touch()
    assert beside(tmp_path / "a.csv", "CSV").name == "a-segments-2.csv"
    with pytest.raises(FileTrouble, match="is a folder"):
        beside(tmp_path, "CSV")


def test_a_file_is_uploaded_and_scored(page, made, messy):
    tested = page("score", opened=made)
    assert tested.title[0].value == "Score a file"
    tested.file_uploader[0].set_value((messy.name, messy.read_bytes(), "text/csv")).run()
    assert any("Tenure" in one.value for one in tested.warning)
    next(one for one in tested.button if one.label == "Find all segments").click().run()
    assert any("59 customers assigned, 2 rejected" in one.value for one in tested.markdown)


def test_a_file_is_named_by_path_and_labels_are_kept_beside_it(page, made, messy):
    tested = page("score", opened=made, roots=(messy.parent,))
    tested.segmented_control[0].set_value("Path").run()
    tested.text_input[0].set_value("/etc/passwd").run()
    assert "is not under" in tested.error[0].value
    tested.text_input[0].set_value(messy.name).run()
    next(one for one in tested.button if one.label == "Find all segments").click().run()
    next(one for one in tested.button if one.label == "Write").click().run()
    assert (messy.parent / "messy-segments.csv").is_file()
    assert (messy.parent / "messy-segments-rejects.csv").is_file()


def test_without_a_root_there_is_only_the_upload(page, made):
    tested = page("score", opened=made)
    assert not tested.segmented_control
    assert tested.file_uploader


@pytest.mark.slow
@pytest.mark.browser
def test_a_messy_file_goes_up_and_its_labels_come_down(made, model, messy, tmp_path, visit):
    with app_running(made, cwd=tmp_path) as address:
        visitor = visit(address)
        page = visitor.go("score")
        page.locator("input[type=file]").set_input_files(messy)
        page.get_by_role("button", name="Find all segments").click()
        page.get_by_text("59 customers assigned, 2 rejected").wait_for()
        visitor.settled()
        with page.expect_download() as coming:
            page.get_by_role("button", name="Download CSV").click()
        labels = pcsv.read_csv(io.BytesIO(coming.value.path().read_bytes()))
        assert labels["segment"].to_pylist() == model.assign(messy).table["segment"].to_pylist()
        with page.expect_download() as coming:
            page.get_by_role("button", name="Download the rejects").click()
        assert "answered none of the columns" in coming.value.path().read_text("utf-8")
        visitor.settled()
        assert visitor.axe() == []
        assert visitor.outside == []
