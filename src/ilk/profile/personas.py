"""What each segment is like: name, sentence, markers, rules, descriptors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ilk.figures import count, percent
from ilk.model.parts import Persona, Profile, Rule, Segment
from ilk.model.topics import TopicShare
from ilk.profile.descriptors import Striking
from ilk.profile.markers import markers_of
from ilk.profile.names import Named, Namer, name_segments
from ilk.profile.sentence import Size, described_too, sentence_for
from ilk.profile.traits import Ground, Trait, traits_of
from ilk.profile.wording import LONGEST


@dataclass(frozen=True, slots=True)
class Group:
    """What is known of one segment before it is put into words.

    Args:
        size: Customers.
        share: Of everybody.
        profiles: What may be told, one a column of the ground.
        inner: The same before figures were hidden that would give a smaller segment away; only words are made of it.
        rules: What the tree says of it.
        descriptors: What is told of it beside what built it.
        weighted: Whether its share and its figures count customers by their weights.
        topics: Behind learnt interests, the highest lift first.
        striking: What so strongly describes it that its sentence says so.
    """

    size: int
    share: float
    profiles: tuple[Profile, ...]
    inner: tuple[Profile, ...]
    rules: tuple[Rule, ...] = ()
    descriptors: tuple[str, ...] = ()
    weighted: bool = False
    topics: tuple[TopicShare, ...] = ()
    striking: Striking | None = None


def personas_of(
    ground: Ground, groups: Sequence[Group], value_column: str | None, min_group: int
) -> tuple[Persona, ...]:
    """Return a persona for each segment of a solution, all with different names.

    A segment of fewer than `min_group` customers is only said to be too small; one by which a smaller one could be
    worked out has a name and a size, and no figures.
    """
    told = _Telling(ground, value_column, min_group)
    traits = [None if group.size < min_group else traits_of(ground, group.inner) for group in groups]
    named = name_segments(ground, traits)
    return tuple(told.persona(group, own, name) for group, own, name in zip(groups, traits, named, strict=True))


def value_shares(ground: Ground, profiles: Sequence[Profile]) -> tuple[tuple[str, float], ...]:
    """Each amount column with this segment's share of it, where it is known and nobody's amount is negative."""
    shares = []
    for column, profile in zip(ground.columns, profiles, strict=True):
        total = column.everyone.total
        counts = column.plan.kind == "amount" and not column.facts.n_negative
        if counts and total is not None and total > 0.0 and profile.total is not None:
            shares.append((column.plan.column, min(profile.total / total, 1.0)))
    return tuple(shares)


def renamed(segments: Sequence[Segment], namer: Namer) -> tuple[Segment, ...]:
    """Give segments the names a caller's own function returns, where they are short, not blank and all different."""
    wanted = [" ".join(str(namer(segment) or "").split()) for segment in segments]
    names = [
        own if 0 < len(own) <= LONGEST else segment.persona.name for own, segment in zip(wanted, segments, strict=True)
    ]
    return tuple(
        segment if names.count(name) > 1 else replace(segment, persona=replace(segment.persona, name=name))
        for name, segment in zip(names, segments, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Telling:
    """What all segments of a solution are told against."""

    ground: Ground
    value_column: str | None
    min_group: int

    def persona(self, group: Group, traits: tuple[Trait, ...] | None, named: Named) -> Persona:
        if traits is None:
            text = f"Fewer than {count(self.min_group)} customers, too few to describe."
            return Persona(named.name, text, facts=(("fewest", float(self.min_group)),))
        if all(profile.mean is None and not any(profile.levels) for profile in group.profiles):
            text = f"About {count(group.size)} customers ({percent(group.share)})."
            return Persona(named.name, text, facts=(("size", float(group.size)), ("share", group.share)))
        told = sentence_for(self.ground, self.size(group), named.traits, traits, group.topics)
        told = told if group.striking is None else described_too(told, group.striking)
        return Persona(
            name=named.name,
            sentence=told.text,
            markers=markers_of(self.ground, traits),
            rules=group.rules,
            descriptors=group.descriptors,
            facts=told.facts,
        )

    def size(self, group: Group) -> Size:
        share = dict(value_shares(self.ground, group.profiles)).get(self.value_column or "")
        if self.value_column is None or share is None:
            return Size(group.size, group.share, weighted=group.weighted)
        at = next(i for i, column in enumerate(self.ground.columns) if column.plan.column == self.value_column)
        return Size(group.size, group.share, self.value_column, self.ground.words[at].noun, share, group.weighted)
