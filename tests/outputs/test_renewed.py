"""What is changed by hand is seen in the whole folder, and lost only to who says so."""

from __future__ import annotations

import json
import shutil
from contextlib import chdir

import openpyxl
import pytest
from typer.testing import CliRunner

from ilk.cli import app
from ilk.errors import FileTrouble
from ilk.model.file import load
from ilk.outputs.folder import study_folder
from ilk.segment import segment
from ilk.world import make_world, write_world


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small study of a made-up world, in a folder."""
    place = tmp_path_factory.mktemp("renewed")
    write_world(place / "world", make_world(1_000, seed=3))
    segment(place / "world" / "customers.csv", out=place / "study", k=3)
    return place


@pytest.fixture
def study(made, tmp_path):
    """A copy that may be changed."""
    shutil.copytree(made / "study", tmp_path / "study")
    return tmp_path / "study"


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "100"})


def cells(path):
    book = openpyxl.load_workbook(path)
    return {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}


def test_a_rename_is_seen_in_the_whole_folder_and_undone_there(study):
    before = {name: (study / name).read_bytes() for name in ("customers-with-segments.csv", "assignments.parquet")}
    seconds = json.loads((study / "study.json").read_text())["seconds"]
    old = load(study / "segments.ilk").segment(1).persona.name
    done = run("edit", study, "rename", 1, "Regulars", "--reason", "so")
    assert done.exit_code == 0, done.output
    assert "Regulars" in (study / "report.html").read_text()
    assert f">{old}<" not in (study / "report.html").read_text()
    assert "Regulars" in cells(study / "personas.xlsx")
    told = json.loads((study / "study.json").read_text())
    assert told["segments"][0]["name"] == "Regulars"
    assert told["seconds"] == seconds
    assert {name: (study / name).read_bytes() for name in before} == before
    said = " ".join(done.output.split())
    assert "customers-with-segments.csv and assignments.parquet still tell of the segments before" in said
    assert f"ilk assign {study} customers.csv" in said
    undone = run("edit", study, "undo", "--reason", "no")
    assert undone.exit_code == 0
    assert "still tell" not in undone.output, "they tell of the segments that are there again"
    report = (study / "report.html").read_text()
    assert "Undone: Segment 1 renamed to “Regulars” (no)." in report
    assert ">Regulars<" not in report
    assert json.loads((study / "study.json").read_text())["segments"][0]["name"] == old


def test_a_note_leaves_the_tables_true(study):
    assert "still tell" not in run("edit", study, "note", 1, "first to be asked").output
    (study / "assignments.parquet").write_bytes(b"not a table")
    assert "still tell" in run("edit", study, "note", 1, "who knows").output


def test_a_model_file_alone_brings_no_report(study, tmp_path):
    model = tmp_path / "m.ilk"
    model.write_bytes((study / "segments.ilk").read_bytes())
    done = run("edit", model, "rename", 1, "Regulars", "--reason", "so")
    assert done.exit_code == 0
    assert "renewed" not in done.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.ilk", "study"]


def test_edits_are_not_lost_without_a_word(study):
    assert run("edit", study, "rename", 1, "Regulars", "--reason", "so").exit_code == 0
    with pytest.raises(FileTrouble, match=r"1 edit .* would be lost: rename Regulars") as refused:
        study_folder("customers.csv", study)
    assert "--force" in str(refused.value)
    assert study_folder("customers.csv", study, force=True) == study


def test_a_study_s_report_goes_into_its_folder(study, tmp_path):
    (study / "report.html").write_text("old")
    with chdir(tmp_path):
        done = run("report", study)
    assert done.exit_code == 0, done.output
    assert "<html" in (study / "report.html").read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["study"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [("tier = 'Platinum'", "'TIER'"), ("1=1", "'1'"), ("NOPE = 1", "'NOPE'"), ("REGOIN = North", "'REGION'")],
)
def test_a_rule_nobody_can_meet_is_refused(study, rule, said):
    before = (study / "segments.ilk").read_bytes()
    refused = run("edit", study, "aside", rule, "--reason", "so")
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert (study / "segments.ilk").read_bytes() == before


def test_the_rule_of_the_tutorial_is_kept_and_shown(study):
    done = run("edit", study, "aside", "TIER = 'Platinum'", "--name", "Platinum", "--reason", "so")
    assert done.exit_code == 0
    assert "nobody" not in done.output
    assert "set aside: TIER = Platinum" in run("show", study).stdout


def test_a_value_the_study_never_saw_is_doubted_aloud(study):
    done = run("edit", study, "aside", "TIER = 'platinum'", "--reason", "so")
    assert done.exit_code == 0
    assert "nobody with TIER 'platinum'" in done.output


def test_a_column_to_come_may_be_announced(study):
    done = run("edit", study, "aside", "STAFF = yes", "--new-column", "--reason", "so")
    assert done.exit_code == 0, done.output
    assert "set aside: STAFF = yes" in run("show", study).stdout
