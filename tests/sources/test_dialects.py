"""Text files in every dialect come in whole, and say how they were written."""

from __future__ import annotations

import gzip
from io import StringIO

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.errors import BadInput, FileTrouble
from ilk.settings import Settings
from ilk.sources.dialect import records_of, vote
from ilk.sources.open import open_source
from ilk.sources.text import _head

ROWS = [("1", "Ann", "10.5"), ("2", "Bob", "20.25"), ("3", "Cid", "7.75"), ("4", "Dée", "8.0")]


def written(delimiter=",", end="\n", quote=""):
    lines = [delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in [("id", "name", "amount"), *ROWS]]
    return end.join(lines) + end


def columns(source):
    return pa.Table.from_batches(source.batches(), source.schema).to_pydict()


def is_right(source):
    assert columns(source) == {
        "id": [1, 2, 3, 4],
        "name": ["Ann", "Bob", "Cid", "Dée"],
        "amount": [10.5, 20.25, 7.75, 8.0],
    }
    return True


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "~", "^", "\x1f", "\x01", ":"])
def test_any_separator(opened, delimiter):
    source = opened(written(delimiter))
    assert is_right(source)
    assert source.intake.dialect.delimiter == delimiter


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_quotes(opened, quote, delimiter):
    source = opened(written(delimiter, quote=quote))
    assert is_right(source)
    assert source.intake.dialect.quote == quote


@pytest.mark.parametrize(("end", "shown"), [("\n", "\\n"), ("\r\n", "\\r\\n"), ("\r", "\\r"), ("\r\r\n", "\\r\\n")])
def test_line_ends(opened, end, shown):
    source = opened(written(end=end))
    assert is_right(source)
    assert source.intake.dialect.line_end == shown
    assert source.intake.records == 5


def test_mixed_line_ends(opened):
    text = written().replace("Bob,20.25\n", "Bob,20.25\r\n")
    assert is_right(opened(text))


def test_no_line_end_at_the_end(opened):
    source = opened(written().rstrip("\n"))
    assert is_right(source)
    assert source.intake.records == 5


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
    ],
)
def test_encodings(opened, encoding, shown):
    source = opened(written().encode(encoding))
    assert is_right(source)
    assert source.intake.dialect.encoding == shown


def test_encodings_far_from_latin(opened):
    names = ["Иван Петров", "Мария Смирнова", "Олег Кузнецов", "Анна Васильева"] * 10
    text = "id;имя;сумма\n" + "".join(f"{i};{name};{i}\n" for i, name in enumerate(names))
    source = opened(text.encode("cp1251"))
    assert columns(source)["имя"] == names
    assert source.intake.dialect.encoding == "cp1251"


def test_windows_quotes_and_euro_are_not_latin_1(opened):
    source = opened("id,note\n1,“fine”\n2,5 €\n".encode("cp1252"))
    assert columns(source)["note"] == ["“fine”", "5 €"]


def test_a_few_broken_characters_cost_their_record_only(opened):
    good = "".join(f"{i},Zoë Müller {i}\n" for i in range(200))
    source = opened(f"id,name\n{good}".encode() + b"900,Z\xff\n" + "901,Zoë\n".encode())
    assert source.intake.rows == 201
    assert source.rejects().to_pylist() == [
        {"line": 202, "reason": "characters that are not valid UTF-8", "text": "900,Z\ufffd"}
    ]
    assert any(note.code == "damaged-text" for note in source.intake.notes)


def test_gzip_and_zstd(opened):
    assert is_right(opened(gzip.compress(written().encode()), name="customers.csv.gz"))
    packed = pa.compress(written().encode(), codec="zstd", asbytes=True)
    source = opened(packed, name="customers.csv.zst")
    assert is_right(source)
    assert source.intake.dialect.compression == "zstd"
    assert source.intake.name == "customers"


def test_compression_is_seen_whatever_the_name(opened):
    assert is_right(opened(gzip.compress(written().encode()), name="customers.txt"))


def test_a_cut_off_archive_is_refused(opened):
    packed = gzip.compress((written() * 50).encode())
    with pytest.raises(FileTrouble, match=r"cannot be read to its end"):
        opened(packed[: len(packed) // 2], name="customers.csv.gz")


def test_a_bomb_is_refused(opened):
    bomb = gzip.compress(b"0" * (80 << 20), compresslevel=9)
    with pytest.raises(BadInput, match=r"400 times"):
        opened(bomb, name="bomb.csv.gz")


@pytest.mark.parametrize(
    "preamble",
    [
        "Customer report\nJanuary 2024\n\n",
        "# made by shop 2.0\n",
        "Report,,\n,,\n",
        "Customers of 2024\n\n\n",
        "sep=,\n",
    ],
)
def test_lines_before_the_header(opened, preamble):
    source = opened(preamble + written())
    assert is_right(source)
    assert source.intake.skipped == preamble.count("\n") + 1
    assert source.intake.records == preamble.count("\n") + 5


def test_preamble_is_said(opened):
    assert "2 lines before the header" in opened("Report\nof 2024\n" + written()).intake.dialect.in_words()


def test_blank_lines_are_skipped(opened):
    text = written().replace("Bob", "Bob").replace("\n", "\n\n") + "\n   \n,,\n"
    source = opened(text)
    assert is_right(source)
    assert source.intake.records == 5 + 5 + 3
    assert source.intake.rejects == 0


def test_no_header(opened):
    source = opened("1,Ann,10.5\n2,Bob,20.25\n3,Cid,7.75\n")
    assert columns(source) == {
        "column 1": [1, 2, 3],
        "column 2": ["Ann", "Bob", "Cid"],
        "column 3": [10.5, 20.25, 7.75],
    }
    assert not source.intake.dialect.header
    assert [note.code for note in source.intake.notes][:1] == ["no-header"]


def test_years_as_names_are_a_header(opened):
    source = opened("customer,2019,2020\nA,1.5,2.5\nB,3.5,4.5\nC,1.5,1.5\n", role={"customer": "id"})
    assert source.schema.names == ["customer", "2019", "2020"]


def test_a_table_of_words_has_a_header(opened):
    assert opened("name,city\nAnn,Rome\nBob,Bonn\n").schema.names == ["name", "city"]


def test_repeated_words_are_no_header(opened):
    source = opened("yes,red\nno,blue\nyes,red\nno,red\n")
    assert source.intake.rows == 4


def test_r_leaves_out_the_name_of_its_row_numbers(opened):
    source = opened('"mpg","cyl","name"\n"1",21.5,6,"a"\n"2",22.8,4,"b"\n"3",18.1,8,"c"\n')
    assert source.schema.names == ["column 1", "mpg", "cyl", "name"]
    assert source.intake.id_column == "column 1"


def test_separators_at_the_end_of_each_row(opened):
    source = opened("id;a;b\n1;2.5;x;\n2;3.5;y;\n3;4.5;z;\n")
    assert source.schema.names == ["id", "a", "b", "column 4"]
    assert columns(source)["b"] == ["x", "y", "z"]


def test_a_header_that_is_too_long(opened):
    source = opened("id,a,b,c\n1,2.5,x\n2,3.5,y\n3,4.5,z\n4,1.5,z\n")
    assert source.schema.names == ["id", "a", "b"]
    assert "long-header" in [note.code for note in source.intake.notes]


def test_decimal_commas_beside_commas_and_semicolons(opened):
    source = opened("id;betrag;anteil\n1;1.234,50;0,5\n2;12,00;0,25\n3;-7,5;1,0\n")
    assert columns(source) == {"id": [1, 2, 3], "betrag": [1234.5, 12.0, -7.5], "anteil": [0.5, 0.25, 1.0]}
    assert source.intake.dialect.in_words() == "UTF-8, separated by semicolons, decimal comma"


def test_commas_in_quoted_cells_do_not_vote(opened):
    source = opened('id,name,amount\n1,"Doe, Jane; Ms",5.5\n2,"Poe, Ed; Mr",6.5\n3,"Roe, Al; Mr",7.5\n')
    assert columns(source)["name"] == ["Doe, Jane; Ms", "Poe, Ed; Mr", "Roe, Al; Mr"]


def test_multi_line_cells(opened):
    source = opened('id,note\n1,"two\nlines"\n2,"a ""quoted"" word"\n3,\n')
    assert columns(source)["note"] == ["two\nlines", 'a "quoted" word', None]
    assert source.intake.records == 4


def test_line_ends_within_cells_may_differ(opened):
    source = opened('id,note\r\n1,"two\nlines"\r\n2,plain\r\n')
    assert columns(source)["note"] == ["two\nlines", "plain"]


def test_backslash_escapes(opened):
    source = opened('id,note,x\n1,"say \\"hi\\", ok",1.5\n2,"plain",2.5\n3,"b",2.5\n')
    assert columns(source)["note"] == ['say "hi", ok', "plain", "b"]


def test_one_column(opened):
    source = opened("amount\n1.5\n2.5\n\n3.5\n")
    assert columns(source) == {"amount": [1.5, 2.5, 3.5]}
    assert source.intake.skipped == 2


def test_a_single_customer(opened):
    source = opened("id,amount\n7,1.5\n")
    assert columns(source) == {"id": [7], "amount": [1.5]}


@pytest.mark.parametrize("content", ["", "\n\n", "   \n"])
def test_an_empty_file_is_refused(opened, content):
    with pytest.raises(BadInput, match=r"empty|no customers"):
        opened(content)


def test_a_header_alone_is_refused(opened):
    with pytest.raises(BadInput, match=r"no customers"):
        opened("id,name,amount\n")


def test_bytes_are_refused(opened):
    with pytest.raises(BadInput, match=r"not a text file"):
        opened(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20)


def test_a_zip_archive_is_refused(opened):
    with pytest.raises(BadInput, match=r"zip archive"):
        opened(b"PK\x03\x04" + b"x" * 100)


def test_the_walk_over_the_top_passes_what_the_vote_passed(tmp_path):
    """Here the vote reads line by line, because a quote in the title is never closed."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"'\",a,\r\nid'\t'\xc3\xa92020-01-01\xc3\xa9\"")
    with pytest.raises(BadInput, match="has no customers"):
        open_source(path, Settings())


@pytest.mark.parametrize(
    "title", ['"Report of', 'A "title', '"Report "of', "'tis \"so", '"\n"\n"', '"open;', 'x "\n\ny "']
)
def test_an_open_quote_above_the_table_costs_nothing_below(opened, title):
    source = opened(f"{title}\nid,x,y\n1,2,3\n4,5,6\n7,8,9\n")
    assert columns(source) == {"id": [1, 4, 7], "x": [2, 5, 8], "y": [3, 6, 9]}


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="\"'\\,;\t\n a1é|", max_size=60))
def test_whatever_stands_there_the_walk_finds_as_many_records_as_the_vote(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "walk.csv"
    path.write_bytes(text.encode())
    layout = vote(path)
    head = _head(path, layout)
    records = [
        cells
        for cells in records_of(StringIO(text.encode()[: head.offset].decode(), newline="\n"), **marks(layout))
        if cells
    ]
    assert len(records) == layout.before
    assert head.records >= layout.before


def marks(layout):
    return {name: getattr(layout, name) for name in ("delimiter", "quote", "escape", "by_line")}


def test_a_quote_that_swallows_more_than_a_cell_may_hold_is_survived(opened):
    source = opened('"a\\"",b\n' + "1,2\n" * 60_000)
    assert source.intake.rows + source.intake.rejects >= 59_999


def test_a_separator_can_be_named(tmp_path):
    """Where the vote finds one column only, and where it would choose another mark."""
    path = tmp_path / "dots.csv"
    path.write_text(written("·"), encoding="utf-8")
    with pytest.raises(BadInput, match="--delimiter"):
        open_source(path, Settings())
    assert is_right(open_source(path, Settings(delimiter="·")))
    path.write_text("id;name,amount\n" + "".join(f"{i};a{i},{i}.5\n" for i in range(1, 9)), encoding="utf-8")
    for told, names in (("semicolon", ["id", "name,amount"]), ("comma", ["id;name", "amount"])):
        assert open_source(path, Settings(delimiter=told)).schema.names == names


@pytest.mark.parametrize("wrong", ["ab", "", "x", '"', "\n", 1])
def test_what_cannot_separate_is_refused(wrong):
    with pytest.raises(ValueError, match=r"cannot|can stand"):
        Settings(delimiter=wrong)
