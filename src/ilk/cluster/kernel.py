"""The only distance loop."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True)
def score_run(values, start, feature, mark, centres, first, last, label, runner_up, d1, d2):  # type: ignore[no-untyped-def]
    """Nearest and second nearest centre of the tiles first..last, in float64."""
    k, p = centres.shape
    score = np.empty((k, 256))
    for t in range(first, last):
        for j in range(k):
            for i in range(256):
                score[j, i] = 0.0
            for f in range(p):
                c = centres[j, f]
                for i in range(256):
                    difference = values[t, f, i] - c
                    score[j, i] += difference * difference
            for g in range(start[t], start[t + 1]):
                c = centres[j, feature[g]]
                for i in range(256):
                    score[j, i] -= mark[g, i] * c * c
        for i in range(256):
            best, second, a, b = np.inf, np.inf, 0, 0
            for j in range(k):
                s = score[j, i]
                if s < best:
                    best, second, a, b = s, best, j, a
                elif s < second:
                    second, b = s, j
            label[t, i], runner_up[t, i], d1[t, i], d2[t, i] = a, b, best, second
