"""Where the topics that may be columns are too little of a log, interests are learnt from which topics go together."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest
from pydantic import BaseModel, ConfigDict
from sklearn.metrics import adjusted_rand_score

from ilk.settings import Settings
from ilk.sources.activity import learnt
from ilk.sources.activity.interests import MOST_INTERESTS, PARTS, InterestPlan, amounts
from ilk.sources.activity.plan import ActivityPlan
from ilk.sources.activity.read import read_activity
from ilk.sources.factors import shares_of

PEOPLE, TOPICS, GROUPS, EVENTS = 3_000, 2_000, 8, 20


def planted(seed=0):
    """Eight kinds of people, and 250 topics of each kind that six in ten of their records are about."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(PEOPLE), EVENTS)
    own = rng.integers(TOPICS // GROUPS, size=len(who)) * GROUPS + who % GROUPS
    topic = np.where(rng.random(len(who)) < 0.6, own, rng.integers(TOPICS, size=len(who)))
    days = np.datetime64("2025-01-01") + rng.integers(300, size=len(who))
    names = np.array([f"Topic {t}" for t in range(TOPICS)])
    return pa.table({"person": [f"p{i:04d}" for i in who], "topic": names[topic], "day": days})


@pytest.fixture(scope="module")
def log():
    return planted()


@pytest.fixture(scope="module")
def found(log):
    return read(log)


def read(log, plan=None, **settings):
    return read_activity(log, Settings(**settings), plan)


def table_of(found):
    return np.column_stack([found.table[name].to_numpy() for name in found.plan.learnt_columns])


def groups_of(found):
    """The group of each customer, and of each interest that of most of its topics."""
    people = np.array([int(one[1:]) for one in found.table["person"].to_pylist()]) % GROUPS
    parts, own = np.array(found.plan.learnt.parts), np.array([int(key.split()[1]) for key in found.plan.learnt.keys])
    by_group = np.array([parts[own % GROUPS == group].sum(axis=0) for group in range(GROUPS)])
    return people, by_group.argmax(axis=0)


def notes_of(evidence):
    return {note.code: note.text for note in evidence.intake.notes}


def test_interests_are_learnt_where_columns_would_hold_too_little(found):
    """A hundred of two thousand topics are a tenth of what people do; interests reach everybody, and are told."""
    assert found.plan.topics == ()
    assert len(found.plan.learnt.names) == len(found.plan.learnt_columns) == MOST_INTERESTS
    assert (table_of(found) > 0).any(axis=1).mean() > 0.99
    told = notes_of(found)
    assert "So 20 interests are learnt from which topics go together, of the 2,000" in told["topics"]
    assert repr(found.plan.learnt.names[0]) in told["interests-learnt"]
    made = next(one for one in found.made if one.column == found.plan.learnt_columns[0])
    assert made.role == "topics"
    assert all(repr(topic) in made.why for topic in found.plan.learnt.told(0))


def test_interests_are_of_one_kind_of_people_each(found):
    """By the interest somebody has most of, their kind is known; by the most usual topics it is not."""
    people, interests = groups_of(found)
    assert adjusted_rand_score(people, interests[table_of(found).argmax(axis=1)]) > 0.9
    assert all(
        {int(topic.split()[1]) % GROUPS for topic in name.split("/")} == {interests[i]}
        for i, name in enumerate(found.plan.learnt.names)
    )


def test_a_case_done_by_hand():
    """Two interests and three topics: what is done is dealt out in thousandths, and less than a tenth is none."""
    plan = InterestPlan(
        keys=("a", "b", "c"),
        words=("A", "B", "C"),
        idf=(1.0, 2.0, 1.0),
        parts=((1000, 0), (500, 500), (50, 950)),
        names=("A", "C"),
        heaviest=((0,), (2,)),
        typical=2.0,
    )
    rows, places, weights = np.array([0, 0, 2]), np.array([0, 1, 2]), np.array([2.0, 6.0, 3.0])
    one, two = np.log1p(1.0), 2 * np.log1p(3.0)
    share = (one + two / 2) / (one + two)
    assert amounts(plan, 3, rows, places, weights).tolist() == [
        pytest.approx([8 * share, 8 * (1 - share)], rel=1e-4),
        [0, 0],
        [0, 3],
    ]
    assert plan.amounts_of({"A": 2.0, "B": 6.0, "unknown": 9.0}) == pytest.approx(
        [8 * share, 8 * (1 - share)], rel=1e-4
    )
    assert plan.amounts_of({"unknown": 9.0}) == [0, 0]


def test_who_does_a_little_of_everything_has_interests_too():
    """Where nothing makes a tenth of what somebody does, what is more than its even share is theirs."""
    scores = np.array([[1.0] * 19 + [1.5], [1.0] * 20, [0.0] * 20, [-1.0] * 19 + [1.0]])
    assert shares_of(scores).tolist() == [[0] * 19 + [1], [round(65_536 / 20) / 65_536] * 20, [0] * 20, [0] * 19 + [1]]


def test_all_somebody_does_is_dealt_out(log, found):
    """The interests of a customer together are all their records about topics that are known."""
    known = set(found.plan.learnt.keys)
    done = dict.fromkeys(found.table["person"].to_pylist(), 0)
    for who, topic in zip(log["person"].to_pylist(), log["topic"].to_pylist(), strict=True):
        done[who] += topic.lower() in known
    assert np.abs(table_of(found).sum(axis=1) - np.array(list(done.values()))).max() < 0.01


def test_one_customer_is_what_the_log_makes_of_them(log, found):
    """Topics that are typed in give the very numbers of the table."""
    some = log.slice(0, EVENTS * 20).to_pandas().groupby(["person", "topic"]).size()
    for i in range(20):
        given = found.plan.learnt.amounts_of({topic: float(n) for topic, n in some[f"p{i:04d}"].items()})
        assert given == table_of(found)[i].tolist()


def test_order_and_threads_do_not_matter(log, found):
    """Rows in another order and other threads: the same plan, the same numbers to the last bit."""
    order = random.Random(3).sample(range(log.num_rows), log.num_rows)
    for threads in (1, 4):
        again = read(log.take(order), threads=threads)
        assert again.plan == found.plan
        assert again.table.sort_by("person").equals(found.table.sort_by("person"))


def test_a_plan_makes_of_its_own_log_what_it_was_made_from(log, found):
    """Read again with its plan, a log is the same table, a piece of the customers at a time or all at once."""
    assert read(log, found.plan).table.equals(found.table)


def test_customers_come_in_pieces(log, found, monkeypatch):
    """However many customers are dealt with at a time."""
    monkeypatch.setattr(learnt, "AT_ONCE", 700)
    assert read(log, found.plan).table.equals(found.table)


def test_another_log_becomes_the_same_interests(found):
    """Topics that are not known count nothing; whoever has no other has no interest. No new topic is named."""
    keys = found.plan.learnt.words
    other = pa.table(
        {
            "person": ["x", "x", "y", "z"],
            "topic": [keys[0].upper(), "beer", "beer", keys[1]],
            "day": np.array(["2025-11-01"] * 4, "datetime64[D]"),
        }
    )
    again = read(other, found.plan)
    assert again.table.column_names == found.table.column_names
    assert (table_of(again).sum(axis=1) > 0).tolist() == [True, False, True]
    assert "beer" not in repr(again.intake.notes)
    assert notes_of(again)["topics-unknown"].startswith("1 topics are none of the model's")
    assert notes_of(again)["interests-none"].startswith("under 10 of 3 customers have none of the interests")
    assert again.plan == found.plan


def test_half_life_counts(log):
    """What fades counts less in every interest, and all of it is still dealt out."""
    faded = read(log, half_life_days=30.0)
    whole = np.array(faded.table["activity"].to_pylist())
    assert faded.plan.learnt.typical < 1.0
    assert table_of(faded).sum() == pytest.approx(whole.sum(), rel=0.05)
    assert table_of(faded).sum() < 0.5 * log.num_rows


def test_the_unit_of_a_weight_does_not_matter(log):
    """Minutes instead of hours: sixty times as much of every interest, whose names and parts are the same."""
    rng = np.random.default_rng(1)
    hours = rng.integers(1, 9, log.num_rows).astype(float)
    first, again = (read(log.append_column("hours", pa.array(hours * unit))) for unit in (1.0, 60.0))
    assert again.plan.learnt.parts == first.plan.learnt.parts
    assert np.array_equal(table_of(again), 60 * table_of(first))


def test_most_topics_bounds_the_interests_too(log):
    """--max-topics is how many columns there are at most, learnt or not."""
    assert len(read(log, max_topics=5).plan.learnt_columns) == 5


def test_topics_stay_columns_where_they_hold_enough():
    """Of three hundred topics a hundred are a third of what is done and reach everybody: nothing is learnt."""
    rng = np.random.default_rng(2)
    who = np.repeat(np.arange(1_000), 20)
    log = pa.table({"person": who, "topic": [f"t{t}" for t in rng.integers(200, size=len(who))]})
    plain = read(log).plan
    assert plain.learnt is None
    assert len(plain.topics) == 100


def test_topics_stay_columns_where_there_is_too_little_to_learn_from():
    """Sixty people with topics enough are too few to learn two interests from."""
    rng = np.random.default_rng(2)
    who = np.repeat(np.arange(60), 40)
    log = pa.table({"person": who, "topic": [f"t{t}" for t in rng.integers(100, size=len(who))]})
    plain = read(log, max_topics=5).plan
    assert plain.learnt is None
    assert len(plain.topics) == 5


def test_a_fifth_of_the_people_may_not_be_left_out():
    """Half of what is done is about three topics of two thirds of the people; the others would have nothing."""
    rng = np.random.default_rng(4)
    usual = [(f"u{i}", f"usual {t}") for i in range(600) for t in range(3) for _ in range(2)]
    rare = [(f"r{i}", f"rare {t}") for i in range(300) for t in 30 * (i % 2) + rng.choice(30, 6, replace=False)]
    who, topic = zip(*usual, *rare, strict=True)
    plan = read(pa.table({"person": who, "topic": topic}), max_topics=3).plan
    assert plan.learnt is not None
    assert {"usual 0", "rare 0"} <= set(plan.learnt.keys)


def test_a_rare_topic_is_nowhere(log):
    """What nine people do is in no plan, no note and no column; what ten do is."""
    more = pa.table(
        {
            "person": [f"p{i:04d}" for i in [*range(9), *range(10)]],
            "topic": ["secretly"] * 9 + ["openly"] * 10,
            "day": np.array(["2025-05-05"] * 19, "datetime64[D]"),
        }
    )
    found = read(pa.concat_tables([log, more.cast(log.schema)]))
    assert "secretly" not in repr(found.plan) + repr(found.made) + repr(found.intake.notes)
    assert "openly" in found.plan.learnt.keys


def test_topics_are_called_anything(log):
    """SQL, quotes, emoji and two hundred letters are topics as others are; a name stays readable."""
    strange = ["Robert'); DROP TABLE people; --", "🎉 party", '"', "select * from weights", "x" * 200]
    swapped = [strange[int(t.split()[1])] if int(t.split()[1]) < 5 else t for t in log["topic"].to_pylist()]
    found = read(log.set_column(1, "topic", pa.array(swapped)))
    assert {one.lower() for one in strange if one != '"'} <= set(found.plan.learnt.keys)
    assert max(map(len, found.plan.learnt.names)) <= 3 * 40 + 2


class Kept(BaseModel):
    """A model file checks its parts as strictly."""

    model_config = ConfigDict(strict=True, extra="forbid")
    plan: ActivityPlan


def test_the_plan_goes_through_json(found):
    """A plan is plain data without anybody's name; what a topic is dealt out in adds up."""
    assert Kept.model_validate_json(Kept(plan=found.plan).model_dump_json()).plan == found.plan
    assert "p0001" not in repr(found.plan)
    assert all(sum(parts) == 0 or abs(sum(parts) - PARTS) <= MOST_INTERESTS for parts in found.plan.learnt.parts)


def wide(n_topics=120, n=1_000):
    """The same records as a log and as a table of counts: four kinds of people, thirty topics of each."""
    rng = np.random.default_rng(9)
    who = np.repeat(np.arange(n), 8)
    own = rng.integers(n_topics // 4, size=len(who)) * 4 + who % 4
    topic = np.where(rng.random(len(who)) < 0.7, own, rng.integers(n_topics, size=len(who)))
    counts = np.zeros((n, n_topics))
    np.add.at(counts, (who, topic), 1)
    ids, names = [f"p{i:04d}" for i in range(n)], [f"Topic {t}" for t in range(n_topics)]
    table = pa.table({"person_id": ids, **dict(zip(names, counts.T, strict=True))})
    return pa.table({"person_id": np.array(ids)[who], "topic": np.array(names)[topic]}), table


def test_a_table_of_counts_is_learnt_from_as_a_log_is():
    """More columns than there is room for: the interests of the log of the same records, to the last bit."""
    log, table = wide()
    long, counts = read(log, max_topics=15), read(table, max_topics=15)
    assert counts.plan.learnt == long.plan.learnt
    assert counts.plan.topics == ()
    assert counts.table.sort_by("person_id").equals(long.table.sort_by("person_id"))
    assert sorted(zip(*pairs_of(counts), strict=True)) == sorted(zip(*pairs_of(long), strict=True))
    told = notes_of(counts)
    assert "So 15 interests are learnt from which topics go together, of the 120" in told["topics"]
    assert "120 columns are topics" in told["activity-columns"]


def pairs_of(found):
    """Who has which topic, by name."""
    ids, topics = found.table["person_id"].to_pylist(), found.holders.topics
    who, what = (np.concatenate(part) for part in zip(*found.holders.pieces(), strict=True))
    return [ids[i] for i in who], [topics[t] for t in what]


def test_a_plan_makes_of_its_own_table_of_counts_what_it_was_made_from():
    """And of other customers the same columns; who has none of the topics has no interest."""
    _, table = wide()
    found = read(table, max_topics=15)
    assert read(table, found.plan).table.equals(found.table)
    others = table.slice(0, 12).set_column(1, "Topic 0", pa.array([0.0] * 12))
    none = pa.table({name: (["new"] if i == 0 else [0.0]) for i, name in enumerate(table.column_names)})
    again = read(pa.concat_tables([others, none]), found.plan)
    assert again.table.column_names == found.table.column_names
    assert (table_of(again)[-1] == 0).all()
    assert "interests-none" in notes_of(again)


def test_columns_that_hold_enough_stay_columns():
    """Fewer columns than there is room for, or most of what people do in those there is room for."""
    _, table = wide()
    assert read(table).plan.learnt is None
    usual = pa.table({"usual": np.ones(table.num_rows)})
    both = pa.table({**{name: table[name] for name in table.column_names}, "usual": usual["usual"]})
    assert read(both, max_topics=100).plan.learnt is None


def test_columns_that_differ_in_case_only_stay_apart():
    """A column is a topic, whatever it is called."""
    _, table = wide()
    names = [name.upper() if name == "Topic 7" else name for name in table.column_names]
    names[names.index("Topic 8")] = "Topic 7"
    found = read(table.rename_columns(names), max_topics=15)
    assert {"TOPIC 7", "Topic 7"} <= set(found.plan.learnt.words)
    assert read(table.rename_columns(names), found.plan).table.equals(found.table)
