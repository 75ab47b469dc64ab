"""What is said of a log of activity: what its columns are, which topics are kept, and what is odd about it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ilk.errors import listed
from ilk.figures import few, percent
from ilk.sources.activity.interests import InterestPlan
from ilk.sources.activity.plan import ActivityPlan, Topic
from ilk.sources.activity.sums import Events, Support, Weighed, left_out
from ilk.sources.activity.tags import WRITTEN
from ilk.sources.evidence import Made
from ilk.sources.names import words_of
from ilk.sources.source import Note
from ilk.sources.spoiled import HANDFUL

KEY_WORDS = frozenset({"id", "no", "nr", "num", "number", "code", "key"})
"""Words of a column's name that do not name what it numbers: 296 of movie_id is movie 296."""

UNITS = {"hours": "hours", "hour": "hours", "minutes": "minutes", "mins": "minutes", "seconds": "seconds"}
"""Words in the name of a weight that say what it is measured in."""


def called(topic: str, columns: Sequence[str]) -> str:
    """What people call a topic: one that is only a number is called after its column."""
    noun = " ".join(word for word in words_of(columns[0]) if word not in KEY_WORDS)
    return f"{noun} {topic}".strip() if topic.isdigit() else topic


def total(plan: ActivityPlan) -> Made:
    """All activity of a customer."""
    weight = plan.parts.weight
    unit = next((UNITS[word] for word in words_of(weight or "") if word in UNITS), "")
    faded = f", halved every {plan.half_life_days:g} days" if plan.half_life_days else ""
    what = f"sum of {weight!r} over all records" if weight else "sum of all topics" if plan.parts.wide else "records"
    return Made(plan.total, "activity", "amount", words="activity", unit=unit, why=f"{what}{faded}")


def recency(plan: ActivityPlan) -> Made:
    """Days since a customer did something."""
    why = "days from the last activity to the reference date"
    return Made(plan.recency, "activity", "number", words="time since the last activity", unit="days", why=why)


def share(column: str, level: str) -> Made:
    """Share of a customer's records that came by a channel."""
    return Made(column, "activity", "share", words=column, group="channel", why=f"share of records with {level!r}")


def topic(one: Topic) -> Made:
    """A topic, as a column."""
    return Made(one.column, "activity", "topics", words=one.words, group="topics", why="a topic of the activity")


def interest(i: int, learnt: InterestPlan, column: str) -> Made:
    """A learnt interest, as a column."""
    why = f"topics that go together, above all {listed(learnt.told(i))}"
    return Made(column, "activity", "topics", words=learnt.names[i], group="topics", why=why)


def written(column: str, plan: ActivityPlan) -> Made:
    """A topic of what people wrote, as a column."""
    why = f"records whose {' and '.join(plan.parts.texts)} is about it"
    return Made(column, "activity", "topics", words=column, group="topics", why=why)


def notes_of(
    events: Events, plan: ActivityPlan, found: Sequence[Support], table: pa.Table, *, is_new: bool
) -> tuple[Note, ...]:
    """What was understood and what is odd, for people.

    Args:
        events: The log, its topics weighed.
        plan: What it became.
        found: Its topics with customers enough.
        table: The customers.
        is_new: Whether the plan was made from this log.
    """
    name = events.log.landing.name
    notes = [Note("activity-columns", f"In {name}, {parts_in_words(plan, name)}")]
    notes += topic_notes(events, plan, found) if is_new and plan.parts.topics else []
    notes += idle_notes(plan, table)
    notes += _even_notes(events) if plan.parts.weight and plan.parts.channel else []
    notes += _text_notes(plan) if is_new and plan.parts.texts else []
    notes += _unknown_notes(events) if not is_new else []
    odd = (
        ("undated", events.n_undated if plan.parts.time else 0, "records have no time; they count as of the first day"),
        ("weightless", events.n_weightless, f"records have no {plan.parts.weight} above 0; they add to no topic"),
        ("late", events.n_late, "records are later than the reference date and are left out"),
    )
    notes += [Note(f"activity-{code}", f"{few(n, HANDFUL)} {text}") for code, n, text in odd if n]
    unlisted = events.n_nobody - events.rejects.num_rows
    if unlisted:
        notes.append(
            Note("activity-nobody", f"{unlisted:,} more records belong to nobody; they are left out, unlisted")
        )
    return tuple(notes)


def parts_in_words(plan: ActivityPlan, name: str) -> str:
    """What the columns are, in one sentence, and how to say otherwise."""
    parts = plan.parts
    said = [("the customer", parts.customer), ("the weight", parts.weight), ("the time", parts.time)]
    said += [("the channel", parts.channel), *(("the topic", one) for one in parts.topics)]
    said += [("text", one) for one in parts.texts]
    named = ", ".join(f"{column!r} is {what}" for what, column in said if column is not None)
    forms = [WRITTEN[split] for split in plan.splits if split != "whole"]
    several = f" (several in a cell, written {', '.join(forms)})" if forms else ""
    counted = "" if parts.weight else "; every record counts 1"
    left = f"; left out: {listed(parts.others)}" if parts.others else ""
    return f"{named}{several}{counted}{left}. Say otherwise with --role '{name}.COLUMN=topic' and the like"


def topic_notes(events: Weighed, plan: ActivityPlan, found: Sequence[Support]) -> list[Note]:
    """How many topics there are, how many became columns or were learnt from, and what was learnt."""
    (n, n_pairs) = events.sandbox.row("SELECT (SELECT count(*) FROM topics), (SELECT count(*) FROM weights)")
    learnt = plan.learnt
    n_kept = len(learnt.keys) if learnt else len(plan.topics)
    held = percent(sum(one.n for one in found[:n_kept]) / max(1, n_pairs))
    few_have = f"; {n - len(found):,} have too few customers to be told" if n > len(found) else ""
    if learnt is None:
        text = f"{n:,} topics; the {n_kept:,} of most customers become columns: {held} of what customers have{few_have}"
        return [Note("topics", text)]
    text = (
        f"{n:,} topics, of which those that can be columns are too little of what customers do. So {len(learnt.names)} "
        f"interests are learnt from which topics go together, of the {n_kept:,} of most customers: {held} of what "
        f"customers have{few_have}"
    )
    return [Note("topics", text), Note("interests-learnt", f"The interests learnt: {listed(learnt.names)}")]


def idle_notes(plan: ActivityPlan, table: pa.Table) -> list[Note]:
    """Customers who have none of the interests that were learnt."""
    if plan.learnt is None:
        return []
    follow = np.zeros(table.num_rows, bool)
    for column in plan.learnt_columns:
        follow |= table.column(column).to_numpy() > 0
    n = int((~follow).sum())
    text = f"{few(n, HANDFUL)} of {table.num_rows:,} customers have none of the interests that were learnt"
    return [Note("interests-none", text)] if n else []


def _text_notes(plan: ActivityPlan) -> list[Note]:
    texts = " and ".join(repr(name) for name in plan.parts.texts)
    if plan.text is None:
        return [Note("text-little", f"Too few customers wrote too little in {texts} to learn topics from")]
    spoken = f" ({' and '.join(plan.text.languages)})" if plan.text.languages else ""
    text = f"{len(plan.text.names)} topics were learnt from {len(plan.text.words):,} words of {texts}{spoken}"
    return [Note("text-topics", f"{text}: {listed(plan.text.names)}")]


def _even_notes(events: Events) -> list[Note]:
    """Channels in which the weight is always the same, where in others it is not: there it only says that it was."""
    rows = events.sandbox.rows(
        "SELECT channel, CAST(min(w) AS DOUBLE), CAST(max(w) AS DOUBLE) FROM events "
        f"WHERE channel IS NOT NULL GROUP BY channel HAVING count(*) >= {HANDFUL} ORDER BY channel"
    )
    even = [(str(channel), low) for channel, low, high in rows if low == high]
    if not 0 < len(even) < len(rows):
        return []
    said = ", ".join(f"{weight:g} for {channel!r}" for channel, weight in even)
    text = f"{events.parts.weight!r} is always {said}: each such record counts so much beside the others"
    return [Note("activity-even", text)]


def _unknown_notes(events: Events) -> list[Note]:
    n, n_customers = left_out(events)
    text = f"{n:,} topics are none of the model's ({few(n_customers, HANDFUL)} customers have one)"
    return [Note("topics-unknown", text)] if n else []
