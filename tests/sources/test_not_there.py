"""Files that are not there are told all at once, before anything is read, with what was probably meant."""

from __future__ import annotations

import pytest

import ilk
from ilk.errors import FileTrouble
from ilk.sources.not_there import refuse_absent


def test_all_missing_files_are_told_at_once(tmp_path):
    with pytest.raises(FileTrouble) as error:
        ilk.segment(tmp_path / "c.csv", orders=tmp_path / "o.csv", labels=tmp_path / "l.csv")
    said = str(error.value)
    assert "3 files are not there" in said
    assert all(name in said for name in ("c.csv", "o.csv", "the labels file"))


def test_the_file_that_was_probably_meant_is_named(tmp_path):
    (tmp_path / "customers.csv").touch()
    with pytest.raises(FileTrouble, match=r"does not exist.*use '.*customers.csv' for custmers.csv"):
        refuse_absent([tmp_path / "custmers.csv"])


def test_another_file_is_not_proposed_nor_one_that_is_used_already(tmp_path):
    """missing.csv is not marketing.csv, and a labels file is not the file of customers."""
    (tmp_path / "marketing.csv").touch()
    (tmp_path / "labels2.csv").touch()
    with pytest.raises(FileTrouble, match=r"^The labels file .*missing.csv does not exist. Do: check the path"):
        refuse_absent([tmp_path / "labels2.csv"], tmp_path / "missing.csv")
    with pytest.raises(FileTrouble, match=r"Do: check the path"):
        refuse_absent([tmp_path / "labels2.csv"], tmp_path / "labels.csv")


def test_patterns_frames_addresses_and_tables_of_a_file_are_left_to_who_opens_them(tmp_path):
    (tmp_path / "shop.duckdb").touch()
    refuse_absent(["glob:none/*.csv", {"a": [1]}, "https://example.org/x.csv", f"{tmp_path}/shop.duckdb#customers"])
