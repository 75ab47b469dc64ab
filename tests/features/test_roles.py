"""What columns do is guessed from names and values, never from parts of words, and can be overridden."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from plain_tables import facts_of, intake_of, plans_of, table_of

from ilk.errors import BadSetting, MissingColumns
from ilk.features.hints import life_of, outcome_of
from ilk.features.plans import Label
from ilk.features.roles import plan_columns, plan_notes
from ilk.features.words import tokens_of, word_set
from ilk.settings import Settings

RNG = np.random.default_rng(7)
N = 400
SPEND = np.round(RNG.lognormal(3, 1, N), 2)
VISITS = RNG.poisson(2, N)
TWO = {"spend": SPEND, "visits": VISITS}


def guess(name, values, **settings):
    return plans_of({**TWO, name: values}, **settings)[name]


def likert(seed, n_steps=5):
    steps = np.random.default_rng(seed).integers(1, n_steps + 1, N)
    steps[:n_steps] = np.arange(1, n_steps + 1)
    return steps


# ---------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("BALANCE", SPEND, "amount"),
        ("anything", SPEND, "amount"),
        ("net_result", RNG.standard_t(2, N) * 100, "amount"),
        ("num_orders", VISITS, "count"),
        ("cash_advance_trx", VISITS, "count"),
        ("hobby", VISITS, "count"),
        ("open_rate", RNG.random(N), "share"),
        ("CASH_ADVANCE_FREQUENCY", RNG.random(N) * 1.5, "share"),
        ("discount_pct", RNG.integers(0, 101, N), "share"),
        ("tenure", RNG.integers(6, 13, N), "number"),
        ("recency", RNG.integers(0, 100, N), "number"),
        ("Spending Score (1-100)", RNG.integers(1, 101, N), "number"),
        ("temperature", RNG.normal(20, 3, N), "number"),
        ("newsletter", RNG.integers(0, 2, N), "flag"),
        ("newsletter", RNG.random(N) < 0.3, "flag"),
        ("channel", RNG.integers(1, 4, N), "category"),
        ("channel", RNG.choice(["web", "shop", "phone"], N), "category"),
        ("satisfaction", likert(1), "ordered"),
    ],
)
def test_values_and_names_tell_the_kind(name, values, kind):
    plan = guess(name, values)
    assert (plan.role, plan.kind, plan.use) == (kind, kind, "builds")
    assert plan.reason
    assert "_" not in plan.label.words


def test_three_columns_on_one_scale_are_answers():
    """One column of 1 to 5 may be a count; three are answers to questions."""
    three = plans_of({**TWO, **{f"q{i}": likert(i) for i in range(3)}})
    assert {three[f"q{i}"].kind for i in range(3)} == {"ordered"}
    assert three["q0"].reason == "steps 1 to 5, a scale that 3 columns share"
    assert plans_of({**TWO, "q0": likert(0)})["q0"].kind != "ordered"


def test_an_item_on_which_nobody_ticked_the_last_step_is_still_an_item():
    short = np.minimum(likert(9), 4)
    assert plans_of({**TWO, **{f"q{i}": likert(i) for i in range(3)}, "q9": short})["q9"].kind == "ordered"


def test_items_of_a_long_battery_build_whatever_they_are_called():
    """Children among ten attitudes asks what people think of children."""
    battery = {f"attitude {i}": likert(i) for i in range(10)}
    plans = plans_of({**battery, "Children": likert(20), "Religion": likert(21), "Number of friends": likert(22)})
    assert {plans[name].use for name in ("Children", "Religion", "Number of friends")} == {"builds"}
    assert plans["Children"].kind == "ordered"


def test_what_is_rated_is_no_amount():
    """Price among service and quality, one to five; a price that takes other values is one."""
    rated = {"service": likert(1), "quality": likert(2), "price": likert(3), "value": likert(4)}
    plans = plans_of({**TWO, **rated})
    assert {plans[name].kind for name in rated} == {"ordered"}
    assert plans_of({**TWO, **rated, "fee": likert(5) * 10})["fee"].kind == "amount"
    assert plans_of({**TWO, **rated, "purchases": likert(6)})["purchases"].kind == "amount"


def test_coded_demography_is_no_battery():
    codes = {"education": likert(1, 4), "region": likert(2, 4), "marital_status": likert(3, 4)}
    plans = plans_of({**TWO, **codes})
    assert {plans[name].use for name in codes} == {"describes"}


@pytest.mark.parametrize(
    ("values", "order", "ends"),
    [
        ((1, 5), "abcde", ((1, "a"), (5, "e"))),
        ((0, 4), "abcde", ((0, "a"), (4, "e"))),
        ((2, 5), "abcde", ((1, "a"), (5, "e"))),
        ((0, 3), "abcde", ((0, "a"), (4, "e"))),
        ((1, 4), "abcde", ()),
        ((0, 6), "abcde", ()),
        ((1, 5), "12345", ()),
    ],
)
def test_words_for_steps_that_are_numbers_say_which_end_is_which(values, order, ends):
    """They were taken for texts counted from 0: who answered 1 of 5 on average was told to say the second of them."""
    steps = RNG.integers(values[0], values[1] + 1, N)
    plan = plans_of({**TWO, "x": steps}, {"x": Label("how often", order=tuple(order))})["x"]
    assert plan.kind == "ordered"
    assert plan.label.ends == ends
    assert plan.label.order == (tuple(order) if order.isdigit() else ())


def test_the_labels_file_tells_more_than_the_name():
    table = {**TWO, "x1": RNG.integers(0, 9, N), "x2": RNG.integers(0, 101, N), "x3": RNG.choice(["lo", "hi"], N)}
    labels = {
        "x1": Label("spent", currency="EUR"),
        "x2": Label("part", unit="%"),
        "x3": Label("level", order=("lo", "hi")),
        "x4": Label("steps", order=("0", "1", "2")),
    }
    plans = plans_of(table | {"x4": RNG.integers(0, 3, N)}, labels)
    assert [plans[f"x{i}"].kind for i in range(1, 5)] == ["amount", "share", "ordered", "ordered"]


# ---------------------------------------------------------------- who describes

WHO = word_set(
    "age Age customer_age AGE_GROUP yearOfBirth Year_Birth dob Gender is_male education Marital_Status "
    "children Kidhome household_size region country postcode zip_code city nationality occupation "
    "preferred_language"
)
NOT_WHO = word_set(
    "average usage language_courses package storage page_views coverage manager teenage_mutant message "
    "percentage account_age age_of_contract capacity velocity electricity weightlifting order_weight statement "
    "sexy children_books_spend household_income kids_clothing_purchases city_magazine_orders regional status "
    "graduate flat_rate homepage_visits marching"
)
OUTCOMES = word_set(
    "Response AcceptedCmp3 Complain complaints churn Churned attrition_flag converted target label y is_target "
    "default.payment.next.month predicted_value churn_probability propensity_score NaiveBayesClassifier "
    "Attrition outcome"
)
NO_OUTCOMES = word_set(
    "score credit_score response_time_hours private_label_spend target_spend yearly problems accept "
    "responsibility labels_printed default_currency_orders probation"
)


@pytest.mark.parametrize("name", sorted(WHO))
def test_who_somebody_is_describes(name):
    assert life_of(tokens_of(name), few_levels=True)


@pytest.mark.parametrize("name", sorted(NOT_WHO))
def test_parts_of_words_and_behaviour_do_not_describe(name):
    assert life_of(tokens_of(name), few_levels=True) is None


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_outcomes_and_predictions_describe(name):
    assert outcome_of(tokens_of(name))


@pytest.mark.parametrize("name", sorted(NO_OUTCOMES))
def test_a_bare_score_and_its_like_build(name):
    assert outcome_of(tokens_of(name)) is None


def test_a_counted_word_is_not_a_persons_sex():
    """The word sex with dozens of values is a word somebody counted, with two it is the customer's."""
    assert guess("sex", RNG.poisson(8, N)).use == "builds"
    assert guess("sex", RNG.choice(["F", "M"], N)).use == "describes"


def test_calendar_years_and_dates_describe():
    assert guess("gradyear", RNG.integers(2006, 2010, N)).use == "describes"
    days = [dt.date(2020, 1, 1) + dt.timedelta(int(i)) for i in RNG.integers(0, 900, N)]
    plan = guess("joined", days)
    assert (plan.role, plan.kind, plan.use) == ("date", "date", "describes")
    assert plans_of({**TWO, "joined": days}, role={"joined": "number"})["joined"].use == "builds"


def test_descriptors_keep_the_kind_of_their_values():
    assert guess("age", RNG.poisson(8, N) + 18).kind == "number"
    assert guess("region", RNG.choice(["N", "S"], N)).kind == "category"
    assert guess("Response", RNG.integers(0, 2, N)).kind == "flag"


def test_descriptors_build_when_nothing_else_does():
    """Who customers are comes before what came of it."""
    people = {"age": RNG.integers(18, 80, N), "region": RNG.choice(["N", "S"], N), "churn": RNG.integers(0, 2, N)}
    plans = plans_of(people)
    assert [plans[name].use for name in people] == ["builds", "builds", "describes"]
    assert {plans[name].role for name in people} == {"descriptor"}
    assert [note.code for note in plan_notes(tuple(plans.values()))] == ["descriptors-build"]
    outcomes = plans_of({"age": people["age"], "churn": people["churn"]})
    assert {plan.use for plan in outcomes.values()} == {"builds"}


def test_descriptors_that_were_asked_for_stay_descriptors():
    plans = plans_of({"spend": SPEND, "age": RNG.integers(18, 80, N)}, descriptor=("age",))
    assert plans["age"].use == "describes"


# ---------------------------------------------------------------- who stays out


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x", [f"ann.{i}@example.com" for i in range(N)]),
        ("x", [f"+49 30 {1000000 + i}" for i in range(N)]),
        ("x", [f"(0{100 + i}) 555-{1000 + i}" for i in range(N)]),
        ("x", ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", None, None] * (N // 4)),
        ("x", ["4111111111111111", "5500005555555559"] * (N // 2)),
        ("customer_name", RNG.choice(["Ann Lee", "Bo Oz", "Cy Fox"], N)),
        ("lastName", RNG.choice(["Lee", "Oz", "Fox"], N)),
        ("Name", [f"Somebody{i}" for i in range(N)]),
        ("home_address", [f"{i} High Street" for i in range(N)]),
        ("phone_number", RNG.integers(3_000_000, 9_000_000, N)),
    ],
)
def test_contact_data_is_found_by_name_and_by_content(name, values):
    plan = guess(name, values)
    assert (plan.role, plan.use) == ("contact", "out")
    found = [str(value) for value in values if value is not None]
    assert not any(value in plan.reason for value in found)


def test_half_empty_contact_data_is_found():
    values = [f"a{i}@example.org" if i % 3 == 0 else f"nickname {i}" for i in range(N)]
    assert guess("handle", values).role == "contact"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("phone_brand", RNG.choice(["Apple", "Samsung", "Nokia"], N)),
        ("email_opens", VISITS),
        ("PhoneService", RNG.choice(["Yes", "No"], N)),
        ("product_name", RNG.choice(["Basic", "Plus", "Pro"], N)),
        ("account_balance", SPEND),
        ("num_credit_cards", VISITS),
        ("NumberOfAddress", VISITS),
        ("street_type", RNG.choice(["road", "lane"], N)),
    ],
)
def test_what_only_sounds_like_contact_data_builds(name, values):
    assert guess(name, values).use == "builds"


def test_what_points_at_single_customers_stays_out():
    assert guess("row", np.arange(N)).role == "id"
    assert guess("loyalty_id", RNG.permutation(10**6)[:N]).role == "id"
    assert guess("code", [f"K{i:05d}" for i in range(N)]).role == "id"
    assert guess("income", RNG.permutation(10**6)[:N]).use == "builds"


def test_what_says_nothing_stays_out():
    plans = plans_of({**TWO, "Z_Cost": np.full(N, 3), "empty": [None] * N, "ticked": [1.0, None] * (N // 2)})
    assert [plans[name].use for name in ("Z_Cost", "empty", "ticked")] == ["out"] * 3
    assert plans["Z_Cost"].reason == "the same for everybody"
    assert plans["empty"].reason == "empty"
    assert guess("ticked", [1.0, None] * (N // 2), missing={"ticked": "zero"}).use == "builds"


def test_texts_that_are_no_groups_stay_out():
    cities = [f"city {i % 90}" for i in range(N)]
    assert guess("town_of_birth", cities).use == "out"
    assert "90 different texts" in guess("branch", cities).reason
    wishes = [f"I would like number {i} to be there" for i in range(N)]
    assert (guess("wish", wishes).role, guess("wish", wishes).use) == ("text", "out")
    hobbies = RNG.choice(["golf;chess", "chess", "golf", "golf;go;chess"], N)
    assert (guess("hobbies", hobbies).role, guess("hobbies", hobbies).use) == ("choices", "out")
    places = RNG.choice(["Bern, Switzerland", "Rome, Italy", "Oslo, Norway"], N)
    assert guess("favourite", places).role == "category"


# ---------------------------------------------------------------- tables everybody knows


KNOWN = {
    "mall": {
        "Gender": ("category", "describes"),
        "Age": ("number", "describes"),
        "Annual Income (k$)": ("amount", "builds"),
        "Spending Score (1-100)": ("number", "builds"),
    },
    "telco": {
        "SeniorCitizen": ("flag", "describes"),
        "Partner": ("category", "describes"),
        "Dependents": ("category", "describes"),
        "tenure": ("number", "builds"),
        "PhoneService": ("category", "builds"),
        "PaymentMethod": ("category", "builds"),
        "MonthlyCharges": ("amount", "builds"),
        "Churn": ("category", "describes"),
    },
    "bank": {
        "job": ("category", "describes"),
        "marital": ("category", "describes"),
        "default": ("category", "describes"),
        "balance": ("amount", "builds"),
        "previous": ("count", "builds"),
        "poutcome": ("category", "builds"),
        "y": ("category", "describes"),
    },
    "shop": {
        "CityTier": ("category", "describes"),
        "WarehouseToHome": ("count", "builds"),
        "NumberOfDeviceRegistered": ("count", "builds"),
        "SatisfactionScore": ("ordered", "builds"),
        "DaySinceLastOrder": ("number", "builds"),
        "CashbackAmount": ("amount", "builds"),
        "Complain": ("flag", "describes"),
    },
    "rfm": {
        "Recency": ("number", "builds"),
        "Frequency": ("count", "builds"),
        "Monetary": ("amount", "builds"),
    },
}


def typical(kind, rng):
    """Values of a kind, as tables of it hold them."""
    return {
        "category": lambda: rng.choice(["Yes", "No", "Other"], N),
        "number": lambda: rng.integers(18, 70, N),
        "amount": lambda: np.round(rng.lognormal(4, 1, N), 2),
        "count": lambda: rng.geometric(0.2, N) - 1,
        "flag": lambda: rng.integers(0, 2, N),
        "ordered": lambda: likert(3),
    }[kind]()


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_tables_everybody_knows(name):
    rng = np.random.default_rng(1)
    columns = {column: typical(kind, rng) for column, (kind, _) in KNOWN[name].items()}
    if name == "shop":
        columns["CityTier"] = rng.integers(1, 4, N)
    plans = plans_of(columns)
    assert {column: (plan.kind, plan.use) for column, plan in plans.items()} == KNOWN[name]


# ---------------------------------------------------------------- what the user said


def test_settings_win():
    table = {**TWO, "age": RNG.integers(18, 80, N), "steps": likert(1), "code": RNG.integers(1, 4, N)}
    plans = plans_of(
        table,
        role={"age": "number", "code": "number", "steps": "ordered"},
        descriptor=("visits",),
        weight={"spend": 2.0},
        missing={"spend": "flag"},
    )
    assert {name: plan.use for name, plan in plans.items()} == {
        "spend": "builds",
        "visits": "describes",
        "age": "builds",
        "steps": "builds",
        "code": "builds",
    }
    assert plans["age"].reason == "you said so"
    assert (plans["spend"].weight, plans["spend"].missing) == (2.0, "flag")
    assert plans["visits"].kind == "count"
    assert plans_of(table, ignore=("age",))["age"].role == "ignore"
    assert plans_of(table, role={"age": "ignore"})["age"].use == "out"
    assert plans_of(table, role={"age": "contact"})["age"].use == "out"
    today = plans_of(table, compare_with="code")["code"]
    assert (today.role, today.kind, today.use) == ("descriptor", "category", "describes")
    assert today.reason == "the grouping to compare with"


def test_what_is_no_grouping_is_refused_before_anything_is_found():
    """Not after the whole study was made."""
    with pytest.raises(BadSetting, match=r"'code' has 61 different values .* name a column with 2 to 60 groups"):
        plans_of({**TWO, "code": [i % 61 for i in range(N)]}, compare_with="code")
    with pytest.raises(BadSetting, match="'code' has 1 different value and"):
        plans_of({**TWO, "code": [1] * N}, compare_with="code")


def test_roles_that_make_no_features_are_kept_with_what_to_bring():
    plans = plans_of({**TWO, "words": [f"said {i}" for i in range(N)]}, role={"words": "text", "visits": "id"})
    assert (plans["words"].role, plans["words"].use) == ("text", "out")
    assert plans["words"].reason == "you said so; a column of its topics would build"
    assert (plans["visits"].role, plans["visits"].use) == ("id", "out")


def test_a_descriptor_of_too_many_texts_cannot_be_shown():
    plan = guess("branch", [f"branch {i % 90}" for i in range(N)], descriptor=("branch",))
    assert (plan.role, plan.use, plan.reason) == (
        "ignore",
        "out",
        "you said so; 90 different texts, too many to show",
    )


def test_contact_data_is_noted_by_name_only():
    plans = plans_of({**TWO, "mail": [f"ann.{i}@example.com" for i in range(N)]})
    (note,) = plan_notes(tuple(plans.values()))
    assert note.text == "Contact data is used nowhere: mail."


def test_what_a_blank_means_is_asked_of_building_columns_only():
    with pytest.raises(BadSetting, match="'age' is told what a missing answer means but does not build"):
        plans_of({**TWO, "age": RNG.integers(18, 80, N)}, missing={"age": "zero"})


def test_every_unknown_column_is_named_at_once():
    with pytest.raises(MissingColumns) as error:
        plans_of(TWO, role={"spnd": "amount"}, descriptor=("ag",), ignore=("x",), weight={"y": 1}, compare_with="z")
    for name in ("spnd", "ag", "x", "y", "z"):
        assert repr(name) in str(error.value)
    assert "'spend'" in str(error.value)


def test_every_contradiction_is_named_at_once():
    with pytest.raises(BadSetting) as error:
        plans_of(TWO, ignore=("spend",), descriptor=("spend", "visits"), role={"visits": "count"})
    assert "'spend' is to be ignored and to describe" in str(error.value)
    assert "'visits' is to describe and to be count" in str(error.value)


def test_roles_that_do_not_fit_the_values_are_named_at_once():
    table = {**TWO, "colour": RNG.choice(["red", "blue", "green"], N), "age": RNG.integers(18, 80, N)}
    with pytest.raises(BadSetting) as error:
        plans_of(table, role={"colour": "amount", "visits": "flag", "spend": "date"}, weight={"age": 2})
    text = str(error.value)
    assert "'colour' holds text and cannot be amount" in text
    assert "'visits' has" in text
    assert "'spend' holds no dates" in text
    assert "'age' has a weight but does not build segments (tells age)" in text
    with pytest.raises(BadSetting, match="labels file has to give"):
        plans_of(table, role={"colour": "ordered"})
    with pytest.raises(BadSetting, match="cannot be zero"):
        plans_of(table, missing={"colour": "zero"})


def test_unknown_and_contradicting_settings_come_in_one_message():
    with pytest.raises(MissingColumns) as error:
        plans_of(TWO, ignore=("gone", "spend"), descriptor=("spend",))
    assert "'gone'" in str(error.value)
    assert "'spend' is to be ignored and to describe" in str(error.value)


def test_the_id_may_be_named_but_not_used():
    table = table_of(TWO)
    settings = Settings(role={"CUST": "amount"})
    with pytest.raises(BadSetting, match="'CUST' identifies the customers"):
        plan_columns(facts_of(table), table, {}, settings, intake_of(table, "CUST"))
    settings = Settings(ignore=("CUST",))
    assert len(plan_columns(facts_of(table), table, {}, settings, intake_of(table, "CUST"))) == 2


@pytest.mark.parametrize("n", [0, 1, 2])
def test_tables_of_nearly_nobody_are_planned(n):
    """Nothing breaks on an empty table; every column gets a plan with a reason."""
    columns = {"a": [1.5, 2.5][:n], "b": ["x", "y"][:n], "c": [None] * n}
    for plan in plans_of(columns).values():
        assert plan.reason


def test_hostile_names_are_planned():
    names = ['a"b', "x; DROP TABLE t", "line\nbreak", "ünï çødé", " ", "_", "=1+1", "e" * 500]
    plans = plans_of({name: SPEND + i for i, name in enumerate(names)})
    assert [plan.column for plan in plans.values()] == names
    assert not any("\n" in plan.label.words or "_" in plan.label.words for plan in plans.values())


@pytest.mark.parametrize(("values", "fits"), [([0, 1], True), ([1, 2], False), ([-1, 1], False)])
def test_a_flag_is_nought_or_one(values, fits):
    """Of 1 and 2 the mean is no share: "150 % of them have" would be said."""
    columns = {"member": values * 50, "x": list(range(100))}
    if fits:
        assert plans_of(columns, role={"member": "flag"})["member"].kind == "flag"
        return
    with pytest.raises(BadSetting, match="'member' holds two numbers that are not 0 and 1; category takes any two"):
        plans_of(columns, role={"member": "flag"})
    assert plans_of(columns, role={"member": "category"})["member"].kind == "category"
