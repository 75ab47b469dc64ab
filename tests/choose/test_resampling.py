"""Stability, prediction strength and the gap statistic: by hand where possible, laws elsewhere."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs

from ilk.choose.gap import Gap, box_of, gap_choice, gaps_of
from ilk.choose.null import fit_copula, null_medians
from ilk.choose.stability import (
    Pairs,
    agreements,
    matched,
    refit_all,
    refit_pairs,
    segment_stability,
    spread_of,
)
from ilk.choose.strength import _weakest, prediction_strengths
from ilk.cluster.method import Refits
from ilk.cluster.scorer import ByCentres
from ilk.engines.tiles import tiles_of
from ilk.errors import Cancelled
from ilk.progress import Progress


def features_of(x):
    scaled = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9)
    return (np.floor(scaled * 65536 + 0.5) / 65536).astype(np.float32)


@pytest.fixture(scope="module")
def blobs():
    x, labels = make_blobs(400, 4, centers=[[0] * 4, [9] * 4, [-9, 9, 0, 0]], random_state=0)
    return features_of(x), labels


@pytest.fixture(scope="module")
def shapeless():
    return features_of(np.random.default_rng(0).normal(size=(400, 4)))


def refits(*labels, k=2):
    """Made-up solutions: centres whose first feature says which fit and segment they are."""
    rows = np.array(labels, np.int16)
    centres = np.arange(len(rows))[:, None, None] * 10.0 + np.arange(k)[None, :, None]
    return Refits(k, tuple(ByCentres(one) for one in centres), rows)


def middles(found):
    return [scorer.middles.tobytes() for scorer in found.scorers]


class TestPairs:
    def test_a_bootstrap_sample_has_as_many_customers(self):
        masses = Pairs(0, "bootstrap", 0, 3).masses(50)
        assert masses.shape == (6, 50)
        assert masses.dtype == np.uint8
        assert (masses.sum(axis=1) == 50).all()
        assert len({row.tobytes() for row in masses}) == 6

    def test_later_pairs_do_not_depend_on_earlier_ones(self):
        """Looking closer adds pairs and keeps the first ones."""
        few, all_of_them, rest = (Pairs(5, "bootstrap", *r) for r in ((0, 2), (0, 5), (2, 5)))
        assert (np.concatenate([few.masses(30), rest.masses(30)]) == all_of_them.masses(30)).all()
        assert (np.concatenate([few.seeds(), rest.seeds()]) == all_of_them.seeds()).all()

    def test_streams_differ(self):
        assert (Pairs(0, "null table", 0, 1, (3,)).masses(30) != Pairs(0, "null table", 0, 1, (4,)).masses(30)).any()


class TestStability:
    def test_agreement_by_hand(self):
        """The same segments under other names agree fully; crossed ones less than by chance."""
        found = agreements(refits([0, 0, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [0, 1, 0, 1]))
        assert found == pytest.approx([1.0, -0.5])

    def test_trust_by_hand(self):
        """Segment 0 is found as {0, 1} (1) and {0, 1, 2} (2/3); segment 1 as {2, 3} and {3} (1/2)."""
        found = segment_stability(np.array([0, 0, 1, 1]), refits([1, 1, 0, 0], [0, 0, 0, 1]))
        assert found == pytest.approx([(1 + 2 / 3) / 2, (1 + 1 / 2) / 2])

    def test_bootstraps_are_put_in_the_order_of_the_segments(self):
        """The second fit names the segments the other way round."""
        first, second = matched(np.array([0, 0, 1, 1]), refits([0, 0, 1, 1], [1, 1, 1, 0]))
        assert first.middles.tolist() == [[0.0], [1.0]]
        assert second.middles.tolist() == [[11.0], [10.0]]

    def test_at_most_20_are_kept(self):
        assert len(matched(np.array([0, 1]), refits(*[[0, 1]] * 30))) == 20

    def test_a_solution_with_a_segment_of_few_is_not_kept(self):
        found = refits([0, 0, 1, 1], [0, 0, 0, 1], [1, 1, 0, 0])
        assert len(matched(np.array([0, 0, 1, 1]), found, least=2)) == 2

    def test_planted_segments_are_found_again(self, blobs):
        x, labels = blobs
        found = refit_pairs(tiles_of(x), (3,), Pairs(0, "bootstrap", 0, 5))[3]
        assert np.shape([scorer.middles for scorer in found.scorers]) == (10, 3, 4)
        assert agreements(found).min() > 0.98
        assert min(segment_stability(labels, found)) > 0.98

    def test_threads_change_no_bit(self, shapeless):
        one, two = (refit_pairs(tiles_of(shapeless), (4,), Pairs(0, "bootstrap", 0, 4), threads=t)[4] for t in (1, 2))
        assert middles(one) == middles(two)
        assert one.labels.tobytes() == two.labels.tobytes()

    def test_pieces_change_no_bit(self, shapeless):
        """Several k in small pieces on several threads give what each k gives alone."""
        tiles, pairs = tiles_of(shapeless), Pairs(0, "bootstrap", 2, 15)
        together = refit_all(tiles, (2, 4), pairs, threads=2)
        for k in (2, 4):
            alone = refit_pairs(tiles, (k,), pairs, threads=1)[k]
            assert middles(together[k]) == middles(alone)
            assert together[k].labels.tobytes() == alone.labels.tobytes()

    def test_spread_by_hand(self):
        found = spread_of(np.arange(101.0))
        assert (found.low, found.median, found.high, found.n) == (5.0, 50.0, 95.0, 101)


class TestNull:
    def test_shapeless_tables_of_clear_groups_are_less_stable(self, blobs):
        x, _ = blobs
        copula = fit_copula(x, ("a", "b", "c", "d"), seed=0)
        medians = null_medians(copula, [3, 4], seed=0)
        assert medians.shape == (20, 2)
        assert np.quantile(medians[:, 0], 0.95) < 0.98

    def test_threads_change_no_bit(self, shapeless):
        copula = fit_copula(shapeless[:100], ("a", "b", "c", "d"), seed=0)
        one, two = (null_medians(copula, [2, 3], seed=0, threads=t) for t in (1, 2))
        assert one.tobytes() == two.tobytes()


class TestPredictionStrength:
    def test_by_hand(self):
        """Of four in a test segment the training centres keep three together: 6 of 12 pairs; the other is whole."""
        own = np.array([0, 0, 0, 0, 1, 1, 1])
        assert _weakest(own, np.array([0, 0, 0, 1, 1, 1, 1]), 2, 2) == pytest.approx(6 / 12)

    def test_one_alone_predicts_nothing(self):
        assert _weakest(np.array([0, 0, 1]), np.array([0, 0, 1]), 2, 2) == 0.0

    def test_planted_segments_hold_in_the_other_half(self, blobs, shapeless):
        assert prediction_strengths(tiles_of(blobs[0]), [3], seed=0)[3] > 0.98
        assert prediction_strengths(tiles_of(shapeless), [4], seed=0)[4] < 0.8

    def test_no_larger_than_by_naming_segments_otherwise(self):
        own, other = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 0])
        assert _weakest(own, other, 2, 2) == _weakest(1 - own, 1 - other, 2, 2)


class TestGap:
    def test_planted_k_is_chosen(self, blobs):
        x, labels = blobs
        within = {}
        for k, groups in ((1, labels * 0), (2, (labels == 1).astype(int)), (3, labels)):
            within[k] = sum(float(((x[groups == j] - x[groups == j].mean(0)) ** 2).sum()) for j in range(k))
        within[4] = within[3] * 0.93
        gaps = gaps_of(x, within, seed=0)
        assert gap_choice(gaps) == 3
        assert gaps[3].gap > gaps[2].gap > gaps[1].gap
        assert all(gap.error > 0 for gap in gaps.values())

    def test_choice_by_hand(self):
        gaps = {1: Gap(0.1, 0.01), 2: Gap(0.5, 0.02), 3: Gap(0.51, 0.02), 4: Gap(0.9, 0.1)}
        assert gap_choice(gaps) == 2
        assert gap_choice({1: Gap(0.1, 0.01), 2: Gap(0.5, 0.02)}) is None
        assert gap_choice({}) is None

    def test_k_without_inertia_has_no_gap(self, shapeless):
        assert set(gaps_of(shapeless[:40], {1: 10.0, 2: 0.0}, seed=0)) == {1}

    def test_the_box_holds_everybody_and_keeps_blanks(self):
        """Along its own axes no customer is outside, and a reference set is blank where they are."""
        rng = np.random.default_rng(3)
        x = features_of(rng.normal(size=(300, 3)) @ np.array([[3, 1, 0], [0, 1, 0], [0, 0, 0.1]]))
        x[rng.random(x.shape) < 0.1] = np.nan
        box = box_of(x)
        drawn = box.draw(np.random.default_rng(0))
        assert (np.isnan(drawn) == np.isnan(x)).all()
        assert box.axes @ box.axes.T == pytest.approx(np.eye(3), abs=1e-9)
        centred = np.where(np.isnan(x), 0, x - box.mean)
        assert ((centred @ box.axes.T >= box.low - 1e-9) & (centred @ box.axes.T <= box.high + 1e-9)).all()
        assert (drawn[~np.isnan(drawn)] * 65536 % 1 == 0).all()

    def test_can_be_stopped(self, shapeless):
        progress = Progress()
        progress.stop()
        with pytest.raises(Cancelled):
            gaps_of(shapeless, {1: 10.0}, seed=0, progress=progress)
