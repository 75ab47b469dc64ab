"""Too few customers for so many columns: a warning, and a group to begin with."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from plain_tables import facts_of, plan

from ilk.features.advice import sample_size, survey_notes, unordered_notes
from ilk.features.plans import Label
from ilk.features.themes import Correlated

NAMES = tuple(f"{letter}{'' if i < 4 else ' thing'}" for i, letter in enumerate("abcdefghij"))


def correlated(strong):
    """Everything correlates a little, the columns in `strong` a lot."""
    values = np.full((len(NAMES), len(NAMES)), 0.1)
    values[np.ix_(strong, strong)] = 0.7
    np.fill_diagonal(values, 1.0)
    return Correlated(NAMES, values)


def test_enough_customers_need_no_advice():
    plans = [plan(name, "ordered") for name in NAMES]
    assert sample_size(1000, plans, correlated([])) is None
    assert sample_size(10, [], Correlated((), np.empty((0, 0)))) is None


def test_columns_of_weight_zero_need_no_customers():
    plans = [plan(name, "ordered", weight=0.0 if i else 1.0) for i, name in enumerate(NAMES)]
    assert sample_size(100, plans, correlated([])) is None


def test_the_warning_says_how_many_and_proposes_what_hangs_together():
    plans = [plan(name, "ordered") for name in NAMES]
    advice = sample_size(570, plans, correlated([1, 4, 7]))
    assert advice.group == ("b", "e thing", "h thing")
    note = advice.note()
    assert note.code == "sample-size"
    assert "570 customers for 10 building columns are 57 a column, where 100 are advised" in note.text
    assert "answered most alike: b, e thing, h thing" in note.text


def test_groups_of_the_labels_file_go_first():
    plans = [plan(name, "ordered", label=Label(name, group="music" if i >= 6 else "")) for i, name in enumerate(NAMES)]
    advice = sample_size(570, plans, correlated([0, 1, 2]))
    assert advice.group == NAMES[6:]
    assert advice.why == "which belong together"


def test_columns_named_alike_come_next():
    names = ["MntWine", "MntFish", "MntMeat", "MntGold", "x", "y"]
    advice = sample_size(450, [plan(name, "amount") for name in names], Correlated((), np.empty((0, 0))))
    assert advice.group == tuple(names[:4])
    assert advice.why == "named alike"


def test_columns_without_an_order_leave_nothing_to_propose():
    plans = [plan(name, "category") for name in NAMES]
    advice = sample_size(50, plans, Correlated(("a", "b"), np.eye(2)))
    assert (advice.group, advice.why) == ((), "")
    assert advice.note().text.endswith("(rule of thumb).")


def test_three_columns_are_not_split():
    plans = [plan(name, "ordered") for name in NAMES[:3]]
    assert sample_size(50, plans, correlated([])).group == ()


AGREE = ["Disagree", "Neutral", "Agree", "Strongly agree", "Don't know"] * 8


def told_of(table):
    facts = facts_of(pa.table(table))
    return survey_notes(facts, [plan(fact.column, "category") for fact in facts])


def test_a_questionnaire_given_as_a_table_of_customers_is_pointed_to_survey():
    (note,) = told_of({"age": list(range(40)), "I like it": AGREE, "I use it": AGREE, "I buy it": AGREE})
    assert "3 of 4 columns are answered on a scale, such as 'I like it'" in note.text
    assert "--survey" in note.text
    (note,) = told_of({f"Q{i}": [1, 2, 3, 4, 5] * 8 for i in range(1, 6)})
    assert "5 of 5 columns" in note.text


def test_a_table_with_a_few_ratings_is_none():
    """Half of the columns at least, three at least; codes and words of no scale are no steps."""
    assert told_of({"a": AGREE, "b": AGREE}) == ()
    assert told_of({"a": AGREE, "b": AGREE, "c": AGREE, **{f"n {i}": list(range(40)) for i in range(4)}}) == ()
    assert told_of({f"colour {i}": ["red", "green", "blue", "black"] * 10 for i in range(5)}) == ()
    assert told_of({f"Q{i}": list(range(40)) for i in range(1, 6)}) == ()


STEPS = [1, 2, 3, 4, 5, 3, 99, 4] * 5


def test_steps_in_numbers_are_a_questionnaire_whatever_their_columns_are_called():
    """With codes for no answer among them, three columns are needed that share the scale."""
    (note,) = told_of({"service": STEPS, "look": STEPS, "taste": STEPS, "age": list(range(40))})
    assert "3 of 4 columns are answered on a scale, such as 'service'" in note.text
    assert told_of({"service": STEPS, "look": STEPS, "age": list(range(40))}) == ()
    facts = facts_of(pa.table({name: [1, 2, 3, 4, 5] * 8 for name in "abc"}))
    (note,) = survey_notes(facts, [plan(fact.column, "ordered") for fact in facts])
    assert "3 of 3 columns" in note.text


POLISH = ["zdecydowanie nie", "raczej nie", "raczej tak", "zdecydowanie tak"] * 10


def unordered(table, **plans):
    facts = facts_of(pa.table(table))
    return unordered_notes(facts, [plan(fact.column, plans.get(fact.column, "category")) for fact in facts])


def test_the_order_of_answers_in_another_language_is_asked_for():
    (note,) = unordered({"Q1": POLISH, "Q2": POLISH, "Q3": POLISH, "town": ["A", "B", "C", "D"] * 10})
    assert note.text.startswith("'Q1', 'Q2', 'Q3' share 4 answers whose order is not known")
    assert "(--labels), with a line such as Q1,raczej nie|raczej tak|..." in note.text
    assert "town" not in note.text


def test_no_order_is_asked_for_where_there_may_be_none():
    """Two columns, three answers as in yes, no and no internet, and columns that have an order already."""
    service = ["yes", "no", "no internet", "yes"] * 10
    assert unordered({"Q1": POLISH, "Q2": POLISH}) == ()
    assert unordered({"a": service, "b": service, "c": service}) == ()
    assert unordered({"Q1": POLISH, "Q2": POLISH, "Q3": POLISH}, Q3="ordered") == ()
