"""Small: k-means on all 8,950 credit-card customers x 17, as one fit of a notebook."""

from __future__ import annotations

from cards import card_features
from one_fit import CONTESTANTS, FITS, common_start, timed
from side_by_side import Benchmark, Run, main

CASES = ("k=5", "k=8")


def prepare(contestant: str, case: str) -> Run:
    """Load the customers, warm up, and return the timed call."""
    k = int(case.removeprefix("k="))
    x = card_features()
    fit = FITS[contestant](k)
    for _ in range(3):
        fit(x, common_start(x, k))
    return timed(fit, x, common_start(x, k), warm_up=x)


if __name__ == "__main__":
    main(
        Benchmark(
            script=__file__,
            claim="Small: 8,950 x 17 float32, whole call, same start",
            contestants=CONTESTANTS,
            cases=CASES,
            prepare=prepare,
            goal=1.5,
            at_most={"inertia": 1.001},
            rounds=25,
        )
    )
