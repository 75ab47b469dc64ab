"""From what landed to typed customers: kinds, id, condition, and what happens to rows without an id of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from ilk.errors import NAME_ONE, BadInput, BadSetting, MissingColumns
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.facts import Column
from ilk.sources.keys import MOST_REPEATED, Key, find_key, repeated_ids
from ilk.sources.kinds import Reading, as_they_are, read_sql, readings, with_key
from ilk.sources.landing import Landing, position
from ilk.sources.large import type_large
from ilk.sources.sandbox import Sandbox, quoted
from ilk.sources.source import Kind, Note
from ilk.sources.stored import REJECTS, no_rejects

ROW = '" row"'
"""Column that numbers the landed rows; no cleaned name begins with a blank."""

_UNKNOWN = re.compile(r'Referenced column "([^"]+)"')

LONGEST_TEXT = 2_000
"""Characters of a rejected row that are kept."""


@dataclass(frozen=True, slots=True)
class Customers:
    """Typed customers: `relation` has the `columns`, `key` says which is the id.

    `n` customers are left of the landed rows; `skipped` were blank or left out by a condition, `rejects` have no id of
    their own. `decimal` is the mark most numbers are written with.
    """

    relation: str
    columns: tuple[Column, ...]
    key: Key
    n: int
    skipped: int
    rejects: pa.Table
    decimal: str
    notes: tuple[Note, ...]


def interpret(
    sandbox: Sandbox,
    landing: Landing,
    settings: Settings,
    expect: Mapping[str, Kind],
    progress: Progress,
    *,
    keyed: bool = True,
) -> Customers:
    """Type every column of a landing, find the id, apply the condition, and set aside rows without an id of their own.

    Raises:
        BadInput: If most ids repeat.
        BadSetting: If the condition is not one.
    """
    key, found = type_landing(sandbox, landing, settings, expect, "typed", keyed=keyed)
    progress.check()
    view_as_source(sandbox, landing, "typed")
    n = _keep(sandbox, landing, settings.where)
    relation, rejects = _with_ids(sandbox, landing, key, settings.where, n)
    return Customers(
        relation=relation,
        columns=tuple(
            Column(position(i), name, reading.kind, reading.spoiled)
            for i, (name, reading) in enumerate(zip(landing.names, found, strict=True))
        ),
        key=key,
        n=n - rejects.num_rows,
        skipped=landing.rows - n,
        rejects=rejects,
        decimal=decimal_of(found, landing.dialect.decimal if landing.dialect else "."),
        notes=tuple(note for reading in found for note in reading.notes) + key.notes + _id_notes(rejects),
    )


def query_names(names: tuple[str, ...]) -> list[str]:
    """Return names for SQL, where upper and lower case are the same: the second of two alike gets a number."""
    taken: set[str] = set()
    unique = []
    for name in names:
        fresh, n = name, 2
        while fresh.casefold() in taken:
            fresh, n = f"{name} ({n})", n + 1
        taken.add(fresh.casefold())
        unique.append(fresh)
    return unique


def view_as_source(sandbox: Sandbox, landing: Landing, typed: str) -> None:
    """Show the typed columns under their own names as `source`, without rows in which nothing stands."""
    blank = " AND ".join(f"{position(i)} IS NULL" for i in range(len(landing.names)))
    (n_blank,) = (0,) if landing.blanks_count else sandbox.row(f"SELECT count(*) FROM {typed} WHERE {blank}")
    names = ", ".join(f"{position(i)} AS {quoted(name)}" for i, name in enumerate(query_names(landing.names)))
    rows = f"SELECT {names}, row_number() OVER () AS {ROW} FROM {typed}"
    filled = f" WHERE NOT ({blank})" if n_blank else ""
    numbered = f"SELECT * FROM ({rows}) WHERE NOT ({_named_blank(landing)})" if n_blank else rows
    sandbox.run(f"CREATE OR REPLACE VIEW numbered AS {numbered}")
    sandbox.run(f"CREATE OR REPLACE VIEW source AS SELECT {names} FROM {typed}{filled}")


def _named_blank(landing: Landing) -> str:
    return " AND ".join(f"{quoted(name)} IS NULL" for name in query_names(landing.names))


def type_landing(
    sandbox: Sandbox,
    landing: Landing,
    settings: Settings | None,
    expect: Mapping[str, Kind],
    target: str,
    *,
    keyed: bool = True,
) -> tuple[Key, list[Reading]]:
    """Make the relation `target`, a view where reading it again costs little, else a table; return id and readings.

    Without settings nobody looks for an id, and whole numbers stay whole, as a query over them expects.
    """
    key = find_key(sandbox, landing, settings) if settings and keyed else Key(None)
    if landing.sample is not None:
        found = type_large(sandbox, landing, key, expect, target)
        if found is not None:
            return key, found
        sandbox.run(f"CREATE TABLE everything AS SELECT * FROM {landing.relation}")
        landing = replace(landing, relation="everything", sample=None, is_table=True)
        key = find_key(sandbox, landing, settings) if settings and keyed else Key(None)
    found = with_key(readings(sandbox, landing, expect), key)
    found = found if settings else as_they_are(sandbox, landing, found)
    named = ", ".join(f"t{i} AS {position(i)}" for i in range(len(found)))
    is_view = not landing.is_table and all(reading.plain for reading in found)
    sandbox.run(
        f"CREATE {'VIEW' if is_view else 'TABLE'} {target} AS SELECT {named} FROM ({read_sql(found, landing.relation)})"
    )
    if landing.is_table:
        sandbox.run(f"DROP TABLE {landing.relation}")
    return key, found


def decimal_of(found: list[Reading], default: str) -> str:
    """Return the decimal mark that most columns are written with."""
    marks = [reading.decimal for reading in found if reading.decimal]
    return default if not marks else "," if marks.count(",") > marks.count(".") else "."


def _keep(sandbox: Sandbox, landing: Landing, where: str | None) -> int:
    """Make the relation `customers` of those that meet the condition, in their order; return how many they are.

    A condition may hold a subquery or a long IN, for which DuckDB joins, and a join forgets the order: so what meets it
    is kept in a table, sorted as it landed.
    """
    columns = ", ".join(f"{quoted(name)} AS {position(i)}" for i, name in enumerate(query_names(landing.names)))
    made = f"CREATE OR REPLACE VIEW customers AS SELECT {columns} FROM source"
    if where is not None:
        sorted_rows = f"SELECT {columns} FROM numbered WHERE {condition(where)} ORDER BY {ROW}"
        made = f"CREATE OR REPLACE TABLE customers AS {sorted_rows}"
    try:
        sandbox.run(made)
    except duckdb.Error as error:
        raise bad_sql("condition", where or "", error, landing.names) from None
    (n,) = sandbox.row("SELECT count(*) FROM customers")
    return int(n)


def condition(where: str | None) -> str:
    """Return a condition as SQL that is one expression and nothing else; no condition is always met.

    Raises:
        BadSetting: If it is not one.
    """
    try:
        return f"({duckdb.SQLExpression(where)})" if where is not None else "true"
    except duckdb.Error as error:
        raise bad_sql("condition", where or "", error) from None


def bad_sql(what: str, text: str, error: duckdb.Error, columns: Sequence[str] = ()) -> BadSetting:
    """Say what DuckDB says, in one line; of a column that is not there, what is."""
    reason = " ".join(str(error).split("\n\nLINE")[0].split())
    unknown = _UNKNOWN.search(reason)
    if unknown and columns:
        found = MissingColumns.listing([unknown[1]], columns, otherwise=NAME_ONE)
        return BadSetting(
            f"The {what} {text!r} cannot be used: {unknown[1]!r} is no column", got=found.got, do=found.do
        )
    return BadSetting(f"The {what} {text!r} cannot be used", got=reason, do='put column names in "double quotes"')


def _with_ids(sandbox: Sandbox, landing: Landing, key: Key, where: str | None, n: int) -> tuple[str, pa.Table]:
    """Return the relation of customers with an id of their own, and the others as rejects; of two the first stays."""
    if key.at is None:
        return "customers", no_rejects()
    at = position(key.at)
    filled, distinct = sandbox.row(f"SELECT count({at}), count(DISTINCT {at}) FROM customers")
    if n == filled == distinct:
        return "customers", no_rejects()
    if filled - distinct > MOST_REPEATED * filled:
        raise repeated_ids(landing.names[key.at], filled - distinct, filled)
    if not filled:
        raise BadInput(
            f"The id column {landing.names[key.at]!r} is blank in every row", do="name another one with --id"
        )
    columns = ", ".join(f"{quoted(name)} AS {position(i)}" for i, name in enumerate(query_names(landing.names)))
    sandbox.run(f"CREATE TABLE counted AS SELECT {columns}, {ROW} FROM numbered WHERE {condition(where)}")
    sandbox.run(
        f"CREATE TABLE dropped AS SELECT * FROM (SELECT {ROW} AS row, {at} AS id, "
        f"min({ROW}) OVER (PARTITION BY {at}) AS first FROM counted) WHERE id IS NULL OR row > first"
    )
    sandbox.run(
        f"CREATE TABLE kept AS SELECT * FROM counted WHERE {ROW} NOT IN (SELECT row FROM dropped) ORDER BY {ROW}"
    )
    rejects = _rejects(sandbox, landing)
    sandbox.run("DROP TABLE counted")
    return "kept", rejects


def _rejects(sandbox: Sandbox, landing: Landing) -> pa.Table:
    dropped = sandbox.rows("SELECT row, id, first FROM dropped ORDER BY row")
    rows = [row for row, *_ in dropped]
    firsts = sorted({first for _, own, first in dropped if own is not None})
    places = dict(zip(rows, _located(sandbox, landing, rows), strict=True))
    seen = dict(zip(firsts, _located(sandbox, landing, firsts), strict=True))
    reasons = [
        "no id" if own is None else f"the id {own} was seen before, in line {seen[first][0]}"
        for _, own, first in dropped
    ]
    return pa.Table.from_pydict(
        {"line": [places[row][0] for row in rows], "reason": reasons, "text": [places[row][1] for row in rows]},
        schema=REJECTS,
    )


def _located(sandbox: Sandbox, landing: Landing, rows: list[int]) -> list[tuple[int, str]]:
    if landing.locate is not None:
        return landing.locate(rows)
    cells = ", ".join(f"CAST({position(i)} AS VARCHAR)" for i in range(len(landing.names)))
    found = sandbox.rows(
        f"SELECT {ROW}, left(concat_ws(', ', {cells}), {LONGEST_TEXT}) FROM counted "
        f"WHERE {ROW} IN (SELECT unnest([{', '.join(map(str, rows))}]::BIGINT[])) ORDER BY {ROW}"
    )
    return [(int(row), str(text)) for row, text in found]


def _id_notes(rejects: pa.Table) -> tuple[Note, ...]:
    reasons = rejects["reason"].to_pylist()
    n_blank = reasons.count("no id")
    n_repeated = len(reasons) - n_blank
    blank = Note("blank-ids", f"{n_blank:,} rows have no id and are set aside")
    repeated = Note(
        "duplicate-ids",
        f"{n_repeated:,} row{'s have' if n_repeated != 1 else ' has'} an id that was seen before; the first one counts",
    )
    return ((blank,) if n_blank else ()) + ((repeated,) if n_repeated else ())
