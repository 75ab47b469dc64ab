"""Where the topics that may become columns are too little of what is done, interests are learnt from all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.settings import Settings
from ilk.sources.activity.interests import MOST_LEARNT, InterestPlan, Topics, amounts, learn_interests
from ilk.sources.activity.sums import Support, Weighed, choose, spellings
from ilk.sources.activity.told import called
from ilk.sources.factors import LEARNT_FROM
from ilk.sources.holders import Holders
from ilk.sources.sampling import in_hash_order, xxh64

LEAST_HELD = 1 / 3
"""Share of what customers have, of all topics of customers enough, that columns have to hold (rule of thumb)."""

LEAST_REACHED = 0.9
"""Share of the customers who have any such topic who have to have one that is a column (rule of thumb)."""

FEWEST_TOPICS = 2
"""Topics of a customer from whom it is learnt which go together."""

AT_ONCE = 1 << 17
"""Customers whose topics are dealt out at a time."""


def is_too_little(events: Weighed, found: Sequence[Support], most: int) -> bool:
    """Whether `most` topics as columns would leave out most of what customers do, or a tenth of the customers.

    Args:
        events: Whose topics are weighed.
        found: Topics of customers enough, those of most first.
        most: Topics that may become columns.
    """
    if len(found) <= most:
        return False
    if sum(one.n for one in found[:most]) < LEAST_HELD * sum(one.n for one in found):
        return True
    return _reached(events, found[:most]) < LEAST_REACHED * _reached(events, found)


def _reached(events: Weighed, topics: Sequence[Support]) -> int:
    """Customers who have any of these topics."""
    choose(events, [one.number for one in topics])
    (n,) = events.sandbox.row("SELECT count(DISTINCT p) FROM weights JOIN chosen USING (t)")
    return int(n)


def interests_of(events: Weighed, ids: pa.Array, found: Sequence[Support], settings: Settings) -> InterestPlan | None:
    """Return interests learnt from the topics of most customers; None where there is too little to learn from.

    Args:
        events: Whose topics are weighed.
        ids: Of the customers, by number.
        found: Topics of customers enough, those of most first.
        settings: `max_topics` and `seed` are used here.
    """
    kept = found[:MOST_LEARNT]
    n = _reached(events, kept)
    several = events.sandbox.table(
        f"SELECT p FROM weights JOIN chosen USING (t) GROUP BY p HAVING count(*) >= {FEWEST_TOPICS} ORDER BY p"
    )
    people = several["p"].to_numpy()
    own = ids.take(pa.array(people))
    first = people[in_hash_order(xxh64(own), own, LEARNT_FROM)]
    rank = np.arange(len(first))
    events.sandbox.show("sampled", pa.table({"p": pa.array(first, pa.int32()), "r": pa.array(rank, pa.int64())}))
    rows = events.sandbox.table("SELECT r, i, w FROM weights JOIN chosen USING (t) JOIN sampled USING (p)")
    spelled = spellings(events, [one.key for one in kept])
    words = tuple(called(spelled[one.key], events.parts.topics) for one in kept)
    topics = Topics(tuple(one.key for one in kept), words, np.array([one.n for one in kept]))
    return learn_interests(topics, n, *_arrays(rows), most=settings.max_topics, seed=settings.seed)


def columns_of_interests(
    events: Weighed, plan: InterestPlan, numbers: Sequence[int | None], n: int
) -> list[npt.NDArray[np.float32]]:
    """Return a column for each interest: how much of it each of n customers has.

    Args:
        events: Whose topics are weighed.
        plan: Topics and interests.
        numbers: Of the plan's topics in this log; None for one that nobody has.
        n: Customers.
    """
    made = np.zeros((len(plan.names), n), np.float32)
    choose(events, numbers)
    for start in range(0, n, AT_ONCE):
        end = min(start + AT_ONCE, n)
        rows = events.sandbox.table(
            f"SELECT p - {start} AS r, i, w FROM weights JOIN chosen USING (t) WHERE p >= {start} AND p < {end}"
        )
        made[:, start:end] = amounts(plan, end - start, *_arrays(rows)).T
    return list(made)


def holders_of(events: Weighed, found: Sequence[Support]) -> Holders:
    """Return who has which of these topics, those that were too rare to learn from too.

    Args:
        events: Whose topics are weighed.
        found: Topics of customers enough.
    """
    spelled = spellings(events, [one.key for one in found])
    choose(events, [one.number for one in found])
    holders = Holders(tuple(called(spelled[one.key], events.parts.topics) for one in found))
    with events.sandbox.reader("SELECT p, i FROM weights JOIN chosen USING (t)") as reader:
        for batch in reader:
            holders.add(*(column.to_numpy() for column in batch.columns))
    return holders


def _arrays(
    rows: pa.Table,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Customer, topic and weight of each row."""
    who, what, weight = (column.to_numpy() for column in rows.columns)
    return who.astype(np.int64), what.astype(np.int64), weight.astype(np.float64)
