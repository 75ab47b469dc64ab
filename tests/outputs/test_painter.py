"""Charts drawn in a process beside ours are the charts drawn here."""

import subprocess

import pytest

from ilk.outputs.charts import painter

SPEC = {
    "data": {"values": [{"a": 1.5, "b": "ü"}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a"}, "y": {"field": "b"}},
}


@pytest.fixture(autouse=True)
def nothing_kept():
    painter._drawn.cache_clear()


def kill_all():
    for one in painter._at_hand:
        one.process.kill()


def test_the_same_drawing_with_and_without():
    alone = painter.draw(SPEC)
    painter._drawn.cache_clear()
    with painter.painting():
        assert painter.draw(SPEC) == alone
    assert alone.startswith("<svg")


def test_a_painter_that_is_gone_is_not_missed():
    with painter.painting():
        kill_all()
        assert painter.draw(SPEC).startswith("<svg")
        painter._drawn.cache_clear()
        assert painter.draw(SPEC).startswith("<svg")


def test_what_was_drawn_is_kept():
    with painter.painting():
        first = painter.draw(SPEC)
        kill_all()
        assert painter.draw(dict(SPEC)) is first


def test_several_are_drawn_at_once_and_kept(monkeypatch):
    monkeypatch.setattr(painter, "cores", lambda: 2)
    specs = [{**SPEC, "width": 100 + i} for i in range(6)]
    with painter.painting(painters=2):
        assert len(painter._at_hand) == 2
        painter.draw_ahead(lambda spec=spec: painter.draw(spec) for spec in specs)
        kill_all()
        before = painter._drawn.cache_info().misses
        assert all(painter.draw(spec).startswith("<svg") for spec in specs)
        assert painter._drawn.cache_info().misses == before


def test_no_process_is_left(monkeypatch):
    started, real = [], subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **given: started.append(real(*args, **given)) or started[-1])
    with painter.painting(wanted=False):
        assert started == []
    with painter.painting():
        assert all(process.poll() is None for process in started)
    assert started
    assert all(process.returncode is not None for process in started)


def test_a_chart_that_cannot_be_drawn_says_so():
    """The process ends over it, and the same fault comes up here."""
    with painter.painting(), pytest.raises(ValueError, match="conversion failed"):
        painter.draw({"mark": 7})
