"""Which k, and the sentence that says why."""

import pytest

from ilk.choose.vote import Ballot, Wish, bic_gains, decide, is_valid, scores_of, smallest_allowed


def ballots(**figures):
    """k2=(silhouette, strength, stability[, smallest])."""
    return [Ballot(int(k[1:]), *f[:3], f[3] if len(f) > 3 else 500) for k, f in figures.items()]


CARDS = ballots(
    k2=(0.3, 0.95, 0.96), k3=(0.24, 0.6, 0.76), k4=(0.2, 0.6, 0.7), k5=(0.21, 0.6, 0.86), k6=(0.2, 0.6, 0.84)
)


def test_score_by_hand():
    """Silhouettes 0.3 and 0.15: (1 + 0.9 + 0.8) / 3 and (0.5 + 0.6 + 0.7) / 3."""
    assert scores_of(ballots(k2=(0.3, 0.9, 0.8), k3=(0.15, 0.6, 0.7))) == pytest.approx((0.9, 0.6))


def test_silhouettes_do_not_count_when_none_is_positive():
    assert scores_of(ballots(k2=(-0.1, 0.9, 0.6), k3=(0.0, 0.3, 0.6))) == pytest.approx((0.5, 0.3))


def test_neutral_is_the_largest_within_five_per_cent_of_the_best():
    found = decide(ballots(k2=(0.3, 0.9, 0.9), k3=(0.3, 0.88, 0.86), k4=(0.3, 0.5, 0.5)), 8950, Wish(prefer=None))
    assert (found.k, found.neutral, found.why) == (3, 3, "The plain evidence says 3.")


def test_working_is_the_largest_nearly_best_of_the_valid_ones_in_the_range():
    """4 is not stable enough; of 3, 5 and 6 the last two are within 5 % of the best."""
    found = decide(CARDS, 8950, Wish())
    assert (found.k, found.neutral, found.working) == (6, 2, 6)
    assert found.why == (
        "The plain evidence says 2; we show 6, because two groups are seldom enough to act on; -k 2 takes the other."
    )


@pytest.mark.parametrize(("n", "smallest"), [(400, 20), (999, 49.95), (1_000, 50), (2_000, 50), (8_950, 179)])
def test_smallest_segment_of_a_working_k(n, smallest):
    """2 % and 50 customers; a twentieth of fewer than 1,000."""
    assert smallest_allowed(n) == pytest.approx(smallest)


def test_validity_needs_both():
    assert is_valid(Ballot(3, 0.2, 0.5, 0.75, 179), 8950)
    assert not is_valid(Ballot(3, 0.2, 0.5, 0.7499, 179), 8950)
    assert not is_valid(Ballot(3, 0.2, 0.5, 0.75, 178), 8950)


def test_none_valid_shows_the_neutral_k_and_says_so():
    found = decide(ballots(k2=(0.3, 0.9, 0.9), k3=(0.1, 0.2, 0.3)), 8950, Wish())
    assert (found.k, found.why) == (
        2,
        "The plain evidence says 2; no number from 3 to 8 gives groups that are steady and large enough to prefer.",
    )


def test_an_asked_number_wins_and_the_rest_is_told():
    found = decide(CARDS, 8950, Wish(k=4))
    assert (found.k, found.neutral, found.working) == (4, 2, 6)
    assert found.why == "You asked for 4; the plain evidence says 2, and we would have shown 6."
    assert (
        decide(CARDS, 8950, Wish(k=2)).why == "You asked for 2; the plain evidence says 2, and we would have shown 6."
    )
    same = decide(ballots(k3=(0.3, 0.9, 0.9)), 8950, Wish(k=3))
    assert same.why == "You asked for 3, which is also what the evidence says."


def test_a_range_is_named_in_the_sentence():
    found = decide(CARDS[:2], 8950, Wish(k=(2, 3)))
    assert found.why.startswith("Of 2 to 3, as you asked: the plain evidence says 2; we show 3,")


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ({"k5": (0.3, 0.8, 0.9), "k9": (0.3, 0.8, 0.9)}, "nine groups are more than most can act on"),
        (
            {"k3": (0.3, 0.5, 0.8), "k4": (0.3, 0.9, 0.74)},
            "four groups are not found again often enough (stability 0.74)",
        ),
        ({"k3": (0.3, 0.5, 0.8), "k4": (0.3, 0.9, 0.9, 40)}, "the smallest of four groups has only 40 customers"),
        (
            {"k2": (0.3, 1.0, 1.0), "k3": (0.3, 0.9, 0.98), "k4": (0.3, 0.85, 0.93)},
            "four groups are supported about as well and tell more apart",
        ),
        ({"k3": (0.3, 0.8, 0.9), "k1": (0.3, 0.9, 1.0)}, "one group is seldom enough to act on"),
    ],
)
def test_why_the_neutral_k_is_not_shown(figures, reason):
    assert f"because {reason};" in decide(ballots(**figures), 8950, Wish()).why


def test_same_choice_needs_no_excuse():
    found = decide(ballots(k3=(0.3, 0.9, 0.9), k4=(0.1, 0.4, 0.5)), 8950, Wish())
    assert (
        found.why
        == "The plain evidence says 3, the largest number of groups that is supported nearly as well as the best."
    )


def test_no_score_above_0_takes_the_smallest():
    assert decide(ballots(k2=(0.0, 0.0, 0.0), k3=(0.0, 0.0, 0.0)), 30, Wish()).k == 2


def test_gain_in_bic_by_hand():
    """From 1,000 for one group: 900 is half of the way to 800, 1,010 none of it; nothing without a likelihood."""
    assert bic_gains({1: 1000.0, 2: 900.0, 3: 800.0, 4: 1010.0}) == {2: 0.5, 3: 1.0, 4: 0.0}
    assert bic_gains({1: 10.0, 2: 12.0}) == {2: 0.0}
    assert bic_gains({1: None, 2: None}) == {}


def test_gain_in_bic_votes_where_the_silhouette_would():
    """(0.5 + 0.9 + 0.8) / 3 and (1 + 0.6 + 0.7) / 3, whatever the silhouettes say."""
    likely = [Ballot(2, 0.3, 0.9, 0.8, 500, gain=0.5), Ballot(3, 0.1, 0.6, 0.7, 500, gain=1.0)]
    assert scores_of(likely) == pytest.approx((2.2 / 3, 2.3 / 3))
