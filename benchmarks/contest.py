"""A contest: each contender runs in a process of its own, in turn (A B A B ...), and says how long it took."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

HINDERING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Variables that would keep the peers from their best kernels."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: seconds of the timed part, peak memory of the process in MB, and the answer it came to."""

    seconds: float
    peak: float
    answer: float


@dataclass(frozen=True, slots=True)
class Result:
    """All runs of one contender."""

    runs: tuple[Ran, ...]

    @property
    def seconds(self) -> float:
        """Median."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def peak(self) -> float:
        """Largest."""
        return max(run.peak for run in self.runs)

    @property
    def answer(self) -> float:
        """Of the last run."""
        return self.runs[-1].answer


def contest(commands: Mapping[str, Sequence[str]], *, runs: int) -> dict[str, Result]:
    """Run every command `runs` times in turn; each must end with the line that `tell` prints."""
    found: dict[str, list[Ran]] = {name: [] for name in commands}
    env = {key: value for key, value in os.environ.items() if key not in HINDERING}
    for i in range(runs):
        for name, command in commands.items():
            print(f"run {i + 1} of {runs}: {name}", file=sys.stderr, flush=True)
            done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
            found[name].append(Ran(**json.loads(done.stdout.splitlines()[-1])))
    return {name: Result(tuple(ran)) for name, ran in found.items()}


def tell(work: Callable[[], float]) -> None:
    """Do the work, and print how long it took, the peak memory so far, and its answer; children count too."""
    start = time.perf_counter()
    answer = work()
    seconds = time.perf_counter() - start
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "answer": float(answer)}))
