"""One SELECT over a source: checked to be nothing else, run where no file can be reached."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from ilk.errors import BadSetting
from ilk.progress import Progress
from ilk.sources.interpret import bad_sql, decimal_of, type_landing, view_as_source
from ilk.sources.landing import Landing
from ilk.sources.sandbox import Sandbox, literal
from ilk.sources.source import Note
from ilk.sources.tables import land_relation


def ask(sandbox: Sandbox, landing: Landing, query: str, progress: Progress) -> Landing:
    """Return what the SELECT makes of a landing, which it calls `source`; its rows take the place of the landed ones.

    Raises:
        BadSetting: If it is not one SELECT, or does not fit the columns.
    """
    select = one_select(sandbox, query)
    _, found = type_landing(sandbox, landing, None, {}, "asked")
    view_as_source(sandbox, landing, "asked")
    progress.check()
    try:
        sandbox.run(f"CREATE TABLE answer AS {select}")
    except duckdb.Error as error:
        raise bad_sql("query", query, error, landing.names) from None
    answer = land_relation(sandbox, "answer", landing.name)
    notes = [note for reading in found for note in reading.notes]
    decimal = decimal_of(found, ".")
    return replace(
        answer,
        records=landing.records - landing.rows + answer.rows,
        skipped=landing.skipped,
        rejects=landing.rejects,
        dialect=replace(landing.dialect, decimal=decimal) if landing.dialect else None,
        notes=(*landing.notes, *notes, *answer.notes, _query_note(landing, answer)),
    )


def _query_note(landing: Landing, answer: Landing) -> Note:
    return Note("query", f"The query made {answer.rows:,} rows of {landing.rows:,}")


def one_select(sandbox: Sandbox, query: str) -> str:
    """Return a query as DuckDB writes it, if it is one SELECT and nothing else.

    Raises:
        BadSetting: If it is anything else.
    """
    try:
        statements = sandbox.con.extract_statements(query)
        (serialised,) = sandbox.row(f"SELECT json_serialize_sql({literal(query)})")
    except duckdb.Error as error:
        raise bad_sql("query", query, error) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT or '"error":true' in serialised[:20]:
        raise BadSetting("The query is not one plain SELECT", got=query, do="write SELECT ... FROM source ...")
    (select,) = sandbox.row(f"SELECT json_deserialize_sql({literal(serialised)})")
    return str(select)
