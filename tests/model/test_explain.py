"""One customer: why adds up exactly, how far is checked by assigning again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.errors import BadInput
from ilk.features.plans import Identity
from ilk.model.explain import Alike
from ilk.model.how_far import smallest_step
from ilk.model.model import Model
from ilk.model.parts import Condition, Edit, Rule
from ilk.model.shown import FAR

LAW = settings(deadline=None, max_examples=40)
WHOLE = {"SPEND": 120.0, "ONLINE_SPEND": 40.0, "VISITS": 4, "PROMO_SHARE": 0.4, "HAS_CARD": True, "BASKET": "medium"}

customers = st.fixed_dictionaries(
    {},
    optional={
        "SPEND": st.floats(0, 1e5),
        "ONLINE_SPEND": st.floats(0, 1e5) | st.none(),
        "VISITS": st.integers(0, 60),
        "PROMO_SHARE": st.floats(0, 1),
        "HAS_CARD": st.booleans(),
        "BASKET": st.sampled_from(["small", "medium", "large"]),
    },
).filter(lambda values: any(v is not None for v in values.values()))


def test_the_same_answer_as_assign(model, frame):
    table = model.assign(frame).table
    for i in (0, 5, 17, 203):
        given_ = {k: v for k, v in frame.slice(i, 1).to_pylist()[0].items() if v is not None}
        found, row = model.explain(given_), table.slice(i, 1).to_pylist()[0]
        assert (found.segment, found.runner_up, found.name) == (row["segment"], row["runner_up"], row["persona"])
        assert (found.certainty, found.distance, found.margin) == (row["certainty"], row["distance"], row["margin"])
        assert found.outlier == row["outlier"]
        assert len(found.blank) == row["missing"]


@LAW
@given(values=customers)
def test_reasons_add_up_exactly(model, values):
    """The points of all columns are d2^2 - d1^2, to the last bit."""
    from ilk.model.customer import read_customer
    from ilk.model.scorers import nearest_segments

    found = model.explain(values)
    near = nearest_segments(model.scoring, read_customer(model, values).features[None])
    assert sum(reason.points for reason in found.reasons) == near.d2[0] - near.d1[0]
    assert found.difference == near.d2[0] - near.d1[0]
    assert {reason.column for reason in found.reasons} | set(found.blank) == set(model.scoring.columns)


def test_reasons_by_hand(model):
    """One column known: its points are (x - c2)^2 - (x - c1)^2."""
    from ilk.model.customer import read_customer

    found = model.explain({"PROMO_SHARE": 0.9})
    at = model.scoring.feature_columns.index("PROMO_SHARE")
    x = float(read_customer(model, {"PROMO_SHARE": 0.9}).features[at])
    apart = sorted((x - c) ** 2 for c in model.scoring.centres[:, at])
    assert [(r.column, r.value) for r in found.reasons] == [("PROMO_SHARE", "0.9")]
    assert found.reasons[0].points == apart[1] - apart[0]


def test_the_indicators_of_a_category_are_one_reason(model):
    found = model.explain(WHOLE)
    assert sorted(r.column for r in found.reasons) == sorted(WHOLE)
    assert [abs(r.points) for r in found.reasons] == sorted((abs(r.points) for r in found.reasons), reverse=True)
    assert next(r for r in found.reasons if r.column == "BASKET").value == "medium"
    assert next(r for r in found.reasons if r.column == "HAS_CARD").value == "yes"


# ---------------------------------------------------------------- how far


@LAW
@given(values=customers)
def test_ways_lead_where_they_say(model, values):
    """Every way is walked: the changed customer, given as a new one, is where the way says it lands."""
    found = model.explain(values)
    assert sorted(way.segment for way in found.elsewhere) == [
        s.number for s in model.segments if s.number != found.segment
    ]
    for way in found.elsewhere:
        if way.distance is None:
            assert way.changes == ()
            continue
        there = {**values, **{change.column: change.after for change in way.changes}}
        assert model.explain(there).segment == way.lands


@LAW
@given(values=customers)
def test_ways_stay_within_what_was_seen(model, values):
    for way in model.explain(values).elsewhere:
        for change in way.changes:
            facts = model.content.column(change.column).facts
            low, high = min(facts.minimum, change.before), max(facts.maximum, change.before)
            assert low * (1 - 1e-3) - 1e-3 <= change.after <= high * (1 + 1e-3) + 1e-3
            assert not facts.whole or change.after == int(change.after)


def test_where_the_model_holds_no_extreme_four_deviations_are_the_bound(model):
    columns = tuple(
        replace(c, facts=replace(c.facts, minimum=None, maximum=None)) if c.facts.kind == "number" else c
        for c in model.content.columns
    )
    private = replace(model, content=replace(model.content, columns=columns))
    for values in (WHOLE, {"SPEND": 1.0}, {"ONLINE_SPEND": 3000.0, "VISITS": 0}):
        for way in private.explain(values).elsewhere:
            assert all(change.after >= 0 for change in way.changes)
            there = {**values, **{change.column: change.after for change in way.changes}}
            assert way.distance is None or private.explain(there).segment == way.lands


def test_somebody_unlike_anyone_is_told_so(model):
    found = model.explain({"SPEND": 1e6, "ONLINE_SPEND": 0.0, "VISITS": 60, "PROMO_SHARE": 0.0, "HAS_CARD": False})
    assert found.outlier
    assert "Unlike anyone: " in str(found)


def test_only_what_may_change_changes(model):
    found = model.explain(WHOLE, changeable=["VISITS"])
    assert {change.column for way in found.elsewhere for change in way.changes} <= {"VISITS"}
    changed = {change.column for way in model.explain(WHOLE).elsewhere for change in way.changes}
    assert changed <= {"SPEND", "ONLINE_SPEND", "VISITS", "PROMO_SHARE"}
    with pytest.raises(BadInput, match="make no segments by their amount: 'BASKET', 'SHOES'"):
        model.explain(WHOLE, changeable=["BASKET", "SHOES"])


def test_where_nothing_may_change_there_is_no_way(model):
    found = model.explain({"HAS_CARD": True})
    assert all(way.distance is None for way in found.elsewhere)
    assert found.may_change == ()
    told = " ".join(str(found).split())
    assert "nothing that is known here was free to change; answers, choices, kinds and topics were held" in told


def test_what_was_held_fixed_is_said(model):
    """Of two columns known only one may change, and it cannot lead anywhere alone."""
    found = model.explain({"PROMO_SHARE": 0.4, "BASKET": "large", "HAS_CARD": True, "VISITS": 4}, changeable=["VISITS"])
    assert found.may_change == ("VISITS",)
    assert any(way.distance is None for way in found.elsewhere)
    assert "none was found by changing VISITS; all else was held fixed" in " ".join(str(found).split())
    assert found.as_json()["may_change"] == ("VISITS",)


@LAW
@given(values=customers)
def test_no_change_is_offered_that_leads_elsewhere(model, values):
    """A way lands in the segment it is told for, or there is none."""
    for way in model.explain(values).elsewhere:
        assert way.lands == (None if way.distance is None else way.segment)


def test_the_smallest_step_by_hand():
    """Free: gap / (2 |v|) along v. With a bound the rest is made up by the others, and too tight bounds have none."""
    free = np.array([10.0, 10.0])
    step = smallest_step(np.array([3.0, 4.0]), 10.0, -free, free)
    assert step == pytest.approx([0.6, 0.8])
    assert np.sqrt(step @ step) == pytest.approx(10 / (2 * 5))
    bound = smallest_step(np.array([3.0, 4.0]), 10.0, -free, np.array([10.0, 0.5]))
    assert bound == pytest.approx([1.0, 0.5])
    assert smallest_step(np.array([3.0, 4.0]), 10.0, -free, np.array([0.1, 0.1])) is None
    assert smallest_step(np.array([-1.0, 0.0]), 4.0, -free, np.array([0.0, 0.0])) == pytest.approx([-2.0, 0.0])
    assert smallest_step(np.zeros(0), 1.0, np.zeros(0), np.zeros(0)) is None
    assert smallest_step(np.array([1.0]), 0.0, np.array([-1.0]), np.array([1.0])) == pytest.approx([0.0])


@LAW
@given(
    v=st.lists(st.floats(-3, 3), min_size=1, max_size=5),
    seed=st.integers(0, 999),
    gap=st.floats(0, 5),
)
def test_the_smallest_step_against_scipy(v, seed, gap):
    from scipy.optimize import minimize

    rng = np.random.default_rng(seed)
    v = np.round(np.array(v), 2)
    down, up = -rng.uniform(0, 2, len(v)), rng.uniform(0, 2, len(v))
    step = smallest_step(v, gap, down, up)
    reachable = 2 * (v * np.where(v > 0, up, down)).sum() >= gap
    assert (step is not None) == reachable or abs(2 * (v * np.where(v > 0, up, down)).sum() - gap) < 1e-9
    if step is None:
        return
    assert (step >= down - 1e-12).all()
    assert (step <= up + 1e-12).all()
    assert 2 * step @ v >= gap - 1e-9
    oracle = minimize(
        lambda s: s @ s, np.clip(v, down, up), jac=lambda s: 2 * s, bounds=list(zip(down, up, strict=True)),
        constraints={"type": "ineq", "fun": lambda s: 2 * s @ v - gap, "jac": lambda _: 2 * v}, method="SLSQP",
    )  # fmt: skip
    if oracle.success:
        assert step @ step <= oracle.fun + 1e-5


def with_identity(model):
    """The shop with a total that must follow its parts."""
    identity = Identity("SPEND", ("ONLINE_SPEND", "VISITS"), 1.0)
    return Model(replace(model.content, identities=(identity,)))


def test_totals_follow_their_parts_and_do_not_change_alone(model):
    odd = with_identity(model)
    whole = {**WHOLE, "SPEND": 44.0}
    found = odd.explain(whole)
    assert not [n for n in found.notes if n.code == "identity-violated"]
    for way in found.elsewhere:
        after = {change.column: change.after for change in way.changes}
        assert "SPEND" not in after
        there = {**whole, **after}
        there["SPEND"] = there["ONLINE_SPEND"] + there["VISITS"]
        assert way.distance is None or odd.explain(there).segment == way.lands


def test_a_total_that_is_not_the_sum_is_noted(model):
    notes = with_identity(model).explain(WHOLE).notes
    assert [n.text for n in notes if n.code == "identity-violated"] == [
        "SPEND is 120, but ONLINE_SPEND + VISITS make 44."
    ]
    assert not [n for n in with_identity(model).explain({"SPEND": 3.0}).notes if n.code == "identity-violated"]


# ---------------------------------------------------------------- rule, alike, set aside


def test_the_rule_that_applies(model):
    rich = Condition("SPEND", ">", 100.0)
    rules = (
        Rule("spend over 100, large basket", 0.9, 0.5, (rich, Condition("BASKET", "is", levels=("large",)))),
        Rule("spend over 100, other basket", 0.9, 0.5, (rich, Condition("BASKET", "is not", levels=("large",)))),
        Rule("little or unknown spend", 0.9, 0.5, (Condition("SPEND", "<=", 100.0, missing=True),)),
    )
    solution = model.content.solution(3)
    persona = replace(solution.segments[0].persona, rules=rules)
    solution = replace(solution, segments=(replace(solution.segments[0], persona=persona), *solution.segments[1:]))
    ruled = Model(replace(model.content, solutions=(*model.content.solutions[:2], solution, model.content.solution(4))))
    assert ruled.explain(WHOLE).rule == "spend over 100, other basket"
    assert ruled.explain({**WHOLE, "BASKET": "large"}).rule == "spend over 100, large basket"
    assert ruled.explain({**WHOLE, "SPEND": 3}).rule == "little or unknown spend"
    assert ruled.explain({"VISITS": 3}).rule is None  # nobody knows what was spent
    assert ruled.explain({"SPEND": 300}).rule is None
    assert ruled.explain(WHOLE).rule_segment == 1
    assert "Rule that applies: spend over 100, other basket" in str(ruled.explain(WHOLE))


def ruled(model, *conditions):
    """The shop with one rule."""
    solution = model.content.solution(3)
    persona = replace(solution.segments[0].persona, rules=(Rule("the rule", 0.9, 0.5, conditions),))
    solution = replace(solution, segments=(replace(solution.segments[0], persona=persona), *solution.segments[1:]))
    return replace(
        model,
        content=replace(model.content, solutions=(*model.content.solutions[:2], solution, model.content.solution(4))),
    )


def test_rules_on_flags_rare_levels_and_levels_never_seen(model):
    flag = ruled(model, Condition("HAS_CARD", ">", 0.5))
    assert flag.explain(WHOLE).rule == "the rule"
    assert flag.explain({**WHOLE, "HAS_CARD": False}).rule is None
    recipe = replace(
        model.content.recipe,
        transforms=tuple(
            replace(t, levels=(*t.levels[:2], "(other)"), pooled=("tiny", "giant")) if t.column == "BASKET" else t
            for t in model.content.recipe.transforms
        ),
    )
    pooled = replace(model, content=replace(model.content, recipe=recipe))
    other = ruled(pooled, Condition("BASKET", "is", levels=("(other)",), missing=True))
    assert other.explain({**WHOLE, "BASKET": "tiny"}).rule == "the rule"
    assert other.explain({**WHOLE, "BASKET": pooled.content.recipe.transforms[-1].levels[0]}).rule is None
    assert other.explain({**WHOLE, "BASKET": "who knows"}).rule is None
    known = ruled(pooled, Condition("BASKET", "is not", levels=("(other)",)))
    assert known.explain({**WHOLE, "BASKET": "who knows"}).rule is None
    assert ruled(model, Condition("NOWHERE", ">", 1.0)).explain(WHOLE).rule is None


def test_the_most_alike_are_groups_of_ten(model):
    found = model.explain(WHOLE)
    assert len(found.alike) == 3
    assert all(one.customers >= 10 for one in found.alike)
    assert [one.distance for one in found.alike] == sorted(one.distance for one in found.alike)


def test_somebody_set_aside_is_only_that(model):
    edited = model.edited(Edit("aside", "", "2026-11-23", text="REGION = HQ", name="Staff"))
    found = edited.explain({**WHOLE, "REGION": "HQ"})
    assert (found.segment, found.name, found.certainty) == (0, "Staff", None)
    assert "Set aside, because REGION = HQ." in str(found)
    assert edited.explain({**WHOLE, "REGION": "north"}).segment == edited.explain(WHOLE).segment
    shoes = model.edited(Edit("aside", "", "2026-11-23", text="SHOES > 44", name="Giants"))
    assert shoes.explain({**WHOLE, "SHOES": 45}).segment == 0
    assert shoes.explain({**WHOLE, "SHOES": "no idea"}).segment != 0
    rich = model.edited(Edit("aside", "", "2026-11-23", text="SPEND > 1000", name="Rich"))
    assert rich.explain({**WHOLE, "SPEND": 2000}).segment == 0
    with pytest.raises(BadInput, match="a number is needed, got 'much'"):
        rich.explain({**WHOLE, "SPEND": "much"})


# ---------------------------------------------------------------- what is given


def test_a_row_of_a_frame_is_a_customer(model):
    """A pandas row, NumPy values, and what pandas calls not available; a whole frame is not one customer."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"SPEND": [30.0], "VISITS": [2], "HAS_CARD": [True], "BASKET": [pandas.NA]})
    told = model.explain({"SPEND": 30.0, "VISITS": 2, "HAS_CARD": True, "BASKET": None})
    assert str(model.explain(frame.iloc[0])) == str(told)
    assert "BASKET" in told.blank
    numpy = {"SPEND": np.float32(30.0), "VISITS": np.int64(2), "HAS_CARD": np.bool_(True), "BASKET": pandas.NaT}
    assert str(model.explain(numpy)) == str(told)
    with pytest.raises(BadInput, match="A DataFrame is not one customer"):
        model.explain(frame)


def test_all_bad_values_are_listed_at_once(model):
    with pytest.raises(BadInput) as caught:
        model.explain(
            {"SPEND": "much", "VISITS": True, "HAS_CARD": "maybe", "BASKET": 3.5, "ONLINE_SPEND": float("inf")}
        )
    message = str(caught.value)
    assert "5 problems" in message
    for column in ("SPEND", "VISITS", "HAS_CARD", "BASKET", "ONLINE_SPEND"):
        assert f"- {column}: " in message
    assert "a number is needed, got 'much'" in message


def test_nothing_known_is_refused_with_what_is_needed(model):
    with pytest.raises(BadInput, match=r"none of the columns that make segments.*'SPEND'"):
        model.explain({})
    with pytest.raises(BadInput, match="none of the columns that make segments"):
        model.explain({"REGION": "north"})
    with pytest.raises(BadInput, match="answered none of the columns"):
        model.explain({"SPEND": None, "BASKET": ""})
    with pytest.raises(BadInput, match=r"'SPNED', which the model does not know\. Do: use 'SPEND', if that is"):
        model.explain({"SPNED": 3})


def test_a_customer_of_misspelt_answers_hears_which_they_are(model):
    with pytest.raises(BadInput, match=r"Not known.*'SPENT'.*BASKET: the model never saw this value"):
        model.explain({"SPENT": 3, "BASKET": "meduim"})


def test_texts_are_read_as_numbers_and_blanks_as_blanks(model):
    texts = {
        "SPEND": "120",
        "ONLINE_SPEND": " 40.0 ",
        "VISITS": "4",
        "PROMO_SHARE": "0.4",
        "HAS_CARD": "yes",
        "BASKET": "medium",
    }
    assert model.explain(texts).reasons == model.explain(WHOLE).reasons
    blank = model.explain({**WHOLE, "SPEND": float("nan"), "VISITS": None, "BASKET": ""})
    assert blank.blank == ("SPEND", "VISITS", "BASKET")


def test_what_the_model_does_not_know_is_noted(model):
    found = model.explain({**WHOLE, "SHOES": 41, "BASKET": "giant", "ODD": object()})
    assert "BASKET" in found.blank
    texts = [note.text for note in found.notes]
    assert "Not known to the model, and left alone: 'SHOES', 'ODD'." in texts
    assert "BASKET: the model never saw this value, so it counts as blank." in texts


def test_too_little_is_said_with_what_would_help(model):
    found = model.explain({"SPEND": 100})
    assert found.too_little == (found.certainty < 0.6)
    assert found.too_little
    assert found.helpful.column in found.blank
    assert found.helpful.certainty > found.certainty
    assert "too little to tell" in str(found)
    assert f"Knowing {found.helpful.column} would help most" in str(found)


def test_the_same_customer_gets_the_same_answer(model):
    assert model.explain(WHOLE) == model.explain(dict(reversed(WHOLE.items())))
    assert model.explain({"SPEND": 100, "CUSTOMER_ID": "a"}) == model.explain({"CUSTOMER_ID": "a", "SPEND": 100.0})


def test_it_is_json_and_fits_a_terminal(model):
    for values in (WHOLE, {"SPEND": 100}, {"HAS_CARD": True, "SHOES": 3}):
        found = model.explain(values)
        again = json.loads(json.dumps(found.as_json()))
        assert again["segment"] == found.segment
        assert again["reasons"][0]["points"] == found.reasons[0].points
        assert max(len(line) for line in str(found).splitlines()) <= 100
        assert repr(found) == str(found)


def test_one_segment_explains_itself(model):
    found = model.at(1).explain(WHOLE)
    assert (found.segment, found.runner_up, found.certainty, found.margin) == (1, None, 1.0, None)
    assert found.reasons == ()
    assert found.elsewhere == ()
    assert "Segment 1" in str(found)


def test_merged_segments_explain_the_nearer_half(model):
    from built import merged

    whole = merged(model, 1, 2)
    edited = model.edited(
        Edit("merge", "", "2026-11-23", uid=model.segments[0].uid, other=model.segments[1].uid, segment=whole)
    )
    found = edited.explain(WHOLE)
    assert {found.segment, found.runner_up} == {1, 3}
    assert len(found.elsewhere) == 1
    assert found.difference >= 0


def test_dates_are_read(facts_of):
    from ilk.model.customer import _date

    assert _date("2026-11-23") == date(2026, 11, 23)
    assert _date(date(2026, 11, 23)) == date(2026, 11, 23)
    with pytest.raises(ValueError, match="a date such as"):
        _date("soon")


def test_an_explanation_speaks_plainly(model):
    """No points without a unit, no groups of ten over and over: who it speaks for, how much, how many are alike."""
    text = str(model.explain({"SPEND": 40.0, "VISITS": 3}))
    assert "points" not in text
    assert re.search(r"\n  for \d +(over )?\d[\d.]* %  ", text)
    assert re.search(r"The \d+ customers of the study most like this one", text)
    assert "groups of" not in text


@pytest.mark.parametrize(("value", "noted"), [(1e308, True), (-1e6, True), (None, False)])
def test_a_value_far_outside_what_was_seen_is_noted(model, frame, value, noted):
    column = "SPEND"
    highest = max(frame.column(column).drop_null().to_pylist())
    found = model.explain({column: highest if value is None else value})
    notes = [note.text for note in found.notes if note.code == "far-outside"]
    assert len(notes) == noted
    if noted:
        assert column in notes[0]
        assert str(found).index("far outside what the study saw") < str(found).index("Certainty")


def test_how_far_has_a_unit(model):
    text = str(model.explain(WHOLE))
    assert "where 1 is the usual difference between customers in one column" in " ".join(text.split())
    assert any(words in text for _, words in FAR)


def test_votes_against_the_nearest_centre_are_explained(model):
    """Segment 5 by its centre, while the customers most alike are in segment 2: both are told apart in words."""
    found = model.explain(WHOLE)
    against = replace(found, alike=(Alike(20, found.segment + 1, 0.1), Alike(5, found.segment, 0.2)))
    for_it = replace(found, alike=(Alike(20, found.segment, 0.1), Alike(5, found.segment + 1, 0.2)))
    assert "take neither for certain" in " ".join(str(against).split())
    assert "take neither for certain" not in " ".join(str(for_it).split())


def test_columns_may_be_written_in_other_cases(model, frame):
    """As in files; a name given twice in two cases is taken as it stands."""
    values = {name: value for name, value in frame.slice(0, 1).to_pylist()[0].items() if name in model.scoring.columns}
    lower = {name.lower(): value for name, value in values.items()}
    assert model.explain(lower) == model.explain(values)
    name = next(iter(values))
    twice = model.explain({**values, name.lower(): 1})
    assert any(note.code == "columns-unknown" for note in twice.notes)
