"""Micro-segments: groups of at least ten alike customers, whose means may be kept where no customer may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

MOST = 2_000
"""Micro-segments at the most; more would not make a certainty better, only the model larger."""

LEAST = 10
"""Customers a micro-segment, the number below which nothing is published."""

FEWEST_CUSTOMERS = 100
"""Customers below which there are no micro-segments: ten means of ten would say too much of too few."""

UNIT = 65536.0
DIRECTION_UNIT = 1024.0
PASSES = 6
"""Steps of the power method; the split needs a long direction, not the longest to many digits."""


@dataclass(frozen=True, slots=True)
class Micro:
    """Micro-segments of some customers.

    Args:
        points: float64 (m, p), means over those who answered, NaN-free multiples of 2^-16.
        customers: int64 (m,), how many each stands for.
        labels: int32 (n,), the micro-segment of each row of the matrix; -1 for rows that were not in the order.
    """

    points: Floats
    customers: NDArray[np.int64]
    labels: NDArray[np.int32]


def micro_segments(
    matrix: NDArray[np.float32], order: Rows, *, least: int = LEAST, most: int = MOST, fewest: int = FEWEST_CUSTOMERS
) -> Micro | None:
    """Cut customers into min(most, n // least) groups of nearly equal size, halving across the longest direction.

    A feature that fewer than `least` of a group answered takes the mean of the group it was cut from, at last 0, the
    mean of everyone. The answer does not depend on the order of rows: ties are broken by `order`.

    Args:
        matrix: float32 (n, p), multiples of 2^-16, NaN where an answer is missing.
        order: Row numbers in hash order; only these customers are used.
        least: Customers a group at the least.
        most: Groups at the most.
        fewest: Customers below which there are none.

    Returns:
        None for fewer than `fewest` customers or fewer than `least`.

    Source: principal direction divisive partitioning (Boley 1998), with halves of equal size.
    """
    n_groups = min(most, len(order) // max(least, 1))
    if len(order) < fewest or n_groups < 1:
        return None
    values = matrix[order].astype(np.float64)
    groups = list(_halved(values, n_groups, least))
    labels = np.full(len(matrix), -1, np.int32)
    for g, (rows, _) in enumerate(groups):
        labels[order[rows]] = g
    customers = np.array([len(rows) for rows, _ in groups], np.int64)
    return Micro(np.array([mean for _, mean in groups]), customers, labels)


def _halved(values: Floats, n_groups: int, least: int) -> Iterator[tuple[Rows, Floats]]:
    """Yield the rows and the mean of every group, first halves first."""
    todo = [(np.arange(len(values)), n_groups, np.zeros(values.shape[1]))]
    while todo:
        rows, parts, above = todo.pop()
        here = values[rows]
        mean = _mean(here, above, least)
        if parts == 1:
            yield rows, mean
            continue
        ranked = rows[_along_the_longest(here, mean)]
        cut = len(rows) * (parts // 2) // parts
        todo.append((np.sort(ranked[cut:]), parts - parts // 2, mean))
        todo.append((np.sort(ranked[:cut]), parts // 2, mean))


def _mean(here: Floats, above: Floats, least: int) -> Floats:
    """Mean over those who answered, exact sums divided once; `above` where they are too few."""
    answered = ~np.isnan(here)
    n_answered = answered.sum(axis=0)
    total = np.where(answered, here, 0.0).sum(axis=0)
    mean = np.floor(total / np.maximum(n_answered, 1) * UNIT + 0.5) / UNIT
    return np.where(n_answered >= least, mean, above)


def _along_the_longest(here: Floats, mean: Floats) -> Rows:
    """Order rows along the direction in which they differ most, ties by their place.

    The direction is rounded, so that the projection is exact and the noise of a matrix product cannot show.
    """
    apart = np.where(np.isnan(here), 0.0, here - mean)
    spread = np.einsum("ij,ij->j", apart, apart)
    if not spread.any():
        return np.arange(len(here))
    direction = apart.T @ apart[:, spread.argmax()]
    for _ in range(PASSES):
        direction = apart.T @ (apart @ (direction / np.abs(direction).max()))
    rounded = np.floor(direction / np.abs(direction).max() * DIRECTION_UNIT + 0.5)
    return np.argsort(apart @ rounded, kind="stable")
