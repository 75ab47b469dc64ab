"""Who a customer is: found by name and uniqueness, and every row without an id of its own is accounted for."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ilk.errors import BadInput, BadSetting, MissingColumns
from ilk.sources.keys import rank_of
from ilk.sources.sampling import xxh64


@pytest.mark.parametrize(
    "name",
    [
        "CUST_ID",
        "customer_id",
        "CustomerID",
        "custid",
        "user id",
        "Client No",
        "Kundennummer",
        "member-number",
        "id_user",
    ],
)
def test_names_of_ids(opened, name):
    source = opened(f"amount,{name},count\n1.5,7,1\n2.5,8,1\n3.5,9,2\n")
    assert source.intake.id_column == name
    assert source.ids().to_pylist() == [7, 8, 9]


def test_ranks():
    assert [rank_of(name) for name in ("customer_id", "ID", "Customer", "order_id", "PURCHASES")] == [4, 3, 2, 1, 0]
    assert (
        rank_of("Kund-Nr")
        == rank_of("Kd-Nr")
        == rank_of("Kd.-Nr.")
        == rank_of("Kunden-Nr.")
        == rank_of("Mitglieds-Nummer")
        == 4
    )
    assert rank_of("number of customers") == 0
    assert rank_of("paid") == rank_of("NumWebPurchases") == rank_of("Valid") == 0


def test_the_better_name_wins(opened):
    assert opened("order_id,id,customer_id\n1,4,7\n2,5,8\n").intake.id_column == "customer_id"


def test_an_amount_is_never_an_id(opened):
    source = opened("id,x\n1.5,1\n2.5,2\n3.5,3\n")
    assert source.intake.id_column is None
    assert [note.code for note in source.intake.notes][-1] == "no-id"


def test_a_float_column_of_whole_numbers_is(opened):
    source = opened(pa.table({"id": [3.0, 1.0, 2.0], "x": [1.5, 2.5, 3.5]}))
    assert source.ids().to_pylist() == [3, 1, 2]
    assert source.schema.field("id").type == pa.int64()


def test_large_whole_numbers_keep_every_digit(opened):
    ids = [2**60 + 1, 2**60 + 3, 2**60 + 5]
    assert opened(pa.table({"user_id": ids, "x": [1.5, 2.5, 3.5]})).ids().to_pylist() == ids
    text = "".join(f"{i},1.5\n" for i in ids)
    assert opened(f"user_id,x\n{text}").ids().to_pylist() == ids


def test_leading_zeros_stay(opened):
    source = opened("customer_id,x\n00001,1.5\n00002,2.5\n00010,3.5\n")
    assert source.ids().to_pylist() == ["00001", "00002", "00010"]


def test_numbers_and_words_in_one_id(opened):
    rows = "".join(f"{i},1.5\n" for i in range(50))
    source = opened(f"id,x\n{rows}A7,2.5\n")
    assert source.ids().to_pylist()[-2:] == ["49", "A7"]
    assert source.intake.rejects == 0


def test_no_id_gives_row_numbers_and_says_so(opened):
    source = opened("x,y\n1.5,a\n2.5,b\n1.5,a\n")
    assert source.ids().to_pylist() == [1, 2, 3]
    assert source.intake.rows == 3
    hashes = source.hashes().tolist()
    assert hashes[0] == hashes[2] != hashes[1]


def test_without_an_id_rows_hash_by_what_they_hold(opened):
    one = opened("x,y,z\n1.5,a,2020-01-31\n2.5,,\n-0,b,2020-02-01\n")
    other = opened("x,y,z\n0,b,01.02.2020\n1.50,a,31.01.2020\n2.5,,\n")
    assert sorted(one.hashes().tolist()) == sorted(other.hashes().tolist())
    assert len(set(one.hashes().tolist())) == 3


def test_with_an_id_rows_hash_by_their_id(opened):
    source = opened("id,x\nA,1.5\nB,2.5\n")
    assert source.hashes().tolist() == xxh64(["A", "B"]).tolist()


def test_row_numbers_of_pandas_and_r(opened):
    for name in ("", "Unnamed: 0", "index"):
        source = opened(f"{name},x\n0,1.5\n1,2.5\n2,3.5\n")
        assert source.ids().to_pylist() == [0, 1, 2]
        assert "row-numbers" in [note.code for note in source.intake.notes]


def test_named_id(opened):
    source = opened("code,id,x\nb,1,1.5\na,2,2.5\n", id="code")
    assert source.ids().to_pylist() == ["b", "a"]
    assert opened("code,id,x\nb,1,1.5\na,2,2.5\n", role={"code": "id"}).intake.id_column == "code"
    with pytest.raises(MissingColumns, match=r"'cod'.*'code'"):
        opened("code,x\nb,1\n", id="cod")
    with pytest.raises(BadSetting, match=r"Only one column"):
        opened("code,id,x\nb,1,1.5\n", id="code", role={"id": "id"})


def test_a_log_among_customers_is_told_where_it_belongs(opened):
    rows = "".join(f"{i % 20},{i}.5\n" for i in range(100))
    with pytest.raises(BadInput, match=r"80 of 100 values of 'user_id' were seen before.* --orders or --activity"):
        opened(f"user_id,hours\n{rows}")


def test_repeated_and_blank_ids_are_rejects(opened):
    source = opened("id,x\nA,1.5\nB,2.5\n\nA,3.5\n,4.5\nC,5.5\nA,1.5\n")
    assert source.ids().to_pylist() == ["A", "B", "C"]
    assert source.rejects().to_pylist() == [
        {"line": 5, "reason": "the id A was seen before, in line 2", "text": "A,3.5"},
        {"line": 6, "reason": "no id", "text": ",4.5"},
        {"line": 8, "reason": "the id A was seen before, in line 2", "text": "A,1.5"},
    ]
    codes = [note.code for note in source.intake.notes]
    assert codes.count("duplicate-ids") == codes.count("blank-ids") == 1
    assert source.facts()[0].n == 3


def test_lines_of_rejects_count_multi_line_cells_and_broken_rows(opened):
    source = opened('title\n\nid,note,x\nA,"two\nlines",1.5\nB,short\nA,again,2.5\nC,c,3.5\nD,d,4.5\n')
    assert [(r["line"], r["reason"]) for r in source.rejects().to_pylist()] == [
        (6, "fewer than 3 cells"),
        (7, "the id A was seen before, in line 4"),
    ]


def test_repeats_in_a_frame(opened):
    source = opened(pa.table({"id": ["A", "B", None, "A"], "x": [1.5, 2.5, 3.5, 4.5]}))
    assert source.intake.records == 4
    assert source.rejects().to_pylist() == [
        {"line": 3, "reason": "no id", "text": "3.5"},
        {"line": 4, "reason": "the id A was seen before, in line 1", "text": "A, 4.5"},
    ]


def test_a_condition_comes_before_the_look_for_repeats(opened):
    source = opened("id,x\nA,1\nA,2\nB,3\n", where="x > 1")
    assert source.ids().to_pylist() == ["A", "B"]
    assert (source.intake.rejects, source.intake.skipped) == (0, 2)


def test_a_log_is_refused(opened):
    rows = "".join(f"{i % 10},{i}.5\n" for i in range(40))
    with pytest.raises(BadInput, match=r"30 of 40 values of 'customer_id'.*log of orders") as error:
        opened(f"customer_id,amount\n{rows}")
    assert "--query" in str(error.value)
    with pytest.raises(BadInput, match=r"log of orders"):
        opened(f"who,amount\n{rows}", id="who")


def test_a_log_with_a_key_of_its_own_is_opened_with_a_warning(opened):
    rows = "".join(f"{i},{i % 10},{i}.5\n" for i in range(40))
    source = opened(f"id,customer_id,amount\n{rows}")
    assert source.intake.id_column == "id"
    (note,) = [note for note in source.intake.notes if note.code == "log"]
    assert "Bring it with --orders or --activity instead" in note.text


def test_codes_that_repeat_are_no_ids(opened):
    rows = "".join(f"{i % 3},{i}.5\n" for i in range(40))
    assert opened(f"customer_code,amount\n{rows}").intake.id_column is None


def test_a_blank_id_column_is_refused(opened):
    with pytest.raises(BadInput, match=r"blank in every row"):
        opened("id,x\n,1\n,2\n", id="id")
