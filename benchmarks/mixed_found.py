"""Mixed columns: who finds planted kinds, over ten worlds a shape; see mixed_worlds.py for what is planted and why.

k-prototypes makes ten starts, as it comes, and is also shown with one. Its cost is told for everybody, in units of what
the planted kinds cost, and beside it what ilk minimises: the sum of squares of numbers and weighed indicators. ilk is
also asked to weigh categories as k-prototypes does (`--weight`), so that what the weight does is told from who fits.

All of it takes about an hour: what was found is kept in a file as it comes, so that a run can be stopped and gone on
with. Another file is another run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from mixed import OURS, OVERLAPPING, THEIRS, WEIGHED, ilk_fit, prototypes_fit, their_weights
from mixed_worlds import CRITERIA, ILK, PROTOTYPES, SHAPES, World, cost_of, planted
from sklearn.metrics import adjusted_rand_score
from table import Table, goal

N, N_WORLDS, STARTS = 3_000, 10, 10
ONE_START = f"{THEIRS}, one start"
WHO = (OURS, WEIGHED, THEIRS, ONE_START)
PLANTED = "planted"
MOST_COST = 1.02
Found = dict[str, dict[str, float]]
"""ARI and the two costs, by who found it."""


def worlds(n_worlds: int) -> Iterator[tuple[str, int]]:
    """Shape and seed of every world; the first of each shape before the second of any."""
    for seed in range(n_worlds):
        yield from ((name, seed) for name, shape in SHAPES.items() if shape.looked_for_by is not None)
        yield from ((name, OVERLAPPING) for name, shape in SHAPES.items() if shape.looked_for_by is None and not seed)


def find(world: World, who: str) -> dict[str, float]:
    """How near it comes to what was planted, and what it costs by either criterion."""
    labels = world.kind
    if who in {THEIRS, ONE_START}:
        labels = prototypes_fit(world, STARTS if who == THEIRS else 1)()
    elif who != PLANTED:
        labels = ilk_fit(world, their_weights(world.levels) if who == WEIGHED else (1.0, 1.0, 1.0))()
    costs = {name: cost_of(labels, criterion(world)) for name, criterion in CRITERIA.items()}
    return {"ARI": float(adjusted_rand_score(world.kind, labels)), **costs}


def main() -> None:
    """Measure what the file does not have yet, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=N_WORLDS)
    parser.add_argument("--keep", type=Path, help="file of what was found so far, written as it comes")
    parser.add_argument("--told", action="store_true", help="tell what the file has, and measure nothing")
    given = parser.parse_args()
    kept = given.keep.read_text(encoding="utf-8").splitlines() if given.keep and given.keep.is_file() else []
    found = {(line["shape"], line["seed"], line["who"]): line["found"] for line in map(json.loads, kept)}
    for name, seed in worlds(given.worlds):
        wanting = [who for who in (*WHO, PLANTED) if not given.told and (name, seed, who) not in found]
        world = planted(name, N, seed) if wanting else None
        for who in wanting:
            found[name, seed, who] = find(world, who)
            line = json.dumps({"shape": name, "seed": seed, "who": who, "found": found[name, seed, who]})
            print(line, file=sys.stderr, flush=True)
            if given.keep:
                with given.keep.open("a", encoding="utf-8") as file:
                    file.write(f"{line}\n")
    told = {name: {seed: {} for shape, seed in worlds(given.worlds) if shape == name} for name in SHAPES}
    for (name, seed, who), one in found.items():
        if seed in told[name]:
            told[name][seed][who] = one
    print(_table({name: list(ones.values()) for name, ones in told.items()}))


def _table(found: dict[str, list[Found]]) -> Table:
    rows = [_row(name, who, ones) for name in found for who in WHO if (ones := _of(found[name], who))]
    goals = [line for name, ones in found.items() for line in _goals(name, _of(ones, OURS, THEIRS))]
    columns = (
        "kinds",
        "who",
        "worlds",
        "mean ARI",
        "least to most",
        "their cost / planted's",
        "ilk's cost / planted's",
    )
    title = f"Mixed columns: planted kinds found, {N:,} customers, 14 numbers and 3 categories, k = 5"
    return Table(title, columns, tuple(rows), tuple(goals))


def _of(ones: list[Found], *who: str) -> list[Found]:
    """Worlds in which all of these are known, and the planted kinds."""
    return [one for one in ones if {*who, PLANTED} <= one.keys()]


def _row(name: str, who: str, ones: list[Found]) -> tuple[str, ...]:
    ari = [one[who]["ARI"] for one in ones]
    ratios = [[one[who][criterion] / one[PLANTED][criterion] for one in ones] for criterion in (PROTOTYPES, ILK)]
    spread = (f"{np.mean(ari):.4f}", f"{min(ari):.3f} to {max(ari):.3f}")
    return (name, who, str(len(ones)), *spread, *(f"{np.mean(r):.4f} ({min(r):.4f} to {max(r):.4f})" for r in ratios))


def _goals(name: str, ones: list[Found]) -> list[str]:
    if not ones:
        return []
    ours, theirs = ([one[who]["ARI"] for one in ones] for who in (OURS, THEIRS))
    ratios = [one[OURS][PROTOTYPES] / one[THEIRS][PROTOTYPES] for one in ones]
    n_higher = sum(a >= b for a, b in zip(ours, theirs, strict=True))
    said = (
        f"{name}: ARI {np.mean(ours):.4f} against {np.mean(theirs):.4f}, as high or higher in {n_higher} of {len(ones)}"
    )
    cost = f"{name}: their cost {np.mean(ratios):.4f} of theirs on average, {max(ratios):.4f} at most"
    return [
        goal(f"{said}; no lower on average", met=bool(np.mean(ours) >= np.mean(theirs))),
        goal(f"{cost}; at most {MOST_COST:g}", met=max(ratios) <= MOST_COST),
    ]


if __name__ == "__main__":
    main()
