"""The form asks what was asked: choices and topics as one question, steps in words, turned items as they were put."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pytest
from visitors import app_running

import ilk
from ilk.app.field import Field
from ilk.app.form import fill, form_of, held
from ilk.app.together import NONE, Choices, Picked, Topics
from ilk.features.plans import Label
from ilk.model.assign import assign, open_joined
from ilk.model.customer import read_customer
from ilk.model.model import Model
from ilk.model.scorers import nearest_segments

N = 360
STEPS = ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree")
WAYS = ("app", "branch", "phone", "web")
SAID = (
    "the delivery was late and the parcel came broken again",
    "a courier lost my parcel so the delivery took weeks",
    "great colours, soft fabric and the shoes fit well",
    "these shoes and that coat have lovely colours, fabric too",
    "please call me back about the invoice and the refund",
    "you charged twice, I want the refund and a new invoice",
)
POSTS = (
    "morning run along the river today",
    "marathon training by the river, a slow run",
    "fresh bread and cake from the oven",
    "sourdough rising beside the oven, cake tomorrow",
    "reading a novel in the library",
    "borrowed another novel, a thriller, from the library",
)


def mixed(texts, kind, rng):
    """Something of one's own kind and something of any, in any order of words."""
    return " ".join(rng.permutation(f"{texts[2 * kind + rng.integers(2)]} {texts[rng.integers(6)]}".split()))


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Files of customers, what they follow and post, and what they answered; three kinds of people."""
    folder, rng = tmp_path_factory.mktemp("told"), np.random.default_rng(5)
    ids, kind = [f"c{i:03d}" for i in range(N)], np.arange(N) % 3
    leaning = np.clip(kind * 2 + rng.integers(-1, 2, N), 0, 4)
    people = pa.table({"customer_id": ids, "visits": rng.poisson(3 + 5 * kind), "age": rng.integers(20, 70, N)})
    of = np.repeat(np.arange(N), rng.integers(1, 4, N))
    topics = [("running", "baking", "books")[kind[i]] if rng.random() < 0.8 else "news" for i in of]
    posts = [
        f"{POSTS[2 * kind[i] + rng.integers(2)]} {POSTS[rng.integers(6)]}" if rng.random() < 0.7 else "" for i in of
    ]
    activity = pa.table({"customer_id": [ids[i] for i in of], "topic": topics, "post": posts})
    ways = ["; ".join(way for way in WAYS if rng.random() < 0.2 + 0.2 * (WAYS.index(way) == kind[i])) for i in range(N)]
    ways = [way or WAYS[kind[i]] for i, way in enumerate(ways)]
    boxes = {f"q7[{row}]": ["x" if rng.random() < 0.5 else "" for _ in range(N)] for row in ("bike", "car", "train")}
    answers = {
        "customer_id": ids,
        "q1": [STEPS[step] for step in leaning],
        "q2": [STEPS[4 - step] for step in leaning],
        "q3": [str(1 + step) for step in leaning],
        "q4": [str(5 - step) for step in leaning],
        "ways": ways,
        **boxes,
        "q5": [str(1 + step) for step in rng.integers(5, size=N)],
        "q6": [str(1 + step) for step in rng.integers(5, size=N)],
        "comment": [
            " ".join(rng.permutation(f"{SAID[2 * kind[i] + rng.integers(2)]} {SAID[rng.integers(6)]}".split()))
            for i in range(N)
        ],
    }
    for name, table in (("customers", people), ("activity", activity), ("answers", pa.table(answers))):
        pcsv.write_csv(table, folder / f"{name}.csv")
    ilk.segment(
        folder / "customers.csv",
        activity=folder / "activity.csv",
        survey=folder / "answers.csv",
        reverse=["q2", "q4"],
        role={"activity.post": "text"},
        k=3,
        out=folder / "study",
    )
    return folder


@pytest.fixture(scope="module")
def model(told):
    return ilk.load(told / "study" / "segments.ilk")


@pytest.fixture(scope="module")
def form(model):
    return form_of(model)


def asked(form, column):
    return next(ask for ask in form.fields if column in ask.columns)


def test_several_answers_are_one_question(form):
    """Of one cell, and boxes side by side; what was chosen by too few is one of them."""
    ways = asked(form, "survey.ways: app")
    assert isinstance(ways, Choices)
    assert ways.label == "Ways"
    assert {option.words for option in ways.options} == set(WAYS)
    boxes = asked(form, "survey.q7[bike]")
    assert {option.words.casefold() for option in boxes.options} == {"bike", "car", "train"}
    assert "Chosen most often: " in boxes.help


def test_nothing_picked_is_not_none_of_these(form):
    """Who did not answer is not who chose nothing; who chose one has not chosen the others."""
    ways = asked(form, "survey.ways: app")
    assert fill(form, {ways.column: []}).values == {}
    none = fill(form, {ways.column: [NONE]}).values
    assert set(none) == set(ways.columns)
    assert not any(none.values())
    some = fill(form, {ways.column: ["app", NONE]})
    assert [column for column, value in some.values.items() if value] == ["survey.ways: app"]
    assert NONE in some.echoes[ways.column]


def test_steps_are_asked_in_their_order_and_turned_items_as_they_were_put(form):
    agree, turned = asked(form, "survey.q1"), asked(form, "survey.q2")
    assert (agree.kind, agree.options) == ("scale", STEPS)
    assert (turned.kind, turned.options) == ("scale", STEPS)
    assert "reversed" not in turned.label
    number = asked(form, "survey.q4")
    assert number.options == ("1", "2", "3", "4", "5")
    assert fill(form, {number.column: "4"}).values == {number.column: 2.0}
    assert number.held({number.column: 2.0}).shown == "4"
    assert fill(form, {agree.column: "Not known"}).values == {}


@pytest.mark.parametrize(
    ("label", "about"),
    [
        (Label("Do you read?", given=True, short="reading"), "“Do you read?”: 1 is “no”, 5 is “yes”"),
        (Label("I read books.", given=True, short="I read books."), "1 is “disagree”, 5 is “agree”"),
        (Label("reading", short="reading", ends=((1, "never"), (5, "daily"))), "1 is “never”, 5 is “daily”"),
        (
            Label(
                "Crime, horror and all else that makes one shiver in the dark, told at length",
                given=True,
                short="crime",
            ),
            "“Crime, horror and all else that makes one shiver in the dark, told at length”",
        ),
        (Label("reading", short="reading"), ""),
    ],
)
def test_the_question_and_the_ends_of_its_scale_stand_below_it(model, label, about):
    """As far as its own words or the labels say them; a scale that was turned is asked as it was put."""
    for column in ("survey.q3", "survey.q4"):
        found = model.content.column(column)
        told = with_column(model, replace(found, plan=replace(found.plan, label=label)))
        assert asked(form_of(told), column).about == about


def test_every_step_of_a_scale_is_offered_also_one_too_few_took(model):
    """A model tells of no step of fewer than ten customers; who took one is asked for all the same.

    Else the lowest of those left would be taken for the end of the scale.
    """
    column = model.content.column("survey.q3")
    levels = tuple((level, n) for level, n in column.facts.levels if level not in {"1", "2"})
    rare = replace(column, facts=replace(column.facts, levels=levels, minimum=None))
    field = asked(form_of(with_column(model, rare)), "survey.q3")
    assert (field.options, field.kind) == (("1", "2", "3", "4", "5"), "scale")
    alone = replace(rare, plan=replace(rare.plan, block="customers", label=Label("I read books.", given=True)))
    field = asked(form_of(with_column(model, alone)), "survey.q3")
    assert (field.options, field.ends) == (("3", "4", "5"), ())


def with_column(model, column):
    name = column.plan.column
    columns = tuple(column if c.plan.column == name else c for c in model.content.columns)
    return Model(replace(model.content, columns=columns))


def test_interests_are_picked_with_how_much(form):
    follows = asked(form, "activity.running")
    assert isinstance(follows, Topics)
    assert follows.writing is None
    values = fill(form, {follows.column: Picked(("Running", "News"), {"Running": "2.5"})}).values
    assert values["activity.running"] == 2.5
    assert values["activity.news"] == 1.0
    assert values["activity.baking"] == 0.0
    assert fill(form, {follows.column: Picked((NONE,))}).values == dict.fromkeys(follows.columns, 0.0)
    wrong = fill(form, {follows.column: Picked(("Running",), {"Running": "much"})})
    assert "Running: “much” is not a number" in wrong.problems[follows.column]
    assert "less than none" in fill(form, {follows.column: Picked(("News",), {"News": "-1"})}).problems[follows.column]


def test_what_somebody_wrote_is_read_as_the_study_read_it(form):
    comment = next(ask for ask in form.fields if isinstance(ask, Topics) and ask.label.startswith("What they wrote: "))
    found = fill(form, {comment.column: Picked(text=SAID[0])})
    assert found.echoes[comment.column].startswith("Read as about ")
    assert sum(found.values.values()) == pytest.approx(1, abs=1e-4)
    strange = fill(form, {comment.column: Picked(text="xyzzy")})
    assert strange.echoes[comment.column] == "About none of the topics the model knows."
    assert not any(strange.values.values())


def test_an_address_keeps_what_was_picked_and_never_what_was_written(form):
    ways, follows = asked(form, "survey.ways: app"), asked(form, "activity.running")
    assert ways.of_address(ways.in_address(("app", "web"))).shown == ["app", "web"]
    picked = Picked(("Running", "News"), {"Running": "3", "News": ""}, "secret")
    again = follows.of_address(follows.in_address(picked)).shown
    assert again == Picked(("Running", "News"), {"Running": "3", "News": "1"})
    assert ways.of_address("nonsense") is None
    assert follows.of_address("nonsense=2") is None
    assert asked(form, "survey.q1").of_address("Agree").shown == "Agree"


def rows_of(model, files):
    """What the model's table says of each customer, and the segments that `ilk assign` gives."""
    others = {"activity": files["activity"], "survey": files["answers"]}
    with closing(open_joined(model, files["customers"], others=others)) as joined:
        rows = pa.Table.from_batches(joined.source.batches()).to_pylist()
    return rows, assign(model, files["customers"], others=others).table.to_pylist()


def labels_of(model, form, rows):
    """Segments as the form finds them, from nothing but what its widgets show."""
    found = []
    for row in rows:
        filled = fill(form, {column: one.shown for column, one in held(form, row).items()})
        assert filled.problems == {}
        found.append(read_customer(model, filled.values).features)
    return model.scoring.numbers[nearest_segments(model.scoring, np.array(found)).label].tolist()


def blanked(told, folder, rng):
    """The same files, with answers left blank, and some people in none of the logs."""
    for name in ("customers", "activity", "answers"):
        table = pcsv.read_csv(told / f"{name}.csv", convert_options=pcsv.ConvertOptions(strings_can_be_null=False))
        if name == "activity":
            table = table.filter(pa.array(rng.random(N) < 0.8).take(_people(table)))
        elif name == "answers":
            answered = {
                column: pa.array(
                    [
                        "" if rng.random() < 0.4 else "" if v is None else str(v)
                        for v in table.column(column).to_pylist()
                    ]
                )
                for column in table.column_names[1:]
            }
            table = pa.table({"customer_id": table.column(0), **answered}).filter(pa.array(rng.random(N) < 0.8))
        pcsv.write_csv(table, folder / f"{name}.csv")
    return {name: folder / f"{name}.csv" for name in ("customers", "activity", "answers")}


def _people(table):
    return pa.array([int(one[1:]) for one in table.column("customer_id").to_pylist()])


@pytest.mark.parametrize("blanks", [False, True])
def test_labels_of_the_form_are_those_of_assign(told, model, form, tmp_path, blanks):
    """Every customer of a joined study, complete and with blanks, filled in as the widgets show it."""
    files = {name: told / f"{name}.csv" for name in ("customers", "activity", "answers")}
    if blanks:
        files = blanked(told, tmp_path, np.random.default_rng(3))
    rows, expected = rows_of(model, files)
    assert len(rows) == len(expected) == N
    assert labels_of(model, form, rows) == [one["segment"] for one in expected]


def test_labels_are_the_same_from_what_people_wrote(told, model, form):
    """Typed as it was written, posts a line each, instead of the topics that were made of it."""
    files = {name: told / f"{name}.csv" for name in ("customers", "activity", "answers")}
    rows, expected = rows_of(model, files)
    log = pcsv.read_csv(told / "activity.csv", convert_options=pcsv.ConvertOptions(strings_can_be_null=False))
    posts = {}
    for one in log.to_pylist():
        posts.setdefault(one["customer_id"], []).append(one["post"])
    answers = pcsv.read_csv(told / "answers.csv").to_pylist()
    comments = {one["customer_id"]: one["comment"] for one in answers}
    writings = [ask for ask in form.fields if isinstance(ask, Topics) and ask.writing is not None]
    assert {ask.writing.by_record for ask in writings} == {True, False}
    found = []
    for row in rows[:90]:
        given = {column: one.shown for column, one in held(form, row).items()}
        for ask in writings:
            text = "\n".join(posts[row["customer_id"]]) if ask.writing.by_record else comments[row["customer_id"]]
            if text.strip():
                assert ask.read(Picked(text=text)).values == {c: row[c] for c in ask.columns}
                given[ask.column] = Picked(text=text)
        found.append(read_customer(model, fill(form, given).values).features)
    labels = model.scoring.numbers[nearest_segments(model.scoring, np.array(found)).label].tolist()
    assert labels == [one["segment"] for one in expected[:90]]


def test_the_page_asks_and_answers(page, told):
    """Each question by its own widget; left empty is not known, and a customer of the file fills them all."""
    tested = page("which", opened=told / "study")
    labels = [one.label for one in tested.multiselect]
    assert "Ways" in labels
    assert [one.label for one in tested.radio if one.options[1:] == list(STEPS)] == ["Q 1", "Q 2"]
    assert all(one.value == "Not known" for one in tested.radio)
    steps = [one for one in tested.segmented_control if list(one.options) == list("12345")]
    assert [one.label for one in steps] == ["Q 3", "Q 4", "Q 5", "Q 6"]
    assert all(one.value is None for one in steps)
    ways = next(one for one in tested.multiselect if one.label == "Ways")
    ways.set_value(["app"]).run()
    assert not tested.exception
    assert tested.expander
    follows = next(one for one in tested.multiselect if one.label.startswith("What they are interested in"))
    follows.set_value(["Running"]).run()
    next(one for one in tested.text_input if one.label == "How much: Running").set_value("4").run()
    assert not tested.exception
    tested.text_input(key="which-id").set_value("c007").run()
    assert not tested.exception
    assert next(one for one in tested.radio if one.label == "Q 1").value in STEPS
    assert next(one for one in tested.multiselect if one.label == "Ways").value


def pick(page, name, option):
    """Choose from a list; one that opens while the page still moves is closed by that, and opened again."""
    from playwright.sync_api import TimeoutError as TooLong

    box, wanted = page.get_by_role("combobox", name=name), page.get_by_role("option", name=option)
    for _ in range(8):
        box.click()
        with suppress(TooLong):
            wanted.click(timeout=2_000)
            break
    page.keyboard.press("Escape")


@pytest.mark.slow
@pytest.mark.browser
def test_a_visitor_fills_in_choices_and_interests(told, tmp_path, visit):
    """By hand in a browser, narrow and wide: choices from a list, an interest with how much, a text."""
    from playwright.sync_api import expect

    with app_running(told / "study", cwd=tmp_path) as address:
        for width, scheme in ((1280, "light"), (390, "dark")):
            visitor = visit(address, width=width, scheme=scheme)
            page = visitor.go("which")
            page.get_by_text("All other fields").click()
            scales = page.get_by_test_id("stButtonGroup").filter(has_text="12345")
            expect(scales).to_have_count(4)
            visitor.settled()
            for scale in scales.all():  # a step of the scale stood alone in a second line
                assert len({round(step.bounding_box()["y"]) for step in scale.get_by_role("radio").all()}) == 1
            pick(page, "Ways", "branch")
            page.locator(".found").wait_for()
            pick(page, "What they are interested in, as activity.csv has it", "Running")
            page.get_by_label("How much: Running").fill("12")
            page.get_by_label("What they wrote: ").last.fill(SAID[0])
            page.get_by_role("button", name="Find the segment").click()
            page.get_by_text("Read as about").wait_for()
            visitor.settled()
            page.mouse.move(5, 5)
            assert visitor.axe() == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert (visitor.outside, [said for said in visitor.said if "404" not in said]) == ([], [])


def test_every_column_is_asked_for_once(form, model):
    """None is lost, none is asked for twice, and a single column has a field of its own."""
    columns = [column for ask in form.fields for column in ask.columns]
    assert len(columns) == len(set(columns))
    assert set(model.scoring.columns) <= set(columns)
    assert isinstance(asked(form, "visits"), Field)
