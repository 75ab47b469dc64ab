"""How sure an assignment is: would it be the same with other customers, and if the blanks were known?

For one customer: the share of votes for its segment over 20 bootstrap solutions x 30 donors. Donors are reference
points like the customer in what it answered; each fills the blanks once, for this figure only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.cluster.twin import what_is_known
from ilk.engines.workers import map_threads, our_threads_alone
from ilk.model.scorers import Floats, Matrix, Scoring

N_DONORS = 30
"""Donors drawn for each customer with blanks; methods page, "Certainty"."""

RANK_OF_H = 10
"""The bandwidth h is the squared distance of the donor of this rank; methods page, "Certainty"."""

RANKS_SHARED = 60
DONORS_A_RANK = 15
"""Where few columns are known many donors are equally near, and more of them are asked: h has the rank 60 / columns
known, but at most a fifteenth of all donors, and 10 at the least. On the credit-card customers with one column known,
fifths of certainty are off by up to 0.15 with rank 10, and by 0.08 so; with eight known it is the same."""

SPREAD = 4.0
"""h is at least this many times the variance among the customers of one donor, the mean over the features known: donors
are means, and a customer with a value may well belong to one whose mean is another. exp(-2 d^2 / h) is then as wide as
that spread. With one column known, fifths are off by up to 0.09 without it on the credit-card customers and 0.17 on
made-up ones, and by 0.05 and 0.03 with it; docs/decisions/015."""

N_TRUTHS = 120
"""Donors taken for the truth when it is asked which column would help; the likeliest ones."""

TOO_LITTLE = 0.6
"""Below this certainty there is too little to tell."""

DOUBT = 0.05
"""While something is unknown, certainty stays below 1 by this much of the weight that is. Donors are means of ten and
more customers, so that they agree more than customers do: where one column of three or five is known and all votes are
for one segment, 93 to 100 % of made-up customers are in it (rule of thumb)."""

CHUNK = 1_024
"""Customers worked on at a time: 30 MB of scores for 20 bootstrap solutions of 6 segments."""

_GOLDEN_STEPS = np.uint64(0x9E3779B97F4A7C15) * np.arange(1, N_DONORS + 1, dtype=np.uint64)
_WEIGHT_STEP = 2.0**40


@dataclass(frozen=True, slots=True)
class Helpful:
    """The blank column that would raise the certainty most, and how high on average once it is known."""

    column: str
    certainty: float


def certainty_of(
    scoring: Scoring,
    matrix: Matrix,
    labels: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    *,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Share of votes for each customer's label.

    Args:
        scoring: A model made ready.
        matrix: float32 (n, p), NaN where an answer is missing; every customer answered something.
        labels: Positions of segments, (n,), as `nearest_segments` gives them.
        hashes: Of the customers' ids, (n,); they seed the draw of donors, so that neither order nor batch matters.
        threads: How many to use; the answer does not depend on it.

    Returns:
        float64 (n,), in 0..1; NaN where the model has no bootstrap solutions to ask.

    Source: methods page, "Certainty".
    """
    if len(scoring.numbers) == 1:
        return np.ones(len(matrix))
    if len(scoring.bootstraps) == 0:
        return np.full(len(matrix), np.nan)
    found = np.empty(len(matrix))

    def work(first: int) -> None:
        rows = slice(first, first + CHUNK)
        found[rows] = _sureness(scoring, matrix[rows].astype(np.float64), labels[rows], hashes[rows])

    if len(matrix) <= CHUNK:  # to ask the library for one thread takes as long as a hundred customers do
        work(0)
        return found
    with our_threads_alone():
        map_threads(work, range(0, len(matrix), CHUNK), threads=threads)
    return found


def most_helpful_column(scoring: Scoring, row: Matrix) -> Helpful | None:
    """Which blank column would raise the certainty of one customer most, and to what on average.

    Each donor in turn is taken for the truth: its value of a column is told, donors are weighted anew, and the votes
    of the winning segment are counted; the mean over donors is what knowing that column is worth.

    Args:
        scoring: A model made ready.
        row: float32 (p,), NaN where an answer is missing.

    Returns:
        None where nothing is blank or nothing can be asked.
    """
    blank = np.isnan(row)
    if not blank.any() or len(scoring.bootstraps) == 0 or len(scoring.numbers) == 1:
        return None
    x = row.astype(np.float64)[np.newaxis]
    near, votes = _donor_distances(scoring, x, ~blank[np.newaxis]), _votes_of_donors(scoring, x)
    asked = _Asked(near, votes, int(_n_known(scoring, ~blank[np.newaxis])[0]), np.flatnonzero(~blank))
    of_column = scoring.columns_of_features
    found = [
        Helpful(scoring.columns[i], _expected(scoring, asked, np.flatnonzero(blank & (of_column == i))))
        for i in np.unique(of_column[blank])
    ]
    return max(found, key=lambda one: one.certainty)


def donor_weights(scoring: Scoring, values: Floats) -> Floats:
    """How likely each reference point stands in for each customer, (n, r): customers * exp(-2 d_obs^2 / h).

    Whole numbers of at most 2^40, the largest of a row being 2^40, so that sums of them are exact in any order.

    Args:
        scoring: A model made ready, with r donors.
        values: (n, p), NaN where an answer is missing.
    """
    known = ~np.isnan(values)
    ranks, least = _ranks(scoring, _n_known(scoring, known)), _least(scoring, known)
    return _weights(_donor_distances(scoring, values, known), scoring.donor_customers, ranks, least)


@dataclass(frozen=True, slots=True)
class _Voices:
    """Customers as bootstrap solutions are asked about them; whoever left something blank once for each donor drawn.

    Args:
        customer: Which of the customers it is, (m,).
        values: NaN-free, (m, p).
        times: How often it counts, (m,); `N_DONORS` in all for every customer.
    """

    customer: NDArray[np.int64]
    values: Floats
    times: NDArray[np.int64]


def _sureness(
    scoring: Scoring, values: Floats, labels: NDArray[np.int64], hashes: NDArray[np.uint64]
) -> NDArray[np.float64]:
    """Votes of bootstrap solutions x donors for the labels of some customers, (n,), less the doubt of what is blank."""
    blank = np.isnan(values)
    some = np.flatnonzero(blank.any(axis=1))
    if not some.size:
        return np.asarray(_agreeing(scoring, values, labels) / len(scoring.bootstraps))
    voices = _voices(scoring, values, blank, some, hashes[some])
    agree = _agreeing(scoring, voices.values, labels[voices.customer]) * voices.times
    votes = np.bincount(voices.customer, agree, len(values)) / (N_DONORS * len(scoring.bootstraps))
    unknown = blank @ scoring.weights / scoring.weights.sum()
    return np.asarray(np.minimum(votes, 1.0 - DOUBT * unknown))


def _voices(
    scoring: Scoring, values: Floats, blank: NDArray[np.bool_], some: NDArray[np.int64], hashes: NDArray[np.uint64]
) -> _Voices:
    """Everybody's voices: first of those without blanks, then of `some`, whose blanks donors fill.

    Strata ascend, so that a donor drawn more than once stands side by side, and is heard once for all of them.
    """
    drawn = _draw(donor_weights(scoring, values[some]), hashes)
    another = np.ones(drawn.shape, np.bool_)
    np.not_equal(drawn[:, 1:], drawn[:, :-1], out=another[:, 1:])
    first = np.flatnonzero(another)
    whole, customer = np.flatnonzero(~blank.any(axis=1)), some[first // N_DONORS]
    filled = scoring.donors.take(drawn.ravel()[first], axis=0)
    np.copyto(filled, values.take(customer, axis=0), where=~blank.take(customer, axis=0))
    return _Voices(
        customer=np.concatenate([whole, customer]),
        values=np.concatenate([values[whole], filled]),
        times=np.concatenate([np.full(whole.size, N_DONORS), np.diff(first, append=drawn.size)]),
    )


def _agreeing(scoring: Scoring, values: Floats, labels: NDArray[np.int64]) -> NDArray[np.int16]:
    """How many bootstrap solutions give each customer its label, (n,)."""
    return np.asarray(_votes(scoring, values)[labels, np.arange(len(values))])


def _votes(scoring: Scoring, values: Floats) -> NDArray[np.int16]:
    """How many bootstrap solutions place each customer in each segment, (g, n)."""
    counts = scoring.bootstraps.counts(values)
    if scoring.is_unmerged:
        return counts
    return np.stack([counts[scoring.owner == g].sum(axis=0, dtype=np.int16) for g in range(len(scoring.numbers))])


def _donor_distances(scoring: Scoring, values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Squared distance from each customer to each donor over the answered features `known`, (n, r)."""
    near = what_is_known(values, known) @ scoring.donor_squares
    return np.maximum(near, 0.0, out=near)


def _n_known(scoring: Scoring, known: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many columns each customer answered, (n,), of features that are known, (n, p)."""
    features = known.astype(np.float64) @ scoring.features_of_columns
    return np.asarray((features > 0).sum(axis=1))


def _ranks(scoring: Scoring, n_known: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rank of the donor whose distance is h, (n,)."""
    shared = min(RANKS_SHARED, len(scoring.donors) // DONORS_A_RANK)
    return np.asarray(np.maximum(RANK_OF_H, shared // np.maximum(n_known, 1)))


def _least(scoring: Scoring, known: NDArray[np.bool_]) -> Floats:
    """The least h of each customer, (n,); exact in any order, because `within` is in multiples of 2^-20."""
    within = known.astype(np.float64) @ scoring.within
    return np.asarray(SPREAD * within / np.maximum(known.sum(axis=1), 1))


def _weights(near: Floats, customers: Floats, ranks: NDArray[np.int64], least: Floats) -> Floats:
    """The weights of `donor_weights` from squared distances, (n, r), which they take the place of."""
    h = np.maximum(_at_rank(near, ranks), least)
    if not h.all():
        smallest = np.where(near > 0, near, np.inf).min(axis=1)
        h = np.where(h > 0, h, np.where(np.isfinite(smallest), smallest, 1.0))
    weights = np.divide(near, (-0.5 * h)[:, np.newaxis], out=near)  # one place, which a processor's own cache holds
    np.exp(weights, out=weights)
    weights *= customers
    weights *= _WEIGHT_STEP / weights.max(axis=1, keepdims=True)
    return np.floor(weights, out=weights)


def _at_rank(near: Floats, ranks: NDArray[np.int64]) -> Floats:
    """In each row the distance of a rank, the nearest having rank 1; the farthest where there are not so many."""
    found = np.empty(len(near))
    for rank in set(ranks.tolist()):
        rows, place = ranks == rank, min(rank, near.shape[1]) - 1
        some = near if rows.all() else near[rows]
        found[rows] = np.partition(some, place, axis=1)[:, place]
    return found


def _draw(weights: Floats, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Draw 30 donors a customer, (n, 30), one from each thirtieth of the exact cumulative weights.

    A likely donor is drawn more than once. Strata keep the mean and take noise away, which would make customers look
    surer, or less sure, than they are. Sums of weights take their place.
    """
    totals = np.cumsum(weights, axis=1, out=weights)
    share = (np.arange(N_DONORS) + _uniform(hashes)) / N_DONORS
    target = np.minimum(np.floor(share * totals[:, -1:]), totals[:, -1:] - 1.0)
    drawn = [total.searchsorted(wanted, side="right") for total, wanted in zip(totals, target, strict=True)]
    return np.concatenate(drawn).reshape(len(weights), N_DONORS)


def _uniform(hashes: NDArray[np.uint64]) -> Floats:
    """30 numbers in [0, 1) from each hash: SplitMix64 (Steele, Lea & Flood 2014), which wraps on purpose."""
    z = hashes[:, np.newaxis] + _GOLDEN_STEPS
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.asarray((z >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def _votes_of_donors(scoring: Scoring, x: Floats) -> Floats:
    """Share of bootstrap votes for each segment when each donor in turn fills the blanks of one customer, (r, g)."""
    return np.asarray(_votes(scoring, np.where(np.isnan(x), scoring.donors, x)).T / len(scoring.bootstraps))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One customer so far: distances to the donors (1, r), their votes (r, g), how many columns and what is known."""

    near: Floats
    votes: Floats
    n_known: int
    known: NDArray[np.int64]


def _expected(scoring: Scoring, asked: _Asked, features: NDArray[np.int64]) -> float:
    """Mean certainty once these features are known, over the donors that are likely to tell the truth."""
    known = np.isin(np.arange(len(scoring.within)), asked.known)[np.newaxis]
    least = _least(scoring, known)
    prior = _weights(asked.near.copy(), scoring.donor_customers, _ranks(scoring, np.array([asked.n_known])), least)[0]
    truths = np.argsort(-prior, kind="stable")[:N_TRUTHS]
    told = scoring.donors[:, features]
    apart = ((told[np.newaxis] - told[truths][:, np.newaxis]) ** 2).sum(axis=2)
    ranks = _ranks(scoring, np.full(len(truths), asked.n_known + 1))
    known[0, features] = True
    least = np.repeat(_least(scoring, known), len(truths))
    posterior = _weights(asked.near + apart, scoring.donor_customers, ranks, least)
    sure = (posterior @ asked.votes).max(axis=1) / posterior.sum(axis=1)
    return float(prior[truths] @ sure / prior[truths].sum())
