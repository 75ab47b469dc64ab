"""Studies in a process of their own: they end well, badly, when stopped, or without a word, and say which."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from ilk.app import jobs
from ilk.errors import BadInput, FileTrouble
from ilk.model.file import load
from ilk.world import make_world, write_world


@pytest.fixture
def world(tmp_path) -> Path:
    write_world(tmp_path / "world", make_world(800, seed=3))
    return tmp_path / "world" / "customers.csv"


def wait(job, until=("done", "failed", "stopped"), seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if job.ended[0] in until:
            return job.ended
        time.sleep(0.05)
    raise AssertionError(f"{job.progress} after {seconds} s")


def test_a_study_runs_and_its_folder_is_whole(world, tmp_path):
    """The upload is kept with the job, which may outlive its session; a job is found by its name alone."""
    job = jobs.start(tmp_path / "jobs", jobs.Order(str(world), settings='{"k": 3}'), bring=(world,))
    world.unlink()
    assert wait(job) == ("done", "")
    assert jobs.find(tmp_path / "jobs", job.name) == job
    assert load(job.study / "segments.ilk").k == 3
    assert job.study.name == "customers-segments"
    assert job.progress[0] == "Writing the report"
    assert job.folder.stat().st_mode & 0o777 == 0o700


def test_a_refusal_is_the_sentence_of_the_command_line(tmp_path):
    (tmp_path / "one.csv").write_text("id,a\n1,2\n")
    job = jobs.start(tmp_path / "jobs", jobs.Order(str(tmp_path / "one.csv")))
    state, said = wait(job)
    assert state == "failed"
    assert said.startswith("Segments need at least two customers.")
    assert not job.study.exists()


def test_a_study_is_stopped_before_it_has_begun(tmp_path):
    """The process may not listen yet; it is stopped all the same, not lost."""
    job = jobs.start(tmp_path / "jobs", jobs.Order(None, customers=20_000))
    child = jobs._children[job.name]
    job.stop()
    assert wait(job, seconds=20) == ("stopped", "")
    child.wait(10)
    assert not job.study.exists()


def test_a_stopped_study_leaves_nothing(tmp_path):
    job = jobs.start(tmp_path / "jobs", jobs.Order(None, customers=20_000))
    while job.progress[1] < 0.12:
        time.sleep(0.05)
    child = jobs._children[job.name]
    job.stop()
    assert wait(job, seconds=20) == ("stopped", "")
    assert child.wait(10) == 130
    assert not job.study.exists()
    assert [path for path in job.folder.iterdir() if path.name.endswith(".tmp")] == []
    job.stop()


def test_a_process_that_died_is_told(world, tmp_path):
    job = jobs.start(tmp_path / "jobs", jobs.Order(str(world)))
    os.kill(jobs._children[job.name].pid, signal.SIGKILL)
    state, said = wait(job)
    assert (state, "without a word" in said) == ("failed", True)


def test_what_is_somebody_elses_is_not_written_over(world, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(FileTrouble, match="not an earlier study"):
        jobs.start(tmp_path / "jobs", jobs.Order(str(world), out=str(tmp_path / "mine")))


def test_only_so_many_at_once(world, tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_RUNNING", 0)
    with pytest.raises(BadInput, match="run already"):
        jobs.start(tmp_path / "jobs", jobs.Order(str(world)))


@pytest.mark.parametrize("name", ["", "..", "a" * 31, "../" + "a" * 29, "a" * 32, "\x00" * 32])
def test_other_names_find_nothing(tmp_path, name):
    assert jobs.find(tmp_path, name) is None


def test_all_jobs_end_with_the_server(tmp_path):
    job = jobs.start(tmp_path / "jobs", jobs.Order(None, customers=20_000))
    jobs.stop_children()
    assert job.ended[0] in {"stopped", "failed"}


def test_the_bar_only_grows():
    shares = [jobs.overall(stage, share) for stage in list(jobs.STAGES)[1:] for share in (0.0, 0.5, 1.0)]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert jobs.overall("Making up a world", 1.0) == pytest.approx(0.1)
    assert json.dumps(jobs.STAGES)
