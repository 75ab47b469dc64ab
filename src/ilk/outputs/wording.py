"""Numbers as people read them: thousands separators, counts whole, all else at most three significant digits."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from ilk import figures
from ilk.features.plans import ColumnPlan
from ilk.model.parts import ColumnSummary
from ilk.profile.grammar import capital
from ilk.profile.markers import much_or_little
from ilk.profile.words import YEARS, Words, words_for

NONE: Final = "–"
"""Stands where there is no figure, because too few customers are behind it or it is not defined."""

EPOCH: Final = date(1970, 1, 1)
SHORT: Final = 48
"""Letters of a column's words in charts and tables; whole questions and longer ones give way to the short words."""

_QUESTION = re.compile(r"(?:I|my|how|do|does|did|are|would|which|what|when)\b", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """A text without the characters that break pages or turn lines around, on one line."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r", " ").replace("\n", " ").replace("\t", " "))


def whole(count: float) -> str:
    """A count: 8,950."""
    return figures.count(count)


def figure(number: float | None) -> str:
    """Anything measured, with at most three significant digits: 4,320, 12.3, 0.043."""
    if number is None or not math.isfinite(number):
        return NONE
    text = figures.figure(number)
    return f"\N{MINUS SIGN}{text[1:]}" if text.startswith("-") else text


def per_cent(share: float | None) -> str:
    """A share: without decimals from 10 % up, one below; never 0 % of something, nor all of what is not whole."""
    if share is None or not math.isfinite(share):
        return NONE
    return figures.percent(share).replace("-", "\N{MINUS SIGN}")


def fixed(number: float | None, decimals: int = 2) -> str:
    """An index between 0 and 1 in a table, where all figures of a column share their decimals."""
    return (
        NONE if number is None or not math.isfinite(number) else f"{number:.{decimals}f}".replace("-", "\N{MINUS SIGN}")
    )


def customers(count: int, share: float | None = None, *, least: int = 0, weighted: bool = False) -> str:
    """1,287 customers (14 %); under 10 customers where there are fewer than `least`; (14 % by weight)."""
    words = f"{figures.few(count, least)} customer{'' if count == 1 >= least else 's'}"
    said = f"{words} ({per_cent(share)}{' by weight' if weighted else ''})"
    return words if share is None or 0 < count < least else said


def share_of(count: int, share: float, least: int) -> str:
    """A group's share of customers; how large it is at most where there are fewer than `least`."""
    return f"under {per_cent(share * least / count)}" if 0 < count < least else per_cent(share)


def index(number: float | None) -> str:
    """An index against everyone = 100, whole; above 10,000 only that."""
    if number is None:
        return NONE
    return "over 10,000" if number > 10_000 else whole(number)


def times(number: float | None) -> str:
    """An index as so many times everyone's average: 4.3 ×."""
    if number is None:
        return NONE
    if number < 0.5:
        return "none"
    return (
        "over 100 ×" if number > 10_000 else f"{number / 100:.{0 if number >= 1000 else 1 if number >= 100 else 2}f} ×"
    )


def day(days: float) -> str:
    """Days since 1970 as a date: 23 November 2026; what no calendar holds stays a number."""
    try:
        return long_date(EPOCH + timedelta(days=round(days)))
    except OverflowError:
        return figure(days)


def long_date(when: date) -> str:
    """23 November 2026."""
    return f"{when.day} {when:%B %Y}"


def made_on(created: str) -> str:
    """The day of an ISO timestamp in words."""
    return long_date(datetime.fromisoformat(created).date())


def in_units(number: float | None, column: ColumnSummary) -> str:
    """A figure of a column in the units its values have: money with its currency, shares as per cent, dates as days.

    An average of answers in words is the answer that is nearest.
    """
    if number is None or not math.isfinite(number):
        return NONE
    if is_share(column):
        return per_cent(number)
    if column.plan.kind == "date":
        return day(number)
    if _words(column.plan).steps:
        return clean(_words(column.plan).said(number))
    if YEARS[0] <= number <= YEARS[1] and _words(column.plan).year:
        return f"{number:.0f}"
    if column.plan.kind == "count":
        text = figures.per_head(number).replace("-", "\N{MINUS SIGN}")
    else:
        text = fixed(number) if column.plan.kind == "ordered" and number != round(number) else figure(number)
    return with_unit(text, column.plan)


def bare(number: float | None, column: ColumnSummary) -> str:
    """The same without a unit of letters, where that stands beside already; $ and % stay at their numbers."""
    unit = unit_of(column.plan)
    text = in_units(number, column)
    return text.removesuffix(f" {unit}") if unit else text


def unit_of(plan: ColumnPlan) -> str:
    """A unit or currency of letters: USD, months; nothing for signs that stand at the number."""
    unit = clean(plan.label.currency or plan.label.unit)
    return "" if len(unit) == 1 else unit


def is_share(column: ColumnSummary) -> bool:
    """Whether a column's mean is a share of one: flags, and shares written as 0 to 1."""
    top = column.facts.maximum
    return column.plan.kind in {"share", "flag"} and (top is None or top <= 1)


def with_unit(text: str, plan: ColumnPlan) -> str:
    """A number's text with the column's currency or unit: $4,320, 4,320 EUR, 12 months."""
    return figures.with_unit(text, currency=clean(plan.label.currency), unit=clean(plan.label.unit))


def words_of(plan: ColumnPlan, longest: int = SHORT) -> str:
    """What to call a column, beginning with a capital; a whole question gives way to its short words."""
    words = clean(plan.label.words or plan.column).strip()
    if plan.label.short and (len(words) > longest or (longest <= SHORT and _QUESTION.match(words))):
        words = clean(plan.label.short).strip()
    return capital(words)


def noun_of(plan: ColumnPlan) -> str:
    """What there is much or little of, inside a sentence: "wine spend" for what was spent on wines."""
    return clean(_words(plan).noun)


def much_of(plan: ColumnPlan, *, much: bool) -> str:
    """A column of numbers above or below everyone, as markers say it: high balance, low wine spend."""
    return clean(much_or_little(_words(plan), much=much))


@cache
def _words(plan: ColumnPlan) -> Words:
    return words_for(plan)


def listed(parts: list[str]) -> str:
    """a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def counted(n: int, noun: str) -> str:
    """3 segments, 1 segment."""
    return f"{whole(n)} {noun}{'' if n == 1 else 's'}"


def slug(text: str) -> str:
    """A text as part of a file's name or a page's anchor."""
    return re.sub(r"[^a-z0-9]+", "-", clean(text).lower()).strip("-")[:40] or "column"


def in_letters(n: int) -> str:
    """Small numbers as words, for titles."""
    letters = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return letters[n] if 0 <= n < len(letters) else whole(n)


def lower_first(text: str) -> str:
    """A word in the middle of a sentence; abbreviations keep their capitals."""
    kept = text[1:2].isupper() or text.startswith(("I ", "I'", "I’"))
    return text if kept else text[:1].lower() + text[1:]
