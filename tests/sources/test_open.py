"""What every opener has in common: it is light to import, can be stopped, and reads in bounded batches."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pyarrow as pa
import pytest

from ilk.errors import Cancelled, MissingColumns
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.open import open_source
from ilk.sources.sandbox import open_sandbox
from ilk.sources.source import BATCH_ROWS


def test_opening_a_file_loads_nothing_heavy(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,x\n1,1.5\n2,2.5\n")
    code = (
        "import sys\n"
        "from ilk.sources.open import open_source\nfrom ilk.settings import Settings\n"
        f"open_source({str(path)!r}, Settings()).close()\n"
        "heavy = {'sklearn', 'numba', 'scipy', 'polars', 'altair', 'narwhals', 'fastexcel', 'charset_normalizer'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_batches_are_bounded_and_repeat():
    n = 2 * BATCH_ROWS + 5
    source = open_source(pa.table({"id": np.arange(n), "x": np.arange(n) / 2}), Settings())
    for _ in range(2):
        batches = list(source.batches(["x"]))
        assert max(batch.num_rows for batch in batches) <= BATCH_ROWS
        assert np.concatenate([batch.column(0).to_numpy() for batch in batches]).tolist() == (np.arange(n) / 2).tolist()
    source.close()


def test_two_readers_at_once():
    n = BATCH_ROWS * 2
    source = open_source(pa.table({"id": np.arange(n), "x": np.arange(n) / 2}), Settings())
    one, other = source.batches(["id"]), source.batches(["x"])
    assert next(one).num_rows > 0
    assert next(other).num_rows > 0
    assert source.facts()[0].n == n
    one.close()
    other.close()
    source.close()


def test_wide_tables_get_smaller_batches():
    n = 90_000
    source = open_source(pa.table({f"c{i}": np.zeros(n) for i in range(70)}), Settings())
    assert max(batch.nbytes for batch in source.batches()) <= 40 << 20
    source.close()


def test_columns_on_demand(opened):
    source = opened("id,x,y\n1,1.5,a\n2,2.5,b\n")
    assert next(source.batches(["y", "id"])).to_pydict() == {"y": ["a", "b"], "id": [1, 2]}
    assert next(source.batches([])).num_rows == 2
    with pytest.raises(MissingColumns, match=r"'z'"):
        next(source.batches(["z"]))


def test_stages_are_told():
    told = []
    progress = Progress(lambda stage, share: told.append((stage, share)))
    open_source(pa.table({"x": [1.5]}), Settings(), progress=progress).close()
    assert told[0] == ("Reading the customers", 0.0)
    assert told[-1] == ("Reading the customers", 1.0)


def test_a_long_query_can_be_stopped():
    """It would take years: that it ends at all is because it was stopped."""
    progress = Progress()
    sandbox = open_sandbox(2, 0, progress)
    threading.Timer(0.3, progress.stop).start()
    with pytest.raises(Cancelled):
        sandbox.row("SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE a.range * b.range % 7 = 3")
    sandbox.close()


def test_stopping_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    progress = Progress()
    progress.stop()
    with pytest.raises(Cancelled):
        open_source(pa.table({"x": [1.5]}), Settings(), progress=progress)
    assert list(tmp_path.iterdir()) == []


def test_the_sandbox_reaches_nothing(tmp_path):
    (tmp_path / "x.csv").write_text("a\n1\n")
    sandbox = open_sandbox(1, 0, Progress())
    sandbox.lock()
    sandbox.lock()
    for query in (f"SELECT * FROM '{tmp_path}/x.csv'", "SET enable_external_access = true", "INSTALL httpfs"):
        with pytest.raises(Exception, match=r"locked|Cannot access|disabled"):
            sandbox.run(query)
    sandbox.close()


def test_rows_keep_their_order_in_every_pass(tmp_path):
    """Several row groups, texts to be cleaned, a condition with a long list and a subquery: nothing shuffles them."""
    n = 250_000
    names = np.array(["Ann", "n/a", " Bob ", "Cid", "Dee"])
    table = pa.table({"id": [f"C{i}" for i in range(n)], "x": np.arange(n) / 2, "name": names[np.arange(n) % 5]})
    listed = ", ".join(f"'{i}'" for i in range(40))
    where = f"name IS NULL OR name NOT IN ({listed}) AND x <= (SELECT max(x) FROM source)"
    for settings in (Settings(threads=2), Settings(threads=2, where=where)):
        source = open_source(table, settings)
        assert source.intake.rows == n
        for _ in range(3):
            x = np.concatenate([batch.column(0).to_numpy() for batch in source.batches(["x"])])
            assert (x == np.arange(n) / 2).all()
        assert source.ids().to_pylist() == table["id"].to_pylist()
        source.close()


@pytest.mark.parametrize("where", [None, "x > 1"])
def test_no_pass_over_the_customers_joins_anything(opened, where):
    """DuckDB's joins forget the order of rows."""
    text = "id,x,f,d,w\n" + "".join(f"C{i},{i},yes,31.01.2020,n/a\n" for i in range(9))
    for source in (opened(text, where=where), opened(pa.table({"id": ["a", "b"], "x": [1.5, 2.5]}), where=where)):
        stored = source._stored
        plan = str(stored.sandbox.rows(f"EXPLAIN SELECT * FROM {stored.relation}"))
        assert "join" not in plan.lower()
