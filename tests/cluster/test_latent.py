"""Latent class: the likelihood climbs, missing answers do not count, and stepmix finds nothing better."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.cluster import latent, latent_family, latent_passes
from ilk.cluster.answers import Answer, answer_starts
from ilk.cluster.latent import expected, fit_latent, score_answers
from ilk.cluster.latent_passes import Respondents, Starts, begin, carry_on
from ilk.cluster.soft import class_notes, entropy_r2, log_likelihood, overlap, posteriors
from ilk.errors import BadInput


def columns(levels, powers=None):
    """One coded column for each number of levels."""
    powers = [1.0] * len(levels) if powers is None else powers
    each = enumerate(zip(levels, powers, strict=True))
    return tuple(Answer(f"q{j}", j, 1, tuple(np.arange(1.0, n)), power) for j, (n, power) in each)


def respondents(seed, n=600, levels=(5, 5, 5, 3, 2, 4), k=3, gaps=0.05):
    """People of k planted classes, and the class of each."""
    rng = np.random.default_rng(seed)
    of = rng.integers(0, k, n)
    codes = np.empty((n, len(levels)), np.int16)
    for j, n_levels in enumerate(levels):
        theta = rng.dirichlet(np.full(n_levels, 0.4), k)
        codes[:, j] = (rng.random(n)[:, None] > theta.cumsum(axis=1)[of]).sum(axis=1).clip(0, n_levels - 1)
    codes[rng.random(codes.shape) < gaps] = -1
    return codes, of, columns(levels)


def scored(codes, fit):
    return score_answers(codes, fit.share_scores, fit.answer_scores, fit.starts)


def test_one_class_answers_as_everyone():
    """With one class theta are the shares of the answers given, worked out by hand."""
    codes = np.array([[0], [0], [0], [1], [-1]], np.int16)
    fit = fit_latent(codes, columns([2]), 1, seed=0)
    np.testing.assert_allclose(fit.probabilities, [[0.75, 0.25]])
    assert fit.log_likelihood == pytest.approx(3 * np.log(0.75) + np.log(0.25))
    assert fit.n_parameters == 1
    assert fit.bic == pytest.approx(-2 * fit.log_likelihood + np.log(5))


def test_two_groups_that_agree_on_nothing():
    """Ten who say no to all and thirty who say yes to all: the classes are those, and nobody is unsure."""
    codes = np.repeat(np.array([[0, 0, 0, 0], [1, 1, 1, 1]], np.int16), [10, 30], axis=0)
    fit = fit_latent(codes, columns([2] * 4), 2, seed=1)
    np.testing.assert_allclose(fit.totals, [30, 10], atol=1e-6)
    assert fit.log_likelihood == pytest.approx(30 * np.log(0.75) + 10 * np.log(0.25), abs=1e-6)
    assert fit.probabilities[0, 1] == pytest.approx((30 + 0.75) / 31)
    probabilities = posteriors(scored(codes, fit))
    assert probabilities[:10].argmax(axis=1).tolist() == [1] * 10
    assert entropy_r2(probabilities) > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("k", [2, 3, 4])
def test_likelihood_is_no_worse_than_that_of_stepmix(k):
    """At equal numbers of classes and starts, with missing answers."""
    stepmix = pytest.importorskip("stepmix").StepMix
    codes, _, coded = respondents(k, n=300, k=4)
    ours = fit_latent(codes, coded, k, seed=0, n_starts=10)
    known = np.where(codes < 0, np.nan, codes.astype(float))
    peer = stepmix(k, measurement="categorical_nan", n_init=10, random_state=0, progress_bar=0, abs_tol=1e-9)
    theirs = peer.fit(known).score(known) * len(known)
    assert ours.log_likelihood >= theirs - 1e-3
    assert ours.n_parameters == k - 1 + k * sum(answer.n_levels - 1 for answer in coded)


def test_planted_classes_are_found():
    """Three classes that answer differently are told apart by nearly everyone's answers."""
    codes, of, coded = respondents(5, n=900, levels=(5,) * 12)
    fit = fit_latent(codes, coded, 3, seed=0)
    label = scored(codes, fit).argmin(axis=1)
    table = np.bincount(of * 3 + label, minlength=9).reshape(3, 3)
    assert table.max(axis=1).sum() / len(codes) > 0.97


def test_likelihood_never_falls():
    """EM climbs with every pass."""
    codes, _, coded = respondents(2, n=200)
    data = Respondents.of(codes, coded, None, 1, None)
    start = begin(data, 3, 0, 1)
    reached = [carry_on(data, start, passes).likelihood[0] for passes in (1, 2, 5, 20, 100)]
    assert reached == sorted(reached)
    assert reached[-1] > reached[0] + 1.0


def test_children_of_one_solution_written_twice_are_that_solution():
    """Classes are paired by what they answer, whatever their order, so that a child has each of them once."""
    codes, _, coded = respondents(5, n=900, levels=(5,) * 12)
    fit = fit_latent(codes, coded, 3, seed=0)
    turned = [2, 0, 1]
    pair = Starts.new(np.stack([fit.totals, fit.totals[turned]]), np.stack([fit.counts, fit.counts[turned]]))
    for seed in range(8):
        child = latent_family._crossed(pair, fit.n, np.random.default_rng(seed))
        order = np.argsort(-child.totals[0])
        np.testing.assert_allclose(child.totals[0][order], fit.totals)
        np.testing.assert_allclose(child.counts[0][order], fit.counts)


def test_crossing_finds_likelier_classes_than_its_starts():
    """Many questions and more classes than stand apart: what starts reach by themselves is never better."""
    codes, _, coded = respondents(1, n=250, levels=(4,) * 30, k=9)
    data = Respondents.of(codes, coded, None, None, None)
    alone = carry_on(data, begin(data, 6, 0, 5 * latent_family.TRIED), 2000).likelihood
    crossed = fit_latent(codes, coded, 6, seed=0, n_starts=5).log_likelihood
    assert crossed > alone.max() + 1.0


def test_classes_looked_for_among_a_part_are_those_of_everybody(monkeypatch):
    """Found among some hundred customers and carried on with all: as likely as when looked for among all."""
    codes, _, coded = respondents(5, n=900, levels=(5,) * 12)
    whole = fit_latent(codes, coded, 3, seed=0)
    monkeypatch.setattr(latent, "LOOKED_AT", 150)
    part = fit_latent(codes, coded, 3, seed=0)
    assert part.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-3)
    np.testing.assert_allclose(part.totals, whole.totals, atol=0.1)


def test_likelihood_is_that_of_the_scores():
    """What is published gives each customer the likelihood that was fitted, but for rounding and the one customer."""
    codes, _, coded = respondents(3)
    fit = fit_latent(codes, coded, 3, seed=0)
    published = log_likelihood(scored(codes, fit)).sum()
    assert published == pytest.approx(fit.log_likelihood, rel=2e-3)
    assert published <= fit.log_likelihood + 1e-2


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_change_no_bit(threads, monkeypatch):
    """Runs and starts are cut the same way for any number of threads."""
    monkeypatch.setattr(latent_passes, "RUN", 128)
    codes, _, coded = respondents(4)
    one, other = (fit_latent(codes, coded, 3, seed=0, threads=number) for number in (1, threads))
    np.testing.assert_array_equal(one.counts, other.counts)
    assert one.log_likelihood == other.log_likelihood


def test_weight_two_equals_two_copies():
    """A customer of mass 2 counts as two, and one of mass 0 not at all."""
    codes, _, coded = respondents(6, n=60)
    mass = np.repeat([2.0, 1.0, 0.0], 20)
    twice = np.concatenate([codes[:20], codes[:40]])
    weighed = fit_latent(codes, coded, 2, seed=0, mass=mass)
    copied = fit_latent(twice, coded, 2, seed=0)
    assert weighed.log_likelihood == pytest.approx(copied.log_likelihood, abs=1e-4)
    np.testing.assert_allclose(weighed.totals, copied.totals, atol=0.1)


def test_a_column_of_power_two_counts_as_two_columns():
    """A weighed column is the column twice."""
    codes, _, coded = respondents(7, n=300, gaps=0.0)
    twice = fit_latent(np.column_stack([codes[:, 0], codes]), columns([5, 5, 5, 5, 3, 2, 4]), 2, seed=0)
    weighed = fit_latent(codes, columns([5, 5, 5, 3, 2, 4], [2.0, 1, 1, 1, 1, 1]), 2, seed=0)
    assert weighed.log_likelihood == pytest.approx(twice.log_likelihood, rel=1e-6)
    assert len(coded) == 6


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 60), st.sampled_from([0.0, 0.3, 0.9]))
def test_scores_are_sums_over_the_answered_columns(seed, n, gaps):
    """One customer at a time, one column at a time, to the last bit."""
    codes, _, coded = respondents(seed, n=max(n, 3), gaps=gaps)
    fit = fit_latent(codes, coded, 2, seed=0, n_starts=2)
    found, starts = scored(codes, fit), answer_starts(coded)
    for row, codes_of_one in zip(found, codes, strict=True):
        by_hand = fit.share_scores.copy()
        for j in reversed(range(len(coded))):
            if codes_of_one[j] >= 0:
                by_hand += fit.answer_scores[:, starts[j] + codes_of_one[j]]
        np.testing.assert_array_equal(row, by_hand)
    np.testing.assert_array_equal(found * 65536, np.round(found * 65536))


def test_who_answered_nothing_is_as_everyone():
    """Nothing answered: the classes' shares are all that is known."""
    codes, _, coded = respondents(8)
    fit = fit_latent(codes, coded, 3, seed=0)
    nothing = scored(np.full((1, len(coded)), -1, np.int16), fit)
    np.testing.assert_allclose(posteriors(nothing)[0], fit.totals / fit.n, atol=1e-4)


@pytest.mark.parametrize("codes", [np.zeros((1, 2)), np.zeros((9, 2)), np.full((9, 2), -1)])
def test_one_customer_all_equal_and_nothing_answered(codes):
    """Degenerate tables end in probabilities, not in NaN."""
    fit = fit_latent(codes.astype(np.int16), columns([2, 3]), 1, seed=0)
    assert np.isfinite(fit.answer_scores).all()
    assert np.isfinite(fit.log_likelihood)


def test_classes_that_nothing_tells_apart_are_twins():
    """More classes than the answers can tell: said, as are classes of nearly nobody."""
    same = np.full((40, 2), 0.5)
    assert [note.code for note in class_notes(same, least=10)] == ["twin-classes"]
    np.testing.assert_allclose(overlap(same), [[0, 1], [1, 0]])
    alone = np.repeat([[1.0, 0.0], [0.0, 1.0]], [95, 5], axis=0)
    (note,) = class_notes(alone, least=10)
    assert note.text == "Segment 2 is nearly empty: its probabilities add up to fewer than 10 customers. Ask for fewer."
    assert class_notes(alone, least=5) == ()


def test_entropy_r2_by_hand():
    """Sure customers make 1, those who could be anything 0."""
    assert entropy_r2(np.eye(3)) == 1.0
    assert entropy_r2(np.full((5, 2), 0.5)) == pytest.approx(0.0)
    assert entropy_r2(np.array([[0.9, 0.1]])) == pytest.approx(1 - (-0.9 * np.log(0.9) - 0.1 * np.log(0.1)) / np.log(2))
    assert entropy_r2(np.ones((4, 1))) is None


def test_expected_features_are_means_of_the_answers():
    """A class's feature is the mean over its answers, on the grid."""
    fit = fit_latent(np.array([[0]] * 3 + [[1]], np.int16), columns([2]), 1, seed=0)
    np.testing.assert_array_equal(expected(fit, np.array([[-1.0], [3.0]])), [[0.0]])


def test_more_classes_than_customers_is_refused():
    """It says how many there are."""
    with pytest.raises(BadInput, match="3 classes need as many customers"):
        fit_latent(np.zeros((2, 2), np.int16), columns([2, 2]), 3, seed=0)
    with pytest.raises(BadInput, match="No column has answers"):
        fit_latent(np.zeros((2, 0), np.int16), (), 1, seed=0)
