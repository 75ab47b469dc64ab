"""Gaps between segments, segments across k, degenerate solutions, which k to try."""

import numpy as np
import pytest
from scipy.stats import entropy

from ilk.choose.flow import flow_of
from ilk.choose.guard import Trial, between_shares, degenerate_notes
from ilk.choose.tried import ks_to_try
from ilk.choose.valley import Line, mean_valley, valley_depth, valleys_of
from ilk.cluster.nearest import Nearest
from ilk.cluster.scorer import ByCentres
from ilk.errors import BadSetting


class TestValley:
    def test_by_hand(self):
        """Peaks of 4 at t = 0 and 2 at t = 1; one customer in the middle, one beside: (2 + 1) / (2 * 2)."""
        places = np.array([0.0] * 4 + [1.0] * 2 + [0.5, 0.4])
        assert valley_depth(places) == pytest.approx(3 / 4)

    def test_a_clear_gap_is_0_and_none_is_1(self):
        assert valley_depth(np.array([0.0, 1.0])) == 0.0
        assert valley_depth(np.linspace(-1, 2, 3001)) == pytest.approx(1.0, abs=0.01)

    def test_a_shapeless_gaussian_is_about_1(self):
        """Split through the middle, a Gaussian is densest where the line is drawn."""
        x = np.random.default_rng(0).normal(size=20_000)
        half = np.sqrt(2 / np.pi)
        assert valley_depth((x + half) / (2 * half)) == pytest.approx(1.0, abs=0.1)

    def test_nobody_on_one_side_is_no_gap(self):
        assert valley_depth(np.array([0.0, 0.0])) == 1.0
        assert valley_depth(np.zeros(0)) == 1.0

    def test_far_away_and_unknown_places_do_not_matter(self):
        places = np.array([0.0, 1.0, 0.5])
        assert valley_depth(np.r_[places, 50.0, -9.0, np.nan]) == valley_depth(places)

    def test_both_directions_see_the_same_gap(self):
        rng = np.random.default_rng(1)
        places = np.r_[rng.normal(0, 0.3, 500), rng.normal(1, 0.3, 300)]
        assert valley_depth(1 - places) == pytest.approx(valley_depth(places), rel=1e-9)

    def test_blanks_shorten_the_line(self):
        """Who answered one of two columns is placed by that one."""
        line = Line(np.zeros(2), np.array([2.0, 4.0]))
        x = np.array([[1.0, 2.0], [1.0, np.nan], [np.nan, 4.0], [np.nan, np.nan]], np.float32)
        assert line.place(x) == pytest.approx([0.5, 0.5, 1.0, np.nan], nan_ok=True)

    def test_weighted_by_size_and_by_the_main_neighbour(self):
        """Segments at 0, 10 and 11: the last two blur, the first stands apart from its main neighbour."""
        x = np.array([[0.0]] * 6 + [[10.0]] * 2 + [[11.0]] + [[10.5]], np.float32)
        label = np.array([0] * 6 + [1] * 2 + [2, 2], np.int32)
        runner_up = np.array([1] * 6 + [2] * 2 + [1, 1], np.int32)
        near = Nearest(label, runner_up, np.zeros(10), np.ones(10))
        centres = np.array([[0.0], [10.0], [11.0]])
        blurred = valley_depth(np.array([0.0, 0.0, 1.0, 0.5]))
        assert mean_valley(valleys_of(x, centres, near), np.bincount(near.label)) == pytest.approx(
            (6 * 0 + 4 * blurred) / 10
        )

    def test_one_segment_has_no_neighbour(self):
        near = Nearest(np.zeros(3, np.int32), np.zeros(3, np.int32), np.zeros(3), np.full(3, np.inf))
        assert valleys_of(np.zeros((3, 1), np.float32), np.zeros((1, 1)), near) == (1.0,)
        assert mean_valley((1.0,), np.array([3])) is None


class TestFlow:
    def test_by_hand(self):
        """Half and half has entropy ln 2; all from one has none; nobody has no figure."""
        flow = flow_of(np.array([0, 0, 1, 1, 0, 0]), np.array([0, 1, 1, 1, 0, 1]), 3)
        assert flow.shares == ((0.5, 0.5), (0.0, 1.0), (0.0, 0.0))
        assert flow.slsa == (0.0, 1.0, None)

    def test_slsa_is_one_minus_scipys_entropy(self):
        rng = np.random.default_rng(0)
        labels, before = rng.integers(0, 4, 500), rng.choice(3, 500, p=[0.6, 0.3, 0.1])
        flow = flow_of(labels, before, 4)
        assert flow.slsa == pytest.approx([1 - entropy(row, base=3) for row in flow.shares])

    def test_from_one_segment_nothing_can_be_said(self):
        assert flow_of(np.array([0, 1]), np.array([0, 0]), 2).slsa == (None, None)

    def test_a_stream_of_a_few_cannot_be_counted(self):
        """97 and 3 of 100 customers: in tens that is all and nobody."""
        labels, before = np.repeat([0, 1], 100), np.concatenate([np.repeat([0, 1], [97, 3]), np.repeat(1, 100)])
        assert flow_of(labels, before, 3, least=10).shares[0] == (1.0, 0.0)


def trial(sizes, centres):
    return Trial(len(sizes), ByCentres(np.array(centres, float)), np.array(sizes), 1.0)


class TestGuard:
    def test_even_sizes_and_columns_need_no_warning(self):
        assert degenerate_notes(trial([50, 50], [[1, 1], [-1, -1]]), ("a", "b")) == ()

    def test_everything_at_once(self):
        """970 of 1,000 in one segment count for less than two of four equal ones, and one column decides."""
        centres = [[0, 0], [9, 1], [9, 0], [8, 0]]
        notes = degenerate_notes(trial([970, 15, 10, 5], centres), ("BALANCE", "b"))
        assert [n.code for n in notes] == ["one-large-segment", "tiny-segment", "uneven-segments", "one-column"]
        assert notes[0].text == "Segment 1 of 4 holds 97 % of the customers."
        assert notes[1].text == "The smallest of 4 segments holds under 2 % of the customers."
        assert "'BALANCE' alone makes" in notes[3].text

    def test_limits_are_not_warned_about(self):
        """60 % and 2 % exactly are within bounds."""
        assert degenerate_notes(trial([60, 38, 2], [[1, -1], [-1, 1], [0, 0]]), ("a", "b")) == ()

    def test_indicators_of_a_category_count_together(self):
        names, shares = between_shares(trial([50, 50], [[1, 0.5, 0.5], [0, 0, 0]]), ("a", "level", "level"))
        assert names == ("a", "level")
        assert shares == pytest.approx([2 / 3, 1 / 3])

    def test_one_segment_and_one_column_are_not_degenerate(self):
        assert degenerate_notes(trial([10], [[0]]), ("a",)) == ()
        assert degenerate_notes(trial([5, 5], [[0], [1]]), ("a",)) == ()


class TestKsToTry:
    def many(self, n):
        return np.arange(n, dtype=np.float32)[:, None]

    def test_usual(self):
        assert ks_to_try(self.many(100)) == tuple(range(1, 11))
        assert ks_to_try(self.many(100), highest=20) == tuple(range(1, 21))

    def test_an_asked_number_is_tried_with_the_usual_ones_and_its_neighbours(self):
        assert ks_to_try(self.many(100), 5) == tuple(range(1, 11))
        assert ks_to_try(self.many(100), 14) == (*range(1, 11), 13, 14, 15)

    def test_a_range_is_tried_as_it_is(self):
        assert ks_to_try(self.many(100), (4, 6)) == (1, 4, 5, 6)

    @pytest.mark.parametrize(("n", "ks"), [(0, (1,)), (1, (1,)), (9, (1,)), (10, (1, 2)), (20, (1, 2, 3, 4))])
    def test_few_customers_are_not_divided_finely(self, n, ks):
        assert ks_to_try(self.many(n)) == ks

    def test_equal_customers_are_one(self):
        assert ks_to_try(np.full((500, 2), np.nan, np.float32)) == (1,)
        assert ks_to_try(self.many(100) // 50) == (1, 2)

    def test_more_segments_than_customers_are_refused(self):
        with pytest.raises(BadSetting, match=r"5 segments were asked for, and only 4 customers differ.*at most 4"):
            ks_to_try(self.many(4), 5)
        assert ks_to_try(self.many(4), (3, 9)) == (1, 3, 4)
