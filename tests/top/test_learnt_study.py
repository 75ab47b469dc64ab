"""A study of a log with thousands of topics: its segments, and the same customers by every other way in."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console
from sklearn.metrics import adjusted_rand_score

import ilk
from ilk.app.form import fill, form_of
from ilk.app.together import NONE, Doing, Picked, Topics
from ilk.edit import apply_edit
from ilk.errors import BadModelFile
from ilk.model.file import parse
from ilk.model.parts import Edit
from ilk.outputs.charts.interests import made_of
from ilk.outputs.terminal import show
from ilk.sources.activity import learnt

pytestmark = pytest.mark.slow

PEOPLE, KINDS = 1_200, 4


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Four kinds of people and a hundred and fifty topics of each, which seven in ten of their records are about."""
    rng = np.random.default_rng(6)
    who = np.repeat(np.arange(PEOPLE), 20)
    own = rng.integers(150, size=len(who)) * KINDS + who % KINDS
    topic = np.where(rng.random(len(who)) < 0.7, own, rng.integers(600, size=len(who)))
    names = np.array([f"{('tea', 'chess', 'opera', 'rugby')[t % KINDS]} of {_letters(t)}" for t in range(600)])
    path = tmp_path_factory.mktemp("log") / "follows.parquet"
    pq.write_table(pa.table({"person": [f"p{i:04d}" for i in who], "topic": names[topic]}), path)
    return path


def _letters(t):
    return "".join("abcdefghij"[int(digit)] for digit in f"{t:03d}")


@pytest.fixture(scope="module")
def study(log, tmp_path_factory):
    return ilk.segment(activity=log, max_topics=20, k=KINDS, out=tmp_path_factory.mktemp("study") / "s")


@pytest.fixture(scope="module")
def placed(study, log):
    return study.model.assign(activity=log).table


def kinds(placed):
    return [int(person[1:]) % KINDS for person in placed["person"].to_pylist()]


def test_the_planted_kinds_are_found(placed):
    """Everybody has a segment, and it is that of their kind."""
    assert placed.num_rows == PEOPLE
    assert adjusted_rand_score(kinds(placed), placed["segment"].to_numpy()) > 0.95


def test_topics_as_columns_do_not_find_them(log, tmp_path, monkeypatch):
    """The same log without learning: twenty topics as columns."""
    monkeypatch.setattr(learnt, "LEAST_HELD", 0.0)
    monkeypatch.setattr(learnt, "LEAST_REACHED", 0.0)
    plain = ilk.segment(activity=log, max_topics=20, k=KINDS, out=tmp_path / "s").model.assign(activity=log).table
    assert plain.num_rows < 0.8 * PEOPLE
    assert adjusted_rand_score(kinds(plain), plain["segment"].to_numpy()) < 0.5


def test_assigned_again_everybody_is_where_they_were(study, placed, log):
    """By the folder, by the model, in another order of rows."""
    first = pq.read_table(study.folder / "assignments.parquet").sort_by("person")
    shuffled = pq.read_table(log).take(np.random.default_rng(1).permutation(PEOPLE * 20))
    for again in (placed, ilk.load(study.folder / "segments.ilk").assign(activity=shuffled).table):
        assert again.sort_by("person")["segment"].to_pylist() == first["segment"].to_pylist()
        assert again.sort_by("person")["certainty"].to_pylist() == first["certainty"].to_pylist()


def test_the_form_asks_for_topics_and_gives_the_same_segment(study, placed, log):
    """Typed as topics, a line each and how often behind =, a customer is where the log puts them."""
    form = form_of(study.model)
    (ask,) = (one for one in form.fields if isinstance(one, Topics))
    assert isinstance(ask.writing, Doing)
    assert ask.label == "What they did, as follows.parquet has it: a topic on a line of its own"
    assert "600 topics are known, such as " in ask.help
    table, segment = pq.read_table(log), dict(zip(*(placed[c].to_pylist() for c in ("person", "segment")), strict=True))
    for person in ("p0000", "p0001", "p0002", "p0003"):
        own = table.filter(pa.compute.equal(table["person"], person))["topic"].to_pylist()
        counted = "\n".join(f"{topic.upper()} = {n}" for topic, n in Counter(own).items())
        by_line, by_count = (fill(form, {ask.column: Picked(text=text)}) for text in ("\n".join(own), counted))
        assert by_line.values == by_count.values
        assert by_line.echoes[ask.column].startswith("Read as about ")
        assert study.model.explain(by_line.values).segment == segment[person]
    strange = fill(form, {ask.column: Picked(text="nothing of this = 3")})
    assert strange.echoes[ask.column] == "About none of the topics the model knows."
    assert not any(fill(form, {ask.column: Picked((NONE,))}).values.values())


def test_the_report_says_what_the_interests_are(study):
    """That they were learnt, and of each that a persona is about the topics it is above all."""
    page = (study.folder / "report.html").read_text(encoding="utf-8")
    content = study.model.content
    assert "interests are learnt from which topics go together" in page
    said = [text for segment in content.solution(KINDS).segments for text in made_of(segment, content)]
    assert len(said) >= KINDS
    assert all(text in page for text in said)
    assert all(topic in " ".join(said) for topic in content.sources[0].plan.learnt.told(0)[:1])


def test_personas_are_told_by_topics(study, placed, log):
    """The topics of each segment, their share and everyone's are what counting the log by hand gives."""
    segment = dict(zip(*(placed[c].to_pylist() for c in ("person", "segment")), strict=True))
    table = pq.read_table(log)
    has = set(zip(table["person"].to_pylist(), table["topic"].to_pylist(), strict=True))
    of_all = Counter(topic for _, topic in has)
    page = (study.folder / "report.html").read_text(encoding="utf-8")
    for one in study.segments:
        counted = Counter(topic for person, topic in has if segment[person] == one.number)
        assert len(one.topics) > 3
        for told in one.topics:
            assert told.asked == one.size
            assert told.everyone == pytest.approx(of_all[told.topic] / PEOPLE)
            assert counted[told.topic] >= 10
            assert abs(counted[told.topic] - told.n) <= 5
        assert len({told.topic.split()[0] for told in one.topics}) == 1
        assert all(told.topic in page for told in one.topics[:3])
        assert one.topics[0].topic in one.persona.sentence


def test_topics_are_told_in_terminal_workbook_and_study_json(study):
    """By the same words everywhere."""
    console = Console(width=100, file=StringIO())
    show(study.model, console)
    printed = console.file.getvalue()
    document = json.loads((study.folder / "study.json").read_text(encoding="utf-8"))
    sheet = openpyxl.load_workbook(study.folder / "personas.xlsx")["Interests"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for one, told in zip(study.segments, document["segments"], strict=True):
        assert one.topics[0].topic in printed
        assert [t["topic"] for t in told["topics"]] == [t.topic for t in one.topics]
        assert [row[2] for row in rows if row[0] == one.number][:3] == [t.topic for t in one.topics][:3]


def test_segments_that_are_made_one_keep_the_topics_both_had(study):
    """Merged by hand, a model still opens and tells no topic that only one of the two had."""
    first, second = study.segments[:2]
    merged = apply_edit(study.model, Edit("merge", "alike", "2026-11-29", uid=first.uid, other=second.uid))
    both = {t.topic for t in first.topics} & {t.topic for t in second.topics}
    assert {t.topic for t in merged.segments[0].topics} <= both


def test_a_spoiled_plan_is_refused(study):
    """Parts below nought, or for a topic too few, are no sound model."""
    raw = (study.folder / "segments.ilk").read_bytes()
    assert parse(changed(raw, {}), "m") == study.model
    for spoiled in ({"idf": []}, {"parts": [[-1] * 2]}, {"typical": 0.0}, {"heaviest": [[10_000]]}):
        with pytest.raises(BadModelFile):
            parse(changed(raw, spoiled), "m")


def changed(raw, fields):
    """A model file with some fields of its learnt interests replaced, and a digest that fits."""
    from hashlib import sha256

    document = json.loads(raw)
    document["content"]["sources"][0]["plan"]["learnt"] |= fields
    content = json.dumps(document["content"], separators=(",", ":"), ensure_ascii=False).encode()
    head = raw.partition(b',"content":')[0]
    tail = raw[raw.index(b',"edits_sha256":') :]
    old = json.loads(raw)["sha256"].encode()
    return head.replace(old, sha256(content).hexdigest().encode()) + b',"content":' + content + tail
