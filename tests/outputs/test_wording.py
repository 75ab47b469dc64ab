"""Numbers as people read them."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.features.plans import ColumnPlan, Label
from ilk.model.parts import ColumnSummary, Profile
from ilk.outputs import wording
from ilk.sources.source import ColumnFacts


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (4321.77, "4,320"),
        (12.345, "12.3"),
        (0.04321, "0.043"),
        (0, "0"),
        (999.6, "1,000"),
        (-1234, "−1,230"),
        (100, "100"),
        (1.5, "1.5"),
        (1e-9, "1.00e-09"),
        (2e20, "2.00e+20"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_figures_have_three_digits(number, said):
    assert wording.figure(number) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.1437, "14 %"),
        (0.1, "10 %"),
        (0.0996, "10 %"),
        (0.0994, "9.9 %"),
        (0.0421, "4.2 %"),
        (0, "0 %"),
        (1, "100 %"),
        (0.0001, "under 0.1 %"),
        (None, "–"),
        (-0.04, "−4 %"),
    ],
)
def test_per_cent_without_decimals_from_ten_up(share, said):
    assert wording.per_cent(share) == said


def test_customers_read_as_in_the_style_guide():
    assert wording.customers(1287, 0.1438) == "1,287 customers (14 %)"
    assert wording.customers(1) == "1 customer"


def test_few_customers_are_not_counted_aloud():
    assert wording.customers(7, 0.02, least=10) == "under 10 customers"
    assert wording.customers(10, 0.02, least=10) == "10 customers (2 %)"
    assert wording.share_of(5, 0.005, 10) == "under 1 %"
    assert wording.share_of(20, 0.02, 10) == "2 %"


@pytest.mark.parametrize(
    ("index", "said"), [(430, "4.3 ×"), (17, "0.17 ×"), (1230, "12 ×"), (0.2, "none"), (20_000, "over 100 ×")]
)
def test_an_index_as_so_many_times(index, said):
    assert wording.times(index) == said


@given(st.floats(min_value=1e-5, max_value=1e14))
@settings(deadline=None)
def test_at_most_three_significant_digits(number):
    """Whatever the number, no more than three digits carry meaning, and it is within half of the last one."""
    said = wording.figure(number)
    digits = re.sub(r"[^0-9]", "", said).strip("0")
    assert len(digits) <= 3
    assert math.isclose(float(said.replace(",", "")), number, rel_tol=0.00501 if number >= 1 else 0.0501)


@given(st.text())
@settings(deadline=None)
def test_clean_texts_hold_nothing_unseen(text):
    """No control character, no change of direction, no half of a pair, one line."""
    cleaned = wording.clean(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", cleaned)
    cleaned.encode("utf-8")


def plan(**label):
    return ColumnPlan("MntWines", "amount", "amount", "builds", "", Label(**label))


def test_units_and_currencies_stand_where_people_write_them():
    assert wording.with_unit("4,320", plan(words="w", currency="$")) == "$4,320"
    assert wording.with_unit("4,320", plan(words="w", currency="CHF")) == "4,320 CHF"
    assert wording.with_unit("12", plan(words="w", unit="months")) == "12 months"
    assert wording.with_unit("12", plan(words="w")) == "12"


def test_a_whole_question_gives_way_to_its_short_words():
    question = "How much do you enjoy listening to music in the evening at home?"
    assert wording.words_of(plan(words=question, short="music")) == "Music"
    assert wording.words_of(plan(words=question, short="music"), longest=200) == question


def test_years_have_no_thousands_mark():
    facts = ColumnFacts("Year_Birth", "number", 9, 0, 9, 0, 0, 1940.0, 1996.0, True, 0, ())
    born = replace(plan(words="year of birth"), column="Year_Birth", role="descriptor", kind="number")
    column = ColumnSummary(born, facts, Profile("Year_Birth", 9, 0))
    assert wording.in_units(1968.8, column) == "1969"


def test_dates_are_words():
    assert wording.day((date(2026, 11, 23) - wording.EPOCH).days) == "23 November 2026"
    assert wording.day(1e12) == "1,000,000,000,000"
    assert wording.made_on("2026-11-23T15:30:00+00:00") == "23 November 2026"


def test_lists_and_counts():
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed([]) == ""
    assert wording.counted(1, "segment") == "1 segment"
    assert wording.counted(3000, "segment") == "3,000 segments"
    assert [wording.in_letters(n) for n in (1, 12, 13)] == ["one", "twelve", "13"]
    assert wording.lower_first("Spend") == "spend"
    assert wording.lower_first("VAT paid") == "VAT paid"
    assert wording.slug("Wine & <fruit>") == "wine-fruit"
