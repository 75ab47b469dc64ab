"""The command line as people use it: what is printed where, exit codes, files, and words when something is wrong."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyarrow import csv
from typer.testing import CliRunner

from ilk.cli import app
from ilk.outputs.folder import study_folder
from ilk.world import make_world, write_world

FILES = {
    "assignments.parquet",
    "customers-with-segments.csv",
    "personas.xlsx",
    "rejects.csv",
    "report.html",
    "segments.ilk",
    "study.json",
}


def run(*words, cwd="."):
    with chdir(cwd):
        return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "100"})


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, make_world(1_500, seed=3))
    return folder


@pytest.fixture(scope="session")
def study(world, tmp_path_factory) -> Path:
    """A study's folder, made by the command."""
    out = tmp_path_factory.mktemp("studies") / "study"
    done = run("segment", world / "customers.csv", "--out", out, "-k", "3")
    assert done.exit_code == 0, done.output
    return out


def test_a_study_leaves_all_its_files_private_but_what_may_be_sent(study):
    assert {p.name for p in study.iterdir()} == FILES
    assert study.stat().st_mode & 0o077 == 0
    assert (study / "assignments.parquet").stat().st_mode & 0o077 == 0
    assert (study / "report.html").stat().st_mode & 0o044


def test_study_json_adds_up(study):
    found = json.loads((study / "study.json").read_text())
    assert found["n_customers"] == found["n_assigned"] + found["n_rejected"] == 1_500
    assert sum(s["size"] for s in found["segments"]) == found["n_assigned"]
    assert found["k"] == 3 == len(found["segments"])
    assert set(found["seconds"]) >= {"Reading the customers", "Finding segments", "Writing the report"}
    assert [stage for stage in found["seconds"] if "Reading" in stage] == ["Reading the customers"]


def test_the_tables_say_the_same_as_the_model(study, world):
    table = pq.read_table(study / "assignments.parquet")
    again = study.parent / "again.parquet"
    assert run("assign", study, world / "customers.csv", "--out", again).exit_code == 0
    assert pq.read_table(again).equals(table)


def test_show_prints_the_personas_within_100_columns(study):
    shown = run("show", study)
    assert shown.exit_code == 0
    assert max(len(line) for line in shown.stdout.splitlines()) <= 100
    for segment in json.loads((study / "study.json").read_text())["segments"]:
        assert segment["name"] in shown.stdout


def test_another_number_is_shown_and_not_adopted(study):
    before = (study / "segments.ilk").read_bytes()
    shown = run("show", study, "-k", "4")
    assert "Four kinds of customers" in shown.stdout
    assert f"ilk edit {study} adopt 4 --reason WHY" in shown.stdout
    assert len(json.loads(run("show", study, "-k", "2", "--json").stdout)["segments"]) == 2
    assert (study / "segments.ilk").read_bytes() == before
    never = run("show", study, "-k", "40")
    assert (never.exit_code, "no solution with 40 segments" in never.output) == (2, True)


def test_show_as_json_is_the_study(study):
    found = json.loads(run("show", study, "--json").stdout)
    assert [s["name"] for s in found["segments"]] == [
        s["name"] for s in json.loads((study / "study.json").read_text())["segments"]
    ]


def test_explain_takes_one_customer(study):
    found = run("explain", study, "--customer", '{"BALANCE": 40.9}', "--json")
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["segment"] in {1, 2, 3}


@pytest.mark.parametrize("customer", ["BALANCE=1", "[1]", '{"BALANCE": ', "[" * 100_000])
def test_explain_refuses_what_is_not_a_customer(study, customer):
    found = run("explain", study, "--customer", customer)
    assert found.exit_code == 2
    assert "--customer is not" in found.stderr


def test_edits_are_kept_and_undone(study, tmp_path):
    model = tmp_path / "m.ilk"
    model.write_bytes((study / "segments.ilk").read_bytes())
    assert run("edit", model, "rename", 1, "Regulars", "--reason", "sales say so").exit_code == 0
    assert "Regulars" in run("show", model).stdout
    assert run("edit", model, "use", 1, "a letter in spring").exit_code == 0
    assert run("edit", model, "undo").exit_code == 0
    assert run("edit", model, "merge", 1, 2, "--reason", "alike").exit_code == 0
    assert len(json.loads(run("show", model, "--json").stdout)["segments"]) == 2
    unsaid = run("edit", model, "undo")
    assert unsaid.exit_code == 2
    assert "needs a reason" in unsaid.stderr
    assert run("edit", model, "undo", "--reason", "not alike after all").exit_code == 0
    assert "Undone: rename. 0 left." in run("edit", model, "undo", "--reason", "too many names").output
    made = run("edit", model, "rename", 1, "Regulars", "--reason", "sales say so").output
    told = shlex.split(re.search(r"`ilk (.+?)`", " ".join(made.split()))[1])
    assert run(*told).exit_code == 0, "what takes a change back is told as it has to be typed"
    assert "Regulars" not in run("show", model).stdout
    nothing_left = run("edit", model, "undo", "--reason", "again")
    assert nothing_left.exit_code == 2
    assert "no change to undo" in nothing_left.stderr


@pytest.mark.parametrize(
    "change",
    [("rename", 1, "Regulars"), ("merge", 1, 2), ("aside", "TIER = 'Gold'", "--reason", " "), ("adopt", 5)],
)
def test_nothing_that_needs_a_reason_is_done_without_one(study, tmp_path, change):
    model = tmp_path / "m.ilk"
    model.write_bytes((study / "segments.ilk").read_bytes())
    refused = run("edit", model, *change)
    assert refused.exit_code == 2
    assert "needs a reason" in refused.stderr
    assert "--reason" in refused.stderr
    assert model.read_bytes() == (study / "segments.ilk").read_bytes()


def test_another_k_can_be_adopted_without_data(study, tmp_path):
    model = tmp_path / "m.ilk"
    model.write_bytes((study / "segments.ilk").read_bytes())
    assert run("edit", model, "adopt", 5, "--reason", "five teams").exit_code == 0
    assert json.loads(run("show", model, "--json").stdout)["k"] == 5


def test_a_folder_of_somebody_else_is_left_alone(world, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    refused = run("segment", world / "customers.csv", "--out", tmp_path)
    assert refused.exit_code == 2
    assert "not an earlier study" in refused.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_an_earlier_study_of_the_same_source_is_renewed(study):
    assert study_folder("elsewhere/customers.csv", study) == study


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["segment"], "No customer file was named"),
        (["segment", "a.csv", "b.csv"], "More than one file"),
        (["segment", "none.csv"], "none.csv"),
        (["show", "none.ilk"], "There is no none.ilk"),
        (["segment", "https://example.com/a.csv"], "https://example.com/a.csv is not a file on this machine"),
        (["segment", "a.csv", "-k", "abc"], "'abc' is not auto, a whole number from 1 to 50, or a range such as 3..8"),
        (["segment", "a.csv", "-k", "3.5"], "'3.5' is not auto, a whole number"),
        (["segment", "a.csv", "-k", "-3"], "'-3' is not auto, a whole number"),
        (["segment", "a.csv", "--weight", "X=nan"], "finite number"),
    ],
)
def test_what_is_wrong_is_said_with_exit_code_2(words, said, tmp_path):
    refused = run(*words, cwd=tmp_path)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.output
    assert list(tmp_path.iterdir()) == []


def test_settings_that_do_not_fit_are_told_before_anything_is_read(world, tmp_path):
    refused = run("segment", world / "customers.csv", "-k", "many", "--seed", "x", cwd=tmp_path)
    assert refused.exit_code == 2
    assert "k:" in refused.stderr
    assert "seed:" in refused.stderr


def test_an_ilk_toml_where_one_stands_is_announced(world, tmp_path):
    (tmp_path / "ilk.toml").write_text("sead = 3")
    refused = run("segment", world / "customers.csv", cwd=tmp_path)
    assert refused.exit_code == 2
    assert "ilk.toml" in refused.stderr
    assert "seed" in refused.stderr


def test_a_settings_file_that_is_not_there_is_not_announced(world, tmp_path):
    refused = run("segment", world / "customers.csv", "--config", "nope.toml", cwd=tmp_path)
    assert refused.exit_code == 2
    assert "nope.toml does not exist" in refused.stderr
    assert "Settings also from" not in refused.stderr


def test_settings_of_the_user_and_the_environment_are_announced(world, tmp_path, monkeypatch):
    user = tmp_path / "config" / "ilk" / "ilk.toml"
    user.parent.mkdir(parents=True)
    user.write_text("k = 'many'")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ILK_SEED", "3")
    refused = run("segment", world / "customers.csv", cwd=tmp_path)
    assert f"Settings also from {user} and ILK_SEED." in refused.stderr
    assert refused.exit_code == 2


def test_another_id_than_the_models_is_never_taken_in_silence(study, world, tmp_path):
    table = csv.read_csv(world / "customers.csv")
    told = []
    for i, (name, words) in enumerate([("client", ()), ("zzz", ()), ("zzz", ("--id", "zzz"))]):
        csv.write_csv(table.rename_columns([name, *table.column_names[1:]]), tmp_path / f"{i}.csv")
        done = run("assign", study, tmp_path / f"{i}.csv", "--out", tmp_path / f"{i}.parquet", *words)
        assert done.exit_code == 0, done.output
        told.append(done.stderr)
    assert f"{table.column_names[0]!r} is not there; 'client' is taken for it" in told[0]
    assert "is not there; the number of the row stands for it" in told[1]
    assert "is not there" not in told[2]
    assert pq.read_table(tmp_path / "2.parquet").column_names[0] == "zzz"


def test_assign_does_not_write_over_files(study, world, tmp_path):
    there = tmp_path / "a.csv"
    there.write_text("mine")
    assert run("assign", study, world / "customers.csv", "--out", there).exit_code == 2
    assert there.read_text() == "mine"


def test_the_customers_themselves_are_never_written_over(study, world, tmp_path):
    """By assign, its rejects, segment and report alike, and --force does not change that."""
    source, link = tmp_path / "who-rejects.csv", tmp_path / "link.csv"
    source.write_bytes((world / "customers.csv").read_bytes())
    link.symlink_to(source)
    model = tmp_path / "m.ilk"
    model.write_bytes((study / "segments.ilk").read_bytes())
    folder = tmp_path / "folder"
    folder.mkdir()
    own = folder / "customers-with-segments.csv"
    own.write_bytes(source.read_bytes())
    before = {path: path.read_bytes() for path in (source, model, own)}
    for words in (
        ["assign", model, source, "--out", source],
        ["assign", model, source, "--out", link],
        ["assign", model, source, "--out", tmp_path / "who.csv"],
        ["segment", own, "--out", folder],
        ["report", model, "--out", model],
    ):
        refused = run(*words, "--force")
        assert refused.exit_code == 2, words
        assert "is what is read" in refused.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_a_link_to_a_folder_is_told_with_the_folder(world, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    refused = run("segment", world / "customers.csv", "--out", tmp_path / "link")
    assert refused.exit_code == 2
    assert f"--out {(tmp_path / 'real').resolve()}" in refused.stderr


def test_a_table_of_ids_alone_is_told_as_such(tmp_path):
    (tmp_path / "ids.csv").write_text("CUST_ID\n" + "".join(f"{i}\n" for i in range(40)))
    refused = run("segment", "ids.csv", cwd=tmp_path)
    assert refused.exit_code == 2
    assert "only 'CUST_ID', which is the id" in refused.stderr


def test_assign_of_a_few_rows_loads_neither_scikit_learn_nor_numba(study, world, tmp_path):
    code = (
        "import sys; from ilk.cli import app; "
        f"app(['assign', {str(study)!r}, {str(world / 'customers.csv')!r}, '--out', {str(tmp_path / 'a.csv')!r}], "
        "standalone_mode=False); "
        "print([m for m in ('sklearn', 'numba', 'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_doctor_finds_the_installation_sound():
    assert run("doctor").exit_code == 0


def test_version():
    assert run("--version").stdout.startswith("ilk ")


def test_the_demo_makes_its_world_and_its_study_and_renews_both(tmp_path):
    """In an empty folder, and again in the folder it made."""
    for _ in range(2):
        done = run("demo", "--customers", "1000", cwd=tmp_path)
        assert done.exit_code == 0, done.output
    assert {p.name for p in (tmp_path / "ilk-demo").iterdir()} == FILES | {"world"}


def test_the_demo_leaves_a_folder_of_somebody_else_alone(tmp_path):
    (tmp_path / "ilk-demo").mkdir()
    (tmp_path / "ilk-demo" / "mine.txt").write_text("mine")
    assert run("demo", cwd=tmp_path).exit_code == 2
    assert [p.name for p in (tmp_path / "ilk-demo").iterdir()] == ["mine.txt"]
