"""A model and an explanation as they print in a terminal and in a notebook."""

from __future__ import annotations

import math
from html import escape
from textwrap import shorten, wrap
from typing import TYPE_CHECKING

from ilk.figures import HUGE, count, few, percent
from ilk.figures import figure as rounded
from ilk.model.parts import Segment
from ilk.model.score import UNLIKE_ANYONE
from ilk.model.trust import DIP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilk.model.explain import Alike, Explanation
    from ilk.model.how_far import Change, Elsewhere
    from ilk.model.model import Model

WIDTH = 100
MOST_REASONS = 5
MOST_CHANGES = 4
MOST_BLANKS = 6

ABOUT_FAR = (
    "How far from the others: the smallest change that would put this one there, where 1 is the usual difference "
    "between customers in one column:"
)
FAR = ((0.5, "close to the border"), (1.5, "some way"), (3.0, "far"), (math.inf, "very far"))
"""Standard deviations below which a way is called so (rule of thumb)."""


SHAPES = {"reliable": "●", "a pattern": "◐", "do not rely on it": "✕"}
_ALIGN = "text-align:right;font-variant-numeric:tabular-nums"


def figure(number: float) -> str:
    """A customer's own number: whole ones whole, others with at most three significant digits."""
    whole = float(number).is_integer() and abs(number) < HUGE
    return count(number) if whole else rounded(number)


def as_text(model: Model) -> str:
    """A model in a terminal: what it is, its segments, what was changed by hand."""
    lines = [_title(model), ""]
    share = "weighted" if model.weighted else "share"
    lines += [f"{'no':>4}  {'segment':<42}{'customers':>11}{share:>9}  trust"]
    lines += [_segment_line(segment, model) for segment in model.segments]
    lines += _unlike_line(model) + _board_lines(model)
    lines += [f"   0  {shorten(aside.name, 40):<42}set aside: {aside.test}" for aside in model.view.asides]
    if model.edits:
        often = "once, on" if len(model.edits) == 1 else f"{len(model.edits)} times, last on"
        lines += ["", f"changed by hand {often} {model.edits[-1].date}"]
    return "\n".join(line.rstrip() for line in lines)


def _unlike_line(model: Model) -> list[str]:
    """How many are in no segment."""
    n, whole = model.solution.n_unlike, max(model.content.provenance.n_assigned, 1)
    if n is None:
        return []
    share = percent(n / whole) if n >= model.min_group or n == 0 else ""
    return [f"{0:>4}  {UNLIKE_ANYONE:<42}{few(n, model.min_group):>11}{share:>9}"]


def _board_lines(model: Model) -> list[str]:
    """Of two levels, the few, and which of the many each of them holds."""
    if (board := model.board) is None:
        return []
    held = {s.number: ", ".join(map(str, board.held_by(s.number))) for s in board.model.segments}
    told = [f"{_segment_line(s, board.model)}, holds {held[s.number]}" for s in board.model.segments]
    return ["", "for the board:", *told]


def as_html(model: Model) -> str:
    """A model in a notebook: one table that needs no style sheet and no script."""
    share = "by weight" if model.weighted else "share"
    head = "".join(f"<th>{title}</th>" for title in ("", "segment", "customers", share, "trust", "what it is like"))
    rows = "".join(_segment_row(segment, model) for segment in model.segments)
    return f"<div><p><b>{escape(_title(model))}</b></p><table><tr>{head}</tr>{rows}</table></div>"


def explanation_text(found: Explanation) -> str:
    """An explanation in a terminal: what, how sure, why, and how far from the others."""
    lines = [f"Segment {found.segment}: {found.name}"]
    lines += wrap(found.sentence, WIDTH - 2, initial_indent="  ", subsequent_indent="  ")
    lines += _note_lines(found) + _sure_lines(found) + _why_lines(found) + _like_lines(found)
    if found.elsewhere:
        lines += wrap(ABOUT_FAR, WIDTH, subsequent_indent="  ")
    lines += [line for way in found.elsewhere for line in _way_lines(way, found.may_change)]
    return "\n".join(lines)


def _note_lines(found: Explanation) -> list[str]:
    """What was odd, before anything that rests on it."""
    return [
        line
        for note in found.notes
        for line in wrap(f"Note: {note.text}", WIDTH, subsequent_indent="  ", break_long_words=False)
    ]


def _title(model: Model) -> str:
    n = len(model.segments)
    verdict = f" ({model.verdict})" if model.verdict else ""
    if model.view.merged:
        verdict = f" (merged by hand from {model.k}{f', which were {model.verdict}' if model.verdict else ''})"
    return (
        f"ilk model: {n} segment{'s' * (n != 1)} of {model.content.provenance.n_assigned:,} customers{verdict}, "
        f"{len(model.scoring.columns)} columns build them"
    )


def trust_words(segment: Segment, model: Model) -> str:
    """The word for how far a segment can be trusted; why there is none where it was not measured."""
    if segment.trust is not None:
        return segment.trust.word
    return "merged: not measured" if model.view.is_merged(segment) else "not measured"


def trust_reason(segment: Segment) -> str:
    """How often a segment is found again, and whether a dip parts it from its neighbour; nothing if not measured.

    Both are needed for reliable, so that 95 % alone may be a pattern.
    """
    trust = segment.trust
    if trust is None:
        return ""
    found = f"{percent(trust.slsw)} found again"
    if trust.valley is None or trust.word == "do not rely on it":
        return found
    if trust.valley > DIP:
        return f"{found}, but it fades into its neighbour"
    return f"{found}, and thins out towards its neighbour" if trust.word == "reliable" else found


def _trust(segment: Segment, model: Model) -> str:
    shape = f"{SHAPES[segment.trust.word]} " if segment.trust else ""
    return f"{shape}{trust_words(segment, model)}"


def _sizes(segment: Segment, model: Model) -> tuple[str, str]:
    """Size and share as they may be told."""
    share = percent(segment.share) if segment.size >= model.min_group or segment.size == 0 else ""
    return few(segment.size, model.min_group), share


def _segment_line(segment: Segment, model: Model) -> str:
    name = shorten(segment.persona.name, 41, placeholder="…")
    size, share = _sizes(segment, model)
    return f"{segment.number:>4}  {name:<42}{size:>11}{share:>9}  {_trust(segment, model)}"


def _segment_row(segment: Segment, model: Model) -> str:
    size, share = _sizes(segment, model)
    return (
        f"<tr><td>{segment.number}</td><td><b>{escape(segment.persona.name)}</b></td>"
        f'<td style="{_ALIGN}">{size}</td><td style="{_ALIGN}">{share}</td>'
        f'<td>{_trust(segment, model)}</td><td style="text-align:left">{escape(segment.persona.sentence)}</td></tr>'
    )


def _sure_lines(found: Explanation) -> list[str]:
    lines = []
    if found.certainty is not None:
        words = "too little to tell" if found.too_little else "how often this answer comes back when asked again"
        lines.append(f"Certainty {percent(found.certainty)}: {words}")
    if found.helpful is not None and found.too_little:
        lines.append(
            f"  Knowing {found.helpful.column} would help most: to {percent(found.helpful.certainty)} on average"
        )
    if found.blank:
        shown = ", ".join(found.blank[:MOST_BLANKS])
        more = len(found.blank) - MOST_BLANKS
        shown += f" and {more} more" if more > 0 else ""
        lines += wrap(f"Not known, so others like this one were asked: {shown}", WIDTH, subsequent_indent="  ")
    if found.outlier and found.distance is not None and found.distance_limit is not None:
        lines.append(f"Unlike anyone: {how_unlike(found.distance, found.distance_limit, found.within)}")
    return lines


def how_unlike(distance: float, limit: float, within: float | None) -> str:
    """How far it is from the middle of its segment, and how far the others are."""
    many = f"{100.0 * within:.3g} %" if within is not None else "nearly all"
    return f"{figure(distance)} from the middle of the segment, where {many} of the study are within {figure(limit)}"


def _why_lines(found: Explanation) -> list[str]:
    if found.runner_up is None or found.difference is None:
        return []
    usual_in = f"usual in {found.segment}, usual in {found.runner_up}"
    lines = [
        f"Why segment {found.segment} and not segment {found.runner_up}, {found.runner_up_name}:",
        f"  {'speaks':<12}{'how much':>8}  {'column':<34}  {'this one':>12}   {usual_in}",
    ]
    whole = math.fsum(abs(reason.points) for reason in found.reasons) or 1.0
    for reason in found.reasons[:MOST_REASONS]:
        usual = f"{reason.here or 'not told'}, {reason.there or 'not told'}"
        side = f"for {found.segment if reason.points >= 0 else found.runner_up}"
        share = percent(abs(reason.points) / whole)
        lines.append(f"  {side:<12}{share:>8}  {shorten(reason.words, 34):<34}  {reason.value:>12}   {usual}"[:WIDTH])
    rest = found.reasons[MOST_REASONS:]
    if rest:
        share = percent(math.fsum(abs(reason.points) for reason in rest) / whole)
        named = f"{len(rest)} other column{'s' * (len(rest) > 1)}"
        lines.append(f"  {'':<12}{share:>8}  {named}")
    return lines


def _like_lines(found: Explanation) -> list[str]:
    lines = []
    if found.rule is not None:
        other = "" if found.rule_segment == found.segment else f" (the rules say segment {found.rule_segment})"
        lines += wrap(f"Rule that applies: {found.rule}{other}", WIDTH, subsequent_indent="  ")
    if found.alike:
        lines += wrap(_alike(found.alike), WIDTH, subsequent_indent="  ")
    if speaks_against(found):
        lines += wrap(both_told(found), WIDTH, subsequent_indent="  ")
    return lines


def speaks_against(found: Explanation) -> bool:
    """Whether fewer than half of the customers most alike are in the segment."""
    inside = customers_alike(found.alike)
    return 2 * inside.get(found.segment, 0) < sum(inside.values())


def both_told(found: Explanation) -> str:
    """That the nearest segment is one, and those most alike are elsewhere."""
    return (
        f"The nearest segment is {found.segment}, as a whole; those most like this one {_where_alike(found)}. Both can "
        "hold near a border: take neither for certain, however often the answer comes back."
    )


def _where_alike(found: Explanation) -> str:
    """Are mostly in 3, or, where no other segment has half of them, are split between 2, 3 and 4."""
    inside = customers_alike(found.alike)
    first = next(iter(inside))
    if first != found.segment and 2 * inside[first] > sum(inside.values()):
        return f"are mostly in {first}"
    *others, last = map(str, inside)
    return f"are split between {', '.join(others)} and {last}"


def customers_alike(alike: Sequence[Alike]) -> dict[int, int]:
    """How many of the customers most alike are in each segment, the most first."""
    inside: dict[int, int] = {}
    for one in alike:
        inside[one.segment] = inside.get(one.segment, 0) + one.customers
    return dict(sorted(inside.items(), key=lambda pair: -pair[1]))


def _alike(alike: Sequence[Alike]) -> str:
    """The 42 customers most like this one are all in segment 2."""
    inside = customers_alike(alike)
    lead = f"The {sum(inside.values()):,} customers of the study most like this one"
    if len(inside) == 1:
        return f"{lead} are all in segment {next(iter(inside))}"
    parts = [f"{n:,} in segment {segment}" for segment, n in inside.items()]
    return f"{lead}: {', '.join(parts)}"


def why_no_way(may_change: Sequence[str]) -> str:
    """What was held fixed where no change was found that leads to a segment."""
    if not may_change:
        return (
            "nothing that is known here was free to change; answers, choices, kinds and topics were held fixed, and "
            "only amounts, counts, shares and numbers change, or the columns that are named for it"
        )
    more = len(may_change) - MOST_CHANGES
    named = ", ".join(may_change[:MOST_CHANGES]) + (f" and {more} more" if more > 0 else "")
    return f"none was found by changing {named}; all else was held fixed"


def _way_lines(way: Elsewhere, may_change: Sequence[str]) -> list[str]:
    where = f"segment {way.segment}, {way.name}"
    if way.distance is None:
        return wrap(f"No way to {where}: {why_no_way(may_change)}", WIDTH, subsequent_indent="  ")
    lines = [f"{figure(way.distance)} from {where}: {far_in_words(way.distance)}"[:WIDTH]]
    shown = ", ".join(_change(change) for change in way.changes[:MOST_CHANGES])
    more = len(way.changes) - MOST_CHANGES
    shown += f" and {more} smaller changes" if more > 1 else " and a smaller change" if more == 1 else ""
    lines += wrap(shown, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
    return lines


def far_in_words(distance: float) -> str:
    """How far, for who does not think in standard deviations."""
    return next(words for limit, words in FAR if distance < limit)


def _change(change: Change) -> str:
    return f"{change.words} {figure(change.before)} → {figure(change.after)}"
