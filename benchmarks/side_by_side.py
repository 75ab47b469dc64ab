"""Run contestants in turn, A B A B ..., each in a process of its own, and compare medians.

The processes stay, so that runs of milliseconds can be timed many times after one warm-up. Absolute times mean little
on a shared machine, so every claim is a ratio of medians from one run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from table import Table, goal

Run = Callable[[], Mapping[str, float]]
"""Does the timed work once and returns what else is to be shown; `untimed` seconds of it are taken off."""

SHORT = 1.0
"""Seconds below which a run is made twice, and the second counts, for whoever it is: while a process waits for the
others, some systems put its memory away, and the first run waits for it: 0.31 s instead of 0.05 after five seconds."""

UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Some machines set these for compatibility; without them the peers run on their best kernel."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is compared.

    Args:
        script: The file, run again for each contestant.
        claim: One line.
        contestants: Names; the first is ours.
        cases: Names of the cases.
        prepare: Given a contestant and a case, loads data, warms up, and returns what is to be timed.
        goal: The least ratio of the best peer's median to ours.
        at_most: For a figure, the most it may be in units of the best peer's.
        rounds: How often each runs, in turn; more for what takes milliseconds.
        beside: Contestants of ours that are shown and held against `at_most`; no peers, and without a goal of speed.
        once: Cases in which peers take minutes and run once; ours run all rounds, before and after.
        notes: Lines under the goals: what a figure means.
    """

    script: str
    claim: str
    contestants: Sequence[str]
    cases: Sequence[str]
    prepare: Callable[[str, str], Run]
    goal: float
    at_most: Mapping[str, float] = field(default_factory=dict)
    rounds: int = 5
    beside: Sequence[str] = ()
    once: Sequence[str] = ()
    notes: Sequence[str] = ()

    def is_ours(self, contestant: str) -> bool:
        """Whether it is ilk, in one way or another."""
        return contestant == self.contestants[0] or contestant in self.beside


@dataclass(frozen=True, slots=True)
class Measured:
    """One contestant in one case: seconds a round, on the clock and of processors; figures of the last; peak memory."""

    contestant: str
    seconds: tuple[float, ...]
    worked: tuple[float, ...]
    figures: Mapping[str, float]
    peak_mib: float

    @property
    def median(self) -> float:
        """Of the seconds."""
        return statistics.median(self.seconds)


def main(benchmark: Benchmark) -> None:
    """Run the benchmark and print a table; as a worker, run one contestant on request."""
    parser = argparse.ArgumentParser(description=benchmark.claim)
    parser.add_argument("--rounds", type=int, default=benchmark.rounds)
    parser.add_argument("--case", action="append", choices=list(benchmark.cases))
    parser.add_argument("--worker", nargs=2, metavar=("CONTESTANT", "CASE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        _work(benchmark.prepare(*given.worker))
        return
    results = {case: measure(benchmark, case, given.rounds) for case in given.case or benchmark.cases}
    print(_table(benchmark, results))


def measure(benchmark: Benchmark, case: str, rounds: int) -> list[Measured]:
    """Run all contestants in turn, `rounds` times."""
    env = {name: value for name, value in os.environ.items() if name not in UNSET}
    workers = [_start(benchmark.script, name, case, env) for name in benchmark.contestants]
    answers: list[list[dict[str, float]]] = [[] for _ in workers]
    try:
        for worker in workers:
            _expect(worker, "ready")
        for i_round in range(rounds):
            for name, worker, answer in zip(benchmark.contestants, workers, answers, strict=True):
                if i_round == rounds // 2 or case not in benchmark.once or benchmark.is_ours(name):
                    answer.append(_ask(worker))
    finally:
        for worker in workers:
            worker.stdin.close()
            worker.wait(timeout=60)
    return [_measured(name, answer) for name, answer in zip(benchmark.contestants, answers, strict=True)]


def _measured(name: str, answers: list[dict[str, float]]) -> Measured:
    last = dict(answers[-1])
    seconds, peak = tuple(answer["seconds"] for answer in answers), last.pop("peak_mib")
    worked = tuple(answer["worked"] for answer in answers)
    del last["seconds"], last["worked"]
    return Measured(name, seconds, worked, last, peak)


def _start(script: str, contestant: str, case: str, env: Mapping[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, script, "--worker", contestant, case]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(env))


def _expect(worker: subprocess.Popen[str], word: str) -> None:
    for line in worker.stdout:
        if line.strip() == word:
            return
    raise SystemExit(f"{' '.join(map(str, worker.args))} ended early")


def _ask(worker: subprocess.Popen[str]) -> dict[str, float]:
    worker.stdin.write("go\n")
    worker.stdin.flush()
    for line in worker.stdout:
        if line.startswith("{"):
            return json.loads(line)
    raise SystemExit(f"{' '.join(map(str, worker.args))} ended early")


def _work(run: Run) -> None:
    """Wait for each "go", run, and answer with the seconds and figures; what is short is run again, and that counts."""
    print("ready", flush=True)
    for _ in sys.stdin:
        seconds, worked, figures = _timed(run)
        if seconds < SHORT:
            seconds, worked, figures = _timed(run)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "worked": worked, "peak_mib": peak, **figures}), flush=True)


def _timed(run: Run) -> tuple[float, float, dict[str, float]]:
    """Seconds on the clock, seconds of processors, and the figures."""
    start, work = time.perf_counter(), time.process_time()
    figures = dict(run())
    worked = time.process_time() - work
    return time.perf_counter() - start - figures.pop("untimed", 0.0), worked, figures


def _table(benchmark: Benchmark, results: Mapping[str, list[Measured]]) -> Table:
    figures = list(next(iter(results.values()))[0].figures)
    rows, goals = [], []
    for case, measured in results.items():
        ours, peers = measured[0], [one for one in measured if not benchmark.is_ours(one.contestant)]
        ratio = min(peer.median for peer in peers) / ours.median
        goals.append(
            goal(f"{case}: {ratio:.1f}x the best peer, at least {benchmark.goal:g}x", met=ratio >= benchmark.goal)
        )
        goals += _figure_goals(benchmark, case, measured)
        rows += [_row(case, one, ours, figures) for one in measured]
    goals += benchmark.notes
    columns = ("case", "who", "median", "times ilk", "processor", "times ilk", "peak memory", *figures)
    return Table(benchmark.claim, columns, tuple(rows), tuple(goals))


def _figure_goals(benchmark: Benchmark, case: str, measured: list[Measured]) -> list[str]:
    ours = [one for one in measured if benchmark.is_ours(one.contestant)]
    peers = [one for one in measured if one not in ours]
    found = []
    for name, most in benchmark.at_most.items():
        for one in ours:
            ratio = one.figures[name] / min(peer.figures[name] for peer in peers)
            who = f"{one.contestant}, " if len(ours) > 1 else ""
            found.append(goal(f"{case}: {who}{name} {ratio:.5f} of the best, at most {most:g}", met=ratio <= most))
    return found


def _row(case: str, one: Measured, ours: Measured, figures: Sequence[str]) -> tuple[str, ...]:
    told = (f"{one.figures[name]:.6g}" for name in figures)
    times = f"{one.median / ours.median:.1f}"
    worked, own = statistics.median(one.worked), statistics.median(ours.worked)
    spent = (f"{worked * 1000:.1f} ms", f"{worked / own:.1f}")
    return (case, one.contestant, f"{one.median * 1000:.1f} ms", times, *spent, f"{one.peak_mib:.0f} MiB", *told)
