"""The exact silhouette against scikit-learn: of one labelling, and of the nine of a study.

usage: silhouette.py [--runs 5]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from cards import card_features
from contest import Result, contest, tell
from table import Table, goal

SIZES = (8_950, 50_000)
WANTED = 10.0


def contender(name: str, file: str, n_labellings: int) -> None:
    """One contender's run: the mean silhouette of the last labelling."""
    kept = np.load(file)
    features, labels = kept["features"], kept["labels"][-n_labellings:]
    if name == "ilk":
        from ilk.choose.silhouette import silhouettes

        weights = np.ones(features.shape[1])
        silhouettes(features[:600], labels[:, :600], weights)
        tell(lambda: float(np.mean(silhouettes(features, labels, weights)[-1])))
    else:
        from sklearn.metrics import silhouette_score

        silhouette_score(features[:600], labels[0, :600])
        tell(lambda: [silhouette_score(features, one) for one in labels][-1])


def prepare(folder: Path, n: int) -> str:
    """Features and the labels of k = 2..10, in a file."""
    from sklearn.cluster import KMeans

    features = card_features(None if n == SIZES[0] else n)
    labels = np.stack([KMeans(k, random_state=0).fit(features).labels_ for k in range(2, 11)])
    np.savez(folder / f"{n}.npz", features=features, labels=labels)
    return str(folder / f"{n}.npz")


def row(what: str, found: dict[str, Result]) -> tuple[str, ...]:
    """One row of the table."""
    ilk, peer = found["ilk"], found["scikit-learn"]
    times = (f"{ilk.seconds:.3f} s", f"{peer.seconds:.3f} s", f"{peer.seconds / ilk.seconds:.1f}x")
    return (what, *times, f"{ilk.peak:.0f} MB", f"{peer.peak:.0f} MB", f"{abs(ilk.answer - peer.answer):.1e}")


def measure(runs: int) -> Table:
    """Both sizes, one labelling and nine."""
    rows, goals = [], []
    with tempfile.TemporaryDirectory() as folder:
        for n in SIZES:
            file = prepare(Path(folder), n)
            for n_labellings in (1, 9) if n == SIZES[0] else (1,):
                commands = {
                    name: (sys.executable, __file__, "--as", name, file, str(n_labellings))
                    for name in ("ilk", "scikit-learn")
                }
                found = contest(commands, runs=runs)
                what = f"{n:,} x 17, {n_labellings} labelling{'s' * (n_labellings > 1)}"
                rows.append(row(what, found))
                met = found["scikit-learn"].seconds >= WANTED * found["ilk"].seconds
                goals.append(goal(f"{what}: {WANTED:.0f}x", met=met))
    columns = ("what", "ilk", "scikit-learn", "ratio", "ilk's peak", "scikit-learn's peak", "difference")
    return Table(f"Exact silhouette, medians of {runs} alternating runs", columns, tuple(rows), tuple(goals))


def main() -> None:
    """Measure and print, or be one contender."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--as", nargs=3, metavar=("NAME", "FILE", "LABELLINGS"), dest="contender")
    asked = parser.parse_args()
    if asked.contender:
        contender(asked.contender[0], asked.contender[1], int(asked.contender[2]))
    else:
        print(measure(asked.runs))


if __name__ == "__main__":
    main()
