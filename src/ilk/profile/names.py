"""A name for every segment of a solution: noun form, at most 40 characters, no two alike, never a figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from ilk.model.parts import Segment
from ilk.profile.phrases import CROWD, FANS, Phrase, comparative_for, phrase_for
from ilk.profile.traits import LEAST_D, Ground, Trait

LONGEST = 40
MOST_PAIRS = 3
"""Characters and differences a name may have; methods page, "Names"."""

MIDDLE = "Middle of the road"
TOO_FEW = "Too few to describe"

ALSO = 0.6
"""A second difference joins the name if it is at least this part of the strongest, which a name has to show."""

LOOKED_AT = 8
"""Strongest differences that are tried for a set no other segment shares."""

Key = tuple[int, int]

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


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and the differences it is made of, in the order in which it says them."""

    name: str
    traits: tuple[Trait, ...]


def facets_of(ground: Ground, traits: Sequence[Trait]) -> tuple[Facet, ...]:
    """One difference a theme, strongest first: those that mark the segment or are half a deviation or more."""
    found: dict[int, Facet] = {}
    for trait in traits:
        if (abs(trait.d) >= LEAST_D or trait.marks) and trait.theme not in found:
            key = (trait.theme, trait.towards)
            found[trait.theme] = Facet(key, abs(trait.d), trait, phrase_for(ground, trait), ground.words[trait.at].stem)
    return tuple(found.values())


def chosen_facets(facets: Sequence[tuple[Facet, ...]]) -> tuple[tuple[Facet, ...], ...]:
    """For each segment the facets its name is made of.

    The fewest (theme, direction) pairs that no other segment shares, the strongest such set; methods page, "Names".
    """
    keys = [frozenset(facet.key for facet in own) for own in facets]
    return tuple(_chosen(own, [keys[j] for j in range(len(keys)) if j != i]) for i, own in enumerate(facets))


def _chosen(own: tuple[Facet, ...], others: Sequence[frozenset[Key]]) -> tuple[Facet, ...]:
    return _fewest(own[:LOOKED_AT], others) if own else ()


def _fewest(own: tuple[Facet, ...], others: Sequence[frozenset[Key]]) -> tuple[Facet, ...]:
    """The smallest, then strongest, set of facets that no other segment has all of; else the strongest ones."""
    for size in range(1, MOST_PAIRS + 1):
        sets = [
            chosen
            for chosen in combinations(own, size)
            if not any(other.issuperset(facet.key for facet in chosen) for other in others)
        ]
        if sets:
            return max(sets, key=lambda chosen: sum(facet.strength for facet in chosen))
    return own[:1]


def name_segments(ground: Ground, traits: Sequence[tuple[Trait, ...] | None]) -> tuple[Named, ...]:
    """Return a name for each segment, all different.

    Args:
        ground: Everyone's figures and words.
        traits: Each segment's differences; None for a segment that is too small to describe.
    """
    facets = [facets_of(ground, own) if own is not None else () for own in traits]
    composed = [
        (TOO_FEW, ()) if traits[i] is None else _composed(chosen, own)
        for i, (chosen, own) in enumerate(zip(chosen_facets(facets), facets, strict=True))
    ]
    names = _made_different(ground, traits, [name for name, _ in composed])
    said = [tuple(facet.trait for facet in used) for _, used in composed]
    return tuple(Named(name, used) for name, used in zip(names, said, strict=True))


# ---------------------------------------------------------------- putting phrases together


def _composed(chosen: tuple[Facet, ...], own: tuple[Facet, ...]) -> tuple[str, tuple[Facet, ...]]:
    """The first wording that fits, and the facets in it.

    Tried in this order: the strongest difference of all before the chosen ones, if it is not among them; one more
    that is nearly as strong, where one was enough; the chosen ones; fewer and fewer of them.
    """
    if not chosen:
        return MIDDLE, ()
    fewer = [chosen[:n] for n in range(len(chosen), 0, -1)]
    if own[0] in chosen:
        more = [f for f in own if f.strength >= ALSO * own[0].strength and not any(_same(f, c) for c in chosen)]
        tried = [(*chosen, facet) for facet in more[:2] if len(chosen) == 1] + fewer
    else:
        led = [part for part in fewer if not any(_same(own[0], facet) for facet in part)]
        tried = [(own[0], *part) for part in led] + fewer
    for facets in tried:
        phrases = [facet.phrase for facet in facets]
        for wording in (_worded(phrases, full=True), _worded(phrases, full=False), _two_agents(phrases)):
            if 0 < len(wording) <= LONGEST:
                return wording, facets
    return _cut(_worded([chosen[0].phrase], full=False)), chosen[:1]


def _two_agents(phrases: Sequence[Phrase]) -> str:
    """Instalment buyers and full payers: for two who do things, where "with many full payments" is too long."""
    if len(phrases) != 2 or not all(phrase.agent and phrase.high for phrase in phrases):
        return ""
    return _capital(" and ".join(f"{phrase.what} {phrase.agent}".strip() for phrase in phrases))


def _same(one: Facet, other: Facet) -> bool:
    """Whether one is a special case of the other, so that naming both says one thing twice."""
    return one.key == other.key or one.stem <= other.stem or other.stem <= one.stem


def _worded(phrases: Sequence[Phrase], *, full: bool) -> str:
    doing = [p for p in phrases if p.agent and p.high]
    lead = doing[0] if doing else next((p for p in phrases[:1] if p.agent), None)
    if lead is None:
        return _capital(f"Customers {_clauses(phrases)}")
    alike = [p for p in doing if p is lead or (_kindred(p, lead) and p.what and lead.what)] or [lead]
    how = lead.how if full and all(p.how == lead.how for p in alike) else lead.how * (not lead.high)
    agent = lead.agent if all(p.agent == lead.agent for p in alike) else CROWD
    head = " ".join(part for part in (how, _and([p.what for p in alike if p.what]), agent) if part)
    rest = [p for p in phrases if p not in alike]
    return _capital(f"{head} {_clauses(rest)}".strip())


def _kindred(one: Phrase, other: Phrase) -> bool:
    """Whether two agents can be one: buyers and buyers, or fans and a crowd."""
    return one.agent == other.agent or {one.agent, other.agent} == {FANS, CROWD}


def _clauses(phrases: Sequence[Phrase]) -> str:
    """With high balances and few payments, without cash advances, low on reading."""
    groups: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        groups.setdefault(phrase.link, []).append(phrase)
    return ", ".join(f"{link} {_nouns(own, link)}".strip() for link, own in groups.items())


def _nouns(phrases: Sequence[Phrase], link: str) -> str:
    adjectives = {p.adjective for p in phrases}
    if len(adjectives) == 1:
        joined = _and([p.noun for p in phrases], "or" if link in {"without", "rarely with"} else "and")
        return f"{phrases[0].adjective} {joined}".strip()
    return _and([p.clause() for p in phrases])


def _and(parts: Sequence[str], word: str = "and") -> str:
    parts = list(dict.fromkeys(parts))
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(text: str) -> str:
    """Whole words up to the longest name allowed."""
    if len(text) <= LONGEST:
        return text
    short = text[: LONGEST + 1].rsplit(" ", 1)[0]
    return (short if len(short) <= LONGEST else text[:LONGEST]).rstrip(" ,")


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
    return next((text for text in texts if len(text) <= LONGEST), _cut(texts[-1]))


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
