"""Squared distances in float64, where everything is exact; float32 cannot tell two centres that are about as near."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.engines.compiled import part
from ilk.engines.tiles import TILE


@part
def exact_label(
    values: Any, start: Any, feature: Any, mark: Any, t: int, i: int, centres: Any, begin: int, end: int
) -> tuple[int, int, float]:
    """The nearest of the centres begin..end by float64, how many others are exactly as near, the squared distance."""
    best, number, n_tied = np.inf, begin, 0
    for j in range(begin, end):
        d = 0.0
        for f in range(centres.shape[1]):
            difference = np.float64(values[t, f, i]) - centres[j, f]
            d += difference * difference
        for g in range(start[t], start[t + 1]):
            c = centres[j, feature[g]]
            d -= np.float64(mark[g, i]) * (c * c)
        if d < best:
            best, number, n_tied = d, j, 0
        elif d == best:
            n_tied += 1
    return number, n_tied, best


@part
def exact_scores(values: Any, start: Any, feature: Any, mark: Any, t: int, centres: Any, score: Any) -> None:
    """Squared distances of tile t to all centres in float64, the same operations in the same order as the twin.

    OUT score float64 (k, 256).
    """
    for j in range(centres.shape[0]):
        for i in range(TILE):
            score[j, i] = 0.0
        for f in range(centres.shape[1]):
            c = centres[j, f]
            for i in range(TILE):
                difference = np.float64(values[t, f, i]) - c
                score[j, i] += difference * difference
        for g in range(start[t], start[t + 1]):
            c = centres[j, feature[g]] * centres[j, feature[g]]
            for i in range(TILE):
                score[j, i] -= np.float64(mark[g, i]) * c


@part
def exact_pass(block: Any, first: int, last: int, centres: Any, out: Any, score: Any) -> None:
    """Nearest and runner-up of the tiles first..last in float64; ties to the lower number.

    OUT out.label, out.runner_up, out.first, out.second.
    """
    label, runner_up, d1, d2 = out.label, out.runner_up, out.first, out.second
    for t in range(first, last):
        exact_scores(block.values, block.start, block.feature, block.mark, t, centres, score)
        for i in range(TILE):
            d1[t, i], d2[t, i], label[t, i], runner_up[t, i] = score[0, i], np.inf, 0, 0
        for j in range(1, centres.shape[0]):
            j32 = np.int32(j)
            for i in range(TILE):
                s, a, b, was = score[j, i], d1[t, i], d2[t, i], label[t, i]
                less = s < a
                runner_up[t, i] = was if less else (j32 if s < b else runner_up[t, i])
                d2[t, i] = a if less else (s if s < b else b)  # noqa: FURB136
                label[t, i] = j32 if less else was
                d1[t, i] = s if less else a
