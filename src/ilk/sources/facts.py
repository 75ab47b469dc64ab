"""Order-free totals of every column: counts, extremes and levels, never a sum that depends on the order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ilk.sources.sandbox import Sandbox
from ilk.sources.source import ColumnFacts, Kind

MOST_LEVELS = 60
"""A column with more distinct values has no levels worth listing."""

EXACT_ROWS = 1 << 20
"""Up to this many customers every distinct value is counted; beyond, only in columns that have few."""

FEW_DISTINCT = 4_096
"""An estimate below this is replaced by the exact count, whatever the number of customers."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the stored table: where it is, its name, its kind, and texts that stood among its numbers."""

    at: str
    name: str
    kind: Kind
    spoiled: int = 0


@dataclass(frozen=True, slots=True)
class _Totals:
    """One row of the query below, for one column."""

    n: int
    filled: int
    minimum: Any
    maximum: Any
    n_zero: int
    n_negative: int
    n_broken: int
    n_distinct: int


def measure(sandbox: Sandbox, relation: str, columns: list[Column]) -> tuple[ColumnFacts, ...]:
    """Return the totals of `columns` over every row of `relation`.

    `n_distinct` is exact up to a million rows and where it is small; else HyperLogLog's estimate (Flajolet et al.
    2007), which does not depend on the order of rows either.
    """
    if not columns:
        return ()
    (n,) = sandbox.row(f"SELECT count(*) FROM {relation}")
    found = sandbox.values(relation, [_totals_sql(column, exact=n <= EXACT_ROWS) for column in columns])
    totals = [_Totals(n, *found[i : i + 7]) for i in range(0, len(found), 7)]
    if n > EXACT_ROWS:
        totals = _with_exact_small(sandbox, relation, columns, totals)
    levels = _levels(sandbox, relation, columns, totals)
    return tuple(_facts(*each) for each in zip(columns, totals, levels, strict=True))


def _totals_sql(column: Column, *, exact: bool) -> str:
    at = column.at
    distinct = f"count(DISTINCT {at})" if exact else f"approx_count_distinct({at})"
    if column.kind == "text":
        return f"count({at}), NULL, NULL, 0, 0, 0, {distinct}"
    x = as_number(column)
    broken = f"count(*) FILTER ({x} <> trunc({x}))" if column.kind == "number" else "0"
    return (
        f"count({at}), min({x}), max({x}), count(*) FILTER ({x} = 0), count(*) FILTER ({x} < 0), {broken}, {distinct}"
    )


def as_number(column: Column) -> str:
    """Return SQL for the column as a number: days since 1970-01-01 for dates, 0 and 1 for flags."""
    if column.kind == "date":
        return f"({column.at} - DATE '1970-01-01')"
    return f"CAST({column.at} AS TINYINT)" if column.kind == "flag" else column.at


def _with_exact_small(sandbox: Sandbox, relation: str, columns: list[Column], totals: list[_Totals]) -> list[_Totals]:
    small = [i for i, each in enumerate(totals) if each.n_distinct <= FEW_DISTINCT]
    counts = sandbox.values(relation, [f"count(DISTINCT {columns[i].at})" for i in small])
    exact = dict(zip(small, counts, strict=True))
    return [replace(total, n_distinct=exact.get(i, total.n_distinct)) for i, total in enumerate(totals)]


def _levels(
    sandbox: Sandbox, relation: str, columns: list[Column], totals: list[_Totals]
) -> list[tuple[tuple[str, int], ...]]:
    few = [i for i, each in enumerate(totals) if 0 < each.n_distinct <= MOST_LEVELS]
    maps = sandbox.values(relation, [f"histogram({columns[i].at})" for i in few])
    found = {i: _ranked(levels) for i, levels in zip(few, maps, strict=True)}
    return [found.get(i, ()) for i in range(len(columns))]


def _ranked(levels: dict[Any, int]) -> tuple[tuple[str, int], ...]:
    texts = [(as_text(value), count) for value, count in levels.items()]
    return tuple(sorted(texts, key=lambda level: (-level[1], level[0])))


def as_text(value: Any) -> str:
    """Return a value as a person writes it: 3 and not 3.0, true and not True, dates as YYYY-MM-DD."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return str(value)


def _facts(column: Column, total: _Totals, levels: tuple[tuple[str, int], ...]) -> ColumnFacts:
    empty = total.filled == 0 or column.kind == "text"
    return ColumnFacts(
        column=column.name,
        kind=column.kind,
        n=total.n,
        n_missing=total.n - total.filled,
        n_distinct=total.n_distinct,
        n_zero=total.n_zero,
        n_negative=total.n_negative,
        minimum=None if empty else float(total.minimum),
        maximum=None if empty else float(total.maximum),
        whole=column.kind != "text" and total.n_broken == 0,
        spoiled=min(column.spoiled, total.n - total.filled),
        levels=levels,
    )
