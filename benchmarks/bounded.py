"""Bounded sizes: 5,000 credit-card customers x 16 against k-means-constrained, whole call, and 1,000,000 alone.

Each is called twice in its turn, and the second call counts. Where a system puts away memory that was idle for
seconds, the first of ours, after seconds of the peer, waits for it: 0.09 s instead of 0.03; to a call of seconds that
is nothing.

The peer needs another protobuf than the app, so that it is installed apart and named:
pip install --target FOLDER k-means-constrained, then bounded.py --peer FOLDER
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from cards import card_features
from numpy.typing import NDArray
from table import Table, goal

from ilk.cluster.bounded import fit_bounded
from ilk.cluster.cheapest import Bounds
from ilk.cluster.kmeans import fit_kmeans
from ilk.engines.tiles import tiles_of

CASES = ((8, 500, 800), (5, 900, 1100))
TIMES_FASTER, MOST_SECONDS = 50.0, 60.0
Features = NDArray[np.float32]


def ours(x: Features, k: int, bounds: Bounds) -> float:
    """Sum of squared distances, bounds kept."""
    start = fit_kmeans(tiles_of(x), k, order=np.arange(len(x)), seed=0)
    fit = fit_bounded(x, start.centres, bounds, seed=0)
    sizes = np.bincount(fit.labels, minlength=k)
    if sizes.min() < bounds.least or sizes.max() > bounds.most:
        raise SystemExit(f"bounds were broken: {sizes}")
    return fit.inertia


def theirs(x: Features, k: int, bounds: Bounds) -> float:
    """The same by k-means-constrained, with as many starts as it takes by itself."""
    from k_means_constrained import KMeansConstrained

    model = KMeansConstrained(n_clusters=k, size_min=bounds.least, size_max=bounds.most, random_state=0)
    return float(model.fit(x.astype(np.float64)).inertia_)


def timed(
    fit: Callable[[Features, int, Bounds], float], x: Features, k: int, bounds: Bounds
) -> tuple[float, float, float]:
    """Seconds on the clock, seconds of processors, and what was reached, of the second call of two."""
    fit(x, k, bounds)
    start, work = time.perf_counter(), time.process_time()
    reached = fit(x, k, bounds)
    return time.perf_counter() - start, time.process_time() - work, reached


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="folder with k-means-constrained")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if given.peer:
        sys.path.insert(0, str(given.peer))
    x = card_features()[:5000]
    ours(x[:500], 3, Bounds(100, 300))
    rows, goals = [], []
    for k, least, most in CASES:
        runs = [
            (timed(ours, x, k, Bounds(least, most)), timed(theirs, x, k, Bounds(least, most)))
            for _ in range(given.rounds)
        ]
        mine, peer = (np.median([run[who] for run in runs], axis=0) for who in (0, 1))
        case, ratio = f"5,000, k={k}, {least:,} to {most:,}", peer[0] / mine[0]
        rows += [_row(case, who, *one) for who, one in (("ilk", mine), ("peer", peer))]
        worked = f"{peer[1] / mine[1]:.0f}x in time of processors"
        goals.append(goal(f"{case}: {ratio:.0f}x ({worked}), at least {TIMES_FASTER:g}x", met=ratio >= TIMES_FASTER))
        goals.append(goal(f"{case}: cost {mine[2] / peer[2]:.4f} of the peer's", met=mine[2] <= 1.01 * peer[2]))
    seconds, spent, reached = timed(ours, card_features(1_000_000), 8, Bounds(100_000, 150_000))
    rows.append(_row("1,000,000, k=8, 10 % to 15 %", "ilk", seconds, spent, reached))
    goals.append(goal(f"1,000,000: {seconds:.0f} s, under {MOST_SECONDS:g} s", met=seconds < MOST_SECONDS))
    print(
        Table("Bounded sizes", ("case", "who", "median", "processor", "squared distances"), tuple(rows), tuple(goals))
    )


def _row(case: str, who: str, seconds: float, worked: float, reached: float) -> tuple[str, ...]:
    return (case, who, f"{seconds:.3f} s", f"{worked:.3f} s", f"{reached:.0f}")


if __name__ == "__main__":
    main()
