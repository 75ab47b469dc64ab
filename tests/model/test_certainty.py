"""How sure: counted by hand where that can be done, and a voter by voter twin elsewhere."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.cluster.scorer import ByCentres
from ilk.model import certainty
from ilk.model.certainty import DOUBT, N_DONORS, certainty_of, donor_weights, most_helpful_column
from ilk.model.scorers import Scoring, nearest_segments
from ilk.model.votes import ByGrids

LAW = settings(deadline=None, max_examples=40)


def made(centres, bootstraps, donors, customers=None, owner=None, within=0.0):
    """A model of p columns, one feature each, made by hand."""
    centres, donors = np.array(centres, float), np.array(donors, float)
    k, p = centres.shape
    owner = np.arange(k) if owner is None else np.array(owner)
    g = owner.max() + 1
    return Scoring(
        recipe=None, columns=tuple("abcdefgh"[:p]), feature_columns=tuple("abcdefgh"[:p]), weights=np.ones(p),
        scorer=ByCentres(centres), owner=owner, numbers=np.arange(1, g + 1, dtype=np.int16),
        names=tuple(f"kind {i + 1}" for i in range(g)), limits=np.full(g, np.inf),
        bootstraps=ByGrids(np.array(bootstraps, float).reshape(-1, k, p)), donors=donors,
        donor_customers=np.ones(len(donors)) if customers is None else np.array(customers, float),
        within=np.full(p, within),
    )  # fmt: skip


def rows(*values):
    return np.array(values, np.float32)


HASHES = np.array([7], np.uint64)
BLANK = np.nan


def test_whole_customers_need_only_the_bootstrap_votes():
    """Borders at 0.0, 0.2, 0.4, 0.6 between -1 + x and 1 + x: a customer at 0.3 is right of two of the four."""
    scoring = made([[-1], [1]], [[[-1 + x], [1 + x]] for x in (0.0, 0.2, 0.4, 0.6)], [[0.0]])
    assert certainty_of(scoring, rows([0.3]), np.array([1]), HASHES)[0] == 0.5
    assert certainty_of(scoring, rows([0.3]), np.array([0]), HASHES)[0] == 0.5
    assert certainty_of(scoring, rows([0.7]), np.array([1]), HASHES)[0] == 1.0


def test_nobody_is_quite_certain_while_most_is_unknown():
    """All donors and solutions agree, but two of three columns are blank: 1 less two thirds of the doubt."""
    scoring = made([[-1, 0, 0], [1, 0, 0]], [[[-1, 0, 0], [1, 0, 0]]], [[-1, 0, 0], [1, 0, 0]])
    found = certainty_of(
        scoring, rows([0.9, BLANK, BLANK], [0.9, 0, BLANK], [0.9, 0, 0]), np.ones(3, int), HASHES.repeat(3)
    )
    assert found == pytest.approx([1 - DOUBT * 2 / 3, 1 - DOUBT / 3, 1.0])


def test_a_tie_goes_to_the_lower_segment():
    scoring = made([[-1], [1]], [[[-1], [1]]], [[0.0]])
    assert certainty_of(scoring, rows([0.0]), np.array([0]), HASHES)[0] == 1.0


@pytest.mark.parametrize("k", [1, 2, 8, 300])
def test_every_solution_votes_for_the_nearest_row_whatever_their_number(k):
    """Few rows and many, the lower of two; the grid is so coarse that several rows are as near."""
    rng = np.random.default_rng(k)
    grids, customers = rng.integers(-3, 4, (4, k, 3)).astype(float), rng.integers(-3, 4, (700, 3)).astype(float)
    apart = ((customers[np.newaxis, :, np.newaxis] - grids[:, np.newaxis]) ** 2).sum(axis=3)
    placed = apart.argmin(axis=2)
    expected = np.stack([(placed == j).sum(axis=0) for j in range(k)])
    np.testing.assert_array_equal(ByGrids(grids).counts(customers), expected)


def test_donors_are_drawn_by_their_likelihood():
    """A blank that only decides: donors left stand for 30 customers, donors right for 10, both equally near."""
    scoring = made([[0, -1], [0, 1]], [[[0, -1], [0, 1]]], [[0, -1], [0, 1]], customers=[30, 10])
    hashes = np.random.default_rng(0).integers(0, 2**64, 4000, np.uint64)
    found = certainty_of(scoring, np.tile(rows([0.5, BLANK]), (4000, 1)), np.zeros(4000, np.int64), hashes)
    assert abs(found.mean() - 0.75) < 0.001
    assert set((found * N_DONORS).round(9)) == {22.0, 23.0}


def test_a_third_of_the_likelihood_is_a_third_of_the_draws():
    weights = np.tile([1.0, 0.0, 2.0, 6.0], (50, 1)) * 2.0**37
    drawn = certainty._draw(weights, np.random.default_rng(0).integers(0, 2**64, 50, np.uint64))
    counts = np.stack([np.bincount(row, minlength=4) for row in drawn])
    assert (np.abs(counts - 30 * np.array([1, 0, 2, 6]) / 9) < 1).all()


def test_the_last_draw_stays_inside(monkeypatch):
    monkeypatch.setattr(certainty, "_uniform", lambda hashes: np.full((len(hashes), N_DONORS), 1 - 2.0**-53))
    assert certainty._draw(np.array([[3.0, 5.0]]), HASHES).max() == 1


def test_weights_by_hand():
    """With six columns known h is the 10th smallest squared distance; weight = customers * exp(-2 d^2 / h), to 2^40."""
    points = np.arange(1, 13, dtype=float)
    donors = np.column_stack([points, *[np.zeros(12)] * 6])
    scoring = made([[0.0] * 7], [], donors, customers=np.arange(12) + 10)
    found = donor_weights(scoring, np.array([[0.0] * 6 + [BLANK]]))[0]
    expected = (np.arange(12) + 10) * np.exp(-2 * points**2 / 100.0)
    assert found.max() == 2.0**40
    assert found == pytest.approx(expected / expected.max() * 2**40, abs=1)


@pytest.mark.parametrize(("n_known", "rank"), [(1, 60), (2, 30), (4, 15), (6, 10), (7, 10)])
def test_the_fewer_columns_are_known_the_more_donors_are_asked(n_known, rank):
    points = np.arange(1, 901, dtype=float)
    scoring = made([[0.0] * 8], [], np.column_stack([points, *[np.zeros(900)] * 7]))
    row = np.where(np.arange(8) < n_known, 0.0, BLANK)[None]
    found = donor_weights(scoring, row)[0]
    assert found / 2**40 == pytest.approx(np.exp(-2 * (points**2 - 1) / rank**2), abs=1e-9)


def test_donors_are_heard_as_far_as_their_customers_spread():
    """All donors within 1, their customers' variance 9: h is 36 whatever the rank, however many columns are known."""
    donors = np.column_stack([np.linspace(0, 1, 30)] * 3)
    scoring = made([[0.0] * 3], [], donors, within=9.0)
    for row in ([0.0, BLANK, BLANK], [0.0, 0.0, BLANK]):
        apart = (donors[:, ~np.isnan(row)] ** 2).sum(axis=1)
        found = donor_weights(scoring, np.array([row]))[0]
        assert found / 2**40 == pytest.approx(np.exp(-2 * apart / 36), abs=1e-9)


def test_what_is_not_between_donors_is_within_them(model):
    """Variance within and between make the whole, which is about 1 for a column of weight 1; always on the grid."""
    scoring = model.scoring
    middle = np.average(scoring.donors, axis=0, weights=scoring.donor_customers)
    between = np.average((scoring.donors - middle) ** 2, axis=0, weights=scoring.donor_customers)
    assert (scoring.within >= 0).all()
    assert scoring.within + np.minimum(between, scoring.weights) == pytest.approx(scoring.weights, abs=1e-6)
    assert (scoring.within * 2**20 == np.floor(scoring.within * 2**20)).all()


def test_of_few_donors_no_more_than_a_fifteenth_are_asked():
    scoring = made([[0.0]], [], np.zeros((300, 1)))
    assert certainty._ranks(scoring, np.array([0, 1, 2, 9])).tolist() == [20, 20, 10, 10]


def test_where_ten_donors_are_equal_the_next_distance_counts():
    donors = [[1.0, float(i)] for i in range(15)] + [[3.0, 0.0]]
    found = donor_weights(made([[0, 0]], [], donors), np.array([[1.0, BLANK]]))[0]
    assert (found[:15] == 2.0**40).all()
    assert found[15] == pytest.approx(np.exp(-2) * 2**40, abs=1)
    all_equal = donor_weights(made([[0, 0]], [], donors[:15]), np.array([[1.0, BLANK]]))[0]
    assert (all_equal == 2.0**40).all()


def slow_certainty(scoring, x, label, hashed):
    """Every bootstrap solution asked about every donor, one after the other."""
    weights = donor_weights(scoring, x[np.newaxis].astype(float))[0]
    totals = np.cumsum(weights)
    shares = (np.arange(N_DONORS) + certainty._uniform(np.array([hashed], np.uint64))[0]) / N_DONORS
    wanted = np.floor(shares * totals[-1])
    donors = [next(i for i, total in enumerate(totals) if total > u) for u in wanted]
    votes = []
    for donor in donors if np.isnan(x).any() else [0]:
        filled = [d if np.isnan(v) else float(v) for v, d in zip(x, scoring.donors[donor], strict=True)]
        for grid in scoring.bootstraps.grids:
            apart = [sum((a - b) ** 2 for a, b in zip(filled, row, strict=True)) for row in grid]
            votes.append(scoring.owner[apart.index(min(apart))] == label)
    return np.mean(votes)


def test_as_one_voter_after_the_other(model, matrix, hashes):
    scoring = model.scoring
    near = nearest_segments(scoring, matrix)
    found = certainty_of(scoring, matrix, near.label, hashes)
    some = np.r_[np.flatnonzero(np.isnan(matrix).any(axis=1))[:25], np.flatnonzero(~np.isnan(matrix).any(axis=1))[:5]]
    for i in some:
        unknown = scoring.weights[np.isnan(matrix[i])].sum() / scoring.weights.sum()
        votes = slow_certainty(scoring, matrix[i], near.label[i], hashes[i])
        assert found[i] == pytest.approx(min(votes, 1 - DOUBT * unknown), abs=1e-12)
    assert found.min() < 1.0


@LAW
@given(seed=st.integers(0, 2**32 - 1))
def test_neither_order_nor_batch_matters(model, matrix, hashes, seed):
    rng = np.random.default_rng(seed)
    some = matrix.copy()
    some[:, 0][rng.random(len(some)) < 0.3] = np.nan
    labels = nearest_segments(model.scoring, some).label
    whole = certainty_of(model.scoring, some, labels, hashes)
    order = rng.permutation(len(some))
    cuts = np.sort(rng.integers(0, len(some), 3))
    parts = [certainty_of(model.scoring, some[i], labels[i], hashes[i]) for i in np.split(order, cuts)]
    assert np.array_equal(np.concatenate(parts), whole[order])


def test_threads_change_no_certainty(model, matrix, hashes):
    """Enough customers, with blanks and without, that several threads have a part of them."""
    many = np.concatenate([matrix] * (5 * certainty.CHUNK // len(matrix) + 1))
    seeds = np.arange(len(many), dtype=np.uint64) + hashes[0]
    labels = nearest_segments(model.scoring, many).label
    one = certainty_of(model.scoring, many, labels, seeds, threads=1)
    assert np.array_equal(one, certainty_of(model.scoring, many, labels, seeds, threads=3))


def test_a_few_customers_do_not_wait_for_the_library_to_be_told_its_threads(model, matrix, hashes, monkeypatch):
    """A request of some with blanks and some without: telling it takes half a millisecond, and is for many only."""
    some = np.r_[np.flatnonzero(np.isnan(matrix).any(axis=1))[:5], np.flatnonzero(~np.isnan(matrix).any(axis=1))[:5]]
    labels = nearest_segments(model.scoring, matrix[some]).label
    asked = []
    monkeypatch.setattr(certainty, "our_threads_alone", lambda: asked.append(1) or nullcontext())
    certainty_of(model.scoring, matrix[some], labels, hashes[some])
    assert not asked
    many = np.resize(some, certainty.CHUNK + 1)
    certainty_of(model.scoring, matrix[many], np.resize(labels, len(many)), hashes[many])
    assert asked


@LAW
@given(seed=st.integers(0, 2**32 - 1), noise=st.floats(-1e-13, 1e-13))
def test_noise_of_a_library_does_not_show(model, matrix, hashes, seed, noise):
    """Squared distances off by rounding, as another BLAS would have them, give the same certainty."""
    rng = np.random.default_rng(seed)
    rows_ = matrix[np.isnan(matrix).any(axis=1)][:20]
    near = certainty._donor_distances(model.scoring, rows_.astype(float), ~np.isnan(rows_))
    shaken = near * (1 + noise * rng.random(near.shape))
    ranks = certainty._ranks(model.scoring, certainty._n_known(model.scoring, ~np.isnan(rows_)))
    least = certainty._least(model.scoring, ~np.isnan(rows_))
    own, other = (certainty._weights(d, model.scoring.donor_customers, ranks, least) for d in (near, shaken))
    assert np.array_equal(certainty._draw(own, hashes[:20]), certainty._draw(other, hashes[:20]))


def test_one_segment_is_certain_and_no_bootstraps_cannot_be_asked():
    assert certainty_of(made([[0.0]], [[[0.0]]], [[0.0]]), rows([BLANK]), np.array([0]), HASHES)[0] == 1.0
    assert np.isnan(certainty_of(made([[-1], [1]], [], [[0.0]]), rows([0.3]), np.array([1]), HASHES)[0])


def test_merged_segments_vote_together():
    scoring = made([[-1], [0], [1]], [[[-1], [0], [1]]], [[0.0]], owner=[0, 0, 1])
    found = certainty_of(scoring, rows([-0.2], [-0.8], [0.9]), np.zeros(3, np.int64), np.arange(3, dtype=np.uint64))
    assert found.tolist() == [1.0, 1.0, 0.0]


def test_without_reference_points_the_segments_stand_in(model):
    from ilk.model.scorers import scoring_of

    bare = scoring_of(replace(model.content, reference=None), model.view)
    assert np.array_equal(bare.donors, bare.centres)
    assert bare.donor_customers.tolist() == [float(s.size) for s in model.segments]


def test_the_column_that_decides_helps_most():
    """Column c decides, b says nothing; with four donors h spans both sides of c, so e^-2 of the other side stays."""
    centres = [[0, 0, -1], [0, 0, 1]]
    donors = [[0, b, c] for b in (-1, 1) for c in (-1, 1)]
    found = most_helpful_column(made(centres, [centres], donors), rows([0.0, BLANK, BLANK])[0])
    assert found.column == "c"
    assert found.certainty == pytest.approx(1 / (1 + np.exp(-2)))
    assert most_helpful_column(made(centres, [centres], donors), rows([0.0, 0.0, 0.0])[0]) is None


def test_uniform_numbers_are_uniform_and_follow_the_hash():
    found = certainty._uniform(np.arange(2000, dtype=np.uint64))
    assert found.shape == (2000, N_DONORS)
    assert found.min() >= 0
    assert found.max() < 1
    assert np.histogram(found, 10, (0, 1))[0] == pytest.approx(np.full(10, 6000), abs=300)
    assert len(np.unique(found)) == found.size


def test_the_first_numbers_are_splitmix64():
    """Vigna's reference implementation gives 0xE220A8397B1DCDAF first for seed 0."""
    assert certainty._uniform(np.array([0], np.uint64))[0, 0] == (0xE220A8397B1DCDAF >> 11) * 2.0**-53


def test_certainty_tells_how_often_it_is_right(model, matrix, hashes):
    """Blank most answers at random; right = the segment of the whole answer. Averages within 0.07 on 600 customers."""
    whole = ~np.isnan(matrix).any(axis=1)
    truth = nearest_segments(model.scoring, matrix[whole]).label
    rng = np.random.default_rng(1)
    columns = model.scoring.columns_of_features
    for n_known in (2, 4):
        known = rng.random((whole.sum(), len(model.scoring.columns))).argsort(axis=1) < n_known
        some = np.where(known[:, columns], matrix[whole], np.nan).astype(np.float32)
        label = nearest_segments(model.scoring, some).label
        sure = certainty_of(model.scoring, some, label, hashes[whole])
        assert sure.mean() == pytest.approx((label == truth).mean(), abs=0.07)
