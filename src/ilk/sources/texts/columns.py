"""Columns of texts in a table of customers or answers: what people write about becomes columns beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.evidence import Made
from ilk.sources.joined.gathered import GatheredSource
from ilk.sources.joined.join import Joined
from ilk.sources.source import ColumnFacts, Intake, Note, Source
from ilk.sources.texts.topics import TextColumn
from ilk.sources.texts.written import Written, written_in

FEWEST = 10
"""Customers a word needs before it is kept, however low --min-group is."""


SENTENCE = 4
"""Words a cell has on average where people write sentences."""


class ExtendedSource:
    """A source with more columns behind its own."""

    def __init__(self, base: Source, more: pa.Table, notes: Sequence[Note], progress: Progress) -> None:
        """Put the rows of `more` beside those of `base`, which are as many and in the same order."""
        self._base, self._more = base, more
        self._intake = replace(base.intake, notes=(*base.intake.notes, *notes))
        rows = pa.table(
            {"row": pa.nulls(more.num_rows, pa.int64()), **dict(zip(more.column_names, more.columns, strict=True))}
        )
        self._beside = GatheredSource(rows, base.intake, progress=progress)

    @property
    def intake(self) -> Intake:
        """The account of every record."""
        return self._intake

    @property
    def schema(self) -> pa.Schema:
        """Columns of the base, then the others."""
        return pa.schema([*self._base.schema, *self._more.schema])

    def facts(self) -> tuple[ColumnFacts, ...]:
        """Totals of every column but the id."""
        return (*self._base.facts(), *self._beside.facts())

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """All customers in their order."""
        names = self.schema.names if columns is None else list(columns)
        start = 0
        own = [name for name in names if name not in self._more.column_names]
        for batch in self._base.batches(own or self._base.schema.names[:1]):
            beside = self._more.slice(start, batch.num_rows).combine_chunks()
            start += batch.num_rows
            yield _picked(names, batch, beside)

    def ids(self) -> pa.ChunkedArray:
        """The id of every customer."""
        return self._base.ids()

    def hashes(self) -> npt.NDArray[np.uint64]:
        """XXH64 of every customer's id, or of what the base holds."""
        return self._base.hashes()

    def rejects(self) -> pa.Table:
        """Records that could not be read."""
        return self._base.rejects()

    def close(self) -> None:
        """Give back what the base holds."""
        self._base.close()


def with_topics(joined: Joined, settings: Settings, known: Sequence[TextColumn] | None, progress: Progress) -> Joined:
    """Put columns of topics beside columns of texts that are told to be such, or hold sentences in a survey.

    Args:
        joined: The customers.
        settings: `role`, `min_group` and `seed` are used here.
        known: How a model made its topics; these become the same.
        progress: Told of the stage, where there is one.
    """
    columns = _wanted(joined, settings) if known is None else {one.column: one for one in known}
    there = {name: one for name, one in columns.items() if name in joined.source.schema.names}
    if not there:
        return joined
    with progress.stage("Reading what was written"):
        found = {name: _written(joined.source, name, one, settings) for name, one in there.items()}
        notes = [
            Note("text-too-little", f"There is too little text in {name!r} to find topics in")
            for name, written in found.items()
            if written is None
        ]
        return _extended(joined, {n: (there[n], w) for n, w in found.items() if w is not None}, notes, progress)


def _extended(
    joined: Joined, found: Mapping[str, tuple[TextColumn | None, Written]], notes: Sequence[Note], progress: Progress
) -> Joined:
    taken, made, texts = set(joined.source.schema.names), dict(joined.made), []
    more: dict[str, pa.Array] = {}
    for name, (known, written) in found.items():
        block = known.block if known else made[name].block if name in made else "customers"
        names = known.names if known else tuple(_free(f"{name}: {topic}", taken) for topic in written.plan.names)
        texts.append(TextColumn(name, block, written.plan, names))
        for i, topic in enumerate(names):
            words, why = written.plan.names[i], f"a topic of what is written in {name!r}"
            more[topic] = pa.array(written.amounts[:, i].astype(np.float32), from_pandas=True)
            made[topic] = Made(words, block, "topics", words=words, group=name, why=why)
    source = ExtendedSource(joined.source, pa.table(more), notes, progress)
    return replace(joined, source=source, made=made, texts=tuple(texts))


def _written(source: Source, name: str, known: TextColumn | None, settings: Settings) -> Written | None:
    texts = pa.chunked_array([batch.column(0) for batch in source.batches([name])], pa.string())
    least = max(FEWEST, settings.min_group)
    return written_in(texts, known.plan if known else None, least=least, seed=settings.seed)


def _wanted(joined: Joined, settings: Settings) -> dict[str, TextColumn | None]:
    """Columns of texts whose topics are wanted, and that no model knows."""
    texts = [field.name for field in joined.source.schema if pa.types.is_string(field.type)]
    told = settings.roles
    asked = [name for name, one in joined.made.items() if one.block == "survey" and one.role in {None, "text"}]
    free = [name for name in texts if name in asked and name not in told]
    free = [name for name in free if joined.made[name].role == "text" or _are_sentences(joined.source, name)]
    return {name: None for name in texts if told.get(name) == "text" or name in free}


def _are_sentences(source: Source, name: str) -> bool:
    """Too many different texts for groups, of four words and more."""
    facts = next(one for one in source.facts() if one.column == name)
    if facts.levels or facts.n == facts.n_missing:
        return False
    texts = pa.chunked_array([batch.column(0) for batch in source.batches([name])], pa.string()).drop_null()
    words = pc.mean(pc.add(pc.count_substring_regex(pc.utf8_trim_whitespace(texts), r"\s+"), 1)).as_py()
    return bool(words >= SENTENCE)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"{name} (topic)"
    taken.add(name)
    return name


def _picked(names: Sequence[str], batch: pa.RecordBatch, beside: pa.Table) -> pa.RecordBatch:
    """The columns that are wanted, from one or the other."""
    columns = [batch.column(name) if name in batch.schema.names else _one_chunk(beside.column(name)) for name in names]
    return pa.RecordBatch.from_arrays(columns, names=list(names))


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks()
    return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found
