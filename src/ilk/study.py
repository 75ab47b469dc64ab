"""What a study leaves: a model that may be sent, and private tables of customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import wrap
from typing import Literal

import pyarrow as pa

from ilk.features.plans import ColumnPlan
from ilk.model.evidence import Candidate, Comparison, Verdict
from ilk.model.model import Model
from ilk.model.parts import Segment
from ilk.sources.joined.brought import Brought
from ilk.sources.source import Note

WIDTH = 100
"""Columns of a terminal that are used at most."""

Does = Literal["builds", "counted", "describes", "out"]

USES: Mapping[Does, str] = {
    "builds": "build segments",
    "counted": "count through the others they are the sum of",
    "describes": "only describe",
    "out": "stay out",
}

MOST_NAMED = 8
"""Columns named before "and n more"."""


@dataclass(frozen=True, repr=False)
class Study:
    """One run. The model holds no customer; `assignments`, `rejects` and the folder do, and are private.

    Args:
        model: Everything needed to assign, explain and look at every k.
        assignments: One row a customer that was assigned: id, segment, persona, certainty ...
        rejects: Records that could not be read, and customers who answered nothing: line, reason, text.
        seconds: Wall time a stage.
        folder: Where it was written, if it was.
        files: What was written there, with a word on each.
    """

    model: Model
    assignments: pa.Table
    rejects: pa.Table
    seconds: Mapping[str, float]
    folder: Path | None = None
    files: tuple[tuple[str, str], ...] = field(default=())

    @property
    def k(self) -> int:
        """Number of segments."""
        return self.model.k

    @property
    def verdict(self) -> Verdict | None:
        """Natural, reproducible or constructed."""
        return self.model.verdict

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments, by number."""
        return self.model.segments

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What speaks for every k that was tried."""
        return self.model.evidence.candidates

    @property
    def warnings(self) -> tuple[Note, ...]:
        """What should be known before the segments are used."""
        return self.model.content.warnings

    @property
    def comparison(self) -> Comparison | None:
        """The segments beside the grouping used today, if `compare_with` named one."""
        return self.model.content.comparison

    @property
    def understood(self) -> tuple[str, ...]:
        """How the source was read, and what each of its columns was taken to do: a line each."""
        content = self.model.content
        plans = [column.plan for column in content.columns]
        used = [(words, [plan.column for plan in plans if _use(plan) == use]) for use, words in USES.items()]
        return (
            *([self._table_read] if content.provenance.has_table else []),
            *(line for one in content.sources for line in _source_read(one)),
            *(f"{words.capitalize()} ({len(columns)}): {_first(columns)}." for words, columns in used if columns),
        )

    @property
    def _table_read(self) -> str:
        """How the table of customers was read."""
        intake = self.model.content.provenance.intake
        written = f" ({intake.dialect.in_words()})" if intake.dialect else ""
        key = f"{intake.id_column} is the id" if intake.id_column else "the number of the row is the id"
        header = intake.dialect.preamble + intake.dialect.header if intake.dialect else 0
        others = max(intake.skipped - header, 0)
        read = (
            f"{intake.rows:,} customers{' and a header' if intake.dialect and intake.dialect.header else ''}{written}"
        )
        return f"{read}, {intake.rejects:,} rejected{f', {others:,} blank or left out' if others else ''}; {key}."

    def __str__(self) -> str:
        """The verdict in words, why so many, and a line a segment."""
        judged, evidence = self.model.judged, self.model.evidence
        words = [judged.text] if judged else []
        if self.k == evidence.k:
            words.append(evidence.why_k)
        return "\n".join([*(line for text in words for line in wrap(text, WIDTH)), "", str(self.model)])

    def __repr__(self) -> str:
        verdict = f", {self.verdict}" if self.verdict else ""
        return f"<ilk.Study: k = {self.k}{verdict}, {self.assignments.num_rows:,} customers>"

    def _repr_html_(self) -> str:
        return self.model._repr_html_()


def _source_read(one: Brought) -> Iterator[str]:
    """How a source that was put beside the customers was read, and what its columns were taken for."""
    intake = one.intake
    written = f" ({intake.dialect.in_words()})" if intake.dialect else ""
    strangers = f", and of {one.strangers:,} others" if one.strangers else ""
    records = f"{intake.rows:,} record{'s' * (intake.rows != 1)}"
    customers = f"{one.customers:,} customer{'s' * (one.customers != 1)}"
    yield f"{one.name}, {one.block}{written}: {records} of {customers}{strangers}; {intake.rejects:,} rejected."
    yield from (f"  {text}." for text in one.said)


def _use(plan: ColumnPlan) -> Does:
    """What a column does; a total has no weight of its own."""
    return "counted" if plan.use == "builds" and plan.weight == 0.0 else plan.use


def _first(columns: Sequence[str]) -> str:
    more = len(columns) - MOST_NAMED
    return ", ".join(columns[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
