"""Answers are those of `Model.assign` on the same rows, in the order of the request."""

from __future__ import annotations

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pytest
from built import build
from callers import Caller, as_json
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.model.parts import Edit
from ilk.model.score import NOTHING_ANSWERED
from ilk.service import arrow
from ilk.service.columns import rows_of, wanted_of
from ilk.service.limits import Limits
from ilk.service.routes import Service
from ilk.service.served import Shelf

BUILDING = ["SPEND", "VISITS", "PROMO_SHARE", "HAS_CARD", "BASKET", "JOINED"]


@pytest.fixture(scope="module")
def told_by_blanks(frame):
    """A model that hears whether a text was given at all; a coupon is the same text for all who have one."""
    coupon = pa.array(["X" if i % 3 else None for i in range(frame.num_rows)], pa.string())
    table = with_blanks(frame, 0.3).append_column("COUPON", coupon)
    missing = {"BASKET": "flag", "COUPON": "flag", "VISITS": "flag"}
    roles = {"BASKET": "category", "COUPON": "category", "JOINED": "date", "REGION": "descriptor"}
    return build(table, ks=(2, 3), k=3, id="CUSTOMER_ID", role=roles, missing=missing), table


def with_blanks(table, share, seed=0):
    """The table with that share of the building columns' values gone."""
    rng = np.random.default_rng(seed)
    for i, name in enumerate(table.column_names):
        if name in BUILDING:
            gone = pa.array(rng.random(table.num_rows) < share)
            table = table.set_column(i, name, pa.compute.if_else(gone, None, table.column(name)))
    return table


def expected(model, table):
    """What Model.assign says, by id, as JSON has it."""
    rows = model.assign(table).table.to_pylist()
    return {row.pop("CUSTOMER_ID"): row for row in rows}


def check(answers, ids, want):
    assert [one["id"] for one in answers] == ids
    for one in answers:
        own = one.pop("id")
        if own in want:
            assert one == want[own]
        else:
            assert one == {"segment": None, "reason": NOTHING_ANSWERED}


def test_whether_a_text_is_blank_counts_as_the_model_counts_it(told_by_blanks, tmp_path):
    """By JSON and by Arrow; the form's answer for one customer is the same."""
    model, table = told_by_blanks
    flags = {t.column for t in model.content.recipe.transforms if t.missing == "flag"}
    assert flags == {"BASKET", "COUPON", "VISITS"}
    want = expected(model, table)
    caller = Caller(Service(Shelf(model.save(tmp_path / "flags.ilk")), Limits()))
    check(caller.assign(as_json(table)), table["CUSTOMER_ID"].to_pylist(), want)
    answer = model.explain({"SPEND": 40.0, "BASKET": "small"})
    alone = pa.table({"CUSTOMER_ID": ["1"], "SPEND": [40.0], "BASKET": ["small"]})
    (one,) = caller.assign(as_json(alone))
    assert (answer.segment, answer.certainty) == (one["segment"], one["certainty"])


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_answers_are_those_of_the_model(caller, model, frame, share):
    """Certainty, distance and all, for customers with few and with many blanks; in the order they came."""
    table = with_blanks(frame, share)
    want = expected(model, table)
    assert (len(want) < table.num_rows) == (share > 0)
    check(caller.assign(as_json(table)), table["CUSTOMER_ID"].to_pylist(), want)


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_arrow_in_and_out_says_the_same(caller, model, frame, share):
    table = with_blanks(frame, share)
    answer = caller.post("/assign", arrow.write_stream(table), arrow.MEDIA_TYPE)
    assert answer.headers["content-type"] == arrow.MEDIA_TYPE
    found = pa.ipc.open_stream(io.BytesIO(answer.content)).read_all()
    assert found.column_names[:2] == ["id", "segment"]
    assert found.column_names[-1] == "reason"
    want = expected(model, table)
    for row in found.to_pylist():
        own, reason = row.pop("id"), row.pop("reason")
        assert (reason is None) == (own in want)
        assert row == want.get(own, dict.fromkeys(row))
    assert found["id"].to_pylist() == table["CUSTOMER_ID"].to_pylist()


@pytest.mark.parametrize("kind", ["int32", "float32", "dictionary", "large", "timestamp"])
def test_arrow_of_other_types_means_the_same(caller, model, frame, kind):
    """Whole numbers, small floats, dictionaries, large texts and times of day are what they say."""
    changed = {
        "int32": ("VISITS", lambda c: c.cast(pa.int32())),
        "float32": ("VISITS", lambda c: c.cast(pa.float32())),
        "dictionary": ("BASKET", lambda c: c.dictionary_encode()),
        "large": ("BASKET", lambda c: c.cast(pa.large_string())),
        "timestamp": ("JOINED", lambda c: c.cast(pa.timestamp("us"))),
    }
    name, change = changed[kind]
    table = frame.set_column(frame.column_names.index(name), name, change(frame[name]))
    answer = caller.post("/assign", arrow.write_stream(table), arrow.MEDIA_TYPE, headers={"accept": "application/json"})
    check(answer.json()["assignments"], table["CUSTOMER_ID"].to_pylist(), expected(model, frame))


def test_four_and_four_point_zero_are_the_same_number(caller):
    one, other = caller.assign(
        [
            {"CUSTOMER_ID": "a", "SPEND": 4, "VISITS": 4, "JOINED": None},
            {"CUSTOMER_ID": "a", "SPEND": 4.0, "VISITS": 4.0},
        ]
    )
    assert one == other
    assert [a["id"] for a in caller.assign([{"CUSTOMER_ID": 4}, {"CUSTOMER_ID": 4.0}])] == [4, 4]


def test_ids_stay_as_they_are(caller):
    """Leading zeros, blanks, signs of any script; a customer without an id has none."""
    ids = ["0042", " 7 ", "Ж-1", 42, "=1+1", None]
    answers = caller.assign([{"CUSTOMER_ID": own, "SPEND": 10} for own in ids])
    assert [one["id"] for one in answers] == ids
    assert caller.assign([{"SPEND": 10}])[0]["id"] is None


def test_who_answered_nothing_keeps_the_place(caller):
    answers = caller.assign(
        [{"CUSTOMER_ID": "1", "SPEND": 9}, {"CUSTOMER_ID": "2"}, {}, {"SPEND": None, "HAS_CARD": True}]
    )
    assert [one["segment"] is None for one in answers] == [False, True, True, False]
    assert answers[1] == {"id": "2", "segment": None, "reason": NOTHING_ANSWERED}


def test_columns_nobody_knows_are_counted_and_not_named(caller):
    answer = caller.post(
        "/assign", {"customers": [{"SPEND": 1, "S3CRET": 2}, {"SPEND": 1, "REGION": "HQ", "EMAIL": "e"}]}
    )
    assert answer.json()["notes"] == [
        {"code": "columns-unknown", "text": "1 column is not known to the model, and left alone."}
    ]
    assert "S3CRET" not in answer.text


class _Counted(dict):
    """A customer that counts how often it is asked for a column."""

    asked = 0

    def get(self, name, default=None):
        type(self).asked += 1
        return super().get(name, default)


def test_a_body_where_everybody_has_columns_of_their_own_is_no_more_work_than_its_size(model):
    """200 customers of 50 columns each that nobody else has: nobody is asked for the columns of the others."""
    customers = [_Counted(SPEND=1.0, **{f"X{i}_{j}": j for j in range(50)}) for i in range(200)]
    wanted, faults = wanted_of(model), []
    assert rows_of(wanted, customers, faults, "customers").n_unknown == 200 * 50
    assert not faults
    assert _Counted.asked <= 200 * len(wanted.read)
    customers[7]["X7_3"] = [1]
    rows_of(wanted, customers, faults, "customers")
    assert [fault.pointer for fault in faults] == ["/customers/7"]


def test_a_customer_who_is_set_aside_is_segment_zero(model, frame, tmp_path):
    aside = model.edited(Edit("aside", "ours", "2026-11-23", text="REGION = HQ", name="Staff"))
    caller = Caller(Service(Shelf(aside.save(tmp_path / "aside.ilk")), Limits()))
    want = expected(aside, frame)
    assert any(row["segment"] == 0 for row in want.values())
    check(caller.assign(as_json(frame)), frame["CUSTOMER_ID"].to_pylist(), want)
    unknown = aside.edited(Edit("aside", "ours", "2026-11-23", text="tier >= 3", name="Tier"))
    caller = Caller(Service(Shelf(unknown.save(tmp_path / "unknown.ilk")), Limits()))
    answers = caller.assign(
        [{"SPEND": 1, "tier": 3}, {"SPEND": 1, "tier": 2.5}, {"tier": "4"}, {"SPEND": 1, "tier": True}]
    )
    assert [one["segment"] == 0 for one in answers] == [True, False, True, False]


value = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**300), 10**300))
customer = st.fixed_dictionaries(
    {"SPEND": value},
    optional={
        "VISITS": value,
        "HAS_CARD": st.sampled_from([True, False, 0, 1, 1.0, "yes", "no", None]),
        "BASKET": st.one_of(st.none(), st.text(max_size=9), st.sampled_from(["small", "large"]), st.integers(0, 9)),
        "JOINED": st.dates().map(str),
        "CUSTOMER_ID": st.text(max_size=5),
    },
)


@settings(deadline=None, max_examples=30)
@given(st.lists(customer, min_size=1, max_size=6))
def test_an_answer_depends_on_nobody_else_in_the_request(model, shared_caller, customers):
    """Alone, together, and together with requests that come at the same time."""
    caller = shared_caller
    together = caller.assign(customers)
    assert [caller.assign([one])[0] for one in customers] == together
    bodies = [
        {"content": json.dumps({"customers": [one]}), "headers": {"content-type": "application/json"}}
        for one in customers
    ]
    at_once = caller.ask_all([("POST", "/assign", body) for body in bodies])
    assert [answer.json()["assignments"][0] for answer in at_once] == together


@pytest.fixture(scope="module")
def shared_caller(model, tmp_path_factory):
    return Caller(Service(Shelf(model.save(tmp_path_factory.mktemp("m") / "m.ilk")), Limits()))


def test_explanations_are_those_of_the_model(caller, model):
    values = {"SPEND": 90.5, "VISITS": 4.0, "HAS_CARD": True, "BASKET": "small"}
    want = model.explain(values).as_json()
    for reason in want["reasons"]:
        del reason["value"]
    answer = caller.post("/explain", {"customer": {**values, "VISITS": 4}})
    assert answer.json() == json.loads(json.dumps(want))
    one = caller.post("/explain", {"customer": values, "changeable": ["SPEND"]}).json()
    assert {c["column"] for way in one["elsewhere"] for c in way["changes"]} <= {"SPEND"}
    assert caller.post("/explain", {"customer": {"CUSTOMER_ID": "x"}}).json() == {
        "id": "x",
        "segment": None,
        "reason": NOTHING_ANSWERED,
    }
