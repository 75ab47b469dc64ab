"""A model made of customers and orders in the app: every page shows it, the form asks its columns as plain numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import ilk

N = 200


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("several"), np.random.default_rng(2)
    ids = [f"c{i:03d}" for i in range(N)]
    often = np.arange(N) % 2
    people = pa.table({"customer_id": ids, "visits": rng.poisson(4 + 6 * often), "age": rng.integers(20, 70, N)})
    of = np.repeat(np.arange(N), 2 + 6 * often)
    days = np.array(["2024-01-01"], "datetime64[D]") + rng.integers(0, 300, len(of))
    orders = pa.table({"customer_id": [ids[i] for i in of], "date": days, "amount": rng.gamma(2, 20, len(of))})
    ilk.segment(people, orders=orders, k=2, out=folder / "study")
    return folder / "study"


@pytest.mark.parametrize("name", ["segments", "segment", "which", "number", "data", "score"])
def test_every_page_shows_it(page, several, name):
    shown = page(name, opened=several)
    assert not shown.error


def test_one_customer_is_explained_by_the_columns_that_were_made(several):
    model = ilk.load(Path(several) / "segments.ilk")
    said = str(model.explain({"visits": 11, "orders.frequency": 9, "orders.recency": 5}))
    assert "number of orders" in said
