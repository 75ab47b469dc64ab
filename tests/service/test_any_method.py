"""One answer everywhere, whatever the method: the service, the command line and Python say the same of everybody."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from callers import Caller, as_json
from typer.testing import CliRunner

from ilk.cli import app
from ilk.segment import segment
from ilk.service.limits import Limits
from ilk.service.routes import Service
from ilk.service.served import Shelf


def crowds():
    """Three crowds of 200 customers, 30 who stand alone, a tenth of all answers blank."""
    rng = np.random.default_rng(0)
    middles = np.repeat([[0, 0, 0], [9, 9, 0], [-9, 9, 9]], 200, axis=0)
    values = np.concatenate([middles + rng.normal(size=(600, 3)), rng.uniform(-60, 60, size=(30, 3))]).round(3)
    columns = {name: pa.array(column, mask=rng.random(630) < 0.1) for name, column in zip("abc", values.T, strict=True)}
    return pa.table({"id": [f"K{i:03d}" for i in range(630)], **columns})


@pytest.mark.parametrize("method", ["ward", "density"])
def test_service_command_line_and_python_agree_on_everybody(method, tmp_path):
    table = crowds()
    model = segment(table, method=method, k=(2, 4), role=dict.fromkeys("abc", "number"), id="id").model
    model.save(tmp_path / "segments.ilk")
    pq.write_table(table, tmp_path / "customers.parquet")
    whole = model.assign(table).table.to_pylist()
    told = CliRunner().invoke(
        app, ["assign", *(str(tmp_path / name) for name in ("segments.ilk", "customers.parquet")), "--out",
              str(tmp_path / "out.parquet"), "-q"],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == whole
    answers = Caller(Service(Shelf(tmp_path / "segments.ilk"), Limits())).assign(as_json(table))
    by_id = {row["id"]: row for row in whole}
    assert {answer["id"] for answer in answers if answer["segment"] is not None} == set(by_id)
    for answer in answers:
        row = by_id.get(answer["id"])
        assert row is None or {name: row[name] for name in answer} == answer
    assert any(row["segment"] == 0 for row in whole) == (method == "density")
