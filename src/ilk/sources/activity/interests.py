"""Interests learnt from which topics go together: each topic is dealt out to them, and so is what a customer does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ilk.sources.factors import Matrix, factorise, heaviest_of, how_many, names_of, shares_of

MOST_INTERESTS = 20
"""More interests than a person reads; groups of people are found whose number is smaller or the same."""

MOST_LEARNT = 5_000
"""Topics that are learnt from, those of most customers."""

DIGITS = 5
"""Decimals of weights that are kept."""

PARTS = 1_000
"""A topic is dealt out in thousandths."""

GRID = 65_536
"""Weights of topics are multiples of one over this: sums of them are exact, in any order."""

MILLION = 1e6
"""Weights are added in millionths, for the same reason."""

NAMED = 40
"""Letters of a topic in the name of an interest."""

TOLD = 5
"""Topics of an interest that are told."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class InterestPlan:
    """Topics and how they are dealt out to interests; every topic is one of customers enough.

    Args:
        keys: Folded texts of the topics, those of most customers first.
        words: What people call each.
        idf: Weight of each, higher for the rarer.
        parts: Thousandths of each topic that belong to each interest.
        names: Of the interests, made of their most telling topics.
        heaviest: The most telling topics of each interest, by number.
        typical: Weight in the middle of all; what is so much counts as once.
    """

    keys: tuple[str, ...]
    words: tuple[str, ...]
    idf: tuple[float, ...]
    parts: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    heaviest: tuple[tuple[int, ...], ...]
    typical: float = 1.0

    def told(self, i: int) -> tuple[str, ...]:
        """The topics that interest i is above all."""
        return tuple(self.words[topic] for topic in self.heaviest[i])

    def amounts_of(self, weights: Mapping[str, float]) -> list[float]:
        """How much of each interest one customer has, of topics by their texts; unknown topics count nothing."""
        at = {key: i for i, key in enumerate(self.keys)}
        known: dict[int, float] = {}
        for topic, weight in weights.items():
            if topic.lower() in at:
                known[at[topic.lower()]] = known.get(at[topic.lower()], 0.0) + weight
        places = np.array(list(known), np.int64)
        found = amounts(self, 1, np.zeros(len(places), np.int64), places, np.array(list(known.values()), np.float64))
        return [float(one) for one in found[0]]


@dataclass(frozen=True, slots=True)
class Topics:
    """What there is to learn from: texts, spelling and customers of each topic, those of most customers first."""

    keys: tuple[str, ...]
    words: tuple[str, ...]
    customers: Rows


def learn_interests(
    topics: Topics, n: int, rows: Rows, places: Rows, weights: Matrix, *, most: int, seed: int
) -> InterestPlan | None:
    """Return interests of customers, whose order may not depend on that of the log.

    ln(1 + w / typical) times ln(n / n_t), rows of length one, factorised into non-negative factors. A topic is dealt
    out to them in the parts that it has in each: of the factors themselves (or their pseudo-inverse) the few topics of
    most customers would be nearly all, and whoever does something rarer would have next to nothing.

    Args:
        topics: Topics.
        n: Customers who have any of them.
        rows: Customer of each weight, numbered from 0.
        places: Topic of each weight.
        weights: Above 0; each pair of customer and topic once.
        most: Interests at the most.
        seed: Of the factorisation.

    Returns:
        None where there are too few customers or topics for two interests.

    Source: Lee & Seung (1999), Nature 401; Sparck Jones (1972), Journal of Documentation 28(1).
    """
    k = how_many(min(most, MOST_INTERESTS), int(rows.max(initial=-1)) + 1, len(topics.keys))
    if k < 2:
        return None
    idf = np.asarray(np.round(np.log(n / topics.customers), DIGITS), np.float64)
    typical = round(float(np.median(weights)), DIGITS) or 10.0**-DIGITS
    factors = factorise(_unit_rows(rows, places, _weighed(weights, typical, idf[places]), len(topics.keys)), k, seed)
    whole = np.maximum(factors.sum(axis=0), np.finfo(float).tiny)
    parts = np.floor(PARTS * factors / whole + 0.5).astype(np.int64).T
    return InterestPlan(
        keys=topics.keys,
        words=topics.words,
        idf=tuple(idf.tolist()),
        parts=tuple(map(tuple, parts.tolist())),
        names=names_of(factors, [word[:NAMED].strip() for word in topics.words], stem=NAMED),
        heaviest=tuple(map(tuple, heaviest_of(factors, TOLD))),
        typical=typical,
    )


def amounts(plan: InterestPlan, n: int, rows: Rows, places: Rows, weights: Matrix) -> npt.NDArray[np.float32]:
    """Return how much of each interest n customers have, shape (n, interests): all they do, dealt out.

    Every sum is exact, so that it is the same in any order. What makes less than a tenth of what somebody does is none
    of their interests.

    Args:
        plan: Topics and interests.
        n: Customers.
        rows: Customer of each weight, numbered from 0.
        places: Topic of each weight.
        weights: Above 0; each pair of customer and topic once.
    """
    values = _weighed(weights, plan.typical, np.asarray(plan.idf)[places])
    scores = _sparse(rows, places, values, (n, len(plan.keys))) @ np.asarray(plan.parts, np.float64)
    total = np.bincount(rows, np.rint(weights * MILLION), minlength=n) / MILLION
    return (shares_of(scores) * total[:, None]).astype(np.float32)


def _weighed(weights: Matrix, typical: float, idf: Matrix) -> Matrix:
    """ln(1 + w / typical) * idf, multiples of 1 / GRID."""
    return np.floor(np.log1p(weights / typical) * idf * GRID + 0.5) / GRID


def _unit_rows(rows: Rows, places: Rows, values: Matrix, n_topics: int) -> Any:
    """Customers as sparse rows of length one."""
    n = int(rows.max()) + 1
    lengths = np.sqrt(np.bincount(rows, np.floor(values * values * GRID + 0.5) / GRID, minlength=n))
    return _sparse(rows, places, values / np.maximum(lengths, np.finfo(float).tiny)[rows], (n, n_topics))


def _sparse(rows: Rows, places: Rows, values: Matrix, shape: Sequence[int]) -> Any:
    """Rows in their order, and in each the topics in theirs."""
    from scipy.sparse import csr_matrix

    made = csr_matrix((values, (rows, places)), shape=tuple(shape))
    made.sort_indices()
    return made
