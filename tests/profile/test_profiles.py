"""A column in a segment: figures by hand, and what is hidden."""

from __future__ import annotations

import numpy as np
import pytest
from portraits import grouping_of, subject_of

from ilk.profile.columns import bare_summary, value_column
from ilk.profile.describe import describe_solutions

SPEND = [0.0] * 20 + [10.0] * 20 + [100.0] * 20 + [1000.0] * 20
"""Four steps of twenty customers."""


def solved(columns, labels, **settings):
    subject = subject_of(columns, **settings)
    described = describe_solutions(subject, [grouping_of(subject, labels)])
    return described, described.solutions[0]


def test_figures_by_hand():
    described, solution = solved({"spend": SPEND, "visits": list(range(80))}, [0] * 40 + [1] * 40)
    own = solution.segments[1].profile("spend")
    everyone = described.columns[0].everyone
    assert (own.n, own.n_missing, own.n_zero) == (40, 0, 0)
    assert own.mean == pytest.approx(550.0)
    assert own.deviation == pytest.approx(450.0)
    assert own.median == pytest.approx(550.0)
    assert own.total == pytest.approx(22_000.0)
    assert solution.segments[0].profile("spend").n_zero == 20
    assert everyone.mean == pytest.approx(277.5)
    assert everyone.n_zero == 20
    assert (described.columns[0].levels, everyone.levels) == (("0", "10", "100", "1000"), (20, 20, 20, 20))
    assert dict(solution.segments[1].value_share)["spend"] == pytest.approx(22_000 / 22_200)


def test_d_is_in_standard_deviations_of_everyone():
    _, solution = solved({"spend": SPEND, "visits": list(range(80))}, [0] * 40 + [1] * 40)
    log = np.log1p(np.array(SPEND) / np.median([v for v in SPEND if v > 0]))
    expected = (log[40:].mean() - log.mean()) / log.std()
    assert solution.segments[1].profile("spend").d == pytest.approx(expected, abs=2e-3)


def test_a_total_that_weighs_nothing_is_compared_too():
    rng = np.random.default_rng(0)
    a, b = rng.lognormal(3, 1, 200).round(2), rng.lognormal(3, 1, 200).round(2)
    described, solution = solved({"web": a.tolist(), "shop": b.tolist(), "total": (a + b).tolist()}, np.arange(200) % 2)
    assert described.columns[2].plan.weight == 0.0
    assert solution.segments[0].profile("total").d is not None
    assert described.value_column == "total"


def test_quantiles_stand_back_where_they_are_one_persons():
    """Of 80 customers 5 % are 4: the outer quantiles would be about fewer than ten."""
    described, solution = solved({"spend": SPEND, "visits": list(range(80))}, [0] * 40 + [1] * 40)
    assert solution.segments[0].profile("spend").low is None
    assert described.columns[0].everyone.median == 55.0


def test_a_segment_of_nine_says_nothing_and_takes_the_next_with_it():
    rng = np.random.default_rng(1)
    labels = np.array([0] * 200 + [1] * 60 + [2] * 9)
    _, solution = solved({"spend": rng.lognormal(3, 1, 269).tolist(), "visits": rng.poisson(4, 269).tolist()}, labels)
    big, middle, tiny = solution.segments
    assert big.profile("spend").mean is not None
    assert tiny.persona.name == "Too few to describe"
    assert tiny.persona.markers == tiny.value_share == ()
    for silent in (middle, tiny):
        assert all(p.mean is None and p.total is None and p.d is None for p in silent.profiles)
        assert all(n is None for p in silent.profiles for n in (*p.bins, *p.levels))
    assert middle.persona.name != "Too few to describe"
    assert middle.persona.sentence == "About 60 customers (22 %)."


def test_blanks_of_a_segment_are_rounded():
    spend = [None] * 7 + [5.0] * 33 + [None] * 16 + [9.0] * 24
    _, solution = solved({"spend": spend, "visits": list(range(80))}, [0] * 40 + [1] * 40)
    profiles = [segment.profile("spend") for segment in solution.segments]
    assert [(p.n, p.n_missing) for p in profiles] == [(30, 10), (20, 20)]


def test_a_column_hardly_anybody_of_a_segment_answered_is_left_out():
    spend = [5.0, 6.0] * 20 + [None] * 36 + [9.0] * 4
    _, solution = solved({"spend": spend, "visits": list(range(80))}, [0] * 40 + [1] * 40)
    assert all(segment.profile("spend").mean is None for segment in solution.segments)


def test_the_mean_of_a_rare_yes_is_rounded_with_its_count():
    app = [True] * 3 + [False] * 97 + [True] * 60 + [False] * 40
    _, solution = solved({"app": app, "visits": list(range(200))}, [0] * 100 + [1] * 100)
    assert solution.segments[0].profile("app").mean == 0.0
    assert solution.segments[0].profile("app").levels == (None, None)


def test_extremes_and_rare_values_leave_the_facts():
    described, _ = solved(
        {"spend": [*SPEND[:-1], 99_999.0], "visits": [0] * 40 + list(range(1, 41))}, [0] * 40 + [1] * 40
    )
    spend, visits = (column.facts for column in described.columns)
    assert (spend.minimum, spend.maximum) == (0.0, None)
    assert (visits.minimum, visits.maximum) == (0.0, None)
    assert all(n >= 10 for _, n in (*spend.levels, *visits.levels))


def test_contacts_are_only_mentioned():
    mails = [f"person{i}@example.com" for i in range(80)]
    described, solution = solved({"email": mails, "spend": SPEND, "visits": list(range(80))}, [0] * 40 + [1] * 40)
    email = described.columns[0]
    assert email == bare_summary(email.plan, email.facts)
    assert email.facts.levels == email.levels == email.edges == ()
    assert "email" not in {profile.column for profile in solution.segments[0].profiles}
    assert "example.com" not in repr(described)


def test_one_segment_is_everyone():
    described, solution = solved({"spend": SPEND, "visits": list(range(80))}, [0] * 80)
    assert solution.segments[0].profile("spend").mean == described.columns[0].everyone.mean
    assert solution.segments[0].persona.name == "Middle of the road"
    assert solution.fidelity is None
    assert solution.segments[0].nearest is None


def test_rejected_customers_are_not_among_everyone():
    described, solution = solved({"spend": SPEND, "visits": list(range(80))}, [0] * 40 + [1] * 20 + [-1] * 20)
    assert described.columns[0].everyone.n == 60
    assert described.columns[0].everyone.mean == pytest.approx((200 + 2000) / 60)
    assert [segment.size for segment in solution.segments] == [40, 20]


@pytest.mark.parametrize(
    ("columns", "value"),
    [
        ({"income": SPEND, "balance": SPEND}, "income"),
        ({"balance": SPEND, "web_sales": SPEND, "sales": SPEND}, "sales"),
        ({"visits": list(range(80)), "age": list(range(80))}, None),
    ],
)
def test_the_value_column(columns, value):
    subject = subject_of({name: [v + i for i, v in enumerate(values)] for name, values in columns.items()})
    assert value_column(subject.plans, subject.facts, ()) == value
