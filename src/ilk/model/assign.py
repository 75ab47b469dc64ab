"""Customers in, segments out: in = assigned + rejected, always."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.errors import MissingColumns, listed
from ilk.features import recipe as recipes
from ilk.model import levels
from ilk.model.conditions import who_meets
from ilk.model.edits import View
from ilk.model.parts import Content
from ilk.model.score import NOTHING_ANSWERED, UNLIKE_ANYONE, Scored, score, with_blanks
from ilk.model.scorers import Scoring
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.joined.brought import Brought
from ilk.sources.joined.join import Joined
from ilk.sources.joined.study_source import Known, Sources, open_study_source
from ilk.sources.source import Kind, Note, Source
from ilk.sources.stored import no_rejects

if TYPE_CHECKING:
    from ilk.model.model import Model

RESULTS = ("segment", "persona", "certainty", "distance", "margin", "runner_up", "outlier", "missing")
"""Columns of an assignment after the id."""

RESULT_TYPES = (pa.int16(), pa.string(), *[pa.float64()] * 3, pa.int16(), pa.bool_(), pa.int16())

REJECTS = pa.schema([("line", pa.int64()), ("reason", pa.string()), ("text", pa.string())])


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who is what.

    Args:
        table: One row for each customer that was assigned: the id, then the columns of `RESULTS`; pandas, polars or
            Arrow as the customers were, Arrow for a path.
        rejects: Arrow, columns line, reason, text: records that could not be read, customers who answered nothing.
        left_out: The same for records of activity, surveys and orders: unreadable, or nobody's of these customers.
        notes: What was odd about the customers.
        sizes: (number, name, customers) of each segment, 0 being those set aside.
    """

    table: Any
    rejects: pa.Table
    notes: tuple[Note, ...]
    sizes: tuple[tuple[int, str, int], ...]
    left_out: pa.Table = field(default_factory=no_rejects)

    @property
    def n_assigned(self) -> int:
        """Customers with a segment; 0 if they were set aside."""
        return sum(size for _, _, size in self.sizes)

    @property
    def n_rejected(self) -> int:
        """Records without a segment."""
        return int(self.rejects.num_rows)

    def __str__(self) -> str:
        lines = [f"{self.n_assigned:,} customer{'s' * (self.n_assigned != 1)} assigned, {self.n_rejected:,} rejected"]
        lines += [f"  {number:>3}  {size:>9,}  {name}" for number, name, size in self.sizes]
        return "\n".join([*lines, *(f"  note: {note.text}" for note in self.notes)])

    __repr__ = __str__


def assign(
    model: Model,
    customers: Any = None,
    *,
    others: Mapping[str, Any] = MappingProxyType({}),
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Assigned:
    """Say for each customer which segment it is, and how sure that is.

    Args:
        model: Any model.
        customers: A path (file, folder, "glob:..."), or a pandas, polars or Arrow table; a model that was made of one
            log or survey alone takes another of these. None where everybody is a customer who is in the others.
        others: "activity", "survey", "orders": what was put beside the customers when the model was made.
        settings: `id`, `where`, `query`, `threads` are used; without an id the model's own is looked for.
        progress: Told how far it is, asked whether to stop.

    Raises:
        MissingColumns: If none of the columns that make segments is there.
        BadInput: If the customers cannot be read.
    """
    with closing(open_joined(model, customers, others=others, settings=settings, progress=progress)) as joined:
        assignment = Assignment(model, joined.source, settings, absent=joined.absent)
        table = pa.Table.from_batches(assignment.batches(progress=progress), schema=assignment.schema)
        found = _as_given(table, customers)
        return Assigned(found, assignment.rejects(), assignment.notes(), assignment.sizes(), joined.rejects)


def open_customers(
    model: Model, customers: Any, *, settings: Settings | None = None, progress: Progress | None = None
) -> Source:
    """Open new customers for a model: the columns it knows are read as what they were when it was made.

    Raises:
        BadInput: If they cannot be read.
    """
    return open_joined(model, customers, settings=settings, progress=progress).source


def open_joined(
    model: Model,
    customers: Any,
    *,
    others: Mapping[str, Any] = MappingProxyType({}),
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Joined:
    """Open new customers and what belongs to them, and make of it the columns a model knows.

    Raises:
        BadInput: If they cannot be read, or the model knows no such source.
    """
    content = model.content
    settings = (settings or Settings()).model_copy(update={"join_ids": _how_joined(content)})
    known = Known(content.sources, content.texts, _expected(model), content.provenance.id_column)
    if customers is not None and not content.provenance.has_table and len(content.sources) == 1 and not others:
        alone = Sources(**{content.sources[0].block: (customers,)})
        try:
            return open_study_source(alone, settings, known, progress=progress)
        except MissingColumns:
            pass  # it is no such log, so it may be a table of its columns
    return open_study_source(Sources.of(customers, settings, others), settings, known, progress=progress)


def _how_joined(content: Content) -> str:
    """How ids were matched when the model was made."""
    try:
        told = json.loads(content.provenance.settings).get("join_ids")
    except (ValueError, AttributeError):
        told = None
    return "folded" if told == "folded" else "as-written"


class Assignment:
    """The customers of one source on their way into segments: first all batches, then what became of the rest."""

    def __init__(
        self, model: Model, source: Source, settings: Settings | None = None, *, absent: Sequence[Brought] = ()
    ) -> None:
        """Check which columns are there.

        `settings` are those the source was opened with: `id` and `threads` are used. `absent` are sources the model
        knows and nobody brought.

        Raises:
            MissingColumns: If none of the columns that make segments is there.
        """
        self._model, self._source, self._scoring = model, source, model.scoring
        self._settings = settings or Settings()
        there = set(source.schema.names)
        self._absent = [c for c in self._scoring.columns if c not in there]
        if len(self._absent) == len(self._scoring.columns):
            raise MissingColumns.listing(self._scoring.columns, source.schema.names)
        rules = [aside.test.column for aside in model.view.asides]
        self._wanted = [c for c in dict.fromkeys((*self._scoring.columns, *rules)) if c in there]
        self._sizes: Counter[int] = Counter()
        self._unseen: Counter[str] = Counter()
        self._rejected: list[pa.Table] = []
        self._not_brought = [one for one in absent if there.isdisjoint(name for _, name in one.columns)]

    @property
    def schema(self) -> pa.Schema:
        """The id under its own name ("row" where there is none), `RESULTS`, and the board's segment if there is one."""
        name, kind = self._id
        columns = dict(zip(RESULTS, RESULT_TYPES, strict=True))
        if self._model.board is not None:
            columns |= dict(zip(levels.COLUMNS, levels.TYPES, strict=True))
        taken = {f"{column}_" if column == name else column: kind for column, kind in columns.items()}
        return pa.schema([(name, kind), *taken.items()])

    def batches(self, *, progress: Progress | None = None) -> Iterator[pa.RecordBatch]:
        """All customers that get a segment, in the order they came."""
        ids, hashes, schema = self._source.ids(), self._source.hashes(), self.schema
        start, total = 0, max(self._source.intake.rows, 1)
        for batch in self._source.batches(self._wanted):
            rows = slice(start, start + batch.num_rows)
            own = ids.slice(start, batch.num_rows).combine_chunks()
            yield self._one_batch(batch, own, hashes[rows], schema)
            start += batch.num_rows
            if progress is not None:
                progress.at(start / total)

    def rejects(self) -> pa.Table:
        """Records that could not be read, and customers who answered nothing."""
        return pa.concat_tables([self._source.rejects().cast(REJECTS), *self._rejected])

    def sizes(self) -> tuple[tuple[int, str, int], ...]:
        """(number, name, customers) of each segment, those set aside first."""
        view = self._model.view
        called = [*(a.name for a in view.asides), *([UNLIKE_ANYONE] * view.leaves_out)]
        aside = ((0, " / ".join(dict.fromkeys(called)), self._sizes[-1]),) if called else ()
        found = ((s.number, s.persona.name, self._sizes[i]) for i, s in enumerate(view.segments))
        return (*aside, *found)

    def notes(self) -> tuple[Note, ...]:
        """What was odd about the customers; whole once all batches were taken."""
        notes = (*self._id_notes(), *self._source.intake.notes, *self._column_notes(), *self._value_notes())
        return (*notes, *self._board_notes())

    def close(self) -> None:
        """Give back what the source holds."""
        self._source.close()

    @property
    def _id(self) -> tuple[str, pa.DataType]:
        return self._source.intake.id_column or "row", self._source.ids().type

    def _one_batch(
        self, batch: pa.RecordBatch, ids: pa.Array, hashes: NDArray[np.uint64], schema: pa.Schema
    ) -> pa.RecordBatch:
        batch = with_blanks(self._model.content, self._scoring, batch)
        aside, names = set_aside(self._model.view, batch, batch.num_rows)
        matrix = recipes.apply(self._scoring.recipe, batch, threads=self._settings.threads)
        blank = recipes.blank_columns(self._scoring.recipe, batch, matrix)
        kept = aside | ~blank.all(axis=1)
        self._count(batch, aside, kept, ids)
        here = np.flatnonzero(kept)
        threads = self._settings.threads
        scored = score(self._scoring, matrix[here], hashes[here], aside=aside[here], threads=threads)
        self._sizes.update(Counter(scored.label.tolist()))
        columns = _columns(self._scoring, scored, names[here], blank[here].sum(axis=1))
        if (board := self._model.board) is not None:
            columns += board.columns(columns[0])
        return pa.RecordBatch.from_arrays([ids.take(pa.array(here)), *columns], schema=schema)

    def _count(self, batch: pa.RecordBatch, aside: NDArray[np.bool_], kept: NDArray[np.bool_], ids: pa.Array) -> None:
        scored = batch.filter(pa.array(~aside)) if aside.any() else batch
        self._unseen.update(dict(recipes.unseen(self._scoring.recipe, scored)))
        if kept.all():
            return
        lost = ids.filter(pa.array(~kept))
        texts = pa.array([f"{self._id[0]} {one}" for one in lost.to_pylist()], pa.string())
        blank, why = pa.nulls(len(lost), pa.int64()), pa.array([NOTHING_ANSWERED] * len(lost), pa.string())
        self._rejected.append(pa.Table.from_arrays([blank, why, texts], schema=REJECTS))

    def _id_notes(self) -> Iterator[Note]:
        """Another id than the model's is never taken in silence."""
        known, found = self._model.content.provenance.id_column, self._source.intake.id_column
        if known is None or found == known or self._settings.id is not None:
            return
        taken = f"{found!r} is taken for it" if found else "the number of the row stands for it"
        yield Note("id-absent", f"The model's id column {known!r} is not there; {taken}. Name the right one with --id.")

    def _column_notes(self) -> Iterator[Note]:
        yield from (_not_brought(one) for one in self._not_brought)
        explained = {name for one in self._not_brought for _, name in one.columns}
        absent = [column for column in self._absent if column not in explained]
        if absent:
            yield Note("columns-absent", f"Not there, and counted as blank for everybody: {listed(absent)}.")
        known = {c.plan.column for c in self._model.content.columns} | {self._id[0]}
        rules = {aside.test.column for aside in self._model.view.asides}
        strange = [c for c in self._source.schema.names if c not in known | rules]
        if strange:
            yield Note("columns-unknown", f"Not known to the model, and left alone: {listed(strange)}.")
        for aside in self._model.view.asides:
            if aside.test.column not in self._source.schema.names:
                yield Note(
                    "rule-not-applied",
                    f"Nobody was set aside as {aside.name!r}, because there is no column {aside.test.column!r}.",
                )

    def _board_notes(self) -> Iterator[Note]:
        if (board := self._model.board) is not None:
            yield from board.notes(board.unclear)

    def _value_notes(self) -> Iterator[Note]:
        for column, n in sorted(self._unseen.items()):
            if n:
                yield Note(
                    "levels-unseen",
                    f"{column}: {n:,} customer{'s have' if n > 1 else ' has'} a value the model never saw, "
                    "which counts as blank.",
                )
        n_empty = sum(table.num_rows for table in self._rejected)
        if n_empty:
            plural = "customers" if n_empty > 1 else "customer"
            yield Note("nothing-answered", f"{n_empty:,} {plural} {NOTHING_ANSWERED}, and went to the rejects.")


def set_aside(view: View, batch: pa.RecordBatch, n: int) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
    """Who of n customers is set aside, and what each who is in no segment is called; the first rule met counts."""
    met, names = np.zeros(n, np.bool_), np.full(n, UNLIKE_ANYONE, object)
    for aside in view.asides:
        if aside.test.column in batch.schema.names:
            new = who_meets(aside.test, batch) & ~met
            names[new] = aside.name
            met |= new
    return met, names


def _not_brought(one: Brought) -> Note:
    text = (
        f"Nothing was brought in the place of {one.name} ({one.block}): {len(one.columns)} columns made of it are blank"
    )
    return Note("source-absent", text)


def _expected(model: Model) -> Mapping[str, Kind]:
    """How to read the columns that are needed: building ones, and those of the rules to set aside."""
    needed = {*model.scoring.columns, *(aside.test.column for aside in model.view.asides)}
    kinds = {c.plan.column: c.facts.kind for c in model.content.columns if c.plan.column in needed}
    return {**kinds, **{one.column: "text" for one in model.content.texts if one.block == "customers"}}


def _columns(
    scoring: Scoring, scored: Scored, aside_names: NDArray[np.object_], n_blank: NDArray[np.int64]
) -> list[pa.Array]:
    """The columns of `RESULTS`; blank where there is nothing to say."""
    aside, alone = scored.label < 0, scored.runner_up < 0
    numbers = np.append(scoring.numbers, 0).astype(np.int16)
    names = pa.array(np.array([*scoring.names, None], object), pa.string()).take(pa.array(scored.label % len(numbers)))
    if aside.any():
        names = names.fill_null("")
        names = pa.array(np.where(aside, aside_names, names.to_numpy(zero_copy_only=False)), pa.string())
    return [
        pa.array(numbers[scored.label]),
        names,
        pa.array(scored.certainty, mask=np.isnan(scored.certainty)),
        pa.array(scored.distance, mask=np.isnan(scored.distance)),
        pa.array(scored.margin, mask=np.isnan(scored.margin)),
        pa.array(numbers[scored.runner_up], mask=alone),
        pa.array(scored.outlier, mask=aside),
        pa.array(n_blank.astype(np.int16)),
    ]


def _as_given(table: pa.Table, customers: Any) -> Any:
    """The table as the kind of frame the customers came in."""
    if isinstance(customers, (str, Path, pa.Table, pa.RecordBatch)):
        return table
    import narwhals as nw

    frame = nw.from_native(customers, pass_through=True)
    if not isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        return table
    backend = frame.implementation
    if not (backend.is_pandas() or backend.is_polars()):
        return table
    return nw.from_arrow(table, backend=backend).to_native()
