"""The seventeen columns of a card portfolio, drawn from habits.

What a customer does follows from habits (in how many months, how often, for how much), so columns hang together as in
life: purchases are the sum of their parts, a customer without a habit has zeros in all its columns, and frequencies
are months out of the months on book.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.worlds.people import PERSONAS, Habit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TENURES = ((6, 0.03), (7, 0.05), (8, 0.07), (9, 0.10), (10, 0.14), (11, 0.19), (12, 0.42))
"""Months on book and the share of customers who have them. A rare few far below all others would be a group of their
own, one that nobody planted; so shares fall step by step.
"""

CURIOSITY = 0.7
"""Correlation of who tries what now and then: some try everything, some nothing beyond their habits."""

TICKET_SPREAD = 0.36
"""Spread of the logarithm of what one use costs, between customers."""

MOST_LIMIT = 30_000
"""Highest credit limit granted."""


@dataclass(frozen=True, slots=True)
class _Use:
    """What one habit came to: months with a use, uses, and cents, each of shape (n,)."""

    months: Ints
    uses: Ints
    cents: Ints


@dataclass(frozen=True, slots=True)
class _Account:
    """What is owed and paid, each of shape (n,): cents, but for `limit` (whole money) and months."""

    limit: Ints
    owed: Floats
    months_owing: Ints
    paid: Floats
    least: Floats
    months_in_full: Floats


def card_columns(labels: Ints, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Draw the seventeen columns, shape (n,) each, for customers of the given personas (0-based, shape (n,)).

    Blank by rule: CREDIT_LIMIT where TENURE = 6, for a limit is set after half a year; MINIMUM_PAYMENTS where
    PAYMENTS = 0. PURCHASES is ONEOFF_PURCHASES + INSTALLMENTS_PURCHASES to the cent.
    """
    n = len(labels)
    tenure = rng.choice([t for t, _ in TENURES], size=n, p=[share for _, share in TENURES])
    # Who is better off spends more on everything, within any persona: this is what makes amounts hang together.
    person = rng.standard_normal(n), rng.standard_normal(n)
    oneoff, instalment, cash = (_used(name, labels, tenure, person, rng) for name in ("oneoff", "instalment", "cash"))
    bought = oneoff.cents + instalment.cents
    account = _account(labels, tenure, person[0], bought + cash.cents, rng)
    return {
        "BALANCE": _money(account.owed),
        "BALANCE_FREQUENCY": _share(account.months_owing, tenure),
        "PURCHASES": _money(bought),
        "ONEOFF_PURCHASES": _money(oneoff.cents),
        "INSTALLMENTS_PURCHASES": _money(instalment.cents),
        "CASH_ADVANCE": _money(cash.cents),
        "PURCHASES_FREQUENCY": _share(_either(oneoff.months, instalment.months, tenure, rng), tenure),
        "ONEOFF_PURCHASES_FREQUENCY": _share(oneoff.months, tenure),
        "PURCHASES_INSTALLMENTS_FREQUENCY": _share(instalment.months, tenure),
        "CASH_ADVANCE_FREQUENCY": _share(cash.months, tenure),
        "CASH_ADVANCE_TRX": pa.array(cash.uses),
        "PURCHASES_TRX": pa.array(oneoff.uses + instalment.uses),
        "CREDIT_LIMIT": pa.array(account.limit, mask=tenure == TENURES[0][0]),
        "PAYMENTS": _money(account.paid),
        "MINIMUM_PAYMENTS": _money(account.least, blank=account.paid == 0),
        "PRC_FULL_PAYMENT": _share(account.months_in_full, tenure),
        "TENURE": pa.array(tenure),
    }


def _used(habit: str, labels: Ints, tenure: Ints, person: tuple[Floats, Floats], rng: np.random.Generator) -> _Use:
    """Draw one habit for everybody; a person is how well off and how curious somebody is."""
    n = len(labels)
    wealth, curiosity = person
    never, months, uses, ticket = (
        np.array([getattr(getattr(p, habit), field.name) for p in PERSONAS])[labels] for field in fields(Habit)
    )
    tries = CURIOSITY * curiosity + np.sqrt(1.0 - CURIOSITY**2) * rng.standard_normal(n)
    some = np.maximum(np.rint(tenure * _beta(months, 18.0, rng)), 1).astype(np.int64)
    active = np.where(tries >= _normal_quantile(never), some, 0)
    n_uses = active + rng.poisson(active * (uses - 1.0) * rng.gamma(9.0, 1.0 / 9.0, n))
    # Student's t with 6 degrees of freedom: a few tickets far beyond what a normal logarithm allows.
    size = np.exp(TICKET_SPREAD * rng.standard_t(6.0, n) + 0.3 * wealth)
    return _Use(active, n_uses, np.rint(n_uses * ticket * size * 100).astype(np.int64))


def _either(first: Ints, second: Ints, tenure: Ints, rng: np.random.Generator) -> Ints:
    """Months with one or the other: the longer habit, and those months of the shorter that fall beside it."""
    longer, shorter = np.maximum(first, second), np.minimum(first, second)
    return longer + rng.hypergeometric(tenure - longer, longer, shorter)


def _account(labels: Ints, tenure: Ints, wealth: Floats, spent: Ints, rng: np.random.Generator) -> _Account:
    """Draw what is owed and paid, given the cents bought or drawn."""
    n = len(labels)
    limit = _limit(labels, wealth, rng)
    months_owing = np.rint(tenure * _beta(of_persona("carried", labels), 12.0, rng)).astype(np.int64)
    owed = np.floor(limit * _beta(of_persona("used", labels), 6.0, rng) * 100) * (months_owing > 0)
    fees = 6_000 * rng.lognormal(0.0, 0.5, n)
    due = of_persona("repaid", labels) * (spent + 0.08 * owed)
    paid = np.rint(due * rng.lognormal(0.0, 0.25, n) + fees) * (rng.random(n) >= of_persona("pays_nothing", labels))
    floor = 1_500 * rng.lognormal(0.0, 0.3, n)
    least = np.floor(np.maximum(0.03 * owed * tenure * rng.lognormal(0.0, 0.35, n), floor))
    in_full = np.rint(tenure * _beta(of_persona("in_full", labels), 5.0, rng))
    in_full *= (rng.random(n) >= of_persona("never_in_full", labels)) & (paid > 0)
    return _Account(limit, owed, months_owing, paid, least, in_full)


def _limit(labels: Ints, wealth: Floats, rng: np.random.Generator) -> Ints:
    """Limits are granted in steps, 50 at least, and nobody gets more than MOST_LIMIT."""
    drawn = of_persona("limit", labels) * np.exp(0.25 * wealth + 0.3 * rng.standard_normal(len(labels)))
    step = np.where(drawn < 1_000, 50, 500)
    granted: Floats = np.clip(np.rint(drawn / step) * step, 50, MOST_LIMIT)
    return granted.astype(np.int64)


def of_persona(field: str, labels: Ints) -> Floats:
    """A persona's figure, for each customer."""
    return np.array([getattr(p, field) for p in PERSONAS], dtype=np.float64)[labels]


def _beta(mean: Floats, tightness: float, rng: np.random.Generator) -> Floats:
    """Shares around a mean; the larger `tightness`, the closer."""
    mean = np.clip(mean, 0.01, 0.99)
    return rng.beta(mean * tightness, (1.0 - mean) * tightness)


def _normal_quantile(shares: Floats) -> Floats:
    """Where the standard normal distribution reaches each of a few different shares."""
    found, where = np.unique(shares, return_inverse=True)
    return np.array([NormalDist().inv_cdf(share) if share > 0 else -np.inf for share in found])[where]


def _money(cents: Floats | Ints, *, blank: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(cents / 100, mask=blank)


def _share(months: Floats | Ints, tenure: Ints) -> pa.Array:
    return pa.array(np.round(months / tenure, 6))
