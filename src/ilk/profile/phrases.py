"""What one difference is called inside a name: somebody who does it, or something a segment is with or without."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ilk.model.parts import ColumnSummary
from ilk.profile import bank
from ilk.profile.grammar import figures_spelled, is_person, plural, quality_of, thing_of, with_or_without, yes_of
from ilk.profile.statements import Statement
from ilk.profile.traits import Ground, Trait, scale_of
from ilk.profile.words import Words

NONE_AT_ALL = 0.8
"""Share of zeros from which a segment is said to do without; methods page, "Names"."""

USUAL = 0.2
"""Share of zeros among everyone below which nearly all do it, so that doing it says nothing by itself."""

RARE = 0.5
"""Share of zeros among everyone from which a counted word is a mention rather than a number one has."""

FANS, CROWD = "fans", "crowd"
"""Who likes a thing, and who mentions it."""

Link = Literal["with", "without", "high on", "low on", "rarely with", "who rarely have", "who", ""]

_MUCH = dict.fromkeys(("payers", "spenders", "donors", "depositors", "savers", "investors"), ("big", "small"))
"""What much and little is called with these; heavy and light with all others."""

_TIMES = {"date": ("late", "early"), "duration": ("long", "short")}
"""What more and less time is called."""

_COMPARED = {
    "high": "higher",
    "low": "lower",
    "many": "more",
    "few": "fewer",
    "big": "bigger",
    "small": "smaller",
    "frequent": "more frequent",
    "rare": "rarer",
    "long": "longer",
    "short": "shorter",
    "early": "earlier",
    "late": "later",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One difference in words.

    Args:
        agent: Who does it, or "": "buyers", "fans", "customers".
        what: What stands before the agent: "instalment", "opera", "".
        how: An adjective before both, which a short name does without: "frequent", "light".
        link: How it is added to a name that has an agent already.
        adjective: Stands before the noun: "high", "many".
        noun: "balances", "instalment purchases".
        high: Whether the segment is above everyone.
    """

    agent: str
    what: str
    how: str
    link: Link
    adjective: str
    noun: str
    high: bool

    def clause(self) -> str:
        """What follows the link."""
        return f"{self.adjective} {self.noun}".strip()


def phrase_for(ground: Ground, trait: Trait) -> Phrase:
    """Put one difference into words, by the kind of its column."""
    words, kind = ground.words[trait.at], ground.columns[trait.at].plan.kind
    high = trait.d > 0
    if words.statement is not None:
        return Phrase("", "", "", *_answered(ground, trait, words.statement), high)
    if trait.level and trait.level != yes_of(ground.columns[trait.at].levels):
        return _level(words, trait.level, high=high)
    if kind in {"flag", "category", "ordered"}:
        return (_ordered if kind == "ordered" else _flag)(words, high=high)
    if kind == "topics":
        return _mentioned(words, high=high)
    times = _TIMES.get("date" if kind == "date" else words.measure)
    if times is not None:
        return Phrase("", "", "", "with", times[not high], words.topic, high)
    return _amount(words, kind, trait, high=high)


def said_yes(words: Words, *, yes: bool) -> str:
    """What a yes or a no to a column is called: "with app", "not member"; of a question, "own a car"."""
    asked = words.statement
    if asked is None:
        return with_or_without(words.topic, yes=yes)
    return (asked.yes if yes else asked.no) or f"{'yes' if yes else 'no'} to {asked.quoted}"


def _higher_on(words: Words, *, high: bool) -> str:
    asked = words.statement
    if asked is None:
        return f"{'higher' if high else 'lower'} on {words.topic}"
    return f"{_COMPARED[asked.how(high=high)]} on “{_in_words(asked.text)}”"


def _answered(ground: Ground, trait: Trait, asked: Statement) -> tuple[Link, str, str]:
    """Who enjoy shopping, who do not; more or less than everyone only, where they are on neither side of the middle."""
    levels, high = ground.columns[trait.at].levels, trait.d > 0
    if trait.level and trait.level != yes_of(levels):
        answer = f"{'' if high else 'rarely '}answer “{_in_words(trait.level)}”"
        return "who", "", f"{answer} to “{_in_words(asked.text)}”"
    clause = asked.who(high=high)
    if clause and _beyond_the_middle(ground.columns[trait.at], trait.here, high=high):
        return "who", "", _in_words(clause)
    return ("high on" if asked.how(high=high) == "high" else "low on"), "", f"“{_in_words(asked.text)}”"


def _beyond_the_middle(column: ColumnSummary, here: float, *, high: bool) -> bool:
    """Whether the mean answer, or most of the answers yes or no, are on this side of the middle."""
    ends = (0.0, 1.0)
    if column.plan.kind == "ordered":
        ends = scale_of(column) or ends
    middle = (ends[0] + ends[1]) / 2.0
    return here > middle if high else here < middle


def comparative_for(ground: Ground, trait: Trait, *, high: bool) -> str:
    """One difference between two segments that share a name: higher balances, fewer purchases, lower on reading."""
    phrase = phrase_for(ground, replace(trait, d=1.0 if high else -1.0, zeros=(None, trait.zeros[1])))
    if ground.columns[trait.at].plan.kind == "topics":
        return f"{'more' if high else 'less'} {phrase.noun}"
    if phrase.link in {"high on", "low on", "who"}:
        return _higher_on(ground.words[trait.at], high=high)
    if phrase.link == "":
        return phrase.noun
    adjective = _COMPARED.get(phrase.adjective, "more often" if high else "less often")
    return f"{adjective} {'with ' * (not phrase.adjective)}{phrase.noun}"


def more_or_less(words: Words, kind: str, level: str, *, more: bool) -> str:
    """One end of a direction along which customers differ: more purchases, lower balances, higher on reading."""
    if level or kind == "flag":
        named = f"{level.replace('_', ' ')} {words.topic}" if level else said_yes(words, yes=True)
        return f"{'more' if more else 'less'} often {named}"
    if kind == "topics":
        return f"{'more' if more else 'less'} {words.topic}"
    if kind == "ordered":
        return _higher_on(words, high=more)
    if words.measure == "absence":
        return "not seen lately" if more else "seen recently"
    times = _TIMES.get("date" if kind == "date" else words.measure)
    counted = words.measure in {"count", "frequency", "share"} or bool(words.agent) or kind == "count"
    adjective = times[not more] if times else _size_of_sum(words, counted=counted, more=more)
    return f"{_COMPARED.get(adjective, adjective)} {words.noun}"


def _size_of_sum(words: Words, *, counted: bool, more: bool) -> str:
    if not counted or words.noun.endswith("spend") or _is_sum(words):
        return "high" if more else "low"
    if not words.noun.endswith("s"):
        return "more" if more else "less"
    return "many" if more else "few"


def _is_sum(words: Words) -> bool:
    """Whether there is much of it, never many: spend on books."""
    return words.noun.split(" ", 1)[0] in bank.SPEND_ENDINGS


def _amount(words: Words, kind: str, trait: Trait, *, high: bool) -> Phrase:
    here, everyone = trait.zeros
    if words.measure == "absence":
        return Phrase("", "", "", "", "", "not seen lately" if high else "seen recently", high)
    if not high and here is not None and here >= NONE_AT_ALL and words.measure != "level":
        return Phrase("", "", "", "without", "", words.topic, high)
    counted = words.measure in {"count", "frequency"} or kind == "count"
    mentioned = kind == "count" and words.measure == "level" and (everyone or 0.0) >= RARE
    if mentioned:
        return _mentioned(words, high=high)
    if words.agent:
        agent, what = _split(words.agent)
        often = ("frequent" if high else "occasional") if counted else ""
        much = _MUCH.get(agent, ("heavy", "light"))[not high] * (not high or (everyone or 0.0) < USUAL)
        return Phrase(agent, what, often or much, "with", _size(words, kind, high=high), words.noun, high)
    if words.measure == "frequency" and not high:
        return Phrase("", "", "", "who rarely have", "", words.noun, high)
    return Phrase("", "", "", "with", _size(words, kind, high=high), words.noun, high)


def _size(words: Words, kind: str, *, high: bool) -> str:
    several = words.measure == "count" or (kind == "count" and words.topic.endswith("s"))
    several |= words.measure == "frequency" and bool(words.agent)
    several |= words.measure == "share" and words.noun == words.topic and words.noun.endswith("s")
    several &= not _is_sum(words)
    if several:
        return "many" if high else "few"
    if words.measure == "frequency":
        return "frequent"
    return "high" if high else "low"


def _mentioned(words: Words, *, high: bool) -> Phrase:
    """An interest, or a word that few people use: they are its crowd."""
    agent, what = _split(words.agent) if words.agent else (CROWD, words.topic)
    link: Link = "high on" if high else "low on"
    return Phrase(agent if high else "", what if high else "", "", link, "", words.topic, high)


def _ordered(words: Words, *, high: bool) -> Phrase:
    agent, what = _split(words.agent) if words.agent and high else ("", "")
    return Phrase(agent, what, "", "high on" if high else "low on", "", words.topic, high)


def _flag(words: Words, *, high: bool) -> Phrase:
    quality = quality_of(words.topic)
    if quality and is_person(quality):
        return Phrase(
            plural(quality) if high else "customers", "" if high else f"non-{quality}", "", "with", "", quality, high
        )
    if quality:
        return Phrase("customers", quality if high else f"non-{quality}", "", "with", "", quality, high)
    return Phrase("", "", "", "with" if high else "without", "", thing_of(words.topic), high)


def _level(words: Words, level: str, *, high: bool) -> Phrase:
    text = _in_words(level)
    link: Link = "with" if high else "rarely with"
    return Phrase(
        "customers" if high else "",
        f"{text} {words.topic}" if high else "",
        "",
        link,
        "",
        f"{words.topic} {text}",
        high,
    )


def _in_words(level: str) -> str:
    """A level or question without figures, which no name holds."""
    text = figures_spelled(level.replace("_", " "))
    return " ".join("".join(c for c in text if not c.isnumeric()).split()) or "other"


def _split(agent: str) -> tuple[str, str]:
    """("buyers", "instalment") of "instalment buyers"."""
    *what, noun = agent.split()
    return noun, " ".join(what)
