"""Gaussian mixture: scikit-learn's on complete rows, marginal densities where answers are missing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

import oracle
from ilk.cluster import gaussians
from ilk.cluster.gaussians import patterns_of
from ilk.cluster.mixture import Effort, Gaussians, fit_mixture, kinds_for
from ilk.cluster.soft import log_likelihood
from ilk.errors import BadInput


def clouds(seed, n=600, p=4, k=3, gaps=0.0):
    """Customers of k clouds that lean, and the cloud of each."""
    rng = np.random.default_rng(seed)
    of = rng.integers(0, k, n)
    middle, lean = rng.normal(0, 3, (k, p)), rng.normal(0, 0.7, (k, p, p))
    x = oracle.on_grid(middle[of] + np.einsum("nfg,ng->nf", lean[of], rng.normal(size=(n, p))))
    x[rng.random(x.shape) < gaps] = np.nan
    x[np.isnan(x).all(axis=1), 0] = 0.0
    return x, of


def fitted(x, of, k, kind, guard=1e-6, **options):
    return fit_mixture(x, k, labels=of, seed=0, kinds=[kind], effort=Effort(guard=guard, passes=2000), **options)


@pytest.mark.parametrize("kind", ["diagonal", "full"])
def test_fit_is_that_of_scikit_learn(kind):
    """From the same start, on complete rows: the same likelihood, BIC and means."""
    x, of = clouds(1)
    ours = fitted(x, of, 3, kind)
    means = np.stack([x[of == c].mean(axis=0) for c in range(3)])
    peer = GaussianMixture(
        3, covariance_type="diag" if kind == "diagonal" else "full", means_init=means, tol=1e-9, max_iter=5000
    ).fit(x.astype(float))
    assert ours.log_likelihood >= peer.score(x.astype(float)) * len(x) - 0.1
    assert ours.n_parameters == peer._n_parameters()
    if abs(ours.log_likelihood - peer.score(x.astype(float)) * len(x)) < 0.1:
        rank = np.argsort(-peer.weights_)
        np.testing.assert_allclose(ours.means, peer.means_[rank], atol=0.02)
        assert ours.bic == pytest.approx(peer.bic(x.astype(float)), abs=0.5)


def test_one_component_by_hand():
    """Mean and variance of the answers that were given; BIC from the normal density."""
    x = np.array([[-1.0, 0.0], [1.0, np.nan], [0.0, 2.0], [0.0, np.nan]], np.float32)
    fit = fitted(x, np.zeros(4, int), 1, "diagonal", guard=0.0)
    np.testing.assert_allclose(fit.means, [[0.0, 1.0]])
    np.testing.assert_allclose(fit.covariances, [[0.5, 1.0]])
    by_hand = sum(
        -0.5 * (np.log(2 * np.pi * v) + (value - m) ** 2 / v)
        for value, m, v in [(-1, 0, 0.5), (1, 0, 0.5), (0, 0, 0.5), (0, 0, 0.5), (0, 1, 1), (2, 1, 1)]
    )
    assert fit.log_likelihood == pytest.approx(by_hand, abs=1e-6)


def density(fit, row):
    """Ln sum_c pi_c N(answered; mean, covariance), by scipy."""
    there = ~np.isnan(row)
    parts = [
        np.log(share)
        + multivariate_normal.logpdf(
            row[there], mean[there], np.diag(cov[there]) if cov.ndim == 1 else cov[np.ix_(there, there)]
        )
        for share, mean, cov in zip(fit.shares, fit.means, fit.covariances, strict=True)
    ]
    return np.logaddexp.reduce(parts)


@pytest.mark.parametrize("kind", ["diagonal", "full"])
def test_missing_answers_are_left_out_of_the_density(kind):
    """At fit and at scoring: the marginal density of what was answered, as scipy has it."""
    x, of = clouds(2, n=300, gaps=0.15)
    fit = fitted(x, of, 3, kind, guard=0.01)
    by_hand = np.array([density(fit, row.astype(float)) for row in x])
    assert by_hand.sum() == pytest.approx(fit.log_likelihood, abs=0.1)
    np.testing.assert_allclose(log_likelihood(Gaussians.of(fit).scores(x)), by_hand, atol=0.02)


@pytest.mark.parametrize("kind", ["diagonal", "full"])
def test_likelihood_never_falls_with_gaps(kind):
    """EM climbs, also where answers are missing; without the guard, which is not part of the likelihood."""
    x, of = clouds(3, n=300, gaps=0.2)
    reached = []
    for passes in (1, 2, 4, 8, 16):
        effort = Effort(starts=1, guard=0.0, passes=passes)
        reached.append(fit_mixture(x, 3, labels=of, seed=0, kinds=[kind], effort=effort).log_likelihood)
    assert reached == sorted(reached)


def test_bic_picks_the_covariance():
    """Clouds that lean are told by full covariances, round ones by variances alone."""
    leaning, of = clouds(4)
    assert fit_mixture(leaning, 3, labels=of, seed=0).kind == "full"
    rng = np.random.default_rng(0)
    round_ones = oracle.on_grid(np.repeat([[-3.0] * 4, [3.0] * 4], 200, axis=0) + rng.normal(size=(400, 4)))
    assert fit_mixture(round_ones, 2, labels=np.repeat([0, 1], 200), seed=0).kind == "diagonal"


def test_full_covariances_are_not_tried_where_nobody_can_tell():
    """More numbers than customers, many features, or everybody with blanks of their own."""
    rng = np.random.default_rng(0)
    assert kinds_for(rng.normal(size=(50, 10)).astype(np.float32), 2) == ("diagonal",)
    assert kinds_for(rng.normal(size=(9000, 70)).astype(np.float32), 1) == ("diagonal",)
    gappy = rng.normal(size=(3000, 20)).astype(np.float32)
    gappy[rng.random(gappy.shape) < 0.5] = np.nan
    assert kinds_for(gappy, 2) == ("diagonal",)
    assert kinds_for(rng.normal(size=(3000, 5)).astype(np.float32), 2) == ("diagonal", "full")


@pytest.mark.parametrize("kind", ["diagonal", "full"])
@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(kind, threads, monkeypatch):
    """Runs are added in their order."""
    monkeypatch.setattr(gaussians, "RUN", 100)
    x, of = clouds(5, gaps=0.05)
    one, other = (fitted(x, of, 3, kind, threads=number) for number in (1, threads))
    np.testing.assert_array_equal(one.means, other.means)
    assert one.log_likelihood == other.log_likelihood


@pytest.mark.parametrize("kind", ["diagonal", "full"])
def test_weight_two_equals_two_copies(kind):
    """A customer of mass 2 counts as two, and one of mass 0 not at all."""
    x, of = clouds(6, n=90)
    mass = np.repeat([2.0, 1.0, 0.0], 30)
    effort = Effort(starts=1, passes=2000)
    weighed = fit_mixture(x, 2, labels=of % 2, seed=0, kinds=[kind], mass=mass, effort=effort)
    twice = np.concatenate([np.arange(30), np.arange(60)])
    copied = fit_mixture(x[twice], 2, labels=of[twice] % 2, seed=0, kinds=[kind], effort=effort)
    assert weighed.log_likelihood == pytest.approx(copied.log_likelihood, abs=0.01)
    np.testing.assert_allclose(weighed.means, copied.means, atol=0.01)


@pytest.mark.parametrize("kind", ["diagonal", "full"])
@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6))
def test_scores_are_the_same_for_any_cut(kind, seed):
    """One customer at a time or all at once, to the last bit; and terms add up to the score exactly."""
    x, of = clouds(seed, n=60, gaps=0.1)
    published = Gaussians.of(fitted(x, of, 3, kind, guard=0.01))
    whole = published.scores(x)
    np.testing.assert_array_equal(whole, np.concatenate([published.scores(row[None]) for row in x]))
    terms = published.terms(x)
    np.testing.assert_array_equal(whole, published.share_scores + terms[:, :, ::-1].sum(axis=2))
    assert (terms[np.isnan(x).nonzero()[0], :, np.isnan(x).nonzero()[1]] == 0.0).all()
    np.testing.assert_array_equal(whole * 65536, np.round(whole * 65536))


def test_terms_of_a_diagonal_component_are_each_features_density():
    """A column's term is minus the log of its own normal density."""
    x, of = clouds(7, n=100)
    fit = fitted(x, of, 2, "diagonal", guard=0.01)
    (term,) = Gaussians.of(fit).terms(x[:1])[0, 0, 2:3]
    by_hand = -multivariate_normal.logpdf(x[0, 2], fit.means[0, 2], fit.covariances[0, 2])
    assert term == pytest.approx(by_hand, abs=0.01)


def test_a_spike_of_equal_customers_does_not_swallow_the_fit():
    """Half of the customers have the same value: their component keeps a tenth of everyone's width."""
    rng = np.random.default_rng(0)
    x = oracle.on_grid(np.concatenate([np.zeros((300, 2)), rng.normal(2, 1, (300, 2))]))
    fit = fit_mixture(x, 2, labels=np.repeat([0, 1], 300), seed=0)
    least = np.sqrt(fit.covariances if fit.covariances.ndim == 2 else fit.covariances[:, [0, 1], [0, 1]]).min()
    assert least >= 0.1 * x.std() * 0.9
    assert np.isfinite(fit.log_likelihood)


@pytest.mark.parametrize("x", [np.zeros((1, 2)), np.zeros((9, 2)), np.tile([1.0, np.nan], (9, 1))])
def test_one_customer_all_equal_and_a_column_nobody_answered(x):
    """Degenerate tables end in numbers, not in NaN."""
    fit = fit_mixture(x.astype(np.float32), 1, labels=np.zeros(len(x), int), seed=0)
    assert np.isfinite(fit.log_likelihood)
    assert np.isfinite(Gaussians.of(fit).scores(x.astype(np.float32))).all()


def test_patterns_are_the_ways_to_leave_blanks():
    """Each customer is pointed to what it left blank."""
    x = np.array([[1, np.nan], [1, 1], [2, np.nan]], np.float32)
    patterns, which = patterns_of(x)
    np.testing.assert_array_equal(patterns[which], np.isnan(x))
    assert len(patterns) == 2


def test_more_components_than_customers_is_refused():
    """It says how many there are."""
    with pytest.raises(BadInput, match="3 components need as many customers"):
        fit_mixture(np.zeros((2, 2), np.float32), 3, labels=np.zeros(2, int), seed=0)
