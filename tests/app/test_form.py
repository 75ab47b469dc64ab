"""The form without its page: what people type is read as they mean it, and labels are the model's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest

import ilk
import ilk.app.form as forms
from ilk.app.entry import NO, YES, read_entry
from ilk.app.form import fill, form_of, held, placed_by_first, typical_of
from ilk.app.of_file import customer_of_file, ids_in_other_case, meant, nobody
from ilk.app.sureness import dots, how_sure, in_ten
from ilk.app.trouble import as_label, plain
from ilk.errors import FileTrouble
from ilk.model.customer import read_customer
from ilk.model.scorers import nearest_segments
from ilk.model.telling import N_FIRST, most_telling


@pytest.fixture(scope="module")
def model(made):
    return ilk.load(made / "segments.ilk")


@pytest.fixture(scope="module")
def form(model):
    return form_of(model)


def shown(form, row):
    """What stands in the fields for a customer, shares as they are."""
    return {column: one.exact for column, one in held(form, row).items()}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200.50", 1200.5),
        ("1 234,5", 1234.5),
        ("1.234,56", 1234.56),
        ("1,200", 1200),
        ("12,5", 12.5),
        ("0,125", 0.125),
        ("€ 40", 40),
        ("$1,200", 1200),
        ("1'234", 1234),
        ("1 200", 1200),
        ("(5)", -5),
        ("−3", -3),
        ("12,-", 12),
        ("1.5e3", 1500),
        ("40.900749", 40.900749),
    ],
)
def test_numbers_are_read_as_people_write_them(text, value):
    assert read_entry(text, "number").value == value


@pytest.mark.parametrize(("text", "value"), [("12 %", 0.12), ("100%", 1), ("0,5", 0.5), ("1", 1), ("8.3 %", 0.083)])
def test_shares_are_read_with_and_without_per_cent(text, value):
    assert read_entry(text, "share").value == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("abc", "number", "is not a number"),
        ("1,2,3", "number", "is not a number"),
        ("1" + "0" * 39 + "e99999", "number", "is not a number"),
        ("5 %", "number", "no per cent"),
        ("50", "share", "0.5 or 50 %"),
        ("-1", "share", "between 0 and 1"),
        ("150 %", "share", "between 0 and 1"),
        ("yesterday", "date", "2026-11-23"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(text, kind, told):
    with pytest.raises(ValueError, match=told):
        read_entry(text, kind)


def test_a_share_above_all_of_them_is_read_where_the_study_saw_it():
    """A file's own share slightly above 1 stays what it is; a typed one is taken where the study saw as much."""
    assert read_entry(1.25, "share").value == 1.25
    assert read_entry("120 %", "share", highest=1.5).value == 1.2
    with pytest.raises(ValueError, match=r"between 0 and 1\.5"):
        read_entry("160 %", "share", highest=1.5)


def test_shares_of_a_file_are_shown_as_people_read_them(form):
    share = replace(form.first[0], kind="share")
    for value, shown in ((0.909091, "90.9 %"), (1.0, "100 %"), (0.083333, "8.33 %"), (0.0, "0 %"), (1.25, "125 %")):
        assert share.entered(str(value)) == value
        assert share.written(value) == shown
    assert share.written(None) is None
    assert share.entered("50 %") == 0.5


def test_a_doubtful_number_is_read_back():
    """1,200 may be meant as 1.2: what it was taken for stands under the field. 1200 needs no echo."""
    assert read_entry("1,200", "number").echo == "Read as 1,200."
    assert read_entry("1200", "number").echo == ""
    assert read_entry("n/a", "number").value is None


def test_picks_and_dates():
    assert read_entry(YES, "flag").value is True
    assert read_entry(NO, "flag", numeric=True).value == 0.0
    assert read_entry("4", "choice", numeric=True).value == 4.0
    assert read_entry(date(2026, 11, 23), "date").value == date(2026, 11, 23)
    assert read_entry("12 %", "number", hundred=True).value == 12.0
    for kind in ("number", "share", "flag", "choice", "date"):
        assert read_entry(None, kind).value is None


def test_the_most_telling_fields_come_first_and_none_is_lost(model, form):
    assert len(form.first) == N_FIRST
    columns = [field.column for field in form.fields]
    assert len(set(columns)) == len(columns)
    assert set(model.scoring.columns) <= set(columns)
    assert {c.plan.column for c in model.content.columns if c.plan.use == "builds"} == set(columns)
    assert 0.6 < form.right <= 1
    assert "five fields that tell most" in placed_by_first(form)


def test_what_the_first_fields_are_worth_is_counted_among_the_customers_of_the_study(model, form, made):
    """Each is placed twice, by everything and by the first fields alone; an estimate is called one."""
    told = pq.read_table(made / "assignments.parquet")
    rows = pcsv.read_csv(made / "customers-with-segments.csv")
    id_column, columns = told.column_names[0], list(form.measured.columns)
    alone = model.assign(rows.select([id_column, *columns])).table
    whole = dict(zip(told[id_column].to_pylist(), told["segment"].to_pylist(), strict=True))
    same = [whole[i] == s for i, s in zip(alone[id_column].to_pylist(), alone["segment"].to_pylist(), strict=True)]
    assert form.measured.customers == len(same)
    assert form.measured.right == round(sum(same) / len(same), 2)
    assert f"{round(100 * form.measured.right)} % of {len(same):,} customers of the study come" in placed_by_first(form)
    assert "an estimated" in placed_by_first(replace(form, measured=None))


def test_what_the_study_found_is_not_looked_for_again(model, form, monkeypatch):
    """Choosing among all columns takes a moment; the study has done it for its own segments, in the same way."""
    telling = most_telling(model.scoring, N_FIRST)
    assert form.measured.columns == telling.columns
    monkeypatch.setattr(forms, "most_telling", lambda *_: pytest.fail("asked again"))
    assert [field.column for field in form_of(model).first] == [field.column for field in form.first]


def test_what_was_measured_of_other_segments_is_not_told(model):
    other = next(k for k in model.tried if k not in {1, model.k})
    assert form_of(model.at(other)).measured is None


def test_fields_say_their_unit_what_is_typical_and_where_they_belong(form):
    fields = {field.column: field for field in form.fields}
    assert fields["BALANCE"].label == "Balance (USD)"
    assert fields["BALANCE"].typical.replace(",", "").isdecimal()
    assert fields["BALANCE"].group == "Borrowing"
    assert fields["PURCHASES_FREQUENCY"].kind == "share"
    assert fields["PURCHASES_FREQUENCY"].typical.endswith("%")
    assert "sum of one-off purchases and instalment purchases" in fields["PURCHASES"].help


def test_typical_values_come_to_their_segment(model, form):
    for segment in model.segments:
        filled = fill(form, shown(form, typical_of(model, segment.number)))
        assert filled.problems == {}
        assert model.explain(filled.values).segment == segment.number


def test_a_form_keeps_what_can_be_read_and_says_what_cannot(form):
    filled = fill(form, {"BALANCE": "1 200,5", "TENURE": "soon", "CREDIT_LIMIT": "", "PAYMENTS": None, "OTHER": "5"})
    assert filled.values == {"BALANCE": 1200.5}
    assert set(filled.problems) == {"TENURE"}
    assert set(filled.echoes) == {"BALANCE"}


def test_values_of_a_file_fit_into_the_fields(form):
    flag = replace(form.first[0], kind="flag")
    assert [flag.entered(text) for text in ("true", "1", "false", "")] == [YES, YES, NO, None]
    scale = replace(form.first[0], kind="choice", options=("1", "2"), numeric=True)
    assert scale.entered("2.0") == "2"
    assert scale.entered("7") is None
    assert replace(flag, kind="date").entered("2026-11-23") == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("certainty", "said"),
    [
        (None, "not measured"),
        (0.02, "Too little to tell: hardly any customers"),
        (0.1, "Too little to tell: only 1 in 10 customers like this is"),
        (0.45, "Too little to tell: only 4 in 10 customers"),
        (0.59, "Too little to tell: fewer than 6 in 10"),
        (0.63, "6 in 10 customers like this are in this segment."),
        (0.97, "Nearly all customers"),
    ],
)
def test_certainty_in_words(certainty, said):
    assert said in how_sure(certainty, too_little=certainty is not None and certainty < 0.6)


def test_as_many_dots_are_filled_as_are_said():
    assert dots(0.63, 1).count('fill="none"') == 4
    assert dots(None, 1) == ""
    assert in_ten(0.84) == "8 in 10"


def test_a_customer_of_the_file_is_found(made, model):
    table = pcsv.read_csv(made / "customers-with-segments.csv")
    name = model.content.provenance.id_column
    wanted = str(table[name][-1])
    found = customer_of_file(made, name, wanted)
    assert found[name] == wanted
    assert float(found["PAYMENTS"]) == table["PAYMENTS"][-1].as_py()
    assert customer_of_file(made, name, "nobody") is None
    assert customer_of_file(made, None, "2")[name] == str(table[name][1])
    assert customer_of_file(made, None, "two") is None


def test_ids_that_differ_in_case_only_are_told(tmp_path):
    (tmp_path / "customers-with-segments.csv").write_text("ID,A\nC1,1\nc1,2\nc2,3\n")
    assert ids_in_other_case(tmp_path, "ID", "C1") == ("c1",)
    assert ids_in_other_case(tmp_path, "ID", "C2") == ("c2",)
    assert ids_in_other_case(tmp_path, None, "1") == ()
    assert meant("C1", "C1", ("c1",)) == "Shown is C1; c1 differs in upper and lower case only."
    assert "These differ in upper and lower case only: Ab and aB" in nobody("ab", ("Ab", "aB"))


@pytest.mark.parametrize("text", ["Balance (USD)", "CUST_ID", "Spent: wine, 100 % red", "Items 1-3 + extras!"])
def test_labels_stay_as_they_are(text):
    """Who hears the page instead of seeing it would hear every escape."""
    assert as_label(text) == text


@pytest.mark.parametrize(
    "text", ["**a**", "[a](b)", "_a_", "$a$ and $b$", ":red[a]", "`a`", "<b>", "see www.a.example"]
)
def test_labels_cannot_be_markup(text):
    assert as_label(text) == plain(text) != text


def test_a_study_without_its_file_is_told(tmp_path):
    with pytest.raises(FileTrouble, match="cannot be read"):
        customer_of_file(tmp_path, "ID", "1")


def labels_of_form(model, form, rows):
    """Labels as the form finds them: what would stand in the fields, read by the form."""
    positions = []
    for row in rows:
        filled = fill(form, shown(form, row))
        assert filled.problems == {}
        positions.append(read_customer(model, filled.values).features)
    return model.scoring.numbers[nearest_segments(model.scoring, np.array(positions)).label].tolist()


def with_blanks(table, rng, building):
    """Rows as texts, all but one to all of the building columns blanked at random."""
    rows = table.to_pylist()
    for row in rows:
        there = [name for name in building if row[name] is not None]
        for name in rng.permutation(there)[rng.integers(1, len(there) + 1) :]:
            row[name] = None
    return rows


def as_texts(rows):
    return [{name: None if value is None else str(value) for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("blanks", [False, True])
def test_labels_of_the_form_are_the_models(made, model, form, blanks):
    """A few dozen customers, complete and with random blanks."""
    import pyarrow as pa

    table = pcsv.read_csv(made.parent / "world" / "customers.csv").slice(0, 36)
    rows = with_blanks(table, np.random.default_rng(1), model.scoring.columns) if blanks else table.to_pylist()
    expected = model.assign(pa.Table.from_pylist(rows, schema=table.schema)).table["segment"].to_pylist()
    assert labels_of_form(model, form, as_texts(rows)) == expected


@pytest.mark.slow
def test_labels_of_the_form_are_the_models_for_all_customers(data, tmp_path):
    """All 8,950 of the founding file, complete and with random blanks: equal, all of them."""
    import pyarrow as pa

    path = data / "credit-card" / "customers.csv"
    model = ilk.segment(path, out=tmp_path / "study").model
    form = form_of(model)
    assert len(form.fields) == 17
    table = pcsv.read_csv(path)
    for rows in (table.to_pylist(), with_blanks(table, np.random.default_rng(2), model.scoring.columns)):
        expected = model.assign(pa.Table.from_pylist(rows, schema=table.schema)).table["segment"].to_pylist()
        assert len(expected) == len(rows) == 8950
        assert labels_of_form(model, form, as_texts(rows)) == expected
