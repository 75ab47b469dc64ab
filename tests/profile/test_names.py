"""Names: noun form, short, all different, never a figure, made of what is strongest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portraits import facts_of, grouping_of, subject_of

from ilk.features.labels import made_label
from ilk.features.plans import ColumnPlan
from ilk.model.parts import ColumnSummary, Profile
from ilk.profile import bank
from ilk.profile.describe import describe_solutions
from ilk.profile.names import LONGEST, MIDDLE, name_segments
from ilk.profile.phrases import Phrase
from ilk.profile.sentence import _rivals
from ilk.profile.traits import ground_of, traits_of
from ilk.profile.wording import shortest, wordings

FORBIDDEN = {
    "good",
    "bad",
    "best",
    "better",
    "worst",
    "worse",
    "loyal",
    "disloyal",
    "ideal",
    "perfect",
    "valuable",
    "worthless",
    "lucrative",
    "profitable",
    "cheap",
    "stingy",
    "generous",
    "smart",
    "stupid",
    "lazy",
    "clever",
    "difficult",
    "toxic",
    "premium",
    "elite",
    "star",
    "champion",
    "whales",
    "rich",
    "poor",
    "wealthy",
    "affluent",
    "broke",
    "needy",
    "privileged",
    "thrifty",
    "young",
    "old",
    "older",
    "younger",
    "elderly",
    "senior",
    "seniors",
    "teen",
    "teens",
    "adult",
    "adults",
    "man",
    "men",
    "woman",
    "women",
    "male",
    "female",
    "boys",
    "girls",
    "lady",
    "ladies",
    "mothers",
    "fathers",
    "healthy",
    "unhealthy",
    "sick",
    "ill",
    "fat",
    "obese",
    "slim",
    "disabled",
    "anxious",
    "depressed",
    "addicted",
    "addicts",
}
"""Words a name never brings in by itself: they judge, or say age, gender, health or wealth."""


def profile(column, d, zeros=0.0, n=100):
    return Profile(column, n, 0, mean=10.0 + d, deviation=1.0, median=10.0, n_zero=round(zeros * n), d=d, total=1.0)


def ground_with(columns, segments, block="customers"):
    summaries = []
    for name, kind in columns.items():
        plan = ColumnPlan(name, kind, kind, "builds", "told", made_label(name), block=block)
        import pyarrow as pa

        facts = facts_of(name, pa.chunked_array([pa.array([1.0, 2.0])]))
        summaries.append(ColumnSummary(plan, facts, profile(name, 0.0, zeros=0.5, n=300)))
    return ground_of(summaries, (), segments)


def named(columns, table, zeros=None, block="customers"):
    """Names from a table of d, one row a segment."""
    zeros = zeros or {}
    segments = [
        tuple(profile(name, d, zeros.get((i, name), 0.0)) for name, d in zip(columns, row, strict=True))
        for i, row in enumerate(table)
    ]
    ground = ground_with(columns, segments, block)
    return tuple(found.name for found in name_segments(ground, [traits_of(ground, own) for own in segments]))


def named_where_all_do(columns, table):
    """As `named`, where nearly everybody does what the first column is about."""
    segments = [tuple(profile(name, d) for name, d in zip(columns, row, strict=True)) for row in table]
    ground = ground_with(columns, segments)
    first, *rest = ground.columns
    done = replace(first, everyone=profile(first.plan.column, 0.0, zeros=0.02, n=300))
    ground = replace(ground, columns=(done, *rest))
    return tuple(found.name for found in name_segments(ground, [traits_of(ground, own) for own in segments]))


CARDS = {"INSTALLMENTS_PURCHASES": "amount", "CASH_ADVANCE": "amount", "BALANCE": "amount", "TENURE": "number"}


def test_one_difference_nobody_shares_is_a_name():
    assert named(CARDS, [[1.2, 0, 0, 0], [-0.2, 0, 0, 0]]) == ("Installment buyers", MIDDLE)


def test_a_second_strong_difference_is_added():
    assert named(CARDS, [[0, 1.5, 1.2, 0], [0, 0, 0, 0.1]])[0] == "Cash advance users with high balances"


def test_two_that_share_one_are_told_apart_by_another():
    first, second, _ = named(CARDS, [[0, 1.5, 1.2, 0], [0, 1.4, 0, -0.9], [0, 0, 0, 0]])
    assert first == "Cash advance users with high balances"
    assert second == "Cash advance users with short tenure"


def test_zeros_are_said_as_without():
    names = named(CARDS, [[1.2, -0.9, 0, 0], [1.3, 0, 0, 0], [0] * 4], {(0, "CASH_ADVANCE"): 0.9})
    assert names[0] == "Installment buyers, no cash advances" or "without cash advances" in names[0]


SHOP = {"WINE_SPEND": "amount", "MEAT_SPEND": "amount", "FISH_SPEND": "amount", "WEB_PURCHASES": "count"} | {
    "RECENCY": "number"
}


def test_who_buys_little_of_everything_is_a_light_buyer():
    """Light wine buyers they are too, but that says too little."""
    light, wine = named(SHOP, [[-1.0, -0.8, -0.7, -0.9, 0], [1.5, 0, 0, 0, 0]])
    assert light == "Light buyers"
    assert wine == "Wine buyers"


def test_two_that_are_light_on_everything_are_told_apart_by_something_else():
    low = [-1.0, -0.8, -0.7, -0.9]
    assert named(SHOP, [[*low, -0.9], [*low, 0.9], [1.0, 1.0, 1.0, 0, 0]])[:2] == (
        "Light buyers seen recently",
        "Light buyers not seen lately",
    )


def test_a_light_buyer_of_one_thing_above_all_is_named_by_it():
    """The others differ by less than six tenths of the strongest."""
    assert named(SHOP, [[-2.0, -0.8, -0.7, -0.9, 0], [0.5, 0, 0, 0, 0]])[0].startswith("Light wine buyers")


def test_heavy_is_who_buys_far_more_of_everything_than_any_other():
    """Where two buy much of everything, what each buys most of tells them apart."""
    much = [1.2, 1.0, 1.1, 0.9, 0]
    assert named(SHOP, [much, [0, 0.1, 0, 0, 0]])[0] == "Heavy buyers"
    first, second, _ = named(SHOP, [much, [0.8, 1.3, 0.9, 1.2, 0], [0, 0, 0, 0, 0.1]])
    assert "Heavy buyers" not in {first, second}


def test_who_does_little_of_several_kinds_is_a_light_user():
    columns = {"LOGINS": "count", "MINUTES": "amount", "VISITS": "count", "SPEND": "amount"}
    table = [[-0.8, -0.9, -0.7, -0.8], [0.9, 0, 0, 0]]
    assert named(columns, table)[0] == "Light users"
    assert named(columns, table, block="orders")[0] == "Light buyers"  # who orders, buys


def test_three_columns_are_not_everything():
    few = {name: kind for name, kind in SHOP.items() if name not in {"WEB_PURCHASES", "RECENCY"}}
    assert named(few, [[-1.0, -0.8, -0.7], [1.5, 0, 0]])[0] != "Light buyers"


def test_a_rate_is_high_or_low():
    """There are no few newsletter open; and who pays much is big or called something else."""
    names = named({"NEWSLETTER_OPEN_RATE": "share", "BALANCE": "amount"}, [[-1.2, 0], [0, 1.2]])
    assert names[0] == "Customers with low newsletter open rates"


def test_where_nearly_everybody_pays_nobody_is_just_a_payer():
    """Too long with its adjective, the name goes to who is somebody without one."""
    names = named_where_all_do({"PAYMENTS": "amount", "PURCHASE_INSTALLMENTS": "amount"}, [[2.0, 1.9], [0, 0]])
    assert names[0] == "Installment buyers with high payments"


def test_two_big_spenders_are_told_apart_by_how_much():
    """The second was called "Spenders", though it spends most of all."""
    assert named_where_all_do({"SPEND": "amount"}, [[0.8], [2.0], [-1.0]])[:2] == (
        "Big spenders, lower spend",
        "Big spenders, higher spend",
    )


def test_nothing_stands_out_in_the_middle():
    assert named(CARDS, [[0.4, -0.4, 0, 0], [0, 0, 2.0, 0]])[0] == MIDDLE


def test_equal_names_get_a_comparative():
    first, second = named(CARDS, [[0.1, 0, 0.4, 0], [0.1, 0, -0.3, 0]])
    assert first == f"{MIDDLE}, higher balances"
    assert second == f"{MIDDLE}, lower balances"


def test_segments_that_differ_in_nothing_still_have_names_of_their_own():
    names = named(CARDS, [[0, 0, 0, 0]] * 4)
    assert len(set(names)) == 4


def test_a_tiny_segment_is_too_few():
    ground = ground_with(CARDS, [])
    names = [found.name for found in name_segments(ground, [None, None, ()])]
    assert names[0] == "Too few to describe"
    assert len(set(names)) == 3


kinds = st.sampled_from(["amount", "count", "share", "number", "ordered"])
columns_drawn = st.dictionaries(
    st.one_of(
        st.sampled_from(
            [
                "PURCHASES",
                "CASH_ADVANCE_TRX",
                "MntWines",
                "has_app",
                "opera",
                "x1",
                "x2",
                "tenure_months",
                "Σ_spend%",
                "orders_last_12m",
                "web visits",
                "cmp 3",
                "number of logins",
            ]
        ),
        st.text(min_size=1, max_size=60),
    ),
    kinds,
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=150)
@given(columns_drawn, st.integers(1, 9), st.integers(0, 2**31 - 1))
def test_names_of_any_table(columns, k, seed):
    """Short, different, without underscores, figures, raw column names or words that judge."""
    rng = np.random.default_rng(seed)
    table = np.round(rng.normal(0, 1.2, (k, len(columns))), 1).tolist()
    names = named(columns, table)
    assert len(set(names)) == k
    own = {word.casefold() for name in columns for word in made_label(name).words.replace("-", " ").split()}
    for name in names:
        assert 0 < len(name) <= LONGEST
        assert name == name.strip()
        assert "_" not in name
        assert not any(letter.isnumeric() for letter in name)
        assert not {word.casefold().strip(",()") for word in name.split()} & FORBIDDEN - own
        assert not any(
            raw in name for raw in columns if raw != raw.lower() and len(raw) > 3 and raw.isascii() and "_" in raw
        )


def test_the_bank_brings_in_no_word_that_judges():
    said = {word for agent in bank.AGENTS.values() for word in agent.split()}
    assert not said & FORBIDDEN


def test_names_do_not_depend_on_how_often_they_are_made():
    rng = np.random.default_rng(5)
    table = rng.normal(0, 1, (6, 4)).tolist()
    assert named(CARDS, table) == named(CARDS, table)


def test_a_namer_of_ones_own():
    rng = np.random.default_rng(2)
    subject = subject_of({"spend": rng.lognormal(3, 1, 90).tolist(), "visits": rng.poisson(3, 90).tolist()})
    grouping = grouping_of(subject, np.arange(90) % 3)
    wanted = {1: "Alpha", 2: "", 3: "x" * 41}
    solution = describe_solutions(subject, [grouping], namer=lambda s: wanted[s.number]).solutions[0]
    plain = describe_solutions(subject, [grouping]).solutions[0]
    names = [segment.persona.name for segment in solution.segments]
    assert names[0] == "Alpha"
    assert names[1:] == [segment.persona.name for segment in plain.segments][1:]
    same = describe_solutions(subject, [grouping], namer=lambda _: "Twice").solutions[0]
    assert [s.persona.name for s in same.segments] == [s.persona.name for s in plain.segments]


@pytest.mark.parametrize(
    ("levels", "name"),
    [
        ({0: "plus", 1: "basic"}, "Plus plan customers"),
        ({0: "tier_2", 1: "tier_1"}, "Tier two plan customers"),
    ],
)
def test_levels_make_names(levels, name):
    rng = np.random.default_rng(3)
    labels = np.arange(120) % 2
    plan = [levels[int(label)] for label in labels]
    subject = subject_of({"plan": plan, "visits": rng.poisson(3, 120).tolist()})
    solution = describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0]
    assert solution.segments[0].persona.name == name


def test_yes_and_no_make_names():
    rng = np.random.default_rng(3)
    labels = np.arange(120) % 2
    subject = subject_of({"has_app": np.where(labels, "no", "yes").tolist(), "visits": rng.poisson(3, 120).tolist()})
    solution = describe_solutions(subject, [grouping_of(subject, labels)]).solutions[0]
    assert [s.persona.name for s in solution.segments] == ["Customers with app", "Customers without app"]


def test_who_seldom_has_a_thing_is_not_called_rare():
    """Customers with rare balances sounded like people with precious ones."""
    phrases = [Phrase("", "", "", "who rarely have", "", noun, high=False) for noun in ("balances", "app visits")]
    assert next(wordings(phrases[:1])) == "Customers who rarely have balances"
    assert shortest(phrases[0]) == "Customers who rarely have balances"
    assert all(len(name) <= LONGEST for name in wordings(phrases))


@pytest.mark.parametrize(
    ("one", "other", "rivals"),
    [
        ("one-off buyers", "instalment buyers", True),
        ("one-off buyers", "one-off buyers", False),
        ("one-off buyers", "buyers", False),
        ("one-off buyers", "cash advance users", False),
        ("", "", False),
    ],
)
def test_a_sentence_does_not_speak_of_the_rival_of_its_name(one, other, rivals):
    assert _rivals(one, other) == rivals
