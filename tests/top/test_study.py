"""A study as it prints, and what settings reach."""

from __future__ import annotations

import pytest

from ilk.engines import workers
from ilk.segment import segment
from ilk.world import make_world


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
