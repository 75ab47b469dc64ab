"""Columns that were made from a source bring their own meaning; the user's word and the labels file stand above it."""

import datetime as dt

from tests.features.plain_tables import plans_of

from ilk.features.plans import Label
from ilk.sources.evidence import Made

N = 40


def spread(n=N):
    return [float(i % 7) for i in range(n)]


def test_the_block_is_where_a_column_came_from():
    """A column without a source of its own belongs to the customers."""
    plans = plans_of(
        {"INCOME": spread(), "orders.recency": spread()}, made={"orders.recency": Made("recency", "orders")}
    )
    assert [(p.column, p.block) for p in plans.values()] == [("INCOME", "customers"), ("orders.recency", "orders")]


def test_the_role_words_and_unit_it_was_made_with_are_taken():
    """What is known when a column is made is not guessed again."""
    made = Made("recency", "orders", role="number", words="days since the last order", unit="days", why="until 31 May")
    plan = plans_of({"a": spread(), "orders.recency": spread()}, made={"orders.recency": made})["orders.recency"]
    assert (plan.role, plan.kind, plan.use, plan.reason) == ("number", "number", "builds", "until 31 May")
    assert (plan.label.words, plan.label.unit, plan.label.given) == ("days since the last order", "days", True)


def test_a_time_with_a_long_tail_is_an_amount():
    """Days since somebody was seen, as in a table of customers; a count stays one, and so does what goes below 0."""
    made = {"late": Made("recency", "activity", role="number", why="days"), "n": Made("n", "activity", role="count")}
    days = [float(v) for v in [*range(N - 2), 400, 900]]
    plans = plans_of({"late": days, "n": days}, made=made)
    assert (plans["late"].role, plans["late"].reason) == ("amount", "days; with a long tail")
    assert plans["n"].role == "count"
    plans = plans_of({"late": [v - 1.0 for v in days], "n": spread()}, made=made)
    assert plans["late"].role == "number"


def test_without_words_its_own_name_speaks():
    """The source is not said again in the words, nor does its name decide the role."""
    columns = {"orders.INCOME": [float(v) for v in range(N)], "b": spread()}
    plan = plans_of(columns, made={"orders.INCOME": Made("INCOME", "orders")})["orders.INCOME"]
    assert plan.label.words == "income"
    assert plan.role == plans_of({"INCOME": columns["orders.INCOME"], "b": spread()})["INCOME"].role


def test_the_users_word_stands_above_what_was_made():
    """A role, a weight and a list of columns to ignore name the column as it stands in the table."""
    made = {name: Made(name, "survey", role="ordered") for name in ("q1", "q2", "q3")}
    columns = {"q1": spread(), "q2": spread(), "q3": spread(), "x": spread()}
    plans = plans_of(columns, made=made, role={"q1": "number"}, ignore=["q2"], weight={"q3": 2})
    assert [plans[name].role for name in ("q1", "q2", "q3")] == ["number", "ignore", "ordered"]
    assert plans["q1"].reason == "you said so"
    assert plans["q3"].weight == 2.0
    assert {plan.block for name, plan in plans.items() if name != "x"} == {"survey"}


def test_the_labels_file_stands_above_the_words_it_was_made_with():
    """Somebody wrote the labels file for this business."""
    labels = {"q": Label("I like it here", given=True)}
    made = {"q": Made("q", "survey", words="question 1")}
    assert plans_of({"q": spread(), "x": spread()}, labels, made=made)["q"].label.words == "I like it here"


def test_descriptors_contact_and_columns_to_ignore_do_not_build():
    """A column may be made to describe only, such as the channel of an answer."""
    made = {
        "channel": Made("channel", "survey", role="descriptor", why="how the answer came"),
        "mail": Made("mail", "survey", role="contact"),
        "page": Made("page", "survey", role="ignore"),
        "first": Made("first", "orders", role="date"),
    }
    columns = {
        "channel": ["online", "paper"] * (N // 2),
        "mail": [f"a{i % 5}" for i in range(N)],
        "page": spread(),
        "first": [dt.date(2024, 1, 1 + i % 20) for i in range(N)],
        "x": spread(),
        "z": spread(),
    }
    plans = plans_of(columns, made=made)
    assert [plans[c].use for c in columns] == ["describes", "out", "out", "describes", "builds", "builds"]
    assert (plans["channel"].role, plans["channel"].kind) == ("descriptor", "category")
    assert plans["channel"].reason == "how the answer came"


def test_a_column_that_says_nothing_stays_out_whatever_it_was_made_for():
    """The same for everybody is the same for everybody."""
    plans = plans_of({"q": [1.0] * N, "x": spread(), "z": spread()}, made={"q": Made("q", "survey", role="ordered")})
    assert (plans["q"].use, plans["q"].reason) == ("out", "the same for everybody")


def test_words_that_are_steps_are_put_in_order_in_any_table():
    """Never, sometimes, often - without a labels file; what the labels file says stands, and age bands describe."""
    answers = ["often", "never", "sometimes", None]
    bands = ["25-34", "18-24", "35+", "18-24"]
    columns = {"shops": [answers[i % 4] for i in range(N)], "age": [bands[i % 4] for i in range(N)], "a": spread()}
    plans = plans_of({**columns, "b": spread()})
    assert (plans["shops"].kind, plans["shops"].use) == ("ordered", "builds")
    assert plans["shops"].label.order == ("never", "sometimes", "often")
    assert plans["shops"].reason == "3 steps, never to often"
    assert (plans["age"].kind, plans["age"].use) == ("ordered", "describes")
    assert plans["age"].label.order == ("18-24", "25-34", "35+")
    given = plans_of(columns, labels={"shops": Label("shops", order=("often", "sometimes", "never"))})
    assert given["shops"].label.order == ("often", "sometimes", "never")


def test_words_in_two_spellings_are_no_order():
    """Which of the two would be the higher step?"""
    answers = ["often", "Often", "never", "sometimes"]
    plans = plans_of({"shops": [answers[i % 4] for i in range(N)], "a": spread(), "b": spread()})
    assert plans["shops"].kind == "category"
