"""What customers of the world leave elsewhere: what they follow, what they answer, what they order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ilk.worlds.cards import Floats, Ints
from ilk.worlds.wants import CATEGORIES, CHANNELS, DEVICES, EVERYBODY, KINDS, STATEMENTS, WANTS

LAST_DAY = np.datetime64("2026-06-30")
DAYS = 365

PLAIN = len(WANTS) - 1
"""The want that leans on nothing."""

ACTIVE, ANSWERING, ORDERING = 0.9, 0.6, 0.8
"""Shares of customers who are in the log, in the survey and among the orders."""

OWN = 0.7
"""Share of what somebody follows that belongs to the own want."""

EVENTS = 24.0
"""Events of somebody active, on average; a few have ten times as many."""

LEANING = 1.7
"""Steps of the scale by which people agree more with statements of their own want."""

STYLE = 0.5
"""Spread of people's own way of answering, in steps of the scale."""

OWN_BASKET = 0.75
"""Share of orders in the categories of the own want."""


def wants_of(personas: Ints, rng: np.random.Generator) -> Ints:
    """What each customer wants, 0-based, shape (n,): the wants of a persona in equal parts, as exactly as can be."""
    found = np.empty(len(personas), np.int64)
    for persona in range(int(personas.max()) + 1 if len(personas) else 0):
        rows = rng.permutation(np.flatnonzero(personas == persona))
        wants = [want for of, want in KINDS if of == persona]
        found[rows] = np.resize(wants, len(rows))
    return found


def activity_log(ids: pa.Array, wants: Ints, rng: np.random.Generator) -> pa.Table:
    """Who followed what, when and where: one row an event, by time."""
    events = _how_many(len(wants), ACTIVE, EVENTS, rng)
    who = np.repeat(np.arange(len(wants)), events)
    own, leans = _own([want.topics for want in WANTS], _topics()), wants < PLAIN
    # Everyone has a few favourites, so that one customer's log is not a fair sample of the want.
    favourite = rng.random((len(wants), own.shape[1])) ** 2
    chosen = _drawn(np.cumsum(favourite / favourite.sum(axis=1, keepdims=True), axis=1)[who], rng)
    is_own = (rng.random(len(who)) < OWN) & leans[who]
    topic = np.where(is_own, own[wants[who], chosen], rng.integers(len(_topics()), size=len(who)))
    time = LAST_DAY.astype("datetime64[s]") - rng.integers(DAYS * 86_400, size=len(who)).astype("timedelta64[s]")
    by_time = np.argsort(time, kind="stable")
    channel = rng.integers(len(CHANNELS), size=len(who))
    table = pa.table(
        {
            "CUST_ID": ids.take(pa.array(who)),
            "TIME": pa.array(time),
            "TOPIC": pa.array(_topics()).take(pa.array(topic)),
            "CHANNEL": pa.array(CHANNELS).take(pa.array(channel)),
        }
    )
    return table.take(pa.array(by_time))


def survey_answers(ids: pa.Array, wants: Ints, rng: np.random.Generator) -> pa.Table:
    """What some of them answered: statements from 1 to 5, and which ways to the bank they use, several in a cell."""
    n = len(wants)
    agrees = np.zeros((len(WANTS), len(STATEMENTS)))
    for row, want in zip(agrees, WANTS, strict=True):
        row[list(want.agrees)] = LEANING
    leaning = agrees[wants] - agrees.mean(axis=0)
    drawn = 3.1 + leaning + STYLE * rng.standard_normal((n, 1)) + 0.8 * rng.standard_normal(leaning.shape)
    answers = np.clip(np.rint(drawn), 1, 5).astype(np.int64)
    unanswered = rng.random(answers.shape) < 0.02
    ticked = rng.random((n, len(DEVICES))) < (0.75, 0.5, 0.3, 0.1)
    cells = [";".join(name for name, has in zip(DEVICES, row, strict=True) if has) or None for row in ticked.tolist()]
    columns = {f"Q{j + 1}": pa.array(answers[:, j], mask=unanswered[:, j]) for j in range(len(STATEMENTS))}
    table = pa.table({"CUST_ID": ids, **columns, "WAYS": pa.array(cells, pa.string())})
    return table.take(pa.array(np.flatnonzero(rng.random(n) < ANSWERING)))


def order_list(ids: pa.Array, wants: Ints, rng: np.random.Generator) -> pa.Table:
    """What they ordered, one row an order, by day."""
    mean = np.array([want.orders for want in WANTS])[wants]
    orders = _how_many(len(wants), ORDERING, mean, rng)
    who = np.repeat(np.arange(len(wants)), orders)
    own, leans = _own([want.buys for want in WANTS], CATEGORIES), wants < PLAIN
    pick = own[wants[who], rng.integers(own.shape[1], size=len(who))]
    is_own = (rng.random(len(who)) < OWN_BASKET) & leans[who]
    category = np.where(is_own, pick, rng.integers(len(CATEGORIES), size=len(who)))
    basket = np.array([want.basket for want in WANTS])[wants] * np.exp(0.3 * rng.standard_normal(len(wants)))
    amount = np.rint(100 * basket[who] * np.exp(0.45 * rng.standard_normal(len(who)))) / 100
    returned = rng.random(len(who)) < 0.03
    day = LAST_DAY - rng.integers(DAYS, size=len(who)).astype("timedelta64[D]")
    by_day = np.argsort(day, kind="stable")
    table = pa.table(
        {
            "ORDER_ID": pa.array(np.arange(len(who), dtype=np.int64)[np.argsort(by_day, kind="stable")] + 500_001),
            "CUST_ID": ids.take(pa.array(who)),
            "DATE": pa.array(day),
            "CATEGORY": pa.array(CATEGORIES).take(pa.array(category)),
            "AMOUNT": pa.array(np.where(returned, -amount, amount)),
        }
    )
    return table.take(pa.array(by_day))


def _own(names: Sequence[tuple[str, ...]], known: tuple[str, ...]) -> Ints:
    """Places of each want's own names among the known ones; the plain want has none, and 0 stands in for it."""
    across = max(len(some) for some in names)
    return np.array([[known.index(name) for name in some] or [0] * across for some in names])


def _topics() -> tuple[str, ...]:
    return (*(topic for want in WANTS for topic in want.topics), *EVERYBODY)


def _how_many(n: int, share: float, mean: Floats | float, rng: np.random.Generator) -> Ints:
    """Events of each customer: none for some, at least one for the others, with a long tail."""
    drawn = 1 + rng.poisson(np.maximum(mean - 1.0, 0.0) * rng.gamma(2.0, 0.5, n))
    return np.where(rng.random(n) < share, drawn, 0)


def _drawn(cumulated: Floats, rng: np.random.Generator) -> Ints:
    """One of the places of each row, drawn with the row's shares; rows add up to 1."""
    place = (rng.random(len(cumulated))[:, None] > cumulated).sum(axis=1)
    return np.asarray(np.minimum(place, cumulated.shape[1] - 1), np.int64)
