"""Statements and questions of a questionnaire in names and sentences: as one says it of somebody else, or quoted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ilk.features.labels import made_label
from ilk.features.plans import ColumnPlan, Label, Theme
from ilk.features.words import words_of
from ilk.model.parts import ColumnSummary, Profile
from ilk.profile.markers import marker_text
from ilk.profile.names import name_segments
from ilk.profile.phrases import more_or_less, phrase_for
from ilk.profile.sentence import behaviour
from ilk.profile.statements import statement_of
from ilk.profile.traits import Trait, ground_of
from ilk.profile.words import words_for
from ilk.sources.source import ColumnFacts

AGREE = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
OFTEN = ("Never", "Rarely", "Sometimes", "Often", "Always")


@pytest.mark.parametrize(
    ("asked", "yes", "no"),
    [
        ("I enjoy shopping", "enjoy shopping", "do not enjoy shopping"),
        ("I am worried about my bills.", "are worried about their bills", "are not worried about their bills"),
        ("I'm happy with myself", "are happy with themselves", "are not happy with themselves"),
        ("I’ve tried it", "have tried it", "have not tried it"),
        ("I can wait", "can wait", "cannot wait"),
        ("I don't like queues", "don't like queues", "like queues"),
        ("I would pay more", "would pay more", "would not pay more"),
        ("I never buy online", "never buy online", ""),
        ("Do you own a car?", "own a car", "do not own a car"),
        ("Are you a member?", "are a member", "are not a member"),
        ("How satisfied are you with your bank?", "are satisfied with their bank", "are not satisfied with their bank"),
        ("How important is price to you?", "find price important", "find price unimportant"),
        ("How often do you cook?", "often cook", "rarely cook"),
        ("My friends ask me for advice", "", ""),
        ("When I travel, I prefer trains", "", ""),
        ("Wie oft kochen Sie?", "", ""),
    ],
)
def test_what_is_said_of_who_says_yes_and_who_says_no(asked, yes, no):
    found = statement_of(asked)
    assert (found.yes, found.no) == (yes, no)
    assert found.quoted == f"“{asked.rstrip('.')}”"


@pytest.mark.parametrize("name", ["purchase frequency", "Age", "Rock", "AMOUNT_I", "type i error"])
def test_a_column_that_asks_nothing_is_no_statement(name):
    assert statement_of(name) is None


def test_do_you_with_steps_of_how_often_is_about_how_often():
    assert statement_of("Do you buy organic food?", OFTEN).yes == "often buy organic food"
    assert statement_of("Do you buy organic food?", AGREE).yes == "buy organic food"


def test_a_header_that_says_something_keeps_its_letters():
    assert words_of("I shop at Aldi.") == "I shop at Aldi"
    assert words_of("Annual Income (k$)") == "annual income"


def ordered(name, order=AGREE, mean=2.0, label=None):
    """A column of steps in words and everyone's answers."""
    label = label or replace(made_label(name), order=order)
    plan = ColumnPlan(name, "ordered", "ordered", "builds", "", label, 1.0, "skip")
    facts = ColumnFacts(name, "text", 100, 0, len(order), 0, 0, None, None, whole=False, spoiled=0, levels=())
    return ColumnSummary(plan, facts, profile(name, mean), levels=order)


def profile(name, mean):
    return Profile(name, 100, 0, mean, 1.0, mean, 0.0, 4.0, 0, d=(mean - 2.0))


def on(column, here):
    ground = ground_of((column,), (Theme((column.plan.column,)),), ((profile(column.plan.column, here),),))
    d = here - column.everyone.mean
    return ground, Trait(0, 0, d, here, column.everyone.mean, (0.0, 0.0), "", marks=True, towards=1 if d > 0 else -1)


def test_names_and_markers_say_it_of_a_third_person():
    ground, trait = on(ordered("I enjoy shopping"), 3.3)
    (named,) = name_segments(ground, ((trait,),))
    assert named.name == "Customers who enjoy shopping"
    assert marker_text(ground, trait) == "enjoy shopping (“Agree”; everyone “Neither agree nor disagree”)"
    ground, trait = on(ordered("I enjoy shopping"), 0.8)
    assert name_segments(ground, ((trait,),))[0].name == "Customers who do not enjoy shopping"


def test_above_everyone_and_still_on_the_side_of_no_is_not_told_as_a_yes():
    """Everyone answers 0.4 of 4 on average, the segment 1.5: more than others, but they do not agree."""
    ground, trait = on(ordered("I enjoy shopping", mean=0.4), 1.5)
    assert phrase_for(ground, trait).clause() == "“I enjoy shopping”"
    assert name_segments(ground, ((trait,),))[0].name == "Customers high on “I enjoy shopping”"


def test_a_turned_scale_says_the_opposite():
    """Steps turned, high values disagree."""
    label = Label("I enjoy shopping (reversed)", given=True, short="I enjoy shopping", order=AGREE[::-1])
    column = ordered("I enjoy shopping", AGREE[::-1], label=label)
    ground, trait = on(column, 3.2)
    assert name_segments(ground, ((trait,),))[0].name == "Customers who do not enjoy shopping"
    assert "they answer “Disagree” to “I enjoy shopping”" in behaviour(ground, trait).text
    assert more_or_less(words_for(column.plan), "ordered", "", more=True) == "lower on “I enjoy shopping”"


def test_sentences_tell_the_answer_that_is_nearest_to_the_average():
    ground, trait = on(ordered("How often do you cook at home?", OFTEN), 3.4)
    told = behaviour(ground, trait).text
    assert told == "they answer “Often” to “How often do you cook at home?” on average (everyone: “Sometimes”)"


def test_the_same_answer_as_everyone_is_told_as_a_little_more_or_less():
    ground, trait = on(ordered("I enjoy shopping", mean=1.7), 2.3)
    told = behaviour(ground, trait).text
    assert told.endswith("(everyone: “Neither agree nor disagree”, a little lower)")


def test_a_long_statement_is_cut_and_seen_to_be():
    ground, trait = on(ordered("I plan what I buy before I go to the shop"), 3.5)
    name = name_segments(ground, ((trait,),))[0].name
    assert name == "Customers who plan what they buy …"
    ground, trait = on(ordered("When I travel far from home, I prefer to go by train"), 3.5)
    name = name_segments(ground, ((trait,),))[0].name
    assert len(name) <= 40
    assert name.endswith("…”")
    assert name.startswith("High on “When I travel")


def test_figures_of_a_question_are_spelled_in_a_name():
    ground, trait = on(ordered("When I buy 2 I send 1 back"), 3.5)
    assert name_segments(ground, ((trait,),))[0].name == "High on “When I buy two I send one back”"


def test_a_label_stands_for_a_column_that_is_only_counted():
    """Q7 says nothing, so the label is told; Music says enough."""
    label = Label("I enjoy shopping", given=True, short="q 7", order=AGREE)
    assert words_for(ordered("q7", label=label).plan).statement.yes == "enjoy shopping"
    label = Label("I enjoy listening to music.", given=True, short="music", order=AGREE)
    assert words_for(ordered("Music", label=label).plan).agent == "music fans"


@pytest.mark.parametrize(
    ("asked", "ends"),
    [
        ("I enjoy shopping.", ("disagree", "agree")),
        ("I prefer.", ()),
        ("How often do you read?", ("rarely", "often")),
        ("How much do you like tea?", ("little", "much")),
        ("Do you smoke?", ("no", "yes")),
        ("Are you a member?", ("no", "yes")),
        ("How satisfied are you with us?", ("not satisfied", "very satisfied")),
        ("How important is a low price to you?", ("not important", "very important")),
        ("What is your favourite colour?", ()),
    ],
)
def test_what_was_asked_says_which_end_of_its_scale_is_which(asked, ends):
    """Where it does not, nothing is invented."""
    assert statement_of(asked).ends == ends
