"""Latent class: the young people's survey, 140 questions with blanks, against stepmix."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from stepmix.stepmix import StepMix
from table import Table, goal

from ilk.cluster.answers import Answer, codes_of, coding_of
from ilk.cluster.latent import fit_latent
from ilk.crowd import understand
from ilk.settings import Settings
from ilk.sources.open import open_source

SURVEY = Path(__file__).resolve().parents[2] / "shared" / "data" / "survey" / "young-people.csv"
STARTS, TIMES_FASTER = 10, 10.0
GAIN = 1e-7
"""Gain of the mean log-likelihood at which stepmix stops; ilk goes on to a hundredth of it.

Both have as many starts. Each of ilk's is the best of four beginnings, and its solutions are crossed for more: this is
in its time."""

Fit = Callable[[], float]


def survey() -> tuple[NDArray[np.int16], tuple[Answer, ...]]:
    """Everybody's answers."""
    settings = Settings()
    with closing(open_source(SURVEY, settings)) as data:
        crowd = understand(data, settings, source=SURVEY)
    rows = crowd.matrix[crowd.sample]
    answers = coding_of(crowd.fitted.recipe, rows, least=settings.min_group).answers
    return codes_of(answers, rows), answers


def timed(fit: Fit) -> tuple[float, float]:
    """Seconds and log-likelihood."""
    start = time.perf_counter()
    reached = fit()
    return time.perf_counter() - start, reached


def contestants(codes: NDArray[np.int16], answers: tuple[Answer, ...], k: int, seed: int) -> dict[str, Fit]:
    """Both, with as many starts."""
    known = np.where(codes < 0, np.nan, codes.astype(np.float64))

    def stepmix() -> float:
        model = StepMix(
            k, measurement="categorical_nan", n_init=STARTS, random_state=seed, progress_bar=0, abs_tol=GAIN
        )
        return float(model.fit(known).score(known) * len(known))

    def ilk() -> float:
        return fit_latent(codes, answers, k, seed=seed, n_starts=STARTS).log_likelihood

    return {"ilk": ilk, "stepmix": stepmix}


def main() -> None:
    """Alternate, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="stepmix takes minutes a round")
    parser.add_argument("-k", type=int, nargs="*", default=[2, 3, 4, 5, 6])
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    codes, answers = survey()
    fit_latent(codes, answers, 2, seed=0, n_starts=1)
    rows, goals = [], []
    for k in given.k:
        found: dict[str, list[tuple[float, float]]] = {"ilk": [], "stepmix": []}
        for i in range(given.rounds):
            for who, fit in contestants(codes, answers, k, i).items():
                found[who].append(timed(fit))
                print(f"k={k} {who} {found[who][-1]}", file=sys.stderr, flush=True)
        seconds = {who: statistics.median(one[0] for one in runs) for who, runs in found.items()}
        likelihood = {who: statistics.median(one[1] for one in runs) for who, runs in found.items()}
        told = {who: (f"{seconds[who]:.2f} s", f"{seconds[who] / seconds['ilk']:.1f}") for who in found}
        rows += [(f"k={k}", who, *told[who], f"{likelihood[who]:.2f}") for who in found]
        ratio, better = seconds["stepmix"] / seconds["ilk"], likelihood["ilk"] - likelihood["stepmix"]
        goals.append(goal(f"k={k}: {ratio:.0f}x stepmix, at least {TIMES_FASTER:g}x", met=ratio >= TIMES_FASTER))
        goals.append(goal(f"k={k}: log-likelihood {better:+.2f}, no worse", met=better >= -0.01))
    title = f"Latent class: {len(codes):,} respondents x {len(answers)} questions, {STARTS} starts each"
    print(Table(title, ("case", "who", "median", "times ilk", "log-likelihood"), tuple(rows), tuple(goals)))


if __name__ == "__main__":
    main()
