"""The whole study against the same study written with scikit-learn: fits and all the evidence for k = 2..10.

usage: whole_study.py [PEER.py] [--rounds 5]     PEER.py is ../shared/baselines/study_sklearn.py when not given

Both get the same 8,950 x 17 array. ilk does more: 100 bootstrap pairs at the chosen k and its neighbours instead of
30, valleys, trust of each segment, flows, and a null that keeps the rank correlations in spite of ties.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from cards import card_features
from side_by_side import Benchmark, Run, main

PEER = Path(__file__).resolve().parents[2] / "shared" / "baselines" / "study_sklearn.py"

CHOSEN = "STUDY_PEER"
"""Tells the processes of the contestants which script the peer is."""


def prepare(contestant: str, case: str) -> Run:
    """Load the customers, warm up with a small study, and return the timed one."""
    del case
    features = card_features()
    study = STUDIES[contestant]
    study(features[:300])

    def run() -> Mapping[str, float]:
        study(features)
        return {}

    return run


def ilk_study(features: np.ndarray) -> None:
    """Fits for k = 1..10 and the evidence."""
    from ilk.choose.guard import Trial
    from ilk.choose.weigh import Inquiry, weigh_evidence
    from ilk.cluster.kmeans import fit_kmeans
    from ilk.cluster.scorer import ByCentres
    from ilk.engines.tiles import tiles_of

    n, p = features.shape
    tiles, order, trials = tiles_of(features), np.arange(n), []
    for k in range(1, 11):
        fit = fit_kmeans(tiles, k, order=order, seed=0)
        trials.append(Trial(k, ByCentres(fit.centres), np.bincount(fit.labels, minlength=k), fit.inertia))
    weigh_evidence(Inquiry(features, tuple(f"feature {f}" for f in range(p)), np.ones(p), tuple(trials), n))


def peer_study(features: np.ndarray) -> None:
    """The peer's script, as it is."""
    plan = importlib.util.spec_from_file_location("peer", os.environ[CHOSEN])
    peer = importlib.util.module_from_spec(plan)
    plan.loader.exec_module(peer)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "features.npy", features)
        peer.main(str(Path(folder) / "features.npy"))


STUDIES = {"ilk": ilk_study, "scikit-learn": peer_study}

if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].endswith(".py"):
        os.environ[CHOSEN] = sys.argv.pop(1)
    os.environ.setdefault(CHOSEN, str(PEER))
    main(
        Benchmark(
            script=__file__,
            claim="Whole study, k = 2..10",
            contestants=tuple(STUDIES),
            cases=("8,950 x 17",),
            prepare=prepare,
            goal=8.0,
        )
    )
