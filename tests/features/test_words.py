"""Names become words that read well in a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.features.words import LONGEST, tokens_of, unit_of, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("BALANCE", "balance"),
        ("ONEOFF_PURCHASES", "one-off purchases"),
        ("INSTALLMENTS_PURCHASES", "installment purchases"),
        ("PURCHASES_INSTALLMENTS_FREQUENCY", "purchase installment frequency"),
        ("PURCHASES_TRX", "purchase transactions"),
        ("CASH_ADVANCE_TRX", "cash advance transactions"),
        ("PRC_FULL_PAYMENT", "share of full payments"),
        ("MINIMUM_PAYMENTS", "minimum payments"),
        ("MntWines", "spent on wines"),
        ("MntGoldProds", "spent on gold products"),
        ("NumWebPurchases", "number of web purchases"),
        ("NumWebVisitsMonth", "number of web visits a month"),
        ("Kidhome", "kids at home"),
        ("Teenhome", "teenagers at home"),
        ("Year_Birth", "year of birth"),
        ("Dt_Customer", "customer date"),
        ("AcceptedCmp3", "accepted campaign 3"),
        ("gradyear", "graduation year"),
        ("no_of_orders", "number of orders"),
        ("order_cnt", "number of orders"),
        ("n_category", "number of categories"),
        ("avg_order_amt", "average order amount"),
        ("discount_pct", "discount share"),
        ("HTTPServerCalls", "http server calls"),
        ("TVHours", "TV hours"),
        ("3rd_party", "3rd party"),
        ("Annual Income (k$)", "annual income"),
        ("Left - right handed", "left - right handed"),
        ("Hiphop, Rap", "hiphop, rap"),
        ("", "column"),
        ("___", "column"),
        ("2019", "column 2019"),
    ],
)
def test_names_read_as_words(name, words):
    assert words_of(name) == words


@given(st.text(max_size=200))
@settings(deadline=None)
def test_words_never_hold_an_underscore(name):
    """Whatever a header holds, its words are one short line with a letter in it and no underscore."""
    words = words_of(name)
    assert "_" not in words
    assert words
    assert len(words) <= LONGEST
    assert len(words.splitlines()) == 1
    assert words == words.strip()


def test_tokens_split_camel_case_and_digits():
    assert tokens_of("NumWebVisitsMonth") == ("num", "web", "visits", "month")
    assert tokens_of("default.payment.next.month") == ("default", "payment", "next", "month")
    assert tokens_of("AcceptedCmp3") == ("accepted", "cmp", "3")


@pytest.mark.parametrize(
    ("name", "unit"), [("Annual Income (k$)", "k$"), ("Spending Score (1-100)", ""), ("Weight [kg]", "kg"), ("a", "")]
)
def test_unit_comes_from_the_brackets(name, unit):
    assert unit_of(name) == unit
