"""A survey becomes one row a respondent, whatever way its questions were asked and its answers written down."""

from __future__ import annotations

import csv
import io

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from pydantic import BaseModel, ConfigDict

from ilk.errors import BadInput, BadSetting, MissingColumns
from ilk.features.labels import Label, label_of
from ilk.settings import Settings
from ilk.sources.survey.read import SurveyPlan, read_survey


def survey(tmp_path, header, rows, *, name="survey.csv", plan=None, **settings):
    """Write answers, read them, and hold them to their account."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    path = tmp_path / name
    path.write_text(text.getvalue())
    return accounted(read_survey(path, Settings(survey=path, **settings), plan))


def accounted(evidence):
    intake = evidence.intake
    assert intake.rows + intake.rejects + intake.skipped == intake.records
    assert evidence.rejects.num_rows == intake.rejects
    assert evidence.table.num_rows == intake.rows
    assert [made.column for made in evidence.made] == evidence.table.column_names[1:]
    assert {made.block for made in evidence.made} == {"survey"}
    return evidence


def made_of(evidence, column):
    return next(made for made in evidence.made if made.column == column)


def notes_of(evidence):
    return {note.code: note.text for note in evidence.intake.notes}


AGREEMENT = ["Strongly agree", "agree", "Neutral", "Disagree", "strongly disagree"]


def test_words_are_put_in_their_order(tmp_path):
    """However they are spelled; a step one question never got is a step, because another question did."""
    rows = [[i, AGREEMENT[i % 5], AGREEMENT[i % 2], ["STRONGLY AGREE", "disagree"][i % 2]] for i in range(20)]
    found = survey(tmp_path, ["id", "q1", "q2", "q3"], rows)
    order = ("strongly disagree", "disagree", "Neutral", "agree", "Strongly agree")
    assert {made_of(found, q).order for q in ("q1", "q2", "q3")} == {order}
    assert set(found.table["q3"].to_pylist()) == {"Strongly agree", "disagree"}
    assert made_of(found, "q1").role is None
    assert "'q1', 'q2', 'q3'" in notes_of(found)["steps"]


@pytest.mark.parametrize(
    "steps",
    [
        [
            "stimme überhaupt nicht zu",
            "stimme eher nicht zu",
            "teils/teils",
            "stimme eher zu",
            "stimme voll und ganz zu",
        ],
        ["pas du tout d'accord", "plutôt pas d’accord", "neutre", "plutôt d'accord", "tout à fait d'accord"],
        ["muy en desacuerdo", "en desacuerdo", "neutral", "de acuerdo", "muy de acuerdo"],
        ["per niente d'accordo", "poco d'accordo", "abbastanza d'accordo", "molto d'accordo"],
        ["helemaal mee oneens", "mee oneens", "neutraal", "mee eens", "helemaal mee eens"],
        ["nie", "selten", "manchmal", "oft", "immer"],
        ["jamais", "rarement", "parfois", "souvent", "toujours"],
        ["muy insatisfecho", "insatisfecho", "satisfecho", "muy satisfecho"],
        ["zeer slecht", "slecht", "voldoende", "goed", "zeer goed"],
        ["never", "once a month", "once a week", "every day"],
        ["under 18", "18-24", "25-34", "35-64", "65+"],
        ["less than 1 hour", "1-2 hours", "2-5 hours", "more than 5 hours"],
        ["1 - not at all", "2", "3", "4", "5 - very much"],
        ["low", "medium", "high"],
        ["no", "maybe", "yes"],
    ],
)
def test_steps_in_many_languages_and_forms(tmp_path, steps):
    """Agreement, frequency, satisfaction, bands, and numbers with words."""
    rows = [[i, steps[i % len(steps)]] for i in range(30)]
    assert made_of(survey(tmp_path, ["id", "answer"], rows), "answer").order == tuple(steps)


def test_words_that_are_no_steps_stay_groups(tmp_path):
    rows = [[i, ["red", "green", "blue"][i % 3], ["Never smoked", "former smoker", "smoker"][i % 3]] for i in range(30)]
    found = survey(tmp_path, ["id", "colour", "smoking"], rows)
    assert made_of(found, "colour").order == made_of(found, "smoking").order == ()


def test_no_answer_is_none_and_counted(tmp_path):
    """In words and in numbers that no answer can be; an age of 99 is an age, an income of 999 an income."""
    rows = [
        [
            i,
            ["1", "2", "5", "don't know"][i % 4],
            [3, 4, 99][i % 3],
            ["yes", "no", "keine Angabe"][i % 3],
            [-99, 20, 85][i % 3],
            85 + i % 15,
            [900, 999, 1200][i % 3],
        ]
        for i in range(60)
    ]
    found = survey(tmp_path, ["id", "q1", "q2", "q3", "minutes", "age", "income"], rows)
    table = found.table
    assert [table[name].null_count for name in table.column_names[1:]] == [15, 20, 20, 20, 0, 0]
    assert table.schema.field("q1").type == pa.float64()
    assert table.schema.field("q3").type == pa.bool_()
    assert notes_of(found)["no-answers"] == (
        "Read as no answer: '-99' (20), '99' (20), 'keine angabe' (20), \"don't know\" (15)"
    )


def test_few_who_did_not_answer_are_not_counted_aloud(tmp_path):
    rows = [[i, "refused" if i == 3 else i % 5 + 1] for i in range(30)]
    assert notes_of(survey(tmp_path, ["id", "q"], rows))["no-answers"] == "Read as no answer: 'refused' (under 10)"


@pytest.mark.parametrize("mark", [";", "|", ", ", ","])
def test_several_answers_in_one_cell(tmp_path, mark):
    """A column an answer, none for what fewer than ten chose, and blank stays blank."""
    cells = ["Web", f"Web{mark}Shop", f"Shop{mark}Phone{mark}web", "", f"Phone{mark}Fax"]
    rows = [[i, cells[i % 5] if i % 5 < 4 or i < 20 else "Phone"] for i in range(100)]
    found = survey(tmp_path, ["id", "used"], rows)
    assert found.table.column_names == ["id", "used: Web", "used: Phone", "used: Shop"]
    assert found.table["used: Web"].to_pylist()[:5] == [True, True, True, None, False]
    assert found.table["used: Shop"].to_pylist()[:5] == [False, True, True, None, False]
    assert {(made.role, made.group) for made in found.made} == {("flag", "used")}
    assert "'used'" in notes_of(found)["choices"]


@pytest.mark.parametrize("mark", [", ", ","])
def test_answers_that_hold_the_mark_stay_whole(tmp_path, mark):
    """Nobody ticks "newsletters" without "E-mail" before it: that is one answer; a comma in brackets parts nothing."""
    mail, shop, tv, paper = "E-mail, newsletters", "Web (shop, app)", "TV", "Print, such as flyers, letters"
    cells = [mark.join(each) for each in ([mail, tv], [shop], [tv, paper], [mail, shop, paper], [paper, "TV ("], [tv])]
    found = survey(tmp_path, ["id", "seen"], [[i, cells[i % 6]] for i in range(120)])
    assert set(found.table.column_names[1:]) == {f"seen: {each}" for each in (mail, shop, tv, paper)}
    assert found.table[f"seen: {mail}"].to_pylist()[:6] == [True, False, False, True, False, False]
    assert found.table[f"seen: {paper}"].to_pylist()[:6] == [False, False, True, True, True, False]
    later = survey(tmp_path, ["id", "seen"], [[1, mark.join([mail, shop])], [2, "newsletters"]], plan=found.plan)
    assert later.table[f"seen: {mail}"].to_pylist() == [True, False]
    assert later.table[f"seen: {shop}"].to_pylist() == [True, False]


def test_a_column_of_lists_is_one_of_several_answers():
    """As Parquet, pandas and Arrow have them."""
    cells = [["tea"], ["tea", "milk"], ["milk", "beer"], ["beer", "tea"], None]
    table = pa.table({"id": list(range(100)), "drinks": [cells[i % 5] for i in range(100)]})
    found = accounted(read_survey(table, Settings()))
    assert set(found.table.column_names[1:]) == {"drinks: tea", "drinks: milk", "drinks: beer"}
    assert found.table["drinks: tea"].to_pylist()[:5] == [True, True, False, True, None]


def test_a_semicolon_comes_before_the_commas_in_answers(tmp_path):
    """Most answers hold a comma here, and what stands between them is the semicolon all the same."""
    cells = ["E-mail, post; Web, apps", "Web, apps", "Friends, family; E-mail, post", "Friends, family; Web, apps"]
    found = survey(tmp_path, ["id", "seen"], [[i, cells[i % 4]] for i in range(80)])
    assert set(found.table.column_names[1:]) == {"seen: E-mail, post", "seen: Web, apps", "seen: Friends, family"}


def test_rare_answers_are_together(tmp_path):
    """What somebody wrote beside the choices is never a column of its own."""
    rows = [[i, "A;B" if i % 2 else f"B;my cat no {i}" if i < 24 else "C;A"] for i in range(100)]
    found = survey(tmp_path, ["id", "q"], rows)
    assert set(found.table.column_names) == {"id", "q: A", "q: B", "q: C", "q: other answers"}
    assert sum(found.table["q: other answers"].to_pylist()) == 12
    assert "cat" not in str(found.plan)


def test_sentences_and_names_are_no_choices(tmp_path):
    """Commas in free text do not make it a list."""
    rows = [[i, f"Well, number {i}, I like it, mostly", f"Street {i}, Town"] for i in range(60)]
    found = survey(tmp_path, ["id", "why", "where"], rows)
    assert found.table.column_names == ["id", "why", "where"]


@pytest.mark.parametrize("tick", ["x", "1", "yes", "✓"])
def test_boxes_are_ticked_or_not(tmp_path, tick):
    """Who ticked none of a question's boxes did not answer it."""
    boxes = [(tick, "", ""), (tick, tick, ""), ("", "", tick), ("", "", "")]
    found = survey(tmp_path, ["id", "q7_1", "q7_2", "q7_3"], [[i, *boxes[i % 4]] for i in range(40)])
    assert [found.table[f"q7_{i}"].to_pylist()[:4] for i in (1, 2, 3)] == [
        [True, True, False, None],
        [False, True, False, None],
        [False, False, True, None],
    ]
    assert {(made.role, made.group) for made in found.made} == {("flag", "q7")}


def test_a_box_may_say_what_it_stands_for(tmp_path):
    """As survey tools export them: the answer's own text where it was chosen."""
    rows = [[i, "Tea" if i % 2 else "", "Coffee" if i % 3 else ""] for i in range(30)]
    found = survey(tmp_path, ["id", "Q2_1", "Q2_2"], rows)
    assert [made.words for made in found.made] == ["Tea", "Coffee"]
    assert found.table["Q2_1"].to_pylist()[:2] == [None, True]


def test_one_box_alone(tmp_path):
    """A tick on paper: blank is no."""
    found = survey(tmp_path, ["id", "newsletter", "city"], [[i, "x" * (i % 2), ["Bonn", ""][i % 2]] for i in range(30)])
    assert found.table["newsletter"].to_pylist()[:2] == [False, True]
    assert found.table["city"].to_pylist()[:2] == ["Bonn", None]


def test_grids_are_batteries(tmp_path):
    """Rows of one grid share a scale, and keep their own words."""
    rows = [[i, i % 5 + 1, (i + 1) % 5 + 1, (i + 2) % 5 + 1] for i in range(30)]
    found = survey(tmp_path, ["id", "How important [price]", "How important [quality]", "Q3[SQ001]"], rows)
    assert [(made.group, made.words) for made in found.made] == [
        ("How important", "price"),
        ("How important", "quality"),
        ("", ""),
    ]


def grid(n=60):
    draws = np.random.default_rng(1)
    own = draws.integers(1, 6, n)
    noise = draws.integers(0, 2, (n, 4))
    items = np.clip(own[:, None] + noise - 1, 1, 5)
    items[:, 3] = 6 - items[:, 3]
    return [[i, *row] for i, row in enumerate(items.tolist())]


HEADER = ["id", "q1_1", "q1_2", "q1_3", "q1_4"]


def test_items_that_run_against_the_others_are_named(tmp_path):
    """The correlation with their battery is negative: somebody may have asked them the other way round."""
    found = survey(tmp_path, HEADER, grid())
    assert "'q1_4'" in notes_of(found)["reversed-items"]
    assert "'q1_1'" not in notes_of(found)["reversed-items"]


def test_items_are_turned_when_somebody_says_so(tmp_path):
    """By --reverse or the labels file: 1 becomes 5, and the words say that it is turned."""
    rows = grid()
    found = survey(tmp_path, HEADER, rows, reverse=("q1_4",))
    assert found.table["q1_4"].to_pylist() == [6 - row[4] for row in rows]
    assert "reversed-items" not in notes_of(found)
    made = made_of(found, "q1_4")
    assert made.turned
    given = Label("I never dance", given=True)
    assert label_of(given, "q1_4", made).words == "I never dance (reversed)"
    labels = tmp_path / "labels.csv"
    labels.write_text("column,words,reversed\nq1_4,I never dance,yes\nq1_1,I dance,\n")
    again = survey(tmp_path, HEADER, rows, labels=labels)
    assert again.table["q1_4"].equals(found.table["q1_4"])
    assert not made_of(again, "q1_1").turned


def test_words_are_turned_too(tmp_path):
    rows = [[i, AGREEMENT[i % 5]] for i in range(20)]
    made = made_of(survey(tmp_path, ["id", "q1"], rows, reverse=("q1",)), "q1")
    assert made.order == ("Strongly agree", "agree", "Neutral", "Disagree", "strongly disagree")
    assert made.words == "q1 (reversed)"


def test_only_scales_can_be_turned(tmp_path):
    rows = [[i, ["red", "green"][i % 2]] for i in range(20)]
    with pytest.raises(BadSetting, match="Only a scale can be turned, and 'colour' is none"):
        survey(tmp_path, ["id", "colour"], rows, reverse=("colour",))
    with pytest.raises(MissingColumns, match="'shape'"):
        survey(tmp_path, ["id", "colour"], rows, reverse=("shape",))


def test_respondents_weights_do_not_build(tmp_path):
    """A weight near 1 says how much somebody counts; 70 is how heavy somebody is."""
    rows = [[i, 0.5 + i % 10 / 9, 60 + i % 30] for i in range(40)]
    found = survey(tmp_path, ["id", "weight", "Gewicht"], rows)
    assert [made.role for made in found.made] == ["weight", None]


def test_a_few_weights_below_0_make_no_question_of_them(tmp_path):
    """Spoiled weights are told and left out later; as a question like any other they would build segments."""
    rows = [[i, -1.0 if i < 2 else 0.5 + i % 10 / 9, -1.0 if i % 2 else 1.2] for i in range(40)]
    found = survey(tmp_path, ["id", "wt", "weight changed"], rows)
    assert [made.role for made in found.made] == ["weight", None]


def test_two_files_of_one_questionnaire(tmp_path):
    """Put together by equal names and a mapping, with the file as a descriptor; of the same person the first counts."""
    online = tmp_path / "online.csv"
    online.write_text("id,Q1,Q2\n1,4,agree\n2,5,disagree\n3,3,neutral\n")
    paper = tmp_path / "paper.csv"
    paper.write_text("id;q1;zweite Frage;Ort\n3;1;agree;Bonn\n4;2;neutral;Ulm\n5;7 ;agree;Bonn\n")
    settings = Settings(survey=(online, paper), survey_map={"zweite Frage": "Q2"})
    found = accounted(read_survey([online, paper], settings))
    assert found.table["id"].to_pylist() == [1, 2, 3, 4, 5]
    assert found.table["Q1"].to_pylist() == [4, 5, 3, 2, 7]
    assert found.table["channel"].to_pylist() == ["online"] * 3 + ["paper"] * 2
    assert made_of(found, "channel").role == "descriptor"
    assert made_of(found, "Q2").order == ("disagree", "neutral", "agree")
    assert found.table["Ort"].to_pylist() == [None, None, None, "Ulm", "Bonn"]
    assert found.rejects["reason"].to_pylist() == ["3 in paper was seen before, in online"]
    assert notes_of(found)["not-asked"] == "online does not ask 'Ort'; there these are not answered"
    later = tmp_path / "later.csv"
    later.write_text("id,Q1,zweite Frage,Ort\n9,4,AGREE,Bonn\n")
    again = accounted(read_survey(later, Settings(), found.plan))
    assert again.table.to_pylist() == [{"id": 9, "Q1": 4.0, "Q2": "agree", "Ort": "Bonn", "channel": "later"}]


def test_a_wave_that_calls_its_columns_otherwise_is_told_how_to_say_so(tmp_path):
    for name, header in (("spring", "id,price,look"), ("autumn", "id,Preis,look")):
        (tmp_path / f"{name}.csv").write_text(
            f"{header}\n" + "".join(f"{name}{i},{i % 5},{i % 3}\n" for i in range(30))
        )
    files = [tmp_path / "spring.csv", tmp_path / "autumn.csv"]
    notes = read_survey(files, Settings(survey=tuple(files))).intake.notes
    assert [note.text.partition("; ")[2] for note in notes if note.code == "not-asked"] == [
        "there these are not answered",
        "there these are not answered; if it calls them otherwise, --survey-map 'ITS NAME=price' says so",
    ]


def test_two_columns_cannot_become_one(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,Q1,Q2\n1,4,5\n2,3,4\n")
    with pytest.raises(BadSetting, match="Two columns of a would be 'Q1'"):
        read_survey(path, Settings(survey_map={"Q2": "Q1"}))


def test_files_without_ids_keep_their_respondents_apart(tmp_path):
    for name in ("wave1", "wave2"):
        (tmp_path / f"{name}.csv").write_text("mood\n1\n5\n3\n")
    found = accounted(read_survey([tmp_path / "wave1.csv", tmp_path / "wave2.csv"], Settings()))
    assert found.table["respondent"].to_pylist() == [f"wave{w}-{i}" for w in (1, 2) for i in (1, 2, 3)]


def test_the_same_respondent_twice_in_one_file(tmp_path):
    """The rule for ids anywhere: the first one counts, and it is told."""
    rows = [[i, i % 5 + 1] for i in range(20)] + [[3, 5]]
    found = survey(tmp_path, ["id", "q"], rows)
    assert found.rejects["reason"].to_pylist() == ["the id 3 was seen before, in line 5"]
    assert found.table["q"].to_pylist()[3] == 4


def test_a_survey_of_one_is_refused(tmp_path):
    with pytest.raises(
        BadInput, match=r"survey has 1 respondent, and one alone is like nobody.*bring the answers of more"
    ):
        survey(tmp_path, ["id", "q"], [[1, 5]])


def test_other_answers_become_the_same_columns(tmp_path):
    """One more respondent, by the plan alone: same columns, same kinds, same options."""
    cells = ["Web", "Web;Shop", "Shop;Phone"]
    rows = [[f"p{i}", cells[i % 3], AGREEMENT[i % 5], "x" * (i % 2), i % 5 + 1] for i in range(60)]
    header = ["id", "used", "q1", "box", "q2"]
    found = survey(tmp_path, header, rows, reverse=("q2",))
    one = [["new", "Fax;shop", "TOTALLY AGREE", "", "refused"]]
    again = survey(tmp_path, header, one, name="new.csv", plan=found.plan)
    assert again.table.schema.equals(found.table.schema)
    assert again.table.to_pylist() == [
        {
            "id": "new",
            "used: Shop": True,
            "used: Web": False,
            "used: Phone": False,
            "q1": "Strongly agree",
            "box": False,
            "q2": None,
        }
    ]
    assert again.plan == found.plan
    with pytest.raises(MissingColumns, match="'q2'"):
        survey(tmp_path, header[:-1], [one[0][:-1]], name="new.csv", plan=found.plan)


def test_a_plan_goes_through_json(tmp_path):
    class Document(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")
        plan: SurveyPlan

    rows = [[f"p{i}", ["A;B", "B;C"][i % 2], AGREEMENT[i % 5], "x" * (i % 2)] for i in range(60)]
    plan = survey(tmp_path, ["id", "used", "q1", "box"], rows).plan
    assert Document.model_validate_json(Document(plan=plan).model_dump_json()).plan == plan


def test_what_is_said_of_a_column_stands(tmp_path):
    """Roles by STEM.COLUMN, and columns that are left out."""
    rows = [[i, i % 3, "A;B" if i % 2 else "B", 5] for i in range(30)]
    said = {"survey.a": "category", "survey.b": "category", "survey.c": "ignore", "survey.who": "customer"}
    found = survey(tmp_path, ["who", "a", "b", "c"], rows, role=said)
    assert found.table.column_names == ["who", "a", "b"]
    assert [made.role for made in found.made] == ["category", "category"]


def test_a_paper_survey_typed_into_excel(tmp_path):
    """A title, blank lines, x marks, don't knows, and a total at the end."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Customer survey 2024, branch Ulm"])
    sheet.append([])
    sheet.append(["No.", "Satisfied?", "Tea", "Coffee", "Age"])
    for i in range(1, 25):
        sheet.append(
            [
                i,
                ["very satisfied", "satisfied", "dissatisfied", "k.A."][i % 4],
                "x" * (i % 2),
                "X" * (i % 3 == 0),
                20 + i,
            ]
        )
        if i == 12:
            sheet.append([])
    sheet.append(["Total", None, 12, 8, 800])
    path = tmp_path / "paper.xlsx"
    book.save(path)
    found = accounted(read_survey(path, Settings()))
    table = found.table
    assert table.num_rows == 24
    assert table.column_names == ["No.", "Satisfied?", "Tea", "Coffee", "Age"]
    assert table["No."].to_pylist() == list(range(1, 25))
    assert table["Tea"].to_pylist()[:3] == [True, False, True]
    assert made_of(found, "Satisfied?").order == ("dissatisfied", "satisfied", "very satisfied")
    assert table["Age"].to_pylist() == [float(20 + i) for i in range(1, 25)]
    assert notes_of(found)["totals"] == "1 line at the end adds up the others and is left out"
    assert "'k.a' (under 10)" in notes_of(found)["no-answers"]


def test_the_real_survey_of_young_people(data):
    """1,010 respondents: 135 items stay numbers, how heavy they are is no weight of a respondent."""
    found = accounted(read_survey(data / "survey" / "young-people.csv", Settings()))
    assert found.table.num_rows == 1_010
    assert found.table.num_columns == 151
    assert [made.column for made in found.made if made.role == "ignore"] == []
    assert found.table["Music"].null_count == 3


def test_a_frame_is_read_as_a_file_is():
    frame = pa.table({"id": range(12), "q": [1.0, 2.0, -99.0] * 4, "used": ["A;B", "A", "B;C"] * 4})
    found = accounted(read_survey(frame, Settings(min_group=3)))
    assert found.table["q"].null_count == 4
    assert found.table.column_names == ["id", "q", "used: A", "used: B", "used: C"]


@pytest.mark.parametrize("title", [True, False])
def test_a_header_in_two_rows(tmp_path, title):
    """The question above, merged over its answers; what stands in one row only is the name."""
    book = openpyxl.Workbook()
    sheet = book.active
    if title:
        sheet.append(["Survey of regulars"])
    top = sheet.max_row + 1 if title else 1
    sheet.append(["No.", "What do you drink?", None, None, "Where?", None, "Age"])
    sheet.append([None, "tea", "coffee", "milk", "home", "work", None])
    sheet.merge_cells(start_row=top, start_column=2, end_row=top, end_column=4)
    for i in range(1, 31):
        sheet.append([i, "x" * (i % 2), "x" * (i % 3 == 0), None, "x" * (i % 4 == 0), "x" * (i % 5 == 0), 20 + i])
    sheet.append([31, None, None, "x", "x", None, 40])
    path = tmp_path / "paper.xlsx"
    book.save(path)
    found = accounted(read_survey(path, Settings()))
    drinks = [f"What do you drink? [{each}]" for each in ("tea", "coffee", "milk")]
    assert found.table.column_names == ["No.", *drinks, "Where? [home]", "Where? [work]", "Age"]
    assert [made.words for made in found.made][:5] == ["tea", "coffee", "milk", "home", "work"]
    assert found.table[drinks[0]].to_pylist()[:3] == [True, None, True]
    assert found.table["No."].to_pylist() == list(range(1, 32))


@pytest.mark.parametrize(("top", "left"), [(1, 1), (4, 3)])
def test_a_question_stands_over_what_it_was_merged_over(tmp_path, top, left):
    """Columns to the right of a merged question have their own names, wherever on the sheet the table begins."""
    book = openpyxl.Workbook()
    sheet = book.active
    for title, first, last in (("How satisfied are you with", 1, 2), ("Where do you buy", 3, 4)):
        sheet.cell(top, left + first, title)
        sheet.merge_cells(start_row=top, end_row=top, start_column=left + first, end_column=left + last)
    rows = [["id", "price", "look", "web", "shop", "age"]]
    rows += [[i, i % 5 + 1, i % 4 + 1, "x" if i % 2 else None, "x" if i % 3 else None, 20 + i % 30] for i in range(60)]
    for i, cells in enumerate(rows):
        for j, cell in enumerate(cells):
            sheet.cell(top + 1 + i, left + j, cell)
    path = tmp_path / "typed.xlsx"
    book.save(path)
    assert accounted(read_survey(path, Settings(survey=path))).table.column_names == [
        "id",
        "How satisfied are you with [price]",
        "How satisfied are you with [look]",
        "Where do you buy [web]",
        "Where do you buy [shop]",
        "age",
    ]


def test_a_header_in_two_rows_whose_lower_one_is_fuller(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([None, None, "How content are you with", None, None])
    sheet.append(["id", "age", "price", "taste", "service"])
    for i in range(30):
        sheet.append([f"p{i}", 20 + i, i % 5 + 1, (i + 1) % 5 + 1, (i + 2) % 5 + 1])
    path = tmp_path / "grid.xlsx"
    book.save(path)
    names = accounted(read_survey(path, Settings())).table.column_names
    assert names == ["id", "age", *(f"How content are you with [{each}]" for each in ("price", "taste", "service"))]


def test_one_tick_on_a_scale_of_boxes_is_a_step(tmp_path):
    """As on paper: a line a question, a column a step, an x in one of them."""
    steps = ["disagree", "neutral", "agree"]
    rows = [[i, *("x" if i % 4 == j else "" for j in range(3)), i % 7] for i in range(40)]
    header = ["id", *(f"I like tea [{step}]" for step in steps), "cups"]
    found = survey(tmp_path, header, rows)
    assert found.table.column_names == ["id", "I like tea", "cups"]
    assert found.table["I like tea"].to_pylist()[:4] == [*steps, None]
    assert made_of(found, "I like tea").order == tuple(steps)
    assert "'I like tea'" in notes_of(found)["steps"]
    again = survey(tmp_path, header, [["new", "", "", "x", 3]], name="new.csv", plan=found.plan)
    assert again.table["I like tea"].to_pylist() == ["agree"]


def test_boxes_of_which_several_are_ticked_are_no_scale(tmp_path):
    rows = [[i, "x" * (i % 2), "x" * (i % 3 == 0), "x" * (i % 5 == 0)] for i in range(40)]
    found = survey(tmp_path, ["id", "q [never]", "q [sometimes]", "q [often]"], rows)
    assert [made.role for made in found.made] == ["flag"] * 3
