"""One answer everywhere: the service, the command line and Python say the same of every customer of a real file."""

from __future__ import annotations

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from callers import Caller, as_json
from typer.testing import CliRunner

import ilk
from ilk.cli import app
from ilk.service.limits import Limits
from ilk.service.routes import Service
from ilk.service.served import Shelf
from ilk.settings import Settings
from ilk.sources.open import open_source

pytestmark = pytest.mark.slow

AT_ONCE = 1_000


@pytest.fixture(scope="module")
def cards(data, tmp_path_factory):
    """The study of the credit-card customers, and these as a table."""
    folder, path = tmp_path_factory.mktemp("cards"), data / "credit-card" / "customers.csv"
    model = ilk.segment(path, k=5).model
    model.save(folder / "segments.ilk")
    source = open_source(path, Settings())
    return folder, model, pa.Table.from_batches(source.batches(), source.schema)


def blanked(table, seed):
    """A third of all answers gone at random; never the id."""
    rng = np.random.default_rng(seed)
    columns = {"CUST_ID": table["CUST_ID"]}
    for name in table.column_names[1:]:
        keep = pa.array(rng.random(table.num_rows) > 1 / 3)
        columns[name] = pa.compute.if_else(keep, table[name], pa.scalar(None, table[name].type))
    return pa.table(columns)


@pytest.mark.parametrize("blanks", [False, True])
def test_service_command_line_and_python_agree_on_everybody(cards, blanks, tmp_path):
    """Segment, certainty, distance, margin and runner-up of all 8,950, complete and with a third blank: equal bits."""
    folder, model, table = cards
    table = blanked(table, 7) if blanks else table
    whole = model.assign(table).table.to_pylist()
    by_id = {row["CUST_ID"]: row for row in whole}

    pq.write_table(table, tmp_path / "customers.parquet")
    shutil.copy(folder / "segments.ilk", tmp_path)
    told = CliRunner().invoke(
        app,
        ["assign", str(tmp_path), str(tmp_path / "customers.parquet"), "--out", str(tmp_path / "out.parquet"), "-q"],
    )
    assert told.exit_code == 0, told.output
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == whole

    caller = Caller(Service(Shelf(folder / "segments.ilk"), Limits()))
    answers = []
    for first in range(0, table.num_rows, AT_ONCE):
        answers += caller.assign(as_json(table.slice(first, AT_ONCE)))
    assert len(answers) == table.num_rows
    for answer in answers:
        row = by_id.get(answer["id"])
        if row is None:
            assert answer["segment"] is None
            continue
        assert {name: answer[name] for name in answer if name != "id"} == {
            name: row[name] for name in answer if name != "id"
        }
    assert sum(answer["segment"] is not None for answer in answers) == len(whole)
