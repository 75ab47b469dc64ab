"""A log becomes one row a customer: the weights plain Python adds up, whatever the order of its rows."""

from __future__ import annotations

import csv
import gzip
import random
from collections import Counter, defaultdict
from fractions import Fraction

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import BaseModel, ConfigDict

from ilk.errors import BadInput, BadSetting, MissingColumns
from ilk.settings import Settings
from ilk.sources.activity import learnt
from ilk.sources.activity.plan import ActivityPlan
from ilk.sources.activity.read import read_activity


def read(source, *, plan=None, roles=None, **settings):
    """Read a log, and hold it to the account of its records and to the form of an evidence."""
    evidence = read_activity(source, Settings(**settings), plan, roles=roles)
    intake, table = evidence.intake, evidence.table
    assert intake.rows + intake.rejects + intake.skipped == intake.records
    assert evidence.rejects.num_rows == intake.rejects
    assert table.column(0).null_count == 0
    assert len(table.column(0).unique()) == table.num_rows
    assert [one.column for one in evidence.made] == table.column_names[1:]
    return evidence


def rows_of(evidence):
    return {row[evidence.id_column]: row for row in evidence.table.to_pylist()}


def notes_of(evidence):
    return {note.code: note.text for note in evidence.intake.notes}


def topics_of(evidence):
    return [one.words for one in evidence.plan.topics]


def log_of(n=40, **more):
    """Of n people the even ones like tea and the others cake, two records each; `more` are columns by name."""
    who = [f"{i:03}" for i in range(n) for _ in range(2)]
    topic = ["tea" if i % 2 == 0 else "cake" for i in range(n) for _ in range(2)]
    return {"user_id": who, "topic": topic} | {name: make(2 * n) for name, make in more.items()}


def test_a_case_done_by_hand():
    """Weights are added by topic; ids keep their noughts; what was last is so many days ago; shares are of records."""
    log = log_of(
        hours=lambda n: [0.1] * n, when=lambda n: ["2024-01-01"] * n, device=lambda n: ["app", "web"] * (n // 2)
    )
    log["hours"][0], log["when"][1] = 2.5, "2024-01-31"
    found = read(pa.table(log))
    assert rows_of(found)["000"] == {
        "user_id": "000",
        "activity": 2.6,
        "recency": 0.0,
        "share of web": 0.5,
        "tea": float(np.float32(2.6)),
        "cake": 0.0,
    }
    assert rows_of(found)["001"]["recency"] == 30.0
    assert found.table["user_id"].to_pylist()[:3] == ["000", "001", "002"]
    assert {one.column: one.role for one in found.made} == {
        "activity": "amount",
        "recency": "number",
        "share of web": "share",
        "tea": "topics",
        "cake": "topics",
    }
    assert found.plan.reference == "2024-01-31"
    assert found.made[0].unit == "hours"


def test_half_life_halves():
    """What was done thirty days before the last day counts half with a half-life of thirty days."""
    log = log_of(when=lambda n: ["2024-01-31", "2024-01-01"] * (n // 2))
    found = rows_of(read(pa.table(log), half_life_days=30.0))
    assert found["000"]["tea"] == found["000"]["activity"] == 1.5


def test_a_reference_date_leaves_out_what_is_later():
    """With a day to count from, later records do not count, and are told."""
    log = log_of(when=lambda n: ["2024-01-31", "2024-01-01"] * (n // 2))
    found = read(pa.table(log), reference_date="2024-01-11")
    assert rows_of(found)["000"] == {"user_id": "000", "activity": 1.0, "recency": 10.0, "tea": 1.0, "cake": 0.0}
    assert notes_of(found)["activity-late"].startswith("40 records are later")


def test_steam_is_what_plain_python_adds_up(data, monkeypatch):
    """Every hour of every game that is kept, by exact fractions; the customers in order of appearance."""
    monkeypatch.setattr(learnt, "LEAST_REACHED", 0.0)  # games as columns, not the interests learnt from all of them
    with gzip.open(data / "social/steam-200k.csv.gz", "rt", encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    found = read(data / "social/steam-200k.csv.gz")
    hours, people = defaultdict(Fraction), defaultdict(set)
    for who, game, _, value, _ in rows:
        hours[int(who), game] += Fraction(value)
        people[game].add(who)
    kept = topics_of(found)
    assert kept == [game for game, _ in sorted(people.items(), key=lambda g: (-len(g[1]), g[0].lower()))[:100]]
    ids = found.table["column 1"].to_pylist()
    assert ids == list(dict.fromkeys(int(row[0]) for row in rows))
    for game in random.Random(0).sample(kept, 20):
        assert found.table[game].to_pylist() == [float(np.float32(float(hours.get((who, game), 0)))) for who in ids]
    plays = Counter(int(who) for who, _, behaviour, *_ in rows if behaviour == "play")
    records = Counter(int(who) for who, *_ in rows)
    assert found.table["share of play"].to_pylist() == [plays[who] / records[who] for who in ids]
    assert "always 1 for 'purchase'" in notes_of(found)["activity-even"]


def test_posts_and_their_tags(data):
    """The owner is the customer, the tags of a question its topics; whoever only answered has none of them."""
    found = read(data / "social/posts.csv")
    assert found.plan.parts.customer == "owner_user_id"
    assert (found.plan.splits, found.plan.parts.time) == (("angles",), "creation_date")
    assert found.plan.parts.texts == ("title", "body")
    with (data / "social/posts.csv").open(encoding="utf-8", newline="") as handle:
        posts = list(csv.DictReader(handle))
    for tag in ("grammar", "verbs"):
        had = Counter(int(post["owner_user_id"]) for post in posts if f"<{tag}>" in post["tags"])
        assert {who: row[tag] for who, row in rows_of(found).items() if row[tag]} == had
    assert sum(row["activity"] for row in rows_of(found).values()) == len(posts)


def test_counts_are_topics_already(data):
    """The words of a profile are counted in columns; year, gender, age and friends stay what they are."""
    found = read(data / "social/snsdata.csv")
    with (data / "social/snsdata.csv").open(encoding="utf-8", newline="") as handle:
        people = list(csv.DictReader(handle))
    assert found.plan.parts.customer is None
    assert found.plan.parts.others == ("gradyear", "gender", "age", "friends")
    assert topics_of(found) == list(people[0])[4:]
    assert found.table["row"].to_pylist() == list(range(1, 30_001))
    for word in ("basketball", "drugs"):
        assert found.table[word].to_pylist() == [float(one[word]) for one in people]
    assert found.table["activity"].to_pylist() == [float(sum(map(int, list(one.values())[4:]))) for one in people]
    assert [one.role for one in found.made[:5]] == [None] * 4 + ["amount"]


def test_order_and_threads_do_not_matter():
    """Rows in another order, and more threads, give the same numbers to the last bit."""
    rng = random.Random(1)
    rows = [(f"u{rng.randrange(50)}", f"t{rng.randrange(9)}", rng.random()) for _ in range(20_000)]
    rows += [(f"u{i}", "t0", 0.1) for i in range(50)]

    def table(rows):
        who, topic, hours = zip(*rows, strict=True)
        found = read(pa.table({"user": who, "topic": topic, "hours": hours}), threads=rng.choice([1, 2, 4]))
        return found.table.sort_by("user"), found.plan

    first = table(rows)
    for _ in range(3):
        rng.shuffle(rows)
        assert table(rows) == first


def test_a_log_of_many_row_groups_is_what_sql_adds_up(tmp_path):
    """Four hundred thousand records in Parquet, read by several threads: every sum, and who came first."""
    path, con = tmp_path / "log.parquet", duckdb.connect()
    con.execute("SELECT setseed(0.25)")
    con.execute(
        "CREATE TABLE log AS SELECT range AS row, CAST(floor(30000 * random() * random()) AS BIGINT) AS user_id, "
        "'t' || CAST(floor(400 * random() * random()) AS INTEGER) AS topic, round(9 * random(), 2) AS hours, "
        "DATE '2024-01-01' + CAST(floor(300 * random()) AS INTEGER) AS day FROM range(400000)"
    )
    con.execute(f"COPY (SELECT * EXCLUDE (row) FROM log ORDER BY row) TO '{path}' (FORMAT parquet)")
    found = read(path, threads=4)
    order = con.sql("SELECT user_id FROM log GROUP BY user_id ORDER BY min(row)").fetchall()
    assert found.table["user_id"].to_pylist() == [who for (who,) in order]
    dense = {
        (who, topic): float(hours)
        for who, topic, hours in con.sql(
            "SELECT user_id, topic, sum(CAST(hours AS DECIMAL(18, 6))) FROM log GROUP BY ALL"
        ).fetchall()
    }
    for topic in topics_of(found)[::20]:
        assert found.table[topic].to_pylist() == [float(np.float32(dense.get((who, topic), 0.0))) for (who,) in order]
    last = dict(con.sql("SELECT user_id, (SELECT max(day) FROM log) - max(day) FROM log GROUP BY user_id").fetchall())
    assert found.table["recency"].to_pylist() == [float(last[who]) for (who,) in order]


def test_counts_of_many_row_groups_keep_their_order(tmp_path):
    """A table of counts is read as it is, in the order it has."""
    path = tmp_path / "counts.parquet"
    n = 300_000
    tea, cake = (np.arange(n) % 3 == 0).astype(np.int64), (np.arange(n) % 7 == 0).astype(np.int64) * 2
    pq.write_table(pa.table({"user_id": np.arange(n)[::-1], "tea": tea, "cake": cake}), path, row_group_size=20_000)
    found = read(path, threads=4)
    assert found.table["user_id"].to_numpy().tolist() == list(range(n))[::-1]
    assert (found.table["cake"].to_numpy() == cake).all()
    assert (found.table["activity"].to_numpy() == tea + cake).all()


def test_a_rare_topic_is_neither_kept_nor_named():
    """What fewer than ten customers have is no column and stands in no note, however low min_group is."""
    log = log_of(40)
    log["topic"][:18] = ["secret"] * 18
    found = read(pa.table(log), min_group=1)
    assert topics_of(found) == ["cake", "tea"]
    assert "secret" not in repr(found.made) + repr(found.intake.notes) + repr(found.plan)
    assert rows_of(found)["000"] == {"user_id": "000", "activity": 2.0, "cake": 0.0, "tea": 0.0}


def test_most_topics_by_customers_ties_by_name():
    """Of many topics those of most customers stay; where two are equal, the first by name."""
    who = [f"u{i}" for i in range(30) for _ in range(3)]
    topic = [name for i in range(30) for name in ("b", "a", "z" if i < 20 else "y")]
    log = pa.table({"user_id": who, "topic": topic})
    assert topics_of(read(log)) == ["a", "b", "z", "y"]
    assert topics_of(read(log, max_topics=3)) == ["a", "b", "z"]


def test_case_is_folded_and_the_usual_spelling_wins():
    """Football, football and FOOTBALL are one topic; twice in one cell counts once."""
    who = [f"u{i}" for i in range(30)]
    cells = ["Football;football"] * 14 + ["football"] * 10 + ["FOOTBALL; chess &eacute;t&#233;"] * 6
    found = read(pa.table({"user_id": who, "tags": cells}))
    assert topics_of(found) == ["football"]
    assert found.table["football"].to_pylist() == [1.0] * 30


def test_another_log_becomes_the_same_columns(data):
    """With a plan the topics are those of the plan; others are counted and told, and no new one is named."""
    first = read(pa.table(log_of(40)))
    other = pa.table({"user_id": ["z", "z", "y"], "topic": ["TEA", "beer", "beer"]})
    again = read(other, plan=first.plan)
    assert again.table.column_names == first.table.column_names
    assert again.plan == first.plan
    assert rows_of(again)["z"] == {"user_id": "z", "activity": 2.0, "cake": 0.0, "tea": 1.0}
    assert "beer" not in repr(again.intake.notes)
    assert notes_of(again)["topics-unknown"].startswith("1 topics are none of the model's (under 10")


def test_a_topic_of_few_in_a_larger_log_is_still_theirs():
    """One customer's tea counts, although the new log has ten topics of more customers than the model has topics."""
    first = read(pa.table(log_of(40)))
    who, what = zip(*((f"n{i}", f"new {t}") for i in range(20) for t in range(10)), strict=True)
    again = read(pa.table({"user_id": ["z", *who], "topic": ["tea", *what]}), plan=first.plan)
    assert rows_of(again)["z"]["tea"] == 1.0


@pytest.mark.parametrize("name", ["steam-200k.csv.gz", "posts.csv", "snsdata.csv"])
def test_a_plan_makes_of_its_own_log_what_it_was_made_from(data, name):
    """Read again with its plan, a log is the same table."""
    first = read(data / "social" / name)
    assert read(data / "social" / name, plan=first.plan).table.equals(first.table)


class Kept(BaseModel):
    """A model file checks its parts as strictly."""

    model_config = ConfigDict(strict=True, extra="forbid")
    plan: ActivityPlan


def test_the_plan_goes_through_json(data):
    """A plan is plain data: it comes back from a .ilk file as it was, and holds no customer."""
    plan = read(data / "social/posts.csv", half_life_days=90.0).plan
    assert Kept.model_validate_json(Kept(plan=plan).model_dump_json()).plan == plan


def test_records_of_nobody_are_set_aside(tmp_path):
    """A record without a customer is listed with its line; blank lines are skipped."""
    path = tmp_path / "log.csv"
    path.write_text("user_id,topic\n1,tea\n,cake\n\n1,cake\n2,tea\n", encoding="utf-8")
    found = read(path)
    assert found.rejects.to_pylist() == [{"line": 3, "reason": "no customer", "text": ",cake"}]
    assert rows_of(found) == {1: {"user_id": 1, "activity": 2.0}, 2: {"user_id": 2, "activity": 1.0}}


def test_mostly_nobody_is_refused():
    """When most records have no customer the wrong column was taken for it."""
    with pytest.raises(BadInput, match=r"3 of 4 records of table belong to nobody\. .*--role"):
        read(pa.table({"user_id": ["a", None, None, None], "topic": ["x", "y", "x", "y"]}))


def test_long_numbers_are_not_rounded():
    """Ids of 19 digits, as social networks have them, stay apart although a float64 cannot tell them."""
    ids = [1_700_000_000_000_000_001 + i % 2 for i in range(60)]
    found = read(pa.table({"user_id": ids, "topic": ["a", "b"] * 30}))
    assert found.table["user_id"].to_pylist() == ids[:2]


def test_odd_logs():
    """One record; every record by one person; a hundred thousand of one person; a topic that is an SQL statement."""
    assert rows_of(read(pa.table({"user_id": ["a"], "topic": ["x"]}))) == {"a": {"user_id": "a", "activity": 1.0}}
    one = read(pa.table({"user_id": ["a"] * 100_000, "topic": [f"t{i}" for i in range(100_000)]}))
    assert rows_of(one) == {"a": {"user_id": "a", "activity": 100_000.0}}
    topics = ["Robert'); DROP TABLE people; --", "🎉", "select * from weights", '"quoted" name', *"abcdefghij"]
    found = read(pa.table({"user_id": [f"u{i}" for i in range(20) for _ in topics], "topic": topics * 20}))
    assert set(topics_of(found)) == {*topics} - {'"quoted" name'} | {'quoted" name'}
    assert all(found.table[one.column].to_pylist() == [1.0] * 20 for one in found.plan.topics)


def test_an_empty_log_is_refused_and_assigned_to_nobody():
    """Nothing can be learnt from an empty log; with a plan it is nobody's."""
    empty = pa.table({"user_id": pa.array([], pa.string()), "topic": pa.array([], pa.string())})
    with pytest.raises(BadInput, match="no activity that can be used"):
        read(empty, roles={"user_id": "customer", "topic": "topic"})
    plan = read(pa.table(log_of(40))).plan
    assert read(empty, plan=plan).table.num_rows == 0


def test_times_with_zones_and_seconds_since_1970(tmp_path):
    """A time is the day that is written; numbers since 1970 are times where the name says so."""
    log = log_of(20)
    zoned = log | {"created_at": ["2024-01-31T23:30:00-05:00", "2024-01-01T00:30:00Z"] * 20}
    path = tmp_path / "log.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([list(zoned), *zip(*zoned.values(), strict=True)])
    assert read(path).plan.reference == "2024-01-31"
    for unit in (1, 1_000, 1_000_000):
        epoch = log | {"timestamp": [1_706_700_000 * unit, 1_704_100_000 * unit] * 20}
        found = read(pa.table(epoch))
        assert (found.plan.reference, found.plan.ticks) == ("2024-01-31", 86_400 * unit)
        assert set(found.table["recency"].to_pylist()) == {0.0}


def test_weights_that_are_none():
    """A weight below or at nought, or not there, adds nothing; the record still tells of its channel and time."""
    log = log_of(hours=lambda n: [1.0] * n)
    log["hours"][:3] = [-5.0, None, 0.0]
    found = read(pa.table(log), roles={"hours": "weight"})
    assert rows_of(found)["000"]["activity"] == 0.0
    assert notes_of(found)["activity-weightless"].startswith("under 10 records have no hours above 0")


def test_numbers_of_things_are_topics_called_after_their_column():
    """movie_id 7 is movie 7."""
    found = read(pa.table({"user_id": [f"u{i}" for i in range(20)] * 2, "movie_id": [7, 8] * 20}))
    assert topics_of(found) == ["movie 7", "movie 8"]


def test_counts_of_customers_who_come_twice():
    """In a table of counts two rows of one customer are added; blanks are none, a rare column is left out."""
    n = 40
    table = {
        "client_id": [f"c{i % 20}" for i in range(n)],
        "tea": [1, None] * 20,
        "cake": [0, 3] * 20,
        "rare": [1, 1] + [0] * 38,
        "town": ["x", "y"] * 20,
    }
    roles = {"client_id": "customer", "tea": "topic", "cake": "topic", "rare": "topic"}
    found = read(pa.table(table), roles=roles)
    assert rows_of(found)["c0"] == {"client_id": "c0", "town": "x", "activity": 3.0, "tea": 2.0, "cake": 0.0}
    assert notes_of(found)["topics-rare"] == "Fewer than 10 customers have 'rare'"


def test_what_was_told_holds():
    """A role overrides every guess; a column that is not there, or a part told twice, is an error."""
    log = log_of(40, mood=lambda n: ["good", "bad"] * (n // 2))
    assert topics_of(read(pa.table(log), roles={"mood": "topic"})) == ["bad", "good"]
    assert read(pa.table(log), roles={"topic": "ignore"}).plan.parts.topics == ("mood",)
    with pytest.raises(MissingColumns, match="'modo'"):
        read(pa.table(log), roles={"modo": "topic"})
    with pytest.raises(BadSetting, match="Only one column of table can be the customer"):
        read(pa.table(log), roles={"mood": "customer", "user_id": "customer"})
    with pytest.raises(BadSetting, match="'user_id' of table is no time"):
        read(pa.table(log), roles={"user_id": "time", "mood": "customer"})


def test_roles_come_from_the_settings_too(tmp_path):
    """`--role STEM.COLUMN=topic` is heard without anybody handing it on."""
    path = tmp_path / "posts.csv"
    log = log_of(40, mood=lambda n: ["good", "bad"] * (n // 2))
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([list(log), *zip(*log.values(), strict=True)])
    found = read(path, activity=(path,), role={"posts.mood": "topic"})
    assert topics_of(found) == ["bad", "good"]


def test_nothing_that_says_whose_or_what():
    """A table without a customer, or without anything done, is refused with what to say."""
    with pytest.raises(BadInput, match="whose activity it is"):
        read(pa.table({"a": [0.5, 1.5], "b": [2.5, 3.5]}))
    with pytest.raises(BadInput, match="what people did"):
        read(pa.table({"user_id": ["a", "b"], "height": [1.5, 1.6]}))


def test_dense_columns_are_not_copied():
    """The columns of topics are views of one block of numbers."""
    found = read(pa.table(log_of(40)))
    tea = found.table["tea"].chunk(0).to_numpy()
    cake = found.table["cake"].chunk(0).to_numpy()
    assert abs(tea.__array_interface__["data"][0] - cake.__array_interface__["data"][0]) == tea.nbytes
