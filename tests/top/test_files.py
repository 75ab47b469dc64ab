"""The only writer: all or nothing, private, never half."""

from __future__ import annotations

import pytest

from ilk.errors import FileTrouble
from ilk.files import private_folder, refuse_overwriting, replacing, write_text
from ilk.outputs.folder import renewing


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


def test_a_failure_inside_a_failure_is_told_once(tmp_path):
    with pytest.raises(FileTrouble) as told, replacing(tmp_path / "outer.txt"):
        write_text(tmp_path / "none" / "a.txt", "x")
    assert str(told.value).count("cannot be written") == 1
    assert "Do: name another place" in str(told.value)


def test_a_folder_nobody_may_write_to_is_told_even_where_removing_fails_too(tmp_path, monkeypatch):
    """A read-only file system answers to unlink with an error of its own."""

    def refused(*_words, **_more):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("pathlib.Path.write_bytes", refused)
    monkeypatch.setattr("pathlib.Path.unlink", refused)
    with pytest.raises(FileTrouble, match=r"cannot be written\. Got: Read-only file system"):
        write_text(tmp_path / "a.txt", "x")


@pytest.mark.parametrize("link", [None, "symlink_to", "hardlink_to"])
def test_what_is_read_is_never_written_over_under_whatever_name(tmp_path, link):
    source = tmp_path / "a.csv"
    source.write_text("x")
    target = source if link is None else tmp_path / "other.csv"
    if link:
        getattr(target, link)(source)
    with pytest.raises(FileTrouble, match="is what is read"):
        refuse_overwriting([source], [tmp_path / "new.csv", target])
    refuse_overwriting([source], [tmp_path / "new.csv"])


def test_a_full_disk_is_told_once_for_a_whole_study(tmp_path):
    with pytest.raises(FileTrouble) as told, renewing(tmp_path / "study") as workshop:
        write_text(workshop / "none" / "a.txt", "x")
    assert str(told.value).count("cannot be written") == 1
    assert str(told.value).count("Do:") == 1
    assert list(tmp_path.iterdir()) == []
