"""Progress: stages, seconds, and stopping."""

from __future__ import annotations

import re
import threading
import time

import pytest

from ilk.console import progress_bar
from ilk.engines.workers import map_threads
from ilk.errors import Cancelled
from ilk.progress import Progress


def test_stages_are_told_and_timed():
    told = []
    progress = Progress(lambda stage, share: told.append((stage, share)))
    with progress.stage("Reading"):
        progress.at(0.5)
    assert told == [("Reading", 0.0), ("Reading", 0.5), ("Reading", 1.0)]
    assert list(progress.seconds) == ["Reading"]


def test_stop_ends_the_work_of_threads():
    """A stop from another thread is seen between two pieces of work."""
    progress, done = Progress(), []

    def work(i):
        done.append(i)
        if i == 3:
            progress.stop()
        time.sleep(0.005)

    with pytest.raises(Cancelled):
        map_threads(work, range(500), threads=2, progress=progress)
    assert len(done) < 50


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(threads):
    assert map_threads(lambda i: i * i, range(40), threads=threads) == [i * i for i in range(40)]


def test_an_error_in_a_thread_reaches_the_caller():
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        map_threads(lambda i: 1 // i, [1, 2, 0, 4], threads=2)
    assert threading.active_count() == before


def test_a_terminal_is_shown_the_stage_its_per_cent_and_the_time(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_bar(quiet=False) as progress, progress.stage("Finding segments"):
        progress.at(0.5)
        time.sleep(0.3)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)
    assert re.search(r"Finding segments .* 50% 0:00:0\d", shown)


def test_elsewhere_each_stage_is_a_line_and_quiet_is_quiet(capsys):
    for quiet in (False, True):
        with progress_bar(quiet=quiet) as progress, progress.stage("Finding segments"):
            progress.at(0.5)
    assert capsys.readouterr().err == "Finding segments\n"
