"""A study's folder is renewed whole; what is somebody else's stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ilk.deliver import WORDS
from ilk.errors import FileTrouble
from ilk.outputs.folder import OUTPUTS, renewing, study_folder


def study(folder, *, pictures=()):
    """Write a study's folder as `ilk segment` does."""
    with renewing(folder) as workshop:
        for name in OUTPUTS:
            text = json.dumps({"source": "shop.csv"}) if name == "study.json" else f"new {name}"
            (workshop / name).write_text(text)
        for name in pictures:
            (workshop / "pictures").mkdir(exist_ok=True)
            (workshop / "pictures" / name).write_text("new")


def test_every_file_of_a_study_is_known_to_be_ours():
    assert set(OUTPUTS) == {name for name, _ in WORDS}


def test_pictures_of_an_earlier_study_go(tmp_path):
    """They show other segments; what somebody put beside them stays."""
    folder = tmp_path / "s"
    study(folder, pictures=("map.png", "card-6.png"))
    (folder / "notes.txt").write_text("mine")
    study(folder, pictures=("map.png",))
    assert sorted(p.name for p in (folder / "pictures").iterdir()) == ["map.png"]
    study(folder)
    assert not (folder / "pictures").exists()
    assert (folder / "notes.txt").read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == [folder]


def test_a_folder_that_somebody_made_keeps_its_mode_and_files(tmp_path):
    """Pictures there are no study's, so they are not ours to take away."""
    folder = tmp_path / "mine"
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "cat.png").write_text("cat")
    folder.chmod(0o755)
    study(study_folder("shop.csv", folder, force=True))
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "pictures" / "cat.png").read_text() == "cat"
    assert (folder / "report.html").read_text() == "new report.html"


def test_what_cannot_all_be_written_changes_nothing(tmp_path):
    folder = tmp_path / "s"
    study(folder)
    (folder / "study.json").write_text(json.dumps({"source": "shop.csv", "old": True}))
    (folder / "report.html").unlink()
    (folder / "report.html").mkdir()
    before = {path: path.read_text() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(FileTrouble, match="cannot be written"):
        study(folder)
    assert {path: path.read_text() for path in folder.rglob("*") if path.is_file()} == before
    assert sorted(Path(tmp_path).iterdir()) == [folder]
