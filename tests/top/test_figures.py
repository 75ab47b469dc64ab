"""Figures as the look asks for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilk.figures import count, few, figure, per_head, percent, readable, with_unit


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (3917.5, "3,920"),
        (0.0, "0"),
        (0.4567, "0.46"),
        (12.0, "12"),
        (99_999, "100,000"),
        (0.00012345, "0.00012"),
        (-41.26, "-41.3"),
        (1e-12, "1.00e-12"),
        (2e20, "2.00e+20"),
    ],
)
def test_at_most_three_significant_digits(value, said):
    assert figure(value) == said


def test_the_unit_stands_behind_and_a_sign_before():
    assert with_unit("1,230", currency="USD") == "1,230 USD"
    assert with_unit("1,230", currency="$") == "$1,230"
    assert with_unit("12", unit="months") == "12 months"


@pytest.mark.parametrize(
    ("mean", "said"),
    [(0.0536, "0.05"), (0.551, "0.55"), (4.08, "4.1"), (14.71, "15"), (0.0, "0"), (0.001, "under 0.01"), (6.0, "6")],
)
def test_a_mean_of_things_counted_has_no_digits_that_mean_nothing(mean, said):
    assert per_head(mean) == said


def test_few_customers_are_not_counted_aloud():
    assert [few(n, 10) for n in (0, 1, 9, 10, 2000)] == ["0", "under 10", "under 10", "10", "2,000"]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.1434, "14 %"),
        (0.0994, "9.9 %"),
        (0.0996, "10 %"),
        (0.02, "2 %"),
        (0.0004, "under 0.1 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.997, "over 99 %"),
    ],
)
def test_per_cent(share, said):
    assert percent(share) == said


def test_counts_are_whole():
    assert count(8950) == "8,950"


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_no_figure_is_further_off_than_its_last_digit(value):
    assert abs(float(figure(value).replace(",", "")) - value) <= 0.0051 * abs(value) * (1 if abs(value) >= 1 else 10)


def test_readable_keeps_two_digits():
    assert readable(1234.0) == 1200.0
