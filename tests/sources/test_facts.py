"""Totals that do not depend on the order of rows, against numbers worked out by hand and by NumPy."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.settings import Settings
from ilk.sources import facts
from ilk.sources.open import open_source


def test_by_hand(opened):
    source = opened("id,x,flag,word\nA,1.5,yes,red\nB,-2,no,blue\nC,0,yes,red\nD,,no,\nE,n/a,yes,red\n")
    x, flag, word = source.facts()
    assert (x.n, x.n_missing, x.n_distinct, x.n_zero, x.n_negative) == (5, 2, 3, 1, 1)
    assert (x.minimum, x.maximum, x.whole, x.spoiled) == (-2.0, 1.5, False, 1)
    assert x.levels == (("-2", 1), ("0", 1), ("1.5", 1))
    assert (flag.n_zero, flag.minimum, flag.maximum, flag.whole) == (2, 0.0, 1.0, True)
    assert flag.levels == (("true", 3), ("false", 2))
    assert (word.n_missing, word.minimum, word.whole) == (1, None, False)
    assert word.levels == (("red", 3), ("blue", 1))


def test_levels_end_at_sixty(opened):
    sixty = opened("id,x\n" + "".join(f"{i},w{i % 60}\n" for i in range(120)))
    assert len(sixty.facts()[0].levels) == 60
    more = opened("id,x\n" + "".join(f"{i},w{i % 61}\n" for i in range(122)))
    assert (more.facts()[0].levels, more.facts()[0].n_distinct) == ((), 61)


def test_empty_constant_and_negative_columns_are_said(opened):
    source = opened("id,gap,same,owed\n1,,7,-5\n2,,7,3\n3,,7,-1\n")
    notes = {note.code: note.text for note in source.intake.notes}
    assert notes["empty-columns"] == "Nothing stands in 'gap'"
    assert notes["constant-columns"] == "One value in every row: 'same'"
    assert "'owed (under 10)'" in notes["negative"]
    gap = source.facts()[0]
    assert (gap.kind, gap.n_missing, gap.minimum, gap.n_distinct) == ("text", 3, None, 0)


@settings(deadline=None, max_examples=10)
@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6), st.integers(-3, 3).map(float)), min_size=1, max_size=60))
def test_against_numpy_in_any_order(values):
    shuffled = values.copy()
    random.Random(1).shuffle(shuffled)
    found = [_facts(values), _facts(shuffled)]
    assert found[0] == found[1]
    filled = np.array([v for v in values if v is not None])
    assert found[0].n_missing == len(values) - len(filled)
    assert found[0].n_distinct == len(np.unique(filled))
    if len(filled):
        assert (found[0].minimum, found[0].maximum) == (filled.min(), filled.max())
        assert (found[0].n_zero, found[0].n_negative) == ((filled == 0).sum(), (filled < 0).sum())
        assert found[0].whole == bool((filled == np.trunc(filled)).all())


def _facts(values):
    table = pa.table({"id": [f"C{i}" for i in range(len(values))], "x": pa.array(values, pa.float64())})
    source = open_source(table, Settings())
    (found,) = source.facts()
    source.close()
    return found


@pytest.mark.parametrize("exact", [1, 1 << 20])
def test_many_rows_are_counted_as_few_are(monkeypatch, exact):
    """Beyond EXACT_ROWS only small counts stay exact, and nothing else changes."""
    monkeypatch.setattr(facts, "EXACT_ROWS", exact)
    n = 30_000
    table = pa.table({"id": np.arange(n), "few": np.arange(n) % 50, "many": np.arange(n) * 1.5})
    source = open_source(table, Settings(id="id"))
    few, many = source.facts()
    assert few.n_distinct == len(few.levels) == 50
    assert abs(many.n_distinct - n) <= (0 if exact > n else 0.1 * n)
    source.close()


def test_threads_do_not_matter(data):
    found = []
    for threads in (1, 2):
        source = open_source(data / "credit-card" / "customers.csv", Settings(threads=threads))
        found.append((source.facts(), source.hashes().tolist()))
        source.close()
    assert found[0] == found[1]
