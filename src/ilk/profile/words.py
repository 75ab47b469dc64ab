"""What to call a column inside a name or a sentence: its topic, what is measured of it, who does it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from ilk.features.plans import ColumnPlan, step_near
from ilk.figures import figure, per_head, percent, with_unit
from ilk.profile import bank, nouns
from ilk.profile.grammar import figures_spelled, plural, singular, singular_phrase, spelled
from ilk.profile.statements import TURNED, Statement, statement_of
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
_NUMBERED = re.compile(r"(?:column |item |question |q|v|var)?\W*\d+(?:\W*\d+|\W*[a-z])?$", re.IGNORECASE)
"""A column's name that only counts questions: q7, V12, item 3, Q7_1."""

_WINDOW = re.compile(
    r"\s+(in (the )?)?(last|past) (?P<n>\d+) ?(?P<unit>m|mo|mth|mths|months?|d|days?|w|wks?|weeks?|y|yrs?|years?)$"
)
_VOWEL = re.compile(r"[aeiouy]|[^a-z]")
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
        unit: What stands after a figure, or "".
        currency: A currency instead; a sign stands before the figure.
        counted: Whether its values count things, so that means of it are rounded.
        in_percent: Whether its values are shares of one, said as per cent.
        year: Whether its values may be years of the calendar, said without a thousands mark.
        steps: The answers in their order, where they are words; values are told as the one that is nearest.
        statement: What was asked, where the column is a statement or question; then topic and plain quote it.
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
    currency: str = ""
    counted: bool = False
    steps: tuple[str, ...] = ()
    statement: Statement | None = None

    def said(self, value: float) -> str:
        """A figure of the column as people read it, in its units; of answers in words the nearest one."""
        if self.steps:
            return f"“{step_near(self.steps, value)}”"
        if self.in_percent:
            return percent(value)
        if self.year and YEARS[0] <= value <= YEARS[1]:
            return f"{value:.0f}"
        return with_unit(per_head(value) if self.counted else figure(value), currency=self.currency, unit=self.unit)

    @property
    def stem(self) -> frozenset[str]:
        """The topic's words in the singular: a topic whose stem holds another's is a special case of it."""
        return frozenset(singular(word.strip("“”?").casefold()) for word in self.topic.split())


def words_for(plan: ColumnPlan, facts: ColumnFacts | None = None) -> Words:
    """Return the words for one column, from its label; the facts tell whether a share is one of 1 or of 100.

    A label's words serve when they are short; a whole question gives way to words made from the column's name, unless
    that is a number or the question itself.
    """
    label = plan.label
    steps = label.order if plan.kind == "ordered" and not any(_is_number(step) for step in label.order) else ()
    asked = _asked(plan, steps)
    if asked is not None:
        return Words(plan.column, asked.quoted, asked.quoted, asked.quoted, "", "level", steps=steps, statement=asked)
    given = _reading(plan, label.words)
    long = len(given.topic) > LONGEST_TOPIC or _QUESTION.match(label.words) or "," in label.words
    short = label.given and long and plan.kind != "topics"  # a title is not said in other words
    made = _reading(plan, label.short or label.words) if short else given
    of_one = plan.kind == "share" and (facts is None or facts.maximum is None or facts.maximum <= 2.0)
    return replace(
        made,
        plain=_plain(plan, made),
        unit="" if of_one else label.unit or made.unit,
        currency="" if of_one else label.currency,
        counted=plan.kind == "count",
        in_percent=of_one,
        year=plan.kind == "number" and "year" in made.topic.split(),
        steps=steps,
    )


def _asked(plan: ColumnPlan, steps: tuple[str, ...]) -> Statement | None:
    """What was asked, where no short name stands for it; None for a column that is no answer to anything."""
    if plan.kind not in {"ordered", "flag", "category"}:
        return None
    named = plan.label.given and plan.label.short and not _NUMBERED.match(plan.label.short)
    turned = TURNED if plan.label.words.endswith(TURNED) else ""
    return statement_of(f"{plan.label.short}{turned}" if named else plan.label.words, steps)


def _is_number(step: str) -> bool:
    return step.strip().replace(".", "", 1).lstrip("-").isdigit()


def _plain(plan: ColumnPlan, made: Words) -> str:
    """The label as it is; questions, and words with figures, stand in quotation marks."""
    text = plan.label.words if plan.kind == "topics" else _lowered(plan.label.words)
    if not plan.label.given or len(text) > 2 * LONGEST_TOPIC:
        return made.plain
    odd = _QUESTION.match(text) or text.endswith(("?", ".", "!")) or any(letter.isnumeric() for letter in text)
    return f"“{text.rstrip('.')}”" if odd else text


def _reading(plan: ColumnPlan, words: str) -> Words:
    """Words read from one text."""
    cleaned = _clean(words) if plan.kind != "topics" else _signless(words)
    text, window = _without_window(cleaned or "answers")
    text, unit = _without_unit(text, plan)
    made = _parsed(plan.column, text, plan.kind)
    return replace(made, plain=f"{made.plain} {window}".strip(), unit=unit)


def _clean(text: str) -> str:
    """Words without figures, commas or signs that would look odd in a name; the first letter small."""
    return _lowered(_signless(text))


def _signless(text: str) -> str:
    """The same as they are written: interests are often titles."""
    text = text.replace("_", " ").replace(",", " and")
    text = "".join(letter if letter.isdecimal() or not letter.isnumeric() else " " for letter in text)
    return " ".join(_ODD.sub(" ", text).split())


def _without_window(text: str) -> tuple[str, str]:
    """Take "last 12 m" off: (text with its other numbers spelled, "in the last twelve months")."""
    found = _WINDOW.search(text)
    if found is None:
        return figures_spelled(text), ""
    unit = bank.PERIODS.get(found["unit"][0].casefold(), "months")
    rest, _ = _without_window(text[: found.start()])
    return rest, f"in the last {spelled(found['n'])} {unit}"


def _without_unit(text: str, plan: ColumnPlan) -> tuple[str, str]:
    """Take a unit at the end of a measured column's words off, where something is left."""
    *rest, last = text.split()
    if len(rest) > 0 and last in bank.UNITS and plan.kind in {"amount", "count", "number"} and not plan.label.given:
        return " ".join(rest), last
    return text, ""


def _lowered(text: str) -> str:
    """The first letter small, unless the word is an acronym or the text begins with I."""
    first, second = text[:1], text[1:2]
    if second.isupper() or text.startswith(("I ", "I'")):
        return text
    return first.lower() + text[1:]


def _parsed(column: str, text: str, role: Role) -> Words:
    if role in {"ordered", "flag", "category", "date", "topics", "text"}:
        return Words(column, text, text, text, _fans(text) if role in {"ordered", "topics"} else "", "level")
    if any(text.startswith(word) for word in bank.ABSENCES):
        return Words(column, text, text, text, "", "absence")
    if any(text.endswith(word) for word in bank.DURATIONS) or text.startswith("distance"):
        return Words(column, text, text, text, "", "duration")
    topic, measure, spent = _stripped(text, role)
    topic = _headed(topic)
    agent = _agent(topic, spent=spent) or (_fans(topic) if role == "count" and measure == "level" else "")
    if role == "count" and measure == "level":
        # A count of a bare word may count mentions: "rock" stays as it is written, orders are orders.
        doing = bool(agent) and not agent.endswith(" fans")
        topic = _several(topic) if doing else text
        return Words(column, topic, topic, topic, agent, "count" if doing else measure)
    topic = _several(topic)
    noun = f"{agent.removesuffix(' buyers')} spend" if spent and agent.endswith(" buyers") else topic
    if measure == "share" and not noun.endswith("s"):
        noun = plural(text)  # newsletter open rates are high or low; there are no few newsletter open
    plain = " ".join([singular_phrase(topic), "frequency"]) if measure == "frequency" else text
    return Words(column, plain, topic, noun, agent, measure)


def _several(topic: str) -> str:
    """The plural of a topic whose last word is known; letters that are no word stand in quotation marks.

    Who knows what "zorb" is, or whether there are many.
    """
    last = singular(topic.rsplit(maxsplit=1)[-1].casefold()) if topic.split() else ""
    if last in bank.AGENTS or last in nouns.THINGS:
        return plural(topic)
    return topic if not last.islower() or _VOWEL.search(last) else f"“{topic}”"


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
    liked = bool(parts & bank.INTERESTS) and not parts & (bank.NOT_LIKED | bank.LINKS) and len(words) <= 3
    return " ".join([*(singular(word) for word in words), "fans"]) if liked else ""
