"""Two studies side by side, and a study beside a column: who is where. Figures of few customers are not told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from ilk.app.opened import ASSIGNMENTS_FILE, Opened
from ilk.app.shelf import told_apart
from ilk.cluster.agreement import adjusted_rand
from ilk.errors import BadInput, FileTrouble
from ilk.features.misfits import MOST_GROUPS
from ilk.features.transforms import OTHER
from ilk.model.edits import standing
from ilk.outputs.reading import VERDICTS, Reading
from ilk.outputs.sections.crossed import crossed
from ilk.outputs.sections.table import Cell, Table, line
from ilk.outputs.tables import CUSTOMERS_FILE
from ilk.outputs.wording import NONE, clean, counted, figure, listed, per_cent, whole, words_of
from ilk.profile.privacy import hidden_cells, shown
from ilk.sources.sandbox import literal, quoted

Counts = npt.NDArray[np.int64]

MADE_HERE = ("segment", "persona", "certainty", "distance", "margin", "runner_up", "outlier", "missing")
"""Columns that the study put beside those the customers came with."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Who is where in two groupings of the same customers.

    Args:
        summary: In a sentence or two.
        table: Rows are segments of the first, columns those of the second.
    """

    summary: str
    table: Table


def facts(one: Opened, other: Opened) -> Table:
    """What differs between two studies, a line each."""
    a, b = one.reading, other.reading
    rows = [
        ("Made from", _source(a), _source(b)),
        ("Customers", whole(a.content.provenance.n_customers), whole(b.content.provenance.n_customers)),
        ("Segments", str(len(a.segments)), str(len(b.segments))),
        ("Verdict", VERDICTS[a.verdict[0]], VERDICTS[b.verdict[0]]),
        ("Columns that build", *(counted(len(_building(r)), "column") for r in (a, b))),
        ("Only here", _only(a, b), _only(b, a)),
        ("Personas", *("; ".join(f"{n} {name}" for n, name in r.by_number.items()) for r in (a, b))),
        ("Changes by hand", *(counted(len(standing(r.model.edits)), "change") for r in (a, b))),
    ]
    lines = [line(head, Cell(here, "words"), Cell(there, "words")) for head, here, there in rows]
    return Table("What differs", ("", *_names(one, other)), tuple(lines), "facts")


def _names(one: Opened, other: Opened) -> tuple[str, str]:
    """What the two are called; told apart where their folders have one name."""
    called = told_apart([one.place, other.place])
    return clean(called[one.place]), clean(called[other.place])


def who_moved(one: Opened, other: Opened) -> Moved:
    """Where the customers of one study are in another, by their ids.

    Raises:
        BadInput: If the studies have no customer in common, or no id to tell them by.
        FileTrouble: If an assignments file cannot be read.
    """
    names = [at.model.content.provenance.id_column for at in (one, other)]
    if None in names:
        raise BadInput("Customers without an id cannot be found again in the other study", do="make both with --id")
    counts = _joined(one, other, [str(name) for name in names])
    n = int(counts.sum())
    if n == 0:
        raise BadInput("No customer is in both studies", got="ids that differ", do="compare studies of the same people")
    a, b = one.reading, other.reading
    stayed = _best_matched(counts)
    total = min(r.content.provenance.n_assigned for r in (a, b))
    summary = (
        f"{counted(n, 'customer')} are in both{'' if n == total else f' (of {whole(total)})'}. When each segment is "
        f"matched with the one most like it, {per_cent(1 - stayed / n)} are elsewhere; overlap "
        f"{figure(adjusted_rand(counts))} (adjusted Rand index; 0 is chance, 1 is the same)."
    )
    heads = (_names(one, other)[0], *(f"{m} {name}" for m, name in b.by_number.items()))
    return Moved(summary, _crossed("Customers of both, by their segments", heads, a, counts))


def beside_column(study: Opened, column: str) -> Moved:
    """The segments beside a column of the customers' table.

    Raises:
        BadInput: If it is no grouping.
        FileTrouble: If the table of customers cannot be read.
    """
    _refuse_other_k(study)
    path = _there(study, CUSTOMERS_FILE)
    cell, ours = quoted(column), quoted(_ours(path, "segment"))
    rows = _rows(
        f"SELECT {ours}, CAST({cell} AS VARCHAR) AS own, count(*) FROM {_table_of(path)} "
        f"WHERE {ours} IS NOT NULL AND {cell} IS NOT NULL AND CAST({cell} AS VARCHAR) <> '' GROUP BY ALL ORDER BY ALL"
    )
    groups = _by_size(rows)
    if not 2 <= len(groups) <= MOST_GROUPS:
        raise BadInput(
            f"{column} does not sort customers into groups",
            got=counted(len(groups), "different value"),
            do=f"choose a column with 2 to {MOST_GROUPS} groups",
        )
    reading = study.reading
    counts = np.zeros((len(reading.segments), len(groups)), np.int64)
    at = _positions(reading)
    for segment, own, n in rows:
        if int(segment) in at:
            counts[at[int(segment)], groups.index(str(own))] += int(n)
    names, pooled = _pooled(groups, counts, reading.least)
    summary = (
        f"Overlap {figure(adjusted_rand(counts))} (adjusted Rand index; 0 is chance, 1 is the same): "
        f"{counted(int(counts.sum()), 'customer')} have a segment and {clean(column)}."
    )
    heads = ("Segment", *(clean(name) for name in names))
    return Moved(summary, _crossed(f"Customers by segment and {clean(column)}", heads, reading, pooled))


def columns_of(study: Opened) -> tuple[str, ...]:
    """Columns of the customers' table that came with them."""
    path = _there(study, CUSTOMERS_FILE)
    taken = {_ours(path, name) for name in MADE_HERE}
    return tuple(name for name in _header(path) if name not in taken)


def _ours(path: Path, name: str) -> str:
    """What one of our columns is called, where the customers' own table has one of that name."""
    names = _header(path)
    while f"{name} (ilk)" in names:
        name = f"{name} (ilk)"
    return name


def _header(path: Path) -> list[str]:
    return [str(row[0]) for row in _rows(f"DESCRIBE SELECT * FROM {_table_of(path)}")]


def _refuse_other_k(study: Opened) -> None:
    if study.model.k != study.model.content.k:
        raise BadInput(
            f"The table of customers of {study.place.name} is of {study.model.content.k} segments, not of the "
            f"{study.model.k} adopted since",
            do="make the study anew with -k, or adopt the first number again",
        )


def _joined(one: Opened, other: Opened, names: Sequence[str]) -> Counts:
    for at in (one, other):
        _refuse_other_k(at)
    paths = [_there(at, ASSIGNMENTS_FILE) for at in (one, other)]
    tables = [
        f"(SELECT CAST({quoted(name)} AS VARCHAR) AS id, segment FROM read_parquet({literal(str(path))}))"
        for path, name in zip(paths, names, strict=True)
    ]
    rows = _rows(f"SELECT a.segment, b.segment, count(*) FROM {tables[0]} a JOIN {tables[1]} b USING (id) GROUP BY ALL")
    places = [_positions(at.reading) for at in (one, other)]
    counts = np.zeros([len(at.reading.segments) for at in (one, other)], np.int64)
    for first, second, n in rows:
        if int(first) in places[0] and int(second) in places[1]:
            counts[places[0][int(first)], places[1][int(second)]] += int(n)
    return counts


def _positions(reading: Reading) -> dict[int, int]:
    """Number of a segment as the study was made -> its place among those shown now."""
    shown = [segment.number for segment in reading.segments]
    return {i + 1: shown.index(number) for i, number in enumerate(reading.row_numbers)}


def _best_matched(counts: Counts) -> int:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-counts)
    return int(counts[rows, columns].sum())


def _crossed(caption: str, heads: tuple[str, ...], reading: Reading, counts: Counts) -> Table:
    hidden = hidden_cells(counts, reading.least)
    rows = [shown(row, hide) for row, hide in zip(counts, hidden, strict=True)]
    return crossed(caption, heads, reading, rows, counts.sum(axis=1).tolist())


def _pooled(groups: Sequence[str], counts: Counts, least: int) -> tuple[tuple[str, ...], Counts]:
    """Groups of too few customers as one."""
    large = counts.sum(axis=0) >= least
    if large.all():
        return tuple(groups), counts
    names = tuple(name for name, keep in zip(groups, large, strict=True) if keep)
    return (*names, OTHER), np.column_stack([counts[:, large], counts[:, ~large].sum(axis=1)])


def _by_size(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    sizes: dict[str, int] = {}
    for _, own, n in rows:
        sizes[str(own)] = sizes.get(str(own), 0) + int(n)
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def _building(reading: Reading) -> set[str]:
    return {column.plan.column for column in reading.content.columns if column.plan.use == "builds"}


def _only(one: Reading, other: Reading) -> str:
    names = sorted(_building(one) - _building(other))
    return listed([words_of(one.column(name).plan) for name in names[:8]]) if names else NONE


def _source(reading: Reading) -> str:
    return clean(reading.content.provenance.source)


def _there(study: Opened, name: str) -> Path:
    path = study.folder / name if study.folder is not None else None
    if path is None or not path.is_file():
        raise FileTrouble(f"{study.place.name} has no {name}", do="open the folder that `ilk segment` made")
    return path


def _table_of(path: Path) -> str:
    return f"read_csv({literal(str(path))}, header = true, delim = ',', quote = '\"', all_varchar = true)"


def _rows(query: str) -> list[tuple[Any, ...]]:
    try:
        with duckdb.connect(config={"threads": 2, "autoinstall_known_extensions": "false"}) as database:
            return database.execute(query).fetchall()
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise FileTrouble("The study's tables cannot be read", got=said, do="make the study again") from None
