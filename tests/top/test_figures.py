"""Figures as the look asks for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilk.figures import count, figure, percent, readable


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (3917.5, "3,920"),
        (0.0, "0"),
        (0.4567, "0.457"),
        (12.0, "12"),
        (99_999, "100,000"),
        (0.00012345, "0.000123"),
        (-41.26, "-41.3"),
        (1e-12, "1e-12"),
    ],
)
def test_at_most_three_significant_digits(value, said):
    assert figure(value) == said


def test_the_unit_stands_behind():
    assert figure(1234.0, "USD") == "1,230 USD"


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
def test_no_figure_is_further_off_than_its_third_digit(value):
    assert abs(float(figure(value).replace(",", "")) - value) <= 0.0051 * abs(value)


def test_readable_keeps_two_digits():
    assert readable(1234.0) == 1200.0
