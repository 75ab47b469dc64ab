"""Segments of bounded size: bounds hold for any customers, and the assignment is the cheapest there is."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import oracle
from ilk.cluster import bounded
from ilk.cluster import cheapest as module
from ilk.cluster.bounded import fit_bounded
from ilk.cluster.cheapest import Bounds, assign_bounded, distances
from ilk.cluster.flow_kernel import near_prices
from ilk.errors import BadSetting


def crowd(seed, n=400, p=3, gaps=0.0, steps=65536):
    """Customers of four clouds of unequal size; with a step of 1 many are exactly alike."""
    rng = np.random.default_rng(seed)
    middle = rng.normal(0, 2, (4, p))
    x = middle[rng.choice(4, n, p=[0.6, 0.2, 0.15, 0.05])] + rng.normal(0, 0.5, (n, p))
    x = (np.round(x * steps) / steps).astype(np.float32)
    x[rng.random(x.shape) < gaps] = np.nan
    return x


def cheapest(cost, least, most):
    """The cost of the best flow, by linear programming."""
    n, k = cost.shape
    each = scipy.sparse.kron(scipy.sparse.eye(n), np.ones((1, k)))
    size = scipy.sparse.kron(np.ones((1, n)), scipy.sparse.eye(k))
    bounds = np.concatenate([np.full(k, most), np.full(k, -least)])
    both = scipy.sparse.vstack([size, -size])
    found = linprog(cost.ravel(), A_eq=each, b_eq=np.ones(n), A_ub=both, b_ub=bounds, bounds=(0, 1), method="highs")
    return found.fun


@pytest.mark.parametrize(("least", "most"), [(0, 300), (200, 2000), (250, 250), (240, 260)])
def test_cost_is_that_of_the_exact_flow(least, most):
    """2,000 customers and 8 centres: not a thousandth above what linear programming finds."""
    x = oracle.on_grid(np.random.default_rng(0).normal(size=(2000, 5)) * [3, 1, 0.5, 2, 0.1])
    cost = distances(x, x[:8].astype(float))
    labels, prices = assign_bounded(cost, Bounds(least, most))
    sizes = np.bincount(labels, minlength=8)
    assert sizes.min() >= least
    assert sizes.max() <= most
    total = cost[np.arange(2000), labels].sum()
    assert total == pytest.approx(cheapest(cost, least, most), rel=1e-6)
    np.testing.assert_array_equal((cost + prices).min(axis=1), (cost + prices)[np.arange(2000), labels])


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 10**6),
    st.integers(1, 60),
    st.integers(1, 6),
    st.sampled_from([65536, 1]),
    st.sampled_from([0.0, 0.2]),
    st.data(),
)
def test_bounds_are_never_violated(seed, n, k, steps, gaps, data):
    """Whatever the customers, alike or with blanks, and whatever can be asked; and no cheaper flow exists."""
    x = crowd(seed, n=n, gaps=gaps, steps=steps)
    least = data.draw(st.integers(0, n // k))
    most = data.draw(st.integers(-(-n // k), n))
    centres = np.nan_to_num(x[np.arange(k) % n]).astype(float)
    fit = fit_bounded(x, centres, Bounds(least, most), seed=0)
    sizes = np.bincount(fit.labels, minlength=k)
    assert sizes.min() >= least
    assert sizes.max() <= most
    assert (np.diff(sizes) <= 0).all()
    cost = distances(x, fit.centres)
    assert cost[np.arange(n), fit.labels].sum() == pytest.approx(cheapest(cost, least, most), abs=1e-4)


@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize("p", [1, 4, 7])
def test_distances_are_those_of_plain_sums(p, gaps):
    """Over the answered features, bit by bit, for any number of features and more customers than go abreast."""
    x = crowd(6, n=1100, p=p, gaps=gaps)
    centres = np.nan_to_num(x[:5]).astype(float)
    plain = np.nansum((x[:, None].astype(float) - centres) ** 2, axis=2)
    np.testing.assert_array_equal(distances(x, centres), plain)


@pytest.mark.parametrize(("least", "most"), [(300, 3000), (0, 800), (700, 760)])
def test_near_prices_leave_few_out_of_place(least, most):
    """A price above 0 asks for all there may be, one below 0 for the fewest: at most four are left to move singly."""
    cost = np.ascontiguousarray(distances(crowd(7, n=2900), crowd(7, n=4).astype(float)).T)
    lower, upper, prices = np.full(4, least), np.full(4, most), np.zeros(4)
    near_prices(cost, lower, upper, prices, 4, 40)
    sizes = np.bincount((cost + prices[:, None]).argmin(axis=0), minlength=4)
    wanted = np.where(prices > 0, upper, np.where(prices < 0, lower, sizes.clip(lower, upper)))
    assert np.abs(sizes - wanted).sum() <= 4


@pytest.mark.parametrize(("least", "most"), [(300, 3000), (0, 800), (700, 760)])
def test_prices_of_a_similar_table_change_no_label(least, most):
    """Begun at the prices of centres close by, only a border is solved for, and all go where a cold start puts them."""
    x = crowd(8, n=2900)
    centres = x[:4].astype(float)
    _, nearly = assign_bounded(distances(x, centres + 1 / 64), Bounds(least, most))
    cost = distances(x, centres)
    cold, _ = assign_bounded(cost, Bounds(least, most))
    warm, prices = assign_bounded(cost, Bounds(least, most), nearly)
    np.testing.assert_array_equal(warm, cold)
    np.testing.assert_array_equal((cost + prices).min(axis=1), (cost + prices)[np.arange(2900), warm])


def test_equal_shares_of_a_line_by_hand():
    """Nine customers on a line in three thirds: neighbours stay together."""
    x = np.array([[0], [1], [2], [3], [4], [5], [30], [31], [32]], np.float32)
    fit = fit_bounded(x, np.array([[0.0], [1.0], [31.0]]), Bounds(3, 3), seed=0)
    assert sorted(map(sorted, ([x[i, 0] for i in np.flatnonzero(fit.labels == j)] for j in range(3)))) == [
        [0, 1, 2],
        [3, 4, 5],
        [30, 31, 32],
    ]
    assert fit.inertia == pytest.approx(6.0)


def test_offsets_label_as_the_fit_does():
    """New customers go where d^2 + offset is least; everybody of the fit is where that rule puts them."""
    x = crowd(3, n=3000)
    fit = fit_bounded(x, x[:4].astype(float), Bounds(500, 1000), seed=0)
    by_rule = (distances(x, fit.centres) + fit.offsets).argmin(axis=1)
    np.testing.assert_array_equal(by_rule, fit.labels)
    assert fit.offsets.min() == 0.0
    np.testing.assert_array_equal(fit.offsets * 65536, np.round(fit.offsets * 65536))


def test_bounds_that_do_not_bind_change_nothing():
    """With room for everybody the nearest centre takes each, and no offset is left."""
    x = crowd(4)
    fit = fit_bounded(x, x[:4].astype(float), Bounds(0, 400), seed=0)
    np.testing.assert_array_equal(fit.offsets, 0.0)
    np.testing.assert_array_equal(fit.labels, distances(x, fit.centres).argmin(axis=1))


def test_stages_and_threads(monkeypatch):
    """The bounds hold for all where centres rest on a part first; threads change no bit."""
    monkeypatch.setattr(bounded, "STAGES", (200, 400))
    monkeypatch.setattr(bounded, "RACE", 100)
    monkeypatch.setattr(bounded, "RACE_EACH", 30)
    monkeypatch.setattr(module, "CHUNK", 128)
    x = crowd(5, n=1500)
    one, other = (fit_bounded(x, x[:4].astype(float), Bounds(300, 450), seed=0, threads=n) for n in (1, 3))
    np.testing.assert_array_equal(one.labels, other.labels)
    np.testing.assert_array_equal(one.offsets, other.offsets)
    assert set(np.clip(np.bincount(one.labels), 300, 450)) == set(np.bincount(one.labels))


@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize(("least", "most"), [(300, 450), (0, 1500), (375, 375)])
def test_few_customers_settle_as_many_do(monkeypatch, least, most, gaps):
    """What is done in one compiled piece and what is done on threads move the same centres by the same bits."""
    x = crowd(9, n=1500, gaps=gaps)
    few = fit_bounded(x, np.nan_to_num(x[:4]).astype(float), Bounds(least, most), seed=0)
    monkeypatch.setattr(bounded, "_settle_few", bounded._settle_many)
    many = fit_bounded(x, np.nan_to_num(x[:4]).astype(float), Bounds(least, most), seed=0)
    np.testing.assert_array_equal(few.centres, many.centres)
    np.testing.assert_array_equal(few.labels, many.labels)
    np.testing.assert_array_equal(few.offsets, many.offsets)
    assert few.inertia == many.inertia
    assert few.n_iter == many.n_iter


def test_who_has_no_vote_still_takes_room():
    """Customers of mass 0 are in the sizes and not in the centres."""
    x = np.array([[0], [0], [0], [9], [9], [8]], np.float32)
    mass = np.array([1.0, 1, 1, 1, 1, 0])
    fit = fit_bounded(x, np.array([[0.0], [9.0]]), Bounds(3, 3), seed=0, mass=mass)
    assert sorted(fit.centres[:, 0]) == [0.0, 9.0]
    assert np.bincount(fit.labels).tolist() == [3, 3]


@pytest.mark.parametrize(
    ("k", "asked", "words"),
    [
        (8, {"shares": (0.2, 1.0)}, "8 segments of at least 200 customers are more than the 1,000 there are"),
        (2, {"shares": (0.0, 0.4)}, "2 segments of at most 400 customers do not hold the 1,000 there are"),
        (3, {"sizes": (500, 400)}, "The least size of a segment is above the most. Got: at least 500 and at most 400"),
        (3, {"shares": (0.3, 1.0), "sizes": (0, 100)}, "at least 300 and at most 100"),
    ],
)
def test_what_cannot_be_is_refused(k, asked, words):
    """The message says what was asked, of how many, and what would do."""
    with pytest.raises(BadSetting, match=words):
        Bounds.of(1000, k, **asked)


def test_the_tighter_of_share_and_size_holds():
    """5 % of 1,000 is 50; asked for 60 as well, it is 60. Shares that are not whole customers round inwards."""
    assert Bounds.of(1000, 4, shares=(0.05, 0.4), sizes=(60, None)) == Bounds(60, 400)
    assert Bounds.of(999, 4, shares=(0.05, 0.4)) == Bounds(50, 399)
    assert Bounds.of(1000, 4, shares=(0.07, 0.29)) == Bounds(70, 290)
