"""A first look at a customer file: what each column is and holds, before anything is computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ilk.app.flags import in_app
from ilk.features.advice import Advice, sample_size
from ilk.features.identities import find_identities
from ilk.features.labels import Labels, read_all_labels
from ilk.features.plans import ColumnPlan
from ilk.features.roles import plan_columns, plan_notes
from ilk.features.themes import Correlated, correlate, double_notes
from ilk.features.transforms import numbers
from ilk.files import write_text
from ilk.outputs.wording import listed, words_of
from ilk.settings import ROLES, Settings
from ilk.sources.evidence import Made
from ilk.sources.joined.brought import Brought
from ilk.sources.joined.study_source import Sources, open_study_source
from ilk.sources.keys import rank_of
from ilk.sources.sampling import in_hash_order
from ilk.sources.source import ColumnFacts, Intake, Note

LOOKED_AT = 20_000
"""Customers a first look rests on; those with the smallest hashes, so that it is the same each time."""

BARS = 16
BULK = (0.5, 99.5)
"""Per cents between which a column's bars lie; a single huge value would leave one bar only."""

USES = ("builds", "describes", "out")


@dataclass(frozen=True, slots=True)
class Looked:
    """Files that were looked at.

    Args:
        path: Of the customers, or of the first of the others.
        intake: Where every record went.
        facts: Totals of each column but the id.
        sample: Some customers, with the columns of `facts`.
        bars: How each column is spread: counts.
        made: What columns mean that were made of the other files.
        brought: What each of these brought.
        places: Where the words for columns may lie.
        has_table: Whether there is a table of customers.
    """

    path: Path
    intake: Intake
    facts: tuple[ColumnFacts, ...]
    sample: pa.Table
    bars: Mapping[str, tuple[int, ...]]
    made: Mapping[str, Made]
    brought: tuple[Brought, ...]
    places: tuple[tuple[Path | None, Mapping[str, str]], ...]
    has_table: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What the columns would do under some settings.

    Args:
        columns: One plan a column.
        labels: The words for them.
        correlated: Rank correlations of those that build.
        advice: Whether there are too few customers for so many.
        notes: What else should be known.
    """

    columns: tuple[ColumnPlan, ...]
    labels: Labels
    correlated: Correlated
    advice: Advice | None
    notes: tuple[Note, ...]


def look_at(path: Path | None, settings: Settings) -> Looked:
    """Read files once and keep what a first look needs.

    Args:
        path: The table of customers; None where there is none.
        settings: Name what lies beside it, and say how all of it is read.

    Raises:
        IlkError: If it cannot be used as it is.
    """
    sources = Sources.of(path, settings)
    with closing(open_study_source(sources, settings)) as joined:
        data = joined.source
        facts = data.facts()
        order = np.sort(in_hash_order(data.hashes(), data.ids(), LOOKED_AT))
        table = _taken(data.batches([fact.column for fact in facts]), order)
        return Looked(
            path=Path(sources.first),
            intake=data.intake,
            facts=facts,
            sample=table,
            bars={fact.column: _bars(fact, table.column(fact.column)) for fact in facts},
            made=joined.made,
            brought=joined.brought,
            places=sources.places(joined),
            has_table=joined.has_table,
        )


def plan_of(looked: Looked, settings: Settings) -> Plan:
    """What the columns would do.

    Raises:
        IlkError: If a setting does not fit the columns.
    """
    also = [looked.intake.id_column or ""]
    labels = read_all_labels(settings.labels, looked.places, also_there=also)
    names = [*also, *(fact.column for fact in looked.facts)]
    told = settings.of_columns(names)
    columns = plan_columns(looked.facts, looked.sample, labels, told, looked.intake, made=looked.made)
    correlated = correlate(looked.sample, columns)
    return Plan(
        columns=columns,
        labels=labels,
        correlated=correlated,
        advice=sample_size(looked.intake.rows, columns, correlated),
        notes=(*plan_notes(columns), *double_notes(correlated, columns), *looked.intake.notes, *labels.notes),
    )


def totals(looked: Looked, plan: Plan, weight: Mapping[str, float]) -> list[str]:
    """Which columns are the sum of others and count only through them, unless somebody gave them a weight."""
    return [
        f"{total.total} is the sum of {listed(list(total.parts))}: it counts through its parts."
        for total in find_identities(looked.sample, plan.columns)
        if total.total not in weight
    ]


def rows_of(looked: Looked, plan: Plan) -> list[dict[str, Any]]:
    """The table of columns, a row each."""
    return [
        {
            "column": column.column,
            "spread": list(looked.bars[column.column]),
            "missing": 100.0 * fact.n_missing / max(fact.n, 1),
            "use": column.use,
            "role": column.kind if column.role == "descriptor" else column.role,
            "words": column.label.words,
            "weight": column.weight,
            "blank": column.missing,
            "why": in_app(column.reason),
        }
        for fact, column in zip(looked.facts, plan.columns, strict=True)
    ]


def told(rows: Sequence[Mapping[str, Any]], guessed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The settings that say what was changed in the table, as `Settings` takes them.

    Args:
        rows: The table as it is now.
        guessed: As it was guessed.
    """
    found: dict[str, Any] = {"role": {}, "descriptor": [], "ignore": [], "weight": {}, "missing": {}}
    for row, guess in zip(rows, guessed, strict=True):
        name = str(row["column"])
        if row["use"] == "out":
            found["ignore"] += [name] * (guess["use"] != "out")
            continue
        if row["use"] == "describes" and guess["use"] != "describes":
            found["descriptor"].append(name)
            continue
        if row["role"] != guess["role"] or (row["use"] != guess["use"]):
            found["role"][name] = _building(str(row["role"])) if row["use"] == "builds" else row["role"]
        if row["use"] == "builds" and row["weight"] not in (None, guess["weight"]):
            found["weight"][name] = float(row["weight"])
        if row["use"] == "builds" and row["blank"] not in (None, guess["blank"]):
            found["missing"][name] = row["blank"]
    return {name: value for name, value in found.items() if value}


def words_changed(rows: Sequence[Mapping[str, Any]], guessed: Sequence[Mapping[str, Any]]) -> bool:
    """Whether somebody gave a column other words."""
    return any((row["words"] or "") != guess["words"] for row, guess in zip(rows, guessed, strict=True))


def write_labels(path: Path, rows: Sequence[Mapping[str, Any]], labels: Labels) -> Path:
    """Write the words of the table as a labels file; units, currencies and orders stay as they were."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(["column", "words", "unit", "currency", "group", "order"])
    for row in rows:
        label = labels[row["column"]]
        given = row["words"] if label.given or row["words"] != label.words else ""
        sheet.writerow([row["column"], given, label.unit, label.currency, label.group, "|".join(label.order)])
    write_text(path, text.getvalue())
    return path


def correlated_words(plan: Plan) -> list[str]:
    """What the columns of the correlations are called."""
    by_name = {column.column: column for column in plan.columns}
    return [words_of(by_name[name]) for name in plan.correlated.columns]


def whose(looked: Looked) -> str | None:
    """The column that says whose a row is where a customer has several: it repeats, and is named like an id."""
    ranks = {fact.column: rank_of(fact.column) for fact in looked.facts if fact.n_distinct < fact.n - fact.n_missing}
    best = max(ranks.values(), default=0)
    return next((name for name, rank in ranks.items() if rank == best > 0), None)


def summed_up(looked: Looked, customer: str) -> str:
    """A query that makes one row a customer of a table that has several: how many, and the sum and mean of amounts.

    Args:
        looked: The table.
        customer: The column that says whose a row is.
    """
    parts = [f"{_name(customer)}", 'count(*) AS "number of rows"']
    for fact in looked.facts:
        own = _name(fact.column)
        if fact.column == customer or rank_of(fact.column):  # numbers of orders and of other things add up to nothing
            continue
        if fact.kind == "number":
            parts.append(f"sum({own}) AS {_name(f'{fact.column} in all')}")
        elif fact.kind == "date":
            parts.append(f"max({own}) AS {_name(f'{fact.column} last')}")
    listed = ",\n  ".join(parts)
    return f"SELECT\n  {listed}\nFROM source\nGROUP BY {_name(customer)}"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _building(role: str) -> str:
    """A column that builds must be of a role that does."""
    return (
        "number" if role in {"date", "descriptor", "contact", "weight", "ignore", "id"} or role not in ROLES else role
    )


def _taken(batches: Any, order: np.ndarray) -> pa.Table:
    """The rows of these numbers, in file order, without holding the others."""
    kept, done = [], 0
    for batch in batches:
        here = order[(order >= done) & (order < done + batch.num_rows)] - done
        kept.append(batch.take(pa.array(here)))
        done += batch.num_rows
    return pa.Table.from_batches(kept)


def _bars(fact: ColumnFacts, column: pa.ChunkedArray) -> tuple[int, ...]:
    """How often what stands there: levels by frequency where they are few texts, else equal steps."""
    if fact.kind in {"text", "flag"}:
        return tuple(count for _, count in fact.levels[:BARS])
    values = numbers(column.cast(pa.int32()) if fact.kind == "date" else column)
    values = values[np.isfinite(values)]
    if not values.size:
        return ()
    low, high = np.percentile(values, BULK)
    bins = min(BARS, max(1, fact.n_distinct))
    return tuple(np.histogram(np.clip(values, low, high), bins=bins, range=(low, high or low + 1.0))[0].tolist())
