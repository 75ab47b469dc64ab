"""Joined evidence: kinds of customers that only several sources together tell apart, and what a useless one costs.

usage: joined.py [--seeds 100..109] [--customers 6000] [--quick]

`--quick` leaves out shapeless tables and reference sets, on which verdict and gap rest, but neither the number of
segments nor who is in which: the figures are the same. Each source alone is asked about the customers who are in it,
which favours it; the joined study is asked about all.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score
from table import Table, goal

import ilk
from ilk import methods
from ilk.cluster.method import KMeans
from ilk.study import Study
from ilk.world import World, make_traces, make_world, write_world

SOURCES = ("activity", "survey", "orders")
MORE = 0.1
"""ARI by which the joined study has to exceed every single source."""

LESS = 0.02
"""ARI that a second source of pure noise may cost."""

N_ANSWERS = 10


class Quick(KMeans):
    """k-means that asks next to no shapeless tables."""

    __slots__ = ()
    effort = replace(KMeans.effort, tables=1, null_pairs=1, boxes=0)


def study_of(room: Path, *sources: str, customers: bool, noise: bool = False) -> Study:
    """A study of some files of a world."""
    given = {name: (room / ("noise.parquet" if noise else f"{name}.csv"),) for name in sources}
    return ilk.segment(str(room / "customers.csv") if customers else None, **given)


def found(study: Study, ids: pa.ChunkedArray, truth: NDArray[np.int32]) -> float:
    """Adjusted Rand index of a study and the truth, over the customers the study knows."""
    table = study.assignments
    rows = pc.index_in(ids, value_set=table.column(0).combine_chunks())
    known = np.asarray(rows.is_valid().to_numpy(zero_copy_only=False), bool)
    segment = table["segment"].take(rows.drop_null()).to_numpy()
    return float(adjusted_rand_score(truth[known], segment))


def write_noise(world: World, room: Path, seed: int) -> None:
    """A survey in which everybody ticked at random."""
    rng, n = np.random.default_rng(seed), world.customers.num_rows
    answers = {f"A{j + 1}": pa.array(rng.integers(1, 6, size=n)) for j in range(N_ANSWERS)}
    pq.write_table(pa.table({"CUST_ID": world.customers["CUST_ID"], **answers}), room / "noise.parquet")


def one_world(seed: int, n: int) -> tuple[tuple[str, ...], float, float]:
    """A row of figures; by how much joined exceeds the best single source; what noise costs."""
    with TemporaryDirectory() as folder:
        room, world = Path(folder), make_world(n, seed=seed)
        write_world(room, world, make_traces(world, seed))
        write_noise(world, room, seed)
        ids = world.customers["CUST_ID"]
        alone = {"customers": study_of(room, customers=True)}
        alone |= {name: study_of(room, name, customers=False) for name in SOURCES}
        joined = study_of(room, *SOURCES, customers=True)
        noisy = study_of(room, "survey", customers=True, noise=True)
        single = {name: found(study, ids, world.kinds) for name, study in alone.items()}
        whole = found(joined, ids, world.kinds)
        cost = found(alone["customers"], ids, world.labels) - found(noisy, ids, world.labels)
    told = (seed, joined.k, *(f"{one:.3f}" for one in single.values()), f"{whole:.3f}", f"{cost:+.3f}")
    return tuple(map(str, told)), whole - max(single.values()), cost


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="100..109")
    parser.add_argument("--customers", type=int, default=6_000)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    if given.quick:
        methods.KMEANS = Quick()
    first, last = (int(end) for end in given.seeds.split(".."))
    rows, more, costs = [], [], []
    for seed in range(first, last + 1):
        row, gain, cost = one_world(seed, given.customers)
        print(*row, file=sys.stderr, flush=True)
        rows.append(row)
        more.append(gain)
        costs.append(cost)
    columns = ("world", "k", "customers", *SOURCES, "joined", "a source of noise costs")
    goals = (
        goal(
            f"joined is better than every source alone by {MORE} or more; least {min(more):.3f}", met=min(more) >= MORE
        ),
        goal(f"a source of noise costs {LESS} at most; most {max(costs):.3f}", met=max(costs) <= LESS),
    )
    print(Table(f"Joined evidence: ARI with eight kinds of {given.customers:,} customers", columns, tuple(rows), goals))


if __name__ == "__main__":
    main()
