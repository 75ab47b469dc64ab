"""A model made of customers and orders in the app: every page shows it, the form says what its questions are of."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest

import ilk
from ilk.app.form import form_of
from ilk.app.labelling import label, look_at
from ilk.outputs.lists import assign_again

N = 200


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("several"), np.random.default_rng(2)
    ids = [f"c{i:03d}" for i in range(N)]
    often = np.arange(N) % 2
    people = pa.table({"customer_id": ids, "visits": rng.poisson(4 + 6 * often), "age": rng.integers(20, 70, N)})
    of = np.repeat(np.arange(N), 2 + 6 * often)
    days = np.array(["2024-01-01"], "datetime64[D]") + rng.integers(0, 300, len(of))
    orders = pa.table({"customer_id": [ids[i] for i in of], "date": days, "amount": rng.gamma(2, 20, len(of))})
    topics = np.where(often[of] == 1, "running", rng.choice(["baking", "books"], len(of)))
    activity = pa.table({"customer_id": [ids[i] for i in of], "topic": topics})
    for name, table in (("customers", people), ("orders", orders), ("activity", activity)):
        pcsv.write_csv(table, folder / f"{name}.csv")
    ilk.segment(
        folder / "customers.csv",
        orders=folder / "orders.csv",
        activity=folder / "activity.csv",
        k=2,
        out=folder / "study",
    )
    return folder / "study"


@pytest.mark.parametrize("name", ["segments", "segment", "which", "number", "data", "score"])
def test_every_page_shows_it(page, several, name):
    shown = page(name, opened=several)
    assert not shown.error


def test_one_customer_is_explained_by_the_columns_that_were_made(several):
    model = ilk.load(Path(several) / "segments.ilk")
    said = str(model.explain({"visits": 11, "orders.frequency": 9, "orders.recency": 5}))
    assert "number of orders" in said


def test_the_form_says_what_each_field_is_of(several):
    """Fields stand by what they were made of, topics are picked, and the help says where they come from."""
    form = form_of(ilk.load(Path(several) / "segments.ilk"))
    headings = [heading for heading, _ in form.groups]
    assert all(heading[0].isupper() for heading in headings)
    blocks = [heading.partition(":")[0].split()[0] for heading in headings]
    assert len([block for block, _ in groupby(blocks)]) == len(set(blocks)), "each block's fields stand together"
    running = next(ask for ask in form.fields if "activity.running" in ask.columns)
    assert (running.kind, running.group) == ("topics", "Activity")
    assert running.label == "What they are interested in, as activity.csv has it"
    assert {option.words for option in running.options} == {"Running", "Baking", "Books"}
    assert running.help.startswith("Made from activity.csv. Pick all there is")
    often = next(field for field in form.fields if field.column == "orders.frequency")
    assert often.group.startswith("Orders")
    assert "in the file" not in often.help
    assert "“visits” in the file" in next(field for field in form.fields if field.column == "visits").help


def test_a_file_is_scored_with_all_that_belongs_to_it(several, tmp_path):
    """With its orders and activity, every customer comes to the segment of the study, and nothing is said to lack."""
    model = ilk.load(several / "segments.ilk")
    files = {i: several.parent / one.name for i, one in enumerate(model.content.sources)}
    customers = several.parent / "customers.csv"
    look = look_at(model, customers, tmp_path, beside=files)
    assert not look.absent
    done = label(model, customers, tmp_path, beside=files)
    labels = dict(zip(*pq.read_table(done.path, columns=["customer_id", "segment"]).to_pydict().values(), strict=True))
    study = pq.read_table(several / "assignments.parquet", columns=["customer_id", "segment"])
    assert labels == dict(zip(*study.to_pydict().values(), strict=True))
    alone = look_at(model, customers, tmp_path)
    assert set(alone.there) == {"visits"}
    assert "Running" in alone.absent
    assert [said.partition(",")[0] for said in alone.lacking] == ["activity (activity.csv", "orders (orders.csv"]


def test_the_page_asks_for_what_else_the_model_was_made_of(page, several):
    """By the names the files had; what is brought is used, and without it the page says what is blank."""
    tested = page("score", opened=several, roots=(several.parent,))
    assert [one.label for one in tested.file_uploader][1:] == [
        "Activity, as activity.csv had it",
        "Orders, as orders.csv had it",
    ]
    tested.segmented_control(key="score-how").set_value("Path").run()
    tested.text_input(key="score-path").input("customers.csv").run()
    assert "activity \\(activity.csv" in tested.warning[0].value
    assert "orders \\(orders.csv" in tested.warning[0].value
    assert " more" not in tested.warning[0].value, "a source that is not there is said in one word"
    tested.text_input(key="score-beside-0-path").input("activity.csv").run()
    tested.text_input(key="score-beside-1-path").input("orders.csv").run()
    assert not tested.warning
    next(button for button in tested.button if button.label == "Find all segments").click().run()
    assert not tested.exception
    assert f"{N} customers assigned" in " ".join(one.value for one in tested.markdown)


def test_the_command_to_assign_anew_names_all_that_was_brought(several):
    """Without its orders and activity everybody would lack them."""
    model = ilk.load(several / "segments.ilk")
    said = assign_again(model.content, Path("in a room"))
    assert said == (
        "ilk assign 'in a room' customers.csv --activity activity.csv --orders orders.csv --out assigned.csv"
    )
