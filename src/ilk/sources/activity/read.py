"""Activity: a log of what people did, posted or liked, or a table of counts, becomes one row a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ilk.errors import NAME_ONE, BadSetting, MissingColumns
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.activity.columns import PARTS, Look, Parts, epoch_divisor, guess_parts
from ilk.sources.activity.counts import read_counts
from ilk.sources.activity.events import read_events
from ilk.sources.activity.plan import ActivityPlan
from ilk.sources.evidence import Evidence
from ilk.sources.facts import Column, measure
from ilk.sources.kinds import read_sql
from ilk.sources.log import Log, open_log
from ilk.sources.source import ColumnFacts, Kind


def read_activity(
    source: Any,
    settings: Settings,
    plan: ActivityPlan | None = None,
    progress: Progress | None = None,
    *,
    roles: Mapping[str, str] | None = None,
) -> Evidence[ActivityPlan]:
    """Read a log of activity or a table of counts, and return one row for each customer in it.

    Args:
        source: A path or a frame; one row for each thing somebody did, or a row a customer and a column a topic.
        settings: `role`, `id`, `max_topics`, `half_life_days`, `reference_date`, `min_group`, `threads` and `delimiter`
            are used here; a plan has its own parts, topics and half-life.
        plan: How another log became columns; this one becomes the same.
        progress: Told how far it is, asked whether to stop.
        roles: Column -> part, where somebody said so; what `settings.role` says of this source when not given.

    Returns:
        A column a topic (its weight, 0 where a customer has none of it), `activity` (all weights together), `recency`
        (days) and the share of each channel; of a table of counts, its other columns as they are.

    Raises:
        BadInput: If it cannot be used.
        BadSetting: If the roles contradict each other.
        FileTrouble: If it cannot be read.
        MissingColumns: If a column that was named, or that the plan knows, is not there.
    """
    with open_log(source, settings, progress or Progress(), "Reading the activity") as log:
        told = settings.parts_of(source, "activity", log.landing.names) if roles is None else roles
        told = {column: part for column, part in told.items() if part in PARTS}
        _refuse_missing(log, plan.parts.used if plan else tuple(told))
        made = plan or _first_plan(log, settings, told)
        read = read_counts if made.parts.wide else read_events
        return read(log, settings, made, is_new=plan is None)


def _refuse_missing(log: Log, wanted: tuple[str, ...]) -> None:
    missing = [name for name in wanted if name not in log.landing.names]
    if missing:
        raise MissingColumns.listing(missing, log.landing.names, otherwise=NAME_ONE)


def _first_plan(log: Log, settings: Settings, told: dict[str, str]) -> ActivityPlan:
    """Guess what the columns are; topics come later."""
    if settings.id in log.landing.names and "customer" not in told.values():
        told = {**told, str(settings.id): "customer"}
    looks = _looks(log)
    parts = guess_parts(looks, told, log.landing.name)
    facts = {look.name: look.facts for look in looks}
    ticks = _ticks(facts[parts.time], log.landing.name) if parts.time else 0
    return ActivityPlan(parts, _kinds(parts, facts, ticks), half_life_days=settings.half_life_days, ticks=ticks)


def _looks(log: Log) -> list[Look]:
    """Every column with its totals and, of texts, the words a cell has."""
    names = log.landing.names
    columns = [Column(f"t{i}", names[i], reading.kind) for i, reading in enumerate(log.readings)]
    log.sandbox.run(f"CREATE VIEW looked_at AS {read_sql(log.readings, log.landing.relation)}")
    facts = measure(log.sandbox, "looked_at", columns)
    texts = [i for i, one in enumerate(facts) if one.kind == "text" and one.n > one.n_missing]
    blanks = log.sandbox.values("looked_at", [f"sum(length(t{i}) - length(replace(t{i}, ' ', '')))" for i in texts])
    words = {i: 1.0 + int(n) / (facts[i].n - facts[i].n_missing) for i, n in zip(texts, blanks, strict=True)}
    return [Look(one, words.get(i, 0.0)) for i, one in enumerate(facts)]


def _ticks(facts: ColumnFacts, name: str) -> int:
    """Units a day has; 0 for dates.

    Raises:
        BadSetting: If the column cannot be a time.
    """
    if facts.kind == "date":
        return 0
    ticks = epoch_divisor(facts)
    if ticks is None:
        raise BadSetting(
            f"The column {facts.column!r} of {name} is no time",
            got=f"a column of {facts.kind}s",
            do="name a column of dates, or of seconds since 1970",
        )
    return ticks


def _kinds(parts: Parts, facts: dict[str, ColumnFacts], ticks: int) -> tuple[tuple[str, Kind], ...]:
    """How each column that is used is read: topics as texts, counts as numbers."""
    if parts.wide:
        kinds: dict[str, Kind] = dict.fromkeys(parts.topics, "number")
        return tuple((kinds | {name: facts[name].kind for name in parts.others}).items())
    kinds = dict.fromkeys((*parts.topics, *parts.texts), "text")
    named: list[tuple[str | None, Kind]] = [
        (parts.weight, "number"),
        (parts.time, "number" if ticks else "date"),
        (parts.channel, "text"),
    ]
    return tuple((kinds | {name: kind for name, kind in named if name is not None}).items())
