"""Labels come from a file, found beside the source too, else from the name."""

from __future__ import annotations

import pytest

from ilk.errors import BadInput, FileTrouble
from ilk.features.labels import read_labels


def test_without_a_file_words_come_from_the_name():
    labels = read_labels(None, None, ["PURCHASES_TRX"])
    assert labels["PURCHASES_TRX"].words == labels["PURCHASES_TRX"].short == "purchase transactions"
    assert not labels["PURCHASES_TRX"].given
    assert labels.file is None


def test_every_header_is_read(tmp_path):
    file = tmp_path / "words.csv"
    file.write_text(
        "column,words,unit,currency,group,order\n"
        "A,amount_spent,,EUR,Money,\n"
        "B,how often,times,,Habits,never | sometimes | often\n",
        encoding="utf-8",
    )
    labels = read_labels(file, None, ["A", "B", "C_D"])
    assert labels["A"].words == "amount spent"
    assert (labels["A"].currency, labels["A"].group, labels["A"].given) == ("EUR", "Money", True)
    assert (labels["B"].unit, labels["B"].order) == ("times", ("never", "sometimes", "often"))
    assert (labels["C_D"].words, labels["C_D"].given) == ("c d", False)
    assert labels.notes == ()


def test_survey_headers_are_understood_and_unknown_columns_noted(tmp_path):
    (tmp_path / "survey-columns.csv").write_text(
        '"original","short"\n"I like music.","Music"\n"?","Gone"\n', encoding="utf-8"
    )
    labels = read_labels(None, tmp_path / "survey.csv", ["Music"])
    assert labels["Music"].words == "I like music"
    assert labels["Music"].short == "music"
    assert labels.file == tmp_path / "survey-columns.csv"
    assert [note.code for note in labels.notes] == ["labels-unknown"]
    assert "'Gone'" in labels.notes[0].text
    assert read_labels(None, tmp_path / "survey.csv", ["Music"], also_there=["Gone"]).notes == ()


@pytest.mark.parametrize("name", ["shop.csv", "shop.csv.gz", "shop.parquet", "shop.tsv.zst"])
def test_a_file_beside_the_source_is_found(tmp_path, name):
    (tmp_path / "shop-columns.csv").write_text("column,words\na,the first\n", encoding="utf-8")
    assert read_labels(None, tmp_path / name, ["a"])["a"].words == "the first"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_dialects_are_read(tmp_path, encoding, delimiter):
    file = tmp_path / "w.csv"
    file.write_text(f"column{delimiter}words\nA{delimiter}Käufe\n", encoding=encoding)
    assert read_labels(file, None, ["A"])["A"].words == "Käufe"


def test_names_match_whatever_their_case(tmp_path):
    file = tmp_path / "w.csv"
    file.write_text("Column,Words\n balance ,what is owed\n", encoding="utf-8")
    assert read_labels(file, None, ["BALANCE"])["BALANCE"].words == "what is owed"


def test_a_file_that_is_not_there_or_says_nothing_is_refused(tmp_path):
    with pytest.raises(FileTrouble, match=r"does not exist.*check the path"):
        read_labels(tmp_path / "none.csv", None, ["A"])
    file = tmp_path / "words.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(FileTrouble, match=r"use '.*words.csv', if that is it"):
        read_labels(tmp_path / "word.csv", None, ["A"])
    with pytest.raises(BadInput, match="which column each line is for") as error:
        read_labels(file, None, ["A"])
    assert "'a', 'b'" in str(error.value)
    file.write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="an empty file"):
        read_labels(file, None, ["A"])
    file.write_text("column,words\nA," + "x" * 200_000, encoding="utf-8")
    with pytest.raises(BadInput, match="is no table"):
        read_labels(file, None, ["A"])


def test_lines_above_the_header_and_short_lines_are_forgiven(tmp_path):
    file = tmp_path / "w.csv"
    file.write_text("Our words;;\n\ncolumn;words;unit\nA;first\nB;second;km\n", encoding="utf-8")
    labels = read_labels(file, None, ["A", "B"])
    assert (labels["A"].words, labels["B"].unit) == ("first", "km")


def test_more_labels_than_a_screen(tmp_path):
    """A survey may have a thousand questions."""
    file = tmp_path / "w.csv"
    lines = [f'q{i},"question, number {i}"' for i in range(1000)]
    file.write_text("\n".join(["column,words", *lines]), encoding="utf-8")
    assert read_labels(file, None, ["q999"])["q999"].words == "question, number 999"


def test_real_labels(data):
    labels = read_labels(None, data / "survey" / "young-people.csv", ["Music", "Hiphop, Rap", "Age"])
    assert labels["Music"].words == "I enjoy listening to music"
    assert labels["Hiphop, Rap"].words == "Hip hop, Rap"
    assert list(labels) == ["Music", "Hiphop, Rap", "Age"]
    assert len(labels) == 3
