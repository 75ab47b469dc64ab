"""How fast the scoring service answers: 1 and 100 customers a request, 1,000 requests a second, ten minutes at 500.

usage: service.py [--model segments.ilk] [--seconds 5] [--minutes 0]

One worker. Requests are sent at fixed times whether or not earlier ones were answered, and waiting counts: a service
that stalls is seen to stall. A timer of the event loop is up to a millisecond late, which would be counted against
the service; so the last two milliseconds before a request are spent looking at the clock. /healthz shows what is left
of loop, sockets and scheduler when there is nothing to score. A hundred customers are sent at a leisurely rate, where
each request finds the processor's caches used by others, and at one that keeps the service busy two fifths of the
time. With --minutes the run at 500 requests a second is added, and memory of its first minute is held against its
last.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from table import Table, goal

import ilk
from ilk.settings import Settings
from ilk.world import make_world

P50, P99 = 2.0, 10.0
CONNECTIONS = 32
WATCHED = 0.002
"""Seconds before a request in which the clock is looked at instead of slept."""

FLAT = 0.05
NOTHING = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
HEAD = b"POST /assign HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send: customers a request (none: /healthz), with a third of the values gone or without, at what rate."""

    name: str
    n_customers: int
    blanks: bool
    rate: float


PLANS = (
    Plan("warm", 1, True, 50),
    Plan("/healthz, nothing to score", 0, False, 100),
    Plan("1 customer", 1, False, 100),
    Plan("1 customer, a third blank", 1, True, 100),
    Plan("100 customers", 100, False, 50),
    Plan("100 customers, kept busy", 100, False, 200),
    Plan("100 customers, a third blank", 100, True, 20),
    Plan("1 customer, 1,000 a second", 1, False, 1_000),
)


@dataclass(frozen=True, slots=True)
class Load:
    """Requests of one size at one rate.

    Milliseconds until each was answered, those not answered well, MiB a second, processor milliseconds a request.
    """

    name: str
    rate: float
    milliseconds: tuple[float, ...]
    n_failed: int
    held: float
    memory: tuple[float, ...]
    processor: float

    def at(self, share: float) -> float:
        """A quantile of the milliseconds."""
        return sorted(self.milliseconds)[min(int(share * len(self.milliseconds)), len(self.milliseconds) - 1)]


def bodies(n_customers: int, blanks: bool, n_bodies: int = 200) -> list[bytes]:
    """Requests of made-up customers, nobody twice in a row; whole ones, or a third of the values gone."""
    if not n_customers:
        return [NOTHING]
    import numpy as np

    rng = np.random.default_rng(n_customers)
    rows = make_world(2_000, seed=7).customers.to_pylist()
    for row in rows:
        for name in list(row):
            if row[name] is None or (blanks and name != "CUST_ID" and rng.random() < 1 / 3):
                row[name] = None
    found = []
    for _ in range(n_bodies):
        chosen = [rows[i] for i in rng.integers(0, len(rows), n_customers)]
        body = json.dumps({"customers": chosen}, default=str).encode()
        found.append(HEAD % len(body) + body)
    return found


async def answer(reader: asyncio.StreamReader) -> bool:
    """Read one answer; whether it is a good one."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1])
    await reader.readexactly(length)
    return head.startswith(b"HTTP/1.1 200")


async def drive(port: int, requests: list[bytes], rate: float, seconds: float, pid: int) -> tuple:
    """Send at fixed times over some connections; each takes the next time that is due."""
    loop = asyncio.get_running_loop()
    start, n = loop.time() + 0.1, int(rate * seconds)
    due, times, failed = iter(range(n)), [], []
    memory = []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for i in due:
            at = start + i / rate
            await asyncio.sleep(max(at - loop.time() - WATCHED, 0))
            while loop.time() < at:  # noqa: ASYNC110 - the clock is all there is to wait for
                await asyncio.sleep(0)
            writer.write(requests[i % len(requests)])
            if not await answer(reader):
                failed.append(i)
            times.append(1000 * (loop.time() - at))
        writer.close()

    async def watch() -> None:
        while True:
            memory.append(resident(pid))
            await asyncio.sleep(1)

    watching, used = asyncio.create_task(watch()), processor(pid)
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    watching.cancel()
    spent = 1000 * (processor(pid) - used) / n
    return tuple(times), len(failed), n / (loop.time() - start), tuple(memory), spent


def resident(pid: int) -> float:
    """MiB of a process."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def processor(pid: int) -> float:
    """Seconds of processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(model: Path, seconds: float, minutes: float) -> Table:
    """All loads against one service."""
    command = [sys.executable, "-m", "ilk", "serve", str(model), "--port", "0"]
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service,
    ):
        port = int(re.search(r"127.0.0.1:(\d+)", service.stderr.readline())[1])
        sink = subprocess.Popen(["cat"], stdin=service.stderr, stdout=log)
        try:
            loads = [load(service.pid, port, plan, seconds) for plan in PLANS]
            if minutes:
                loads.append(load(service.pid, port, Plan(f"{minutes:g} minutes", 1, False, 500), 60 * minutes))
        finally:
            service.terminate()
            service.wait()
            sink.wait()
    return table(loads, minutes)


def load(pid: int, port: int, plan: Plan, seconds: float) -> Load:
    """One load."""
    requests = bodies(plan.n_customers, plan.blanks)
    return Load(plan.name, plan.rate, *asyncio.run(drive(port, requests, plan.rate, seconds, pid)))


def table(loads: list[Load], minutes: float) -> Table:
    """The figures, and whether the goals are met."""
    rows = tuple(
        (
            one.name,
            f"{one.rate:,.0f}",
            f"{one.held:,.0f}",
            f"{one.at(0.5):.2f} ms",
            f"{one.at(0.99):.2f} ms",
            f"{one.processor:.2f} ms",
            f"{one.n_failed:,}",
            f"{max(one.memory):,.0f} MiB",
        )
        for one in loads[1:]
    )
    goals = [goal(f"{one.name}: p50 <= {P50:g} ms, p99 <= {P99:g} ms", met=_quick(one)) for one in loads[2:8]]
    goals.append(goal("1,000 requests a second held", met=loads[7].held >= 990 and not loads[7].n_failed))
    if minutes:
        first, last = (statistics.median(part) for part in (loads[-1].memory[:60], loads[-1].memory[-60:]))
        goals.append(goal(f"{minutes:g} minutes at 500 a second: no error", met=not loads[-1].n_failed))
        flat = abs(last / first - 1) <= FLAT
        goals.append(goal(f"memory flat: first minute {first:.0f} MiB, last {last:.0f} MiB", met=flat))
    head = ("load", "requests a second", "held", "p50", "p99", "processor a request", "failed", "memory at most")
    return Table("The scoring service, one worker", head, rows, tuple(goals))


def _quick(one: Load) -> bool:
    return one.at(0.5) <= P50 and one.at(0.99) <= P99


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a .ilk file; one of a made-up world when not given")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--minutes", type=float, default=0.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = given.model
        if model is None:
            model = Path(folder) / "segments.ilk"
            ilk.segment(make_world(5_000).customers, settings=Settings(k=(4, 6))).model.save(model)
        print(measure(model, given.seconds, given.minutes))


if __name__ == "__main__":
    main()
