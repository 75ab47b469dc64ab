"""One sentence or two about a segment: its size, what it does against everyone, its share of what matters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ilk.figures import count, percent, times
from ilk.model.topics import TopicShare
from ilk.profile import bank, nouns
from ilk.profile.descriptors import Striking
from ilk.profile.grammar import capital, is_person, plural, quality_of, singular_phrase, thing_of, yes_of
from ilk.profile.phrases import NONE_AT_ALL, RARE
from ilk.profile.traits import Ground, Trait
from ilk.profile.wording import cut

BEHAVIOURS = 2
"""Differences a sentence tells, each with everyone's figure beside it."""

TELLING = 0.15
"""Difference in the share of customers who do a thing at all that tells more than an average frequency."""

WEAKEST = 0.25
"""Deviations from everyone from which a segment that stands out in nothing is said to differ (rule of thumb)."""

NOT_APART = "No column that makes segments sets them clearly apart; what differs most: "
"""Said of who has no marker, so that figures beside everyone's do not speak against the name."""

SHARED = ("they average ", "they answer ", "they have ")
"""How two clauses may both begin."""

TOPICS = 3
"""Topics behind learnt interests that a sentence tells."""

LONGEST_TOPIC = 60
"""Letters of a topic in a sentence."""

Fact = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and the (key, number) pairs every figure in it is made from."""

    text: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """How many customers a segment has, and its share of everybody and of the column that stands for value."""

    customers: int
    share: float
    value_column: str | None = None
    value_words: str = ""
    value_share: float | None = None
    weighted: bool = False


def sentence_for(
    ground: Ground,
    size: Size,
    named: Sequence[Trait],
    traits: Sequence[Trait],
    topics: Sequence[TopicShare] = (),
) -> Told:
    """Return what is said of one segment.

    Args:
        ground: Everyone's figures and words.
        size: Its size and shares.
        named: The differences its name is made of; they are told first.
        traits: All its differences, strongest first.
        topics: Behind learnt interests, the highest lift first.
    """
    worth = named or [trait for trait in traits if abs(trait.d) >= WEAKEST]
    behaviours = [behaviour(ground, trait) for trait in _worth_telling(ground, named, traits if named else worth)]
    share = percent(size.share) + " by weight" * size.weighted
    parts = [Told(f"{count(size.customers)} customer{'s' * (size.customers != 1)} ({share})", ())]
    lead = "" if named else NOT_APART
    joined = _joined([told.text for told in behaviours])
    parts += [Told(lead + joined if lead else capital(joined), ())] * bool(behaviours)
    parts += [_of_topics(topics[:TOPICS])] * bool(topics)
    facts: list[Fact] = [("size", float(size.customers)), ("share", size.share)]
    facts += [fact for told in (*behaviours, *parts) for fact in told.facts]
    if size.value_share is not None and size.value_column is not None:
        parts.append(
            Told(f"They account for {percent(size.value_share)} of all {size.value_words.removeprefix('total ')}", ())
        )
        facts.append((f"value share {size.value_column}", size.value_share))
    return Told(". ".join(part.text for part in parts) + ".", tuple(facts))


def behaviour(ground: Ground, trait: Trait) -> Told:
    """One difference as a clause, with everyone's figure in brackets and the facts behind both."""
    told = _by_share(ground, trait) or _by_zeros(ground, trait)
    return told if told is not None else _by_mean(ground, trait)


def _of_topics(topics: Sequence[TopicShare]) -> Told:
    """What more of them have than of everyone, with support and lift."""
    shown = [f"{cut(one.topic, LONGEST_TOPIC)} ({percent(one.share)}, {times(one.lift)} as often)" for one in topics]
    facts = [fact for one in topics for fact in ((f"share {one.topic}", one.share), (f"lift {one.topic}", one.lift))]
    return Told(f"What they have more often than everyone: {', '.join(shown)}", tuple(facts))


def described_too(told: Told, striking: Striking) -> Told:
    """The sentence with what so strongly describes a segment, without having built it."""
    here, everyone, key = percent(striking.here), percent(striking.everyone), f"share {striking.key}"
    text = f"Beside what built it: {here} {striking.words} (everyone: {everyone})."
    facts = ((key, striking.here), (f"everyone's {key}", striking.everyone))
    return Told(f"{told.text} {text}", (*told.facts, *facts))


def _joined(texts: Sequence[str]) -> str:
    """Two clauses as one; a subject and verb they share is said once."""
    shared = next((one for one in SHARED if all(text.startswith(one) for text in texts)), None)
    if shared is not None and texts:
        return " and ".join([texts[0], *(text.removeprefix(shared) for text in texts[1:])])
    return ", and ".join(texts)


def _worth_telling(ground: Ground, named: Sequence[Trait], traits: Sequence[Trait]) -> list[Trait]:
    """What the name says, then the strongest others, never twice about one thing, nor of a rival of the name's."""
    told: list[Trait] = []
    for trait in (*named, *traits):
        if len(told) == BEHAVIOURS:
            break
        stem = ground.words[trait.at].stem
        again = any(t.theme == trait.theme or _overlap(stem, ground.words[t.at].stem) for t in told)
        rival = not any(trait is one for one in named) and any(
            _rivals(ground.words[trait.at].agent, ground.words[one.at].agent) for one in named
        )
        if named and not trait.marks and ground.columns[trait.at].plan.kind == "topics":
            continue  # what they are less interested in is no interest of theirs
        if not again and not rival and ground.columns[trait.at].plan.kind != "date":
            told.append(trait)
    return told


def _rivals(one: str, other: str) -> bool:
    """One-off buyers and instalment buyers: a sentence about the former would be read as one about the latter."""
    first, second = one.split(), other.split()
    return one != other and min(len(first), len(second)) > 1 and first[-1] == second[-1]


def _overlap(one: frozenset[str], other: frozenset[str]) -> bool:
    return one <= other or other <= one


def _by_share(ground: Ground, trait: Trait) -> Told | None:
    """Yes-or-no columns and categories: how many of them."""
    plan, words = ground.columns[trait.at].plan, ground.words[trait.at]
    if plan.kind not in {"flag", "category", "topics"}:
        return None
    if plan.kind == "topics":
        what = f"have {words.plain} among their interests"
    elif words.statement is not None:
        answer = trait.level or "yes"
        what = f"answer “{answer}” to {words.topic}"
    elif trait.level and trait.level != yes_of(ground.columns[trait.at].levels):
        what = f"have {words.topic} “{trait.level}”"
    elif quality := quality_of(words.topic):
        what = f"are {plural(quality) if is_person(quality) else quality}"
    elif words.topic.split(maxsplit=1)[0] in nouns.DONE:
        what = words.topic
    else:
        what = f"have {thing_of(words.topic)}"
    key = f"share {plan.column}{'=' * bool(trait.level)}{trait.level}"
    return _shares(what, key, trait.here, trait.everyone)


def _by_zeros(ground: Ground, trait: Trait) -> Told | None:
    """Who does it at all, where that is the better half of the difference."""
    plan, words = ground.columns[trait.at].plan, ground.words[trait.at]
    here, everyone = trait.zeros
    if here is None or everyone is None or words.measure not in {"amount", "count", "frequency", "share"}:
        return None
    if trait.d < 0 and here >= NONE_AT_ALL and here > everyone:
        return _shares(f"have no {words.topic}", f"zeros {plan.column}", here, everyone)
    if trait.d > 0 and words.measure == "frequency" and everyone - here >= TELLING:
        return _shares(f"have {words.topic}", f"non-zeros {plan.column}", 1.0 - here, 1.0 - everyone)
    return None


def _shares(what: str, key: str, here: float, everyone: float) -> Told:
    text = f"{percent(here)} of them {what} (everyone: {percent(everyone)})"
    return Told(text, ((key, here), (f"everyone's {key}", everyone)))


def _by_mean(ground: Ground, trait: Trait) -> Told:
    plan, words = ground.columns[trait.at].plan, ground.words[trait.at]
    text = _mean_words(ground, trait, words.said(trait.here))
    facts = ((f"mean {plan.column}", trait.here), (f"everyone's mean {plan.column}", trait.everyone))
    here, everyone = words.said(trait.here), words.said(trait.everyone)
    nearly = ""
    if words.steps and here == everyone:
        turned = words.statement is not None and words.statement.turned
        nearly = ", a little lower" if (trait.here > trait.everyone) != turned else ", a little higher"
    return Told(f"{text} (everyone: {everyone}{nearly})", facts)


def _mean_words(ground: Ground, trait: Trait, here: str) -> str:
    plan, words = ground.columns[trait.at].plan, ground.words[trait.at]
    if words.steps:
        return f"they answer {here} {'to' if words.statement else 'on'} {words.plain} on average"
    if plan.kind == "ordered":
        return f"they average {here} on {words.plain}"
    if words.measure == "count" or (plan.kind == "count" and _counted(words.topic, trait)):
        named = words.plain.removeprefix("number of ") if words.plain.startswith("number of ") else words.topic
        return f"they have {here} {singular_phrase(named) if here == '1' else named} on average"
    if plan.kind == "count":
        return f"they average {here} for {words.plain}"
    if words.plain.startswith(("average ", "mean ", "median ")):
        return f"their {words.plain} is {here}"
    noun = words.noun if words.measure == "amount" else words.plain
    verb = "average" if _is_plural(noun) else "averages"
    return f"their {noun} {verb} {here}"


def _counted(topic: str, trait: Trait) -> bool:
    """Whether a counted word is a number one has, rather than a mention."""
    return _is_plural(topic) and (trait.zeros[1] or 0.0) < RARE


def _is_plural(noun: str) -> bool:
    """Whether a noun takes "average" and not "averages": days since the last order do, time between orders does not."""
    noun = re.split(" (?:since|until|between) ", noun)[0]
    last = noun.rsplit(maxsplit=1)[-1].casefold() if noun.split() else ""
    whole = noun.startswith(("share of ", "percentage of ", "proportion of ", "value of ", "“"))
    return last.endswith("s") and not last.endswith(("ss", "us", "ics")) and last not in bank.MASS and not whole
