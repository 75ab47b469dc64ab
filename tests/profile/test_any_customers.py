"""Whatever the table, segments are told apart in words, and nothing breaks."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from portraits import facts_of, grouping_of, subject_of

from ilk.errors import BadInput
from ilk.features.labels import made_label
from ilk.features.plans import ColumnPlan, Label
from ilk.features.recipe import feature_columns
from ilk.profile.describe import describe_solutions
from ilk.profile.effects import answer_style_note
from ilk.profile.map import fit_map
from ilk.profile.phrases import more_or_less
from ilk.profile.segments import distance_quantiles, neighbours
from ilk.profile.words import words_for


def drawn_column(kind, rng, n, labels):
    shift = labels * rng.normal(0, 1)
    if kind == "amount":
        values = np.round(rng.lognormal(3 + shift, 1) * (rng.random(n) < 0.7), 2)
    elif kind == "signed":
        values = np.round(rng.normal(shift * 50, 30), 2)
    elif kind == "count":
        values = rng.poisson(np.exp(np.clip(1 + shift, -2, 4)))
    elif kind == "share":
        values = np.round(1 / (1 + np.exp(-rng.normal(shift, 1))), 3)
    elif kind == "constant":
        values = np.ones(n)
    elif kind == "flag":
        return [bool(v) for v in rng.random(n) < 1 / (1 + np.exp(-shift))]
    elif kind == "yes":
        return np.where(rng.random(n) < 1 / (1 + np.exp(-shift)), "yes", "no").tolist()
    else:
        return rng.choice(["basic", "plus", "pro_2", "x y"], n, p=[0.5, 0.3, 0.15, 0.05]).tolist()
    return [v.item() for v in values]


KINDS = ["amount", "signed", "count", "share", "constant", "flag", "yes", "level"]
NAMES = [
    "spend",
    "visits",
    "has_app",
    "is_member",
    "plan",
    "MntTea",
    "x_1",
    "ORDERS_FREQUENCY",
    "age",
    "region",
    "Q 3?",
]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(KINDS)), min_size=1, max_size=6, unique_by=lambda c: c[0]
    ),
    st.integers(20, 260),
    st.integers(1, 6),
    st.floats(0, 0.6),
    st.integers(0, 2**31 - 1),
)
def test_any_table_is_described(columns, n, k, blank, seed):
    rng = np.random.default_rng(seed)
    labels = rng.choice(k, n, p=rng.dirichlet(np.ones(k)))
    table = {}
    for name, kind in columns:
        values = drawn_column(kind, rng, n, labels)
        table[name] = [
            None if gone else v for v, gone in zip(values, rng.random(n) < blank * rng.random(), strict=True)
        ]
    try:
        subject = subject_of(table)
    except BadInput:
        assume(False)
    grouping = grouping_of(subject, labels, k)
    described = describe_solutions(subject, [grouping], chosen_k=k)
    solution = described.solutions[0]
    names = [segment.persona.name for segment in solution.segments]
    assert len(set(names)) == k
    for segment in solution.segments:
        assert not re.search(r"[\d_]", segment.persona.name)
        assert len(segment.persona.name) <= 40
        assert "_" not in re.sub("“[^”]*”", "", segment.persona.sentence)
        assert (segment.size < 10) == (segment.persona.name.startswith("Too few to describe"))
        assert "nan" not in repr(segment)
    assert {theme for s in solution.segments for theme in (m.theme for m in s.persona.markers)} <= set(
        range(len(solution.themes))
    )
    shown = fit_map(subject.matrix, feature_columns(subject.recipe), subject.plans, recipe=subject.recipe)
    assert len(shown.axes) == subject.matrix.shape[1]


def test_answer_style_by_hand():
    """Half of the respondents answer 2 to all items, half 4: all of the difference is how high they answer."""
    labels = np.arange(200) % 2
    rng = np.random.default_rng(0)
    items = {f"item {c}": np.clip(2 + 2 * labels + rng.integers(-1, 2, 200), 1, 5).tolist() for c in "abcde"}
    items["item a"][:5] = [1, 2, 3, 4, 5]
    solution = describe_solutions(subject_of(items), [grouping_of(subject_of(items), labels)]).solutions[0]
    assert [note.code for note in solution.notes] == ["answer-style"]
    assert re.match(r"(Over )?99 %|100 %", solution.notes[0].text)
    assert answer_style_note(None) == ()
    assert answer_style_note(0.2)[0].code == "answer-style-share"
    assert answer_style_note(1e-9)[0].text.startswith("Under 0.1 %")


def test_a_column_nobody_answered_is_left_alone():
    subject = subject_of({"spend": [None] * 60, "visits": list(range(60)), "calls": [1, 2, 5] * 20})
    solution = describe_solutions(subject, [grouping_of(subject, np.arange(60) // 30)]).solutions[0]
    assert solution.segments[0].persona.name != solution.segments[1].persona.name


def test_distances_end_where_ten_customers_are():
    distances = np.arange(100.0)
    found = distance_quantiles(distances, np.zeros(100, dtype=np.int32), 10)
    assert len(found) == 101
    assert (found[0], found[50], found[100]) == (9.0, 49.5, 90.0)
    assert distance_quantiles(distances[:5], np.zeros(5, dtype=np.int32), 10) == ()


def test_neighbours_by_hand():
    """Customers of the first segment turn to the second; nobody of the third says, so its nearest centre counts."""
    centres = np.array([[0.0], [5.0], [6.0]])
    labels = np.array([0, 0, 0, 1, -1], dtype=np.int32)
    runner_up = np.array([1, 1, 2, 0, 2], dtype=np.int32)
    assert neighbours(centres, labels, runner_up) == ((2, 3), (1, 1), (2, 1))


@pytest.mark.parametrize(
    ("name", "kind", "more", "less"),
    [
        ("CASH_ADVANCE", "amount", "more cash advances", "fewer cash advances"),
        ("MntWines", "amount", "higher wine spend", "lower wine spend"),
        ("BALANCE", "amount", "higher balances", "lower balances"),
        ("rock", "count", "more rock", "less rock"),
        ("opera", "ordered", "higher on opera", "lower on opera"),
        ("has_app", "flag", "more often with app", "less often with app"),
        ("TENURE", "number", "longer tenure", "shorter tenure"),
        ("Recency", "number", "not seen lately", "seen recently"),
        ("first_order", "date", "later first order", "earlier first order"),
    ],
)
def test_ends_of_a_direction(name, kind, more, less):
    words = words_for(ColumnPlan(name, kind, kind, "builds", "told", made_label(name)))
    assert more_or_less(words, kind, "", more=True) == more
    assert more_or_less(words, kind, "", more=False) == less


def test_ordered_texts_make_rules_of_their_steps():
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 2
    steps = ("low", "mid", "high")
    sizes = np.where(
        labels == 1, rng.choice(steps, 300, p=[0.05, 0.15, 0.8]), rng.choice(steps, 300, p=[0.7, 0.25, 0.05])
    )
    subject = subject_of(
        {"size": sizes.tolist(), "visits": rng.poisson(3, 300).tolist()}, {"size": Label("size", order=steps)}
    )
    solution = describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0]
    conditions = [c for s in solution.segments for r in s.persona.rules for c in r.conditions if c.column == "size"]
    assert {c.operator for c in conditions} == {"is"}
    assert all(set(c.levels) < set(steps) for c in conditions)
    assert any("“low”" in rule.text for s in solution.segments for rule in s.persona.rules)


def test_dates_are_described_in_days():
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=i * 3) for i in range(120)]
    subject = subject_of({"spend": list(np.arange(120) * 1.5), "joined": days, "visits": [i % 5 for i in range(120)]})
    described = describe_solutions(subject, [grouping_of(subject, np.arange(120) // 60)])
    joined = next(column for column in described.columns if column.plan.column == "joined")
    assert joined.plan.kind == "date"
    assert joined.everyone.mean == pytest.approx(np.mean([(day - dt.date(1970, 1, 1)).days for day in days]))
    told = next(d for d in described.solutions[0].descriptors if d.column == "joined")
    assert told.text == "joined differs between segments"


def test_facts_helper_counts_like_a_source():
    import pyarrow as pa

    facts = facts_of("x", pa.chunked_array([pa.array([1, 1, 2, None])]))
    assert (facts.n, facts.n_missing, facts.n_distinct, facts.levels) == (4, 1, 2, (("1", 2), ("2", 1)))
