"""Topics behind learnt interests are counted for every segment, and told by lift, of customers enough."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.model.topics import TopicShare
from ilk.profile import topics as by_lift
from ilk.profile.topics import count_topics, pooled_topics, topics_by_lift
from ilk.sources import holders as on_disk
from ilk.sources.holders import Held, Holders

N, K, T = 400, 3, 12


def has(seed=0, n=N):
    """Who has which topic, (n, T): the first three topics belong to a group each, the others to anybody."""
    rng = np.random.default_rng(seed)
    group = np.arange(n) % K
    chance = np.full((n, T), 0.15)
    chance[np.arange(n), group] = 0.8
    return rng.random((n, T)) < chance, group.astype(np.int32)


def held_of(table, rows=None):
    """The pairs of a table of who has what, in two pieces."""
    holders = Holders(tuple(f"topic {t}" for t in range(table.shape[1])))
    who, what = np.nonzero(table)
    for half in (slice(None, len(who) // 2), slice(len(who) // 2, None)):
        holders.add(who[half], what[half])
    return Held(holders, np.arange(len(table)) if rows is None else rows)


def everyone(labels):
    return np.where(labels >= 0, 0, -1).astype(np.int32), 1


def told(table, labels, min_group=10, **more):
    (found,) = topics_by_lift([held_of(table)], [everyone(labels), (labels, K)], min_group, **more)
    return found


def test_topics_of_a_segment_by_hand():
    """Of twenty customers each, fifteen and five have tea: 75 % against 50 %, half as often again."""
    table = np.zeros((40, 2), bool)
    table[:15, 0] = table[20:25, 0] = table[:, 1] = True
    labels = np.repeat([0, 1], 20).astype(np.int32)
    (found,) = topics_by_lift([held_of(table)], [everyone(labels), (labels, 2)], 3)
    assert found == ((TopicShare("topic 0", 15, 20, 0.5),), ())
    assert (found[0][0].share, found[0][0].lift) == (0.75, 1.5)


def test_each_segment_has_its_own_topic_first():
    """What eight in ten of a group have leads its list, with its exact share and everyone's."""
    table, labels = has()
    for g, own in enumerate(told(table, labels)):
        assert own[0].topic == f"topic {g}"
        assert own[0].share == table[labels == g, g].mean()
        assert own[0].everyone == table[:, g].mean()
        assert [one.lift for one in own] == sorted((one.lift for one in own), reverse=True)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_counts_are_those_of_plain_counting(seed, threads):
    """Customers without a segment, customers who are not in the source, strangers in it, and two who share a row."""
    rng = np.random.default_rng(seed)
    table, _ = has(seed, 60)
    rows = rng.integers(-1, 60, 80)
    labels = rng.integers(-1, K, 80).astype(np.int32)
    grains = rng.integers(1, 500, 80)
    found = count_topics(held_of(table, rows), [(labels, K)], grains=grains, threads=threads)[0]
    mine = [(labels == g) & (rows >= 0) for g in range(K)]
    assert np.array_equal(found.asked, [own.sum() for own in mine])
    assert np.array_equal(found.have, [table[rows[own]].sum(axis=0) for own in mine])
    assert np.array_equal(found.heavy, [(table[rows[own]] * grains[own, None]).sum(axis=0) for own in mine])
    assert np.array_equal(found.all_heavy, [grains[own].sum() for own in mine])


def test_pieces_do_not_matter(monkeypatch):
    """However many pairs are in memory at a time."""
    table, labels = has()
    whole = told(table, labels)
    monkeypatch.setattr(on_disk, "AT_ONCE", 7)
    assert told(table, labels, threads=1) == whole


def test_a_topic_of_too_few_is_never_named():
    """Nine of a segment have it, and nobody else: with ten it is the first of all."""
    table, labels = has()
    rare = np.zeros((N, 1), bool)
    rare[np.flatnonzero(labels == 0)[:9]] = True
    assert f"topic {T}" not in {one.topic for own in told(np.hstack([table, rare]), labels) for one in own}
    rare[np.flatnonzero(labels == 0)[9]] = True
    assert told(np.hstack([table, rare]), labels)[0][0].topic == f"topic {T}"


def test_a_number_that_would_tell_of_too_few_is_rounded():
    """Forty-three of a segment and three of the others: their number is told in tens."""
    table, labels = np.zeros((N, 1), bool), has()[1]
    table[np.flatnonzero(labels == 0)[:43]] = table[np.flatnonzero(labels == 1)[:3]] = True
    assert [one.n for one in told(table, labels)[0]] == [40]
    table[np.flatnonzero(labels == 1)[:20]] = table[np.flatnonzero(labels == 2)[:20]] = True
    assert [one.n for one in told(table, labels)[0]] == [43]


def test_nothing_is_told_of_a_small_segment():
    """Nor of the next smallest, by which it could be worked out."""
    table, _ = has()
    labels = np.repeat([0, 1, 2], [N - 40 - 9, 40, 9]).astype(np.int32)
    table[labels == 1, 5] = table[labels == 2, 6] = True
    assert told(table, labels)[1:] == ((), ())


def test_among_thousands_of_topics_few_are_enough():
    """Where even the most usual topic is of three in a hundred, a quarter as many count; else a twentieth must."""
    n = 3_000
    labels = (np.arange(n) % K).astype(np.int32)
    mine = np.flatnonzero(labels == 0)
    table = np.zeros((n, 3), bool)
    table[:90, 0] = table[mine[100:115], 1] = True
    assert [one.topic for one in told(table, labels)[0]] == ["topic 1"]
    table[mine[:500], 2] = True
    assert [one.topic for one in told(table, labels)[0]] == ["topic 2"]


def test_one_group_of_everybody_follows_nothing_more_than_everyone():
    """Every lift is one."""
    table, labels = has()
    assert topics_by_lift([held_of(table)], [everyone(labels), everyone(labels)], 10) == (((),),)


def test_equal_weights_change_nothing():
    """Customers who all count five grains; and who counts double is as two."""
    table, labels = has()
    assert told(table, labels, grains=np.full(N, 5)) == told(table, labels)
    heavy = told(table, labels, grains=np.where(table[:, 0], 2, 1))[0][0]
    mine = table[labels == 0, 0]
    assert heavy.n == round(2 * mine.sum() / (2 * mine.sum() + (~mine).sum()) * len(mine))


def test_two_segments_taken_together():
    """What is told of both adds up; what only one of them has is not known of the other."""
    one = (TopicShare("tea", 30, 100, 0.1), TopicShare("opera", 50, 100, 0.2))
    two = (TopicShare("tea", 60, 200, 0.1), TopicShare("rugby", 50, 200, 0.2))
    assert pooled_topics(one, two) == (TopicShare("tea", 90, 300, 0.1),)


def test_lists_are_not_endless(monkeypatch):
    """As many topics as are kept, the best of them."""
    table, labels = has()
    whole = told(table, labels)
    monkeypatch.setattr(by_lift, "MOST", 1)
    assert told(table, labels) == tuple(own[:1] for own in whole)


def test_the_file_has_no_name_and_ends():
    """What was kept can be read as often as there is a reader, until it is given back."""
    held = held_of(has()[0])
    first, again = (np.concatenate([np.stack(piece) for piece in held.holders.pieces()], axis=1) for _ in range(2))
    assert np.array_equal(first, again)
    held.holders.close()
    with pytest.raises(ValueError, match="closed"):
        list(held.holders.pieces())
