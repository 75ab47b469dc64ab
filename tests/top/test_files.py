"""The only writer: all or nothing, private, never half."""

from __future__ import annotations

import pytest

from ilk.errors import FileTrouble
from ilk.files import private_folder, replacing, write_text


def test_a_file_is_there_whole_and_private(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "ä")
    assert path.read_text(encoding="utf-8") == "ä"
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_may_be_sent_can_be_read_by_others(tmp_path):
    write_text(tmp_path / "a.html", "x", private=False)
    assert (tmp_path / "a.html").stat().st_mode & 0o777 == 0o644


def test_a_failure_half_way_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileTrouble, match="cannot be written"):
        write_text(tmp_path / "none" / "a.txt", "x")


def test_a_private_folder_is_only_for_its_owner(tmp_path):
    assert private_folder(tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").write_text("")
    with pytest.raises(FileTrouble, match="cannot be made a folder"):
        private_folder(tmp_path / "file")
