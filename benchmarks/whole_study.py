"""The whole study against the same study written with scikit-learn: fits and all the evidence for k = 2..10.

usage: whole_study.py [PEER.py] [--runs 5]     PEER.py is ../shared/baselines/study_sklearn.py when not given

Both are handed the same 8,950 x 17 array. ilk does more: 100 bootstrap pairs at the chosen k and its neighbours
instead of 30, valleys, trust of each segment, flows, the null before coding.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from cards import card_features
from contest import contest, tell
from table import Table, goal

PEER = Path(__file__).resolve().parents[2] / "shared" / "baselines" / "study_sklearn.py"
WANTED, LIMIT = 8.0, 10.0


def ilk_study(file: str) -> float:
    """Fits for k = 1..10 and the evidence; returns the inertia of k = 10."""
    from ilk.choose.guard import Trial
    from ilk.choose.weigh import Inquiry, weigh_evidence
    from ilk.cluster.kmeans import fit_kmeans
    from ilk.engines.tiles import tiles_of

    features = np.load(file)
    n, p = features.shape
    tiles, order, trials = tiles_of(features), np.arange(n), []
    for k in range(1, 11):
        fit = fit_kmeans(tiles, k, order=order, seed=0)
        trials.append(Trial(k, fit.centres, np.bincount(fit.labels, minlength=k), fit.inertia))
    columns = tuple(f"feature {f}" for f in range(p))
    weigh_evidence(Inquiry(features, columns, np.ones(p), tuple(trials), n))
    return trials[-1].inertia


def peer_study(script: str, file: str) -> float:
    """The peer's own total; the time of starting Python is not counted."""
    said = subprocess.run([sys.executable, script, file], stdout=subprocess.PIPE, text=True, check=True).stdout
    print(said, file=sys.stderr)
    return float(re.search(r"total\s+([\d.]+) s", said)[1])


def contender(name: str, script: str, file: str) -> None:
    """One run; ilk has its kernels loaded by a small study first."""
    if name == "scikit-learn":
        tell(lambda: peer_study(script, file))
        return
    small = file.replace(".npy", "-small.npy")
    ilk_study(small)
    tell(lambda: ilk_study(file))


def measure(script: str, runs: int) -> Table:
    """Alternating runs on the same file."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "cards.npy")
        features = card_features()
        np.save(file, features)
        np.save(file.replace(".npy", "-small.npy"), features[:300])
        commands = {name: (sys.executable, __file__, script, "--as", name, file) for name in ("ilk", "scikit-learn")}
        found = contest(commands, runs=runs)
    ilk, peer = found["ilk"], found["scikit-learn"]
    peer_seconds = float(np.median([run.answer for run in peer.runs]))
    times = (f"{ilk.seconds:.2f} s", f"{peer_seconds:.1f} s", f"{peer_seconds / ilk.seconds:.1f}x")
    return Table(
        f"Whole study, 8,950 x 17, k = 2..10, medians of {runs} alternating runs",
        ("ilk", "scikit-learn", "ratio", "ilk's peak", "scikit-learn's peak"),
        ((*times, f"{ilk.peak:.0f} MB", f"{peer.peak:.0f} MB"),),
        (
            goal(f"{WANTED:.0f}x", met=peer_seconds >= WANTED * ilk.seconds),
            goal(f"under {LIMIT:.0f} s with warm kernels", met=ilk.seconds < LIMIT),
        ),
    )


def main() -> None:
    """Measure and print, or be one contender."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", nargs="?", default=str(PEER))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--as", nargs=2, metavar=("NAME", "FILE"), dest="contender")
    asked = parser.parse_args()
    if asked.contender:
        contender(asked.contender[0], asked.peer, asked.contender[1])
    else:
        print(measure(asked.peer, asked.runs))


if __name__ == "__main__":
    main()
