"""Several sources side by side: every customer once, everybody else accounted for, blanks where nothing is known."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilk.errors import BadInput, BadSetting
from ilk.settings import Settings
from ilk.sources.evidence import Evidence, Made
from ilk.sources.joined.join import Named, join
from ilk.sources.joined.matching import NOBODY, match_ids, union_ids
from ilk.sources.joined.study_source import Sources, open_study_source
from ilk.sources.open import open_source
from ilk.sources.source import Intake
from ilk.sources.stored import no_rejects

TELL = Settings(min_group=1)


def chunked(values):
    return pa.chunked_array([pa.array(values)])


def evidence(ids, block="orders", **columns):
    """What a source says: an id called `who`, then numbers."""
    table = pa.table({"who": ids, **columns})
    made = tuple(Made(name, block, "number") for name in columns)
    return Evidence(block, table, made, Intake(block, len(ids), len(ids), 0, 0, None, "who"), no_rejects(), None)


def named(one, prefix=None):
    return Named(one, f"{one.block}.csv", prefix or one.block)


def customers(**columns):
    return open_source(pa.table(columns), Settings(id="id"))


def rows(joined):
    return pa.Table.from_batches(list(joined.source.batches()), schema=joined.source.schema).to_pydict()


def codes(joined):
    return {note.code: note.text for note in joined.source.intake.notes}


def test_customers_stay_in_their_order_and_blanks_are_where_nothing_is_known():
    joined = join(
        customers(id=["c", "a", "b"], age=[3.0, 1.0, 2.0]),
        [named(evidence(["a", "c", "x"], recency=[10.0, 30.0, 99.0]))],
        TELL,
    )
    assert rows(joined) == {"id": ["c", "a", "b"], "age": [3.0, 1.0, 2.0], "orders.recency": [30.0, 10.0, None]}
    assert joined.made["orders.recency"].column == "recency"
    (brought,) = joined.brought
    assert (brought.customers, brought.strangers, brought.columns) == (2, 1, (("recency", "orders.recency"),))
    assert joined.rejects.to_pydict() == {
        "line": [None],
        "reason": ["orders.csv: not among the customers"],
        "text": ["x"],
    }
    assert codes(joined)["coverage"] == "2 of 3 customers (67 %) are in orders.csv"
    assert codes(joined)["strangers"] == "1 in orders.csv are not among the customers and are left out"
    assert [fact.n_missing for fact in joined.source.facts()] == [0, 1]


def test_without_a_table_everybody_in_any_source_is_a_customer():
    joined = join(
        None,
        [named(evidence([2, 1], recency=[20.0, 10.0])), named(evidence([3, 1], "activity", posts=[30.0, 11.0]))],
        TELL,
    )
    assert rows(joined) == {
        "who": [2, 1, 3],
        "orders.recency": [20.0, 10.0, None],
        "activity.posts": [None, 11.0, 30.0],
    }
    assert joined.rejects.num_rows == 0
    assert not joined.has_table


def test_one_source_alone_keeps_its_plain_names():
    joined = join(None, [named(evidence(["a", "b"], recency=[1.0, 2.0]))], TELL)
    assert rows(joined) == {"who": ["a", "b"], "recency": [1.0, 2.0]}
    assert "coverage" not in codes(joined)


def test_a_name_that_is_taken_gets_a_number_and_is_told():
    table = customers(id=["a", "b"], **{"orders.recency": [1.0, 2.0]})
    joined = join(table, [named(evidence(["a", "b"], recency=[3.0, 4.0]))], TELL)
    assert list(rows(joined)) == ["id", "orders.recency", "orders.recency 2"]
    assert "'recency' of orders.csv is called 'orders.recency 2'" in codes(joined)["names-clash"]


def test_interests_are_kept_in_four_bytes():
    one = evidence(["a", "b"], "activity", jazz=[0.1, 0.2])
    made = (Made("jazz", "activity", "topics"),)
    joined = join(None, [Named(Evidence("activity", one.table, made, one.intake, no_rejects(), None), "p", "p")], TELL)
    assert joined.source.schema.field("jazz").type == pa.float32()
    assert joined.source.facts()[0].kind == "number"


def test_leading_zeros_are_part_of_an_id_unless_all_sources_write_numbers():
    assert match_ids(chunked([7, 8]), chunked([8, 7]), "as-written").rows.tolist() == [1, 0]
    texts = match_ids(chunked(["007", "8"]), chunked([7, 8]), "as-written")
    assert texts.rows.tolist() == [NOBODY, 1]
    assert texts.nearly == 1


def test_case_and_blanks_count_unless_told_otherwise():
    own, other = chunked(["Ab 1", "x"]), chunked(["ab1", "X", "y"])
    written = match_ids(own, other, "as-written")
    assert (written.rows.tolist(), written.strangers.tolist(), written.nearly) == ([NOBODY, NOBODY], [0, 1, 2], 2)
    folded = match_ids(own, other, "folded")
    assert (folded.rows.tolist(), folded.strangers.tolist(), folded.nearly) == ([0, 1], [2], 0)


def test_the_same_as_written_comes_before_the_same_without_case():
    folded = match_ids(chunked(["ab", "AB", "Ab"]), chunked(["AB", "ab"]), "folded")
    assert folded.rows.tolist() == [1, 0, 0]
    assert folded.alike == 2


def test_what_would_match_but_for_case_is_told_with_the_way_out():
    joined = join(customers(id=["ab", "c"], age=[1.0, 2.0]), [named(evidence(["AB", "c"], recency=[1.0, 2.0]))], TELL)
    assert "--join-ids folded" in codes(joined)["ids-nearly"]


@given(st.lists(st.text("aAbB 0", min_size=1), unique=True), st.lists(st.text("aAbB 0", min_size=1), unique=True))
def test_every_record_of_the_other_source_is_somebodys_or_a_strangers(own, other):
    for how in ("as-written", "folded"):
        found = match_ids(pa.chunked_array([pa.array(own, pa.string())]), chunked(other or ["z"]), how)
        used = set(found.rows[found.rows != NOBODY].tolist())
        assert used.isdisjoint(found.strangers)
        assert used | set(found.strangers.tolist()) == set(range(len(other or ["z"])))


def test_a_union_keeps_the_first_way_an_id_is_written():
    assert union_ids([chunked(["a", "B"]), chunked(["b", "c"])], "folded").to_pylist() == ["a", "B", "c"]
    assert union_ids([chunked(["a", "B"]), chunked(["b", "c"])], "as-written").to_pylist() == ["a", "B", "b", "c"]
    assert union_ids([chunked([1, 2]), chunked([2, 3])], "as-written").to_pylist() == [1, 2, 3]
    assert union_ids([chunked([1, 2]), chunked(["02", "2"])], "as-written").to_pylist() == ["1", "2", "02"]


def test_customers_without_an_id_have_nothing_put_beside_them():
    table = open_source(pa.table({"age": [1.0, 2.0]}), Settings())
    with pytest.raises(BadInput, match="no column that says who is who"):
        join(table, [named(evidence(["a"], recency=[1.0]))], TELL)


def test_a_source_that_knows_nobody_is_refused():
    with pytest.raises(BadInput, match=r"Nobody in orders.csv is among the customers"):
        join(customers(id=["a", "b"], age=[1.0, 2.0]), [named(evidence(["x"], recency=[1.0]))], TELL)


def test_a_source_whose_ids_are_written_otherwise_is_told_so():
    with pytest.raises(BadInput, match=r"as ids are written.*leading zeros 1 of 2 would be"):
        join(customers(id=["007", "b"], age=[1.0, 2.0]), [named(evidence(["7", "x"], recency=[1.0, 2.0]))], TELL)


def test_a_condition_needs_a_table_of_customers(tmp_path):
    with pytest.raises(BadSetting, match="--where and --query"):
        open_study_source(Sources(orders=(tmp_path / "orders.csv",)), Settings(where="a > 1"))
    with pytest.raises(BadInput, match="No customer file was named"):
        Sources.of(None, Settings())


def test_orders_beside_customers_from_files(tmp_path):
    """End to end: text ids with leading zeros, a customer without orders, an order of nobody, one that has no date."""
    (tmp_path / "customers.csv").write_text("id,age\n" + "".join(f"{i:04d},{20 + i}\n" for i in range(20)))
    orders = [f"{i % 15:04d},2024-0{1 + i % 9}-11,{10 + i}.50" for i in range(60)]
    (tmp_path / "orders.csv").write_text(
        "customer_id,date,amount\n" + "\n".join([*orders, "7,2024-01-01,5.00", "0001,never,5.00"]) + "\n"
    )
    sources = Sources(tmp_path / "customers.csv", orders=(tmp_path / "orders.csv",))
    joined = open_study_source(sources, TELL)
    (brought,) = joined.brought
    table = rows(joined)
    assert table["id"][:3] == ["0000", "0001", "0002"]
    assert table["orders.frequency"][0] == 3
    assert table["orders.frequency"][15:] == [None] * 5
    assert (brought.customers, brought.strangers) == (15, 1)
    assert (brought.intake.records, brought.intake.rows, brought.intake.rejects) == (63, 61, 1)
    assert min(joined.rejects["reason"].to_pylist()).startswith("orders.csv: ")
    assert "leading zeros" in codes(joined)["ids-nearly"]
