"""personas.xlsx: the study as a workbook; it holds no customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ilk.figures import few
from ilk.files import replacing
from ilk.model.parts import ColumnSummary, Profile, Segment
from ilk.model.shown import trust_words
from ilk.outputs.book import BASE, Book, Field, Value, height_of
from ilk.outputs.charts.interests import having, interests_of
from ilk.outputs.reading import VERDICTS, Reading
from ilk.outputs.sections.board import caveats, weighed, why_k
from ilk.outputs.sections.data import USES
from ilk.outputs.theme import segment_colour, tint, tint_colour
from ilk.outputs.wording import clean, is_share, lower_first, made_on, share_of, words_of

if TYPE_CHECKING:
    from ilk.model.model import Model

WORKBOOK_FILE = "personas.xlsx"
PRINTED = 10
"""Columns of the personas that are printed; the others are for looking up."""


def write_workbook(path: Path, model: Model) -> None:
    """Write the workbook; it holds no customer.

    Raises:
        FileTrouble: If it cannot be written.
    """
    reading = Reading(model)
    with replacing(path) as temporary:
        book = Book(temporary, model.content.provenance.created)
        for sheet in (_overview, _for_board, _personas, _heat, _markers, _interests):
            sheet(book, reading)
        for sheet in (_rules, _how_many, _columns, _warnings):
            sheet(book, reading)
        book.file.close()


def _overview(book: Book, reading: Reading) -> None:
    p = reading.content.provenance
    verdict, text = reading.verdict
    fields = (Field("", 20, "quiet"), Field("", 88))
    sheet = book.file.add_worksheet("Overview")
    for i, field in enumerate(fields):
        sheet.set_column(i, i, field.width)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_row(0, 30)
    board = reading.model.board
    levels = f" for campaigns, in {len(board.model.segments)} for the board" if board else ""
    book.write(sheet, 0, 0, f"{len(reading.segments)} kinds of customers{levels}", book.look("title"))
    rows: list[tuple[Value, Value]] = [("Verdict", f"{VERDICTS[verdict]}. {text}"), ("Why this many", why_k(reading))]
    rows += [("About trust", reading.about_trust)] if reading.about_trust else []
    rows += [("Keep in mind" if i == 0 else "", line) for i, line in enumerate(caveats(reading))]
    rows += [("Source", p.source), ("Made on", f"{made_on(p.created)}, ilk {p.ilk_version}")]
    rows += [("Customers", p.n_customers), ("Assigned", p.n_assigned), ("Not assigned", p.n_rejected)]
    for i, values in enumerate(rows, start=2):
        book.row(sheet, i, fields, values)
        if not isinstance(values[1], str):
            book.write(sheet, i, 1, values[1], book.look("count"))


def _for_board(book: Book, reading: Reading) -> None:
    """Of two levels, the few: a sheet like that of the personas, with what each of them holds."""
    if (board := reading.model.board) is not None:
        few_ = Reading(board.model)
        held = {s.number: [reading.called(one) for one in board.held_by(s.number)] for s in few_.segments}
        _persona_sheet(book, few_, "For the board", "Holds", {number: "\n".join(told) for number, told in held.items()})


def _personas(book: Book, reading: Reading) -> None:
    board = reading.model.board
    if board is None:
        _persona_sheet(book, reading, "Personas")
        return
    few_ = Reading(board.model)
    homes = {many: "\n".join(few_.called(one) for one in numbers) for many, numbers in board.homes.items()}
    _persona_sheet(book, reading, "Personas", "Lies in, of the board's", homes)


def _persona_sheet(
    book: Book, reading: Reading, name: str, level: str = "", beside: Mapping[int, str] = MappingProxyType({})
) -> None:
    """A row a persona; `level` heads what is told `beside` each, of the other of two levels."""
    amounts = [name for name, _ in reading.segments[0].value_share]
    amounts.sort(key=lambda name: name != reading.content.value_column)
    main, others = amounts[:1], amounts[1:]
    fields = [Field("Segment", 9, "index"), Field("Persona", 28, "name"), Field("What they are like", 56)]
    fields += [Field(level, 28)] if level else []
    fields += [Field("Customers", 11, "whole"), Field(f"Share {reading.of_whom}", 11, "share")]
    fields += [_share_field(name, reading) for name in main]
    fields += [Field("Trust", 16), Field("Found again", 8, "share"), Field("Like", 24), Field("Unlike", 24)]
    fields += [Field("Note", 24), Field("Use", 24), Field("Permanent id", 14, "quiet")]
    fields += [_share_field(name, reading) for name in others]
    sheet = book.sheet(name, fields)
    for row, segment in enumerate(reading.segments, start=1):
        values = _persona_values(segment, main, others, reading)
        book.row(sheet, row, fields, [*values[:3], *([beside[segment.number]] if level else []), *values[3:]])
        badge = {**BASE, "bold": True, "align": "center", "left": 5, "left_color": segment_colour(segment.number)}
        sheet.write_number(row, 0, segment.number, book.file.add_format(badge))
    sheet.print_area(0, 0, len(reading.segments), PRINTED - 1)


def _share_field(column: str, reading: Reading) -> Field:
    return Field(f"Share of {lower_first(words_of(reading.column(column).plan))}", 14, "share")


def _persona_values(segment: Segment, main: list[str], others: list[str], reading: Reading) -> list[Value]:
    shares, trust = dict(segment.value_share), segment.trust
    told = segment.size >= reading.least or segment.size == 0
    return [
        segment.number,
        segment.persona.name,
        segment.persona.sentence,
        segment.size if told else few(segment.size, reading.least),
        segment.share if told else reading.share(segment),
        *(shares.get(name) for name in main),
        trust_words(segment, reading.model),
        trust.slsw if trust else None,
        reading.called(segment.nearest),
        reading.unlike_of(segment),
        segment.note,
        segment.use,
        segment.uid,
        *(shares.get(name) for name in others),
    ]


def _heat(book: Book, reading: Reading) -> None:
    fields = [Field("Column", 36), Field("Everyone", 12)]
    fields += [Field(f"{s.number} {s.persona.name}", 16) for s in reading.segments]
    sheet = book.sheet("Heat table", fields)
    row = 0
    for column in reading.content.columns:
        for line in _heat_lines(column, reading):
            row += 1
            book.write(sheet, row, 0, line.head, book.look("text"))
            sheet.set_row(row, height_of([line.head], [fields[0].width]))
            for i, (value, strength, bold) in enumerate(line.cells, start=1):
                ground = tint_colour(strength) if strength else ""
                book.write(sheet, row, i, value, book.look(line.look, ground=ground, bold=bold))


@dataclass(frozen=True, slots=True)
class _HeatLine:
    """A row of the heat table: (value, tint, whether it is a marker) for everyone and each segment."""

    head: str
    look: str
    cells: tuple[tuple[Value, int, bool], ...]


def _heat_lines(column: ColumnSummary, reading: Reading) -> list[_HeatLine]:
    if column.plan.use == "out" or any(_absent(s, column) for s in reading.segments):
        return []
    name = words_of(column.plan)
    if column.levels and column.everyone.mean is None:
        return [_level_line(column, i, name, reading) for i in range(len(column.levels))]
    builds, interest = column.plan.use == "builds", column.plan.kind == "topics"
    cells: list[tuple[Value, int, bool]] = [(_told(column.everyone, interest=interest), 0, False)]
    for segment in reading.segments:
        profile = segment.profile(column.plan.column)
        marked = any(m.column == column.plan.column for m in segment.persona.markers)
        cells.append((_told(profile, interest=interest), tint(profile.d) if builds else 0, marked))
    if interest:
        return [_HeatLine(f"{name} (share who have any)", "fine share", tuple(cells))]
    unit = column.plan.label.currency or column.plan.label.unit
    return [_HeatLine(f"{name}, {unit} (mean)" if unit else f"{name} (mean)", _number_look(column), tuple(cells))]


def _told(profile: Profile, *, interest: bool) -> float | None:
    """The mean; of an interest, how many have any of it."""
    return having(profile) if interest else profile.mean


def _level_line(column: ColumnSummary, level: int, name: str, reading: Reading) -> _HeatLine:
    groups = [column.everyone, *(s.profile(column.plan.column) for s in reading.segments)]
    counts = [(g.levels[level] if level < len(g.levels) else None, g.n) for g in groups]
    shares = [count / n if count is not None and n else None for count, n in counts]
    everyone = shares[0]
    tints = [tint((s - everyone) / 0.5) if s is not None and everyone is not None else 0 for s in shares]
    cells = tuple(
        (share, 0 if i == 0 else strength, False) for i, (share, strength) in enumerate(zip(shares, tints, strict=True))
    )
    return _HeatLine(f"{name}: {clean(column.levels[level])} (share)", "fine share", cells)


def _absent(segment: Segment, column: ColumnSummary) -> bool:
    return all(profile.column != column.plan.column for profile in segment.profiles)


def _number_look(column: ColumnSummary) -> str:
    if is_share(column):
        return "fine share"
    mean = abs(column.everyone.mean or 0.0)
    return "large" if mean >= 1000 else "number"


def _markers(book: Book, reading: Reading) -> None:
    fields = [Field("Segment", 9, "index"), Field("Persona", 32, "name"), Field("Column", 32), Field("Direction", 10)]
    fields += [Field("Index (everyone = 100)", 14, "index"), Field("Difference in standard deviations", 16, "score")]
    fields += [Field("In words", 56)]
    rows = (
        (s.number, s.persona.name, words_of(reading.column(m.column).plan), m.direction, m.index, m.d, m.text)
        for s in reading.segments
        for m in s.persona.markers
    )
    book.table("Markers", fields, rows)


def _interests(book: Book, reading: Reading) -> None:
    """What segments follow more than everyone; no sheet where they follow nothing."""
    fields = [Field("Segment", 9, "index"), Field("Persona", 32, "name"), Field("Interest", 40)]
    fields += [Field("Share of the segment", 14, "fine share"), Field("Share of everyone", 14, "fine share")]
    fields += [Field("Times as often", 12, "number")]
    rows = [
        (s.number, s.persona.name, one.name, one.support, one.everyone, one.lift)
        for s in reading.segments
        for one in interests_of(s, reading.content, reading.least)
    ]
    if rows:
        book.table("Interests", fields, rows)


def _rules(book: Book, reading: Reading) -> None:
    fields = [Field("Segment", 9, "index"), Field("Persona", 32, "name"), Field("Rule", 80)]
    fields += [Field("Right when it says so", 14, "share"), Field("Share of the segment it finds", 16, "share")]
    rows = (
        (s.number, s.persona.name, rule.text, rule.precision, rule.recall)
        for s in reading.segments
        for rule in s.persona.rules
    )
    book.table("Rules", fields, rows)


def _how_many(book: Book, reading: Reading) -> None:
    likely = any(c.bic is not None for c in reading.content.evidence.candidates)
    heads = (
        *("Inertia", "Silhouette", "Simplified silhouette", "Calinski-Harabasz", "Davies-Bouldin", "Gap", "Gap error"),
        *(
            "Prediction strength",
            "Stability",
            "Stability 5 %",
            "Stability 95 %",
            "Shapeless, upper end",
            "Valley",
            "Score",
        ),
        *(("BIC", "Entropy R2") if likely else ()),
    )
    looks = {"Inertia": "large", "Calinski-Harabasz": "large", "BIC": "large"}
    fields = [Field("Segments", 10, "index"), *(Field(head, 13, looks.get(head, "score")) for head in heads)]
    fields += [Field("Largest", 10, "share"), Field("Smallest", 10, "share"), Field("", 16)]
    book.table(
        "How many",
        fields,
        (_candidate(reading, i, likely=likely) for i in range(len(reading.content.evidence.candidates))),
        filtered=False,
    )


def _candidate(reading: Reading, i: int, *, likely: bool) -> list[Value]:
    c = reading.content.evidence.candidates[i]
    s, few_ = c.stability, round(c.smallest_share * reading.content.provenance.n_assigned)
    marks = ["shown"] if c.k == reading.k else []
    marks += ["plain evidence"] if c.k == reading.content.evidence.neutral_k else []
    return [
        c.k,
        c.inertia,
        c.silhouette,
        c.simplified_silhouette,
        c.calinski_harabasz,
        c.davies_bouldin,
        c.gap,
        c.gap_error,
        c.prediction_strength,
        s.median if s else None,
        s.low if s else None,
        s.high if s else None,
        c.null_high,
        c.valley,
        c.score,
        *((c.bic, c.entropy) if likely else ()),
        c.largest_share,
        c.smallest_share if few_ >= reading.least else share_of(few_, c.smallest_share, reading.least),
        ", ".join(marks),
    ]


def _columns(book: Book, reading: Reading) -> None:
    fields = [
        Field("Column", 32),
        Field("In words", 32),
        Field("Read as", 12),
        Field("What it does", 16),
        Field("Why", 40),
    ]
    fields += [Field("Customers", 11, "whole"), Field("Missing", 10, "whole"), Field("Mean", 12, "number")]
    fields += [Field("Median", 12, "number"), Field("5 %", 12, "number"), Field("95 %", 12, "number")]
    book.table("Columns", fields, (_column_values(column, reading.least) for column in reading.content.columns))


def _column_values(column: ColumnSummary, least: int) -> list[Value]:
    plan, facts, everyone = column.plan, column.facts, column.everyone
    role = plan.kind if plan.role == "descriptor" else plan.role
    figures = (everyone.mean, everyone.median, everyone.low, everyone.high) if plan.use != "out" else (None,) * 4
    head: list[Value] = [plan.column, words_of(plan, longest=200), role, USES[plan.use], plan.reason]
    missing = few(facts.n_missing, least) if 0 < facts.n_missing < least else facts.n_missing
    return [*head, facts.n, missing, *figures]


def _warnings(book: Book, reading: Reading) -> None:
    fields = [Field("Code", 24, "quiet"), Field("What to know", 110)]
    notes = [*weighed(reading), *reading.content.provenance.intake.notes]
    book.table("Warnings", fields, ((note.code, note.text) for note in notes), filtered=False)
