"""Effect sizes and p values against SciPy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portraits import grouping_of, subject_of

from ilk.features.plans import Label
from ilk.profile.describe import describe_solutions
from ilk.profile.descriptors import cramers_v, eta_squared, holm


def described(rng, n, labels, **settings):
    age = np.where(rng.random(n) < 0.1, None, np.round(40 + 8 * (labels == 0) + rng.normal(0, 9, n), 1)).tolist()
    region = np.where(labels == 1, rng.choice(["north", "south"], n, p=[0.7, 0.3]), rng.choice(["north", "south"], n))
    gender = rng.choice(["m", "f"], n).tolist()
    spend = (rng.lognormal(3, 1, n) * (1 + labels)).tolist()
    columns = {
        "spend": spend,
        "visits": rng.poisson(3, n).tolist(),
        "age": age,
        "region": region.tolist(),
        "gender": gender,
    }
    subject = subject_of(columns, **settings)
    return subject, describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0]


def test_effects_and_p_values_are_those_of_scipy_and_statsmodels():
    from scipy import stats
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 600)
    subject, solution = described(rng, 600, labels)
    found = {d.column: d for d in solution.descriptors}
    assert set(found) == {"age", "region", "gender"}
    age = subject.table.column("age").to_numpy(zero_copy_only=False)
    groups = [age[(labels == j) & ~np.isnan(age)] for j in range(3)]
    whole = np.concatenate(groups)
    between = sum(len(g) * (g.mean() - whole.mean()) ** 2 for g in groups)
    assert found["age"].effect == pytest.approx(between / ((whole - whole.mean()) ** 2).sum(), rel=1e-6)
    p = {"age": stats.f_oneway(*groups).pvalue}
    for column in ("region", "gender"):
        texts = np.array(subject.table.column(column).to_pylist())
        table = np.array([[(texts[labels == j] == level).sum() for level in sorted(set(texts))] for j in range(3)])
        assert found[column].effect == pytest.approx(stats.contingency.association(table, method="cramer"), rel=1e-9)
        p[column] = stats.chi2_contingency(table, correction=False).pvalue
    expected = multipletests([p[c] for c in ("age", "region", "gender")], method="holm")[1]
    assert [found[c].p for c in ("age", "region", "gender")] == pytest.approx(expected, rel=1e-6)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(p):
    from statsmodels.stats.multitest import multipletests

    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))


def test_no_p_values_from_five_thousand_customers_on():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, 5000)
    _, solution = described(rng, 5000, labels)
    assert [d.p for d in solution.descriptors] == [None] * 3


def test_what_built_the_segments_is_never_tested():
    rng = np.random.default_rng(2)
    _, solution = described(rng, 300, rng.integers(0, 2, 300))
    assert not {"spend", "visits"} & {d.column for d in solution.descriptors}


def test_the_strongest_comes_first_and_is_told():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 2, 2000)
    _, solution = described(rng, 2000, labels)
    assert solution.descriptors[0].column == "age"
    assert solution.segments[0].persona.descriptors[0].startswith("age 4")
    assert "(everyone: 4" in solution.segments[0].persona.descriptors[0]


def test_by_hand():
    """Groups 1, 3 and 5, 7: means 2 and 6, between 16, total 20."""
    sums = np.array([[2, 0, 4, 0, 10], [2, 0, 12, 0, 74]])
    assert eta_squared(sums).effect == pytest.approx(0.8)
    assert cramers_v(np.array([[10, 0], [0, 10]])).effect == pytest.approx(1.0)
    assert cramers_v(np.array([[10, 10], [10, 10]])).effect == pytest.approx(0.0)


def test_nothing_to_measure():
    assert eta_squared(np.array([[5, 0, 5, 0, 5]])) is None
    assert eta_squared(np.array([[2, 0, 2, 0, 2], [2, 0, 2, 0, 2]])) is None
    assert cramers_v(np.array([[5, 3], [0, 0]])) is None


def test_small_levels_are_not_told():
    """A level of three customers appears nowhere in the words."""
    rng = np.random.default_rng(4)
    labels = np.arange(300) % 2
    region = ["north", "south"] * 148 + ["nowhere"] * 3 + ["north"]
    subject = subject_of(
        {"spend": rng.lognormal(3, 1, 300).tolist(), "visits": rng.poisson(3, 300).tolist(), "region": region},
        {"region": Label("region")},
    )
    assert "nowhere" not in repr(describe_solutions(subject, [grouping_of(subject, labels)]))


def test_of_two_levels_what_they_are_is_told_not_what_they_are_not():
    """88 % women, and not 12 % men, where everybody else is the other way round."""
    labels = np.repeat([0, 1], [300, 200])
    gender = np.where(np.arange(500) % 25 < 3 + 14 * labels, "male", "female").tolist()
    visits, spend = np.arange(500) % 5, np.arange(500) % 7 + 20.0 * labels
    subject = subject_of({"spend": spend.tolist(), "visits": visits.tolist(), "gender": gender})
    segments = describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0].segments
    assert segments[0].persona.descriptors == ("88 % gender “female” (everyone: 66 %)",)
    assert segments[1].persona.descriptors == ("68 % gender “male” (everyone: 34 %)",)


@pytest.mark.parametrize(("women", "said"), [(0.9, True), (0.6, False)])
def test_what_nearly_all_are_is_said_in_the_sentence(women, said):
    """A segment nearly all of women says so, with everyone's share; a slight leaning is told elsewhere."""
    labels = np.repeat([0, 1], 200).astype(np.int32)
    share = np.tile(np.arange(200) / 200, 2)
    gender = np.where(np.where(labels == 0, share < women, share < 1 - women), "female", "male")
    columns = {"spend": 10.0 + 40.0 * (labels == 0) + share, "visits": share * 9, "gender": gender}
    subject = subject_of({name: values.tolist() for name, values in columns.items()})
    solution = describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0]
    sentences = [segment.persona.sentence for segment in solution.segments]
    told = [f"Beside what built it: 90 % gender “{own}” (everyone: 50 %)." for own in ("female", "male")]
    assert [own in text for own, text in zip(told, sentences, strict=True)] == [said, said]
    assert ("gender" in "".join(sentences)) == said
    facts = [dict(segment.persona.facts) for segment in solution.segments]
    shares = [own.get(f"share gender={level}") for own, level in zip(facts, ("female", "male"), strict=True)]
    assert shares == ([0.9, 0.9] if said else [None, None])
