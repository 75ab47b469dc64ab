"""What the values of a column are: flag, share, count, amount, ordered, number, category ... and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ilk.features import hints
from ilk.features.plans import Label
from ilk.features.words import tokens_of
from ilk.settings import Role
from ilk.sources.source import ColumnFacts

SKEWED = 1.0
"""Skewness above which positive numbers are treated as amounts (rule of thumb)."""

HEAVY = 2.0
"""Skewness of sizes beyond which numbers of both signs are treated as amounts (rule of thumb); an exponential has 2."""

MOST_LEVELS = 60
"""More different texts than this are no groups any more; as many as ColumnFacts lists."""

BATTERY = 3
"""Columns on one scale that make it a scale (rule of thumb)."""

LONG_BATTERY = 10
"""Columns on one scale that outweigh what a single column's name suggests (rule of thumb)."""

STEPS = {(1, high) for high in (3, 4, 5, 6, 7, 9, 10)} | {(0, 10), (0, 4), (0, 5), (0, 6)}
"""First and last step of answers people tick."""

ALMOST_ALL = 0.9
"""Share of different values among the answered from which a column points at single customers (rule of thumb).

Different values are estimated to a few per cent in tables of more than a million customers."""

TOO_MANY_TO_COUNT = 10_000
"""Whole numbers as large as this are rather amounts, unless the name says that they are counted (rule of thumb)."""

TIME = "a length of time"

LONG_TAIL = "with a long tail"

Scale = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Guess:
    """A role and the reason for it in words."""

    kind: Role
    reason: str


@dataclass(frozen=True, slots=True)
class Scales:
    """Scales of steps that several columns share, and by how many."""

    columns: Mapping[Scale, int]

    def of(self, facts: ColumnFacts, tokens: tuple[str, ...]) -> Scale | None:
        """The scale a column is on; a telling name is outweighed by a long battery only."""
        if facts.kind != "number" or not facts.whole or facts.minimum is None or facts.maximum is None:
            return None
        low, high = int(facts.minimum), int(facts.maximum)
        needed = LONG_BATTERY if _tells_otherwise(facts, tokens) else BATTERY
        shared = [scale for scale, n in self.columns.items() if n >= needed]
        if (low, high) in shared and facts.n_distinct == high - low + 1:
            return low, high
        within = [s for s in shared if s[0] <= low and high <= s[1] and facts.n_distinct > 2]
        return min(within, key=lambda s: s[1] - s[0], default=None) if needed == BATTERY else None


def scales_of(facts: Sequence[ColumnFacts]) -> Scales:
    """Scales that columns without a telling name share, every step of them used."""
    found: Counter[Scale] = Counter()
    for one in facts:
        scale = _own_scale(one)
        if scale in STEPS and not _tells_otherwise(one, tokens_of(one.column)):
            found[scale] += 1
    return Scales({scale: n for scale, n in found.items() if n >= BATTERY})


def kind_of(
    facts: ColumnFacts, label: Label, *, scales: Scales, skewness: float, long_texts: bool, several: bool
) -> Guess:
    """Guess what a column's values are.

    Args:
        facts: Totals of the column; at least two different values.
        label: Its label; currency, unit and order tell more than the name.
        scales: Scales that columns of this table share.
        skewness: Of its numbers in the fit sample; of their sizes where any is negative.
        long_texts: Whether its texts are sentences.
        several: Whether its cells hold several answers each.
    """
    tokens = tokens_of(facts.column)
    if facts.kind == "date":
        return Guess("date", "a date")
    two = facts.kind == "number" and facts.n_distinct == 2
    if facts.kind == "flag" or (two and (facts.minimum, facts.maximum) == (0.0, 1.0)):
        return Guess("flag", "yes or no")
    if facts.kind == "text":
        return _text_kind(facts, label, long_texts=long_texts, several=several)
    scale = scales.of(facts, tokens)
    if scale is not None:
        return Guess("ordered", f"steps {scale[0]} to {scale[1]}, a scale that {scales.columns[scale]} columns share")
    return _number_kind(facts, label, tokens, skewness)


def points_at_one(facts: ColumnFacts, tokens: tuple[str, ...]) -> str | None:
    """Why a column stands for single customers and not for what they are like; None where it does not."""
    answered = facts.n - facts.n_missing
    if answered < 20 or facts.n_distinct < ALMOST_ALL * answered or facts.kind not in {"text", "number"}:
        return None
    if facts.kind == "text":
        return "a text of its own for nearly every customer"
    running = (
        facts.whole
        and facts.maximum is not None
        and facts.minimum is not None
        and facts.maximum - facts.minimum < 1.05 * answered
    )
    if running or (facts.whole and set(tokens) & hints.IDENTIFYING):
        return "a number of its own for nearly every customer"
    return None


def is_calendar_year(facts: ColumnFacts, tokens: tuple[str, ...]) -> bool:
    """Whether numbers are years of the calendar."""
    named = any(token.endswith(("year", "yr", "vintage")) for token in tokens)
    return named and facts.kind == "number" and facts.whole and _between(facts, 1850, 2150)


def _own_scale(facts: ColumnFacts) -> Scale | None:
    if facts.kind != "number" or not facts.whole or facts.minimum is None or facts.maximum is None:
        return None
    low, high = int(facts.minimum), int(facts.maximum)
    zeros = facts.n_zero / max(facts.n - facts.n_missing, 1)
    return (low, high) if facts.n_distinct == high - low + 1 and zeros < 0.5 else None


def _tells_otherwise(facts: ColumnFacts, tokens: tuple[str, ...]) -> bool:
    said = set(tokens)
    money = hints.MONEY - hints.RATED if _own_scale(facts) in STEPS else hints.MONEY
    return bool(
        said & (hints.COUNTED | hints.CODED | money)
        or hints.life_of(tokens, few_levels=facts.n_distinct <= 4)
        or hints.outcome_of(tokens)
    )


def _between(facts: ColumnFacts, low: float, high: float) -> bool:
    return facts.minimum is not None and facts.maximum is not None and low <= facts.minimum and facts.maximum <= high


def _text_kind(facts: ColumnFacts, label: Label, *, long_texts: bool, several: bool) -> Guess:
    if label.order:
        return Guess("ordered", f"{len(label.order)} steps, {label.order[0]} to {label.order[-1]}")
    if several:
        return Guess("choices", "several answers in one cell")
    if long_texts:
        return Guess("text", "sentences")
    return Guess("category", f"{facts.n_distinct:,} different texts")


def _number_kind(facts: ColumnFacts, label: Label, tokens: tuple[str, ...], skewness: float) -> Guess:
    told = _told_kind(facts, label, set(tokens)) or _shown_kind(facts, skewness)
    if told.reason == TIME and skewness > HEAVY and not facts.n_negative:
        return Guess("amount", f"{TIME} {LONG_TAIL}")
    return told


def _told_kind(facts: ColumnFacts, label: Label, said: set[str]) -> Guess | None:
    """What the label or the name says, where the values agree."""
    positive = _between(facts, 0, float("inf"))
    rules: tuple[tuple[bool, Role, str], ...] = (
        (bool(label.order), "ordered", "steps, by the labels file"),
        (bool(label.currency), "amount", f"an amount in {label.currency}"),
        (label.unit == "%", "share", "a share in per cent"),
        (facts.whole and bool(facts.levels) and bool(said & hints.CODED), "category", "numbers that stand for names"),
        (_is_share(facts, said), "share", "a share, between 0 and 1"),
        (positive and bool(said & {"pct", "percent", "percentage", "prc"}), "share", "a share in per cent"),
        (facts.whole and positive and bool(said & hints.COUNTED), "count", "counted, by its name"),
        (_is_rating(facts, said), "ordered", "steps of an answer, by its name"),
        (bool(said & hints.SCORED), "number", "a score"),
        (bool(said & hints.DURATION) and not said & hints.MONEY, "number", TIME),
        (bool(said & hints.MONEY), "amount", "an amount of money, by its name"),
        (facts.whole and positive and bool(said & hints.COUNTING), "count", "counted, by its name"),
    )
    return next((Guess(kind, reason) for holds, kind, reason in rules if holds), None)


def _is_share(facts: ColumnFacts, said: set[str]) -> bool:
    """Between 0 and 1; where the name says so too, a stray value up to 2 does not count."""
    return not facts.whole and _between(facts, 0, 2.0 if said & hints.SHARING else 1.0)


def _is_rating(facts: ColumnFacts, said: set[str]) -> bool:
    return facts.whole and bool(said & hints.RATING) and _own_scale(facts) in STEPS


def _shown_kind(facts: ColumnFacts, skewness: float) -> Guess:
    """What the values alone show."""
    if facts.n_negative:
        heavy = skewness > HEAVY
        return Guess("amount", "below and above 0, with a long tail") if heavy else Guess("number", "a number")
    counted = facts.whole and (facts.maximum or 0.0) < TOO_MANY_TO_COUNT
    if counted and (facts.minimum == 0 or skewness > SKEWED):
        return Guess("count", "whole numbers from 0 up" if facts.minimum == 0 else "whole numbers with a long tail")
    if skewness > SKEWED:
        return Guess("amount", "positive with a long tail, as amounts are")
    return Guess("number", "a number")
