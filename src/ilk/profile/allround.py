"""Who does little, or much, of nearly everything: light buyers rather than light wine buyers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ilk.profile import bank
from ilk.profile.grammar import plural
from ilk.profile.phrases import Phrase
from ilk.profile.traits import LEAST_D, Ground, Trait

LEAST_COLUMNS = 4
"""Fewer columns are not everything."""

NEARLY_ALL = 0.75
"""Share of them in which a segment has to differ the same way (rule of thumb)."""

AS_MUCH = 0.6
"""... each at least by this part of the strongest difference, else the strongest says more. Who is heavy is so by more
than the others are by this part of it."""

USERS = "users"
"""Who has much or little of columns that people of several kinds do."""

BUYERS = "buyers"

_MEASURES = {"amount", "count", "frequency", "share"}

Kind = tuple[str, int]
"""What they are called, and whether they do much of it, 1, or little, -1."""


@dataclass(frozen=True, slots=True)
class AllRound:
    """A difference that nearly all columns about one kind of people share.

    Args:
        kind: Which people, and the direction.
        trait: The strongest of these differences.
        phrase: How it is said.
        stem: All words of these columns, so that none of them is named beside it.
    """

    kind: Kind
    trait: Trait
    phrase: Phrase
    stem: frozenset[str]


def all_round_of(ground: Ground, segments: Sequence[Sequence[Trait]]) -> tuple[AllRound | None, ...]:
    """For each segment what it has little or much of nearly throughout, or nothing.

    Several may be light. Heavy is who has far more than any other, because what one is heavy on tells two apart.
    """
    groups = _groups(ground)
    found = [_of_one(ground, groups, traits) for traits in segments]
    return tuple(
        one if one is None or one.kind[1] < 0 or _far_above(groups[one.kind[0]], i, segments) else None
        for i, one in enumerate(found)
    )


def _far_above(places: Sequence[int], i: int, segments: Sequence[Sequence[Trait]]) -> bool:
    """Whether no other segment's mean difference is nearly as high as that of segment i."""
    means = [sum(trait.d for trait in traits if trait.at in places) / len(places) for traits in segments]
    return all(mean < AS_MUCH * means[i] for j, mean in enumerate(means) if j != i)


def _groups(ground: Ground) -> dict[str, list[int]]:
    """Places of the columns about one kind of people, the largest kind first; of all of them for users.

    Whoever is known by orders alone is a buyer, whatever of them is counted.
    """
    theme_of, by_noun, everything = ground.theme_of, dict[str, list[int]](), list[int]()
    for at, (column, words) in enumerate(zip(ground.columns, ground.words, strict=True)):
        if column.plan.column not in theme_of or words.measure not in _MEASURES:
            continue
        everything.append(at)
        if words.agent:
            by_noun.setdefault(words.agent.rsplit(maxsplit=1)[-1], []).append(at)
    by_noun.pop(USERS, None)
    ordered = bool(everything) and all(ground.columns[at].plan.block == "orders" for at in everything)
    all_of_them = BUYERS if ordered else USERS
    groups = dict(sorted(by_noun.items(), key=lambda item: -len(item[1]))) | {all_of_them: everything}
    return {noun: places for noun, places in groups.items() if len(places) >= LEAST_COLUMNS}


def _of_one(ground: Ground, groups: Mapping[str, list[int]], traits: Sequence[Trait]) -> AllRound | None:
    by_place = {trait.at: trait for trait in traits}
    for noun, places in groups.items():
        own = [by_place[at] for at in places if at in by_place]
        strongest = max(own, key=lambda trait: abs(trait.d), default=None)
        if strongest is None:
            continue
        least = max(LEAST_D, AS_MUCH * abs(strongest.d))
        alike = [trait for trait in own if trait.d * strongest.d > 0 and abs(trait.d) >= least]
        if len(alike) >= NEARLY_ALL * len(places):
            stem = frozenset().union(*(ground.words[at].stem for at in places))
            high = strongest.d > 0
            return AllRound((noun, 1 if high else -1), strongest, _phrase(noun, high=high), stem)
    return None


def _phrase(noun: str, *, high: bool) -> Phrase:
    """Light buyers, or customers with few purchases."""
    how = "heavy" if high else "light"
    if noun == USERS:
        return Phrase(USERS, how, "", "with", "high" if high else "low", "use", high)
    done = "purchase" if noun == BUYERS else next(key for key, agent in bank.AGENTS.items() if agent == noun)
    return Phrase(noun, how, "", "with", "many" if high else "few", plural(done), high)
