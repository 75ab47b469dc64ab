"""The persona cards."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ilk.model.parts import Segment
from ilk.model.shown import trust_reason
from ilk.outputs.charts.shapes import diverging
from ilk.outputs.charts.sizes import value_share
from ilk.outputs.differences import Lean, Reach, leaning, reach_of
from ilk.outputs.drawing import drawing, themed
from ilk.outputs.reading import Reading
from ilk.outputs.sections.board import share_bar, sign
from ilk.outputs.wording import clean, per_cent, words_of

WIDE_BAR, MARK = 72, (256, 10)


@dataclass(frozen=True, slots=True)
class CardMarker:
    """A marker as a small bar."""

    words: str
    bar: Markup
    said: str


@dataclass(frozen=True, slots=True)
class Card:
    """One persona on a card."""

    number: int
    look: int
    name: str
    sentence: str
    share: str
    share_bar: Markup
    worth: str
    worth_bar: Markup
    trust: str
    sign: Markup
    markers: tuple[CardMarker, ...]
    like: str
    unlike: str
    use: str


def cards(reading: Reading) -> tuple[Card, ...]:
    """A card a segment, in their order."""
    reach = reach_of(reading.segments, reading.content)
    return tuple(_card(segment, reading, reach) for segment in reading.segments)


def _card(segment: Segment, reading: Reading, reach: Reach) -> Card:
    worth = value_share(segment, reading.content.value_column)
    shown = reading.value is not None and worth is not None
    trust = segment.trust
    return Card(
        number=segment.number,
        look=(segment.number - 1) % 12 + 1,
        name=reading.by_number[segment.number],
        sentence=reading.told_of(segment),
        share=reading.size(segment),
        share_bar=share_bar(segment.share, segment.number, "", WIDE_BAR),
        worth=f"{per_cent(worth)} of {reading.value_words}" if shown else "",
        worth_bar=share_bar(worth or 0.0, segment.number, "", WIDE_BAR) if shown else Markup(),
        trust=reading.trust(segment) + (f": {trust_reason(segment)}" if trust else ""),
        sign=sign(trust.word) if trust else Markup(),
        markers=tuple(_marker(lean, reading) for lean in leaning(segment, reading.content, reach)),
        like=reading.called(segment.nearest),
        unlike=reading.unlike_of(segment),
        use=clean(segment.use),
    )


def _marker(lean: Lean, reading: Reading) -> CardMarker:
    marker = lean.marker
    name = words_of(reading.column(marker.column).plan)
    name += f": {clean(marker.level)}" if marker.level else ""
    svg = themed(drawing(*MARK, diverging(lean.share, *MARK)), f"{marker.direction} {name}", css_class="bar")
    return CardMarker(name, Markup(svg), lean.said)  # noqa: S704 - every text in it is escaped
