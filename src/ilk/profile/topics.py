"""Topics behind learnt interests: what more of a segment have than of everyone, by lift and never by raw count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from ilk.engines.workers import map_threads
from ilk.model.topics import TopicShare
from ilk.profile.privacy import coarse, hidden_cells, silent_rows
from ilk.profile.summary import Whole
from ilk.profile.tally import Grouped
from ilk.sources.holders import Held

LEAST_LIFT = 1.1
"""How many times as often as everyone, from which a topic is the segment's own (rule of thumb)."""

LEAST_SUPPORT = 0.05
"""Share of a segment that has a topic, below which it is nothing to talk of (rule of thumb)."""

PART_OF_USUAL = 0.25
"""Part of those who have a segment's most usual topic who are enough where even this one is of few: of thousands of
topics hardly any is one of a twentieth (rule of thumb)."""

MOST = 12
"""Topics that are kept of a segment."""

Told = tuple[tuple[TopicShare, ...], ...]
"""Of each segment its topics, the highest lift first."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Customers of each group who have each topic, (n_groups, n_topics), and who are in the source, (n_groups,).

    `heavy` and `all_heavy` are the same in grains, where customers do not all count alike.
    """

    have: Whole
    asked: Whole
    heavy: Whole | None = None
    all_heavy: Whole | None = None

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """Of each group who have each topic, (n_groups, n_topics); by weight where customers have one."""
        have, asked = (self.have, self.asked) if self.heavy is None else (self.heavy, self.all_heavy)
        return np.asarray(have / np.maximum(np.asarray(asked), 1)[:, None], np.float64)


def topics_by_lift(
    held: Sequence[Held],
    groupings: Sequence[Grouped],
    min_group: int,
    *,
    grains: Whole | None = None,
    threads: int | None = None,
) -> tuple[Told, ...]:
    """Return the topics of each segment by lift, under every grouping but the first, which is everyone.

    Topics of at least `min_group` customers of the segment; of each source MOST at the most.

    Args:
        held: Who has which topic.
        groupings: Labels from 0 (-1 for nobody's) and the number of groups; the first has one group.
        min_group: Fewest customers a figure may be about.
        grains: How much each customer counts, (n,); None for once.
        threads: How many to use.
    """
    found: list[Told] = [((),) * k for _, k in groupings[1:]]
    for one in held:
        everyone, *counted = count_topics(one, groupings, grains=grains, threads=threads)
        told = [_told(own, everyone.shares[0], one.holders.topics, min_group) for own in counted]
        found = [tuple(a + b for a, b in zip(own, more, strict=True)) for own, more in zip(found, told, strict=True)]
    return tuple(tuple(tuple(sorted(own, key=_in_order)) for own in one) for one in found)


def count_topics(
    held: Held, groupings: Sequence[Grouped], *, grains: Whole | None = None, threads: int | None = None
) -> tuple[Counted, ...]:
    """Count who has which topic under every grouping, in one pass over the pairs; exact, whatever the threads."""
    once = _added(held, groupings, None, threads)
    if grains is None:
        return tuple(Counted(have, asked) for have, asked in once)
    heavy = _added(held, groupings, grains, threads)
    return tuple(Counted(*own, *more) for own, more in zip(once, heavy, strict=True))


def _added(
    held: Held, groupings: Sequence[Grouped], grains: Whole | None, threads: int | None
) -> list[tuple[Whole, Whole]]:
    """Who has each topic, and who is in the source, by group."""
    have = [np.zeros((k + 1, len(held.holders.topics)), np.int64) for _, k in groupings]
    asked = [np.zeros(k + 1, np.int64) for _, k in groupings]
    n_rows = max(held.holders.n_rows, int(held.rows.max(initial=-1)) + 1)
    for customers in held.rounds():
        rows = held.rows[customers]
        heavy = None if grains is None else _by_row(rows, grains[customers], 0, n_rows)
        groups = [_by_row(rows, np.where(own < 0, k, own)[customers], k, n_rows) for own, k in groupings]
        for i, own in enumerate(groups):
            asked[i] += _counts(own[rows], None if heavy is None else heavy[rows], len(asked[i]))
        for who, what in held.holders.pieces():
            piece = _Piece(who, what, None if heavy is None else heavy[who])
            map_threads(partial(piece.add, groups, have), range(len(have)), threads=threads)
    return [(own[:-1], n[:-1]) for own, n in zip(have, asked, strict=True)]


def _by_row(rows: Whole, values: Whole, otherwise: int, n_rows: int) -> Whole:
    """Values of customers by their rows in the source, shape (n_rows,)."""
    made = np.full(n_rows, otherwise, np.int64)
    made[rows] = values
    return made


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some pairs: rows, topics, and how heavy each is."""

    rows: npt.NDArray[np.int32]
    topics: npt.NDArray[np.int32]
    heavy: Whole | None

    def add(self, groups: Sequence[Whole], have: Sequence[Whole], i: int) -> None:
        """Add the pairs to grouping i; each is added to by one thread alone."""
        cells = groups[i][self.rows] * have[i].shape[1] + self.topics
        have[i][:] += _counts(cells, self.heavy, have[i].size).reshape(have[i].shape)


def _counts(cells: Whole, heavy: Whole | None, n_cells: int) -> Whole:
    return np.asarray(np.bincount(cells, heavy, n_cells).astype(np.int64))  # of whole numbers, exact


# ---------------------------------------------------------------- what is told


def _told(counted: Counted, everyone: npt.NDArray[np.float64], topics: Sequence[str], min_group: int) -> Told:
    shares = counted.shares
    silent = silent_rows(counted.asked, min_group) if len(counted.asked) > 1 else counted.asked < min_group
    chosen = [
        () if silent[g] else _chosen(counted.have[g], shares[g], everyone, topics, min_group)
        for g in range(len(shares))
    ]
    steps = {t: _hidden(counted, t, min_group) * min_group for t in {t for own in chosen for t in own}}
    return tuple(
        tuple(
            TopicShare(topics[t], _number(counted, g, t, int(steps[t][g])), int(counted.asked[g]), float(everyone[t]))
            for t in own
        )
        for g, own in enumerate(chosen)
    )


def _chosen(
    have: Whole,
    shares: npt.NDArray[np.float64],
    everyone: npt.NDArray[np.float64],
    topics: Sequence[str],
    min_group: int,
) -> tuple[int, ...]:
    """The topics that are told of a segment: of those that many of it have, those of highest lift."""
    support = min(LEAST_SUPPORT, PART_OF_USUAL * float(shares.max(initial=0.0)))
    able = np.flatnonzero((have >= min_group) & (shares >= support) & (shares >= LEAST_LIFT * everyone))
    ranked = sorted((*by_lift(float(shares[t] / everyone[t]), float(shares[t]), topics[t]), t) for t in map(int, able))
    return tuple(t for *_, t in ranked[:MOST])


def _hidden(counted: Counted, topic: int, min_group: int) -> npt.NDArray[np.bool_]:
    """In which groups the number who have a topic, or who have not, would tell of too few, (n_groups,)."""
    have = counted.have[:, topic]
    return np.asarray(hidden_cells(np.column_stack([have, counted.asked - have]), min_group)[:, 0])


def _number(counted: Counted, g: int, topic: int, step: int) -> int:
    """How many of a segment have a topic, by weight where customers have one; a multiple of `step`, if there is one."""
    n, asked = int(counted.have[g, topic]), int(counted.asked[g])
    n = n if counted.heavy is None else round(float(counted.shares[g, topic]) * asked)
    return min(coarse(n, step), asked) if step else n


def by_lift(lift: float, share: float, topic: str) -> tuple[float, float, str]:
    """What topics are sorted by: the lift as it is told, and of equals that which more have.

    No lift is above that of what nobody else has, which is little where segments are few: many topics come close.
    """
    return -round(lift, 1), -share, topic


def _in_order(one: TopicShare) -> tuple[float, float, str]:
    return by_lift(one.lift, one.share, one.topic)


def pooled_topics(one: Sequence[TopicShare], two: Sequence[TopicShare]) -> tuple[TopicShare, ...]:
    """The topics of two segments taken together: those that are told of both, whose numbers add up."""
    others = {other.topic: other for other in two}
    found = [
        TopicShare(own.topic, own.n + others[own.topic].n, own.asked + others[own.topic].asked, own.everyone)
        for own in one
        if own.topic in others
    ]
    return tuple(sorted((own for own in found if own.lift >= LEAST_LIFT), key=_in_order))
