"""What customers of the world leave elsewhere: what is true of it by construction."""

from __future__ import annotations

import csv

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn.metrics import adjusted_rand_score

from ilk.world import Traces, World, make_traces, make_world, write_world
from ilk.worlds.people import PERSONAS
from ilk.worlds.wants import KINDS, STATEMENTS, WANTS, kind_names


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(20_000, seed=0)


@pytest.fixture(scope="module")
def traces(world) -> Traces:
    return make_traces(world, seed=0)


def wants_of(world: World, ids: pa.ChunkedArray) -> np.ndarray:
    """What the customers with these ids want."""
    rows = pc.index_in(ids, value_set=world.truth["CUST_ID"].combine_chunks()).to_numpy()
    return np.array([want for _, want in KINDS])[world.kinds][rows]


def test_kinds_cross_personas_and_wants(world):
    """Eight kinds; the card's six personas alone, or the five wants alone, fall short of them by far."""
    assert len(KINDS) == len(set(KINDS)) == len(kind_names()) == 8
    assert {persona for persona, _ in KINDS} == set(range(len(PERSONAS)))
    wants = np.array([want for _, want in KINDS])[world.kinds]
    assert adjusted_rand_score(world.kinds, world.labels) < 0.8
    assert WANTS[-1].topics == WANTS[-1].buys == ()
    assert adjusted_rand_score(world.kinds, wants) < 0.6
    assert world.truth["KIND"].to_pylist() == [kind_names()[j] for j in world.kinds]
    assert world.truth["WANT"].to_pylist() == [WANTS[j].name for j in wants]


def test_a_persona_wants_its_things_in_equal_parts(world):
    sizes = np.bincount(world.kinds, minlength=8)
    for persona in range(6):
        parts = [size for size, (of, _) in zip(sizes, KINDS, strict=True) if of == persona]
        assert max(parts) - min(parts) <= 1
        assert sum(parts) == (world.labels == persona).sum()


def test_who_is_in_which_file(world, traces):
    """Nine in ten follow something, six in ten answer, eight in ten order; nobody is there who is no customer."""
    for table, share in ((traces.activity, 0.9), (traces.survey, 0.6), (traces.orders, 0.8)):
        ids = table["CUST_ID"].unique()
        assert pc.all(pc.is_in(ids, value_set=world.customers["CUST_ID"].combine_chunks())).as_py()
        assert len(ids) / 20_000 == pytest.approx(share, abs=0.02)
    assert len(traces.survey["CUST_ID"].unique()) == traces.survey.num_rows
    assert len(traces.orders["ORDER_ID"].unique()) == traces.orders.num_rows


def test_logs_are_in_the_order_of_time(traces):
    assert np.all(np.diff(traces.activity["TIME"].to_numpy()) >= np.timedelta64(0))
    assert np.all(np.diff(traces.orders["DATE"].to_numpy()) >= np.timedelta64(0))
    assert np.all(np.diff(traces.orders["ORDER_ID"].to_numpy()) > 0)


def test_what_people_want_shows_in_each_file(world, traces):
    """More of the own topics, more agreement with the own statements, more orders of the own categories."""
    topics = np.array(traces.activity["TOPIC"].to_pylist())
    follows, buys = wants_of(world, traces.activity["CUST_ID"]), wants_of(world, traces.orders["CUST_ID"])
    categories, answers = np.array(traces.orders["CATEGORY"].to_pylist()), wants_of(world, traces.survey["CUST_ID"])
    for j, want in enumerate(WANTS[:-1]):
        own = np.isin(topics, want.topics)
        assert own[follows == j].mean() > 2 * own[follows != j].mean()
        bought = np.isin(categories, want.buys)
        assert bought[buys == j].mean() > 2 * bought[buys != j].mean()
        for item in want.agrees:
            given = traces.survey[f"Q{item + 1}"].to_numpy()
            assert np.nanmean(given[answers == j]) > np.nanmean(given[answers != j]) + 0.7


def test_the_card_says_nothing_of_wants(world):
    """Within a persona that wants two things, the card columns of both halves are alike."""
    spent = world.customers["PURCHASES"].to_numpy()
    for first, second in ((0, 1), (2, 3)):
        halves = [np.log1p(spent[world.kinds == kind]) for kind in (first, second)]
        gap = abs(halves[0].mean() - halves[1].mean()) / np.concatenate(halves).std()
        assert gap < 0.1


def test_the_customers_are_the_same_with_and_without_traces():
    """A part that was added later draws from numbers of its own: the known columns are as they were."""
    world = make_world(3, seed=0)
    assert world.customers["BALANCE"].to_pylist() == make_world(3, seed=0).customers["BALANCE"].to_pylist()
    again, other = make_traces(world, 0), make_traces(world, 1)
    assert make_traces(world, 0).orders.equals(again.orders)
    assert not other.activity.equals(again.activity)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_few_customers_leave_few_traces(n):
    world = make_world(n, seed=4)
    for table in (traces := make_traces(world, 4)).activity, traces.survey, traces.orders:
        assert set(table["CUST_ID"].to_pylist()) <= set(world.customers["CUST_ID"].to_pylist())


def test_files_of_the_traces(tmp_path):
    """Each file beside the customers, words for the statements, and a README that says what is in them."""
    world = make_world(300, seed=5)
    write_world(tmp_path, world, make_traces(world, 5))
    names = {path.name for path in tmp_path.iterdir()}
    assert names >= {"activity.csv", "survey.csv", "survey-columns.csv", "orders.csv", "customers.csv", "truth.csv"}
    with (tmp_path / "survey-columns.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(STATEMENTS) + 2
    assert "--activity activity.csv" in (tmp_path / "README.md").read_text()
    with (tmp_path / "activity.csv").open(newline="") as file:
        assert next(csv.reader(file)) == ["CUST_ID", "TIME", "TOPIC", "CHANNEL"]
