"""Open, and New study: from a file to a study that opens."""

from __future__ import annotations

import json
import time

import pytest

from ilk.app import jobs
from ilk.world import make_world, write_world


@pytest.fixture
def world(tmp_path):
    write_world(tmp_path / "in", make_world(1_200, seed=3))
    return tmp_path / "in"


def sentences(tested):
    return " ".join(str(one.value) for kind in (tested.markdown, tested.caption, tested.error) for one in kind)


def test_the_start_page_offers_three_ways(page, tmp_path):
    tested = page(roots=(tmp_path,))
    assert [one.value for one in tested.header] == [
        "Open a model or a study",
        "Bring a customer file",
        "Try a made-up world",
    ]
    assert len(page().text_input) == 0, "no paths without roots"
    assert "Only orders, activity or answers?" in [link.label for link in tested.get("page_link")]


def test_recent_studies_open(page, study, tmp_path):
    tested = page(roots=(tmp_path,))
    tested.button(key="recent-0").click().run()
    assert tested.title[0].value == "Segments"
    assert tested.query_params["at"] == f"path:{study}"


def test_a_path_outside_is_refused_in_words(page, world, tmp_path):
    tested = page(roots=(world,))
    tested.text_input[0].input("/etc/passwd")
    tested.button(key="FormSubmitter:open-path-Open").click().run()
    assert "is not under" in tested.error[0].value


def test_what_is_no_model_is_told_by_its_name(page, tmp_path):
    """Not by where it is kept, and without what a parser says."""
    (tmp_path / "bad.ilk").write_text("{ no model")
    tested = page(roots=(tmp_path,))
    tested.text_input[0].input(str(tmp_path / "bad.ilk"))
    tested.button(key="FormSubmitter:open-path-Open").click().run()
    told = tested.error[0].value.replace("\\", "")
    assert told.startswith("bad.ilk is not a model of ilk.")
    assert "JSON" not in told
    assert "ilk segment" not in told


def test_an_empty_path_is_asked_for(page, tmp_path):
    for column in ("open", "bring"):
        tested = page(roots=(tmp_path,))
        tested.button(key=f"FormSubmitter:{column}-path-Open").click().run()
        assert tested.error[0].value == "Name a file or a folder."


def test_the_folder_proposed_is_free(page, world):
    """And one that is not allowed is told with what to do, where the button stays."""
    (world / "customers-segments").mkdir()
    tested = page("new", roots=(world,))
    tested.text_input[0].input("customers.csv")
    tested.button(key="FormSubmitter:new-path-customers-Read it").click().run()
    folder = next(one for one in tested.text_input if one.label == "Folder for the study")
    assert folder.value == "customers-segments-2"
    folder.input("/etc/x").run()
    assert "name a folder there" in tested.error[0].value
    assert next(b for b in tested.button if b.label == "Find the segments").disabled


@pytest.mark.slow
def test_a_file_becomes_a_study(page, world):
    """Its columns are shown, one is left out, the study runs in its process, and its segments open."""
    tested = page("new", roots=(world,))
    tested.text_input[0].input("customers.csv")
    tested.button(key="FormSubmitter:new-path-customers-Read it").click().run()
    assert not tested.exception
    assert "1,200 customers" in sentences(tested)
    assert "a column, where 100 are advised" in tested.warning[0].value
    tested.selectbox(key="ask-k").select(3).run()
    start = next(button for button in tested.button if button.label == "Find the segments")
    start.click().run()
    assert not tested.exception
    assert not tested.error
    job = jobs.find(world.parent / "uploads" / "jobs", tested.query_params["job"])
    while job.ended[0] == "running":
        time.sleep(0.05)
    assert job.ended == ("done", "")
    tested.run()
    assert tested.title[0].value == "Segments"
    assert (world / "customers-segments" / "report.html").is_file()
    assert "job" not in tested.query_params


def test_a_refusal_is_told_and_the_file_is_still_there(page, world):
    (world / "few.csv").write_text("id,a,b\n1,2,3\n2,3,4\n")
    tested = page("new", roots=(world,))
    tested.text_input[0].input("few.csv")
    tested.button(key="FormSubmitter:new-path-customers-Read it").click().run()
    next(button for button in tested.button if button.label == "Find the segments").click().run()
    job = jobs.find(world.parent / "uploads" / "jobs", tested.query_params["job"])
    while job.ended[0] == "running":
        time.sleep(0.05)
    tested.run()
    assert "Too few customers" in tested.error[0].value
    next(button for button in tested.button if button.label == "Back to the file").click().run()
    assert "2 customers" in sentences(tested)


def opened_at(page, world, name="customers.csv"):
    """New study with a file of the world, and its button."""
    tested = page("new", roots=(world,))
    tested.text_input[0].input(name)
    tested.button(key="FormSubmitter:new-path-customers-Read it").click().run()
    return tested, lambda: next(button for button in tested.button if button.label == "Find the segments")


def test_method_levels_and_bounds_are_settings_too(page, world):
    tested, start = opened_at(page, world)
    tested.text_input(key="ask-min_share").input("5 %")
    tested.number_input(key="ask-max_size").set_value(900)
    start().click().run()
    job = jobs.find(world.parent / "uploads" / "jobs", tested.query_params["job"])
    job.stop()
    told = json.loads(job.order.settings)
    assert (told["min_share"], told["max_size"], told["method"]) == (0.05, 900, "auto")


def test_settings_that_exclude_each_other_are_told_by_their_fields(page, world):
    tested, start = opened_at(page, world)
    tested.text_input(key="ask-levels").input("3,8")
    tested.selectbox(key="ask-method").select("ward")
    start().click().run()
    assert not tested.exception
    assert "“Two levels” says how many segments" in tested.error[0].value
    assert "leave out “How many segments” and “Method”" in tested.error[0].value
    tested.text_input(key="ask-levels").input("")
    tested.text_input(key="ask-min_share").input("lots")
    start().click().run()
    assert tested.error[0].value.replace("\\", "").startswith("“Smallest segment, as a share”: 'lots' is not a share")


def test_what_cannot_be_read_is_told(page, world):
    (world / "no.csv").write_bytes(b"")
    tested = page("new", roots=(world,))
    tested.text_input[0].input("no.csv")
    tested.button(key="FormSubmitter:new-path-customers-Read it").click().run()
    assert "is empty" in tested.error[0].value


def test_a_page_about_a_study_says_when_none_is_open(page):
    """Whoever comes by its address is told what to do."""
    for name in ("segments", "data"):
        assert "Nothing is open yet" in page(name).info[0].value


@pytest.mark.parametrize("own", ["ORDER_ID,", ""])
def test_orders_brought_as_customers_are_summed_up_by_customer(page, tmp_path, own):
    """Not by order, whose id tells all rows apart; where there is none, the file is no dead end."""
    rows = "".join(f"{own and f'{500 + i},'}C{i % 30},{i},2026-01-{i % 28 + 1:02d}\n" for i in range(240))
    (tmp_path / "orders.csv").write_text(f"{own}CUST_ID,AMOUNT,DATE\n{rows}")
    tested = page("new", roots=(tmp_path,))
    tested.text_input[0].input("orders.csv")
    tested.button(key="FormSubmitter:new-path-customers-Read it").click().run()
    assert "--" not in sentences(tested)
    tested.radio(key="row").set_value(tested.radio(key="row").options[1]).run()
    assert not tested.exception
    assert not tested.error
    assert tested.text_area[0].value.endswith('GROUP BY "CUST_ID"')
    assert "30 customers" in sentences(tested)
    tested.button(key="instead-orders").click().run()
    assert "**Orders**: orders.csv" in sentences(tested)
    assert "**Customers**" not in sentences(tested)
    assert "monetary and basket" in sentences(tested), "columns that only orders have"
