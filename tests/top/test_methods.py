"""Every method gives the same study, model, assignment and explanation; nothing downstream asks which it was."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import ilk
from ilk.errors import BadSetting
from ilk.outputs.reading import Reading
from ilk.outputs.report import render_report
from ilk.segment import segment
from ilk.world import make_world

SOURCE = Path(__file__).parents[2] / "src" / "ilk"

METHODS = ("ward", "density")


def crowds(n_alone=30, seed=0):
    """Three crowds of 300 customers, and some who stand alone."""
    rng = np.random.default_rng(seed)
    middles = np.repeat([[0, 0, 0], [9, 9, 0], [-9, 9, 9]], 300, axis=0)
    values = np.concatenate([middles + rng.normal(size=(900, 3)), rng.uniform(-60, 60, size=(n_alone, 3))])
    return pa.table({"id": np.arange(len(values)), **dict(zip("abc", values.T.round(3), strict=True))})


@pytest.fixture(scope="module", params=METHODS)
def study(request):
    return segment(
        crowds(0 if request.param == "ward" else 30), method=request.param, role=dict.fromkeys("abc", "number")
    )


def test_a_study_has_everything_that_one_by_kmeans_has(study):
    chosen = study.model.evidence.candidate(3)
    assert study.k == 3
    assert study.verdict == "natural"
    assert None not in (
        chosen.silhouette,
        chosen.stability,
        chosen.null_high,
        chosen.prediction_strength,
        chosen.valley,
    )
    assert {s.trust.word for s in study.segments} == {"reliable"}
    assert all(s.persona.sentence and s.persona.markers for s in study.segments)
    assert study.model.content.provenance.method in METHODS
    assert study.model.evidence.m <= 1_500


def test_a_model_is_the_same_after_it_was_written(study, tmp_path):
    study.model.save(tmp_path / "a.ilk")
    assert ilk.load(tmp_path / "a.ilk") == study.model
    again = ilk.load(tmp_path / "a.ilk").assign(crowds(30)).table
    assert again == study.model.assign(crowds(30)).table


def test_everybody_is_accounted_for(study):
    sizes = sum(s.size for s in study.segments) + (study.model.solution.n_unlike or 0)
    assert sizes == study.assignments.num_rows == study.model.content.provenance.n_assigned
    assert sum(s.share for s in study.segments) <= 1.0


def test_why_adds_up_and_how_far_leads_there(study):
    found = study.model.explain({"a": 1.5, "b": 1.0, "c": 0.5})
    assert found.certainty == 1.0
    near = study.model.scoring.scorer.scores(_features(study.model, a=1.5, b=1.0, c=0.5))[0]
    assert found.difference == np.partition(near, 1)[1] - near.min()
    ways = [way for way in found.elsewhere if way.distance is not None]
    assert ways
    assert all(way.lands == way.segment for way in ways)


def test_segments_can_be_merged(study):
    from ilk.edit import apply_edit
    from ilk.model.parts import Edit

    one, two, _ = study.segments
    model = apply_edit(study.model, Edit("merge", "", "2026-11-28", uid=one.uid, other=two.uid))
    labels = model.assign(crowds(0)).table["segment"].to_numpy()
    assert set(labels.tolist()) <= {0, *(s.number for s in model.segments)}


def test_who_is_unlike_anyone_is_number_0_everywhere():
    table = crowds(30)
    study = segment(table, method="density", role=dict.fromkeys("abc", "number"))
    numbers, names = study.assignments["segment"].to_numpy(), study.assignments["persona"].to_pylist()
    assert (numbers[900:] == 0).mean() > 0.9
    assert {name for number, name in zip(numbers, names, strict=True) if number == 0} == {"Unlike anyone"}
    assert study.model.solution.n_unlike == (numbers == 0).sum()
    assert "Unlike anyone" in str(study)
    assert any(note.code == "unlike-anyone" for note in study.warnings)
    unlike, shares = Reading(study.model).unlike, [s.share for s in study.segments]
    assert unlike is not None
    assert unlike.share + sum(shares) == pytest.approx(1), "page one adds up to everybody"
    report = render_report(study.model)
    assert f"{unlike.size} customers are in no segment" in report
    assert f"0 Unlike anyone: {unlike.size} customers" in report
    alone = study.model.explain({"a": 55.0, "b": -55.0, "c": 55.0})
    assert (alone.segment, alone.name, alone.outlier) == (0, "Unlike anyone", True)
    assert "Unlike anyone" in str(alone)


def test_density_without_crowds_is_one_group_and_says_so():
    table = make_world(300, seed=2).customers
    study = segment(table, method="density")
    if study.k == 1:
        assert "so close together" in study.model.evidence.why_k
    with pytest.raises(BadSetting, match="Density does not find 9 segments here"):
        segment(table, method="density", k=9)


@pytest.mark.parametrize("method", METHODS)
def test_a_handful_of_customers(method):
    table = pa.table(
        {"id": np.arange(24), "a": np.arange(24) % 3 * 9.0 + np.arange(24) / 50, "b": np.arange(24) % 3 * 5.0}
    )
    study = segment(table, method=method, role={"a": "number", "b": "number"}, min_group=2)
    assert study.assignments.num_rows == 24


def test_nobody_downstream_asks_which_method_it_was():
    """Report, app and service know scores, middles and segments; no name of a method or of a scorer."""
    names = re.compile(r"scorer\.(?:centres|points|owner|type)|import .*(?:Centres|Neighbours|Owners)\b|\.method ==")
    for room in ("outputs", "app", "service"):
        for path in (SOURCE / room).rglob("*.py"):
            assert names.findall(path.read_text(encoding="utf-8")) == [], path


def _features(model, **values):
    from ilk.model.customer import read_customer

    return read_customer(model, values).features[np.newaxis]
