"""Laws for tables nobody foresaw: from totals to features without a surprise."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_tables import facts_of, intake_of

from ilk.errors import IlkError
from ilk.features.advice import sample_size
from ilk.features.laid_out import laid_out
from ilk.features.missing import explain_gaps, gap_notes
from ilk.features.recipe import (
    answered,
    apply,
    blank_columns,
    feature_columns,
    fit_recipe,
    square_weights,
    unseen,
)
from ilk.features.roles import plan_columns, plan_notes
from ilk.features.themes import correlate, double_notes, find_themes
from ilk.features.transforms import numbers
from ilk.settings import Settings

NAMES = st.text(min_size=1, max_size=12)


@st.composite
def tables(draw):
    """A table of 0 to 40 rows and 1 to 6 columns of any kind, with gaps."""
    n = draw(st.integers(0, 40))
    kinds = st.sampled_from(["any", "small", "flag", "bool", "code", "text", "date"])
    values = {
        "any": (pa.float64(), st.floats(allow_nan=False, allow_infinity=False)),
        "small": (pa.float64(), st.integers(-2, 9).map(float)),
        "flag": (pa.float64(), st.sampled_from([0.0, 1.0])),
        "bool": (pa.bool_(), st.booleans()),
        "code": (pa.string(), st.sampled_from(["a", "b", "a;b", "a, b", "x@y.zz", "+49 30 123456"])),
        "text": (pa.string(), st.text(max_size=8)),
        "date": (pa.date32(), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))),
    }
    columns = {}
    for name in draw(st.lists(NAMES, min_size=1, max_size=6, unique=True)):
        kind, drawn = values[draw(kinds)]
        cells = draw(st.lists(st.one_of(st.none(), drawn) if draw(st.booleans()) else drawn, min_size=n, max_size=n))
        columns[name] = pa.array(cells, kind)
    return pa.table(columns)


@given(tables())
@settings(deadline=None, max_examples=80)
def test_any_table_becomes_features_or_is_refused_in_words(table):
    """Every column has a plan, every feature is a multiple of 2^-16, and nothing warns."""
    facts = facts_of(table)
    plans = plan_columns(facts, table, {}, Settings(), intake_of(table))
    assert [plan.column for plan in plans] == table.column_names
    plan_notes(plans)
    try:
        fitted = fit_recipe(table, plans, Settings(), facts)
    except IlkError:
        return
    matrix = apply(fitted.recipe, table)
    assert matrix.shape == (table.num_rows, len(feature_columns(fitted.recipe)))
    known = matrix[~np.isnan(matrix)].astype(np.float64)
    assert (np.abs(known) < 256).all()
    assert (known * 65536 == np.round(known * 65536)).all()
    share = answered(matrix, square_weights(fitted.recipe))
    assert ((share >= 0) & (share <= 1)).all()
    unseen(fitted.recipe, table)
    correlated = correlate(table, fitted.plans)
    assert (np.abs(correlated.values) <= 1).all()
    assert sorted(c for t in find_themes(table, fitted.plans, correlated) for c in t.columns) == sorted(
        p.column for p in fitted.plans if p.use == "builds"
    )
    double_notes(correlated, fitted.plans)
    gap_notes(explain_gaps(table, fitted.plans), fitted.plans)
    sample_size(table.num_rows, fitted.plans, correlated)


@given(tables(), st.sampled_from(["skip", "zero", "flag"]), st.sampled_from(["auto", "standard"]))
@settings(deadline=None, max_examples=80)
def test_a_recipe_laid_out_in_arrays_makes_the_same_features(table, blanks, transform):
    """Bit for bit what `apply` makes column by column, and the same answers count as blank."""
    told, facts = Settings(transform=transform), facts_of(table)
    plans = plan_columns(facts, table, {}, told, intake_of(table))
    plans = tuple(replace(p, missing=blanks) if p.kind != "category" else p for p in plans)
    try:
        recipe = fit_recipe(table, plans, told, facts).recipe
    except IlkError:
        return
    ready = laid_out(recipe)
    values = np.array([numbers(table[c]) for c in ready.numeric]).reshape(-1, table.num_rows)
    before = values.copy()
    matrix, blank = ready.features_of(values, {c: table[c] for c in ready.textual})
    want = apply(recipe, table)
    assert np.array_equal(matrix, want, equal_nan=True)
    assert np.array_equal(np.signbit(matrix), np.signbit(want))
    assert np.array_equal(blank, blank_columns(recipe, table, want))
    assert np.array_equal(values, before, equal_nan=True)


@given(tables(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_any_order_of_rows_gives_the_same_recipe(table, random):
    rows = list(range(table.num_rows))
    random.shuffle(rows)
    plans = plan_columns(facts_of(table), table, {}, Settings(), intake_of(table))
    shuffled = table.take(pa.array(rows, pa.int64()))
    assert plan_columns(facts_of(shuffled), shuffled, {}, Settings(), intake_of(table)) == plans
    try:
        fitted = fit_recipe(table, plans, Settings())
    except IlkError:
        return
    assert fit_recipe(shuffled, plans, Settings()) == fitted
