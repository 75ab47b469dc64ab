"""A column of texts in a table of customers becomes columns of topics, the same ones for new customers."""

from __future__ import annotations

import csv

import numpy as np
import pyarrow as pa
import pytest

import ilk
from ilk.settings import Settings
from ilk.sources.joined.study_source import Known, Sources, open_study_source

GARDEN = ["roses", "tulips", "soil", "spade", "watering", "seeds", "compost", "hedge", "lawn", "greenhouse"]
BIKES = ["saddle", "gears", "pedals", "chain", "helmet", "brakes", "tyres", "spokes", "frame", "handlebar"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path, rng = tmp_path_factory.mktemp("texts") / "customers.csv", np.random.default_rng(0)
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["customer_id", "visits", "comment"])
        for i in range(300):
            words = rng.choice(GARDEN if i % 2 else BIKES, 7, replace=False)
            writer.writerow([f"c{i}", int(rng.poisson(4)), " ".join(words) if i % 10 else ""])
    return path


def rows(joined):
    return pa.Table.from_batches(list(joined.source.batches()), schema=joined.source.schema)


def test_a_column_told_to_be_text_becomes_topics_beside_it(path):
    joined = open_study_source(Sources(path), Settings(role={"comment": "text"}))
    (one,) = joined.texts
    table = rows(joined)
    assert (one.column, one.block) == ("comment", "customers")
    assert table.column_names == ["customer_id", "visits", "comment", *one.names]
    shares = np.column_stack([table[name].to_numpy() for name in one.names])
    assert np.isnan(shares[::10]).all()
    written = np.flatnonzero(np.arange(300) % 10)
    own = shares[written].argmax(axis=1)
    garden = written % 2 == 1
    assert set(own[garden]).isdisjoint(own[~garden])
    assert [fact.column for fact in joined.source.facts()] == ["visits", "comment", *one.names]
    assert {joined.made[name].role for name in one.names} == {"topics"}


def test_nothing_is_done_unless_it_is_told(path):
    joined = open_study_source(Sources(path), Settings())
    assert joined.texts == ()
    assert rows(joined).column_names == ["customer_id", "visits", "comment"]


def test_the_same_topics_are_told_of_new_customers(path):
    joined = open_study_source(Sources(path), Settings(role={"comment": "text"}))
    again = open_study_source(Sources(path), Settings(), Known(texts=joined.texts))
    assert rows(again).equals(rows(joined))


def test_too_little_text_is_told(tmp_path):
    (tmp_path / "few.csv").write_text("id,comment\n" + "".join(f"{i},word{i}\n" for i in range(30)))
    joined = open_study_source(Sources(tmp_path / "few.csv"), Settings(role={"comment": "text"}))
    assert "text-too-little" in {note.code for note in joined.source.intake.notes}
    assert rows(joined).num_rows == 30


def test_columns_may_be_asked_for_one_by_one(path):
    joined = open_study_source(Sources(path), Settings(role={"comment": "text"}))
    last = joined.texts[0].names[-1]
    (batch, *_) = joined.source.batches([last, "visits"])
    assert batch.schema.names == [last, "visits"]
    assert sum(batch.num_rows for batch in joined.source.batches([last])) == 300


def test_a_study_of_what_people_write_assigns_as_it_was_made(path, tmp_path):
    study = ilk.segment(path, role={"comment": "text"}, k=2)
    study.model.save(tmp_path / "texts.ilk")
    loaded = ilk.load(tmp_path / "texts.ilk")
    assert loaded.content.texts == study.model.content.texts
    assert loaded.assign(path).table.equals(study.assignments)
