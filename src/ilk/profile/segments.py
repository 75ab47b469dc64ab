"""Segments as they are kept: who they are, how far they reach, which is near."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ilk.model.parts import Row
from ilk.model.score import LIMIT

Floats: TypeAlias = npt.NDArray[np.float64]
Labels: TypeAlias = npt.NDArray[np.int32]


def uid_of(fingerprint: str, settings: str, seed: int, k: int, number: int) -> str:
    """12 hexadecimal digits that name a segment for good: the same data and settings give the same."""
    return hashlib.sha256("\n".join([fingerprint, settings, str(seed), str(k), str(number)]).encode()).hexdigest()[:12]


def distance_quantiles(distances: Floats, labels: Labels, min_group: int) -> Row:
    """0, 1, ... 100 % of the distances; the ends stand where `min_group` customers are at or beyond them."""
    ordered = np.sort(distances[labels >= 0])
    ordered = ordered[~np.isnan(ordered)]
    if ordered.size < min_group:
        return ()
    low, high = ordered[min_group - 1], ordered[-min_group]
    found = np.quantile(ordered, np.linspace(0.0, 1.0, 101))
    return tuple(float(value) for value in np.clip(found, min(low, high), max(low, high)))


def distance_limits(distances: Floats, labels: Labels, k: int, min_group: int) -> tuple[float | None, ...]:
    """The 99.5 % quantile of each segment's distances; None where fewer than `min_group` stand behind it.

    Where fewer than `min_group` of a segment lie beyond it, the limit would be about a handful. Then how far the
    farthest go is taken from all segments together, in medians of each one's own distances, and the limit is no nearer
    than the segment's own `min_group`-th farthest customer.
    """
    own = [np.sort(distances[(labels == j) & ~np.isnan(distances)]) for j in range(k)]
    middle = [float(np.median(d)) if d.size >= min_group else 0.0 for d in own]
    apart = [d / m for d, m in zip(own, middle, strict=True) if m > 0.0]
    together = np.sort(np.concatenate(apart)) if apart else np.zeros(1)
    farthest = min(float(np.quantile(together, LIMIT)), float(together[-min(min_group, together.size)]))
    return tuple(_limit(d, m * farthest, min_group) for d, m in zip(own, middle, strict=True))


def _limit(ordered: Floats, borrowed: float, min_group: int) -> float | None:
    if ordered.size < min_group:
        return None
    if ordered.size * (1.0 - LIMIT) >= min_group:
        return float(np.quantile(ordered, LIMIT))
    return max(float(ordered[-min_group]), borrowed)


def neighbours(centres: Floats, labels: Labels, runner_up: Labels) -> tuple[tuple[int | None, int | None], ...]:
    """For each segment the most frequent runner-up of its customers, and the segment whose centre lies farthest."""
    k = len(centres)
    if k < 2:
        return ((None, None),) * k
    apart = ((centres[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    inside = np.where(labels >= 0, labels * k + runner_up, 0)[labels >= 0]
    counts = np.bincount(inside, minlength=k * k).reshape(k, k)
    np.fill_diagonal(counts, -1)
    nearest = [_nearest(counts[j], apart[j], j) for j in range(k)]
    return tuple((nearest[j] + 1, int(apart[j].argmax()) + 1) for j in range(k))


def _nearest(counts: npt.NDArray[np.int64], apart: Floats, own: int) -> int:
    """The commonest runner-up, or the nearest centre where nobody says."""
    if counts.max() > 0:
        return int(counts.argmax())
    others = np.where(np.arange(len(apart)) == own, np.inf, apart)
    return int(others.argmin())
