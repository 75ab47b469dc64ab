"""How a log of activity becomes columns, as frozen data that a model keeps."""

from __future__ import annotations

from dataclasses import dataclass

from ilk.settings import Settings
from ilk.sources.activity.columns import Parts
from ilk.sources.activity.interests import InterestPlan
from ilk.sources.activity.tags import Split
from ilk.sources.source import Kind
from ilk.sources.texts.topics import TextPlan

FEWEST = 10
"""Customers without whom a topic is neither kept nor named, however low --min-group is."""

MOST_CELLS = 40_000_000
"""Customers x topics of the table that is handed on: 320 MB of numbers."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that is kept: its folded text (or its column of counts), what people call it, the column it became."""

    key: str
    words: str
    column: str


@dataclass(frozen=True, slots=True)
class ActivityPlan:
    """How a log became columns, so that another log becomes the same; no customer and no value of one is in it.

    Args:
        parts: What the columns of the log are.
        kinds: Column -> how it is read, of every column that is used but the customer.
        splits: How the topics in a cell are kept apart, for each of `parts.topics`.
        topics: That are columns, those of most customers first; none where interests are learnt.
        channels: (level of the channel, column of its share) pairs.
        reference: Day from which recency and half-life were counted, YYYY-MM-DD; empty without times. Another log is
            counted from its own last day unless somebody says otherwise: recency is how long ago it was when it ends.
        half_life_days: What was done so many days before counts half; None for no decay.
        ticks: Units a day has, where times are numbers since 1970; 0 where they are dates.
        text: How topics are told from what people wrote; None without texts, or with too few.
        text_columns: The columns of these topics.
        total: The column of all activity.
        recency: The column of days since the last activity; empty without times.
        learnt: How topics are dealt out to interests, where those that could be columns were too little of the log.
        learnt_columns: The columns of these interests.
    """

    parts: Parts
    kinds: tuple[tuple[str, Kind], ...]
    splits: tuple[Split, ...] = ()
    topics: tuple[Topic, ...] = ()
    channels: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    half_life_days: float | None = None
    ticks: int = 0
    text: TextPlan | None = None
    text_columns: tuple[str, ...] = ()
    total: str = "activity"
    recency: str = ""
    learnt: InterestPlan | None = None
    learnt_columns: tuple[str, ...] = ()


def most_topics(settings: Settings, n: int) -> int:
    """Return how many topics may become columns for so many customers."""
    return max(1, min(settings.max_topics, MOST_CELLS // max(1, n)))
