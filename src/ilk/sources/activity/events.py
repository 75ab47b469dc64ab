"""A log, one row for each thing somebody did: topics are chosen, weights added up, and every customer gets a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.errors import BadInput
from ilk.settings import Settings
from ilk.sources.activity import told as tell
from ilk.sources.activity.learnt import columns_of_interests, holders_of, interests_of, is_too_little
from ilk.sources.activity.plan import FEWEST, ActivityPlan, Topic, most_topics
from ilk.sources.activity.sums import (
    Decay,
    Events,
    People,
    Support,
    channels_of,
    columns_of,
    lay_out,
    numbered,
    people_of,
    spellings,
    split_topics,
    supported,
    weigh_topics,
)
from ilk.sources.evidence import Evidence, Made
from ilk.sources.log import Log, Used, intake_of
from ilk.sources.names import clean_names
from ilk.sources.texts.written import written_by

EPOCH = date(1970, 1, 1)


def read_events(log: Log, settings: Settings, plan: ActivityPlan, *, is_new: bool) -> Evidence[ActivityPlan]:
    """Return one row for each customer of a log.

    Args:
        log: The log, open.
        settings: `min_group`, `max_topics`, `reference_date` and `seed` are used here.
        plan: Its parts; also its topics and channels, if it is not new.
        is_new: Whether topics and channels are still to be chosen.

    Raises:
        BadInput: If no record can be used.
    """
    customer = str(plan.parts.customer)
    read = log.read_as(dict(plan.kinds), customer)
    until = (settings.reference_date - EPOCH).days if settings.reference_date else None
    events = lay_out(log, plan.parts, read, plan.ticks, until)
    if not events.n and is_new:
        raise BadInput(
            f"{log.landing.name} has no activity that can be used",
            got=f"{log.landing.records:,} records, {events.rejects.num_rows:,} set aside",
            do="check the file, and --reference-date if there is one",
        )
    least = max(FEWEST, settings.min_group)
    decay = Decay(_reference(events, until), plan.half_life_days, events.oldest or 0)
    levels = channels_of(events, least) if is_new else tuple(level for level, _ in plan.channels)
    people = people_of(events, decay, levels)
    plan = replace(plan, splits=split_topics(events, plan.splits))
    weigh_topics(events, decay)
    found = supported(events, least)
    has_text = bool(plan.parts.texts) and (is_new or plan.text is not None)
    written = written_by(events, people.ids, plan.text, least=least, seed=settings.seed) if has_text else None
    if is_new:
        plan = replace(_dated(plan, decay, events), text=written.plan if written else None)
        most = most_topics(settings, len(people.ids))
        learnt = interests_of(events, people.ids, found, settings) if is_too_little(events, found, most) else None
        plan = _chosen(events, replace(plan, learnt=learnt), () if learnt else found[:most], levels)
    made, columns = _columns(events, plan, people, decay, found)
    columns += [pa.array(column) for column in np.ascontiguousarray(written.amounts.T)] if written else []
    table = pa.Table.from_arrays([people.ids, *columns], names=[customer, *(one.column for one in made)])
    used = Used(events.n, events.n_left_out, events.rejects)
    notes = tell.notes_of(events, plan, found, table, is_new=is_new)
    used_columns = [read[log.landing.names.index(name)] for name in plan.parts.used]
    intake = intake_of(log, used, customer, used_columns, notes)
    rejects = pa.concat_tables([log.landing.rejects, events.rejects]).sort_by("line")
    holders = holders_of(events, found) if is_new and plan.learnt else None
    return Evidence("activity", table, made, intake, rejects, plan, holders)


def _reference(events: Events, until: int | None) -> int:
    return until if until is not None else events.newest or 0


def _dated(plan: ActivityPlan, decay: Decay, events: Events) -> ActivityPlan:
    return plan if events.newest is None else replace(plan, reference=str(EPOCH + timedelta(decay.reference)))


def _chosen(events: Events, plan: ActivityPlan, kept: Sequence[Support], levels: Sequence[str]) -> ActivityPlan:
    """The plan with its topics and channels, and a name for each column that is made of them.

    Of several channels the most usual has no share: the others say what is left for it.
    """
    spelled = spellings(events, [one.key for one in kept])
    words = [tell.called(spelled[one.key], plan.parts.topics) for one in kept]
    shares = [f"share of {level}" for level in levels[1:]]
    recency = ["recency"] if events.newest is not None else []
    learnt, written = plan.learnt.names if plan.learnt else (), plan.text.names if plan.text else ()
    names, _ = clean_names([str(plan.parts.customer), "activity", *recency, *shares, *words, *learnt, *written])
    first = 2 + len(recency)
    last = first + len(shares) + len(words)
    return replace(
        plan,
        topics=tuple(
            Topic(one.key, said, name)
            for one, said, name in zip(kept, words, names[first + len(shares) : last], strict=True)
        ),
        channels=tuple(zip(levels[1:], names[first : first + len(shares)], strict=True)),
        learnt_columns=tuple(names[last : last + len(learnt)]),
        text_columns=tuple(names[last + len(learnt) :]),
        total=names[1],
        recency=names[2] if recency else "",
    )


def _columns(
    events: Events, plan: ActivityPlan, people: People, decay: Decay, found: Sequence[Support]
) -> tuple[tuple[Made, ...], list[pa.Array]]:
    """What is made of a log, and what it means: activity, recency, shares of channels, topics."""
    made = [tell.total(plan)]
    columns = [people.total]
    if plan.recency:
        made.append(tell.recency(plan))
        columns.append(decay.reference - people.last)
    for level, column in plan.channels:
        made.append(tell.share(column, level))
        columns.append(people.channels[level] / people.events)
    ordinary = [pa.array(column, from_pandas=True) for column in columns]
    interests, amounts = _interests(events, plan, len(people.ids), found)
    made += [*interests, *(tell.written(column, plan) for column in plan.text_columns)]
    return tuple(made), ordinary + [pa.array(column) for column in amounts]


def _interests(
    events: Events, plan: ActivityPlan, n: int, found: Sequence[Support]
) -> tuple[list[Made], list[npt.NDArray[np.float32]]]:
    """The topics that are columns, or the interests that were learnt, and how much of each n customers have."""
    if plan.learnt is None:
        numbers = _numbers_of(events, [one.key for one in plan.topics], found)
        return [tell.topic(one) for one in plan.topics], columns_of(events, numbers, n)
    made = [tell.interest(i, plan.learnt, column) for i, column in enumerate(plan.learnt_columns)]
    return made, columns_of_interests(events, plan.learnt, _numbers_of(events, plan.learnt.keys, found), n)


def _numbers_of(events: Events, keys: Sequence[str], found: Sequence[Support]) -> tuple[int | None, ...]:
    """The number in this log of each topic."""
    known = {one.key: one.number for one in found}
    return tuple(known[key] for key in keys) if known.keys() >= set(keys) else numbered(events, keys)
