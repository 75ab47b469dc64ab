"""A blank that was declared to mean none, or to be a fact of its own, is still a blank to whoever counts answers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from built import build

from ilk.model.file import load, save


@pytest.fixture(scope="module")
def declared(frame):
    wanted = {"SPEND": "zero", "VISITS": "flag"}
    return build(frame, ks=(2, 3), k=3, id="CUSTOMER_ID", role={"BASKET": "category"}, missing=wanted)


def test_a_flag_makes_a_second_feature_of_the_same_column(declared):
    assert declared.scoring.feature_columns.count("VISITS") == 2
    assert declared.scoring.columns.count("VISITS") == 1


def test_blanks_are_counted_whatever_they_mean(declared, frame):
    columns = ["SPEND", "ONLINE_SPEND", "VISITS", "PROMO_SHARE", "HAS_CARD", "BASKET"]
    blank = frame.select(columns).to_pandas().isna().sum(axis=1)
    assert declared.assign(frame).table["missing"].to_pylist() == blank.tolist()


def test_a_customer_who_answered_nothing_is_rejected_all_the_same(declared, frame):
    nothing = {c: pa.nulls(2, frame.schema.field(c).type) for c in frame.column_names}
    nothing["CUSTOMER_ID"] = pa.array(["x1", "x2"])
    found = declared.assign(pa.concat_tables([frame.slice(0, 3), pa.table(nothing)]))
    assert (found.n_assigned, found.n_rejected) == (3, 2)


def test_declared_blanks_are_explained(declared):
    found = declared.explain({"ONLINE_SPEND": 40.0, "PROMO_SHARE": 0.4})
    assert set(found.blank) == {"SPEND", "VISITS", "HAS_CARD", "BASKET"}
    values = {reason.column: reason.value for reason in found.reasons}
    assert values["SPEND"] == "not known"
    assert found.difference == sum(reason.points for reason in found.reasons)
    assert "not known" in str(found)
    for way in found.elsewhere:
        assert all(np.isfinite(change.before) for change in way.changes)


def test_it_is_saved_and_read(declared, tmp_path):
    assert load(save(declared, tmp_path / "declared.ilk")) == declared
