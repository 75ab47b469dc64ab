"""What the data were, what was wrong with them, what was done."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ilk.features.plans import Identity
from ilk.figures import few
from ilk.model.parts import ColumnSummary
from ilk.outputs.changes import changes_of
from ilk.outputs.charts.correlation import correlation_grid
from ilk.outputs.charts.distribution import in_brief
from ilk.outputs.charts.figure import Figure
from ilk.outputs.charts.shapes import spark
from ilk.outputs.drawing import drawing, themed
from ilk.outputs.reading import Reading
from ilk.outputs.sections.board import DOUBLES, weighed
from ilk.outputs.sections.table import Cell, Line, Table, line
from ilk.outputs.theme import QUIET
from ilk.outputs.wording import NONE, clean, counted, figure, in_units, listed, per_cent, share_of, whole, words_of
from ilk.sources.source import Intake

SPARK = (80, 24)
ELSEWHERE = (DOUBLES, "identity", "gap")
"""Warnings that are told where their tables and charts stand."""

USES = {"builds": "Makes segments", "describes": "Describes them", "out": "Left out"}


@dataclass(frozen=True, slots=True)
class DataChapter:
    """The chapter on the data."""

    account: tuple[str, ...]
    notes: tuple[str, ...]
    columns: tuple[Table, ...]
    gaps: Table | None
    identities: tuple[str, ...]
    correlation: Figure | None
    doubles: tuple[str, ...]
    warnings: tuple[str, ...]
    edits: tuple[str, ...]


def data_chapter(reading: Reading) -> DataChapter:
    """The chapter."""
    content = reading.content
    odd = tuple(clean(note.text) for note in content.provenance.intake.notes)
    warned = (clean(note.text) for note in weighed(reading) if note.code not in ELSEWHERE)
    return DataChapter(
        account=_account(reading),
        notes=odd,
        columns=column_tables(reading),
        gaps=gap_table(reading),
        identities=tuple(_identity(i, reading) for i in content.identities),
        correlation=correlation_grid(content),
        doubles=tuple(clean(note.text) for note in weighed(reading) if note.code == DOUBLES),
        warnings=tuple(text for text in warned if text not in odd),
        edits=changes_of(reading.model),
    )


def _account(reading: Reading) -> tuple[str, ...]:
    p, said = reading.content.provenance, []
    if p.has_table:
        said += _records(p.source, p.intake, "customer")
    for one in reading.content.sources:
        said += _records(f"{one.name} ({one.block})", one.intake, "usable record")
        strangers = f" and {counted(one.strangers, 'other')}, who are left out" if one.strangers else ""
        said.append(f"It knows {share_of(one.customers, one.customers / max(p.intake.rows, 1), reading.least)}")
        said[-1] += f" of the customers{strangers}. {' '.join(f'{clean(text)}.' for text in one.said)}".rstrip()
    said.append(
        f"A customer is identified by {clean(p.id_column)}."
        if p.id_column
        else "No column identifies a customer; the row does."
    )
    said.append(
        f"{counted(p.n_assigned, 'customer')} assigned, {whole(p.n_rejected)} not (unreadable, or nothing answered)."
    )
    return tuple(said)


def _records(name: str, intake: Intake, what: str) -> list[str]:
    """Where the records of a file went, and how it is written."""
    rest = f"{whole(intake.rejects)} that could not be read + {whole(intake.skipped)} header, blank or left-out lines"
    said = [f"{clean(name)}: {counted(intake.records, 'record')} = {counted(intake.rows, what)} + {rest}."]
    return said + ([f"How the file is written: {clean(intake.dialect.in_words())}."] if intake.dialect else [])


def column_tables(reading: Reading) -> tuple[Table, ...]:
    """A table for each thing columns do: make segments, describe them, stay out."""
    heads = ("Column", "Read as", "Why", "Missing", "Typical", "Everyone")
    tables, silent = [], {identity.total for identity in reading.content.identities}
    totals = sum(c.plan.column in silent and c.plan.weight == 0.0 for c in reading.content.columns)
    for use, words in USES.items():
        lines = [_column_line(c, reading.least) for c in reading.content.columns if c.plan.use == use]
        if lines:
            tables.append(
                Table(
                    f"{words}: {_how_many(len(lines), totals if use == 'builds' else 0)}",
                    heads,
                    tuple(lines),
                    "columns",
                )
            )
    return tuple(tables)


def _how_many(n: int, totals: int) -> str:
    """How many columns; those that are the sum of others are told apart, because they count through these."""
    return counted(n, "column") if not totals else f"{counted(n - totals, 'column')} and {counted(totals, 'total')}"


def _column_line(column: ColumnSummary, least: int) -> Line:
    plan, facts = column.plan, column.facts
    role = plan.kind if plan.role == "descriptor" else plan.role
    words = words_of(plan, longest=200)
    own = clean(plan.column)
    head = Cell(words, below="" if own.casefold() == words.casefold() else own)
    share = share_of(facts.n_missing, facts.n_missing / max(facts.n, 1), least)
    missing = f"{few(facts.n_missing, least)} ({share})" if facts.n_missing and facts.n else "0"
    weight = f"; weight {figure(plan.weight)}" if plan.weight != 1 else ""
    why = Cell(clean(plan.reason) + weight, "words")
    return line(head, role, why, missing, typical(column), _spark(column))


def typical(column: ColumnSummary) -> str:
    """What is common in a column: its commonest level, or the range that holds nine in ten."""
    everyone = column.everyone
    if column.plan.use == "out":
        return NONE
    if everyone.levels and everyone.mean is None:
        return in_brief(everyone, column)
    if everyone.low is None or everyone.high is None or column.plan.kind == "flag":
        return in_brief(everyone, column) if everyone.mean is not None else NONE
    if everyone.low == everyone.high:
        return in_units(everyone.low, column)
    return f"{in_units(everyone.low, column)} to {in_units(everyone.high, column)}"


def _spark(column: ColumnSummary) -> Cell:
    svg = spark(column.everyone, *SPARK, QUIET) if column.plan.use != "out" else ""
    if not svg:
        return Cell("")
    said = f"How {words_of(column.plan)} is spread: {in_brief(column.everyone, column)}"
    return Cell("", drawing=Markup(themed(drawing(SPARK[0], SPARK[1] + 1, svg), said, css_class="spark")))  # noqa: S704


def gap_table(reading: Reading) -> Table | None:
    """Where answers are missing, and the condition that best predicts it."""
    heads = ("Column", "Blank", "Mostly where", "Blanks it explains", "Blank where it holds")
    lines = [
        line(
            words_of(reading.column(gap.column).plan),
            few(gap.n_missing, reading.least),
            Cell(clean(gap.condition) if gap.n_missing >= reading.least else "", "words"),
            per_cent(gap.covered) if gap.condition and gap.n_missing >= reading.least else NONE,
            per_cent(gap.precision) if gap.condition and gap.n_missing >= reading.least else NONE,
        )
        for gap in reading.content.gaps
    ]
    return Table("Missing answers, and what goes with them", heads, tuple(lines), "gaps") if lines else None


def _identity(identity: Identity, reading: Reading) -> str:
    parts = listed([words_of(reading.column(name).plan) for name in identity.parts])
    total = words_of(reading.column(identity.total).plan)
    held = f"{figure(100 * identity.share)} %"
    return f"{total} is the sum of {parts} for {held} of customers, so it counts only through its parts."
