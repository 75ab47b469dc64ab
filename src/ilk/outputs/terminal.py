"""A study in the terminal, in thirty lines: verdict, personas, warnings, files, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ilk.figures import few
from ilk.model.parts import Content, Segment, TrustWord
from ilk.model.shown import SHAPES, trust_words
from ilk.outputs.charts.sizes import value_share
from ilk.outputs.reading import VERDICTS, Reading
from ilk.outputs.sections.board import adopted_because, made_from, warnings, why_k, why_method
from ilk.outputs.sections.personas import in_markers
from ilk.outputs.sections.today import beside_today
from ilk.outputs.theme import TRUST_COLOURS, segment_colour
from ilk.outputs.wording import clean, counted, in_letters, listed, per_cent

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ilk.model.levels import Board
    from ilk.model.model import Model

WIDEST = 100
MOST_PERSONAS, MIN_TEXT = 20, 20

SIGNS = {
    **SHAPES,
    "natural": "●",
    "reproducible": "◐",
    "constructed": "○",
}
PLAIN = {
    "reliable": "*",
    "a pattern": "~",
    "do not rely on it": "x",
    "natural": "*",
    "reproducible": "~",
    "constructed": "o",
}
"""For terminals that cannot write the shapes."""


def show(model: Model, console: Console, *, files: Sequence[tuple[str, str]] = (), folder: Path | None = None) -> None:
    """Print a model, and what a study left.

    Args:
        model: The model with its edits.
        console: Where to; at most 100 columns are used, colours only where it has them.
        files: What was written, with a word on each.
        folder: Where it was written.
    """
    reading = Reading(model)
    page = _Page(min(console.width, WIDEST), _shapes(console), [])
    _head(page, reading)
    _people(page, reading)
    _today(page, reading)
    _caveats(page, reading)
    _files(page, files, folder)
    _next_steps(page, reading, files, folder)
    for line in page.lines:
        console.print(line, no_wrap=True, overflow="fold", crop=False, highlight=False)


def _shapes(console: Console) -> dict[str, str]:
    return SIGNS if (console.encoding or "").lower().startswith("utf") else PLAIN


@dataclass
class _Page:
    """Lines to print, none wider than `width`."""

    width: int
    shapes: dict[str, str]
    lines: list[Text]

    def say(self, text: str | Text, *, style: str = "", indent: int = 0, hang: int | None = None) -> None:
        """Add a paragraph: `indent` before its first line, `hang` before the others."""
        from rich.text import Text

        hang = indent if hang is None else hang
        told = Text(text, style=style) if isinstance(text, str) else text
        room = self.width if told.cell_len + indent <= self.width else max(self.width - max(indent, hang), MIN_TEXT)
        rows = told.wrap(_measuring(), room)
        for i, row in enumerate(rows):
            row.rstrip()
            self.lines.append(Text(" " * (hang if i else indent)).append_text(row))

    def gap(self) -> None:
        """Add an empty line."""
        from rich.text import Text

        self.lines.append(Text())

    def sign(self, word: TrustWord) -> tuple[str, str]:
        """The shape of a trust word, in its colour."""
        return self.shapes[word], TRUST_COLOURS[word]


def _measuring() -> Console:
    from rich.console import Console

    return Console(width=WIDEST)


def _head(page: _Page, reading: Reading) -> None:
    from rich.text import Text

    page.say(_kinds(reading), style="bold")
    page.say(made_from(reading), style="dim")
    page.gap()
    verdict, text = reading.verdict
    page.say(Text.assemble(f"{page.shapes[verdict]} ", (f"{VERDICTS[verdict]}. ", "bold"), text), hang=2)
    page.say(why_k(reading), indent=2)
    if why := why_method(reading):
        page.say(why, indent=2, style="dim")
    page.gap()


def _kinds(reading: Reading) -> str:
    """Four kinds of customers; of two levels, how many for whom."""
    n, board = len(reading.segments), reading.model.board
    told = f"{in_letters(n).capitalize()} kind{'s' * (n != 1)} of customers"
    return f"{told} for campaigns, in {in_letters(len(board.model.segments))} for the board" if board else told


def _people(page: _Page, reading: Reading) -> None:
    from rich.text import Text

    if (board := reading.model.board) is not None:
        page.say("For the board", style="bold")
        for_board = Reading(board.model)
        _table(page, for_board, {s.number: _holds(board, s.number) for s in for_board.segments})
        page.gap()
        page.say("For campaigns", style="bold")
    _table(page, reading, {s.number: in_markers(s, reading.content) for s in reading.segments})
    for aside in reading.model.view.asides:
        page.say(Text.assemble(" 0  ", (clean(aside.name), "bold"), clean(f"  set aside: {aside.test}")), hang=4)
    if reading.about_trust:
        page.say(reading.about_trust, indent=4, style="dim")
    page.gap()


def _holds(board: Board, number: int) -> str:
    """Which of the segments for campaigns lie in one of the board's."""
    held = board.held_by(number)
    return f"holds {listed([str(one) for one in held])} of those for campaigns" if held else ""


def _table(page: _Page, reading: Reading, beneath: Mapping[int, str]) -> None:
    """A line a persona with its figures, and what is told beneath it."""
    from rich.cells import cell_len

    shown = reading.segments[:MOST_PERSONAS]
    longest = max(7, *(cell_len(reading.by_number[s.number]) for s in shown))
    heads = (f"of {reading.value_words}", "of value") if reading.value else ("",)
    trust = max(len(f"x {trust_words(s, reading.model)}") for s in shown)
    share = "By weight" if reading.model.weighted else "Share"
    widths = next((w for w in (_Widths(longest, share, head, trust) for head in heads) if w.total <= page.width), None)
    if widths is not None:
        page.say(widths.head(), style="dim", indent=4)
    for segment in shown:
        _person(page, reading, segment, widths)
        if beneath[segment.number]:
            page.say(beneath[segment.number], style="dim", indent=4)
    if len(reading.segments) > len(shown):
        page.say(f"and {counted(len(reading.segments) - len(shown), 'smaller segment')}", indent=4, style="dim")


@dataclass(frozen=True, slots=True)
class _Widths:
    """Columns of the table of personas, in characters."""

    name: int
    share: str
    worth: str
    trust: int

    @property
    def share_width(self) -> int:
        """As wide as what stands above, and as 100 % at the least."""
        return max(6, len(self.share))

    @property
    def total(self) -> int:
        """Characters of the widest row."""
        worth = 2 + len(self.worth) if self.worth else 0
        return 4 + self.name + 2 + 9 + 2 + self.share_width + worth + 2 + self.trust

    def head(self) -> str:
        """The line above the table."""
        value = f"  {self.worth}" if self.worth else ""
        return f"{'Persona':<{self.name}}  {'Customers':>9}  {self.share:>{self.share_width}}{value}  Trust"

    def row(self, reading: Reading, segment: Segment) -> str:
        """A persona's figures, padded by what they take on screen."""
        from rich.cells import set_cell_size

        share = value_share(segment, reading.content.value_column)
        value = f"  {per_cent(share):>{len(self.worth)}}" if self.worth else ""
        name = set_cell_size(reading.by_number[segment.number], self.name)
        return f"{name}  {few(segment.size, reading.least):>9}  {reading.share(segment):>{self.share_width}}{value}  "


def _person(page: _Page, reading: Reading, segment: Segment, widths: _Widths | None) -> None:
    from rich.text import Text

    number = (f"{segment.number:>2}  ", f"bold {segment_colour(segment.number)}")
    words = trust_words(segment, reading.model)
    trust = (page.sign(segment.trust.word), f" {words}") if segment.trust else ((words, "dim"),)
    if widths is not None:
        figures = widths.row(reading, segment)
        name, rest = (figures[: widths.name], "bold"), figures[widths.name :]
        page.say(Text.assemble(number, name, rest, *trust), hang=4)
    else:
        page.say(Text.assemble(number, (reading.by_number[segment.number], "bold")), hang=4)
        page.say(Text.assemble(f"{reading.size(segment)}  ", *trust), indent=4)


def _today(page: _Page, reading: Reading) -> None:
    """How it stands to the grouping of today, where one was named; who is where takes a table, and is in the report."""
    if (beside := beside_today(reading)) is not None:
        page.say(beside.title, style="bold")
        page.say(f"{beside.summary} Who is where stands in the report.", indent=2)
        page.gap()


def _caveats(page: _Page, reading: Reading) -> None:
    said, more = warnings(reading)
    page.say("Keep in mind", style="bold")
    for line in said:
        page.say(f"- {line}", indent=2, hang=4)
    if more > 0:
        page.say(f"and {counted(more, 'more warning')} in the report", indent=4, style="dim")
    page.gap()


def _files(page: _Page, files: Sequence[tuple[str, str]], folder: Path | None) -> None:
    if not files:
        return
    page.say(f"Written to {folder}" if folder else "Written", style="bold")
    longest = max(len(name) for name, _ in files)
    for name, words in files:
        page.say(f"{name:<{longest}}  {words}", indent=2, hang=4)
    page.gap()


def new_files(content: Content) -> str:
    """What `ilk assign` takes for a model like this, by the names of placeholders."""
    table = ["NEW-CUSTOMERS.csv"] if content.provenance.has_table else []
    return " ".join([*table, *(f"--{one.block} NEW-{one.block.upper()}.csv" for one in content.sources)])


def _next_steps(page: _Page, reading: Reading, files: Sequence[tuple[str, str]], folder: Path | None) -> None:
    model = str(folder) if folder else "MODEL"
    page.say("What to do next", style="bold")
    if reading.k != reading.content.k and not adopted_because(reading):
        page.say(f"adopt   ilk edit {model} adopt {reading.k} --reason WHY", indent=2, hang=10)
        return
    look = f"open {folder / 'report.html'}" if folder and files else f"ilk report {model}"
    page.say(f"look    {look}", indent=2, hang=10)
    page.say(f"use     ilk assign {model} {new_files(reading.content)} --out assigned.csv", indent=2, hang=10)
    page.say(f"change  ilk edit {model} rename 1 NAME --reason WHY", indent=2, hang=10)
