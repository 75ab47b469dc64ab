"""A table of counts, a row a customer and a column a topic: as it is, with the topics that enough customers have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.errors import BadInput, listed
from ilk.settings import Settings
from ilk.sources.activity import told as tell
from ilk.sources.activity.plan import FEWEST, ActivityPlan, Topic, most_topics
from ilk.sources.activity.sums import MOST_WEIGHT, WEIGHT
from ilk.sources.evidence import Evidence, Made
from ilk.sources.kinds import Reading
from ilk.sources.log import Log, Used, intake_of, records_sql, rejects_of
from ilk.sources.names import clean_names
from ilk.sources.sandbox import own_copy
from ilk.sources.source import Note
from ilk.sources.stored import ARROW, no_rejects

ROW = "row"
"""What the id column is called where the number of the row is the id."""


def read_counts(log: Log, settings: Settings, plan: ActivityPlan, *, is_new: bool) -> Evidence[ActivityPlan]:
    """Return one row for each customer of a table of counts; of two rows of one customer the counts are added.

    Args:
        log: The table, open.
        settings: `min_group` and `max_topics` are used here.
        plan: Its parts; also its topics, if it is not new.
        is_new: Whether topics are still to be chosen.

    Raises:
        BadInput: If nobody is in it.
    """
    customer, topics = plan.parts.customer, plan.parts.topics
    read = log.read_as(dict(plan.kinds), customer)
    _lay_out(log, plan, read)
    rejects = rejects_of(log, "judged") if customer is not None else no_rejects()
    n, n_blank = log.sandbox.row("SELECT (SELECT count(*) FROM people), count(*) FILTER (blank) FROM records")
    if not n and is_new:
        raise BadInput(f"{log.landing.name} has no customers", do="check the file")
    least = max(FEWEST, settings.min_group)
    haves = log.sandbox.values("people", [f"count(*) FILTER (w{j} > 0)" for j in range(len(topics))])
    plan = _chosen(plan, topics, haves, least, most_topics(settings, n)) if is_new else plan
    table, made = _table(log, plan, n)
    used = Used(log.landing.rows - n_blank - rejects.num_rows, n_blank, rejects)
    notes = _notes(log, plan, haves, least) if is_new else ()
    intake = intake_of(log, used, customer, [read[log.landing.names.index(name)] for name in plan.parts.used], notes)
    return Evidence("activity", table, made, intake, pa.concat_tables([log.landing.rejects, rejects]), plan)


def _lay_out(log: Log, plan: ActivityPlan, read: Sequence[Reading]) -> None:
    """Make the relations `records` (row, blank, who, w0 ..., o0 ...), `judged`, and `people`, one row a customer."""
    at = {name: i for i, name in enumerate(log.landing.names)}
    made = {f"w{j}": _count(read[at[name]].sql) for j, name in enumerate(plan.parts.topics)}
    made |= {f"o{j}": read[at[name]].sql for j, name in enumerate(plan.parts.others)}
    who = read[at[plan.parts.customer]].sql if plan.parts.customer is not None else "NULL::BIGINT"
    kept = "TABLE" if log.landing.is_table else "VIEW"
    log.sandbox.run(f"CREATE {kept} records AS {records_sql(log, {'who': who, **made})}")
    log.sandbox.run(
        "CREATE VIEW judged AS SELECT row, CASE WHEN who IS NULL THEN 'no customer' END AS reason "
        "FROM records WHERE NOT blank"
    )
    key = "who" if plan.parts.customer is not None else "row"
    log.sandbox.run(_people_sql(log, plan, key))


def _people_sql(log: Log, plan: ActivityPlan, key: str) -> str:
    """Return SQL that makes `people`: the records as they are where nobody comes twice, else added up in a table."""
    whose = f"FROM records WHERE NOT blank AND {key} IS NOT NULL"
    topics = [f"w{j}" for j in range(len(plan.parts.topics))]
    others = [f"o{j}" for j in range(len(plan.parts.others))]
    filled, distinct = log.sandbox.row(f"SELECT count(who), count(DISTINCT who) {whose}")
    if filled == distinct or key == "row":
        return f"CREATE VIEW people AS SELECT {key} AS who, {', '.join([*topics, *others])} {whose}"
    added = [f"sum({name}) AS {name}" for name in topics]
    first = [f"arg_min({name}, row) AS {name}" for name in others]
    return (
        f"CREATE TABLE people AS SELECT * EXCLUDE (first) FROM (SELECT {key} AS who, min(row) AS first, "
        f"{', '.join([*added, *first])} {whose} GROUP BY {key}) ORDER BY first"
    )


def _count(sql: str) -> str:
    number = f"TRY_CAST(({sql}) AS DOUBLE)"
    return f"CASE WHEN {number} > 0 AND {number} < {MOST_WEIGHT!r} THEN CAST({number} AS {WEIGHT}) ELSE 0 END"


def _chosen(plan: ActivityPlan, topics: Sequence[str], haves: Sequence[int], least: int, most: int) -> ActivityPlan:
    ranked = sorted((-n, name) for n, name in zip(haves, topics, strict=True) if n >= least)[:most]
    kept = {name for _, name in ranked}
    total, *_ = clean_names(["activity", ROW, *plan.parts.used])[0]
    return replace(plan, topics=tuple(Topic(name, name, name) for name in topics if name in kept), total=total)


def _table(log: Log, plan: ActivityPlan, n: int) -> tuple[pa.Table, tuple[Made, ...]]:
    """The n customers in order, the columns that are no topics first, and what they mean."""
    kinds, others = dict(plan.kinds), plan.parts.others
    found, topics = _read(log, plan, n)
    id_type = pa.int64() if pa.types.is_integer(found.schema.field(0).type) else pa.string()
    types = [id_type, *(ARROW[kinds[name]] for name in others), pa.float64()]
    arrays = [column.cast(kind) for column, kind in zip(found.columns, types, strict=True)]
    names = [plan.parts.customer or ROW, *others, plan.total, *(one.column for one in plan.topics)]
    made = [Made(name, "activity") for name in others]
    made += [tell.total(plan), *map(tell.topic, plan.topics)]
    return pa.table([*arrays, *map(pa.array, topics)], names=names), tuple(made)


def _read(log: Log, plan: ActivityPlan, n: int) -> tuple[pa.Table, npt.NDArray[np.float32]]:
    """The n customers: id, other columns and all activity, and how much of each topic they have, (n_topics, n)."""
    at = {name: j for j, name in enumerate(plan.parts.topics)}
    others = [f"o{j}" for j in range(len(plan.parts.others))]
    every = " + ".join(f"w{j}" for j in at.values())
    counts = [f"CAST(CAST(w{at[one.key]} AS DOUBLE) AS FLOAT)" for one in plan.topics]
    kept, topics, start = list[pa.RecordBatch](), np.empty((len(counts), n), np.float32), 0
    query = f"SELECT {', '.join(['who', *others, f'CAST({every} AS DOUBLE)', *counts])} FROM people"
    with log.sandbox.reader(query) as reader:
        n_kept = len(reader.schema) - len(counts)
        schema = pa.schema([reader.schema.field(i) for i in range(n_kept)])
        for batch in reader:
            for topic, column in zip(topics, batch.columns[n_kept:], strict=True):
                topic[start : start + batch.num_rows] = column.to_numpy()
            kept.append(own_copy(batch.select(list(range(n_kept)))))
            start += batch.num_rows
    return pa.Table.from_batches(kept, schema=schema), topics


def _notes(log: Log, plan: ActivityPlan, haves: Sequence[int], least: int) -> tuple[Note, ...]:
    name, parts = log.landing.name, plan.parts
    whose = f"{parts.customer!r} is the customer" if parts.customer else "every row is a customer"
    others = f"; ordinary columns: {listed(parts.others)}" if parts.others else ""
    text = (
        f"In {name}, {whose}, {len(parts.topics)} columns are topics: {listed(parts.topics)}{others}. "
        f"Say otherwise with --role '{name}.COLUMN=topic' or ignore"
    )
    rare = [topic for topic, n in zip(parts.topics, haves, strict=True) if n < least]
    notes = [Note("activity-columns", text)]
    return tuple(notes + ([Note("topics-rare", f"Fewer than {least} customers have {listed(rare)}")] if rare else []))
