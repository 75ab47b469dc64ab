"""From labels to personas, for every k that was tried, so that any of them can be looked at without data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ilk.engines.workers import map_threads
from ilk.features.blocks import block_shares, share_notes
from ilk.model.kept import kept, kept_again
from ilk.model.parts import ColumnSummary, Persona, Profile, Rule, Segment, Solution, Trust
from ilk.model.scorers import comparable
from ilk.model.trust import FEWEST, trust_of
from ilk.profile.blanks import blank_notes
from ilk.profile.columns import bare_summary
from ilk.profile.descriptors import Described as DescribedBy
from ilk.profile.descriptors import describe_by
from ilk.profile.effects import Means, answer_style, answer_style_note, means_of, with_shares
from ilk.profile.names import Namer
from ilk.profile.personas import Group, personas_of, renamed, value_shares
from ilk.profile.privacy import told_sizes
from ilk.profile.profiles import Counted, segment_profiles
from ilk.profile.ready import Grouping, Ready, Subject, prepared
from ilk.profile.rules import Explained, explain_by_rules
from ilk.profile.segments import (
    distance_limits,
    distance_quantiles,
    neighbours,
    uid_of,
)
from ilk.profile.summary import Summary, Whole
from ilk.profile.topics import Told
from ilk.profile.traits import Ground, ground_of
from ilk.progress import Progress
from ilk.sources.source import Note

__all__ = ["Described", "Grouping", "Subject", "describe_solutions"]

SAME_SEGMENTS = {"threads", "engine", "png", "labels"}
"""Settings that change no segment, so that they change no uid."""


@dataclass(frozen=True, slots=True)
class Described:
    """Everyone by column, in the order of the plans; every k tried; the amount that stands for value."""

    columns: tuple[ColumnSummary, ...]
    solutions: tuple[Solution, ...]
    value_column: str | None


def describe_solutions(
    subject: Subject,
    groupings: Sequence[Grouping],
    *,
    chosen_k: int | None = None,
    namer: Namer | None = None,
    progress: Progress | None = None,
) -> Described:
    """Describe every grouping: profiles, markers, names, sentences, descriptors, rules, notes.

    Whether a customer is among everyone is decided by the first grouping: label -1 is out of all of them.

    Args:
        subject: The customers.
        groupings: One for every k tried, ascending; at least one.
        chosen_k: The k for which an unlimited tree is fitted beside the rules, to compare with.
        namer: Gives segments names of the caller's own; what it returns must be short, not blank, and no two alike.
        progress: Told of each grouping; may stop the work.

    Raises:
        Cancelled: If `progress` was asked to stop.
    """
    ready = prepared(subject, groupings, progress)
    work = _Work(ready, chosen_k, namer)
    solutions = map_threads(
        lambda pair: work.solution(*pair),
        list(enumerate(groupings)),
        threads=subject.settings.threads,
        progress=progress,
    )
    by_column = {summary.plan.column: summary for summary in ready.columns}
    columns = tuple(
        by_column.get(plan.column) or bare_summary(plan, facts)
        for plan, facts in zip(subject.plans, subject.facts, strict=True)
    )
    return Described(columns, tuple(solutions), ready.value)


@dataclass(frozen=True, slots=True)
class _Work:
    """Describes one grouping after another, on any thread."""

    ready: Ready
    chosen_k: int | None
    namer: Namer | None

    def solution(self, number: int, grouping: Grouping) -> Solution:
        ready, settings, tally = self.ready, self.ready.subject.settings, self.ready.tallies[number]
        means = means_of(ready.features, tally.sums, tally.mass)
        counted = ready.counted(number, grouping.labels, means)
        profiles = segment_profiles(counted, settings.min_group)
        ground = ground_of(ready.columns, ready.subject.themes, profiles, ready.words)
        ground = replace(ground, themes=with_shares(ground.themes, ready.features, means))
        described = describe_by(ready.columns, ground.words, ready.layout, counted.summary, profiles)
        explained = self._explained(grouping)
        topics, n_unlike = ready.topics[number], grouping.n_unlike or 0
        groups = self._groups(counted, profiles, explained.rules, described, topics, n_unlike=n_unlike)
        segments = self._segments(
            grouping, groups, personas_of(ground, groups, ready.value, settings.min_group), ground
        )
        distances = comparable(grouping.d1, ready.share_answered)
        shares = block_shares(ready.subject.plans, ready.features.columns, means.between[: len(ready.features.columns)])
        return Solution(
            k=grouping.k,
            scorer=kept(grouping.scorer),
            segments=segments if self.namer is None else renamed(segments, self.namer),
            fidelity=explained.fidelity,
            themes=ground.themes,
            descriptors=described.descriptors,
            bootstraps=kept_again(grouping.scorer, grouping.bootstraps),
            distances=distance_quantiles(distances, grouping.labels, settings.min_group),
            notes=(*grouping.notes, *share_notes(shares, settings.weight), *self._notes(ground, means, counted)),
            blocks=shares,
            n_unlike=grouping.n_unlike,
        )

    def _explained(self, grouping: Grouping) -> Explained:
        settings = self.ready.subject.settings
        return explain_by_rules(
            self.ready.questions,
            grouping.labels[self.ready.sample],
            grouping.k,
            min_group=settings.min_group,
            seed=settings.seed,
            full_tree=grouping.k == self.chosen_k,
        )

    def _groups(
        self,
        counted: Counted,
        profiles: tuple[tuple[Profile, ...], ...],
        rules: tuple[tuple[Rule, ...], ...],
        described: DescribedBy,
        topics: Told,
        *,
        n_unlike: int,
    ) -> tuple[Group, ...]:
        sizes, min_group = counted.summary.sizes, self.ready.subject.settings.min_group
        covered = int(sizes.min()) < min_group
        inner = segment_profiles(counted, min_group, cover=False) if covered else profiles
        told = told_sizes(sizes, min_group)
        shares = _shares(told, sizes, counted.weighted, n_unlike)
        weighted = counted.weighted is not None and np.array_equal(told, sizes)
        return tuple(
            Group(
                size=int(told[j]),
                share=shares[j],
                profiles=profiles[j],
                inner=inner[j],
                rules=rules[j],
                descriptors=described.told[j],
                weighted=weighted,
                topics=topics[j],
                striking=described.striking[j],
            )
            for j in range(len(sizes))
        )

    def _segments(
        self, grouping: Grouping, groups: Sequence[Group], personas: Sequence[Persona], ground: Ground
    ) -> tuple[Segment, ...]:
        subject = self.ready.subject
        settings = subject.settings.model_dump_json(exclude=SAME_SEGMENTS)
        distances = comparable(grouping.d1, self.ready.share_answered)
        limits = distance_limits(distances, grouping.labels, grouping.k, subject.settings.min_group)
        near = neighbours(grouping.scorer.middles, grouping.labels, grouping.runner_up)
        return tuple(
            Segment(
                number=j + 1,
                uid=uid_of(subject.fingerprint, settings, subject.settings.seed, grouping.k, j + 1),
                size=group.size,
                share=group.share,
                persona=persona,
                trust=_trust(grouping, j),
                profiles=group.profiles,
                value_share=value_shares(ground, group.profiles),
                nearest=near[j][0],
                farthest=near[j][1],
                distance_limit=limits[j],
                topics=group.topics,
            )
            for j, (group, persona) in enumerate(zip(groups, personas, strict=True))
        )

    def _notes(self, ground: Ground, means: Means, counted: Counted) -> tuple[Note, ...]:
        features, columns = self.ready.features, self.ready.columns
        return (
            *answer_style_note(answer_style(features, means, columns)),
            *blank_notes(ground, counted.summary, self.ready.subject.settings.min_group),
        )


def _shares(told: Whole, sizes: Whole, weighted: Summary | None, n_unlike: int) -> list[float]:
    """Each segment's share of everybody, weighted where customers are and the sizes may be told."""
    if weighted is not None and np.array_equal(told, sizes):
        return [float(share) for share in weighted.sizes / weighted.sizes.sum()]
    total = max(int(sizes.sum()) + n_unlike, 1)
    return [int(size) / total for size in told]


def _trust(grouping: Grouping, j: int) -> Trust | None:
    if not grouping.slsw or (grouping.labels >= 0).sum() < FEWEST:
        return None
    return trust_of(grouping.slsw[j], grouping.valleys[j] if grouping.valleys else None)
