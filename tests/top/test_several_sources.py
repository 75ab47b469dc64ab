"""Customers, orders and a survey of the same people: one study, a model that assigns by the same files, none lost."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from pydantic_core import to_json
from typer.testing import CliRunner

import ilk
from ilk.cli import app
from ilk.errors import BadInput, BadModelFile, FileTrouble
from ilk.model.file import _digest, parse
from ilk.settings import Settings

N = 240
WORDS = ("strongly disagree", "disagree", "neither", "agree", "strongly agree")


def write(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Buyers who agree and buyers who do not, twice each: only the orders and the answers together part all four."""
    folder, rng = tmp_path_factory.mktemp("shop"), np.random.default_rng(1)
    kind = np.arange(N) % 4
    people = [[f"{i:05d}", int(rng.integers(20, 70)), int(rng.poisson(5))] for i in range(N)]
    write(folder / "customers.csv", ["customer_id", "age", "visits"], people)
    orders, answers = [], []
    for i in range(N):
        for _ in range(12 if kind[i] % 2 else 2):
            day = f"2024-{rng.integers(9, 13) if kind[i] % 2 else rng.integers(1, 4):02d}-{rng.integers(1, 28):02d}"
            orders.append([f"{i:05d}", day, f"{rng.gamma(4, 30 if kind[i] % 2 else 5):.2f}"])
        if i < 200:
            step = 3 if kind[i] > 1 else 0
            answers.append([f"{i:05d}", *(WORDS[min(step + rng.integers(2), 4)] for _ in range(4))])
    orders += [["99999", "2024-05-05", "10.00"], ["00001", "no day", "1.00"]]
    write(folder / "orders.csv", ["customer_id", "date", "amount"], orders)
    write(folder / "answers.csv", ["customer_id", *(f"Question {i}" for i in range(1, 5))], answers)
    return folder


@pytest.fixture(scope="module")
def study(folder):
    files = {"orders": folder / "orders.csv", "survey": folder / "answers.csv"}
    return ilk.segment(folder / "customers.csv", **files, k=4, out=folder / "study")


def test_every_source_has_its_columns_and_its_block(study):
    plans = {column.plan.column: column.plan for column in study.model.content.columns}
    assert plans["orders.recency"].block == "orders"
    assert plans["survey.Question 1"].block == "survey"
    assert plans["visits"].block == "customers"
    assert plans["survey.Question 1"].role == "ordered"


def test_everybody_is_accounted_for(study):
    content = study.model.content
    assert (content.provenance.n_customers, content.provenance.n_assigned) == (N, N)
    known = {one.name: (one.customers, one.strangers, one.intake.rejects) for one in content.sources}
    assert known == {"answers.csv": (200, 0, 0), "orders.csv": (N, 1, 1)}
    reasons = study.rejects["reason"].to_pylist()
    assert sum(reason.startswith("orders.csv: ") for reason in reasons) == 2
    assert "orders.csv: not among the customers" in reasons


def test_customers_without_a_survey_have_no_answer(study):
    facts = {column.plan.column: column.facts for column in study.model.content.columns}
    assert facts["survey.Question 1"].n_missing == N - 200


def test_the_same_files_give_the_same_segments(study, folder):
    """Plans are kept: new files become the same columns, and the same people come into the same segments."""
    loaded = ilk.load(folder / "study" / "segments.ilk")
    assert loaded.content.sources == study.model.content.sources
    found = loaded.assign(folder / "customers.csv", orders=folder / "orders.csv", survey=folder / "answers.csv")
    assert found.table.equals(study.assignments)
    assert found.left_out.num_rows == 2
    assert found.n_rejected == 0


def test_a_source_that_is_not_brought_is_blank_and_told(study, folder):
    found = study.model.assign(folder / "customers.csv", orders=folder / "orders.csv")
    notes = {note.code: note.text for note in found.notes}
    assert "answers.csv (survey)" in notes["source-absent"]
    assert "columns-absent" not in notes
    assert min(found.table["missing"].to_pylist()) == 4


def test_a_source_the_model_never_saw_is_refused(study, folder):
    with pytest.raises(BadInput, match="made without the activity"):
        study.model.assign(folder / "customers.csv", activity=folder / "orders.csv")


def test_a_model_of_one_log_takes_another_log(folder):
    """Its source is a log of orders, its customers are who is in it."""
    study = ilk.segment(orders=folder / "orders.csv", k=2)
    assert study.model.content.provenance.id_column == "customer_id"
    found = study.model.assign(folder / "orders.csv")
    assert found.table.equals(study.assignments)
    table = study.assignments.append_column("recency", [[1.0] * study.assignments.num_rows])
    assert "columns-absent" in {note.code for note in study.model.assign(table).notes}


def test_the_command_line_takes_the_same(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ilk.toml").write_text(f"orders = '{folder}/orders.csv'\n[role]\norders.amount = 'amount'\n")
    done = CliRunner().invoke(app, ["segment", "-k", "2", "--json"])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["n_customers"] == N + 1
    out = tmp_path / "assigned.csv"
    words = ["assign", "orders-segments", "--orders", str(folder / "orders.csv"), "--out", str(out)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.stderr
    assert len(out.read_text().splitlines()) == N + 2


def test_no_source_is_written_over(folder, tmp_path):
    mine = tmp_path / "report.html"
    mine.write_bytes((folder / "orders.csv").read_bytes())
    with pytest.raises(FileTrouble):
        ilk.segment(folder / "customers.csv", orders=mine, out=tmp_path, force=True)
    assert mine.read_bytes() == (folder / "orders.csv").read_bytes()


def test_a_model_keeps_no_folder(study, folder):
    told = study.model.content.provenance.settings
    assert str(folder) not in (folder / "study" / "segments.ilk").read_text()
    assert [path.name for path in Settings.model_validate_json(told).orders] == ["orders.csv"]


def test_case_and_blanks_are_an_option(folder, tmp_path):
    text = (folder / "orders.csv").read_text().replace("\n0", "\nC 0").replace("\n9", "\nC 9")
    (tmp_path / "orders.csv").write_text(text)
    table = (folder / "customers.csv").read_text().replace("\n0", "\nc0")
    (tmp_path / "customers.csv").write_text(table)
    with pytest.raises(BadInput, match="Nobody in orders"):
        ilk.segment(tmp_path / "customers.csv", orders=tmp_path / "orders.csv", k=2)
    study = ilk.segment(tmp_path / "customers.csv", orders=tmp_path / "orders.csv", k=2, join_ids="folded")
    assert study.model.content.sources[0].customers == N
    found = study.model.assign(tmp_path / "customers.csv", orders=tmp_path / "orders.csv")
    assert found.table.equals(study.assignments)


def test_what_each_source_was_taken_for_is_printed(study):
    """A line a source, with how many customers it knows and what its columns are; not among the warnings."""
    lines = "\n".join(study.understood)
    assert "orders.csv, orders (UTF-8, separated by commas): " in lines
    assert f"of {N} customers, and of 1 others; 1 rejected." in lines
    assert "'customer_id' is the customer, 'date' the time, 'amount' the amount" in lines
    assert "orders" not in {note.code for note in study.warnings}


def test_the_report_and_study_json_account_for_every_file(study, folder):
    told = {one["name"]: one for one in json.loads((folder / "study" / "study.json").read_text())["sources"]}
    orders = told["orders.csv"]
    assert orders["records"] == orders["rows"] + orders["rejects"] + orders["skipped"]
    assert (orders["customers"], orders["strangers"]) == (N, 1)
    page = (folder / "study" / "report.html").read_text(encoding="utf-8")
    assert f"orders.csv (orders): {orders['records']:,} records = {orders['rows']:,} usable records + 1 that" in page
    assert "answers.csv (survey)" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one["columns"].append(["x", "orders.x"]), "a column that is not described"),
        (lambda one: one.update(customers=-1), "fewer customers than none"),
        (lambda one: one["plan"].update(code="import os"), "not a sound model"),
        (lambda one: one.update(block="elsewhere"), "not a sound model"),
        (lambda one: one.update(plan={}), "not a sound model"),
    ],
)
def test_a_model_whose_sources_were_tampered_with_is_refused(study, tmp_path, change, said):
    """Signed anew, as somebody would who wants to cheat; the plans are data, and are checked as such."""
    study.model.save(tmp_path / "a.ilk")
    document = json.loads((tmp_path / "a.ilk").read_text(encoding="utf-8"))
    change(document["content"]["sources"][1])
    document["sha256"] = _digest(to_json(document["content"])).decode()
    with pytest.raises(BadModelFile, match=said):
        parse(to_json(document), "a.ilk")
