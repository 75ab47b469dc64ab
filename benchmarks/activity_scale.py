"""A million people's interests: a table of counts, and a log of ten million events, each to a finished study.

usage: activity_scale.py [--case counts-csv] [--people 1000000] [--events 10000000] [--keep DIR]

Each study runs in a process of its own, as anybody would run it, on files that are made once and kept in DIR.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from sklearn.metrics import adjusted_rand_score
from table import Table, goal
from watched import Cost, cost_of

SOCIAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "social" / "snsdata.csv"
NOT_INTERESTS = ("gradyear", "gender", "age", "friends")

THINNED, STRAY = 0.9, 0.005
"""A resampled count is drawn around THINNED of what it was, and STRAY times anybody uses any word."""

N_TOPICS, N_GROUPS, LOYAL = 50_000, 8, 0.6
"""Topics; planted groups of people; share of what people do that is about the topics of their own group."""

MOST_MIB, LARGEST = 2048.0, 0.6

ALIKE, PLACED = 0.6, 0.99
"""Adjusted Rand index with the planted groups: twice the 0.29 that the 40 most usual topics as columns find; share of
people who have a segment, of whom these columns leave out a tenth."""


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and the seconds its study may take."""

    file: str
    seconds: float


CASES = {
    "counts-csv": Case("counts.csv", 60.0),
    "counts-parquet": Case("counts.parquet", 60.0),
    "log-csv": Case("log.csv", 120.0),
    "log-parquet": Case("log.parquet", 120.0),
}


def write_counts(room: Path, n: int) -> None:
    """The 36 interest words of 30,000 young people, resampled with noise to n of them, each with an id."""
    words = pa.csv.read_csv(SOCIAL).drop_columns(NOT_INTERESTS)
    real = np.column_stack([column.to_numpy() for column in words.columns]).astype(np.float32)
    rng = np.random.default_rng(0)
    counts = rng.poisson(real[rng.integers(len(real), size=n)] * THINNED + STRAY).astype(np.int32)
    ids = pa.array(np.char.add("P", np.char.zfill(np.arange(n).astype(str), 7)))
    table = pa.table({"person": ids, **dict(zip(words.column_names, counts.T.copy(), strict=True))})
    pq.write_table(table, room / "counts.parquet")
    pa.csv.write_csv(table, room / "counts.csv")


def write_log(room: Path, n_people: int, n_events: int) -> None:
    """Who did something about what, and when: everybody something, a few very much; few topics are most of it."""
    chance = "hash(i * 4 + {salt}) / 18446744073709551616.0"  # hash(i, 0) and hash(i, 2) rise and fall together
    own = N_TOPICS // N_GROUPS
    draws = ", ".join(f"{chance.format(salt=salt)} AS u{salt}" for salt in range(4))
    everybody = f"CASE WHEN i < {n_people} THEN i * 7919 % {n_people} ELSE floor({n_people} * pow(u0, 1.5)) END"
    topic = (
        f"CASE WHEN u1 < {LOYAL} THEN (floor(pow({own}.0, u2)) - 1) * {N_GROUPS} + p % {N_GROUPS} "
        f"ELSE floor(pow({N_TOPICS}.0, u2)) - 1 END"
    )
    events = (
        f"SELECT format('P{{:07d}}', p) AS person, format('topic {{:05d}}', CAST({topic} AS INTEGER)) AS topic, "
        "TIMESTAMP '2025-01-01' + to_seconds(CAST(31536000 * u3 AS INTEGER)) AS time "
        f"FROM (SELECT *, CAST({everybody} AS INTEGER) AS p FROM (SELECT i, {draws} FROM range({n_events}) t(i)))"
    )
    duckdb.sql(f"COPY ({events}) TO '{room / 'log.parquet'}' (FORMAT parquet)")
    duckdb.sql(f"COPY '{room / 'log.parquet'}' TO '{room / 'log.csv'}' (HEADER)")


@dataclass(frozen=True, slots=True)
class Told:
    """What a study found: study.json, the share of people with a segment, and of a log how near it is to the groups."""

    found: dict[str, object]
    placed: float
    alike: float | None

    @property
    def largest(self) -> float:
        """Share of the largest segment."""
        return max(one["share"] for one in self.found["segments"])


def study(path: Path, room: Path) -> tuple[Cost, Told]:
    """A study of the file, and what it found."""
    out = room / "study"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "ilk", "segment", "--activity", str(path), "--out", str(out), "--quiet"]
    cost = cost_of(command)
    found = json.loads((out / "study.json").read_text(encoding="utf-8"))
    placed = pq.read_table(out / "assignments.parquet", columns=["person", "segment"])
    alike = _alike(placed) if path.stem == "log" else None
    return cost, Told(found, placed.num_rows / found["n_customers"], alike)


def _alike(placed: pa.Table) -> float:
    """Adjusted Rand index of segments and planted groups, of who has a segment."""
    numbers = np.array([int(person[1:]) for person in placed["person"].to_pylist()])
    return float(adjusted_rand_score(numbers % N_GROUPS, placed["segment"].to_numpy()))


def made(room: Path, name: str, n_people: int, n_events: int) -> Path:
    """The file of a case, made if it is not there."""
    path = room / CASES[name].file
    if not path.exists():
        print(f"making {path.name} ...", file=sys.stderr, flush=True)
        write_counts(room, n_people) if name.startswith("counts") else write_log(room, n_people, n_events)
    return path


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", action="append", choices=list(CASES))
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path, help="where the files are, or are to be kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        room = given.keep or Path(scratch)
        room.mkdir(parents=True, exist_ok=True)
        rows, goals = [], []
        for name in given.case or CASES:
            load = os.getloadavg()[0]
            cost, told = study(made(room, name, given.people, given.events), room)
            rows.append(_row(name, cost, told, load))
            goals += _goals(name, cost, told)
            print(*rows[-1], file=sys.stderr, flush=True)
    columns = (
        "case", "wall", "processor", "peak memory", "with a segment", "segments", "largest", "planted groups, ARI",
        "load before",
    )  # fmt: skip
    print(
        Table(
            f"{given.people:,} people, {given.events:,} events, to a finished study", columns, tuple(rows), tuple(goals)
        )
    )


def _row(name: str, cost: Cost, told: Told, load: float) -> tuple[str, ...]:
    figures = (
        f"{cost.wall:.1f} s",
        f"{cost.processor:.1f} s",
        f"{cost.peak_mib:.0f} MiB",
        f"{100 * told.placed:.1f} %",
    )
    alike = "" if told.alike is None else f"{told.alike:.3f}"
    return (name, *figures, str(told.found["k"]), f"{100 * told.largest:.0f} %", alike, f"{load:.1f}")


def _goals(name: str, cost: Cost, told: Told) -> list[str]:
    most = CASES[name].seconds
    found = [
        goal(f"{name}: {cost.wall:.0f} s, under {most:.0f} s", met=cost.wall < most),
        goal(f"{name}: {cost.peak_mib:.0f} MiB, under {MOST_MIB:.0f} MiB", met=cost.peak_mib < MOST_MIB),
        goal(f"{name}: no segment over {100 * LARGEST:.0f} %", met=told.largest <= LARGEST),
    ]
    if told.alike is None:
        return found
    placed = f"{name}: {100 * told.placed:.1f} % have a segment, at least {100 * PLACED:.0f} %"
    near = f"{name}: ARI {told.alike:.2f} with the planted groups, at least {ALIKE}"
    return [*found, goal(placed, met=told.placed >= PLACED), goal(near, met=told.alike >= ALIKE)]


if __name__ == "__main__":
    main()
