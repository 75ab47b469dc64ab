"""Histograms have round edges, levels are nobody's own, and every customer falls into one cell."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portraits import facts_of, subject_of

from ilk.features.labels import made_label
from ilk.features.plans import ColumnPlan, Label
from ilk.profile.cells import cells_for, codes_of, common_levels, values_of


def cells_of(values, kind, role=None, *, label=None, min_group=10):
    column = pa.chunked_array([pa.array(values)])
    plan = ColumnPlan("x", role or kind, kind, "builds", "told", label or made_label("x"))
    return cells_for(plan, facts_of("x", column), column, min_group), column


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.one_of(st.just(0.0), st.floats(-1e7, 1e7), st.floats(0, 3)), min_size=30, max_size=200),
    st.sampled_from(["amount", "count", "share", "number"]),
)
def test_every_bin_holds_ten_and_every_answer_has_one(values, kind):
    cells, column = cells_of(values, kind)
    codes = codes_of(cells, column, values_of(cells, column))
    if len(cells.edges) < 2:
        return
    assert list(cells.edges) == sorted(set(cells.edges))
    told = np.array(values)
    apart = (told == 0) & cells.zero_apart
    assert ((codes < 0) == apart).all()
    counts = np.bincount(codes[codes >= 0], minlength=cells.n_discrete)
    assert len(counts) == len(cells.edges) - 1 <= 40
    assert counts.min() >= 10 or len(counts) == 1


def test_edges_are_round():
    cells, _ = cells_of((np.arange(1, 2001) / 7).tolist(), "number")
    assert all(edge == float(f"{edge:.3g}") for edge in cells.edges)


def test_wide_amounts_are_cut_at_growing_steps():
    cells, _ = cells_of(np.geomspace(1, 100_000, 900).tolist(), "amount")
    widths = np.diff(cells.edges)
    assert (widths[1:] >= widths[:-1] * 0.99).all()
    assert widths[-1] > 100 * widths[0]


def test_few_whole_values_are_counted_one_by_one():
    cells, column = cells_of([1, 2, 3, 3] * 20, "ordered")
    assert cells.levels == ("1", "2", "3")
    assert np.bincount(codes_of(cells, column, None)).tolist() == [20, 20, 40]


def test_ordered_texts_go_by_their_label():
    label = Label("size", order=("low", "mid", "high"))
    cells, column = cells_of(["high", "low", "mid", "low"] * 15, "ordered", label=label)
    assert cells.levels == ("low", "mid", "high")
    assert values_of(cells, column)[:4].tolist() == [2.0, 0.0, 1.0, 0.0]


def test_a_level_of_a_few_customers_is_pooled():
    cells, column = cells_of(["a"] * 50 + ["b"] * 30 + ["c"] * 9 + ["d"] * 5, "category")
    assert cells.levels == ("a", "b", "(other)")
    assert np.bincount(codes_of(cells, column, None)).tolist() == [50, 30, 14]


def test_a_pool_of_too_few_takes_the_next_level():
    """Nine of "(other)" would be about nine customers."""
    cells, _ = cells_of(["a"] * 50 + ["b"] * 30 + ["c"] * 9, "category")
    assert cells.levels == ("a", "(other)")


def test_a_column_where_everybody_is_different_has_no_levels():
    cells, column = cells_of([f"text {i}" for i in range(100)], "category")
    assert cells.levels == ()
    assert (codes_of(cells, column, None) == -1).all()


@pytest.mark.parametrize("role", ["contact", "id", "text", "ignore"])
def test_values_of_a_person_are_not_looked_at(role):
    cells, _ = cells_of(["a"] * 50 + ["b"] * 50, "category", role)
    assert not cells.numeric
    assert cells.levels == cells.edges == ()


def test_common_levels_leave_out_rare_ones():
    column = pa.chunked_array([pa.array(["a"] * 20 + ["b"] * 12 + ["c"] * 3)])
    assert common_levels(facts_of("x", column), 10) == ("a",)


def test_flags_are_two_levels():
    subject = subject_of({"spend": list(range(40)), "app": [True, False] * 20})
    plan, facts = subject.plans[1], subject.facts[1]
    cells = cells_for(plan, facts, subject.table.column("app"), 10)
    assert cells.levels == ("false", "true")
    assert cells.flag
