"""Where studies lie, what the address may name, and which is approved."""

from __future__ import annotations

import os
import shutil

import pytest

from ilk.app import shelf
from ilk.app.launch import Launch
from ilk.errors import BadInput, FileTrouble
from ilk.model.file import load


@pytest.fixture
def room(made, tmp_path):
    """A folder of two studies, one of them deeper, and other things."""
    shutil.copytree(made, tmp_path / "in" / "one")
    shutil.copytree(made, tmp_path / "in" / "a" / "two")
    (tmp_path / "in" / "other").mkdir()
    shutil.copytree(made, tmp_path / "in" / ".hidden")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "in" / "one")
    return tmp_path / "in"


def test_studies_are_found_below_the_roots(room):
    found = shelf.studies_under([room, room / "a"])
    assert sorted(study.folder.name for study in found) == ["one", "two"]
    assert found[0].personas.startswith("1 ")
    assert (found[0].source, found[0].customers, found[0].k) == ("customers.csv", 1500, 4)
    assert shelf.studies_under([room / "nowhere"]) == []


def test_studies_of_one_name_are_told_apart(room, made):
    """By the folders above them, as few as will do."""
    shutil.copytree(made, room / "b" / "one")
    shutil.copytree(made, room / "c" / "b" / "one")
    called = shelf.told_apart(study.folder for study in shelf.studies_under([room]))
    assert {str(folder.relative_to(room)): name for folder, name in called.items()} == {
        "one": "in/one",
        "a/two": "two",
        "b/one": "in/b/one",
        "c/b/one": "c/b/one",
    }


def test_a_duplicate_is_another_study(room):
    copy = shelf.duplicate(room / "one")
    assert (copy.name, shelf.duplicate(room / "one").name) == ("one-copy", "one-copy-2")
    assert load(copy / "segments.ilk").k == 4
    assert copy.stat().st_mode & 0o777 == 0o700
    with pytest.raises(FileTrouble, match="cannot be copied"):
        shelf.duplicate(room / "nowhere")


def test_one_study_of_a_folder_is_approved(room):
    one, copy = room / "one", shelf.duplicate(room / "one")
    with pytest.raises(BadInput, match="a name and a reason"):
        shelf.approve(one, who=" ", why="x")
    shelf.approve(one, who="Ann", why="the board agreed")
    assert shelf.approval_of(one).who == "Ann"
    shelf.approve(copy, who="Ben", why="renamed")
    assert shelf.approval_of(one) is None
    approval = shelf.approval_of(copy)
    assert not shelf.changed_since(approval, copy)
    (copy / "segments.ilk").write_text("{}")
    assert shelf.changed_since(approval, copy)
    shelf.withdraw(one)
    assert shelf.approval_of(copy) is not None
    shelf.withdraw(copy)
    assert shelf.approval_of(copy) is None


def test_the_name_of_a_job_tells_nobody_apart(made, tmp_path):
    """It is a secret; when the studies were written is none."""
    folders = [shutil.copytree(made, tmp_path / (letter * 32) / "made-up-world") for letter in "ab"]
    for i, folder in enumerate(folders):
        os.utime(folder / "segments.ilk", (1_700_000_000 + i, 1_700_000_000 + i))
    assert list(shelf.told_apart(folders).values()) == [
        "made-up-world (14 November 2023, 22:13:20)",
        "made-up-world (14 November 2023, 22:13:21)",
    ]


def test_an_address_opens_only_what_may_be_opened(room, tmp_path):
    launch = Launch(roots=(room,), uploads=tmp_path / "uploads")
    place = room / "one"
    assert shelf.place_of(shelf.name_of(place, launch), launch) == place
    outside = tmp_path / "outside.ilk"
    shutil.copy(place / "segments.ilk", outside)
    assert shelf.name_of(outside, launch) is None
    for name in ("path:/etc/passwd", f"path:{outside}", "models:..", "models:../../x", "jobs:..", "jobs:", "x", ""):
        assert shelf.place_of(name, launch) is None
    kept = shelf.keep_model(outside, launch)
    assert shelf.place_of(shelf.name_of(kept, launch), launch) == kept
    assert kept.stat().st_mode & 0o777 == 0o600
