"""Many columns that are called otherwise: --survey-map takes a file of pairs beside single ones."""

from __future__ import annotations

import pytest

from ilk.errors import BadSetting
from ilk.settings import Settings

WANTED = {"alter": "age", "Frage 2": "Q2"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("map.csv", "theirs,ours\nalter,age\nFrage 2,Q2\n"),
        ("map.csv", "alter;age\n\nFrage 2;Q2\n"),
        ("map.tsv", "old\tnew\nalter\tage\nFrage 2\tQ2\n"),
        ("map.csv", 'alter,age\n"Frage 2","Q2"\n'),
        ("map.json", '{"alter": "age", "Frage 2": "Q2"}'),
        ("map.toml", 'alter = "age"\n"Frage 2" = "Q2"\n'),
    ],
)
def test_a_file_says_what_single_pairs_say(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert Settings.of({"survey_map": [str(tmp_path / name)]}, env={}).survey_map == WANTED
    assert Settings.of({"survey_map": ["alter=age", "Frage 2=Q2"]}, env={}).survey_map == WANTED


def test_a_later_pair_wins_over_a_file(tmp_path):
    (tmp_path / "map.csv").write_text("alter,age\nFrage 2,Q3\n", encoding="utf-8")
    assert Settings.of({"survey_map": [str(tmp_path / "map.csv"), "Frage 2=Q2"]}, env={}).survey_map == WANTED


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("map.csv", "alter,age,more\n", "two cells a line are needed"),
        ("map.csv", "", "holds no pairs"),
        ("map.csv", "alter,\n", "holds no pairs of a column's name there and here, at 'alter'"),
        ("map.json", "[1, 2]", "holds no pairs"),
        ("map.json", "{", "cannot be read as pairs"),
        ("map.toml", "a = 3", "at 'a'"),
    ],
)
def test_a_file_without_pairs_is_refused(tmp_path, name, text, said):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting, match=said):
        Settings.of({"survey_map": [str(tmp_path / name)]}, env={})


def test_a_text_that_is_neither_is_refused():
    with pytest.raises(BadSetting, match="neither THEIRS=OURS nor a file of such pairs"):
        Settings.of({"survey_map": ["nosuch.csv"]}, env={})
