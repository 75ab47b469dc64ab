"""Small studies for tests of the profile: a table, its plans and recipe, and labels given by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ilk.cluster.scorer import ByCentres
from ilk.features.labels import made_label, read_labels
from ilk.features.plans import Label
from ilk.features.recipe import apply, fit_recipe
from ilk.features.roles import plan_columns
from ilk.features.themes import find_themes
from ilk.profile.describe import Grouping
from ilk.profile.ready import Subject
from ilk.settings import FIT_SAMPLE, Settings
from ilk.sources.open import open_source
from ilk.sources.sampling import in_hash_order
from ilk.sources.source import ColumnFacts, Intake


def facts_of(name: str, column: pa.ChunkedArray) -> ColumnFacts:
    """The totals a source would give, from the values themselves."""
    values = [value for value in column.to_pylist() if value is not None]
    kinds = {"string": "text", "bool": "flag", "date32[day]": "date"}
    kind = kinds.get(str(column.type), "number")
    first = date(1970, 1, 1)
    numbers = [float((v - first).days if kind == "date" else v) for v in values] if kind != "text" else []
    counts: dict[str, int] = {}
    for value in values:
        text = f"{value:g}" if kind == "number" else str(value).lower() if kind == "flag" else str(value)
        counts[text] = counts.get(text, 0) + 1
    levels = tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))) if len(counts) <= 60 else ()
    return ColumnFacts(
        column=name,
        kind=kind,
        n=len(column),
        n_missing=column.null_count,
        n_distinct=len(counts),
        n_zero=sum(value == 0 for value in numbers),
        n_negative=sum(value < 0 for value in numbers),
        minimum=min(numbers, default=None),
        maximum=max(numbers, default=None),
        whole=all(value.is_integer() for value in numbers),
        spoiled=0,
        levels=levels,
    )


def subject_of(columns: dict[str, Sequence[Any]], labels: dict[str, Label] | None = None, **settings: Any) -> Subject:
    """A subject from columns of plain values, None where blank; rows are in hash order as they stand."""
    table = pa.table({name: pa.array(list(values)) for name, values in columns.items()})
    chosen = Settings(**settings)
    facts = tuple(facts_of(name, table.column(name)) for name in table.column_names)
    words = {name: made_label(name) for name in table.column_names} | (labels or {})
    intake = Intake("test", len(table), len(table), 0, 0, None, None)
    fitted = fit_recipe(table, plan_columns(facts, table, words, chosen, intake), chosen, facts)
    return Subject(
        table=table,
        plans=fitted.plans,
        facts=facts,
        recipe=fitted.recipe,
        matrix=apply(fitted.recipe, table),
        order=np.arange(len(table)),
        themes=(),
        identities=fitted.identities,
        settings=chosen,
        fingerprint="fingerprint",
    )


def grouping_of(subject: Subject, labels: Sequence[int] | np.ndarray, k: int | None = None) -> Grouping:
    """The grouping with these labels; centres are the means of the answered features."""
    own = np.asarray(labels, dtype=np.int32)
    k = int(own.max()) + 1 if k is None else k
    matrix = subject.matrix.astype(np.float64)
    filled = ~np.isnan(matrix)
    values = np.where(filled, matrix, 0.0)
    centres = np.stack([values[own == j].sum(axis=0) / np.maximum(filled[own == j].sum(axis=0), 1) for j in range(k)])
    centres = np.floor(centres * 65536 + 0.5) / 65536
    apart = np.stack([(np.where(filled, values - c, 0.0) ** 2).sum(axis=1) for c in centres], axis=1)
    rows = np.arange(len(own))
    d1 = apart[rows, np.maximum(own, 0)].copy()
    apart[rows, np.maximum(own, 0)] = np.inf
    return Grouping(k, ByCentres(centres), own, d1, apart.argmin(axis=1).astype(np.int32))


def real_subject(path: Path, **settings: Any) -> Subject:
    """A real file, planned and coded as a study would."""
    chosen = Settings(**settings)
    source = open_source(path, chosen)
    table = pa.Table.from_batches(list(source.batches()))
    facts = source.facts()
    order = np.asarray(in_hash_order(source.hashes(), source.ids(), FIT_SAMPLE))
    sample = table.take(pa.array(order))
    labels = read_labels(None, path, [fact.column for fact in facts])
    fitted = fit_recipe(sample, plan_columns(facts, sample, labels, chosen, source.intake), chosen, facts)
    subject = Subject(
        table=table,
        plans=fitted.plans,
        facts=tuple(facts),
        recipe=fitted.recipe,
        matrix=apply(fitted.recipe, table),
        order=order,
        themes=find_themes(sample, fitted.plans),
        identities=fitted.identities,
        settings=chosen,
        fingerprint=path.name,
    )
    source.close()
    return subject


def real_grouping(subject: Subject, k: int) -> Grouping:
    """Segments of all customers at one k, numbered by size; scikit-learn's, so that only the profile is tested."""
    from sklearn.cluster import KMeans

    found = KMeans(k, n_init=2, random_state=0).fit(np.nan_to_num(subject.matrix)).labels_
    rank = np.argsort(np.argsort(-np.bincount(found), kind="stable"))
    return replace(grouping_of(subject, rank[found]), slsw=(0.8,) * k)
