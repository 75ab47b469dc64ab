"""New study of several files: each is brought, recognised, changed, put together, run, repeated and copied."""

from __future__ import annotations

import shlex
import time

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pytest
from visitors import app_running

import ilk
from ilk.app import jobs
from ilk.app.beside import Beside, roles_of
from ilk.app.code import command_line, python_code

N = 240


@pytest.fixture
def files(tmp_path):
    """Customers, their orders, what they follow and what they answered; two kinds of people."""
    folder, rng = tmp_path / "in", np.random.default_rng(2)
    folder.mkdir()
    ids, often = [f"c{i:03d}" for i in range(N)], np.arange(N) % 2
    people = {"customer_id": ids, "visits": rng.poisson(4 + 6 * often), "age": rng.integers(20, 70, N)}
    of = np.repeat(np.arange(N - 40), 2 + 6 * often[: N - 40])
    days = np.array(["2024-01-01"], "datetime64[D]") + rng.integers(0, 300, len(of))
    orders = {
        "customer_id": [ids[i] for i in of],
        "date": days,
        "shipped": days + 3,
        "amount": rng.gamma(2, 20, len(of)),
    }
    topics = np.where(often[of] == 1, "running", rng.choice(["baking", "books"], len(of)))
    activity = {"customer_id": [ids[i] for i in of], "topic": topics}
    answers = {"customer_id": ids, "q1": np.where(often == 1, "agree", "disagree"), "q2": rng.integers(1, 6, N)}
    for name, table in (("customers", people), ("orders", orders), ("posts", activity), ("answers", answers)):
        pcsv.write_csv(pa.table(table), folder / f"{name}.csv")
    return folder


def bring(tested, kind, name):
    """Name a file by its path, after saying what it holds."""
    control = next(one for one in tested.get("button_group") if one.label == "What the file holds")
    if control.value != kind:
        control.set_value(kind).run()
    tested.text_input(key=f"path-{kind}").input(name)
    tested.button(key=f"FormSubmitter:new-path-{kind}-Read it").click().run()
    assert not tested.exception


def said(tested):
    kinds = (tested.markdown, tested.caption, tested.error, tested.success)
    return " ".join(str(one.value) for kind in kinds for one in kind)


def columns(tested):
    """Columns of everything together."""
    return tested.selectbox(key="ask-compare_with").options


def run_to_end(tested, uploads):
    next(button for button in tested.button if button.label == "Find the segments").click().run()
    assert not tested.exception
    assert not tested.error
    job = jobs.find(uploads / "jobs", tested.query_params["job"])
    while job.ended[0] == "running":
        time.sleep(0.05)
    assert job.ended == ("done", "")
    tested.run()
    return job


def test_above_fields_no_flag_of_the_command_line_is_told(page, files):
    """Say otherwise with --role, it said right above the fields that say it."""
    tested = page("new", roots=(files,))
    bring(tested, "activity", "posts.csv")
    assert "is the customer" in said(tested)
    assert "--" not in said(tested)


def test_several_files_are_recognised_and_changed(page, files):
    """Coverage and roles of each; a column said to be another is read so, and what is no customer's is told."""
    tested = page("new", roots=(files,))
    bring(tested, "customers", "customers.csv")
    bring(tested, "orders", "orders.csv")
    bring(tested, "activity", "posts.csv")
    assert {one.label for one in tested.expander} >= {
        "What was recognised in orders.csv",
        "What was recognised in posts.csv",
        "How they are put together",
    }
    assert "200 of 240 customers (83 %) are in it." in said(tested).replace("\\", "")
    when = next(one for one in tested.selectbox if one.label == "When" and "date" in one.options[0])
    assert when.options[0] == "date (found)"
    when.select("shipped").run()
    assert not tested.error
    when = next(one for one in tested.selectbox if one.label == "When" and one.value == "shipped")
    assert when.options[0] == "shipped (found)"
    when.select("date").run()
    assert {"visits", "orders.recency", "activity.running"} <= set(columns(tested))
    by = next(one for one in tested.selectbox if one.label == "Segments are made by")
    assert by.options == ["all of them", "customers", "activity", "orders", "interests"]
    next(button for button in tested.button if button.label == "Remove" and "orders" in button.key).click().run()
    assert "orders.recency" not in columns(tested)
    assert "activity.running" in columns(tested)


def test_what_cannot_be_put_together_is_told_and_mended(page, files):
    """Ids in another column: the page says so, and the columns are still there to choose from."""
    table = pcsv.read_csv(files / "orders.csv")
    table = table.append_column("buyer", table["customer_id"]).set_column(0, "customer_id", pa.array(range(len(table))))
    pcsv.write_csv(table, files / "orders.csv")
    tested = page("new", roots=(files,))
    bring(tested, "customers", "customers.csv")
    bring(tested, "orders", "orders.csv")
    assert "Nobody in orders.csv is among the customers" in tested.error[0].value.replace("\\", "")
    assert "--role" not in tested.error[0].value
    who = next(one for one in tested.selectbox if one.label == "Who")
    who.select("buyer").run()
    assert not tested.error
    assert "200 of 240 customers" in said(tested)


@pytest.mark.slow
def test_a_study_of_several_files_runs_and_is_repeated(page, files, tmp_path):
    """Its code names every file and what was changed; its copy opens with customers."""
    tested = page("new", roots=(files,))
    bring(tested, "customers", "customers.csv")
    bring(tested, "orders", "orders.csv")
    bring(tested, "activity", "posts.csv")
    bring(tested, "survey", "answers.csv")
    next(one for one in tested.selectbox if one.label == "When" and "date" in one.options[0]).select("shipped").run()
    next(one for one in tested.number_input if one.label == "How much orders count").set_value(2.0).run()
    tested.selectbox(key="ask-k").select(2).run()
    run_to_end(tested, tmp_path / "uploads")
    folder = files / "customers-segments"
    model = ilk.load(folder / "segments.ilk")
    assert {one.block for one in model.content.sources} == {"activity", "survey", "orders"}
    line = command_line(model, folder).splitlines()[0]
    words = shlex.split(line)
    assert words[:3] == ["ilk", "segment", "customers.csv"]
    for pair in (
        ["--activity", "posts.csv"],
        ["--survey", "answers.csv"],
        ["--orders", "orders.csv"],
        ["--role", "orders.shipped=time"],
        ["--weight", "orders=2.0"],
    ):
        assert any(words[i : i + 2] == pair for i in range(len(words))), pair
    python = python_code(model)
    compile(python, "shown", "exec")
    assert "study.model.assign('customers.csv', activity=['posts.csv']" in python
    tested.switch_page("pages/studies.py").run()
    next(button for button in tested.button if button.label == "Duplicate").click().run()
    assert ilk.load(files / "customers-segments-copy" / "segments.ilk") == model
    assert (files / "customers-segments-copy" / "customers-with-segments.csv").is_file()


@pytest.mark.slow
def test_orders_alone_are_a_study(page, files, tmp_path):
    """Without a table of customers; the code has none either, and the same file is scored."""
    tested = page("new", roots=(files,))
    bring(tested, "orders", "orders.csv")
    assert "200 customers are in it" in said(tested)
    tested.selectbox(key="ask-k").select(2).run()
    run_to_end(tested, tmp_path / "uploads")
    model = ilk.load(files / "orders-segments" / "segments.ilk")
    assert not model.content.provenance.has_table
    assert command_line(model).startswith("ilk segment --orders orders.csv -k 2")
    assert "ilk.segment(orders=['orders.csv'], k=2)" in python_code(model)


def test_uploads_of_one_name_are_kept_apart(files, tmp_path):
    """Two files of one name, from two folders: the job keeps both, and reads the right one as the right thing."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "customers.csv").write_bytes((files / "orders.csv").read_bytes())
    settings = f'{{"k": 2, "orders": ["{other / "customers.csv"}"]}}'
    order = jobs.Order(str(files / "customers.csv"), settings)
    job = jobs.start(tmp_path / "jobs", order, bring=(files / "customers.csv", other / "customers.csv"))
    kept = job.order
    assert kept.source != jobs.settings_of(kept).orders[0]
    assert jobs.settings_of(kept).orders[0].read_bytes() == (files / "orders.csv").read_bytes()
    assert kept.first == kept.source
    job.stop()
    while job.ended[0] == "running":
        time.sleep(0.05)


def test_roles_are_said_as_the_command_line_takes_them(tmp_path):
    file = Beside("orders", tmp_path / "web.orders.csv.gz")
    assert file.stem == "web.orders"
    assert roles_of(file, {"time": ("shipped",)}, ["shop"]) == {
        "web.orders.shop": "ignore",
        "web.orders.shipped": "time",
    }


def score(visitor, files):
    """Label the same customers with their orders; everybody comes to a segment, and nothing is said to lack."""
    page = visitor.page
    if page.viewport_size["width"] < 700:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="Score a file").click()
    page.get_by_role("heading", name="Score a file").wait_for()
    visitor.settled()
    if page.viewport_size["width"] < 700:
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    for label, name in (("A table of customers", "customers.csv"), ("Orders, as orders.csv had it", "orders.csv")):
        page.get_by_test_id("stFileUploader").filter(has_text=label).locator("input").set_input_files(files / name)
        page.get_by_text("First rows of customers.csv").wait_for()
        visitor.settled()
    page.get_by_text("columns that make segments are there").wait_for()
    page.get_by_text("orders.csv is here.").wait_for()
    page.get_by_role("button", name="Find all segments").click()
    page.get_by_text(f"{N} customers assigned").wait_for()
    visitor.settled()
    assert visitor.axe() == []
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download CSV").click()
    labels = pcsv.read_csv(coming.value.path())
    assert len(labels) == N


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_visitor_brings_several_files(files, tmp_path, visit, width, scheme):
    """By upload: recognised, run, opened, and its file scored with its orders."""
    with app_running(cwd=tmp_path) as address:
        visitor = visit(address, width=width, scheme=scheme)
        page = visitor.go("new")
        page.locator("input[type=file]").set_input_files(files / "customers.csv")
        page.get_by_role("heading", name="What the columns do").wait_for()
        visitor.settled()
        page.get_by_text("Add what else is known").click()
        page.get_by_role("radio", name="Orders").click()
        page.get_by_text("A file of orders").wait_for()
        visitor.settled()
        page.locator("input[type=file]").set_input_files(files / "orders.csv")
        page.get_by_text("What was recognised in orders.csv").click()
        page.get_by_text("200 of 240 customers (83 %) are in it.").wait_for()
        visitor.settled()
        assert visitor.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="Find the segments").click()
        page.get_by_role("heading", name="Segments", exact=True).wait_for(timeout=120_000)
        visitor.settled()
        score(visitor, files)
        assert (visitor.said, visitor.outside) == ([], [])
