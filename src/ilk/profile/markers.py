"""Markers: the building columns in which a segment differs from everyone, in a few words each."""

from __future__ import annotations

from collections.abc import Sequence

from ilk.figures import percent
from ilk.model.parts import Marker
from ilk.profile.grammar import yes_of
from ilk.profile.phrases import phrase_for, said_yes
from ilk.profile.traits import Ground, Trait
from ilk.profile.words import Words

ROUND = 10.0
"""Times from which on tenths are not told."""


def markers_of(ground: Ground, traits: Sequence[Trait]) -> tuple[Marker, ...]:
    """Return the markers of one segment, strongest first.

    0/1 and ordered columns mark from a quarter of their scale on, 0/1 also from half of everyone's share and five
    points on; interests likewise, by the share above everyone's who have them, those with the highest lift first among
    themselves; the others from half a standard deviation on the feature scale on.

    Source: Dolnicar & Leisch (2014), marker variables; methods page, "Markers".
    """
    marking = [trait for trait in traits if trait.marks]
    interests = iter(sorted((t for t in marking if _is_interest(ground, t)), key=lambda t: (-t.lift, t.at)))
    return tuple(_marker(ground, next(interests) if _is_interest(ground, trait) else trait) for trait in marking)


def _is_interest(ground: Ground, trait: Trait) -> bool:
    return ground.columns[trait.at].plan.kind == "topics"


def _marker(ground: Ground, trait: Trait) -> Marker:
    index = 100.0 * trait.here / trait.everyone if trait.everyone > 0.0 else None
    return Marker(
        column=ground.columns[trait.at].plan.column,
        theme=trait.theme,
        direction=trait.direction,
        d=trait.d,
        index=index,
        text=marker_text(ground, trait),
        level=trait.level,
    )


def marker_text(ground: Ground, trait: Trait) -> str:
    """A few words with the segment's figure and everyone's: "high purchase frequency (0.92; everyone 0.49)"."""
    phrase, words = phrase_for(ground, trait), ground.words[trait.at]
    zeros, (here, everyone) = trait.zeros, figures_of(ground, trait)
    if _is_interest(ground, trait):
        times = f"{trait.lift:.{0 if trait.lift >= ROUND else 1}f}"
        return f"{words.plain} ({here}; everyone {everyone}), {times} times as often"
    if phrase.link == "without" and not trait.level and zeros[0] is not None and zeros[1] is not None:
        what = {"frequency": f"zero {words.plain}", "count": f"no {words.plain.removeprefix('number of ')}"}
        lead = what.get(words.measure, f"no {phrase.noun}")
        return f"{lead} ({percent(zeros[0])} have none; everyone {percent(zeros[1])})"
    return f"{_named(ground, trait, words)} ({here}; everyone {everyone})"


def _named(ground: Ground, trait: Trait, words: Words) -> str:
    column, phrase = ground.columns[trait.at], phrase_for(ground, trait)
    if words.statement is not None and column.plan.kind == "ordered":
        return phrase.noun if phrase.link == "who" else f"{phrase.link} {phrase.noun}"
    if column.plan.kind == "flag" or (trait.level and trait.level == yes_of(column.levels)):
        return f"{'more' if trait.d > 0 else 'less'} often {said_yes(words, yes=True)}"
    if trait.level:
        return f"{'' if trait.d > 0 else 'rarely '}{words.topic} “{trait.level}”"
    return much_or_little(words, much=trait.d > 0)


def much_or_little(words: Words, *, much: bool) -> str:
    """A column of numbers above or below everyone: high balance, few web purchases, low wine spend, long tenure."""
    if words.statement is not None:
        return f"{words.statement.how(high=much)} on {words.topic}"
    size = {"duration": ("long", "short"), "count": ("many", "few")}.get(words.measure, ("high", "low"))[not much]
    return f"{size} {words.noun if words.measure in {'amount', 'count'} else words.plain}"


def figures_of(ground: Ground, trait: Trait) -> tuple[str, str]:
    """The segment's mean or share and everyone's, as people read them."""
    words, kind = ground.words[trait.at], ground.columns[trait.at].plan.kind
    if kind in {"flag", "category", "topics"}:
        return percent(trait.here), percent(trait.everyone)
    return words.said(trait.here), words.said(trait.everyone)
