"""Gaussian mixture: segments as clouds of their own width, fitted and scored over what each customer answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.gaussians import Components, Customers, Full, Independent, conditioned, moments_of, patterns_of
from ilk.cluster.twin import squared_distances
from ilk.engines.tiles import UNIT, Matrix
from ilk.errors import BadInput
from ilk.progress import Progress

Floats = NDArray[np.float64]
Kind = Literal["diagonal", "full"]
FAMILIES: dict[Kind, type[Components]] = {"diagonal": Independent, "full": Full}

STARTS = 8
"""Starts: the groups that are given, and customers drawn by lot with those next to them."""

FIRST = 8_192
"""Customers that starts are compared on."""

SHORT = 15
"""Passes after which starts are compared (Biernacki, Celeux & Govaert 2003)."""

FINALISTS = 2
"""Starts that are carried on to the end, the best of them on everybody."""

SETTLED = 1e-6
"""Gain of the mean log-likelihood at which a fit has settled."""

MOST_PASSES = 300
"""Passes after which a fit ends in any case."""

GUARD = 0.01
"""Share of a feature's variance over everyone that is added to that of every component, so that none shrinks to those
customers that are exactly alike (rule of thumb); its standard deviation stays above a tenth of everyone's."""

MOST_PATTERNS = 512
"""Ways to leave answers blank up to which full covariances are tried."""

MOST_FEATURES = 64
"""Features up to which full covariances are tried."""


@dataclass(frozen=True, slots=True)
class MixtureFit:
    """A finished fit; components are ordered by share, largest first.

    Args:
        kind: diagonal: features are independent within a component; full: they may move together.
        shares: (k,), sum 1.
        means: (k, p).
        covariances: (k, p) variances of a diagonal fit, (k, p, p) of a full one.
        log_likelihood: Of the customers it was fitted to.
        n: Their mass.
        n_passes: Passes over everybody.
    """

    kind: Kind
    shares: Floats
    means: Floats
    covariances: Floats
    log_likelihood: float
    n: float
    n_passes: int

    @property
    def k(self) -> int:
        """Components."""
        return len(self.shares)

    @property
    def n_parameters(self) -> int:
        """Free numbers: k - 1 shares, k p means, and variances or covariances."""
        return n_parameters(self.kind, self.k, self.means.shape[1])

    @property
    def bic(self) -> float:
        """-2 ln L + parameters ln n; lower is better.

        Source: Schwarz (1978), Annals of Statistics 6(2).
        """
        return float(-2.0 * self.log_likelihood + self.n_parameters * np.log(self.n))


def n_parameters(kind: Kind, k: int, p: int) -> int:
    """Free numbers of k components over p features."""
    return k - 1 + k * p + k * (p if kind == "diagonal" else p * (p + 1) // 2)


def kinds_for(matrix: Matrix, k: int) -> tuple[Kind, ...]:
    """Which covariances so many customers can tell: full ones have more numbers, and need few ways to leave blanks."""
    n, p = matrix.shape
    if p <= MOST_FEATURES and n > n_parameters("full", k, p) and len(patterns_of(matrix)[0]) <= MOST_PATTERNS:
        return "diagonal", "full"
    return ("diagonal",)


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a fit tries.

    Args:
        starts: All run for a while on the first 8,192 customers; the best to the end, and the best of these on all.
        guard: See `GUARD`.
        passes: After which it ends in any case.
    """

    starts: int = STARTS
    guard: float = GUARD
    passes: int = MOST_PASSES


def fit_mixture(
    matrix: Matrix,
    k: int,
    *,
    labels: NDArray[np.integer],
    seed: int,
    kinds: Sequence[Kind] | None = None,
    mass: NDArray[np.floating] | None = None,
    effort: Effort | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> MixtureFit:
    """Fit k components by EM and keep the kind of covariance with the lowest BIC.

    What a customer did not answer is left out of the density (full information maximum likelihood).

    Args:
        matrix: (n, p), NaN where missing; in an order that does not depend on the file. Nobody left all blank.
        k: Components.
        labels: A first grouping, such as that of k-means, (n,), 0..k-1: one of the starts.
        seed: Of the other starts.
        kinds: Covariances to try; those that so many customers can tell if not given.
        mass: How often each customer counts, (n,); once if not given.
        effort: How hard it tries.
        threads: How many to use; the answer does not depend on it.
        progress: To be stopped by.

    Raises:
        BadInput: If there are fewer customers than components.
        Cancelled: If `progress` was asked to stop.

    Sources: Dempster, Laird & Rubin (1977), JRSS B 39(1); missing answers as in Ghahramani & Jordan (1994), NIPS 6.
    """
    effort = effort or Effort()
    weights = np.ones(len(matrix)) if mass is None else np.asarray(mass, np.float64)
    if k < 1 or np.count_nonzero(weights) < k:
        raise BadInput(f"{k} components need as many customers", got=f"{np.count_nonzero(weights)}", do="ask for fewer")
    customers = Customers.of(matrix, weights, guard=effort.guard, threads=threads)
    groups = list(_groupings(customers.first(FIRST), k, labels, seed, effort.starts))
    fits = [_best(customers, kind, k, groups, effort, progress) for kind in kinds or kinds_for(matrix, k)]
    return min(fits, key=lambda fit: fit.bic)


# ---------------------------------------------------------------- starts and passes


@dataclass(frozen=True, slots=True)
class _Run:
    """Components, the log-likelihood they began their last pass with, and passes so far."""

    components: Components
    reached: float
    n_passes: int


def _groupings(
    customers: Customers, k: int, labels: NDArray[np.integer], seed: int, n_starts: int
) -> Iterator[NDArray[np.integer]]:
    """The groups that are given, then the neighbours of customers drawn by lot."""
    yield labels[: len(customers.matrix)]
    candidates = np.flatnonzero(customers.mass)
    for s in range(1, n_starts if k > 1 else 1):
        rng = np.random.Generator(np.random.PCG64([seed, s]))
        chosen = np.nan_to_num(customers.matrix[rng.choice(candidates, k, replace=len(candidates) < k)])
        yield squared_distances(customers.matrix, chosen).argmin(axis=1)


def _best(
    customers: Customers,
    kind: Kind,
    k: int,
    groups: list[NDArray[np.integer]],
    effort: Effort,
    progress: Progress | None,
) -> MixtureFit:
    first = customers.first(FIRST)
    starts = (FAMILIES[kind].begin(*moments_of(first, group, k)) for group in groups)
    begun = [_carry_on(first, start, SHORT, progress) for start in starts]
    begun.sort(key=lambda run: -run.reached)
    ended = [_carry_on(first, run.components, effort.passes, progress) for run in begun[:FINALISTS]]
    best = max(ended, key=lambda run: run.reached)
    if len(customers.matrix) > FIRST:
        best = _carry_on(customers, best.components, effort.passes, progress)
    return _finished(kind, best, float(customers.mass.sum()))


def _carry_on(customers: Customers, components: Components, passes: int, progress: Progress | None) -> _Run:
    """Pass after pass, until nothing is gained any more."""
    enough = SETTLED * float(customers.mass.sum())
    before, n_passes = -np.inf, 0
    while n_passes < passes:
        if progress is not None:
            progress.check()
        moved, reached = components.moved(customers)
        n_passes += 1
        if reached - before <= enough:
            return _Run(components, reached, n_passes)
        components, before = moved, reached
    return _Run(components, before, n_passes)


def _finished(kind: Kind, run: _Run, n: float) -> MixtureFit:
    parts = run.components
    rank = np.lexsort((*parts.means.T[::-1], -parts.shares))
    shares, means, covariances = parts.shares[rank], parts.means[rank], parts.covariances[rank]
    return MixtureFit(kind, shares, means, covariances, run.reached, n, run.n_passes)


# ---------------------------------------------------------------- scoring


@dataclass(frozen=True, slots=True)
class Gaussians:
    """Components as they are published: everything on a grid, so that scores are the same on every machine.

    A customer's score for a component is the sum of one term a feature, each a multiple of 2^-16:

        constant of the feature + d_f (P d)_f / 2,    d = x - mean, P = the inverse covariance of the answered features

    and the component's -ln share. Without covariances P is diagonal, and the term is that feature's own density. With
    them the terms still add up to the density of all answered features; one that moves together with others may be
    less likely than them alone, so that its term is below its share.

    Args:
        share_scores: -ln pi, (k,), multiples of 2^-16.
        means: (k, p), multiples of 2^-16.
        covariances: (k, p) or (k, p, p), multiples of 2^-16.
    """

    share_scores: Floats
    means: Floats
    covariances: Floats

    @classmethod
    def of(cls, fit: MixtureFit) -> Gaussians:
        """What is published of a fit."""
        covariances = np.maximum(_on_grid(fit.covariances), 1.0 / UNIT) if fit.kind == "diagonal" else None
        return cls(
            share_scores=_on_grid(-np.log(fit.shares)),
            means=_on_grid(fit.means),
            covariances=_on_grid(fit.covariances) if covariances is None else covariances,
        )

    def scores(self, matrix: Matrix) -> Floats:
        """-ln (pi_c p_c(x)) over the answered features, (n, k); lower is nearer."""
        return np.asarray(self.share_scores + self.terms(matrix).sum(axis=2))

    def terms(self, matrix: Matrix) -> Floats:
        """What each feature adds to the scores, (n, k, p); 0 where it was not answered."""
        patterns, pattern = patterns_of(matrix)
        terms = np.zeros((len(matrix), *self.means.shape))
        full = self.covariances if self.covariances.ndim > 2 else None
        for q, missing in enumerate(patterns if full is not None else ()):
            rows = np.flatnonzero(pattern == q)
            terms[rows] = self._full_terms(matrix[rows], missing)
        return terms if full is not None else self._diagonal_terms(matrix)

    def floors(self, matrix: Matrix) -> Floats:
        """The least a customer's terms can add up to, whatever the values of what it answered, (n,)."""
        if self.covariances.ndim == 2:
            constants = _on_grid(0.5 * np.log(2.0 * np.pi * self.covariances)).min(axis=0)
            return np.asarray(np.where(np.isnan(matrix), 0.0, constants).sum(axis=1))
        patterns, pattern = patterns_of(matrix)
        least = np.array([self._full_constants(missing).min() for missing in patterns])
        return np.asarray(least[pattern])

    def _full_constants(self, missing: NDArray[np.bool_]) -> Floats:
        """What the terms add up to at the mean, (k,)."""
        n = int((~missing).sum())
        constants = conditioned(self.covariances, missing[None])[2][0]
        return n * _on_grid(-constants / max(n, 1))

    def _diagonal_terms(self, matrix: Matrix) -> Floats:
        d = matrix.astype(np.float64)[:, None] - self.means
        constants = _on_grid(0.5 * np.log(2.0 * np.pi * self.covariances))
        terms = _on_grid(d * d * (0.5 / self.covariances)) + constants
        return np.where(np.isnan(d), 0.0, terms)

    def _full_terms(self, matrix: Matrix, missing: NDArray[np.bool_]) -> Floats:
        """Terms of customers who left the same blank; (P d) is exact, both of its factors being on the grid."""
        inverse, _, constants, _ = conditioned(self.covariances, missing[None])
        precision = _on_grid(inverse[0])
        d = np.nan_to_num(matrix.astype(np.float64))[:, None] - self.means
        d[:, :, missing] = 0.0
        turned = np.zeros_like(d)
        for f in range(d.shape[2]):
            turned += d[:, :, f, None] * precision[:, f]
        terms = _on_grid(0.5 * d * turned)
        answered = ~missing
        terms[:, :, answered] += _on_grid(-constants[0] / max(int(answered.sum()), 1))[None, :, None]
        return terms


def _on_grid(values: Floats) -> Floats:
    return np.asarray(np.floor(values * UNIT + 0.5) / UNIT)
