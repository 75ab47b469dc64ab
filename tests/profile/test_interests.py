"""Interests are told by how many have them against everyone, never by raw counts, and only where enough have them."""

from __future__ import annotations

import numpy as np
import pytest
from portraits import grouping_of, subject_of

from ilk.features.labels import made_label
from ilk.features.plans import ColumnPlan, Label
from ilk.profile.describe import describe_solutions
from ilk.profile.phrases import more_or_less
from ilk.profile.words import words_for

N = 600
SIZES = (300, 180, 120)


def crowd(**more):
    """Three kinds of people; half of them have music, and football, chess and “Dota 2” have their own crowd."""
    rng = np.random.default_rng(5)
    of = np.repeat(np.arange(3), SIZES)
    chances = {"music": (0.5, 0.5, 0.5), "football": (0.8, 0.1, 0.05), "chess": (0.1, 0.7, 0.1)}
    chances |= {"Dota 2": (0.02, 0.05, 0.9), "tea": (0.2, 0.2, 0.2)}
    columns = {
        name: np.where(rng.random(N) < np.array(shares)[of], rng.integers(1, 9, N), 0).astype(float)
        for name, shares in chances.items()
    }
    columns["tea"][:40] = 500.0
    return columns | more, of


def described(columns, of, **settings):
    labels = {"Dota 2": Label("Dota 2", given=True)}
    subject = subject_of(columns, labels, role={n: "topics" for n in columns if n != "income"}, **settings)
    return describe_solutions(subject, [grouping_of(subject, of)]).solutions[0]


@pytest.fixture(scope="module")
def solution():
    return described(*crowd())


def test_names_are_made_of_what_they_like(solution):
    """A known interest has fans, any other word a crowd; figures are spelled, titles keep their capitals."""
    names = [segment.persona.name for segment in solution.segments]
    assert names == ["Football fans", "Chess crowd", "Dota two crowd"]


def test_a_learnt_interest_is_named_by_both_its_topics():
    """Two topics with a stroke between them; a figure that is spelled leaves no blank before it."""
    columns, of = crowd()
    columns["Dota 2/Rust"] = columns.pop("Dota 2")
    subject = subject_of(columns, {"Dota 2/Rust": Label("Dota 2/Rust")}, role=dict.fromkeys(columns, "topics"))
    names = [one.persona.name for one in describe_solutions(subject, [grouping_of(subject, of)]).solutions[0].segments]
    assert names[2] == "Dota two/Rust crowd"


def test_sentences_say_how_many_beside_everyone(solution):
    """The share who have it at all; nothing is told that they have less of than everyone."""
    columns, of = crowd()
    here, everyone = np.mean(columns["football"][of == 0] > 0), np.mean(columns["football"] > 0)
    sentence = solution.segments[0].persona.sentence
    assert f"{here:.0%} of them have football among their interests".replace("%", " %") in sentence
    assert f"(everyone: {everyone:.0%})".replace("%", " %") in sentence
    assert "chess" not in sentence
    assert "“Dota 2”" in solution.segments[2].persona.sentence


def test_markers_go_by_lift_and_not_by_how_much(solution):
    """Forty people with five hundred teas each make no marker: as many have tea as among everyone."""
    expected = [("football", 2.5), ("chess", 4.0), ("Dota 2", 6.0)]
    for segment, (column, most) in zip(solution.segments, expected, strict=True):
        (first,) = segment.persona.markers
        assert first.column == column
        assert 100.0 < first.index < 100.0 * most
        assert "times as often" in first.text
        assert "tea" not in {marker.column for marker in segment.persona.markers}


def test_the_strongest_lift_comes_first():
    """Of two interests of one segment, the one that has more times as many."""
    columns, of = crowd()
    rng = np.random.default_rng(6)
    columns["go"] = np.where((of == 1) & (rng.random(N) < 0.3), 1.0, 0.0)
    columns["go"][:12] = 1.0
    markers = described(columns, of).segments[1].persona.markers
    assert [marker.column for marker in markers] == ["go", "chess"]
    assert markers[0].index > markers[1].index


def test_a_lift_made_by_a_few_is_no_marker():
    """Twelve of three hundred are under five per cent, whatever their lift."""
    columns, of = crowd()
    columns["rare"] = np.zeros(N)
    columns["rare"][:12] = 1.0
    solution = described(columns, of)
    assert all(m.column != "rare" for segment in solution.segments for m in segment.persona.markers)


def test_the_unit_of_a_weight_changes_no_word():
    """Minutes instead of hours: the same names, sentences and markers."""
    columns, of = crowd()
    minutes = {name: 64.0 * values for name, values in columns.items()}
    first, second = described(columns, of), described(minutes, of)
    assert [s.persona.markers for s in first.segments] == [s.persona.markers for s in second.segments]
    assert [(s.persona.name, s.persona.sentence) for s in first.segments] == [
        (s.persona.name, s.persona.sentence) for s in second.segments
    ]


def test_rules_say_some_and_no():
    """Nobody says “football at most 0”."""
    solution = described(*crowd())
    texts = " ".join(rule.text for segment in solution.segments for rule in segment.persona.rules)
    assert "ome football" in texts or "o football" in texts
    assert "at most 0" not in texts


def test_beside_other_columns_each_is_told_its_own_way():
    """An amount by its mean, interests by how many have them."""
    columns, of = crowd()
    columns["income"] = np.random.default_rng(7).gamma(2.0, 1000.0, N) * (1.0 + 6.0 * (of == 1))
    chess = described(columns, of).segments[1].persona
    assert {marker.column for marker in chess.markers} >= {"income", "chess"}
    assert "income" in chess.sentence.lower()


def test_a_long_title_keeps_its_capitals():
    """Made from the name of its column it would lose them."""
    label = Label("Counter-Strike Global Offensive", given=True, short="counter-strike global offensive")
    words = words_for(ColumnPlan("Counter-Strike Global Offensive", "topics", "topics", "builds", "told", label))
    assert words.topic == words.plain == "Counter-Strike Global Offensive"


def test_words_for_a_topic():
    """The plain words as they are written; who likes it."""
    plan = ColumnPlan("Rock music", "topics", "topics", "builds", "told", made_label("Rock music"))
    words = words_for(plan)
    assert words.agent.endswith("music fans")
    assert more_or_less(words, "topics", "", more=True).startswith("more ")
