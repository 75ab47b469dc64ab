"""Latent class: customers of one class answer alike, P(x) = sum_c pi_c prod_j theta_cjx over the answered columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.answers import Answer, Codes, answer_starts
from ilk.engines.tiles import UNIT
from ilk.engines.workers import map_threads
from ilk.errors import BadInput
from ilk.progress import Progress

Floats = NDArray[np.float64]

STARTS = 20
"""Starts."""

PART = 50
"""Customers drawn by lot for a class to begin with."""

SIDE_BY_SIDE = 5
"""Starts that one thread carries on together."""

SHORT = 30
"""Passes after which starts are compared (Biernacki, Celeux & Govaert 2003)."""

FINALISTS = 4
"""Starts that are carried on to the end, at the least; of more than so many a fifth."""

SETTLED = 1e-9
"""Gain of the mean log-likelihood at which a fit has settled."""

ROUGHLY = 1e-5
"""The same for one of many refits."""

MOST_PASSES = 2_000
"""Passes after which a fit ends in any case."""

RUN = 16_384
"""Customers whose sums are added up in one go; the runs are added in their order, whatever the threads."""

LEAST = 1e-15
"""Probability of what nobody in a class answered, while it is fitted, as in stepmix."""


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
        asked, everyone = _by_column(self.counts, self.starts), self.counts.sum(axis=0, keepdims=True)
        usual = everyone / np.maximum(_by_column(everyone, self.starts), LEAST)
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
        n_starts: Starts; all run for a while, the best to the end.
        thorough: False for one of many refits: the best start alone, until it gains little.
        threads: How many to use; the answer does not depend on it.
        progress: To be stopped by.

    Raises:
        BadInput: If there is nothing to fit, or there are fewer customers than classes.
        Cancelled: If `progress` was asked to stop.

    Sources: Dempster, Laird & Rubin (1977), JRSS B 39(1); Goodman (1974), Biometrika 61(2).
    """
    data = _data_of(codes, answers, mass, threads, progress)
    _check(data, k, n_starts)
    state = _start(data, k, seed, n_starts)
    state = _carry_on(data, state, passes=SHORT)
    n_kept = min(n_starts, max(FINALISTS, n_starts // 5)) if thorough else 1
    best = np.argsort(-state.likelihood, kind="stable")[:n_kept]
    state = _carry_on(data, state.only(best), passes=MOST_PASSES, enough=SETTLED if thorough else ROUGHLY)
    return _finished(data, state.only([int(state.likelihood.argmax())]))


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


# ---------------------------------------------------------------- what is carried from pass to pass


@dataclass(frozen=True, slots=True)
class _Data:
    """Customers as the kernel takes them."""

    rows: NDArray[np.int32]
    mass: Floats
    starts: NDArray[np.int64]
    powers: Floats
    threads: int | None
    progress: Progress | None

    @property
    def n(self) -> float:
        return float(self.mass.sum())

    @property
    def n_rows(self) -> int:
        """Rows of a table: one for no answer, and one an answer."""
        return int(self.starts[-1]) + 1


@dataclass(frozen=True, slots=True)
class _State:
    """Several starts: totals (S, k), counts (S, k, answers), likelihood (S,), passes so far."""

    totals: Floats
    counts: Floats
    likelihood: Floats
    n_passes: int = 0

    def only(self, which: NDArray[np.int64] | list[int]) -> _State:
        """Some of the starts."""
        return replace(self, totals=self.totals[which], counts=self.counts[which], likelihood=self.likelihood[which])


def _data_of(
    codes: Codes,
    answers: tuple[Answer, ...],
    mass: NDArray[np.floating] | None,
    threads: int | None,
    progress: Progress | None,
) -> _Data:
    starts = answer_starts(answers)
    rows = np.where(codes >= 0, codes + starts[:-1] + 1, 0).astype(np.int32)
    weights = np.ones(len(codes)) if mass is None else np.asarray(mass, np.float64)
    return _Data(rows, weights, starts, np.array([answer.power for answer in answers]), threads, progress)


def _check(data: _Data, k: int, n_starts: int) -> None:
    if k < 1 or n_starts < 1:
        raise BadInput("There must be at least one class and one start", got=f"{k}, {n_starts}", do="ask for 1 or more")
    if data.rows.shape[1] == 0:
        raise BadInput("No column has answers to tell classes by", do="bring columns in which customers differ")
    if np.count_nonzero(data.mass) < k:
        raise BadInput(f"{k} classes need as many customers", got=f"{np.count_nonzero(data.mass)}", do="ask for fewer")


def _start(data: _Data, k: int, seed: int, n_starts: int) -> _State:
    """Each class begins as some customers' answers, mixed with everyone's.

    One customer's or those of a part drawn by lot, in turn: either way finds solutions that the other does not.
    """
    candidates = np.flatnonzero(data.mass)
    everyone = _answers_given(data, candidates)
    counts = np.empty((n_starts, k, data.n_rows - 1))
    for s in range(n_starts):
        rng = np.random.Generator(np.random.PCG64([seed, s]))
        size = 1 if s % 2 == 0 else max(min(PART, len(candidates) // k), 1)
        chosen = rng.choice(candidates, (k, size), replace=False)
        for c in range(k):
            counts[s, c] = everyone / data.n + _answers_given(data, chosen[c]) / data.mass[chosen[c]].sum()
    return _State(np.full((n_starts, k), data.n / k), counts, np.full(n_starts, -np.inf))


def _answers_given(data: _Data, which: NDArray[np.int64]) -> Floats:
    """How often each answer was given by some customers, (answers,)."""
    rows = data.rows[which]
    mass = np.repeat(data.mass[which], rows.shape[1])
    return np.asarray(np.bincount(rows.ravel(), mass, data.n_rows)[1:], np.float64)


def _carry_on(data: _Data, state: _State, passes: int, enough: float = SETTLED) -> _State:
    """Pass after pass, until no start gains any more."""
    moving = np.ones(len(state.likelihood), np.bool_)
    for _ in range(passes):
        which = np.flatnonzero(moving)
        if data.progress is not None:
            data.progress.check()
        after = _pass(data, state.only(which))
        gained = after.likelihood - state.likelihood[which]
        for whole, part in ((state.totals, after.totals), (state.counts, after.counts)):
            whole[which] = part
        state.likelihood[which] = after.likelihood
        state = replace(state, n_passes=state.n_passes + 1)
        moving[which] = gained > enough * data.n
        if not moving.any():
            break
    return state


def _pass(data: _Data, state: _State) -> _State:
    """One step of EM; the likelihood is that of the probabilities it began with."""
    from ilk.cluster.latent_kernel import expect

    n_starts, k = state.totals.shape
    tables, shares = _logs(data, state)
    batches = [slice(s, s + SIDE_BY_SIDE) for s in range(0, n_starts, SIDE_BY_SIDE)]
    runs = [slice(i, i + RUN) for i in range(0, len(data.rows), RUN)]

    def count(piece: tuple[slice, slice]) -> tuple[Floats, Floats, Floats]:
        run, batch = piece
        table, log_shares = np.ascontiguousarray(tables[:, batch].reshape(data.n_rows, -1)), shares[batch].ravel()
        counts, totals, likelihood = np.zeros_like(table), np.zeros_like(log_shares), np.zeros(len(shares[batch]))
        expect(data.rows[run], data.mass[run], table, log_shares, counts, totals, likelihood)
        return counts, totals, likelihood

    found = map_threads(count, [(run, batch) for run in runs for batch in batches], threads=data.threads)
    sums = [_summed(found[b :: len(batches)]) for b in range(len(batches))]
    counts = np.concatenate([one[0].reshape(data.n_rows, -1, k) for one in sums], axis=1)[1:]
    totals = np.concatenate([one[1].reshape(-1, k) for one in sums])
    return _State(totals, counts.transpose(1, 2, 0), np.concatenate([one[2] for one in sums]))


def _summed(parts: list[tuple[Floats, Floats, Floats]]) -> tuple[Floats, Floats, Floats]:
    counts, totals, likelihood = (part.copy() for part in parts[0])
    for part in parts[1:]:
        counts += part[0]
        totals += part[1]
        likelihood += part[2]
    return counts, totals, likelihood


def _logs(data: _Data, state: _State) -> tuple[Floats, Floats]:
    """Tables of log probabilities, (1 + answers, S, k), and of log shares, (S, k)."""
    theta = np.maximum(state.counts / np.maximum(_by_column(state.counts, data.starts), LEAST), LEAST)
    powers = np.repeat(data.powers, np.diff(data.starts))
    tables = np.zeros((data.n_rows, *state.totals.shape))
    tables[1:] = (powers * np.log(theta)).transpose(2, 0, 1)
    return tables, np.log(np.maximum(state.totals / data.n, LEAST))


def _by_column(counts: Floats, starts: NDArray[np.int64]) -> Floats:
    """The sum over the answers of a column, at each of them."""
    sums = np.add.reduceat(counts, starts[:-1], axis=-1)
    return np.asarray(np.repeat(sums, np.diff(starts), axis=-1))


def _finished(data: _Data, state: _State) -> LatentFit:
    totals, counts = state.totals[0], state.counts[0]
    rank = np.lexsort((*counts.T[::-1], -totals))
    return LatentFit(
        totals=totals[rank],
        counts=counts[rank],
        starts=data.starts,
        powers=data.powers,
        log_likelihood=float(state.likelihood[0]),
        n=data.n,
        n_passes=state.n_passes,
    )


def _on_grid(values: Floats) -> Floats:
    return np.floor(values * UNIT + 0.5) / UNIT
