"""What to call a column inside a name or a sentence: its topic, what is measured of it, who does it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from ilk.model.parts import ColumnPlan
from ilk.profile import bank
from ilk.profile.figures import figure, percent
from ilk.settings import Role
from ilk.sources.source import ColumnFacts

Measure = Literal["level", "amount", "count", "frequency", "share", "duration", "absence"]

LONGEST_TOPIC = 28
"""Characters of a topic in a name; two of them and their link fill the 40 characters a name may have."""

YEARS = (1850.0, 2150.0)
"""Numbers that are years, where the words say so."""

_OPENINGS: dict[str, Measure] = {
    "number of ": "count",
    **dict.fromkeys(bank.SHARE_WORDS, "share"),
    **dict.fromkeys(bank.AMOUNT_WORDS, "amount"),
}

_QUESTION = re.compile(r"^(I|my|how|do|does|would|which|what|when)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_ODD = re.compile(r"[^\w\s'’&+/-]")


@dataclass(frozen=True, slots=True)
class Words:
    """A column in words.

    Args:
        column: Its name in the table.
        plain: A noun phrase for sentences and rules, with what is measured: "one-off purchase frequency".
        topic: What it is about, in the plural where it has one: "one-off purchases".
        noun: What a segment is "with" much or little of: the topic, or "wine spend" where the topic was bought.
        agent: Who does much of it, or "" if that has no word: "one-off buyers".
        measure: What is measured of the topic.
        unit: What stands after a figure: a unit or currency from the labels, or "".
        in_percent: Whether its values are shares of one, said as per cent.
        year: Whether its values may be years of the calendar, said without a thousands mark.
    """

    column: str
    plain: str
    topic: str
    noun: str
    agent: str
    measure: Measure
    unit: str = ""
    in_percent: bool = False
    year: bool = False

    def said(self, value: float) -> str:
        """A figure of the column as people read it, in its units."""
        if self.in_percent:
            return percent(value)
        if self.year and YEARS[0] <= value <= YEARS[1]:
            return f"{value:.0f}"
        return figure(value, self.unit)

    @property
    def stem(self) -> frozenset[str]:
        """The topic's words in the singular: a topic whose stem holds another's is a special case of it."""
        return frozenset(singular(word.casefold()) for word in self.topic.split())


def words_for(plan: ColumnPlan, facts: ColumnFacts | None = None) -> Words:
    """Return the words for one column, from its label; the facts tell whether a share is one of 1 or of 100.

    A label's words serve when they are short; a whole question gives way to words made from the column's name.
    """
    text = _fitting(plan)
    plain = _lowered(plan.label.words if len(plan.label.words) <= LONGEST_TOPIC * 2 else text)
    unit = plan.label.unit or plan.label.currency
    made = _parsed(plan.column, text, plan.kind)
    of_one = plan.kind == "share" and (facts is None or facts.maximum is None or facts.maximum <= 2.0)
    return replace(
        made,
        plain=_sentence_words(plan, plain, made),
        unit="" if of_one else unit,
        in_percent=of_one,
        year=plan.kind == "number" and "year" in text.split(),
    )


def _fitting(plan: ColumnPlan) -> str:
    label = plan.label
    given = _clean(label.words)
    short = _clean(label.short or label.words)
    whole = _QUESTION.match(given) is not None or len(given) > LONGEST_TOPIC or "," in label.words
    text = short if label.given and whole else given
    return text or "answers"


def _clean(text: str) -> str:
    """Words without figures, commas or signs that would look odd in a name."""
    text = text.replace("_", " ").replace(",", " and")
    text = "".join(letter if letter.isdecimal() or not letter.isnumeric() else " " for letter in text)
    text = _NUMBER.sub(lambda found: f" {spelled(found[0])} ", _ODD.sub(" ", text))
    return _lowered(" ".join(text.split()))


def _lowered(text: str) -> str:
    """The first letter small, unless the word is an acronym or the text begins with I."""
    first, second = text[:1], text[1:2]
    if second.isupper() or text.startswith(("I ", "I'")):
        return text
    return first.lower() + text[1:]


def _sentence_words(plan: ColumnPlan, plain: str, made: Words) -> str:
    """Questions and words with figures stand in quotation marks; the rest is a phrase as it is."""
    if _QUESTION.match(plain) or plain.endswith(("?", ".", "!")) or any(letter.isnumeric() for letter in plain):
        return f"“{plain.rstrip('.')}”"
    if made.measure == "frequency" and not plan.label.given:
        *rest, last = made.topic.split()
        return " ".join([*rest, singular(last), "frequency"])
    return plain


def _parsed(column: str, text: str, role: Role) -> Words:
    if role in {"ordered", "flag", "category", "topics", "text"}:
        return Words(column, text, text, text, _fans(text) if role == "ordered" else "", "level")
    topic, measure, spent = _stripped(text, role)
    topic = _headed(topic)
    if any(word in text for word in bank.ABSENCES):
        return Words(column, text, text, text, "", "absence")
    if any(text.endswith(word) for word in bank.DURATIONS):
        return Words(column, text, text, text, "", "duration")
    agent = _agent(topic, spent=spent) or (_fans(topic) if role == "count" and measure == "level" else "")
    # A count of a bare word may count mentions: "rock" stays as it is written.
    topic = plural(topic) if measure != "level" or role != "count" else text
    noun = f"{agent.removesuffix(' buyers')} spend" if spent and agent.endswith(" buyers") else topic
    return Words(column, text, topic, noun, agent, measure)


def _stripped(text: str, role: Role) -> tuple[str, Measure, bool]:
    """Take what is measured off a text: (topic, measure, whether the topic was bought)."""
    text = _without_period(text)
    for opening, measure in _OPENINGS.items():
        if text.startswith(opening):
            return text.removeprefix(opening), measure, measure == "amount"
    *rest, last = text.split()
    ended = _ended(last, role) if rest and not bank.NOT_AN_AGENT & set(rest) else None
    if ended is not None:
        return " ".join(rest), ended, ended == "amount" and last != "value"
    return text, "amount" if role == "amount" else "level", False


def _ended(last: str, role: Role) -> Measure | None:
    """What a last word says is measured of the words before it."""
    if last in bank.OFTEN_ENDINGS:
        return "frequency"
    if last in bank.COUNT_ENDINGS:
        return "count"
    if last in bank.SPEND_ENDINGS and role == "amount":
        return "amount"
    return "share" if last in bank.SHARE_ENDINGS and role == "share" else None


def _without_period(text: str) -> str:
    for ending in bank.PERIOD_ENDINGS:
        text = text.removesuffix(" " + ending)
    return text


def _headed(topic: str) -> str:
    """Put the thing people do last: "purchase instalment" is about instalment purchases."""
    words = topic.split()
    doing = [word for word in words if singular(word) in bank.AGENTS]
    if len(words) == 2 and doing and singular(words[-1]) not in bank.AGENTS:
        words = [words[1], words[0]]
    return " ".join([*(singular(word) for word in words[:-1]), *words[-1:]])


def _agent(topic: str, *, spent: bool) -> str:
    words = topic.split()
    if not words or bank.NOT_AN_AGENT & set(words):
        return ""
    found = bank.AGENTS.get(singular(words[-1]))
    if found:
        return " ".join([*words[:-1], found])
    if spent:
        kept = words[:-1] if len(words) > 1 and words[-1] in {"products", "items", "goods"} else words
        return " ".join([*kept[:-1], singular(kept[-1]), "buyers"])
    return ""


def _fans(topic: str) -> str:
    words = topic.casefold().split()
    parts = {part for word in words for part in (word, singular(word), *word.replace("/", "-").split("-"))}
    return " ".join([*(singular(word) for word in words), "fans"]) if parts & bank.INTERESTS and len(words) <= 3 else ""


def singular(word: str) -> str:
    """The singular of a regular English noun; anything else as it is."""
    small = word.casefold()
    if len(word) <= 3 or small in bank.ALWAYS_PLURAL:
        return word
    if small.endswith("ies"):
        return word[:-1] if small in bank.ENDING_IN_IES else word[:-3] + "y"
    if small.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1] if small.endswith("s") and not small.endswith(("ss", "us", "is", "ics")) else word


def plural(text: str) -> str:
    """A noun phrase with its last word in the plural, unless it has none."""
    *rest, last = text.split() or [""]
    small = last.casefold()
    if not last.isalpha() or small.endswith("s") or small in bank.MASS or small in bank.INTERESTS or " of " in text:
        return text
    if small.endswith("y") and small[-2:-1] not in set("aeiou"):
        last = last[:-1] + "ies"
    else:
        last += "es" if small.endswith(("x", "ch", "sh", "z")) else "s"
    return " ".join([*rest, last])


def spelled(digits: str) -> str:
    """A whole number in words up to ninety-nine, beyond that figure by figure."""
    number = int(digits)
    if number < len(bank.ONES):
        return bank.ONES[number]
    if number < 100:
        ten, one = divmod(number, 10)
        return bank.TENS[ten - 2] + (f"-{bank.ONES[one]}" if one else "")
    return " ".join(bank.ONES[int(digit)] for digit in digits)
