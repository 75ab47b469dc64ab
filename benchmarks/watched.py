"""Run a command in a process of its own, and say what it took: time, processor time, memory of all its processes."""

from __future__ import annotations

import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20
LOOKS = 0.02
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took.

    Args:
        wall: Seconds.
        processor: Seconds of all processors together, of the process and those it started.
        peak_mib: Most memory that all its processes held at one moment.
        output: What it printed.
    """

    wall: float
    processor: float
    peak_mib: float
    output: str


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command to its end.

    Raises:
        SystemExit: If it fails.
    """
    env = {name: value for name, value in os.environ.items() if name not in UNSET}
    start, peak = time.perf_counter(), 0.0
    before = os.times()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    while process.poll() is None:
        peak = max(peak, resident_mib(process.pid))
        time.sleep(LOOKS)
    output = process.stdout.read()
    after, wall = os.times(), time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with exit code {process.returncode}")
    took = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall, took, peak, output)


def resident_mib(root: int) -> float:
    """Memory of a process and all those below it; what they share is counted for each."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                children[int(parent)].append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += children[process]
        with suppress(OSError, IndexError):
            total += int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return total * PAGE_MIB
