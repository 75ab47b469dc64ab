"""Latent class: customers of one class answer alike, P(x) = sum_c pi_c prod_j theta_cjx over the answered columns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.answers import Answer, Codes
from ilk.cluster.latent_family import likeliest
from ilk.cluster.latent_passes import LEAST, Respondents, Starts, begin, by_column, carry_on
from ilk.engines.tiles import UNIT
from ilk.errors import BadInput
from ilk.progress import Progress

Floats = NDArray[np.float64]

STARTS = 10
"""Starts."""

SHORT = 30
"""Passes after which the starts of a refit are compared (Biernacki, Celeux & Govaert 2003)."""

FINALISTS = 3
"""Solutions that are carried on to the end."""

ROUGHLY = 1e-5
"""Gain of the mean log-likelihood at which one of many refits has settled."""

MOST_PASSES = 2_000
"""Passes after which a fit ends in any case."""

LOOKED_AT = 4_096
"""Customers among whom the likeliest classes are looked for, before everybody is."""


@dataclass(frozen=True, slots=True)
class LatentFit:
    """A finished fit; classes are ordered by share, largest first.

    Args:
        totals: Customers of each class, shares of one counted, (k,).
        counts: Those of them who gave each answer, (k, all answers).
        starts: Where each column's answers begin, (columns + 1,).
        powers: How often each column counts, (columns,).
        log_likelihood: Of the customers it was fitted to.
        n: Their mass.
        n_passes: Passes over everybody of the start that won.
    """

    totals: Floats
    counts: Floats
    starts: NDArray[np.int64]
    powers: Floats
    log_likelihood: float
    n: float
    n_passes: int

    @property
    def k(self) -> int:
        """Classes."""
        return len(self.totals)

    @property
    def n_parameters(self) -> int:
        """Free probabilities: k - 1 shares, and for each class and column its answers but one."""
        return self.k - 1 + self.k * int(self.starts[-1] - (len(self.starts) - 1))

    @property
    def bic(self) -> float:
        """-2 ln L + parameters ln n; lower is better.

        Source: Schwarz (1978), Annals of Statistics 6(2).
        """
        return float(-2.0 * self.log_likelihood + self.n_parameters * np.log(self.n))

    @property
    def probabilities(self) -> Floats:
        """theta, (k, all answers): one customer more in each class, who answers as everyone does, keeps all above 0."""
        asked, everyone = by_column(self.counts, self.starts), self.counts.sum(axis=0, keepdims=True)
        usual = everyone / np.maximum(by_column(everyone, self.starts), LEAST)
        return np.asarray((self.counts + usual) / (asked + 1.0))

    @property
    def answer_scores(self) -> Floats:
        """-ln theta to the power of its column, (k, all answers), multiples of 2^-16 so that sums are exact."""
        powers = np.repeat(self.powers, np.diff(self.starts))
        return _on_grid(-powers * np.log(np.maximum(self.probabilities, LEAST)))

    @property
    def share_scores(self) -> Floats:
        """-ln pi, (k,), multiples of 2^-16; a class of nobody counts as one of half a customer."""
        return _on_grid(-np.log(np.maximum(self.totals, 0.5) / self.n))


def fit_latent(
    codes: Codes,
    answers: tuple[Answer, ...],
    k: int,
    *,
    seed: int,
    mass: NDArray[np.floating] | None = None,
    n_starts: int = STARTS,
    thorough: bool = True,
    threads: int | None = None,
    progress: Progress | None = None,
) -> LatentFit:
    """Fit k classes by EM; what a customer did not answer is left out of the product (full information ML).

    Args:
        codes: Answers, (n, columns), -1 where there is none; in an order that does not depend on the file.
        answers: How many levels each column has, and how often it counts.
        k: Classes.
        seed: Of every start.
        mass: How often each customer counts, (n,); once if not given.
        n_starts: Starts; the best solutions are carried on to the end.
        thorough: Whether solutions are crossed to find likelier ones; one of many refits is the best start alone.
        threads: How many to use; the answer does not depend on it.
        progress: To be stopped by.

    Raises:
        BadInput: If there is nothing to fit, or there are fewer customers than classes.
        Cancelled: If `progress` was asked to stop.

    Sources: Dempster, Laird & Rubin (1977), JRSS B 39(1); Goodman (1974), Biometrika 61(2).
    """
    data = Respondents.of(codes, answers, mass, threads, progress)
    _check(data, k, n_starts)
    find = _thoroughly if thorough else _quickly
    return _finished(data, find(data, k, seed, n_starts))


def _thoroughly(data: Respondents, k: int, seed: int, n_starts: int) -> Starts:
    """Looked for among some of the customers, where there are many; the best are carried on with everybody."""
    best = likeliest(data.first(LOOKED_AT), k, seed=seed, n_starts=n_starts).best(FINALISTS)
    return carry_on(data, best.of_so_many(data.n), MOST_PASSES).best(1)


def _quickly(data: Respondents, k: int, seed: int, n_starts: int) -> Starts:
    """The best start alone, until it gains little."""
    best = carry_on(data, begin(data, k, seed, n_starts), SHORT).best(1)
    return carry_on(data, best, MOST_PASSES, ROUGHLY)


def score_answers(codes: Codes, share_scores: Floats, answer_scores: Floats, starts: NDArray[np.int64]) -> Floats:
    """-ln (pi_c prod_j theta_cjx) over the answered columns, (n, k); exact, so the same for any cut of the customers.

    Args:
        codes: Answers, (n, columns), -1 where there is none.
        share_scores: -ln pi, (k,).
        answer_scores: -ln theta, (k, all answers); like the shares multiples of 2^-16.
        starts: Where each column's answers begin, (columns + 1,).
    """
    scores = np.repeat(share_scores[None], len(codes), axis=0)
    for j, (first, end) in enumerate(pairwise(starts)):
        of_code = np.zeros((end - first + 1, len(share_scores)))
        of_code[:-1] = answer_scores[:, first:end].T
        scores += of_code[codes[:, j]]  # -1 is the last row, which says nothing
    return scores


def expected(fit: LatentFit, features: Floats) -> Floats:
    """Each class's mean feature, (k, p), multiples of 2^-16.

    Args:
        fit: A fit.
        features: What each answer is on the scale of the features, (all answers, p), from `level_features`.
    """
    return _on_grid(fit.probabilities @ features)


def _check(data: Respondents, k: int, n_starts: int) -> None:
    if k < 1 or n_starts < 1:
        raise BadInput("There must be at least one class and one start", got=f"{k}, {n_starts}", do="ask for 1 or more")
    if data.rows.shape[1] == 0:
        raise BadInput("No column has answers to tell classes by", do="bring columns in which customers differ")
    if np.count_nonzero(data.mass) < k:
        raise BadInput(f"{k} classes need as many customers", got=f"{np.count_nonzero(data.mass)}", do="ask for fewer")


def _finished(data: Respondents, best: Starts) -> LatentFit:
    totals, counts = best.totals[0], best.counts[0]
    rank = np.lexsort((*counts.T[::-1], -totals))
    return LatentFit(
        totals=totals[rank],
        counts=counts[rank],
        starts=data.starts,
        powers=data.powers,
        log_likelihood=float(best.likelihood[0]),
        n=data.n,
        n_passes=best.n_passes,
    )


def _on_grid(values: Floats) -> Floats:
    return np.floor(values * UNIT + 0.5) / UNIT
