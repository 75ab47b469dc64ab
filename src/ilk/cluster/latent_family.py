"""The likeliest latent classes are looked for by crossing: classes of two good solutions make a third.

EM climbs to the nearest top, and a survey of many questions has hundreds: ten starts end on ten different ones. But
good solutions share most of their classes, and differ in which of them each got right. Children take every class from
one parent or the other, and climb; the best of all stay. On a survey of 140 questions this reaches in two seconds what
four hundred starts did not.

Source: Gribel & Vidal (2019), Pattern Recognition 88, for k-means; here for likelihoods. How many start, grow and are
crossed, and when it ends, are rules of thumb; `benchmarks/latent.py` measures what they reach together.
"""

from __future__ import annotations

import numpy as np

from ilk.cluster.latent_passes import Floats, Respondents, Starts, begin, carry_on, one_pass

TRIED = 4
"""Beginnings of which one is carried on as a start (rule of thumb)."""

RACE = ((10, 2), (20, 1))
"""Passes, and how many beginnings for each start stay after them (rule of thumb)."""

GROWN = 70
"""Passes of a child, and of a start before it has children (rule of thumb)."""

CROSSED = 5
"""Children of two parents, in each generation (rule of thumb)."""

SHAKEN = 5
"""Children of the best alone, who move for a pass with half of the customers (rule of thumb)."""

PATIENCE = 10
"""Generations without a better one after which the search ends (rule of thumb)."""

GENERATIONS = 40
"""Generations after which it ends in any case (rule of thumb)."""

ROUGHLY = 1e-6
"""Gain of the mean log-likelihood at which a child has grown (rule of thumb): a twentieth of `ALIKE`."""

ALIKE = 2e-5
"""Difference of the mean log-likelihood below which two are taken for the same (rule of thumb): 0.02 in all for a
thousand customers, far below what one more answer of one class is worth in BIC."""


def likeliest(data: Respondents, k: int, *, seed: int, n_starts: int) -> Starts:
    """The best solutions that starts and their children reach, likeliest first, hardly moving any more.

    Args:
        data: Customers.
        k: Classes.
        seed: Of every start and child.
        n_starts: Starts; as many solutions are kept at a time.

    Raises:
        Cancelled: If asked to stop.
    """
    family = begin(data, k, seed, n_starts * TRIED)
    for passes, stay in RACE:
        family = carry_on(data, family, passes).best(n_starts * stay)
    family = _distinct(carry_on(data, family, GROWN, ROUGHLY), n_starts, data.n)
    rng = np.random.Generator(np.random.PCG64([seed, n_starts * TRIED]))
    patience = PATIENCE if k > 1 else 0
    for _ in range(GENERATIONS):
        if patience == 0:
            break
        children = carry_on(data, _children(data, family, rng), GROWN, ROUGHLY)
        better = children.likelihood.max() > family.likelihood[0] + ALIKE * data.n
        patience = PATIENCE if better else patience - 1
        family = _distinct(family.among(children), n_starts, data.n)
    return family


def _distinct(family: Starts, number: int, n: float) -> Starts:
    """The likeliest of those that are not the same."""
    order = np.argsort(-family.likelihood, kind="stable")
    new = np.diff(family.likelihood[order], prepend=np.inf) < -ALIKE * n
    return family.only(order[new][:number])


def _children(data: Respondents, family: Starts, rng: np.random.Generator) -> Starts:
    """Some of two parents, if there are two, and some of the best alone."""
    best = family.only([0])
    children = [one_pass(data.half(rng), best).of_so_many(data.n) for _ in range(SHAKEN)]
    if len(family) > 1:
        children += [_crossed(family, data.n, rng) for _ in range(CROSSED)]
    return Starts.new(np.concatenate([c.totals for c in children]), np.concatenate([c.counts for c in children]))


def _crossed(family: Starts, n: float, rng: np.random.Generator) -> Starts:
    """A child of two parents: of each pair of their classes one, and of either parent one at least."""
    one, other = rng.choice(len(family), 2, replace=False)
    pair = _pairs(_theta(family, one), _theta(family, other))
    k = len(pair)
    own = rng.permutation(k) < rng.integers(1, k)
    totals = np.where(own, family.totals[one], family.totals[other][pair])
    counts = np.where(own[:, None], family.counts[one], family.counts[other][pair])
    return Starts.new(totals[None], counts[None]).of_so_many(n)


def _theta(family: Starts, which: int) -> Floats:
    """How often a customer of each class gives each answer, (k, answers)."""
    return np.asarray(family.counts[which] / np.maximum(family.totals[which], 1.0)[:, None])


def _pairs(one: Floats, other: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The other's class that is most like each of these, one to one, (k,)."""
    from scipy.optimize import linear_sum_assignment

    apart = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2.0 * one @ other.T
    return np.asarray(linear_sum_assignment(apart)[1], np.int64)
