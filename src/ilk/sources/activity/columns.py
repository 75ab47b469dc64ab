"""Which column of a log of activity is the customer, the topic, the text, the weight, the time, the channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ilk.errors import BadInput, BadSetting, listed
from ilk.sources.keys import KEYS, rank_of
from ilk.sources.names import words_of
from ilk.sources.source import ColumnFacts

PARTS = ("customer", "topic", "text", "weight", "time", "channel", "ignore")
"""What can be said of a column of a log."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACTORS = _words("owner author poster reader viewer listener commenter reviewer username handle login nick nickname")
"""Who does something, beside those that `keys.PEOPLE` knows."""

TOPICS = _words(
    "topic topics tag tags hashtag hashtags category categories interest interests hobby hobbies genre genres game "
    "games movie film product item title page section subject brand keyword keywords song artist track team theme "
    "community group forum subreddit thema themen kategorie interesse interessen argomento categoria"
)
"""Said of what an activity is about."""

AMOUNTS = _words(
    "weight hours hour minutes mins seconds secs duration playtime watchtime dwell value count counts n freq frequency "
    "times plays listens quantity hits stunden minuten dauer anzahl gewicht"
)
"""Said of how much of it there was; every word of the name is one of these or of FILLING."""

FILLING = _words("played spent watched listened read of in the total number num time per")

TIMES = _words("time timestamp date datetime day created creation posted at when ts datum zeit published")
OTHER_TIMES = _words("last modified updated edited closed birth birthday dob expires deleted registered joined")
"""Times at which something else happened than the activity."""

CHANNELS = _words(
    "channel device platform medium network app os browser source behaviour behavior action event kind type kanal "
    "gerät via"
)

LONG_TEXT = 8.0
"""Words a cell on average from which on a column is text rather than topics (rule of thumb)."""

SENTENCE = 3.0
"""Words a cell from which on it is text where nearly every cell is different."""

MOST_CHANNELS = 12
"""Levels a channel may have."""

REPEATS = 0.9
"""A column with fewer distinct values than this share of its cells says more than one thing of somebody."""

FEWEST_COUNTS = 5
"""Columns of sparse counts that make a table of interests (rule of thumb)."""


@dataclass(frozen=True, slots=True)
class Look:
    """A column while it is guessed what it is. `words` are those of a cell on average, 0 where it is no text."""

    facts: ColumnFacts
    words: float = 0.0

    @property
    def name(self) -> str:
        """What the source calls it."""
        return self.facts.column

    @property
    def said(self) -> frozenset[str]:
        """The words of its name."""
        return frozenset(words_of(self.name))

    @property
    def filled(self) -> int:
        """Cells in which something stands."""
        return self.facts.n - self.facts.n_missing

    @property
    def repeats(self) -> bool:
        """Whether values come again and again."""
        return 1 < self.facts.n_distinct <= REPEATS * self.filled

    @property
    def counts(self) -> bool:
        """Whether it is a count that is nought or blank for half of the rows or more, as interests are."""
        sparse = 2 * (self.facts.n_zero + self.facts.n_missing) >= self.facts.n and self.facts.n_distinct > 1
        is_count = self.facts.kind == "flag" or (self.facts.whole and not self.facts.n_negative)
        return sparse and is_count and self.facts.kind in {"number", "flag"} and not self._points

    @property
    def _points(self) -> bool:
        words = words_of(self.name)
        return bool(words) and (words[-1] in KEYS or words[0] in KEYS)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the columns of a log are.

    Args:
        customer: Whose row it is; None where every row is a customer.
        topics: What it is about; in a table of counts each of these columns is a topic.
        texts: What people wrote.
        weight: How much of it there was; every row counts one without.
        time: When.
        channel: Where, or in which way.
        wide: Whether it is a table of counts, with a column a topic.
        others: Columns of a table of counts that are ordinary ones; of a log, what is left out.
    """

    customer: str | None
    topics: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    weight: str | None = None
    time: str | None = None
    channel: str | None = None
    wide: bool = False
    others: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is read, in the order of the parts."""
        single = (self.customer, self.weight, self.time, self.channel)
        named = tuple(name for name in single if name is not None)
        return (*named, *self.topics, *self.texts, *(self.others if self.wide else ()))


def guess_parts(looks: Sequence[Look], told: Mapping[str, str], name: str) -> Parts:
    """Return what the columns are: what was told, and for the rest a guess from names and content.

    Args:
        looks: The columns in file order.
        told: Column -> one of PARTS.
        name: Of the log, for messages.

    Raises:
        BadSetting: If a part is told twice that a log has once, or a word is none.
        BadInput: If nothing says what people did.
    """
    _refuse_told(told, name)
    free = [look for look in looks if look.name not in told]
    said = {part: tuple(look.name for look in looks if told.get(look.name) == part) for part in PARTS}
    customer = said["customer"][0] if said["customer"] else _customer(free)
    free = [look for look in free if look.name != customer]
    once = customer is None or not next(look for look in looks if look.name == customer).repeats
    wide = _wide_topics(looks, free, said, once=once)
    if wide:
        others = tuple(look.name for look in free if look.name not in wide)
        return Parts(customer, wide, wide=True, others=others)
    return _long(looks, free, said, customer, name)


def _refuse_told(told: Mapping[str, str], name: str) -> None:
    unknown = [f"{column}={part}" for column, part in told.items() if part not in PARTS]
    if unknown:
        raise BadSetting(f"A column of {name} cannot be {listed(unknown)}", do=f"say one of {', '.join(PARTS)}")
    for part in ("customer", "weight", "time", "channel"):
        named = [column for column, one in told.items() if one == part]
        if len(named) > 1:
            raise BadSetting(f"Only one column of {name} can be the {part}", got=listed(named), do="name one of them")


def _customer(free: Sequence[Look]) -> str | None:
    """The column named like a customer; or like an id that repeats; or, without such names, the first that repeats."""
    ranked = sorted(((_rank(look), -i, look) for i, look in enumerate(free) if _rank(look) >= 2), reverse=True)
    named = [look for rank, _, look in ranked if rank == 4]
    named += [look for *_, look in ranked if look.repeats] + [look for *_, look in ranked]
    if named:
        return named[0].name
    if sum(look.counts for look in free) >= FEWEST_COUNTS:
        return None
    able = [look for look in free if look.repeats and (look.facts.kind == "text" or _is_number_of_one(look))]
    many = [look for look in able if look.facts.n_distinct > MOST_CHANNELS]
    return next((look.name for look in (*many, *able)), None)


def _rank(look: Look) -> int:
    words = words_of(look.name)
    if ACTORS & set(words):
        return 4 if words[-1] in KEYS else 2 if len(words) == 1 else 0
    return rank_of(look.name)


def _is_number_of_one(look: Look) -> bool:
    return look.facts.kind == "number" and look.facts.whole and not look.facts.n_negative and not look.counts


def _wide_topics(
    looks: Sequence[Look], free: Sequence[Look], said: Mapping[str, tuple[str, ...]], *, once: bool
) -> tuple[str, ...]:
    """The columns that are topics themselves, with a count for each customer; none in a log."""
    numbers = {look.name for look in looks if look.facts.kind in {"number", "flag"}}
    if said["topic"]:
        return said["topic"] if len(said["topic"]) > 1 and numbers.issuperset(said["topic"]) else ()
    counts = tuple(look.name for look in free if look.counts)
    needed = 2 if not _topic(free, frozenset()) and not said["text"] else FEWEST_COUNTS
    return counts if once and len(counts) >= needed else ()


def _long(
    looks: Sequence[Look],
    free: Sequence[Look],
    said: Mapping[str, tuple[str, ...]],
    customer: str | None,
    name: str,
) -> Parts:
    texts = said["text"] or tuple(look.name for look in free if _is_text(look))
    rest = [look for look in free if look.name not in texts]
    channel = said["channel"][0] if said["channel"] else _channel(rest)
    topic = said["topic"] or _topic(rest, frozenset({channel} if channel else ()))
    if channel and not said["channel"] and not topic and not texts:
        topic, channel = (channel,), None
    rest = [look for look in rest if look.name not in {channel, *topic}]
    headed = not all(look.name.startswith("column ") for look in looks)
    parts = Parts(
        customer,
        topics=topic,
        texts=texts,
        weight=said["weight"][0] if said["weight"] else _weight(rest, headed=headed),
        time=said["time"][0] if said["time"] else _time(rest),
        channel=channel,
    )
    if customer is None or not (topic or texts or customer in said["customer"] or _repeats(looks, customer)):
        raise BadInput(
            f"No column of {name} says {'whose activity it is' if customer is None else 'what people did'}",
            got=f"the columns {listed(look.name for look in looks)}",
            do=f"name it with --role '{name}.COLUMN={'customer' if customer is None else 'topic'}'",
        )
    return replace(parts, others=tuple(look.name for look in looks if look.name not in parts.used))


def _repeats(looks: Sequence[Look], customer: str) -> bool:
    return next(look for look in looks if look.name == customer).repeats


def _is_text(look: Look) -> bool:
    if look.facts.kind != "text" or look.said & {"tags", "tag", "hashtags"}:
        return False
    nearly_all_differ = not look.repeats and look.filled > 1
    return look.words >= LONG_TEXT or (nearly_all_differ and look.words >= SENTENCE)


def _channel(free: Sequence[Look]) -> str | None:
    able = [look for look in free if look.facts.kind == "text" and 2 <= look.facts.n_distinct <= MOST_CHANNELS]
    able = [look for look in able if look.repeats]
    named = [look for look in able if look.said & CHANNELS]
    unnamed = [look for look in able if look.name.startswith("column ")]
    return next((look.name for look in (*named, *unnamed)), None)


def _topic(free: Sequence[Look], taken: frozenset[str]) -> tuple[str, ...]:
    """The text column named like a topic, else the one with most levels that come again; else ids of things."""
    texts = [look for look in free if look.facts.kind == "text" and look.name not in taken and look.filled]
    texts = [look for look in texts if not _is_text(look)]
    named = [look for look in texts if look.said & TOPICS]
    numbers = [look for look in free if look.facts.kind == "number" and look.facts.whole and look.said & TOPICS]
    again = sorted((look for look in texts if look.repeats), key=lambda look: -look.facts.n_distinct)
    found = next(iter((*named, *again, *numbers, *texts)), None)
    return (found.name,) if found else ()


def _weight(free: Sequence[Look], *, headed: bool) -> str | None:
    """The number whose name says how much; without names the only number that says anything."""
    able = [look for look in free if look.facts.kind == "number" and look.facts.n_distinct > 1]
    able = [look for look in able if not look.facts.n_negative]
    if headed:
        return next((look.name for look in able if look.said & AMOUNTS and look.said <= AMOUNTS | FILLING), None)
    return able[0].name if len(able) == 1 else None


def _time(free: Sequence[Look]) -> str | None:
    dates = [look for look in free if look.facts.kind == "date"]
    epochs = [look for look in free if look.said & TIMES and epoch_divisor(look.facts) is not None]
    first = [look for look in dates if not look.said & OTHER_TIMES]
    return next((look.name for look in (*first, *dates, *epochs)), None)


def epoch_divisor(facts: ColumnFacts) -> int | None:
    """How many of its units a day has, where a number counts seconds, milli- or microseconds since 1970; else None."""
    if facts.kind != "number" or not facts.minimum or not facts.maximum:
        return None
    for unit in (1, 1_000, 1_000_000):
        if 1e8 * unit <= facts.minimum and facts.maximum < 1e10 * unit:
            return 86_400 * unit
    return None
