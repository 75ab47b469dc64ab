"""Small tables with their totals and plans, as the source room would hand them over."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ilk.features.plans import ColumnPlan, Label
from ilk.features.roles import plan_columns
from ilk.features.transforms import level_texts, numbers
from ilk.features.words import words_of
from ilk.settings import Settings
from ilk.sources.source import ColumnFacts, Intake


def facts_of(table):
    """Totals of every column."""
    return tuple(_facts(name, table.column(name)) for name in table.column_names)


def _facts(name, column):
    kind = _kind(column.type)
    texts = level_texts(column).drop_null()
    counted = sorted(((row["values"], row["counts"]) for row in pc.value_counts(texts).to_pylist()), key=_by_count)
    values = numbers(column.drop_null()) if kind != "text" else numbers(pa.array([], pa.float64()))
    return ColumnFacts(
        column=name,
        kind=kind,
        n=len(column),
        n_missing=column.null_count,
        n_distinct=len(counted),
        n_zero=int((values == 0).sum()),
        n_negative=int((values < 0).sum()),
        minimum=float(values.min()) if values.size else None,
        maximum=float(values.max()) if values.size else None,
        whole=bool((values == values.round()).all()) if kind != "text" else False,
        spoiled=0,
        levels=tuple(counted) if len(counted) <= 60 else (),
    )


def _by_count(pair):
    return -pair[1], pair[0]


def _kind(kind):
    if pa.types.is_boolean(kind):
        return "flag"
    if pa.types.is_date(kind):
        return "date"
    return "text" if pa.types.is_string(kind) else "number"


def intake_of(table, id_column=None):
    return Intake("table", table.num_rows, table.num_rows, 0, 0, None, id_column)


def plans_of(columns, labels=None, id_column=None, made=None, **settings):
    """Plan a table given as {column: values}; numbers arrive as float64."""
    table, chosen = table_of(columns), Settings(**settings)
    plans = plan_columns(facts_of(table), table, labels or {}, chosen, intake_of(table, id_column), made=made or {})
    return {plan.column: plan for plan in plans}


def table_of(columns):
    return pa.table({name: as_column(values) for name, values in columns.items()})


def as_column(values):
    """Numbers as float64, as sources hand them over."""
    column = pa.array(values, from_pandas=True)
    return (
        column.cast(pa.float64()) if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) else column
    )


def plan(column, kind, **parts):
    """One building column."""
    label = parts.pop("label", Label(words_of(column)))
    return ColumnPlan(column, kind, kind, parts.pop("use", "builds"), "a test", label, **parts)
