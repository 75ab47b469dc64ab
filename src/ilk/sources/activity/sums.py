"""Add up a log in DuckDB: customers, topics, and how much of each topic there is for whom; never as one dense table."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.errors import BadInput
from ilk.sources.activity.columns import Parts
from ilk.sources.activity.tags import Split, topics_sql, vote_split
from ilk.sources.kinds import Reading
from ilk.sources.log import MOST_REJECTED, Log, records_sql, rejects_of
from ilk.sources.sandbox import Sandbox, literal
from ilk.sources.stored import no_rejects

MOST_REJECTS = 10_000
"""Records that belong to nobody and are listed one by one; of more, the others are only counted."""

WEIGHT = "DECIMAL(18, 6)"
"""Weights are added in millionths: the sum is the same in any order."""

MOST_WEIGHT = 1e12
"""A weight from here on is none."""


@dataclass(frozen=True, slots=True)
class Decay:
    """What was done `half_life_days` before `reference`, a day since 1970, counts half; undated counts as `oldest`."""

    reference: int
    half_life_days: float | None
    oldest: int = 0

    def sql(self, weight: str) -> str:
        """Return SQL for a weight that has faded."""
        if self.half_life_days is None:
            return weight
        age = f"greatest({self.reference} - coalesce(day, {self.oldest}), 0)"
        return f"CAST(CAST({weight} AS DOUBLE) * pow(0.5, {age} / {self.half_life_days!r}) AS {WEIGHT})"


class Weighed(Protocol):
    """Where it stands who has how much of which topic.

    That is a sandbox with the relations `topics` (number t, key), `spelled` (key, how it is written, how often), and
    `weights` (customer p from 0, topic t, weight w above nought; every pair once).
    """

    @property
    def parts(self) -> Parts:
        """What the columns are."""
        ...

    @property
    def sandbox(self) -> Sandbox:
        """Where the relations are."""
        ...


@dataclass(frozen=True, slots=True)
class Events:
    """The relation `events` in the sandbox of a log: who, w, day, channel, cell0, cell1 ... of what counts.

    Args:
        log: The log, open.
        parts: What its columns are.
        n: Records that count.
        n_left_out: Records that do not by design: blank, later than the reference, or of nobody and not listed.
        n_undated: Of those that count, how many have no day.
        n_weightless: How many have no weight above nought.
        n_late: How many were left out for their day.
        n_nobody: How many belong to nobody, `rejects` included.
        oldest, newest: First and last day that counts, since 1970; None without days.
        rejects: Records that belong to nobody.
    """

    log: Log
    parts: Parts
    n: int
    n_left_out: int
    n_undated: int
    n_weightless: int
    n_late: int
    n_nobody: int
    oldest: int | None
    newest: int | None
    rejects: pa.Table = field(repr=False)

    @property
    def sandbox(self) -> Sandbox:
        """Where they are."""
        return self.log.sandbox


def lay_out(log: Log, parts: Parts, read: Sequence[Reading], ticks: int, until: int | None) -> Events:
    """Make the relation `events` of a log, and set aside what belongs to nobody.

    Args:
        log: The log.
        parts: What its columns are.
        read: How they are read.
        ticks: Units a day has, where times are numbers; 0 for dates.
        until: Last day that counts, since 1970; every day counts without.

    Raises:
        BadInput: If more than half of the records belong to nobody.
    """
    kind = "TABLE" if log.landing.is_table else "VIEW"
    log.sandbox.run(f"CREATE {kind} records AS {records_sql(log, _expressions(log, parts, read, ticks))}")
    late = f"coalesce(day > {until}, false)" if until is not None else "false"
    log.sandbox.run(f"CREATE VIEW events AS SELECT * FROM records WHERE who IS NOT NULL AND NOT {late}")
    nobody, own = "NOT blank AND who IS NULL", f"who IS NOT NULL AND NOT {late}"
    n, n_blank, n_nobody, n_late, n_undated, n_weightless, oldest, newest = log.sandbox.row(
        f"SELECT count(*) FILTER ({own}), count(*) FILTER (blank), count(*) FILTER ({nobody}), "
        f"count(*) FILTER (who IS NOT NULL AND {late}), count(*) FILTER ({own} AND day IS NULL), "
        f"count(*) FILTER ({own} AND w = 0), min(day) FILTER ({own}), max(day) FILTER ({own}) FROM records"
    )
    _refuse_strangers(log, parts, n_nobody, log.landing.rows - n_blank)
    rejects = _rejects(log, nobody, n_nobody)
    return Events(
        log,
        parts,
        n=n,
        n_left_out=log.landing.rows - n - rejects.num_rows,
        n_undated=n_undated,
        n_weightless=n_weightless,
        n_late=n_late,
        n_nobody=n_nobody,
        oldest=oldest,
        newest=newest,
        rejects=rejects,
    )


def _refuse_strangers(log: Log, parts: Parts, n_nobody: int, n: int) -> None:
    if n_nobody > MOST_REJECTED * n:
        raise BadInput(
            f"{n_nobody:,} of {n:,} records of {log.landing.name} belong to nobody",
            got=f"nothing in the column {parts.customer!r}",
            do=f"name the customer with --role '{log.landing.name}.COLUMN=customer'",
        )


def _expressions(log: Log, parts: Parts, read: Sequence[Reading], ticks: int) -> dict[str, str]:
    at = {name: i for i, name in enumerate(log.landing.names)}

    def sql(name: str) -> str:
        return read[at[name]].sql

    made = {"who": sql(parts.customer) if parts.customer else "NULL", "w": "1", "day": "NULL::INTEGER"}
    if parts.weight is not None:
        number = sql(parts.weight)
        usable = f"({number}) > 0 AND ({number}) < {MOST_WEIGHT!r}"
        made["w"] = f"CASE WHEN {usable} THEN CAST({number} AS {WEIGHT}) ELSE 0 END"
    if parts.time is not None:
        day = f"({sql(parts.time)}) - DATE '1970-01-01'" if not ticks else f"floor(({sql(parts.time)}) / {ticks})"
        made["day"] = f"TRY_CAST({day} AS INTEGER)"
    if parts.channel is not None:
        made["channel"] = sql(parts.channel)
    made |= {f"cell{j}": sql(name) for j, name in enumerate(parts.topics)}
    return made | {f"text{j}": sql(name) for j, name in enumerate(parts.texts)}


def _rejects(log: Log, nobody: str, n_nobody: int) -> pa.Table:
    """The first of those that belong to nobody, and their lines."""
    if not n_nobody:
        return no_rejects()
    last = ""
    if n_nobody > MOST_REJECTS:
        first = f"SELECT row FROM records WHERE {nobody} ORDER BY row LIMIT {MOST_REJECTS}"
        (row,) = log.sandbox.row(f"SELECT max(row) FROM ({first})")
        last = f" AND row <= {row}"
    log.sandbox.run(
        f"CREATE VIEW judged AS SELECT row, CASE WHEN {nobody}{last} THEN 'no customer' END AS reason "
        "FROM records WHERE NOT blank"
    )
    return rejects_of(log, "judged")


# ---------------------------------------------------------------- customers


@dataclass(frozen=True, slots=True)
class People:
    """One row a customer, in order of appearance: ids and columns of the same length.

    `events` are counted, `total` are their weights, `last` is the last day or missing, `channels` counts by level.
    """

    ids: pa.Array
    events: npt.NDArray[np.int64]
    total: npt.NDArray[np.float64]
    last: npt.NDArray[np.float64]
    channels: Mapping[str, npt.NDArray[np.int64]]


def people_of(events: Events, decay: Decay, levels: Sequence[str]) -> People:
    """Return the customers of a log, and make the relation `people`, which numbers them: who, p from 0.

    Args:
        events: The log.
        decay: How weights fade.
        levels: Of the channel, whose events are counted apart.
    """
    counted = "".join(f", count(*) FILTER (channel = {literal(level)}) AS n{i}" for i, level in enumerate(levels))
    weight = decay.sql("w")
    events.sandbox.run(
        "CREATE TABLE people AS SELECT *, CAST(row_number() OVER (ORDER BY first) - 1 AS INTEGER) AS p FROM ("
        f"SELECT who, min(row) AS first, count(*) AS n, sum({weight}) AS total, max(day) AS last{counted} "
        "FROM events GROUP BY who)"
    )
    named = "".join(f", n{i}" for i in range(len(levels)))
    found = events.sandbox.table(
        f"SELECT who, n, CAST(total AS DOUBLE) AS total, CAST(last AS DOUBLE) AS last{named} FROM people ORDER BY p"
    )
    return People(
        ids=found["who"].combine_chunks(),
        events=_numbers(found["n"]).astype(np.int64),
        total=_numbers(found["total"]),
        last=_numbers(found["last"]),
        channels={level: _numbers(found[f"n{i}"]).astype(np.int64) for i, level in enumerate(levels)},
    )


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """A column as numbers, NaN where nothing stands."""
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def channels_of(events: Events, least: int) -> tuple[str, ...]:
    """Return the levels of the channel that at least so many customers used, most events first."""
    if events.parts.channel is None:
        return ()
    rows = events.sandbox.rows(
        "SELECT channel FROM events WHERE channel IS NOT NULL GROUP BY channel "
        f"HAVING count(DISTINCT who) >= {least} ORDER BY count(*) DESC, channel"
    )
    return tuple(str(level) for (level,) in rows)


# ---------------------------------------------------------------- topics


@dataclass(frozen=True, slots=True)
class Support:
    """A topic: its folded text, the customers who have it, and its number in the relation `topics`."""

    key: str
    n: int
    number: int


def split_topics(events: Events, splits: Sequence[Split]) -> tuple[Split, ...]:
    """Make the relations `topics` (number t, key) and `spelled`, of every topic in the log.

    Args:
        events: The log.
        splits: How cells are split, for each column of topics; voted on where there are none.
    """
    sandbox, found = events.sandbox, []
    sandbox.run("CREATE TABLE spelled (j INTEGER, cell VARCHAR, spelled VARCHAR, key VARCHAR, n BIGINT)")
    for j in range(len(events.parts.topics)):
        cell = f"cell{j}"
        sandbox.run(
            f"CREATE OR REPLACE TABLE cells AS SELECT {cell} AS cell, count(*) AS n FROM events "
            f"WHERE {cell} IS NOT NULL GROUP BY {cell}"
        )
        found.append(splits[j] if splits else vote_split(sandbox, "cells"))
        pieces = topics_sql("cells", found[j])
        sandbox.run(f"INSERT INTO spelled SELECT {j}, cell, spelled, lower(spelled), n FROM ({pieces})")
    _unescape_rest(sandbox)
    sandbox.run(
        "CREATE TABLE topics AS SELECT key, CAST(row_number() OVER () - 1 AS INTEGER) AS t "
        "FROM (SELECT DISTINCT key FROM spelled)"
    )
    return tuple(found)


def _unescape_rest(sandbox: Sandbox) -> None:
    """Undo the rarer entities of HTML, which DuckDB does not know, topic by topic."""
    rows = sandbox.rows("SELECT DISTINCT spelled FROM spelled WHERE regexp_matches(spelled, '&#?[A-Za-z0-9]+;')")
    pairs = [(old, html.unescape(old)) for (old,) in rows]
    if not pairs:
        return
    sandbox.show("mended", pa.table({"old": [old for old, _ in pairs], "new": [new for _, new in pairs]}))
    sandbox.run("UPDATE spelled SET spelled = new, key = lower(new) FROM mended WHERE spelled = old")


def weigh_topics(events: Events, decay: Decay) -> None:
    """Make the relation `weights`: customer p, topic t, weight w above nought; every pair once."""
    each = " UNION ALL ".join(
        f"SELECT who, t, {decay.sql('w')} AS w FROM events JOIN "
        f"(SELECT DISTINCT cell, t FROM spelled JOIN topics USING (key) WHERE j = {j}) ON cell{j} = cell "
        "WHERE w > 0"
        for j in range(len(events.parts.topics))
    )
    added = f"SELECT p, t, CAST(sum(w) AS DOUBLE) AS w FROM ({each}) JOIN people USING (who) GROUP BY p, t"
    nothing = "SELECT 0 AS p, 0 AS t, 0.0::DOUBLE AS w LIMIT 0"
    events.sandbox.run(f"CREATE TABLE weights AS {added if each else nothing}")


def supported(events: Weighed, least: int) -> tuple[Support, ...]:
    """Return the topics of at least so many customers, those of most first, ties by text."""
    rows = events.sandbox.rows(
        "SELECT key, n, t FROM (SELECT t, count(*) AS n FROM weights GROUP BY t) JOIN topics USING (t) "
        f"WHERE n >= {least} ORDER BY n DESC, key"
    )
    return tuple(Support(str(key), int(n), int(t)) for key, n, t in rows)


def numbered(events: Weighed, keys: Sequence[str]) -> tuple[int | None, ...]:
    """Return the number of each topic in this log; None for one that is not in it."""
    events.sandbox.show("wanted", pa.table({"key": pa.array(keys, pa.string())}))
    known = dict(events.sandbox.rows("SELECT key, t FROM topics JOIN wanted USING (key)"))
    return tuple(known.get(key) for key in keys)


def spellings(events: Weighed, keys: Sequence[str]) -> dict[str, str]:
    """Return how each topic is written most often, ties by text."""
    events.sandbox.show("named", pa.table({"key": pa.array(keys, pa.string())}))
    rows = events.sandbox.rows(
        "SELECT key, spelled FROM spelled JOIN named USING (key) GROUP BY key, spelled ORDER BY sum(n), spelled DESC"
    )
    return {str(key): str(spelled) for key, spelled in rows}


def choose(events: Weighed, numbers: Sequence[int | None]) -> None:
    """Make the relation `chosen`: t, the number of a topic in this log, and i, its place; None is one nobody has."""
    places = [(t, i) for i, t in enumerate(numbers) if t is not None]
    columns = {"t": pa.array([t for t, _ in places], pa.int32()), "i": pa.array([i for _, i in places], pa.int32())}
    events.sandbox.show("chosen", pa.table(columns))


def columns_of(events: Weighed, numbers: Sequence[int | None], n: int) -> list[npt.NDArray[np.float32]]:
    """Return a column of weights for each topic, nought where a customer has none of it; float32, as it is kept.

    Args:
        events: Whose topics are weighed.
        numbers: Of the topics; None for one that nobody has.
        n: Customers.
    """
    dense = np.zeros((len(numbers), n), np.float32)
    choose(events, numbers)
    with events.sandbox.reader("SELECT i, p, w FROM weights JOIN chosen USING (t)") as reader:
        for batch in reader:
            i, p, w = (column.to_numpy() for column in batch.columns)
            dense[i, p] = w
    return list(dense)


def left_out(events: Weighed) -> tuple[int, int]:
    """Return how many topics are none of those that were chosen last, and how many customers have one of them."""
    n_topics, n_customers = events.sandbox.row(
        "SELECT count(DISTINCT t), count(DISTINCT p) FROM weights WHERE t NOT IN (SELECT t FROM chosen)"
    )
    return int(n_topics), int(n_customers)
