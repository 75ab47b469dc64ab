"""The form's page: a customer typed in, the answer at once, the customer's mark in the graphs."""

from __future__ import annotations

import urllib.parse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest
from visitors import app_running

import ilk
from ilk.app.answer import HELD_FIXED, about_alike, answer, as_told
from ilk.app.form import fill, form_of, held, typical_of
from ilk.app.of_file import customer_of_file
from ilk.app.where import spot_of
from ilk.errors import BadInput
from ilk.model.customer import read_customer
from ilk.model.explain import Alike
from ilk.model.how_far import able_to_change
from ilk.model.levels import Board
from ilk.model.model import Model
from ilk.model.shown import explanation_text
from ilk.outputs.reading import Reading
from ilk.outputs.templating import fragment
from ilk.outputs.wording import per_cent, words_of
from ilk.profile.map import places

FOUND = "All other fields"
STYLE = Path(ilk.__file__).parent / "outputs" / "templates" / "report.css"


@pytest.fixture(scope="module")
def model(made):
    return ilk.load(made / "segments.ilk")


@pytest.fixture(scope="module")
def whole(model):
    """A customer of whom everything is known."""
    form = form_of(model)
    return fill(form, {c: one.exact for c, one in held(form, typical_of(model, 2)).items()}).values


def named(tested, label):
    return next(one for one in tested.text_input if one.label.replace("\\", "").startswith(label))


def test_with_two_levels_the_board_s_segment_is_told(model, whole):
    """And that it is not known, of a segment merged from parts of several."""
    assert answer(model, whole).board == ""
    few = model.at(2)
    two = Model(model.content)
    for homes, told in (({2: (1,)}, f"For the board: 1 {few.segments[0].persona.name}."), ({2: (1, 2)}, "not known")):
        two.__dict__["board"] = Board(few, homes)
        assert told in answer(two, whole).board
        assert told in fragment("answer", answer=answer(two, whole))


def test_who_is_unlike_anyone_is_not_told_to_be_set_aside_by_hand():
    """No rule was made: nobody is like them, and who is nearest is shown all the same."""
    rng = np.random.default_rng(4)
    crowds = np.concatenate([rng.normal(at, 0.3, (150, 3)) for at in (2.0, 6.0)])
    table = {f"x{i}": column for i, column in enumerate(np.concatenate([crowds, rng.uniform(0, 40, (40, 3))]).T)}
    model = ilk.segment(pa.table(table), method="density").model
    found = answer(model, {"x0": 39.0, "x1": 1.0, "x2": 38.0})
    assert (found.number, found.aside) == (0, False)
    told = fragment("answer", answer=found)
    assert "Set aside" not in told
    assert "Farther from every segment than the customers of the study" in told
    assert found.alike.lines


def test_answers_change_only_where_that_is_asked_for(page, made, model, whole):
    """How far from the others: by one's own choice of what may change."""
    tested = page("which", opened=made)
    tested.selectbox[0].select(2).run()
    may = next(one for one in tested.multiselect if one.label == "What may change")
    assert [words_of(model.content.column(c).plan) for c in able_to_change(model)] == may.options
    may.select(may.options[0]).run()
    assert not tested.exception
    only = answer(model, whole, changeable=[able_to_change(model)[0]])
    assert all(" → " not in line.cells[1].text or may.options[0] in line.cells[1].text for line in only.far.lines)
    assert answer(model, whole, changeable=[]).far.lines[0].cells[1].text == HELD_FIXED


def test_an_answer_says_who_how_sure_and_why(model, whole):
    found = answer(model, whole)
    assert found.number == 2
    assert found.name == model.segment(2).persona.name
    assert "in 10 customers like this" in found.sure or "Nearly all" in found.sure
    assert not found.too_little
    assert "stands" in found.map.title
    assert len(found.graphs) == 3
    assert all("This segment: " in graph.subtitle for graph in found.graphs)
    assert len(found.why.lines) == len(model.scoring.columns)
    assert len(found.far.lines) == len(model.segments) - 1
    assert "columns" in found.far.look
    assert ".columns td:nth-child(2) { white-space: nowrap; }" in STYLE.read_text("utf-8")
    assert found.alike.lines
    for part in (fragment("answer", answer=found), fragment("graphs", graphs=found.graphs)):
        assert "<h" in part
    assert "<title>This customer" in fragment("figure", chart=found.map)


@pytest.mark.parametrize(
    ("alike", "said"),
    [
        ((2, 3, 4), "those most like this one are split between 2, 3 and 4."),
        ((3, 3, 2), "those most like this one are mostly in 3."),
        ((1, 3, 3, 4), "those most like this one are split between 3, 1 and 4."),
        ((2, 2, 3), ""),
    ],
)
def test_where_those_most_alike_are_is_told_as_it_is(model, whole, alike, said):
    found = replace(model.explain(whole), segment=2, alike=tuple(Alike(10, number, 1.0) for number in alike))
    about, _ = about_alike(found, Reading(model))
    in_a_terminal = " ".join(explanation_text(found).split())
    for told in (about, in_a_terminal):
        assert (said in told) if said else ("The nearest segment" not in told)


def test_little_known_is_too_little_to_tell(model):
    """One telling nothing: the answer says so, and which field would help most."""
    found = answer(model, {"TENURE": 12.0})
    assert found.too_little
    assert found.sure.startswith("Too little to tell")
    assert "would help most" in found.next
    assert "may stand" in found.map.title
    assert len(found.graphs) == 1


def test_shares_are_told_as_per_cent(model, whole):
    found = answer(model, {**whole, "PURCHASES_FREQUENCY": 0.909091})
    name = words_of(model.content.column("PURCHASES_FREQUENCY").plan)
    lines = [line for line in found.why.lines if line.head.text == name]
    assert lines[0].cells[0].text == per_cent(0.909)
    assert all("%" in cell.text for cell in lines[0].cells[1:3])
    changes = [change for line in found.far.lines for change in line.cells[1].text.split(", ") if "→" in change]
    shares = [change for change in changes if change.startswith(name)]
    assert all(change.count("%") == 2 for change in shares)
    assert as_told("not known", model.content.column("PURCHASES_FREQUENCY")) == "not known"
    assert as_told("0.25", model.content.column("BALANCE")) == "0.25"


def test_nothing_the_model_looks_at_is_told(model):
    with pytest.raises(BadInput, match="Nothing is known"):
        answer(model, {"PURCHASES": 100.0})


def test_a_violated_identity_is_a_note(model, whole):
    """And speaks of columns as the page does, not as the file does."""
    found = answer(model, {**whole, "PURCHASES": 1e6})
    told = next(note for note in found.notes if "make" in note)
    assert told.startswith("Purchases is 1,000,000, but one-off purchases + ")
    assert "_" not in told
    assert any(note.startswith("Balance: -1,000,000 is far outside") for note in answer(model, {"BALANCE": -1e6}).notes)


def test_who_is_unlike_anyone_is_told(model, whole):
    found = answer(model, {**whole, "TENURE": 1, "SERVICE_CALLS": 1e6, "APP_LOGINS": 1e6, "BRANCH_DISTANCE": 1e6})
    assert any("Unlike anyone" in note for note in found.notes)
    assert found.sure == "There are hardly any customers like this one: the answer is the nearest segment."
    assert not found.dots


def test_a_known_customer_stands_where_the_map_puts_everyone(model, whole):
    customer = read_customer(model, whole)
    spot = spot_of(model, customer, model.segment(2))
    assert spot.xy == pytest.approx(places(model.content.map, customer.features[np.newaxis])[0])
    assert spot.ellipse is None


def test_the_less_is_known_the_larger_the_ellipse(model, whole):
    areas = []
    for n in (1, 4, 8):
        some = {column: whole[column] for column in model.scoring.columns[:n]}
        spot = spot_of(model, read_customer(model, some), model.segment(1))
        areas.append(spot.ellipse[0] * spot.ellipse[1])
        assert spot.ellipse[0] >= spot.ellipse[1] > 0
    assert areas[0] > areas[1] > areas[2]


def test_a_customer_of_the_file_gets_what_the_file_says(made, model):
    """Segment and certainty, blanks and all, are those of the study's own table."""
    form, name = form_of(model), model.content.provenance.id_column
    for row in pq.read_table(made / "assignments.parquet").to_pylist()[::75]:
        told = customer_of_file(made, name, str(row[name]))
        values = fill(form, {column: one.exact for column, one in held(form, told).items()}).values
        found = model.explain({**values, name: str(row[name])})
        assert (found.segment, found.certainty) == (row["segment"], pytest.approx(row["certainty"]))


def test_the_page_asks_first_and_answers_when_typed_into(page, made):
    tested = page("which", opened=made)
    assert tested.title[0].value == "Which segment?"
    assert "Type what you know" in tested.info[0].value
    assert FOUND in tested.expander[0].label
    named(tested, "Balance (USD)").set_value("1,200").run()
    assert not tested.info
    assert any(one.value == "Read as 1,200." for one in tested.caption)
    named(tested, "Balance (USD)").set_value("a lot").run()
    assert any("is not a number" in one.value for one in tested.markdown)
    assert tested.info


def test_the_page_starts_from_a_typical_customer_and_is_emptied(page, model_only):
    tested = page("which", opened=model_only)
    assert any("private folder" in one.value for one in tested.caption)
    tested.selectbox[0].select(2).run()
    assert named(tested, "Balance (USD)").value
    assert FOUND not in [one.label for one in tested.expander][1:]
    assert len(tested.expander) == 5
    tested.selectbox[0].select(0).run()
    assert not named(tested, "Balance (USD)").value
    assert tested.info


def test_the_page_starts_from_a_customer_of_the_file(page, made):
    tested = page("which", opened=made)
    table = pcsv.read_csv(made / "customers-with-segments.csv")
    by_id = named(tested, "Or from a customer of the file, by CUST_ID")
    by_id.set_value(str(table["CUST_ID"][7])).run()
    assert float(named(tested, "Balance (USD)").value) == pytest.approx(table["BALANCE"][7].as_py())
    share = next(one for one in tested.text_input if one.key.endswith("-PURCHASES_FREQUENCY"))
    exact = table["PURCHASES_FREQUENCY"][7].as_py()
    assert share.value.endswith(" %")
    kept = tested.session_state["which-kept"]["PURCHASES_FREQUENCY"]
    assert kept == (share.value, exact)
    share.set_value("1 %").run()
    assert any("no longer customer C" in one.value for one in tested.caption)
    by_id = named(tested, "Or from a customer of the file, by CUST_ID")
    by_id.set_value("nobody at all").run()
    assert not any("Changed since" in one.value for one in tested.caption)
    assert any("There is no customer “nobody at all”" in one.value for one in tested.markdown)
    assert not named(tested, "Balance (USD)").value
    assert tested.info
    by_id = named(tested, "Or from a customer of the file, by CUST_ID")
    by_id.set_value(str(table["CUST_ID"][7]).swapcase()).run()
    assert float(named(tested, "Balance (USD)").value) == pytest.approx(table["BALANCE"][7].as_py())
    assert any("differs in upper and lower case only" in one.value for one in tested.caption)
    assert named(tested, "Or from a customer of the file, by CUST_ID").value == str(table["CUST_ID"][7])


def test_sharing_is_asked_for_and_never_carries_an_id(page, made):
    tested = page("which", opened=made)
    table = pcsv.read_csv(made / "customers-with-segments.csv")
    wanted = str(table["CUST_ID"][7])
    named(tested, "Or from a customer of the file, by CUST_ID").set_value(wanted).run()
    assert not dict(tested.query_params)
    tested.toggle[0].set_value(True).run()
    shared = dict(tested.query_params)
    assert shared["c.BALANCE"]
    assert float(shared["c.PURCHASES_FREQUENCY"]) == table["PURCHASES_FREQUENCY"][7].as_py()
    assert wanted not in str(shared)
    assert not any("CUST_ID" in name for name in shared)
    tested.toggle[0].set_value(False).run()
    assert not dict(tested.query_params)


def rest(visitor):
    """Wait until all is drawn and nothing fades in any more; what does has less contrast."""
    visitor.settled()
    visitor.still()


@pytest.mark.slow
@pytest.mark.browser
def test_a_customer_is_typed_in_and_found_in_the_graphs(made, tmp_path, visit):
    """Blanks left, the answer read, the mark found; light, dark and narrow."""
    with app_running(made, cwd=tmp_path) as address:
        visitor = visit(address)
        page = visitor.go("which")
        field = page.get_by_label("Balance (USD)", exact=True)
        for typed in ("1,200", "7"):
            field.fill("")
            page.locator(".found").wait_for(state="hidden")
            field.press_sequentially(typed, delay=20)
            page.locator(".found").wait_for()
        rest(visitor)
        assert page.locator("svg title", has_text="This customer, found in").count() == 2  # wide and narrow
        assert page.locator("svg title", has_text="This customer: 7").count() == 1
        assert "customers like this" in page.locator(".found").inner_text()
        page.get_by_text("Exactly why").click()
        page.get_by_role("columnheader", name="Speaks for").wait_for()
        rest(visitor)
        assert visitor.axe() == []
        assert visitor.outside == []
        shared = visit(f"{address}", width=390, scheme="dark")
        page = shared.go("which?" + urllib.parse.urlencode({"c.BALANCE": "1,200", "c.TENURE": "12"}))
        page.locator(".found").wait_for()
        assert page.get_by_label("Balance (USD)", exact=True).input_value() == "1,200"
        rest(shared)
        assert shared.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        beneath = page.locator(".phone")
        assert beneath.is_visible()
        assert beneath.locator("strong").first.inner_text() in page.locator(".found h2").inner_text()
        assert beneath.bounding_box()["y"] < page.locator(".found").bounding_box()["y"]
        page.set_viewport_size({"width": 1280, "height": 900})
        beneath.wait_for(state="hidden")
