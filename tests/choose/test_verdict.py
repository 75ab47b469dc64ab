"""The verdict and its words."""

import pytest

from ilk.choose.verdict import Findings, judge

SURE = {"k": 4, "n_customers": 8950, "stability": 0.97, "null_high": 0.81, "valley": 0.1}


def judged(**other):
    return judge(Findings(**(SURE | other)))


def test_natural_needs_all_three():
    found = judged()
    assert (found.verdict, found.failed) == ("natural", ())
    assert "Stability 0.97 of 1" in found.figures
    assert "reach 0.81" in found.figures
    assert judged(valley=0.5).verdict == "natural"
    assert judged(stability=0.80, null_high=0.79).verdict == "natural"


def test_where_stability_is_too_near_one_to_tell_tightness_decides():
    """Three groups and a category that goes along with them: shapeless tables are found again as well."""
    tie = {"stability": 1.0, "null_high": 1.0}
    found = judged(**tie, explained=0.89, null_explained_high=0.83)
    assert found.verdict == "natural"
    assert "83 % at most of what sets customers apart, these 89 %" in found.figures
    assert judged(**tie, explained=0.83, null_explained_high=0.83).failed == ("shapeless",)
    assert judged(**tie).failed == ("shapeless",)


def test_what_bounds_of_sizes_made_is_not_natural():
    """Samples were asked without bounds, and would have called this natural."""
    found = judged(moved_share=0.12)
    assert (found.verdict, found.failed) == ("constructed", ("bounds",))
    assert "the bounds of sizes made these 4 groups, and 12 % of the customers are not with the nearest" in found.text
    assert "also failed" not in found.text
    assert judged(moved_share=0.12, valley=0.6).text.endswith("no clear gap parts the groups.")
    assert judged(moved_share=0.01).verdict == "natural"


def test_reproducible_has_no_gap():
    found = judged(valley=0.51)
    assert (found.verdict, found.failed) == ("reproducible", ("valley",))
    assert "fade from one group into the next" in found.text


@pytest.mark.parametrize(
    ("other", "failed", "words", "figures"),
    [
        (
            {"stability": 0.79, "null_high": 0.6},
            ("stability",),
            "not end up together",
            "Stability 0.79 of 1, stable from 0.80",
        ),
        (
            {"stability": 0.904, "null_high": 0.904},
            ("shapeless",),
            "would do as well",
            "Stability 0.904 of 1, stable from 0.80; data made up without groups reach 0.904",
        ),
        (
            {"stability": 0.5, "null_high": 0.6, "valley": 0.9},
            ("stability", "shapeless", "valley"),
            "on the whole no clear gap parts the groups",
            "0.90",
        ),
    ],
)
def test_constructed_says_which_test_failed(other, failed, words, figures):
    found = judged(**other)
    assert (found.verdict, found.failed) == ("constructed", failed)
    assert words in found.text
    assert figures in found.figures
    assert "the business that draws the line" in found.text


def test_too_few_customers_prove_nothing():
    """19 well parted customers are still constructed; 20 are judged."""
    assert (judged(n_customers=19).verdict, judged(n_customers=19).failed) == ("constructed", ("few",))
    assert judged(n_customers=20).verdict == "natural"
    assert "from 1 customer nobody" in judged(n_customers=1).text


def test_what_could_not_be_measured_is_not_claimed():
    assert judged(stability=None).verdict == "constructed"
    assert judged(k=1, stability=None, null_high=None, valley=None).failed == ("one",)


def test_no_word_a_marketer_would_have_to_look_up():
    """Customers, not samples; groups, not clusters; a term is explained where it stands."""
    for text in (judged().text, judged(valley=0.9).text, judged(stability=0.1).text):
        for jargon in ("cluster", "sample", "bootstrap", "copula", "null", "ARI", "median", "percentile", "!"):
            assert jargon not in text, jargon
