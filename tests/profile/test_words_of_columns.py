"""Column names become things people do, have and like."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.features.labels import made_label
from ilk.features.plans import ColumnPlan, Label
from ilk.profile.grammar import plural, singular, spelled, with_or_without, yes_of
from ilk.profile.phrases import _size, _size_of_sum
from ilk.profile.sentence import _is_plural
from ilk.profile.words import words_for


def words_of(name, kind, label=None):
    return words_for(ColumnPlan(name, kind, kind, "builds", "told", label or made_label(name)))


@pytest.mark.parametrize(
    ("name", "kind", "topic", "agent", "measure"),
    [
        ("ONEOFF_PURCHASES", "amount", "one-off purchases", "one-off buyers", "amount"),
        ("INSTALLMENTS_PURCHASES", "amount", "installment purchases", "installment buyers", "amount"),
        ("PURCHASES_INSTALLMENTS_FREQUENCY", "share", "installment purchases", "installment buyers", "frequency"),
        ("PURCHASES_FREQUENCY", "share", "purchases", "buyers", "frequency"),
        ("PURCHASES_TRX", "count", "purchases", "buyers", "count"),
        ("CASH_ADVANCE", "amount", "cash advances", "cash advance users", "amount"),
        ("CASH_ADVANCE_TRX", "count", "cash advances", "cash advance users", "count"),
        ("BALANCE", "amount", "balances", "", "amount"),
        ("CREDIT_LIMIT", "amount", "credit limits", "", "amount"),
        ("MINIMUM_PAYMENTS", "amount", "minimum payments", "", "amount"),
        ("PRC_FULL_PAYMENT", "share", "full payments", "full payers", "share"),
        ("TENURE", "number", "tenure", "", "duration"),
        ("tenure_months", "amount", "tenure", "", "duration"),
        ("MntWines", "amount", "wines", "wine buyers", "amount"),
        ("MntMeatProducts", "amount", "meat products", "meat buyers", "amount"),
        ("NumWebPurchases", "count", "web purchases", "web buyers", "count"),
        ("NumWebVisitsMonth", "count", "web visits", "web visitors", "count"),
        ("orders_last_12m", "count", "orders", "buyers", "count"),
        ("Recency", "number", "recency", "", "absence"),
        ("days_since_last_order", "amount", "days since last order", "", "absence"),
        ("avg_order_value", "amount", "average order values", "", "amount"),
        ("friends", "count", "friends", "", "level"),
        ("basketball", "count", "basketball", "basketball fans", "level"),
        ("Opera", "ordered", "opera", "opera fans", "level"),
        ("Snakes", "ordered", "snakes", "", "level"),
        ("Mood swings", "ordered", "mood swings", "", "level"),
        ("Cooking for others", "ordered", "cooking for others", "", "level"),
    ],
)
def test_topic_agent_and_measure(name, kind, topic, agent, measure):
    words = words_of(name, kind)
    assert (words.topic, words.agent, words.measure) == (topic, agent, measure)


def test_money_spent_is_spend():
    assert words_of("MntMeatProducts", "amount").noun == "meat spend"


@pytest.mark.parametrize(
    ("words", "topic", "plain"),
    [
        ("I cry when I feel down", "life struggles", "“I cry when I feel down”"),
        ("Metal, Hard rock", "life struggles", "metal, Hard rock"),
        ("Poetry reading", "poetry reading", "poetry reading"),
        ("Top 3 hobbies", "top three hobbies", "“top 3 hobbies”"),
    ],
)
def test_a_question_gives_way_to_the_columns_name(words, topic, plain):
    found = words_of("Life_struggles", "ordered", Label(words, given=True, short="life struggles"))
    assert (found.topic, found.plain) == (topic, plain)


def test_a_long_label_is_short_once_its_measure_is_off():
    label = Label("instalment purchase frequency", given=True, short="purchase installment frequency")
    assert words_of("PIF", "share", label).topic == "instalment purchases"


def test_a_period_is_said_in_words():
    assert words_of("orders_last_12m", "count").plain == "orders in the last twelve months"


@settings(deadline=None, max_examples=300)
@given(
    st.text(min_size=1, max_size=40),
    st.sampled_from(["amount", "count", "share", "number", "ordered", "flag", "category", "date"]),
)
def test_no_topic_has_an_underscore_or_a_figure(name, kind):
    words = words_of(name, kind)
    assert words.topic
    for text in (words.topic, words.noun, words.agent):
        assert "_" not in text
        assert not any(letter.isnumeric() for letter in text)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("balance", "balances"),
        ("category", "categories"),
        ("box", "boxes"),
        ("deal", "deals"),
        ("day", "days"),
    ],
)
def test_singular_and_plural(one, many):
    assert plural(one) == many
    assert singular(many) == one


@pytest.mark.parametrize(
    ("name", "topic"),
    [("zorb_level", "zorb level"), ("total_quux", "total quux"), ("xqz", "“xqz”"), ("credit_limit", "credit limits")],
)
def test_a_word_nobody_knows_is_not_made_many(name, topic):
    assert words_of(name, "amount").topic == topic


def test_a_currency_sign_stands_before_its_figure():
    assert words_of("spend", "amount", Label("spend", currency="$", given=True)).said(573.2) == "$573"
    assert words_of("spend", "amount", Label("spend", currency="EUR", given=True)).said(573.2) == "573 EUR"


def test_what_somebody_has_done_is_said_as_that():
    assert with_or_without("accepted campaign four", yes=True) == "with campaign four accepted"
    assert with_or_without("speed limit", yes=True) == "with speed limit"


def test_some_nouns_have_no_plural_or_no_singular():
    assert plural("income") == "income"
    assert singular("sports") == "sports"
    assert singular("physics") == "physics"
    assert singular("movies") == "movie"


@pytest.mark.parametrize(
    ("digits", "said"),
    [("0", "zero"), ("12", "twelve"), ("40", "forty"), ("95", "ninety-five"), ("2023", "two zero two three")],
)
def test_numbers_are_spelled(digits, said):
    assert spelled(digits) == said


def test_yes_and_no():
    assert yes_of(("No", "Yes")) == "Yes"
    assert yes_of(("nein", "ja")) == "ja"
    assert yes_of(("yes", "no", "maybe")) == yes_of(("red", "blue")) == ""
    assert with_or_without("has app", yes=False) == "without app"
    assert with_or_without("is member", yes=True) == "member"
    assert with_or_without("newsletter", yes=True) == "with newsletter"


def test_what_stands_before_since_decides_the_number():
    """Their days since the last order average 3, their time between orders averages 5."""
    assert _is_plural("days since the last order")
    assert not _is_plural("time between orders")
    assert not _is_plural("trend of spend")


def test_there_is_much_of_what_was_spent_and_never_many():
    """A share of spend is high or low, however the thing it was spent on is written."""
    plan = ColumnPlan("spend_books", "share", "share", "builds", "", Label("share of spend on Books", given=True))
    words = words_for(plan)
    assert [_size(words, "share", high=high) for high in (True, False)] == ["high", "low"]
    assert [_size_of_sum(words, counted=True, more=more) for more in (True, False)] == ["high", "low"]
