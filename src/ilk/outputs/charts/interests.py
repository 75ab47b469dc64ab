"""Interests: what a segment follows more than everyone does, by lift and never by raw count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ilk.model.parts import Content, Profile, Segment
from ilk.outputs.charts.figure import HALF, Figure
from ilk.outputs.drawing import drawing, element, shortened, text, title
from ilk.outputs.theme import EVERYONE, INK, QUIET, segment_colour
from ilk.outputs.wording import clean, figure, listed, per_cent, words_of
from ilk.profile.topics import LEAST_LIFT, LEAST_SUPPORT, by_lift
from ilk.sources.activity.plan import ActivityPlan

MOST, STEP, BAR, LABEL = 8, 44, 16, 112
ROOMY = 16


@dataclass(frozen=True, slots=True)
class Interest:
    """One topic in one segment: the share of its customers who have it, of everyone, and the first over the second.

    `column` is where it stands in the model; empty for a topic behind a learnt interest.
    """

    name: str
    column: str
    support: float
    everyone: float

    @property
    def lift(self) -> float:
        """How many times as often as everyone."""
        return self.support / self.everyone


def interests_of(segment: Segment, content: Content, least: int = 10) -> tuple[Interest, ...]:
    """What a segment follows more than everyone, strongest lift first; only what enough of its customers have.

    Of interests that were learnt the topics behind them, where they are told.
    """
    found = [Interest(clean(one.topic), "", one.share, one.everyone) for one in segment.topics]
    behind = learnt_columns(content) if found else {}
    for column in content.columns:
        if column.plan.kind != "topics" or column.plan.use == "out" or column.plan.column in behind:
            continue
        own, everyone = having(segment.profile(column.plan.column)), having(column.everyone)
        if own and everyone and own >= LEAST_SUPPORT and own * segment.size >= least and own >= LEAST_LIFT * everyone:
            found.append(Interest(words_of(column.plan), column.plan.column, own, everyone))
    return tuple(sorted(found, key=lambda one: by_lift(one.lift, one.support, one.name)))


def interest_bars(segment: Segment, content: Content, least: int = 10) -> Figure | None:
    """Bars of lift with support beside them; None for a segment that follows nothing more than everyone."""
    shown = interests_of(segment, content, least)[:MOST]
    if not shown:
        return None
    first = shown[0]
    heading = f"{first.name}: {figure(first.lift)} times as many as everyone"
    subtitle = "How many times as often as everyone, and the share of the segment that has it at all"
    alt = "; ".join(_in_words(one) for one in shown)
    name = f"interests-{segment.number}"
    return Figure(name, heading, subtitle, alt, lambda width: _draw(width, shown, segment_colour(segment.number)), HALF)


def made_of(segment: Segment, content: Content, least: int = 10) -> tuple[str, ...]:
    """What the interests that mark a segment are above all, where they were learnt from topics; a sentence each."""
    topics = learnt_columns(content)
    marked = [marker.column for marker in segment.persona.markers if topics.get(marker.column)]
    shown = [one.column for one in interests_of(segment, content, least)[:MOST] if topics.get(one.column)]
    return tuple(
        f"{words_of(content.column(name).plan)}: above all {listed([clean(topic) for topic in topics[name]])}."
        for name in dict.fromkeys([*marked, *shown])
    )


def learnt_columns(content: Content) -> Mapping[str, tuple[str, ...]]:
    """Columns of learnt interests, and the topics that each is above all."""
    found: dict[str, tuple[str, ...]] = {}
    for source in content.sources:
        if isinstance(source.plan, ActivityPlan) and source.plan.learnt is not None:
            names, learnt = dict(source.columns), source.plan.learnt
            found |= {names[own]: learnt.told(i) for i, own in enumerate(source.plan.learnt_columns)}
    return found


def having(profile: Profile) -> float | None:
    """Share of those who are asked that have any of an interest; None where that is not known."""
    return None if profile.n_zero is None or not profile.n else 1.0 - profile.n_zero / profile.n


def _in_words(one: Interest) -> str:
    return f"{one.name}: {per_cent(one.support)} of the segment, {per_cent(one.everyone)} of everyone"


def _draw(width: int, shown: tuple[Interest, ...], paint: str) -> str:
    most = max(one.lift for one in shown)
    across = width - LABEL
    parts = [_row(one, i * STEP, across / most, width, paint) for i, one in enumerate(shown)]
    line = element(
        "line", x1=across / most, x2=across / most, y1=ROOMY, y2=STEP * len(shown), stroke=EVERYONE, stroke_width=2
    )
    return drawing(width, STEP * len(shown), *parts, line)


def _row(one: Interest, top: float, unit: float, width: float, paint: str) -> str:
    y = top + 20
    bar = element("rect", title(_in_words(one)), x=0, y=y, width=one.lift * unit, height=BAR, fill=paint, rx=2)
    lift = text(one.lift * unit + 8, y + BAR - 3, f"{figure(one.lift)} ×", fill=INK, font_weight="bold")
    held = text(width, top + 14, f"{per_cent(one.support)} have it", fill=QUIET, text_anchor="end")
    return text(0, top + 14, shortened(one.name, width - 120), fill=INK) + bar + lift + held
