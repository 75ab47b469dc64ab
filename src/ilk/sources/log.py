"""A log as it landed: many rows a customer, each of them accounted for before anything is added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow as pa

from ilk.errors import BadInput
from ilk.figures import few
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.forms import trimmed
from ilk.sources.interpret import decimal_of
from ilk.sources.keys import Key, key_at
from ilk.sources.kinds import Reading, readings, with_key
from ilk.sources.landing import Landing, position
from ilk.sources.open import land, refuse_lost, reject_notes, size_of, trouble
from ilk.sources.sandbox import Sandbox, open_sandbox
from ilk.sources.source import Intake, Kind, Note
from ilk.sources.spoiled import HANDFUL
from ilk.sources.stored import REJECTS, no_rejects

MOST_REJECTED = 0.5
"""When more records than this belong to nobody or say nothing, the columns were understood wrongly."""

LONGEST_TEXT = 2_000
"""Characters of a rejected record that are kept."""


@dataclass(frozen=True, slots=True)
class Log:
    """Records in the order in which they stand, in a sandbox that ends with the `with` it came from.

    Args:
        sandbox: Where the relation is.
        landing: As it landed; `relation` may be read as often as wanted.
        readings: How each column is read when nobody says otherwise.
    """

    sandbox: Sandbox
    landing: Landing
    readings: tuple[Reading, ...]

    def read_as(self, wanted: Mapping[str, Kind], customer: str | None) -> tuple[Reading, ...]:
        """Return how each column is read when some are told what they are; `customer` is read as an id.

        Args:
            wanted: Column -> kind, all of them there.
            customer: The column that says whose record it is; None where every record is a customer.
        """
        at = {name: i for i, name in enumerate(self.landing.names)}
        found = self.readings
        if any(self.readings[at[name]].kind != kind for name, kind in wanted.items()):
            found = tuple(readings(self.sandbox, self.landing, wanted))
        key = key_at(self.sandbox, self.landing, at[customer]) if customer is not None else Key(None)
        return tuple(with_key(list(found), key))


@contextmanager
def open_log(source: Any, settings: Settings, progress: Progress, stage: str) -> Iterator[Log]:
    """Land a log and look at its columns; what DuckDB runs into meanwhile is said in our own terms.

    Args:
        source: A path or a frame as `open_source` takes it.
        settings: `threads` and `delimiter` are used here.
        progress: Told how far it is, asked whether to stop.
        stage: What to call the work.

    Raises:
        BadInput: If it cannot be used.
        FileTrouble: If it cannot be read.
    """
    sandbox = open_sandbox(settings.threads, size_of(source), progress)
    try:
        with progress.stage(stage):
            landing = kept(sandbox, land(sandbox, source, progress, settings.delimiter))
            sandbox.lock(landing.files)
            yield Log(sandbox, landing, tuple(readings(sandbox, landing, {})))
    except duckdb.Error as error:
        raise trouble(error) from error
    finally:
        sandbox.close()


def names_in(source: Any, settings: Settings) -> tuple[str, ...]:
    """The columns of a log or a survey, whatever they are.

    Args:
        source: A path or a frame as `open_source` takes it.
        settings: `threads` and `delimiter` are used here.

    Raises:
        BadInput: If it cannot be used.
        FileTrouble: If it cannot be read.
    """
    progress = Progress()
    sandbox = open_sandbox(settings.threads, size_of(source), progress)
    try:
        return tuple(land(sandbox, source, progress, settings.delimiter).names)
    except duckdb.Error as error:
        raise trouble(error) from error
    finally:
        sandbox.close()


def kept(sandbox: Sandbox, landing: Landing) -> Landing:
    """Keep a file that is too big to be read again and again as a table, which spills to disk."""
    if landing.sample is None:
        return landing
    sandbox.run(f"CREATE TABLE everything AS SELECT * FROM {landing.relation}")
    return replace(landing, relation="everything", sample=None, is_table=True)


def records_sql(log: Log, made: Mapping[str, str]) -> str:
    """Return the SELECT of every record: `row` from 1, whether it is `blank`, and the expressions of `made` by name.

    Args:
        log: Whose records.
        made: Name -> SQL over the columns as they landed, blanks at both ends of texts taken off.
    """
    landing = log.landing
    texts = [kind == "VARCHAR" for kind in landing.types]
    inner = ", ".join(
        f"{trimmed(position(i)) if is_text else position(i)} AS {position(i)}" for i, is_text in enumerate(texts)
    )
    nothing = " AND ".join(
        f"coalesce({position(i)}, '') = ''" if is_text else f"{position(i)} IS NULL" for i, is_text in enumerate(texts)
    )
    outer = ", ".join(f"{sql} AS {name}" for name, sql in made.items())
    trimmed_rows = f"SELECT {inner} FROM {landing.relation}"
    return f"SELECT row_number() OVER () AS row, ({nothing}) AS blank, {outer} FROM ({trimmed_rows})"


def rejects_of(log: Log, relation: str) -> pa.Table:
    """Return the records that have a `reason` as rejects, with the line and what stands there.

    Args:
        log: Whose records.
        relation: Has columns `row` and `reason`, which is NULL where all is well.

    Raises:
        BadInput: If they are more than half of those in which anything stands.
    """
    found = log.sandbox.rows(f"SELECT row, reason FROM {relation} WHERE reason IS NOT NULL ORDER BY row")
    if not found:
        return no_rejects()
    _refuse_if_most(log, relation, found)
    rows = [int(row) for row, _ in found]
    places = log.landing.locate(rows) if log.landing.locate is not None else _located(log, rows)
    columns = {
        "line": [line for line, _ in places],
        "reason": [reason for _, reason in found],
        "text": [text for _, text in places],
    }
    return pa.Table.from_pydict(columns, schema=REJECTS)


def _refuse_if_most(log: Log, relation: str, found: Sequence[tuple[int, str]]) -> None:
    (n,) = log.sandbox.row(f"SELECT count(*) FROM {relation}")
    if len(found) <= MOST_REJECTED * n:
        return
    reasons = [reason for _, reason in found]
    usual = max(sorted(set(reasons)), key=reasons.count)
    raise BadInput(
        f"{len(found):,} of {n:,} records of {log.landing.name} cannot be used, most of them for this: {usual}",
        do=f"say which column is what with --role '{log.landing.name}.COLUMN=customer' and the like",
    )


def _located(log: Log, rows: Sequence[int]) -> list[tuple[int, str]]:
    cells = ", ".join(f"CAST({position(i)} AS VARCHAR)" for i in range(len(log.landing.names)))
    numbered = f"SELECT row_number() OVER () AS row, * FROM {log.landing.relation}"
    found = log.sandbox.rows(
        f"SELECT row, left(concat_ws(', ', {cells}), {LONGEST_TEXT}) FROM ({numbered}) "
        f"WHERE row IN (SELECT unnest([{', '.join(map(str, rows))}]::BIGINT[])) ORDER BY row"
    )
    return [(int(row), str(text)) for row, text in found]


@dataclass(frozen=True, slots=True)
class Used:
    """What became of the records that landed: `rows` count, `left_out` do not by design, `rejects` cannot be used."""

    rows: int
    left_out: int
    rejects: pa.Table


def intake_of(log: Log, used: Used, customer: str | None, read: Sequence[Reading], notes: Sequence[Note]) -> Intake:
    """Return the account of a log.

    Args:
        log: Whose records.
        used: What became of those that landed.
        customer: The column that says whose record it is; None where every record is a customer.
        read: How the columns that were used are read.
        notes: What was odd, beside what landing and reading say.

    Raises:
        BadInput: If a record is missing.
    """
    landing = log.landing
    dialect = landing.dialect and replace(landing.dialect, decimal=decimal_of(list(read), landing.dialect.decimal))
    said = (note for reading in read for note in reading.notes)
    intake = Intake(
        name=landing.name,
        records=landing.records,
        rows=used.rows,
        rejects=used.rejects.num_rows + landing.rejects.num_rows,
        skipped=landing.skipped + used.left_out,
        dialect=dialect,
        id_column=customer,
        notes=(*landing.notes, *reject_notes(landing), *said, *_set_aside(used.rejects), *notes),
    )
    refuse_lost(intake)
    return intake


def _set_aside(rejects: pa.Table) -> tuple[Note, ...]:
    """How many records are set aside for each reason."""
    reasons = rejects["reason"].to_pylist()
    counted = [f"{reason} ({few(reasons.count(reason), HANDFUL)})" for reason in sorted(set(reasons))]
    text = f"{few(len(reasons), HANDFUL)} records are set aside: {', '.join(counted)}"
    return (Note("events-rejected", text),) if reasons else ()


def told_in_words(name: str, roles: Mapping[str, str]) -> str:
    """Return the parts of a log in words: "customer_id is the customer, date the time"."""
    parts = [f"{column!r} {'is ' if i == 0 else ''}the {role}" for i, (column, role) in enumerate(roles.items())]
    return f"In {name}, {', '.join(parts)}"
