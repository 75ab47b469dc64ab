"""A chapter a persona: what it is like, how sure that is and why, who they are, how to tell them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from markupsafe import Markup

from ilk.model.evidence import Flow
from ilk.model.parts import Content, Marker, Segment
from ilk.model.trust import DIP
from ilk.outputs.charts.distribution import distribution
from ilk.outputs.charts.figure import Figure
from ilk.outputs.charts.interests import having, interest_bars, learnt_columns, made_of
from ilk.outputs.charts.markers import marker_bars
from ilk.outputs.differences import against_everyone, differences, strongest
from ilk.outputs.reading import Reading
from ilk.outputs.sections.board import sign
from ilk.outputs.sections.table import Cell, Line, Table, line
from ilk.outputs.wording import (
    NONE,
    clean,
    in_units,
    index,
    per_cent,
    words_of,
)

MOST_MARKERS, MOST_DISTRIBUTIONS, MOST_IN_A_LINE = 12, 3, 3
FEWEST_LINES = 6
"""Rows of the table of differences, filled up with weaker ones where there are fewer markers."""

WHOLE = 0.8
"""A segment that keeps this share of itself from one k to the next is called the same."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """What the report says about one persona."""

    number: int
    look: int
    name: str
    sentence: str
    size: str
    trust: str
    sign: Markup
    sure: tuple[str, ...]
    note: str
    use: str
    markers: Table | None
    marker_chart: Figure | None
    interests: Figure | None
    made_of: tuple[str, ...]
    distributions: tuple[Figure, ...]
    descriptors: tuple[str, ...]
    rule: str


def chapters(reading: Reading) -> tuple[Chapter, ...]:
    """One a segment, in their order."""
    return tuple(_chapter(segment, reading) for segment in reading.segments)


def _chapter(segment: Segment, reading: Reading) -> Chapter:
    persona, trust = segment.persona, segment.trust
    return Chapter(
        number=segment.number,
        look=(segment.number - 1) % 12 + 1,
        name=reading.by_number[segment.number],
        sentence=clean(persona.sentence),
        size=reading.size(segment),
        trust=reading.trust(segment),
        sign=sign(trust.word) if trust else Markup(),
        sure=how_sure(segment, reading),
        note=clean(segment.note),
        use=clean(segment.use),
        markers=_marker_table(segment, reading),
        marker_chart=marker_bars(segment, reading.content),
        interests=interest_bars(segment, reading.content, reading.least),
        made_of=made_of(segment, reading.content, reading.least),
        distributions=_distributions(segment, reading),
        descriptors=tuple(clean(text) for text in persona.descriptors),
        rule=_best_rule(segment),
    )


def _best_rule(segment: Segment) -> str:
    """The rule that finds most of the segment, with how well it holds."""
    if not segment.persona.rules:
        return ""
    rule = max(segment.persona.rules, key=lambda r: r.precision * r.recall)
    return f"{clean(rule.text)}. Right for {per_cent(rule.precision)}, finds {per_cent(rule.recall)} of the segment."


def how_sure(segment: Segment, reading: Reading) -> tuple[str, ...]:
    """Why the segment can be trusted, or not: repeats, other numbers of segments, the rules, its neighbours."""
    said = []
    if segment.trust is not None:
        found = f"on average {per_cent(segment.trust.slsw)} of this segment is found again as one segment"
        said.append(f"Asked again with other customers, {found} (75 % makes it reliable, 60 % a pattern).")
        if segment.trust.valley is not None and segment.trust.valley > DIP:
            said.append("But it fades into its neighbour, so it is a pattern at most: the border is one we drew.")
        elif segment.trust.valley is not None and segment.trust.word == "reliable":
            said.append("And it thins out towards its neighbour: there are fewer customers between the two.")
    said += _lineage(segment, reading)
    said += _told_by_rules(segment, reading)
    if reading.called(segment.nearest):
        other = f", least like {reading.unlike_of(segment)}" if reading.unlike_of(segment) else ""
        said.append(f"Most like {reading.called(segment.nearest)}{other}.")
    return tuple(said)


def _lineage(segment: Segment, reading: Reading) -> list[str]:
    if reading.merged:
        return ["Segments were merged by hand, so it has no counterpart with fewer or more segments."]
    flows = {flow.k: flow for flow in reading.content.evidence.flows}
    before, after = flows.get(reading.k), flows.get(reading.k + 1)
    said = []
    if before is not None and before.k > 2:
        said.append(_ancestor(segment, before, reading))
    if after is not None:
        said.append(_heirs(segment, after, reading))
    return said


def _ancestor(segment: Segment, flow: Flow, reading: Reading) -> str:
    row = flow.shares[segment.number - 1]
    parent = max(range(len(row)), key=row.__getitem__)
    name = reading.names[flow.k - 1, parent + 1]
    if row[parent] >= WHOLE:
        return f"With {flow.k - 1} segments, {per_cent(row[parent])} of it was in “{name}”."
    return f"With {flow.k - 1} segments it did not exist: its largest part, {per_cent(row[parent])}, was in “{name}”."


def _heirs(segment: Segment, flow: Flow, reading: Reading) -> str:
    sizes = [s.size for s in reading.content.solution(flow.k).segments]
    moved = [flow.shares[i][segment.number - 1] * sizes[i] for i in range(flow.k)]
    total = sum(moved) or 1.0
    first, second = sorted(range(flow.k), key=lambda i: -moved[i])[:2]
    if moved[first] / total >= WHOLE:
        return f"With {flow.k} segments it stays together: {per_cent(moved[first] / total)} remain in one segment."
    into = f"“{reading.names[flow.k, first + 1]}” ({per_cent(moved[first] / total)})"
    other = f"“{reading.names[flow.k, second + 1]}” ({per_cent(moved[second] / total)})"
    return f"With {flow.k} segments it would part, mainly into {into} and {other}."


def _told_by_rules(segment: Segment, reading: Reading) -> list[str]:
    fidelity = reading.solution.fidelity
    if fidelity is None or reading.merged or segment.number > len(fidelity.recall):
        return []
    row = fidelity.confusion[segment.number - 1]
    recall = fidelity.recall[segment.number - 1]
    if recall is None:
        return []
    wrong = {j: count or 0 for j, count in enumerate(row) if j != segment.number - 1}
    most = max(wrong, key=wrong.__getitem__) if any(wrong.values()) else None
    missed = f"; those they miss are mostly taken for {reading.called(most + 1)}" if most is not None else ""
    return [f"The simple rules recognise {per_cent(recall)} of it{missed}."]


def _marker_table(segment: Segment, reading: Reading) -> Table | None:
    n = min(max(len(segment.persona.markers), FEWEST_LINES), MOST_MARKERS)
    shown = differences(segment, reading.content)[:n]
    lines = [_marker_line(marker, segment, reading) for marker in shown]
    rated = {reading.column(marker.column).plan.kind == "ordered" for marker in shown}
    measure = (
        "Index (everyone 100) or points" if len(rated) > 1 else "Points" if True in rated else "Index (everyone 100)"
    )
    heads = ("What sets it apart", "Average", "Everyone", measure, "Median", "None at all")
    return (
        Table("Columns in which this segment differs from everyone; markers are bold", heads, tuple(lines))
        if lines
        else None
    )


def _marker_line(marker: Marker, segment: Segment, reading: Reading) -> Line:
    column, profile = reading.column(marker.column), segment.profile(marker.column)
    counts, interest = column.plan.kind in {"amount", "count", "share", "topics"}, column.plan.kind == "topics"
    none = per_cent(profile.n_zero / profile.n) if counts and profile.n_zero is not None and profile.n else NONE
    name = words_of(column.plan) + (f": {clean(marker.level)}" if marker.level else "")
    rated = column.plan.kind == "ordered"
    return line(
        Cell(name, "marker" if marker in segment.persona.markers else ""),
        per_cent(having(profile)) if interest else in_units(profile.mean, column),
        per_cent(having(column.everyone)) if interest else in_units(column.everyone.mean, column),
        against_everyone(marker, segment, reading.content) if rated else index(marker.index),
        in_units(profile.median, column),
        none,
    )


def _distributions(segment: Segment, reading: Reading) -> tuple[Figure, ...]:
    """One a theme first, then the next strongest markers."""
    first = strongest(segment, reading.content, MOST_DISTRIBUTIONS)
    columns = dict.fromkeys(marker.column for marker in (*first, *differences(segment, reading.content)))
    figures = (distribution(segment, reading.column(name)) for name in columns)
    return tuple(islice((figure for figure in figures if figure is not None), MOST_DISTRIBUTIONS))


def in_markers(segment: Segment, content: Content) -> str:
    """The strongest differences in a line, without their figures, one a theme; of learnt interests the topics."""
    behind, topics = learnt_columns(content), iter(segment.topics)
    texts = []
    for marker in strongest(segment, content, MOST_IN_A_LINE):
        topic = next(topics, None) if marker.column in behind else None
        texts.append(clean(marker.text).partition(" (")[0] if topic is None else clean(topic.topic))
    return ", ".join(texts)
