"""What the form answers: the persona, how sure, the graphs, and why; all of it in words and figures, no page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from math import fsum
from typing import Any

from markupsafe import Markup

from ilk.app.sureness import dots, how_sure, in_ten
from ilk.app.where import spot_of
from ilk.model.customer import read_customer
from ilk.model.explain import Explanation, explain
from ilk.model.how_far import Change, able_to_change
from ilk.model.model import Model
from ilk.model.parts import ColumnSummary
from ilk.model.shown import (
    both_told,
    customers_alike,
    far_in_words,
    figure,
    how_unlike,
    speaks_against,
    why_no_way,
)
from ilk.model.why import Reason
from ilk.outputs.charts.distribution import distribution
from ilk.outputs.charts.figure import HALF, PHONE, Figure
from ilk.outputs.reading import Reading
from ilk.outputs.sections.places import map_of
from ilk.outputs.sections.table import NO_DRAWING, Table, line
from ilk.outputs.wording import EPOCH, NONE, clean, counted, is_share, listed, lower_first, per_cent, words_of
from ilk.sources.source import Note

N_GRAPHS = 3
"""Histograms shown: of the columns that decided it."""

MOST_CHANGES = 4
HELD_FIXED = "Nothing that is known here is free to change; say above what may."
NEVER = "Choices, kinds and topics do not change, and nothing else makes these segments."
"""Instead of a way to another segment, where answers, choices and topics are all that is known."""

SPEAK_OF_COLUMNS = ("identity-violated", "far-outside", "off-scale", "levels-unseen")
"""Notes that name columns as the file has them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One customer's segment, as the page shows it.

    Args:
        number: The segment's; 0 for somebody who was set aside, or is unlike anyone.
        look: Its colour's number.
        name: Its persona's name.
        sentence: What the persona is like.
        sure: How sure, in a sentence.
        dots: The same as ten dots; empty where nothing can be asked.
        too_little: Whether there is too little to tell.
        next: What would help most; empty where nothing is blank.
        runner_up: The next segment, in a sentence.
        board: The one of the few for the board that it lies in, in a sentence; empty without two levels.
        aside: Whether a rule made by hand sets this one aside.
        notes: What was odd.
        map: The map with the customer's ring.
        graphs: The histograms that decided it.
        why: Every column's points; None where there is one segment only.
        alike: The reference points most like this one.
        about_alike: What they say, in a sentence.
        far: How far from the other segments.
        rule: The rule that applies, in a sentence.
    """

    number: int
    look: int
    name: str
    sentence: str
    sure: str = ""
    dots: Markup = NO_DRAWING
    too_little: bool = False
    next: str = ""
    runner_up: str = ""
    board: str = ""
    aside: bool = False
    notes: tuple[str, ...] = ()
    map: Figure | None = None
    graphs: tuple[Figure, ...] = ()
    why: Table | None = None
    alike: Table | None = None
    about_alike: str = ""
    far: Table | None = None
    rule: str = ""


def answer(model: Model, values: Mapping[str, Any], *, changeable: Iterable[str] | None = None) -> Answer:
    """Find one customer's segment.

    Args:
        model: Any model.
        values: Column -> value.
        changeable: Columns that may change when "how far" is asked; None for the usual ones.

    Raises:
        BadInput: If nothing is known that the model looks at.
    """
    found, reading = explain(model, values, changeable=changeable), Reading(model)
    notes = tuple(clean(_in_words(note, model)) for note in found.notes)
    about, alike = about_alike(found, reading)
    if found.segment == 0:
        aside = not found.outlier
        said = clean(found.sentence)
        return Answer(0, 1, clean(found.name), said, aside=aside, notes=notes, alike=alike, about_alike=about)
    customer, segment = read_customer(model, values), model.segment(found.segment)
    return Answer(
        number=found.segment,
        look=(found.segment - 1) % 12 + 1,
        name=clean(found.name),
        sentence=clean(found.sentence),
        sure=how_sure(found.certainty, too_little=found.too_little, unlike=found.outlier),
        dots=dots(None if found.outlier else found.certainty, found.segment),
        too_little=found.too_little,
        next=_next(found, reading),
        runner_up=_runner_up(found, reading),
        board=_board(model, found.segment),
        notes=notes + _unlike(found),
        map=narrow(map_of(reading, spot_of(model, customer, segment))),
        graphs=_graphs(found, reading, values),
        why=_why(found, reading),
        alike=alike,
        about_alike=about,
        far=_far(found, reading),
        rule=_rule(found, reading),
    )


def _in_words(note: Note, model: Model) -> str:
    """What was odd, with the words for the columns it speaks of instead of their names."""
    if note.code not in SPEAK_OF_COLUMNS:
        return note.text
    words = {c.plan.column: words_of(c.plan) for c in model.content.columns}
    named = "|".join(re.escape(name) for name in sorted(words, key=len, reverse=True))
    told = re.compile(rf"(?<![\w.])(?:{named})(?![\w.]*\w)")
    return told.sub(lambda f: lower_first(words[f[0]]) if f.start() else words[f[0]], note.text)


def narrow(chart: Figure | None) -> Figure | None:
    """A chart as wide as the page's right column."""
    return chart and replace(chart, width=HALF)


def _next(found: Explanation, reading: Reading) -> str:
    if found.helpful is None or found.certainty is None or found.helpful.certainty <= found.certainty:
        return ""
    if in_ten(found.helpful.certainty) == in_ten(found.certainty):
        return "" if not found.too_little else "No single field would tell much more; fill in several."
    name = lower_first(words_of(reading.column(found.helpful.column).plan))
    return f"Knowing {name} would help most: to {in_ten(found.helpful.certainty)} on average."


def _runner_up(found: Explanation, reading: Reading) -> str:
    if found.runner_up is None:
        return ""
    close = "Nearly as near" if found.margin is not None and found.margin < 0.1 else "Next nearest"
    return f"{close}: {reading.called(found.runner_up)}."


def _board(model: Model, number: int) -> str:
    if model.board is None:
        return ""
    home = model.board.home(number)
    if home is None:
        return "For the board: it was merged from parts of several segments, so which one is not known."
    return f"For the board: {Reading(model.board.model).called(home)}."


def _unlike(found: Explanation) -> tuple[str, ...]:
    if not found.outlier or found.distance is None or found.distance_limit is None:
        return ()
    far = how_unlike(found.distance, found.distance_limit, found.within)
    return (f"Unlike anyone in the segment: {far}. Check the values; else take the answer for the least bad one.",)


def _graphs(found: Explanation, reading: Reading, values: Mapping[str, Any]) -> tuple[Figure, ...]:
    """The histograms of what speaks most for the segment, then of what speaks against it."""
    segment = reading.model.segment(found.segment)
    ordered = sorted(found.reasons, key=lambda reason: (reason.points <= 0, -abs(reason.points)))
    names = [reason.column for reason in ordered] or [
        column for column in values if column in reading.model.scoring.columns
    ]
    drawn = (
        distribution(segment, reading.column(name), _on_axis(values[name]))
        for name in names
        if values.get(name) is not None
    )
    return tuple(islice((replace(graph, width=PHONE) for graph in drawn if graph is not None), N_GRAPHS))


def _on_axis(value: Any) -> float | str:
    """A value as a histogram has it: days since 1970 for a date."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, date):
        return float((value - EPOCH).days)
    return value if isinstance(value, str) else float(value)


def _why(found: Explanation, reading: Reading) -> Table | None:
    if found.runner_up is None or not found.reasons:
        return None
    whole = fsum(abs(reason.points) for reason in found.reasons) or 1.0
    lines = [
        line(
            reading_words(reason, reading),
            *(as_told(text, reading.column(reason.column)) for text in (reason.value, reason.here, reason.there)),
            str(found.segment if reason.points >= 0 else found.runner_up),
            per_cent(abs(reason.points) / whole),
        )
        for reason in found.reasons
    ]
    caption = f"Why {reading.called(found.segment)} and not {reading.called(found.runner_up)}"
    heads = ("Column", "This one", f"Usual in {found.segment}", f"Usual in {found.runner_up}", "Speaks for", "How much")
    return Table(caption, heads, tuple(lines), "why")


def as_told(text: str, column: ColumnSummary) -> str:
    """What the model says of one value or mean, with shares as per cent like everywhere on the page."""
    if not text:
        return NONE
    try:
        return per_cent(float(text)) if column.plan.kind == "share" and is_share(column) else text
    except ValueError:  # "not known"
        return text


def reading_words(reason: Reason, reading: Reading) -> str:
    """What a reason's column is called."""
    return words_of(reading.column(reason.column).plan)


def about_alike(found: Explanation, reading: Reading) -> tuple[str, Table | None]:
    """Where the customers most like this one are: in a sentence, and as a table of groups."""
    if not found.alike:
        return "", None
    inside = customers_alike(found.alike)
    where = listed([f"{n} in {reading.called(number)}" for number, n in inside.items()])
    said = f"The {counted(sum(inside.values()), 'customer')} of the study most like this one: {where}."
    if speaks_against(found):
        said += f" {both_told(found)}"
    lines = [
        line(f"{counted(one.customers, 'customer')}", reading.called(one.segment), figure(one.distance))
        for one in found.alike
    ]
    return said, Table("Groups of customers most like this one", ("Group of", "In segment", "How far"), tuple(lines))


def _far(found: Explanation, reading: Reading) -> Table | None:
    lines, held = [], HELD_FIXED if able_to_change(reading.model) else NEVER
    for way in found.elsewhere:
        if way.distance is None:
            may = [lower_first(words_of(reading.column(name).plan)) for name in found.may_change]
            lines.append(line(reading.called(way.segment), NONE, why_no_way(may) if may else held))
            continue
        changes = [_change(c, reading.column(c.column)) for c in way.changes]
        more = len(changes) - MOST_CHANGES
        said = ", ".join(changes[:MOST_CHANGES]) + (f" and {counted(more, 'smaller change')}" if more > 0 else "")
        lines.append(line(reading.called(way.segment), f"{figure(way.distance)}, {far_in_words(way.distance)}", said))
    heads = ("To segment", "How far", "The smallest change that would lead there")
    look = "made columns"  # the style keeps the second column of such a table on one line
    return Table("How far from the other segments", heads, tuple(lines), look) if lines else None


def _change(change: Change, column: ColumnSummary) -> str:
    before, after = (as_told(figure(number), column) for number in (change.before, change.after))
    if before == after:
        before, after = figure(change.before), figure(change.after)
    return f"{words_of(column.plan)} {before} → {after}"


def _rule(found: Explanation, reading: Reading) -> str:
    if found.rule is None or found.rule_segment is None:
        return "No rule of the tree is known to apply."
    agrees = "the same" if found.rule_segment == found.segment else "another one, so take neither for certain"
    return f"The rule that applies stands for {reading.called(found.rule_segment)}, {agrees}: {clean(found.rule)}"
