"""A name for every segment of a solution: noun form, at most 40 characters, no two alike, never a figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from ilk.model.parts import Segment
from ilk.profile.allround import AllRound, all_round_of
from ilk.profile.phrases import Phrase, comparative_for, phrase_for
from ilk.profile.traits import LEAST_D, Ground, Trait
from ilk.profile.wording import LONGEST, cut, shortest, wordings

MOST_PAIRS = 3
"""Differences a name may need to be nobody else's; methods page, "Names"."""

MIDDLE = "Middle of the road"
TOO_FEW = "Too few to describe"

ALSO = 0.6
"""A second difference joins the name if it is at least this part of the strongest, which a name has to show."""

LOOKED_AT = 8
"""Strongest differences that are tried for a set no other segment shares."""

Key = tuple[int | str, int]
"""A theme, or people who do nearly all there is to do, and the direction."""

Namer = Callable[[Segment], str | None]
"""A namer of one's own: given a finished segment it returns a name, or nothing to leave ours."""


@dataclass(frozen=True, slots=True)
class Facet:
    """The strongest difference of one theme in one segment."""

    key: Key
    strength: float
    trait: Trait
    phrase: Phrase
    stem: frozenset[str]


Facets: TypeAlias = tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and the differences it is made of, in the order in which it says them."""

    name: str
    traits: tuple[Trait, ...]


def facets_of(ground: Ground, traits: Sequence[Trait], whole: AllRound | None = None) -> Facets:
    """One difference a theme, strongest first: those that mark the segment or are half a deviation or more.

    What holds nearly throughout comes before all that it holds for. An interest has to mark: a mean that is far off may
    be that of a few.
    """
    found: dict[int, Facet] = {}
    for trait in traits:
        strong = abs(trait.d) >= LEAST_D and ground.columns[trait.at].plan.kind != "topics"
        if (strong or trait.marks) and trait.theme not in found:
            key = (trait.theme, trait.towards)
            found[trait.theme] = Facet(key, abs(trait.d), trait, phrase_for(ground, trait), ground.words[trait.at].stem)
    if whole is None:
        return tuple(found.values())
    return (Facet(whole.kind, abs(whole.trait.d), whole.trait, whole.phrase, whole.stem), *found.values())


def telling_sets(facets: Sequence[Facets]) -> tuple[tuple[Facets, ...], ...]:
    """For each segment the sets of facets its name may be made of, strongest first.

    The fewest (theme, direction) pairs that no other segment shares; where there are none, the strongest pair.
    Source: methods page, "Names".
    """
    keys = [frozenset(facet.key for facet in own) for own in facets]
    wholes = [_without_parts(own) for own in facets]
    return tuple(_fewest(own, [keys[j] for j in range(len(keys)) if j != i]) for i, own in enumerate(wholes))


def _without_parts(own: Facets) -> Facets:
    """Light buyers are light wine buyers too; the first says it."""
    return tuple(
        facet for facet in own if facet is own[0] or isinstance(own[0].key[0], int) or not _same(own[0], facet)
    )


def _fewest(own: Facets, others: Sequence[frozenset[Key]]) -> tuple[Facets, ...]:
    for size in range(1, MOST_PAIRS + 1):
        sets = [chosen for chosen in combinations(own[:LOOKED_AT], size) if _nobody_elses(chosen, others)]
        if sets:
            # Ties go to the facets that come first, because sorting keeps their order.
            sets.sort(key=lambda chosen: -sum(facet.strength for facet in chosen))
            least = ALSO * sum(facet.strength for facet in sets[0])
            return tuple(chosen for chosen in sets if sum(facet.strength for facet in chosen) >= least)
    return (own[:1],) if own else ()


def _nobody_elses(chosen: Facets, others: Sequence[frozenset[Key]]) -> bool:
    """Whether no other segment has all of these, and none of them says what another says already."""
    shared = any(other.issuperset(facet.key for facet in chosen) for other in others)
    return not shared and not any(_same(one, other) for one, other in combinations(chosen, 2))


def name_segments(ground: Ground, traits: Sequence[tuple[Trait, ...] | None]) -> tuple[Named, ...]:
    """Return a name for each segment, all different.

    Args:
        ground: Everyone's figures and words.
        traits: Each segment's differences; None for a segment that is too small to describe.
    """
    whole = all_round_of(ground, [own or () for own in traits])
    facets = [facets_of(ground, own or (), one) for own, one in zip(traits, whole, strict=True)]
    taken: list[str] = []
    said: list[Facets] = []
    for own, differences, sets in zip(facets, traits, telling_sets(facets), strict=True):
        name, used = (TOO_FEW, ()) if differences is None else _first_free(_composed(sets, own), taken)
        taken.append(name)
        said.append(used)
    names = _made_different(ground, traits, taken)
    return tuple(Named(name, tuple(facet.trait for facet in used)) for name, used in zip(names, said, strict=True))


# ---------------------------------------------------------------- putting phrases together


def _first_free(candidates: Sequence[tuple[str, Facets]], taken: Sequence[str]) -> tuple[str, Facets]:
    """The first name nobody has; the first of all where each is taken."""
    return next((candidate for candidate in candidates if candidate[0] not in taken), candidates[0])


def _composed(sets: Sequence[Facets], own: Facets) -> list[tuple[str, Facets]]:
    """Names that fit and the facets in them, the most telling first.

    The strongest difference of all before a set that does not say it; a set of one and a second difference nearly as
    strong; a set as it is; parts of the first set, larger and stronger ones first.
    """
    if not sets:
        return [(MIDDLE, ())]
    parts = [part for n in range(len(sets[0]) - 1, 0, -1) for part in combinations(sets[0], n)]
    tried = [*(richer for chosen in sets for richer in _richer(chosen, own)), *sets, *parts]
    fitting = [(wording, facets) for facets in tried for wording in wordings([facet.phrase for facet in facets])]
    return fitting or [(shortest(sets[0][0].phrase), sets[0][:1])]


def _richer(chosen: Facets, own: Facets) -> list[Facets]:
    """The set with one more facet that makes it easier to recognise."""
    if own[0] not in chosen:
        return [] if any(_same(own[0], facet) for facet in chosen) else [(own[0], *chosen)]
    strong = (f for f in own if f.strength >= ALSO * own[0].strength and not any(_same(f, c) for c in chosen))
    more: list[Facets] = [(*chosen, facet) for facet in strong]
    return more[:2] if len(chosen) == 1 else [chosen]


def _same(one: Facet, other: Facet) -> bool:
    """Whether one is a special case of the other, so that naming both says one thing twice."""
    return one.key == other.key or one.stem <= other.stem or other.stem <= one.stem


# ---------------------------------------------------------------- making names differ


def _made_different(ground: Ground, traits: Sequence[tuple[Trait, ...] | None], names: list[str]) -> tuple[str, ...]:
    """Add a comparative on the column where equal names differ most, until no two are alike."""
    tried: set[tuple[tuple[int, ...], int]] = set()
    while (alike := _first_alike(names)) is not None:
        pair = _widest(traits, alike, {at for who, at in tried if who == tuple(alike)})
        if pair is None:
            for letter, i in enumerate(alike[1:], start=1):
                names[i] = _unused(names, names[i], letter)
            continue
        tried.add((tuple(alike), pair[0].at))
        for trait, high in zip(pair, (True, False), strict=True):
            i = next(i for i in alike if any(trait is own for own in traits[i] or ()))
            names[i] = _with_comparative(names[i], comparative_for(ground, trait, high=high))
    return tuple(names)


def _first_alike(names: Sequence[str]) -> list[int] | None:
    for name in names:
        alike = [i for i, other in enumerate(names) if other == name]
        if len(alike) > 1:
            return alike
    return None


def _widest(
    traits: Sequence[tuple[Trait, ...] | None], alike: Sequence[int], tried: set[int]
) -> tuple[Trait, Trait] | None:
    """The highest and the lowest of these segments in the column where they lie farthest apart."""
    by_column: dict[tuple[int, str], list[Trait]] = {}
    for i in alike:
        for trait in traits[i] or ():
            by_column.setdefault((trait.at, trait.level), []).append(trait)
    spans = [
        (max(own, key=lambda t: t.d), min(own, key=lambda t: t.d))
        for (at, _), own in by_column.items()
        if len(own) > 1 and at not in tried
    ]
    spans = [(high, low) for high, low in spans if high.d > low.d]
    return max(spans, key=lambda span: span[0].d - span[1].d) if spans else None


def _with_comparative(name: str, comparative: str) -> str:
    """The name, then the comparative; a long name gives up what it is with, then all but the comparative."""
    bases = (name, name.split(",", maxsplit=1)[0].split(" with ", maxsplit=1)[0], "Customers")
    texts = [f"{base}, {comparative}" for base in bases]
    return next((text for text in texts if len(text) <= LONGEST), cut(texts[-1]))


def _unused(names: Sequence[str], name: str, number: int) -> str:
    """The name with a letter nobody has yet, for segments that differ in nothing that may be told."""
    while True:
        letters = ""
        left = number
        while True:
            letters = chr(ord("A") + left % 26) + letters
            left = left // 26 - 1
            if left < 0:
                break
        candidate = f"{name[: LONGEST - 3 - len(letters)]} ({letters})"
        if candidate not in names:
            return candidate
        number += 1
