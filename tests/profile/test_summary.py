"""Counts and sums are exact, whatever the order or the parts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portraits import subject_of

from ilk.profile.cells import cells_for
from ilk.profile.summary import (
    Groupings,
    Layout,
    Summary,
    cut_by,
    grouped_quantiles,
    mean_and_deviation,
    measure,
    ranked,
    summarise,
)


def study(seed, n=400):
    rng = np.random.default_rng(seed)
    blank = rng.random(n) < 0.1
    amounts = [
        None if b else float(a) for a, b in zip(rng.lognormal(5, 2, n) * (rng.random(n) < 0.7), blank, strict=True)
    ]
    levels = [None if x == "d" else str(x) for x in rng.choice(list("abcd"), n)]
    subject = subject_of({"spend": amounts, "visits": rng.poisson(3, n).tolist(), "plan": levels})
    cells = tuple(
        cells_for(plan, facts, subject.table.column(plan.column), 10)
        for plan, facts in zip(subject.plans, subject.facts, strict=True)
    )
    return subject, Layout(cells), rng.integers(-1, 3, n).astype(np.int32)


def total(layout, table, labels):
    return summarise(layout, measure(layout, table), Groupings.of([(labels, 3)]))[0]


def same(one, other):
    return all(np.array_equal(getattr(one, part), getattr(other, part)) for part in ("sizes", "sums", "cells"))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 399))
def test_parts_add_up_to_the_whole(seed, at):
    """Two batches counted apart and added are the table counted at once, bit for bit."""
    subject, layout, labels = study(seed)
    parts = total(layout, subject.table.slice(0, at), labels[:at]) + total(layout, subject.table.slice(at), labels[at:])
    assert same(parts, total(layout, subject.table, labels))
    assert same(Summary.zero(layout, 3) + parts, parts)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_no_order_of_customers_changes_a_sum(seed):
    subject, layout, labels = study(seed)
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    assert same(
        total(layout, subject.table, labels), total(layout, subject.table.take(pa.array(shuffled)), labels[shuffled])
    )


def test_a_summary_survives_arrow():
    subject, layout, labels = study(1)
    whole = total(layout, subject.table, labels)
    assert same(Summary.from_arrow(whole.to_arrow()), whole)
    assert same(whole.together().together(), whole.together())


def test_several_groupings_at_once_are_each_by_itself():
    subject, layout, labels = study(4)
    other = np.random.default_rng(5).integers(-1, 5, len(labels)).astype(np.int32)
    measured = measure(layout, subject.table)
    both = summarise(layout, measured, Groupings.of([(labels, 3), (other, 5)]))
    apart = [summarise(layout, measured, Groupings.of([each]))[0] for each in ((labels, 3), (other, 5))]
    assert all(same(one, two) for one, two in zip(both, apart, strict=True))
    assert both[0].cells.sum() > 0


def test_sums_are_those_of_numpy():
    subject, layout, labels = study(2)
    whole = total(layout, subject.table, labels)
    values = subject.table.column("spend").to_numpy(zero_copy_only=False)
    for group in range(3):
        own = values[(labels == group) & ~np.isnan(values)]
        mean, deviation = mean_and_deviation(whole.sums[group, 0], layout.cells[0].unit)
        assert mean == pytest.approx(own.mean(), rel=1e-8)
        assert deviation == pytest.approx(own.std(), rel=1e-6)
        assert whole.sums[group, 0, 1] == (own == 0).sum()
    start, stop = layout.starts[2:4]
    assert layout.cells[2].levels == ("a", "b", "c") or set(layout.cells[2].levels) == set("abc")
    assert whole.cells[:, start:stop].sum() == sum(
        label >= 0 and plan is not None
        for label, plan in zip(labels, subject.table.column("plan").to_pylist(), strict=True)
    )


def test_a_constant_has_no_deviation():
    sums = np.array([5, 0, 35, 0, 5 * 49])
    assert mean_and_deviation(sums, 0.5) == (3.5, 0.0)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.one_of(st.none(), st.floats(-1e6, 1e6)), st.integers(-1, 3)), min_size=1, max_size=60))
def test_quantiles_are_those_of_numpy(rows):
    values = np.array([np.nan if value is None else value for value, _ in rows])
    labels = np.array([label for _, label in rows], dtype=np.int32)
    found, sizes = grouped_quantiles(ranked(values), cut_by(labels, 4), (0.05, 0.5, 0.95))
    for group in range(4):
        own = values[(labels == group) & ~np.isnan(values)]
        assert sizes[group] == own.size
        expected = np.quantile(own, (0.05, 0.5, 0.95)) if own.size else np.full(3, np.nan)
        np.testing.assert_allclose(found[group], expected, rtol=1e-9, atol=1e-9)


def test_an_empty_group_counts_nothing():
    subject, layout, labels = study(3)
    labels = np.where(labels == 1, 0, labels).astype(np.int32)
    whole = total(layout, subject.table, labels)
    assert whole.sizes[1] == 0
    assert not whole.sums[1].any()
    assert not whole.cells[1].any()
