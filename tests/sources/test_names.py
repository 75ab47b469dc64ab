"""Names nobody would give on purpose come through, or are changed with a note."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.sources.interpret import query_names
from ilk.sources.names import clean_names, words_of

HOSTILE = [
    'x"; DROP TABLE typed; --',
    "Robert'); DROP TABLE customers;--",
    "select",
    "c0",
    "row",
    "Umsatz (€)",
    "顧客番号",
    "a.b",
    "a b",
    "%s {x} $1 ?",
    "\\",
    "'",
    '"',
    "https://example.com/?a=1&b=2",
    "naïve 🙂",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_as_they_are(opened, name):
    source = opened(pa.table({"id": [1, 2], name: [1.5, 2.5]}))
    assert source.schema.names == ["id", name]
    batch = next(source.batches([name]))
    assert batch.schema.names == [name]
    assert batch.column(0).to_pylist() == [1.5, 2.5]
    assert source.facts()[0].column == name


def test_all_of_them_at_once_in_a_file(opened):
    header = ";".join('"' + name.replace('"', '""') + '"' for name in HOSTILE)
    row = ";".join("1,5" for _ in HOSTILE)
    source = opened(f"{header}\n{row}\n{row}\n")
    assert source.schema.names == HOSTILE
    where = opened(f"{header}\n{row}\n{row}\n", where='"x""; DROP TABLE typed; --" > 1')
    assert where.intake.rows == 2


def test_hostile_values_are_only_values(opened):
    source = opened("id,x\n1,'; DROP TABLE typed; --\n2,b\n")
    assert next(source.batches(["x"])).column(0).to_pylist() == ["'; DROP TABLE typed; --", "b"]


def test_blank_repeated_and_untidy_names(opened):
    source = opened('id,,x,x,x (2)," padded ","two\nlines","bell\x07"\n1,2.5,3.5,4.5,5.5,6.5,7.5,8.5\n')
    assert source.schema.names == ["id", "column 2", "x", "x (3)", "x (2)", "padded", "two lines", "bell"]
    notes = {note.code: note.text for note in source.intake.notes}
    assert notes["blank-names"].endswith("'column 2'")
    assert notes["duplicate-names"].endswith("'x (3)'")
    assert notes["tidied-names"].endswith("'padded', 'two lines', 'bell'")


def test_upper_and_lower_case_are_two_columns(opened):
    source = opened("id,a,A\n1,2.5,3.5\n2,4.5,5.5\n", where='"A (2)" > 4')
    assert source.schema.names == ["id", "a", "A"]
    assert next(source.batches(["A"])).column(0).to_pylist() == [5.5]


def test_words():
    assert words_of("Dt_Customer") == ["dt", "customer"]
    assert words_of("custID") == ["cust", "id"]
    assert words_of("Number of siblings") == ["number", "of", "siblings"]


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["a", "A", "a (2)", "", " a"])), max_size=12)
)
def test_clean_names_are_unique_and_steady(raw):
    names, _ = clean_names(raw)
    assert len(set(names)) == len(names) == len(raw)
    assert all(name and name == name.strip() for name in names)
    assert clean_names(names) == (names, ())
    folded = [name.casefold() for name in query_names(names)]
    assert len(set(folded)) == len(folded)
