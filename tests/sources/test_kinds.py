"""What a column is comes from all of its values."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest


def column(source, name="x"):
    return pa.Table.from_batches(source.batches([name]), pa.schema([source.schema.field(name)]))[name].to_pylist()


def kind(source, name="x"):
    return next(fact.kind for fact in source.facts() if fact.column == name)


def fact(source, name="x"):
    return next(each for each in source.facts() if each.column == name)


def note(source, code):
    return next(each.text for each in source.intake.notes if each.code == code)


def one(opened, values, delimiter="|", **more):
    """Open a file whose column x holds these texts, beside an id."""
    lines = "".join(f"C{i}{delimiter}{value}\n" for i, value in enumerate(values))
    return opened(f"id{delimiter}x\n{lines}", **more)


ENGLISH = [
    ("12", 12.0),
    ("-12.5", -12.5),
    ("+7", 7.0),
    ("1e3", 1000.0),
    ("1,234.50", 1234.5),
    ("$1,234.50", 1234.5),
    ("-$5", -5.0),
    ("$-5", -5.0),
    ("US$ 3.5", 3.5),
    ("EUR 12.5", 12.5),
    ("12.5 USD", 12.5),
    ("£0.99", 0.99),
    ("(12)", -12.0),
    ("($1,234.5)", -1234.5),
    ("12-", -12.0),
    ("−7.5", -7.5),
    ("12%", 0.12),
    ("12.5 %", 0.125),
    ("1 234.5", 1234.5),
    ("1\u00a0234.5", 1234.5),
    ("1\u202f234.5", 1234.5),
    ("1'234.5", 1234.5),
    ("1’234.5", 1234.5),
    ("12,34,567.5", 1234567.5),
    (".5", 0.5),
    ("5.", 5.0),
    ("  8.25  ", 8.25),
]
CONTINENTAL = [
    ("1.234,50", 1234.5),
    ("1 234,50 €", 1234.5),
    ("1\u202f234,5", 1234.5),
    ("€ 7,-", 7.0),
    ("-3,5%", -0.035),
    ("(1.234,50)", -1234.5),
    ("0,5", 0.5),
    ("1,5E+03", 1500.0),
    ("1.234.567", 1234567.0),
    ("12", 12.0),
]


@pytest.mark.parametrize(("cases", "mark"), [(ENGLISH, "."), (CONTINENTAL, ",")], ids=["english", "continental"])
def test_numbers_in_any_writing(opened, cases, mark):
    """A column for each case, in which only its first value is written so."""
    rows = [[text for text, _ in cases]] + [
        [value.replace(".", mark)] * len(cases) for value in ("10.25", "1.5", "3.75")
    ]
    names = "|".join(f"n{i}" for i in range(len(cases)))
    source = opened(f"id|{names}\n" + "".join(f"C{i}|{'|'.join(row)}\n" for i, row in enumerate(rows)))
    for i, (text, number) in enumerate(cases):
        assert column(source, f"n{i}") == [number, 10.25, 1.5, 3.75], text
    assert source.intake.dialect.decimal == mark


def test_integers_first_and_decimals_later(opened):
    source = one(opened, ["5"] * 300 + ["2.5"])
    assert column(source)[-1] == 2.5
    assert not fact(source).whole
    assert fact(one(opened, ["5"] * 300)).whole


def test_decimal_comma_only_in_the_last_row(opened):
    source = opened("id;a;b\n" + "".join(f"{i};7;1.234\n" for i in range(50)) + "50;7,5;1.234\n")
    assert column(source, "a")[-1] == 7.5
    assert column(source, "b") == [1234.0] * 51


def test_thousands_or_decimals_is_said_when_nothing_tells(opened):
    source = one(opened, ["1,234", "2,500", "3,750"])
    assert column(source) == [1234.0, 2500.0, 3750.0]
    assert "decimal mark was taken to be '.'" in note(source, "ambiguous-numbers")
    assert column(one(opened, ["1,234", "2,500", "3,750"], ";")) == [1.234, 2.5, 3.75]


def test_one_sure_value_settles_thousands(opened):
    source = one(opened, ["1,234", "2,500", "3.5"])
    assert column(source) == [1234.0, 2500.0, 3.5]
    assert not [n for n in source.intake.notes if n.code == "ambiguous-numbers"]


def test_a_nought_before_three_decimals(opened):
    assert column(one(opened, ["0,125", "1,250", "0,375"])) == [0.125, 1.25, 0.375]


JUNK = ["n/a", "NA", "-", "ERROR", "null", "#DIV/0!", "unknown", "?", "inf", "NaN", "1e999", "abc"]


def test_texts_among_numbers_are_missing_and_counted(opened):
    names = "|".join(f"n{i}" for i in range(len(JUNK)))
    rows = "".join(f"C{i}|{'|'.join(['1.5'] * len(JUNK))}\n" for i in range(30))
    source = opened(f"id|{names}\n{rows}C99|{'|'.join(JUNK)}\n")
    notes = [each.text for each in source.intake.notes if each.code == "spoiled"]
    for i, text in enumerate(JUNK):
        found = fact(source, f"n{i}")
        assert (found.kind, found.spoiled, found.n_missing) == ("number", 1, 1), text
        quoted = "" if text in {"1e999", "abc"} else f": {text!r}"
        assert f"n{i}: under 10 texts among the rest read as missing{quoted}".lower() == notes[i].lower()


def test_nobodys_own_text_is_quoted(opened):
    """Notes stand in the report: a number that a text shares its shape with is one customer's own."""
    phones = [f"+49 170 {i:07}" for i in range(12)]
    source = one(opened, [*phones, "Jane Doe", *["see file"] * 10, *(str(1_000_000 + i) for i in range(400))])
    assert note(source, "spoiled").endswith(
        ": 23 texts among the rest read as missing: '+## ### #######' (12), 'see file' (10)"
    )


def test_words_for_no_answer_may_be_many(opened):
    source = one(opened, ["NA"] * 60 + ["3.5"] * 40)
    assert (fact(source).kind, fact(source).spoiled) == ("number", 60)


def test_one_text_in_five_makes_text(opened):
    source = one(opened, ["1.5"] * 8 + ["small", "large"])
    assert kind(source) == "text"
    assert fact(source).levels == (("1.5", 8), ("large", 1), ("small", 1))


@pytest.mark.parametrize("values", [["00123", "00200", "12345"], ["1234567890123456", "2234567890123456", "3"]])
def test_names_made_of_digits_stay_text(opened, values):
    assert column(one(opened, values)) == values


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        (["true", "False", "TRUE"], [True, False, True]),
        (["yes", "no", "Yes"], [True, False, True]),
        (["ja", "nein", ""], [True, False, None]),
        (["y", "n", "Y"], [True, False, True]),
        (["T", "F", "T"], [True, False, True]),
        (["yes", "no", "n/a"], [True, False, None]),
    ],
)
def test_words_for_yes_and_no_are_flags(opened, values, flags):
    source = one(opened, values)
    assert kind(source) == "flag"
    assert column(source) == flags


@pytest.mark.parametrize("values", [["y", "y", "y"], ["yes", "no", "maybe"], ["t", "x", "t"], ["yes", "nein", "no"]])
def test_doubtful_words_stay_text(opened, values):
    assert column(one(opened, values)) == values


def test_nought_and_one_stay_numbers(opened):
    assert kind(one(opened, ["0", "1", "1"])) == "number"


DAY = dt.date(2020, 1, 31)


DATES = [
    "2020-01-31",
    "2020/1/31",
    "2020.01.31",
    "2020-01-31 23:59:59.123",
    "2020-01-31T23:59:59Z",
    "2020-01-31 11:59 PM",
    "31.01.2020",
    "31.1.20",
    "31-01-2020",
    "31/01/2020 08:15",
    "1/31/2020",
    "31 Jan 2020",
    "31-Jan-20",
    "31. Januar 2020",
    "Jan 31, 2020",
    "January 31st, 2020",
]


def test_dates_in_any_form(opened):
    names = "|".join(f"n{i}" for i in range(len(DATES)))
    source = opened(f"id|{names}\n" + "".join(f"C{i}|{'|'.join(DATES)}\n" for i in range(3)))
    for i, text in enumerate(DATES):
        assert column(source, f"n{i}") == [DAY] * 3, text


def test_forms_of_dates_may_be_mixed(opened):
    assert column(one(opened, ["2020-01-31", "31.01.2020", "31 Jan 2020"])) == [DAY] * 3


def test_day_or_month_first_is_decided_by_the_whole_column(opened):
    american = one(opened, ["03/04/2020", "05/06/2020", "07/25/2020"])
    assert column(american)[0] == dt.date(2020, 3, 4)
    european = one(opened, ["03/04/2020", "05/06/2020", "25/07/2020"])
    assert column(european)[0] == dt.date(2020, 4, 3)
    assert not [n for n in european.intake.notes if n.code == "ambiguous-dates"]


def test_ambiguous_dates_are_said(opened):
    source = one(opened, ["03/04/2020", "05/06/2020"])
    assert column(source) == [dt.date(2020, 4, 3), dt.date(2020, 6, 5)]
    assert "the day was read first" in note(source, "ambiguous-dates")
    assert not [n for n in one(opened, ["03.04.2020", "05.06.2020"]).intake.notes if n.code == "ambiguous-dates"]


@pytest.mark.parametrize("mark", "-/.")
@pytest.mark.parametrize("time", ["", " 08:15", "T08:15:30.5Z"])
@pytest.mark.parametrize("turned", ["", "07{0}25{0}2020"])
def test_dates_of_the_usual_width_are_read_as_others(opened, mark, time, turned):
    """They take a shorter way: 2020-03-04 as 2020-3-4, 03/04/2020 as 3/4/2020, whichever comes first in a year."""
    wide = [f"2020{mark}03{mark}04", f"03{mark}04{mark}2020", f"12{mark}11{mark}2019", f"2020{mark}02{mark}30"]
    narrow = [f"2020{mark}3{mark}4", f"3{mark}4{mark}2020", f"12{mark}11{mark}19", f"2020{mark}2{mark}30"]
    also = [turned.format(mark)] * bool(turned) + ["2020-01-31"] * 30
    read = [column(one(opened, [text + time for text in (*texts, *also)])) for texts in (wide, narrow)]
    assert read[0] == read[1]
    assert read[0][0] == dt.date(2020, 3, 4)
    assert read[0][3] is None


def test_impossible_dates_are_spoiled(opened):
    source = one(opened, ["2020-01-31"] * 20 + ["2020-02-30", "0000-00-00"])
    assert column(source)[-2:] == [None, None]
    assert fact(source).spoiled == 2


def test_eight_digits_are_a_date_if_the_name_says_so(opened):
    assert kind(opened("id,x\n1,20200131\n2,20200201\n")) == "number"
    source = opened("id,join_date\n1,20200131\n2,20200201\n")
    assert column(source, "join_date") == [DAY, dt.date(2020, 2, 1)]


def test_dates_count_as_days(opened):
    found = fact(one(opened, ["1970-01-02", "1969-12-31", "1970-01-01"]))
    assert (found.minimum, found.maximum, found.n_zero, found.n_negative) == (-1.0, 1.0, 1, 1)


def test_na_in_a_column_of_words(opened):
    source = one(opened, ["M", "F", "NA", "M", "n/a"])
    assert column(source) == ["M", "F", None, "M", None]
    assert note(source, "missing-words").endswith("read as missing: 'n/a', 'na'")
    assert fact(source).spoiled == 0


def test_namibia_among_countries(opened):
    codes = ["DE", "FR", "US", "NA", "IT", "ES", "PL"]
    assert column(one(opened, codes)) == codes


def test_infinity_in_a_frame(opened):
    source = opened(pa.table({"id": [1, 2, 3], "x": [1.0, float("inf"), float("nan")]}))
    assert column(source) == [1.0, None, None]
    assert "under 10 infinite" in note(source, "infinite")


class TestExpected:
    """A model knows what a column was, whatever a new file makes it look like."""

    @pytest.mark.parametrize(
        ("kind", "values", "expected", "spoiled"),
        [
            ("number", ["small", "2.5", "large"], [None, 2.5, None], 2),
            ("number", ["yes", "no", "yes"], [1.0, 0.0, 1.0], 0),
            ("number", ["", "", ""], [None, None, None], 0),
            ("number", ["12,5", "1.234,5", "x"], [12.5, 1234.5, None], 1),
            ("text", ["1", "2", "3"], ["1", "2", "3"], 0),
            ("text", ["true", "false", ""], ["true", "false", None], 0),
            ("flag", ["1", "0", "1"], [True, False, True], 0),
            ("flag", ["y", "y", "often"], [True, True, None], 1),
            ("date", ["20200131", "31.01.2020", "soon"], [DAY, DAY, None], 1),
            ("date", ["5", "6", "7"], [None, None, None], 3),
        ],
    )
    def test_texts(self, opened, kind, values, expected, spoiled):
        source = one(opened, values, expect={"x": kind})
        assert column(source) == expected
        assert fact(source).spoiled == spoiled
        assert fact(source).kind == kind

    @pytest.mark.parametrize(
        ("kind", "values", "expected"),
        [
            ("text", [1, 2, None], ["1", "2", None]),
            ("text", [1.0, 2.5, None], ["1", "2.5", None]),
            ("text", [True, False, None], ["true", "false", None]),
            ("flag", [1, 0, 5], [True, False, None]),
            ("number", [True, False, None], [1.0, 0.0, None]),
            ("date", [20200131, 7, None], [DAY, None, None]),
            ("number", [DAY, DAY, None], [None, None, None]),
            ("text", [DAY, None, DAY], ["2020-01-31", None, "2020-01-31"]),
            ("date", [dt.datetime(2020, 1, 31, 23, 59), None, None], [DAY, None, None]),  # noqa: DTZ001
        ],
    )
    def test_frames(self, opened, kind, values, expected):
        source = opened(pa.table({"id": ["a", "b", "c"], "x": values}), expect={"x": kind})
        assert column(source) == expected

    def test_other_columns_are_understood_as_ever(self, opened):
        source = opened("id,x,y\n1,2.5,a\n2,3.5,b\n", expect={"x": "text"})
        assert source.schema.types == [pa.int64(), pa.string(), pa.string()]


def test_a_few_numbers_with_another_decimal_mark_are_told_apart_from_spoiled_ones(opened):
    """20 of 400 with a comma, one word: what they are, how many, what to do."""
    source = one(opened, ["0.5"] * 379 + ["2,5"] * 20 + ["broken"])
    assert kind(source) == "number"
    said = note(source, "mixed-decimals")
    assert said == (
        "x: 20 numbers have a decimal comma where the others have a point, and are read as missing; write all of them "
        "with a point"
    )
    assert note(source, "spoiled").startswith("x: under 10 texts")


def test_a_column_in_two_ways_of_writing_decimals_is_words_and_that_is_said(opened):
    source = one(opened, [f"0.{i % 10}" for i in range(300)] + [f"2,{i % 10}" for i in range(100)])
    assert kind(source) == "text"
    said = note(source, "mixed-decimals")
    assert "100 numbers have a decimal comma where the others have a point" in said
    assert "taken for words" in said


def test_prices_and_words_are_not_told_of_decimals(opened):
    source = one(opened, ["0.5", "2,5", "red", "green", "blue"] * 20)
    assert "mixed-decimals" not in [each.code for each in source.intake.notes]
    source = one(opened, ["1,234.50", "0.5"] * 20)
    assert "mixed-decimals" not in [each.code for each in source.intake.notes]
