"""Page one, for a board: the verdict, the personas in a sentence each, value, three caveats, date and numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from markupsafe import Markup

from ilk.model.edits import standing
from ilk.model.parts import Segment, TrustWord
from ilk.model.score import UNLIKE_ANYONE
from ilk.outputs.charts.shapes import bar, trust_shape, verdict_shape
from ilk.outputs.charts.sizes import value_share
from ilk.outputs.drawing import drawing, themed
from ilk.outputs.reading import VERDICTS, Reading
from ilk.outputs.theme import EVERYONE, segment_colour
from ilk.outputs.wording import clean, counted, customers, in_letters, listed, made_on, per_cent, share_of, whole
from ilk.sources.source import Note

MOST_PERSONAS, MOST_CAVEATS, LONGEST = 12, 3, 240
BAR_WIDTH, BAR_HEIGHT = 96, 12

WEIGHTIEST = (
    "log",
    "weights-uneven",
    "weighted",
    "no-answer",
    "looks-like-survey",
    "rejects",
    "blank-ids",
    "duplicate-ids",
    "blank-rows",
    "columns-differ",
    "infinite",
    "mixed-decimals",
    "spoiled",
    "few-customers",
    "one-large-segment",
    "one-column",
    "tiny-segment",
    "uneven-segments",
    "answer-style",
    "blanks-differ",
    "descriptors-build",
    "sample-size",
)
"""Warnings that matter to who decides, the weightiest first; others are for who prepares the data."""

DOUBLES = "near-double"
"""Columns that say nearly the same: often many, and told where the correlations are drawn."""

METHOD = "method"
"""Why this method: no warning, and told with the number of segments and the provenance."""

_NAMES_ONE = re.compile(r"\bsegments? \d", re.IGNORECASE)

ALONE = "are in no segment: too few others are like them to tell of a kind."
BORDERS = "Segments fade into each other: customers near a border could belong to either; see their certainty."
GENERAL = (
    "Segments say how customers behave, not why, nor what they would do if they were treated otherwise.",
    "The figures are as old as the customer file; customers move, so assign them again before each use.",
    "The names are short for what is told in the figures; read both before you act.",
)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A persona on page one."""

    number: int
    look: int
    name: str
    sentence: str
    trust: str
    sign: Markup
    share: str
    share_bar: Markup
    worth: str
    worth_bar: Markup


@dataclass(frozen=True, slots=True)
class Board:
    """Everything page one says."""

    title: str
    subtitle: str
    verdict: str
    verdict_sign: Markup
    verdict_text: str
    why_k: str
    of_whom: str
    value_head: str
    rows: tuple[BoardRow, ...]
    unlike: BoardRow | None
    left_out: str
    caveats: tuple[str, ...]
    foot: str
    about_trust: str


def board(reading: Reading) -> Board:
    """Page one."""
    verdict, text = reading.verdict
    n = len(reading.segments)
    shown = reading.segments[:MOST_PERSONAS]
    return Board(
        title=f"{in_letters(n).capitalize()} kind{'s' * (n != 1)} of customers",
        subtitle=made_from(reading),
        verdict=VERDICTS[verdict],
        verdict_sign=_drawn(verdict_shape(verdict), ""),
        verdict_text=text,
        why_k=why_k(reading),
        of_whom=reading.of_whom,
        value_head=f"Share of {reading.value_words}" if reading.value else "",
        rows=tuple(_row(segment, reading) for segment in shown),
        unlike=_unlike_row(reading),
        left_out=f"and {counted(n - len(shown), 'smaller segment')}" if n > len(shown) else "",
        caveats=caveats(reading),
        foot=_foot(reading),
        about_trust=reading.about_trust,
    )


def made_from(reading: Reading) -> str:
    """Where the customers came from, how many have a segment, how many have none, and when."""
    p = reading.content.provenance
    rest = f", {whole(p.n_rejected)} more without a segment" if p.n_rejected else ""
    names = [p.source] if p.has_table else []
    names += [one.name for one in reading.content.sources]
    files = listed([f"“{clean(name)}”" for name in dict.fromkeys(names or [p.source])])
    return f"From {files}: {customers(p.n_assigned)}{rest}, {made_on(p.created)}"


def sign(word: TrustWord) -> Markup:
    """A trust shape for a line of text."""
    return _drawn(trust_shape(word), "")


def _drawn(shape: str, words: str) -> Markup:
    return Markup(themed(drawing(16, 16, shape), words, css_class="sign"))  # noqa: S704 - every text in it is escaped


def share_bar(share: float, number: int, words: str, width: int = BAR_WIDTH) -> Markup:
    """A share as a bar in the segment's colour; grey for number 0, who is in none."""
    svg = drawing(width, BAR_HEIGHT, bar(share, width, BAR_HEIGHT, segment_colour(number) if number else EVERYONE))
    return Markup(themed(svg, words, css_class="bar"))  # noqa: S704 - every text in it is escaped


def why_k(reading: Reading) -> str:
    """Why this many, in a sentence; says so when the number was changed by hand."""
    evidence = reading.content.evidence
    if reading.k == evidence.k:
        merged = f" Segments were merged by hand: {reading.k} became {len(reading.segments)}." if reading.merged else ""
        return clean(evidence.why_k).partition("; -k ")[0].rstrip(".") + "." + merged
    reason = adopted_because(reading)
    if not reason:  # nobody adopts without one, so somebody only looks
        return f"The study shows {evidence.k} segments; these are the {reading.k} it would have."
    return f"The study showed {evidence.k} segments; {reading.k} were adopted by hand ({clean(reason)})."


def adopted_because(reading: Reading) -> str:
    """Why this number was adopted by hand; nothing where it was not, or where somebody only looks at it."""
    return next((e.reason for e in reversed(standing(reading.model.edits)) if e.action == "k"), "")


def why_method(reading: Reading) -> str:
    """Why this method, in a sentence; empty where it was asked for."""
    return next((clean(note.text) for note in reading.content.warnings if note.code == METHOD), "")


def caveats(reading: Reading) -> tuple[str, ...]:
    """The three things to keep in mind: doubtful segments, weighty warnings, then what holds for every study."""
    weighty = [_for_the_board(clean(note.text)) for note in weighed(reading) if note.code in WEIGHTIEST]
    borders = [BORDERS] if reading.verdict[0] != "natural" and len(reading.segments) > 1 else []
    return tuple(dict.fromkeys([*_doubts(reading), *weighty, *borders, *GENERAL]))[:MOST_CAVEATS]


def warnings(reading: Reading) -> tuple[tuple[str, ...], int]:
    """The same for who prepares the data: doubts and warnings before what holds for every study, and how many more."""
    found = [*_doubts(reading), *(_first_sentences(clean(note.text)) for note in weighed(reading))]
    told = tuple(dict.fromkeys(found))
    return (told or caveats(reading))[:MOST_CAVEATS], max(len(told) - MOST_CAVEATS, 0)


def weighed(reading: Reading) -> list[Note]:
    """Warnings about this solution and these data, the weightiest first, each once."""
    here = reading.candidate
    notes = [*reading.solution.notes, *(here.notes if here else ())]
    notes += [
        note for note in reading.content.warnings if reading.k == reading.content.k or note not in _of_chosen(reading)
    ]
    unique = {note.text: note for note in (_dated(note, reading) for note in notes) if note.code != METHOD}
    rank = {code: i for i, code in enumerate(WEIGHTIEST)}
    return sorted(unique.values(), key=lambda note: rank.get(note.code, len(rank) + (note.code == DOUBLES)))


def _dated(note: Note, reading: Reading) -> Note:
    """A warning that names a segment speaks of the numbers before some were merged, and says so."""
    if not reading.merged or not _NAMES_ONE.search(note.text):
        return note
    return replace(note, text=f"Before segments were merged: {note.text}")


def _of_chosen(reading: Reading) -> tuple[Note, ...]:
    """What was said of the number of segments the study chose, and does not hold for another."""
    content = reading.content
    of_k = next((c.notes for c in content.evidence.candidates if c.k == content.k), ())
    return (*content.solution(content.k).notes, *of_k)


def _doubts(reading: Reading) -> list[str]:
    weak = [s for s in reading.segments if s.trust and s.trust.word == "do not rely on it"]
    if not weak:
        return []
    which = listed([f"{s.number} ({reading.by_number[s.number]})" for s in weak])
    found = f"less than 60 % of {'each is' if len(weak) > 1 else 'it is'} found again"
    again = f"asked again with other customers, {found}"
    return [f"Do not rely on segment{'s' * (len(weak) > 1)} {which}: {again}."]


def _row(segment: Segment, reading: Reading) -> BoardRow:
    worth = value_share(segment, reading.content.value_column)
    share = reading.share(segment)
    return BoardRow(
        number=segment.number,
        look=(segment.number - 1) % 12 + 1,
        name=reading.by_number[segment.number],
        sentence=clean(segment.persona.sentence),
        trust=reading.trust(segment),
        sign=sign(segment.trust.word) if segment.trust else Markup(),
        share=share,
        share_bar=share_bar(segment.share, segment.number, f"{share} {reading.of_whom}"),
        worth=per_cent(worth) if reading.value else "",
        worth_bar=share_bar(worth or 0.0, segment.number, f"{per_cent(worth)} of value") if reading.value else Markup(),
    )


def _unlike_row(reading: Reading) -> BoardRow | None:
    """Who is in no segment: a row below the personas, so that the shares add up to everybody."""
    unlike = reading.unlike
    if unlike is None:
        return None
    share, worth = share_of(unlike.size, unlike.share, reading.least), per_cent(unlike.worth)
    many = customers(unlike.size, least=reading.least)
    return BoardRow(
        number=0,
        look=0,
        name=UNLIKE_ANYONE,
        sentence=f"{many} {ALONE}",
        trust="",
        sign=Markup(),
        share=share,
        share_bar=share_bar(unlike.share, 0, f"{share} {reading.of_whom}"),
        worth=worth if reading.value else "",
        worth_bar=share_bar(unlike.worth or 0.0, 0, f"{worth} of value") if reading.value else Markup(),
    )


def _for_the_board(text: str) -> str:
    """A warning without what to type about it."""
    typed = text.find(" say --")
    if typed > 0:
        end = max(text.rfind(mark, 0, typed + 1) for mark in ":;.")
        text = f"{text[:end]}." if end > 0 else text
    return _first_sentences(text)


def _first_sentences(text: str) -> str:
    """As many whole sentences as fit."""
    if len(text) <= LONGEST:
        return text
    end = max(text.rfind(mark, 0, LONGEST) for mark in (". ", "; "))
    return text[: end + 1].rstrip(";") if end > 60 else text[: text.rfind(" ", 0, LONGEST)] + " …"


def _foot(reading: Reading) -> str:
    p = reading.content.provenance
    rejected = f", {whole(p.n_rejected)} not: unreadable, or nothing answered" if p.n_rejected else ""
    made = f"Made on {made_on(p.created)} with ilk {clean(p.ilk_version)}."
    return f"{whole(p.n_assigned)} of {customers(p.n_customers)} assigned{rejected}. {made}"
