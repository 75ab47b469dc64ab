"""Components of a Gaussian mixture, and how they move: independent features, or any covariance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ilk.engines.tiles import Matrix
from ilk.engines.workers import map_threads

Floats = NDArray[np.float64]

RUN = 16_384
"""Customers whose sums are added up in one go; the runs are added in their order, whatever the threads."""

LEAST = 1e-12
"""Mass below which a component stays as it was."""

LN_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class Customers:
    """Whom a mixture is fitted to.

    Args:
        matrix: float32 (n, p), NaN where missing.
        mass: How often each counts, float64 (n,).
        pattern: int32 (n,), the row of `patterns` that says what each left blank.
        patterns: (q, p), True where missing.
        floor: What is added to each feature's variance, (p,).
        threads: How many to use.
    """

    matrix: Matrix
    mass: Floats
    pattern: NDArray[np.int32]
    patterns: NDArray[np.bool_]
    floor: Floats
    threads: int | None = None

    @classmethod
    def of(cls, matrix: Matrix, mass: Floats, *, guard: float, threads: int | None = None) -> Customers:
        """The customers of a matrix; `guard` is the share of each feature's variance that is added."""
        patterns, pattern = patterns_of(matrix)
        variance = _moments(matrix, mass[:, None])[2][0]
        floor = np.where(variance > 0.0, guard * variance, 1.0)
        return cls(np.ascontiguousarray(matrix, np.float32), mass, pattern, patterns, floor, threads)

    def first(self, n: int) -> Customers:
        """The first n; floor and patterns stay those of all."""
        return Customers(self.matrix[:n], self.mass[:n], self.pattern[:n], self.patterns, self.floor, self.threads)

    def summed(self, work: Callable[[slice], tuple[Floats, ...]]) -> tuple[Floats, ...]:
        """What `work` adds up over runs of customers, in the order of the runs."""
        runs = [slice(i, i + RUN) for i in range(0, len(self.matrix), RUN)]
        parts = map_threads(work, runs, threads=self.threads)
        return reduce(lambda whole, more: tuple(a + b for a, b in zip(whole, more, strict=True)), parts)


class Components(Protocol):
    """k components as they go from pass to pass."""

    @property
    def shares(self) -> Floats:
        """(k,), sum 1."""

    @property
    def means(self) -> Floats:
        """(k, p)."""

    @classmethod
    def begin(cls, shares: Floats, means: Floats, variances: Floats) -> Self:
        """Components whose features are independent so far."""

    def moved(self, customers: Customers) -> tuple[Self, float]:
        """One step of EM, and the log-likelihood it began with."""

    @property
    def covariances(self) -> Floats:
        """Variances (k, p), or covariances (k, p, p)."""


def patterns_of(matrix: Matrix) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """The ways to leave answers blank, (q, p) in ascending order, and that of each customer, (n,)."""
    missing = np.isnan(matrix)
    found, which = np.unique(np.packbits(missing, axis=1), axis=0, return_inverse=True)
    patterns = np.unpackbits(found, axis=1, count=matrix.shape[1]).astype(np.bool_)
    return patterns, which.ravel().astype(np.int32)


def moments_of(customers: Customers, labels: NDArray[np.integer], k: int) -> tuple[Floats, Floats, Floats]:
    """Shares (k,), means (k, p) and variances (k, p) of groups; an empty group is as everyone."""
    member = (labels[:, None] == np.arange(k)) * customers.mass[:, None]
    counts, means, variances = _moments(customers.matrix, member)
    everyone = _moments(customers.matrix, customers.mass[:, None])
    there = counts > 0.0
    shares = np.maximum(member.sum(axis=0), 1.0)
    means, variances = np.where(there, means, everyone[1]), np.where(there, variances, everyone[2])
    return shares / shares.sum(), means, variances + customers.floor


def _moments(matrix: Matrix, member: Floats) -> tuple[Floats, Floats, Floats]:
    """Mass of those who answered, mean and variance of each feature in each group, all (k, p); feature by feature."""
    k, p = member.shape[1], matrix.shape[1]
    counts, means, variances = (np.zeros((k, p)) for _ in range(3))
    for c in range(k):
        for f in range(p):
            weight = np.where(np.isnan(matrix[:, f]), 0.0, member[:, c])
            x = np.nan_to_num(matrix[:, f]).astype(np.float64)
            counts[c, f] = weight.sum()
            whole = max(counts[c, f], LEAST)
            means[c, f] = (weight * x).sum() / whole
            variances[c, f] = (weight * (x - means[c, f]) ** 2).sum() / whole
    return counts, means, variances


@dataclass(frozen=True, slots=True)
class Independent:
    """Components whose features are independent of each other.

    Args:
        shares: (k,).
        means: (k, p).
        variances: (k, p).
    """

    shares: Floats
    means: Floats
    variances: Floats

    @classmethod
    def begin(cls, shares: Floats, means: Floats, variances: Floats) -> Self:
        """As `Components.begin`."""
        return cls(shares, means, variances)

    @property
    def covariances(self) -> Floats:
        """(k, p)."""
        return self.variances

    def moved(self, customers: Customers) -> tuple[Self, float]:
        """As `Components.moved`; each feature's mean and variance are over those who answered it."""
        from ilk.cluster.mixture_kernel import expect_diagonal

        halves, constants = 0.5 / self.variances, 0.5 * (LN_2PI + np.log(self.variances))
        log_shares, shape = np.log(self.shares), self.means.shape

        def expect(run: slice) -> tuple[Floats, ...]:
            out = (np.zeros(shape[0]), np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(1))
            expect_diagonal(customers.matrix[run], customers.mass[run], self.means, halves, constants, log_shares, out)
            return out

        totals, answered, first, second, likelihood = customers.summed(expect)
        known, weight = answered > LEAST, np.maximum(answered, LEAST)
        shift = np.where(known, first / weight, 0.0)
        variances = np.where(known, second / weight - shift**2 + customers.floor, self.variances)
        shares = np.maximum(totals, LEAST)
        return type(self)(shares / shares.sum(), self.means + shift, variances), float(likelihood[0])


@dataclass(frozen=True, slots=True)
class Full:
    """Components of any covariance.

    Args:
        shares: (k,).
        means: (k, p).
        covariances: (k, p, p).
    """

    shares: Floats
    means: Floats
    covariances: Floats

    @classmethod
    def begin(cls, shares: Floats, means: Floats, variances: Floats) -> Self:
        """As `Components.begin`."""
        return cls(shares, means, np.stack([np.diag(one) for one in variances]))

    def moved(self, customers: Customers) -> tuple[Self, float]:
        """As `Components.moved`; what is missing is expected from what is answered, with its uncertainty."""
        from ilk.cluster.mixture_kernel import expect_full

        inverse, fill, constants, left = conditioned(self.covariances, customers.patterns)
        constants = constants + np.log(self.shares)
        k, p = self.means.shape

        def expect(run: slice) -> tuple[Floats, ...]:
            out = (np.zeros(constants.shape), np.zeros((k, p)), np.zeros((k, p, p)), np.zeros(1))
            expect_full(
                customers.matrix[run], customers.pattern[run], customers.mass[run], self.means, inverse, fill,
                constants, out,
            )  # fmt: skip
            return out

        by_pattern, first, second, likelihood = customers.summed(expect)
        totals = by_pattern.sum(axis=0)
        weight = np.maximum(totals, LEAST)
        shift = first / weight[:, None]
        second = second + np.tril(second, -1).transpose(0, 2, 1) + np.einsum("qc,qcfg->cfg", by_pattern, left)
        moved = second / weight[:, None, None] - shift[:, :, None] * shift[:, None, :] + np.diag(customers.floor)
        known = (totals > LEAST)[:, None]
        means = np.where(known, self.means + shift, self.means)
        covariances = np.where(known[:, :, None], moved, self.covariances)
        return type(self)(weight / weight.sum(), means, covariances), float(likelihood[0])


def conditioned(covariances: Floats, patterns: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats]:
    """What answered features say of missing ones, for each pattern q and component k.

    Args:
        covariances: (k, p, p).
        patterns: (q, p), True where missing.

    Returns:
        inverse: Precision over the answered features, 0 elsewhere, (q, k, p, p).
        fill: Takes deviations of answered features to the expected ones of all, (q, k, p, p).
        constants: -ln det(2 pi covariance over the answered) / 2, (q, k).
        left: Covariance of the missing features when the answered are known, 0 elsewhere, (q, k, p, p).
    """
    q, (k, p) = len(patterns), covariances.shape[:2]
    inverse, fill, left = (np.zeros((q, k, p, p)) for _ in range(3))
    constants = np.zeros((q, k))
    for i, missing in enumerate(patterns):
        o, m = np.flatnonzero(~missing), np.flatnonzero(missing)
        known, across, rest = (covariances[:, rows[:, None], columns] for rows, columns in ((o, o), (m, o), (m, m)))
        precision = np.linalg.inv(known)
        between = across @ precision
        inverse[i][:, o[:, None], o] = precision
        fill[i][:, o, o] = 1.0
        fill[i][:, m[:, None], o] = between
        left[i][:, m[:, None], m] = rest - between @ across.transpose(0, 2, 1)
        constants[i] = -0.5 * (len(o) * LN_2PI + np.linalg.slogdet(known)[1])
    return inverse, fill, constants, left
