"""Passes of EM over everybody's answers, for several starts side by side: where starts begin, and how they go on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.answers import Answer, Codes, answer_starts
from ilk.engines.workers import map_threads
from ilk.progress import Progress

Floats = NDArray[np.float64]

PART = 50
"""Customers drawn by lot for a class to begin with."""

SIDE_BY_SIDE = 5
"""Starts that one thread carries on together."""

LANES = 16
"""Classes that stand side by side are filled up to a multiple of this: 15 take a third longer than 16."""

SETTLED = 1e-9
"""Gain of the mean log-likelihood at which a fit has settled."""

RUN = 16_384
"""Customers whose sums are added up in one go; the runs are added in their order, whatever the threads."""

LEAST = 1e-15
"""Probability of what nobody in a class answered, while it is fitted, as in stepmix."""


@dataclass(frozen=True, slots=True)
class Respondents:
    """Customers as the kernel takes them.

    Args:
        rows: (n, columns), row of the kernel's table of each answer, 0 where there is none.
        mass: How often each counts, (n,).
        starts: Where each column's answers begin, (columns + 1,).
        powers: How often each column counts, (columns,).
        threads: How many to use; the answer does not depend on it.
        progress: To be stopped by.
    """

    rows: NDArray[np.int32]
    mass: Floats
    starts: NDArray[np.int64]
    powers: Floats
    threads: int | None
    progress: Progress | None

    @classmethod
    def of(
        cls,
        codes: Codes,
        answers: tuple[Answer, ...],
        mass: NDArray[np.floating] | None,
        threads: int | None,
        progress: Progress | None,
    ) -> Respondents:
        """Those who gave `codes`, (n, columns), -1 where there is no answer."""
        starts = answer_starts(answers)
        rows = np.where(codes >= 0, codes + starts[:-1] + 1, 0).astype(np.int32)
        weights = np.ones(len(codes)) if mass is None else np.asarray(mass, np.float64)
        return cls(rows, weights, starts, np.array([answer.power for answer in answers]), threads, progress)

    @property
    def n(self) -> float:
        """Their mass."""
        return float(self.mass.sum())

    @property
    def n_rows(self) -> int:
        """Rows of a table: one for no answer, and one an answer."""
        return int(self.starts[-1]) + 1

    def first(self, n: int) -> Respondents:
        """The first n of those who count."""
        which = np.flatnonzero(self.mass)[:n]
        return replace(self, rows=self.rows[which], mass=self.mass[which])

    def half(self, rng: np.random.Generator) -> Respondents:
        """Half of them, drawn by lot; of one, that one."""
        drawn = rng.permutation(len(self.mass))[: -(-len(self.mass) // 2)]
        return replace(self, rows=self.rows[drawn], mass=self.mass[drawn])


@dataclass(frozen=True, slots=True)
class Starts:
    """Several starts: totals (S, k), counts (S, k, answers), likelihood (S,), passes so far."""

    totals: Floats
    counts: Floats
    likelihood: Floats
    n_passes: int = 0

    @classmethod
    def new(cls, totals: Floats, counts: Floats) -> Starts:
        """Before their first pass."""
        return cls(totals, counts, np.full(len(totals), -np.inf))

    def __len__(self) -> int:
        return len(self.likelihood)

    def only(self, which: NDArray[np.int64] | list[int]) -> Starts:
        """Some of the starts."""
        return replace(self, totals=self.totals[which], counts=self.counts[which], likelihood=self.likelihood[which])

    def best(self, number: int) -> Starts:
        """So many, the likeliest first."""
        return self.only(np.argsort(-self.likelihood, kind="stable")[:number])

    def among(self, others: Starts) -> Starts:
        """These and others."""
        return replace(
            self,
            totals=np.concatenate([self.totals, others.totals]),
            counts=np.concatenate([self.counts, others.counts]),
            likelihood=np.concatenate([self.likelihood, others.likelihood]),
        )

    def of_so_many(self, n: float) -> Starts:
        """The same shares and answers, of customers of mass n, whose likelihood is not known yet."""
        more = n / self.totals.sum(axis=1)
        fresh = Starts.new(self.totals * more[:, None], self.counts * more[:, None, None])
        return replace(fresh, n_passes=self.n_passes)


def begin(data: Respondents, k: int, seed: int, n_starts: int) -> Starts:
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
    return Starts.new(np.full((n_starts, k), data.n / k), counts)


def _answers_given(data: Respondents, which: NDArray[np.int64]) -> Floats:
    """How often each answer was given by some customers, (answers,)."""
    rows = data.rows[which]
    mass = np.repeat(data.mass[which], rows.shape[1])
    return np.asarray(np.bincount(rows.ravel(), mass, data.n_rows)[1:], np.float64)


def carry_on(data: Respondents, starts: Starts, passes: int, enough: float = SETTLED) -> Starts:
    """Pass after pass, until no start gains more than `enough` a customer any more."""
    totals, counts, likelihood = starts.totals.copy(), starts.counts.copy(), starts.likelihood.copy()
    which, n_passes = np.arange(len(starts)), starts.n_passes
    for _ in range(passes):
        if data.progress is not None:
            data.progress.check()
        after = one_pass(data, Starts(totals[which], counts[which], likelihood[which]))
        gained = after.likelihood - likelihood[which]
        totals[which], counts[which], likelihood[which] = after.totals, after.counts, after.likelihood
        n_passes += 1
        which = which[gained > enough * data.n]
        if not len(which):
            break
    return Starts(totals, counts, likelihood, n_passes)


def one_pass(data: Respondents, starts: Starts) -> Starts:
    """One step of EM; the likelihood is that of the probabilities it began with."""
    from ilk.cluster.latent_kernel import expect

    n_starts, k = starts.totals.shape
    tables, shares = _logs(data, starts)
    batches = [slice(s, s + SIDE_BY_SIDE) for s in range(0, n_starts, SIDE_BY_SIDE)]
    runs = [slice(i, i + RUN) for i in range(0, len(data.rows), RUN)]

    def count(piece: tuple[slice, slice]) -> tuple[Floats, Floats, Floats]:
        run, batch = piece
        table, log_shares = _in_lanes(tables[:, batch].reshape(data.n_rows, -1)), _in_lanes(shares[batch].ravel())
        counts, totals, likelihood = np.zeros_like(table), np.zeros_like(log_shares), np.zeros(len(shares[batch]))
        expect(data.rows[run], data.mass[run], table, log_shares, counts, totals, likelihood, k)
        return counts[:, : likelihood.size * k], totals[: likelihood.size * k], likelihood

    found = map_threads(count, [(run, batch) for run in runs for batch in batches], threads=data.threads)
    sums = [_summed(found[b :: len(batches)]) for b in range(len(batches))]
    counts = np.concatenate([one[0].reshape(data.n_rows, -1, k) for one in sums], axis=1)[1:]
    totals = np.concatenate([one[1].reshape(-1, k) for one in sums])
    return Starts(totals, counts.transpose(1, 2, 0), np.concatenate([one[2] for one in sums]))


def _in_lanes(columns: Floats) -> Floats:
    """Columns filled up with zeros; few are left as they are, because filling up would cost more than it saves."""
    width = columns.shape[-1]
    filled = width if width <= LANES // 2 else -(-width // LANES) * LANES
    wide = np.zeros((*columns.shape[:-1], filled))
    wide[..., :width] = columns
    return wide


def _summed(parts: list[tuple[Floats, Floats, Floats]]) -> tuple[Floats, Floats, Floats]:
    counts, totals, likelihood = (part.copy() for part in parts[0])
    for part in parts[1:]:
        counts += part[0]
        totals += part[1]
        likelihood += part[2]
    return counts, totals, likelihood


def _logs(data: Respondents, starts: Starts) -> tuple[Floats, Floats]:
    """Tables of log probabilities, (1 + answers, S, k), and of log shares, (S, k)."""
    theta = np.maximum(starts.counts / np.maximum(by_column(starts.counts, data.starts), LEAST), LEAST)
    powers = np.repeat(data.powers, np.diff(data.starts))
    tables = np.zeros((data.n_rows, *starts.totals.shape))
    tables[1:] = (powers * np.log(theta)).transpose(2, 0, 1)
    return tables, np.log(np.maximum(starts.totals / data.n, LEAST))


def by_column(counts: Floats, starts: NDArray[np.int64]) -> Floats:
    """The sum over the answers of a column, at each of them."""
    sums = np.add.reduceat(counts, starts[:-1], axis=-1)
    return np.asarray(np.repeat(sums, np.diff(starts), axis=-1))
