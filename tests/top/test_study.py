"""A study as it prints, and what settings reach."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import ilk
from ilk.engines import workers
from ilk.engines.engine import Ability
from ilk.engines.memory import MemoryEngine
from ilk.errors import BadSetting, FileTrouble, NotSupported
from ilk.outputs.reading import Reading
from ilk.outputs.sections.board import warnings
from ilk.segment import segment
from ilk.world import make_world, write_world


@pytest.fixture(scope="module")
def study():
    return segment(make_world(900, seed=2).customers, k=3)


def test_a_study_prints_its_verdict_why_so_many_and_its_personas(study):
    shown = str(study)
    flat = " ".join(shown.split())
    assert study.model.judged.text in flat
    assert study.model.evidence.why_k in flat
    assert all(segment.persona.name[:40] in shown for segment in study.segments)
    assert max(map(len, shown.splitlines())) <= 100
    assert len(shown.splitlines()) < 25


def test_a_study_says_how_it_read_the_source_and_what_columns_do(tmp_path):
    write_world(tmp_path, make_world(300, seed=2))
    lines = segment(tmp_path / "customers.csv", k=2).understood
    assert lines[0] == ("300 customers and a header (UTF-8, separated by commas), 0 rejected; CUST_ID is the id.")
    assert len(lines) == 5
    assert lines[1].startswith("Build segments (20): BALANCE, ")
    assert lines[1].endswith(" and 12 more.")
    assert "PURCHASES" in lines[2]
    assert "EMAIL" in lines[4]


def test_a_total_is_not_told_as_a_column_that_builds(tmp_path):
    rng = np.random.default_rng(0)
    parts = {name: rng.lognormal(3, 1, 300).round(2) for name in ("food", "books")}
    table = pa.table({"id": np.arange(300), **parts, "visits": rng.poisson(4, 300), "spent": sum(parts.values())})
    found = segment(table, k=2)
    assert "Build segments (3): food, books, visits." in found.understood
    assert "Count through the others they are the sum of (1): spent." in found.understood
    assert len(found.model.scoring.columns) == 3


def test_rows_left_out_are_told_apart_from_the_header(tmp_path):
    write_world(tmp_path, make_world(300, seed=2))
    (read, *_) = segment(tmp_path / "customers.csv", k=2, where="AGE < 60 OR AGE IS NULL").understood
    assert "and a header" in read
    assert "blank or left out" in read


def test_a_study_is_short_where_it_stands_among_others(study):
    assert repr(study) == f"<ilk.Study: k = 3, {study.verdict}, 900 customers>"


def test_no_more_threads_are_used_than_were_given(monkeypatch):
    """Wherever work goes to threads, from reading to assigning."""
    asked = []
    started = workers.ThreadPoolExecutor

    def pool(n, *rest):
        asked.append(n)
        return started(n, *rest)

    monkeypatch.setattr(workers, "ThreadPoolExecutor", pool)
    monkeypatch.setattr(workers, "cores", lambda: 7)
    segment(make_world(20_000, seed=2).customers, k=(2, 2), threads=1)
    assert asked == []


def test_segments_can_be_named_by_a_function_of_ones_own(tmp_path):
    """It sees each finished segment of every k; what it leaves blank, repeats or makes too long keeps our name."""
    seen = []

    def namer(segment):
        seen.append(segment)
        return {1: "Largest  of\nall", 2: None, 3: "x" * 41}[segment.number] if segment.number < 4 else "the same"

    table = make_world(900, seed=2).customers
    plain, named = segment(table, k=4), segment(table, k=4, namer=namer)
    names = [s.persona.name for s in named.segments]
    assert names[0] == "Largest of all"
    assert names[1:] == [*[s.persona.name for s in plain.segments][1:3], "the same"]
    assert all(s.size and s.persona.sentence and s.persona.markers is not None for s in seen)
    assert named.model.solution.k == 4
    assert "Largest of all" in str(named)


@pytest.mark.parametrize("setting", ["engine", "method"])
def test_an_engine_or_a_method_nobody_has_is_refused_with_those_there_are(setting):
    methods = "'auto', 'kmeans', 'mixture', 'latent', 'ward' or 'density'"
    there = {"engine": "'auto' or 'memory'", "method": methods}[setting]
    with pytest.raises(BadSetting, match=f"{setting}: must be {there}, got 'warp'"):
        segment(make_world(100).customers, **{setting: "warp"})


def test_an_engine_is_asked_first_and_makes_the_tiles(monkeypatch):
    asked = []
    prepare = MemoryEngine.prepare
    monkeypatch.setattr(MemoryEngine, "prepare", lambda self, *a: asked.append(self.threads) or prepare(self, *a))
    segment(make_world(200, seed=2).customers, k=2, threads=2)
    assert asked == [2]
    monkeypatch.setattr(MemoryEngine, "can", lambda self, need: Ability(can=False, reason="use another"))
    with pytest.raises(NotSupported, match="use another"):
        segment("not there at all.csv")


@pytest.mark.parametrize(("missing", "asked"), [({}, True), ({"fee": "zero"}, False), ({"fee": "flag"}, False)])
def test_what_a_blank_means_is_not_asked_of_who_has_said_it(missing, asked):
    rng = np.random.default_rng(0)
    spend, kind = rng.lognormal(3, 0.3, 400), np.arange(400) % 2
    fee = pa.array(np.where(kind, spend / 9, np.nan), from_pandas=True)
    table = pa.table(
        {"id": np.arange(400), "spend": spend * (1 + 9 * kind), "visits": 2.0 + 30 * kind + spend, "fee": fee}
    )
    study = segment(table, k=2, role={"spend": "amount", "visits": "amount", "fee": "amount"}, missing=missing)
    assert any("--missing" in note.text for note in study.warnings) == asked


def test_customers_without_a_segment_come_before_advice_on_columns(tmp_path):
    rng = np.random.default_rng(0)
    values = rng.lognormal(3, 1, (300, 4))
    values[:40] = np.nan
    table = pa.table({"id": np.arange(300), **{f"spent_on_{i}": column for i, column in enumerate(values.T)}})
    found = segment(table, k=2)
    told, _ = warnings(Reading(found.model))
    doubts = [line for line in told if line.startswith("Do not rely")]
    assert told[len(doubts)].startswith("40 of 300 customers left blank every column that builds segments")


def test_what_was_changed_by_hand_is_not_lost_from_python_either(tmp_path):
    """Nor is a folder written into that holds something else."""
    table, out = make_world(300, seed=2).customers, tmp_path / "out"
    segment(table, k=2, out=out)
    segment(table, k=2, out=out)
    ilk.load(out / "segments.ilk").at(1).save(out / "segments.ilk")
    before = (out / "segments.ilk").read_bytes()
    with pytest.raises(FileTrouble, match="would be lost"):
        segment(table, k=2, out=out)
    assert (out / "segments.ilk").read_bytes() == before
    segment(table, k=2, out=out, force=True)
    assert not ilk.load(out / "segments.ilk").edits
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("mine")
    with pytest.raises(FileTrouble, match="not an earlier study"):
        segment(table, k=2, out=tmp_path / "mine")
