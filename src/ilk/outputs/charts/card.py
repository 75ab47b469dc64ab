"""The persona card as a picture of its own, text laid out by hand; the report lays its cards out itself."""

from __future__ import annotations

from dataclasses import dataclass

from ilk.model.parts import Segment
from ilk.model.shown import trust_reason
from ilk.outputs.charts.figure import Figure
from ilk.outputs.charts.shapes import bar, diverging, trust_shape
from ilk.outputs.charts.sizes import value_share
from ilk.outputs.differences import leaning, reach_of
from ilk.outputs.drawing import drawing, element, shortened, text, wrapped
from ilk.outputs.reading import Reading
from ilk.outputs.theme import INK, LINE, PAPER, QUIET, segment_colour
from ilk.outputs.wording import per_cent, words_of

WIDTH, MARGIN = 392, 24
INNER = WIDTH - 2 * MARGIN


@dataclass
class _Pen:
    """Where the next line goes."""

    y: float
    drawn: list[str]

    def line(self, words: str, *, size: int = 14, fill: str = INK, bold: bool = False, x: float = 0.0) -> None:
        self.y += size + 7
        weight = "bold" if bold else None
        self.drawn.append(text(MARGIN + x, self.y - 5, words, size=size, fill=fill, font_weight=weight))

    def place(self, svg: str, *, x: float = 0.0, up: float = 0.0) -> None:
        self.drawn.append(element("g", svg, transform=f"translate({MARGIN + x},{self.y - up})"))


def persona_card(segment: Segment, reading: Reading) -> Figure:
    """Everything about a persona on a card."""
    persona = segment.persona
    alt = f"{persona.name}. {persona.sentence}"
    return Figure(
        f"card-{segment.number}", persona.name, "", alt, lambda _: _draw(segment, reading), WIDTH, worded=True
    )


def _draw(segment: Segment, reading: Reading) -> str:
    pen = _Pen(32, [])
    for row in wrapped(f"{segment.number}  {segment.persona.name}", INNER, 20, bold=True, most=2):
        pen.line(row, size=20, bold=True)
    pen.y += 8
    for row in wrapped(reading.told_of(segment), INNER, most=7):
        pen.line(row)
    pen.y += 12
    _shares(pen, segment, reading)
    _trust(pen, segment, reading)
    _markers(pen, segment, reading)
    for word, other in (("Like", reading.called(segment.nearest)), ("Unlike", reading.unlike_of(segment))):
        if other:
            pen.line(shortened(f"{word}: {other}", INNER), fill=QUIET)
    height = pen.y + MARGIN
    frame = element("rect", x=0.5, y=0.5, width=WIDTH - 1, height=height - 1, rx=4, fill=PAPER, stroke=LINE)
    top = element("rect", width=WIDTH, height=8, rx=4, fill=segment_colour(segment.number))
    return drawing(WIDTH, height, frame, top, *pen.drawn)


def _shares(pen: _Pen, segment: Segment, reading: Reading) -> None:
    shares = [(reading.size(segment), segment.share)]
    worth = value_share(segment, reading.content.value_column)
    if reading.value is not None and worth is not None:
        shares.append((f"{per_cent(worth)} of {reading.value_words}", worth))
    for words, share in shares:
        pen.line(shortened(words, 176))
        pen.place(bar(share, INNER - 192, 12, segment_colour(segment.number)), x=192, up=15)


def _trust(pen: _Pen, segment: Segment, reading: Reading) -> None:
    pen.y += 8
    if segment.trust is None:
        pen.line(reading.trust(segment), fill=QUIET)
        return
    first, *more = wrapped(f"{reading.trust(segment)}: {trust_reason(segment)}", INNER - 24)
    pen.line(first, x=24)
    pen.place(trust_shape(segment.trust.word), up=18)
    for row in more:
        pen.line(row, x=24)


def _markers(pen: _Pen, segment: Segment, reading: Reading) -> None:
    content = reading.content
    found = leaning(segment, content, reach_of(reading.segments, content))
    pen.y += 8
    if found:
        pen.line("Against everyone's average", fill=QUIET)
    for lean in found:
        pen.line(shortened(words_of(content.column(lean.marker.column).plan), 192))
        pen.place(diverging(lean.share, 96, 10), x=200, up=14)
        pen.drawn.append(text(MARGIN + INNER, pen.y - 5, lean.said, text_anchor="end", fill=QUIET))
    pen.y += 8
