"""Ctrl-C, in a process of its own: within a second, with one sentence, and without leaving anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from ilk.world import make_world, write_world

SAID = "ilk: Stopped; nothing half-written is left."
LONGEST = 5.0
"""Seconds from Ctrl-C to the end."""


@pytest.fixture(scope="module")
def customers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, make_world(12_000, seed=1))
    return folder / "customers.csv"


@pytest.fixture
def started(customers, tmp_path):
    """Start a study of those customers; what is still running at the end of a test is killed."""
    running = []

    def start(*words):
        (tmp_path / "temporary").mkdir()
        (tmp_path / "here").mkdir()
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", "ilk", "segment", customers, "--out", "study", *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=tmp_path / "here",
                env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
            )
        )
        return running[0]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def interrupted(process, *, times=1):
    """Seconds to the end, and the lines told after the signal."""
    begin = time.perf_counter()
    for _ in range(times):
        process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=60)
    return time.perf_counter() - begin, out, told.splitlines()


def left(tmp_path):
    return sorted(path.name for folder in ("temporary", "here") for path in (tmp_path / folder).iterdir())


def wait_for(process, stage):
    for line in process.stderr:
        if line.startswith(stage):
            return
    pytest.fail(f"{stage} never came")


STAGES = (
    "Reading",
    "Understanding",
    "Finding",
    "Asking",
    "Telling",
    "Assigning",
    "Writing the tables",
    "Writing the workbook",
    "Writing the report",
    "Drawing",
)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_any_stage_is_left_within_a_second(started, tmp_path, stage):
    process = started("-k", "2..4", "--png")
    wait_for(process, stage)
    time.sleep(0.1)
    seconds, out, told = interrupted(process)
    assert (process.returncode, told[-1], out) == (130, SAID, "")
    assert sum("Stopped" in line for line in told) == 1
    assert "Traceback" not in "\n".join(told)
    assert left(tmp_path) == []
    assert seconds < LONGEST


@pytest.mark.slow
@pytest.mark.parametrize("wait", [0.2, 0.3, 0.5, 0.8])
def test_a_process_that_only_begins_stops_too(started, tmp_path, wait):
    process = started()
    time.sleep(wait)
    seconds, _, told = interrupted(process)
    assert (process.returncode, told[-1]) == (130, SAID)
    assert len(told) <= 2
    assert left(tmp_path) == []
    assert seconds < LONGEST


def test_a_second_interrupt_does_not_keep_the_rest_from_being_removed(started, tmp_path):
    process = started()
    wait_for(process, "Reading")
    time.sleep(0.1)
    _, _, told = interrupted(process, times=5)
    assert (process.returncode, told[-1]) == (130, SAID)
    assert left(tmp_path) == []


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["show", "none"], 2), (["nonsense"], 2)])
def test_codes_and_texts_leave_the_process_whole(words, code):
    done = subprocess.run([sys.executable, "-m", "ilk", *words], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stdout + done.stderr
    assert (done.stdout == "") == (code != 0)


def test_a_reader_that_leaves_early_is_no_fault():
    shown = subprocess.run(
        f"{sys.executable} -m ilk --help | head -c 5", shell=True, capture_output=True, text=True, check=False
    )
    assert shown.stderr == ""


def test_the_command_of_an_earlier_installation_stops_the_same_way(customers, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", "from ilk.cli import main; main()", "segment", customers, "--out", "study"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    process.stderr.readline()
    _, _, told = interrupted(process)
    assert process.returncode == 130
    assert told[-1] == SAID
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_during_the_last_words_changes_nothing(tmp_path):
    """Pressed while the code is being handed over, when nobody is left to catch it."""
    code = (
        "import os, signal, sys; import ilk.__main__ as front; sys.argv = ['ilk', '--version']\n"
        "class Slow:\n"
        "    def write(self, text): os.kill(os.getpid(), signal.SIGINT)\n"
        "    def flush(self): pass\n"
        "front.listen(); sys.stderr = Slow(); front._leave(3)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 3
