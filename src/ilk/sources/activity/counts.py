"""A table of counts, a row a customer and a column a topic: as it is, with the topics that enough customers have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.errors import BadInput, listed
from ilk.settings import Settings
from ilk.sources.activity import told as tell
from ilk.sources.activity.columns import Parts
from ilk.sources.activity.learnt import columns_of_interests, holders_of, interests_of, is_too_little
from ilk.sources.activity.plan import FEWEST, ActivityPlan, Topic, most_topics
from ilk.sources.activity.sums import MOST_WEIGHT, WEIGHT, Support, numbered, supported
from ilk.sources.activity.told import idle_notes, topic_notes
from ilk.sources.evidence import Evidence, Made
from ilk.sources.kinds import Reading
from ilk.sources.log import Log, Used, intake_of, records_sql, rejects_of
from ilk.sources.names import clean_names
from ilk.sources.sandbox import Sandbox, own_copy
from ilk.sources.source import Note
from ilk.sources.stored import ARROW, no_rejects

ROW = "row"
"""What the id column is called where the number of the row is the id."""


def read_counts(log: Log, settings: Settings, plan: ActivityPlan, *, is_new: bool) -> Evidence[ActivityPlan]:
    """Return one row for each customer of a table of counts; of two rows of one customer the counts are added.

    Args:
        log: The table, open.
        settings: `min_group`, `max_topics` and `seed` are used here.
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
    haves = log.sandbox.values("people", [f"count(*) FILTER (w{j} > 0)" for j in range(len(topics))]) if is_new else []
    found: tuple[Support, ...] = ()
    if is_new:
        plan, found = _planned(log, plan, haves, settings, n)
    elif plan.learnt:
        weigh_columns(log, plan)
    table, made = _table(log, plan, n)
    used = Used(log.landing.rows - n_blank - rejects.num_rows, n_blank, rejects)
    notes = _notes(log, plan, haves, least) if is_new else []
    notes += topic_notes(Columns(log, plan.parts), plan, found) if is_new and plan.learnt else []
    notes += idle_notes(plan, table)
    holders = holders_of(Columns(log, plan.parts), found) if is_new and plan.learnt else None
    intake = intake_of(log, used, customer, [read[log.landing.names.index(name)] for name in plan.parts.used], notes)
    return Evidence("activity", table, made, intake, pa.concat_tables([log.landing.rejects, rejects]), plan, holders)


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


@dataclass(frozen=True, slots=True)
class Columns:
    """A table of counts whose columns were weighed as the topics of a log; see `Weighed`."""

    log: Log
    parts: Parts

    @property
    def sandbox(self) -> Sandbox:
        """Where they are."""
        return self.log.sandbox


def weigh_columns(log: Log, plan: ActivityPlan) -> Columns:
    """Make the relations `topics`, `spelled` and `weights` of a table of counts, a pair for each count above nought."""
    names = plan.parts.topics
    folded = Counter(name.lower() for name in names)
    keys = [name.lower() if folded[name.lower()] == 1 else name for name in names]
    numbers = pa.array(range(len(names)), pa.int32())
    log.sandbox.show("headed", pa.table({"key": keys, "spelled": list(names), "t": numbers}))
    log.sandbox.run("CREATE TABLE topics AS SELECT key, t FROM headed")
    log.sandbox.run("CREATE TABLE spelled AS SELECT key, spelled, 1 AS n FROM headed")
    counts = ", ".join(f"CAST(w{j} AS DOUBLE)" for j in range(len(names)))
    places = ", ".join(f"{j}::INTEGER" for j in range(len(names)))
    log.sandbox.run(
        "CREATE TABLE weights AS SELECT * FROM (SELECT CAST(row_number() OVER () - 1 AS INTEGER) AS p, "
        f"unnest([{places}]) AS t, unnest([{counts}]) AS w FROM people) WHERE w > 0"
    )
    return Columns(log, plan.parts)


def _planned(
    log: Log, plan: ActivityPlan, haves: Sequence[int], settings: Settings, n: int
) -> tuple[ActivityPlan, tuple[Support, ...]]:
    """Topics as columns; where these are too little of what people do, interests that are learnt, and from what."""
    most, least = most_topics(settings, n), max(FEWEST, settings.min_group)
    if sum(have >= least for have in haves) <= most:
        return _chosen(plan, haves, least, most, ()), ()
    weighed = weigh_columns(log, plan)
    found = supported(weighed, least)
    if not is_too_little(weighed, found, most):
        return _chosen(plan, haves, least, most, ()), ()
    ids = log.sandbox.table("SELECT who FROM people")["who"].combine_chunks()
    learnt = interests_of(weighed, ids, found, settings)
    if learnt is None:
        return _chosen(plan, haves, least, most, ()), ()
    return replace(_chosen(plan, haves, least, 0, learnt.names), learnt=learnt), found


def _chosen(plan: ActivityPlan, haves: Sequence[int], least: int, most: int, learnt: Sequence[str]) -> ActivityPlan:
    """The plan with the topics that become columns, and names for what is made beside them."""
    ranked = sorted((-n, name) for n, name in zip(haves, plan.parts.topics, strict=True) if n >= least)[:most]
    kept = {name for _, name in ranked}
    names, _ = clean_names([ROW, *plan.parts.used, "activity", *learnt])
    total, *interests = names[1 + len(plan.parts.used) :]
    topics = tuple(Topic(name, name, name) for name in plan.parts.topics if name in kept)
    return replace(plan, topics=topics, total=total, learnt_columns=tuple(interests))


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
    amounts = list(topics)
    if plan.learnt:
        weighed = Columns(log, plan.parts)
        amounts = columns_of_interests(weighed, plan.learnt, numbered(weighed, plan.learnt.keys), n)
        names += plan.learnt_columns
        made += [tell.interest(i, plan.learnt, column) for i, column in enumerate(plan.learnt_columns)]
    return pa.table([*arrays, *map(pa.array, amounts)], names=names), tuple(made)


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


def _notes(log: Log, plan: ActivityPlan, haves: Sequence[int], least: int) -> list[Note]:
    name, parts = log.landing.name, plan.parts
    whose = f"{parts.customer!r} is the customer" if parts.customer else "every row is a customer"
    others = f"; ordinary columns: {listed(parts.others)}" if parts.others else ""
    text = (
        f"In {name}, {whose}, {len(parts.topics)} columns are topics: {listed(parts.topics)}{others}. "
        f"Say otherwise with --role '{name}.COLUMN=topic' or ignore"
    )
    rare = [topic for topic, n in zip(parts.topics, haves, strict=True) if n < least]
    notes = [Note("activity-columns", text)]
    return notes + ([Note("topics-rare", f"Fewer than {least} customers have {listed(rare)}")] if rare else [])
