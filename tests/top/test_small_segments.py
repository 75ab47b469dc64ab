"""No centre of a handful of customers is published: the centre of a segment of one customer is that customer."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from ilk.errors import BadInput, BadSetting
from ilk.segment import segment

ROLES = {"spend": "number", "visits": "number"}


def two_groups_and_strangers(n_strangers):
    """Two groups of a hundred, and a few who are far from both."""
    rng = np.random.default_rng(0)
    spend = np.concatenate([rng.normal(0, 1, 100), rng.normal(20, 1, 100), rng.normal(60, 0.1, n_strangers)])
    return pa.table({"id": np.arange(len(spend)), "spend": spend, "visits": spend + rng.normal(0, 1, len(spend))})


@pytest.fixture(scope="module")
def study():
    return segment(two_groups_and_strangers(3), role=ROLES)


def test_a_number_of_segments_with_a_handful_in_one_is_shown_nowhere(study):
    content = study.model.content
    shown = [solution.k for solution in content.solutions]
    sizes = [s.size for solution in content.solutions for s in solution.segments]
    assert min(sizes) >= 10
    assert 3 not in shown
    assert [candidate.k for candidate in content.evidence.candidates] == shown
    assert {flow.k for flow in content.evidence.flows} <= set(shown)
    assert min(c.smallest_share for c in content.evidence.candidates) * 203 >= 10


def test_what_is_not_shown_is_named(study):
    (said,) = [note.text for note in study.warnings if note.code == "too-small-to-show"]
    assert said.startswith("Tried and not shown: 3, ")


def test_enough_strangers_are_a_segment():
    study = segment(two_groups_and_strangers(12), role=ROLES)
    assert 3 in study.model.tried


@pytest.mark.parametrize(("k", "asked"), [(3, "3"), ((3, 4), "3 to 4")])
def test_asking_for_it_is_refused_with_what_to_do(k, asked):
    with pytest.raises(BadSetting, match=f"Of {asked} segments one has fewer than 10 .* ask for fewer with -k"):
        segment(two_groups_and_strangers(3), role=ROLES, k=k)


def test_who_keeps_the_study_may_lower_the_bar():
    study = segment(two_groups_and_strangers(3), role=ROLES, k=3, min_group=1)
    assert [s.size for s in study.segments] == [100, 100, 3]


def test_too_few_for_two_segments_are_one_group():
    """Twenty-five customers of whom any half is too few to show."""
    rng = np.random.default_rng(1)
    spend = np.concatenate([rng.normal(0, 1, 18), rng.normal(30, 1, 7)])
    table = pa.table({"id": np.arange(25), "spend": spend, "visits": spend + rng.normal(0, 1, 25)})
    study = segment(table, role=ROLES)
    assert study.k == 1
    assert "However these customers are divided, a segment has fewer than 10" in study.model.evidence.why_k


@pytest.mark.parametrize(("n", "min_group"), [(2, 10), (3, 10), (9, 10), (40, 10_000)])
def test_too_few_customers_are_refused_before_anything_is_written(tmp_path, n, min_group):
    """A share of a segment of under ten out of three would be above one, which no sound model has."""
    table = pa.table({"SPEND": [float(i) for i in range(n)], "VISITS": [float(i % 7) for i in range(n)]})
    with pytest.raises(BadInput, match=f"Too few customers: {n}"):
        segment(table, out=tmp_path / "study", min_group=min_group)
    assert list(tmp_path.iterdir()) == []


def test_of_a_handful_trust_is_not_measured():
    table = pa.table(
        {"SPEND": [float(i % 6 + 90 * (i % 2)) for i in range(12)], "VISITS": [float(i) for i in range(12)]}
    )
    study = segment(table, min_group=2, k=2)
    assert [s.trust for s in study.model.segments] == [None, None]
