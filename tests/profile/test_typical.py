"""Customers typical of a segment: real figures, and nobody who cannot be."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

import ilk
from ilk.profile.typical import typical_customers


def test_what_most_of_a_segment_left_blank_is_blank():
    """Who bought once was typically 39 days from one order to the next."""
    rng = np.random.default_rng(0)
    often = np.repeat([False, True], 150)
    again = often | (rng.random(300) < 0.2)
    spent = np.where(often, 400.0, 20.0) + rng.gamma(2, 4, 300)
    gap = [float(days) if one else None for days, one in zip(rng.integers(20, 60, 300), again, strict=True)]
    table = pa.table({"id": np.arange(300), "orders": np.where(often, 9, 1) + again * 1, "spent": spent, "gap": gap})
    study = ilk.segment(table, id="id", k=2)
    found = {one.values["orders"] > 5: one.values for one in typical_customers(study.model)}
    assert found[False]["gap"] is None
    assert 20 <= found[True]["gap"] <= 60


def test_where_most_is_blank_the_usual_answers_stand():
    """Somebody of whom nothing is known is typical of nobody."""
    rng = np.random.default_rng(1)
    blank = rng.random((3, 300)) < 0.7
    blank[np.arange(300) % 3, np.arange(300)] &= ~blank.all(axis=0)
    assert (blank.mean(axis=1) > 0.5).all()
    columns = {
        f"q{i}": [None if b else float(v) for b, v in zip(blank[i], rng.gamma(2, 10, 300), strict=True)]
        for i in range(3)
    }
    study = ilk.segment(pa.table({"id": np.arange(300), **columns}), id="id", k=1)
    values = typical_customers(study.model)[0].values
    assert all(values[name] is not None for name in columns)
