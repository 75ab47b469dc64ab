"""No record is ever lost: what is read, rejected and skipped adds up to what an independent count finds."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.errors import BadInput
from ilk.sources import records as records_module
from ilk.sources import repair as repair_module
from ilk.sources.dialect import Layout
from ilk.sources.records import count_records
from ilk.sources.repair import locate, read_records, repair


def columns(source):
    return pa.Table.from_batches(source.batches(), source.schema).to_pydict()


def rejects(source):
    return [(reject["line"], reject["reason"], reject["text"]) for reject in source.rejects().to_pylist()]


def test_short_and_long_rows(opened):
    source = opened("id,a,b\n1,x,1.5\n2,y\n3,z,2.5,9\n4,w,3.5\n")
    assert columns(source)["id"] == [1, 4]
    assert rejects(source) == [(3, "fewer than 3 cells", "2,y"), (4, "more than 3 cells", "3,z,2.5,9")]
    assert "2 records cannot be read" in source.intake.notes[0].text


def test_a_quote_that_is_never_closed_costs_one_line(opened):
    source = opened('id,a,b\n1,"x,1.5\n2,y,2.5\n3,"z",3.5\n4,w,4.5\n')
    assert columns(source)["id"] == [2, 3, 4]
    assert rejects(source) == [(2, "a quote is opened and never closed", '1,"x,1.5')]


def test_a_quote_open_to_the_end_costs_one_line(opened):
    source = opened('id,a,b\n1,"x",1.5\n2,"y,2.5\n3,z,3.5\n4,w,4.5')
    assert columns(source)["id"] == [1, 3, 4]
    assert source.rejects()["line"].to_pylist() == [3]


def test_a_quote_in_a_file_without_quoted_cells_is_a_character(opened):
    source = opened('id,a,b\n1,x,1.5\n2,"5 inch,2.5\n3,z,3.5\n')
    assert columns(source)["a"] == ["x", '"5 inch', "z"]


def test_text_after_a_closing_quote(opened):
    source = opened('id,a,b\n1,"Big" Tom,1.5\n2,"y",2.5\n3,"z",3.5\n')
    assert columns(source)["a"] == ["y", "z"]
    assert rejects(source) == [(2, "text after a closing quote", '1,"Big" Tom,1.5')]


def test_a_quote_within_a_cell_is_a_character(opened):
    source = opened('id,a,b\n1,5" pipe,1.5\n2,"3"" pipe",2.5\n3,"z",3.5\n')
    assert columns(source)["a"] == ['5" pipe', '3" pipe', "z"]
    assert source.intake.rejects == 0


def test_blanks_around_quotes(opened):
    source = opened('id, name, x\n1, "a,b", 1.5\n2, "c" , 2.5\n3, "d", 3.5\n')
    assert columns(source) == {"id": [1, 2, 3], "name": ["a,b", "c", "d"], "x": [1.5, 2.5, 3.5]}


def test_a_long_multi_line_cell_survives_the_repair(opened):
    note = "\n".join(f"line {i}" for i in range(2_000))
    source = opened(f'id,a,b\n1,5" x,1.5\n2,"{note}",2.5\n3,"z",3.5\n')
    assert columns(source)["a"] == ['5" x', note, "z"]


def test_a_file_that_is_mostly_broken_is_refused(opened):
    lines = "".join(f"{i},x\n" for i in range(6)) + "".join(f"{i},{'y,' * (i + 2)}\n" for i in range(30))
    with pytest.raises(BadInput, match=r"of 36 records cannot be read as 2 cells separated by ','.*line 8"):
        opened("id,a\n" + lines)


def test_disagreement_is_refused(opened, monkeypatch):
    """Should our reader and DuckDB ever read differently, nobody gets a study of half the customers."""

    def one_short(*args, **kwargs):
        found = repair(*args, **kwargs)
        found.rows -= 1
        return found

    monkeypatch.setattr("ilk.sources.text.repair", one_short)
    with pytest.raises(BadInput, match=r"cannot be told apart for certain.*2 counted, 3 read"):
        opened('id,a\n1,5" x\n2,b\n3,c\n')


def test_a_count_that_differs_sends_the_file_to_repair(opened, monkeypatch):
    calls = []
    monkeypatch.setattr("ilk.sources.text.repair", lambda *a, **k: (calls.append(1), repair(*a, **k))[1])
    real = records_module.Count

    def one_more(*_, **__):
        return real(5, 0, 5, regular=True)

    monkeypatch.setattr("ilk.sources.text.count_records", one_more)
    source = opened("id,a\n1,x\n2,y\n3,z\n")
    assert calls
    assert source.intake.records == 4


CELL = st.text(alphabet='ab,"\n é', max_size=8)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=12), st.integers(1, 40))
def test_the_count_agrees_with_the_csv_module(tmp_path_factory, rows, chunk):
    """Whatever the size of the chunks a file is read in."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    content = text.getvalue()
    path = tmp_path_factory.mktemp("count") / "x.csv"
    path.write_bytes(content.encode("utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records_module, "CHUNK", chunk)
        found = count_records(path, offset=0, delimiter=",", quote='"', line_end=1)
    expected = list(csv.reader(io.StringIO(content, newline="")))
    assert found.regular
    assert found.records == len(expected)
    assert found.blank == sum(not cells for cells in expected)
    assert found.lines == content.count("\n")


@pytest.mark.parametrize("text", ['1,a"b,2\n', '1,"a"b,2\n', '1,"a\n2,b\n', '1,"a" ,2\n', '"a"'])
@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 1000])
def test_quotes_out_of_order_are_noticed_at_any_cut(tmp_path, monkeypatch, text, chunk):
    monkeypatch.setattr(records_module, "CHUNK", chunk)
    path = tmp_path / "x.csv"
    path.write_text(text)
    found = count_records(path, offset=0, delimiter=",", quote='"', line_end=1)
    assert found.regular == (text == '"a"')


def test_the_count_without_quotes_and_with_crlf(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b'h\r\n1,"\r\n\r\n\r\n2\r\n3')
    found = count_records(path, offset=3, delimiter=",", quote="", line_end=2)
    assert (found.records, found.blank, found.lines) == (5, 2, 5)


LAYOUT = Layout(",", '"', "", 3, None, 0)


def found_in(tmp_path, text, layout=LAYOUT):
    path = tmp_path / "x.csv"
    path.write_text(text, newline="")
    return path, list(read_records(path, layout, offset=0, first_line=1))


def test_cells(tmp_path):
    _, found = found_in(tmp_path, '1,"a, ""b""\nc",\n\n2,x\n')
    assert [(f.line, f.cells, f.reason, f.is_blank) for f in found] == [
        (1, ["1", 'a, "b"\nc', ""], "", False),
        (3, None, "", True),
        (4, None, "fewer than 3 cells", False),
    ]


def test_backslashes(tmp_path):
    layout = Layout(",", '"', "\\", 3, None, 0)
    _, found = found_in(tmp_path, '1,"a \\"b\\", c\\\\",x\n', layout)
    assert found[0].cells == ["1", 'a "b", c\\', "x"]


def test_locate(tmp_path):
    path, _ = found_in(tmp_path, '1,"a\nb",c\nbroken\n2,d,e\n\n3,f,g\n')
    assert locate(path, LAYOUT, [1, 3], offset=0, first_line=10) == [(10, '1,"a'), (15, "3,f,g")]
    assert locate(path, LAYOUT, [], offset=0, first_line=10) == []


def test_many_open_quotes_do_not_take_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(repair_module, "PATIENCE", 1 << 17)
    path = tmp_path / "x.csv"
    path.write_text('1,"a,b\n' + "1,a,b\n" * 3 + ('2,"c,d\n' * 2_000))
    result = repair(path, tmp_path / "y.csv", LAYOUT, offset=0, first_line=1)
    assert result.records == 2_004 == result.rows + result.rejects.num_rows


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(alphabet='ab,"\\ ', max_size=12), max_size=15))
def test_repair_accounts_for_every_line_of_rubbish(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("rubbish")
    path = folder / "x.csv"
    path.write_text("\n".join(lines))
    result = repair(path, folder / "y.csv", LAYOUT, offset=0, first_line=1)
    assert result.records == result.rows + result.blank + result.rejects.num_rows
    with (folder / "y.csv").open(newline="") as copy:
        assert sum(1 for _ in csv.reader(copy)) == result.rows
