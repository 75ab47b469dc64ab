"""Latent classes and mixtures at work and as they are kept: the same scores, taken apart by column, to the last bit."""

import json

import numpy as np
import pyarrow as pa
import pytest
from pydantic import TypeAdapter

import ilk
import oracle
from ilk.cluster.answers import coding_of
from ilk.cluster.on_rows import Rows
from ilk.cluster.soft_solvers import LatentClass, MixtureModel
from ilk.features.plans import ColumnPlan, Label
from ilk.features.recipe import apply, fit_recipe
from ilk.model import parts
from ilk.model.kept import kept, ready
from ilk.model.kept_soft import soft_problems
from ilk.settings import Settings

SHARP = TypeAdapter(parts.Scorer)


def survey(seed, n=400, gaps=0.1):
    """Respondents of three kinds who rate five things, and what they spend."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, n)
    table = {f"q{j}": np.clip(np.round(rng.normal(1.5 + kind * (1 + j % 2), 0.7)), 1, 5) for j in range(5)}
    table["spend"] = rng.lognormal(kind, 0.5)
    for values in table.values():
        values[rng.random(n) < gaps] = np.nan
    table["drink"] = np.array(["tea", "coffee", "water"], object)[np.where(rng.random(n) < 0.8, kind, 0)]
    return pa.table(table)


def scorers(seed=0):
    """A scorer of each kind, and the features it is for."""
    table = survey(seed)
    roles = dict.fromkeys((f"q{j}" for j in range(5)), "ordered") | {"spend": "amount", "drink": "category"}
    plans = [ColumnPlan(column, role, role, "builds", "told", Label(column)) for column, role in roles.items()]
    recipe = fit_recipe(table, plans, Settings()).recipe
    matrix = apply(recipe, table)
    full = np.nan_to_num(matrix[:, :6])
    return {
        "latent": (LatentClass(recipe, 10).solve(Rows(matrix), [3], seed=0, thorough=True)[3], matrix),
        "mixture": (MixtureModel().solve(Rows(matrix[:, :6]), [3], seed=0, thorough=True)[3], matrix[:, :6]),
        "full": (MixtureModel().solve(Rows(full @ lean()), [2], seed=0, thorough=True)[2], full @ lean()),
    }


def lean():
    """Mixes features, so that they move together; entries keep products on the grid."""
    return np.where(np.eye(6), 1.0, 0.5).astype(np.float32)


SOFT = scorers()


@pytest.fixture(params=SOFT)
def soft(request):
    solved, matrix = SOFT[request.param]
    return solved.scorer, oracle.on_grid(matrix)


def test_scores_read_like_squared_distances(soft):
    """At least 0, finite, the same for one customer as for all."""
    scorer, matrix = soft
    scores = scorer.scores(matrix)
    assert scores.min() >= 0.0
    assert np.isfinite(scores).all()
    np.testing.assert_array_equal(scores[7:9], scorer.scores(matrix[7:9]))


def test_nothing_answered_says_nothing_but_how_common_segments_are(soft):
    """A blank adds nothing: the score of who answered nothing is the segment's share, 0 for the largest."""
    scorer, matrix = soft
    nothing = scorer.scores(np.full((1, matrix.shape[1]), np.nan, np.float32))[0]
    assert nothing.min() == 0.0
    assert nothing.max() < 20.0
    np.testing.assert_array_equal(scorer.terms(np.full(matrix.shape[1], np.nan)), 0.0)


def test_points_add_up_to_the_difference_of_scores(soft):
    """What columns say for one segment against another, and how common the two are, is the whole difference."""
    scorer, matrix = soft
    nothing = scorer.scores(np.full((1, matrix.shape[1]), np.nan, np.float32))[0]
    for row in matrix[:20]:
        scores, told = scorer.scores(row[None])[0], scorer.terms(row.astype(float)).sum(axis=1)
        assert scores[1] - scores[0] == told[1] - told[0] + nothing[1] - nothing[0]


def test_a_renumbered_scorer_gives_the_same_scores_under_other_numbers(soft):
    """Segment j is called place[j]."""
    scorer, matrix = soft
    place = np.roll(np.arange(scorer.k), 1)
    np.testing.assert_array_equal(scorer.renumbered(place).scores(matrix)[:, place], scorer.scores(matrix))


def test_what_is_kept_scores_as_before(soft):
    """Through JSON and back: not a bit is lost, and nothing in it is found unsound."""
    scorer, matrix = soft
    plain = SHARP.validate_json(SHARP.dump_json(kept(scorer)), strict=True)
    assert plain == kept(scorer)
    np.testing.assert_array_equal(ready(plain).scores(matrix), scorer.scores(matrix))
    assert list(soft_problems(plain, scorer.k, matrix.shape[1])) == []


def test_damaged_probabilities_are_found(soft):
    """Numbers off the grid, missing classes, answers beyond the features."""
    scorer, matrix = soft
    whole = json.loads(SHARP.dump_json(kept(scorer)))
    for part, worse in (("shares", [0.1] * scorer.k), ("shares", [0.0]), ("means", [[0.0]])):
        damaged = SHARP.validate_python(whole | {part: worse})
        assert list(soft_problems(damaged, scorer.k, matrix.shape[1]))


def test_bic_and_entropy_are_told():
    """Of the model's fits; the three planted kinds are far apart."""
    for solved, _ in SOFT.values():
        assert np.isfinite(solved.criterion)
        assert 0.0 < solved.entropy <= 1.0
    assert SOFT["full"][0].scorer.gaussians.covariances.ndim == 3
    assert len(coding_of.__doc__)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["latent", "mixture"])
def test_a_study_from_end_to_end(method, tmp_path):
    """Found, told, saved, read again, assigned and explained without anybody asking which method it was."""
    table = survey(1, n=300)
    study = ilk.segment(table, method=method, k=(2, 3), out=tmp_path / "study", descriptor=["drink"])
    model = ilk.load(tmp_path / "study" / "segments.ilk")
    assert model.content.solution(3).scorer.type == method
    again = model.assign(table)
    assert again.table["segment"].to_pylist() == study.model.assign(table).table["segment"].to_pylist()
    told = model.explain({"q0": 5.0, "q1": 5.0})
    assert told.segment
    assert all(one.bic is not None for one in model.evidence.candidates if one.k > 1)
