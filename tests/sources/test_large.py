"""A file too big to be kept as text is read as a small one is, whatever its first rows make believe."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilk.settings import Settings
from ilk.sources import large
from ilk.sources import text as text_module
from ilk.sources.open import open_source


def seen(path, *, sample_rows=None, expect=None, **more):
    """Everything a source tells, with every file taken for big where `sample_rows` is given."""
    with pytest.MonkeyPatch.context() as patch:
        if sample_rows:
            patch.setattr(text_module, "ON_DISK_BYTES", 0)
            patch.setattr(text_module, "SAMPLE_ROWS", sample_rows)
        source = open_source(path, Settings(**more), expect=expect)
    try:
        table = pa.Table.from_batches(source.batches(), source.schema).to_pydict()
        return (
            table,
            source.schema.types,
            source.facts(),
            source.intake,
            source.rejects().to_pylist(),
            source.hashes().tolist(),
        )
    finally:
        source.close()


def both(tmp_path, text, sample_rows=5, **more):
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    small, big = seen(path, **more), seen(path, sample_rows=sample_rows, **more)
    assert big == small
    return big


def rows(values):
    return "id\tx\ty\n" + "".join(f"C{i}\t{value}\t{i}.5\n" for i, value in enumerate(values))


@pytest.mark.parametrize(
    "values",
    [
        ["1"] * 40,
        ["1"] * 20 + ["2.5"] * 20,
        ["1"] * 39 + ["n/a"],
        ["n/a", *["1.5"] * 39],
        ["1"] * 20 + ["red"] * 20,
        ["red"] * 6 + ["1.5"] * 94,
        ["1"] * 20 + ["007"] * 20,
        ["1"] * 20 + ["1.234,5"] * 20,
        ["1,234"] * 20 + ["2.5"] * 20,
        ["yes", "no"] * 10 + ["maybe"] * 20,
        ["yes", "no"] * 10 + ["n/a"] * 20,
        ["03/04/2020"] * 20 + ["13/04/2020"],
        ["03/04/2020"] * 20 + ["04/13/2020"],
        ["2020-01-31"] * 38 + ["soon", "0000-00-00"],
        [""] * 20 + ["1.5"] * 20,
        ["", "NA"] * 10 + ["red", "blue"] * 10,
        ["1", "1,5"] * 10 + ["007"] * 20,
        ["20200131"] * 20 + ["5"] * 20,
    ],
    ids=lambda values: f"{values[0]} then {values[-1]}",
)
def test_the_same_as_a_small_file(tmp_path, values):
    both(tmp_path, rows(values))


def test_what_goes_wrong_is_the_same_too(tmp_path):
    text = rows(["1.5"] * 20 + ["x"]) + "C3\t1\t1\n\t1\t1\nbroken\n\nC90\t2\t2.5\n" + "\t\t\n"
    table, *_, intake, rejects, _ = both(tmp_path, text)
    assert len(table["id"]) == 22
    assert [reject["line"] for reject in rejects] == [23, 24, 25]
    assert intake.skipped == 3


def test_conditions_queries_and_expectations(tmp_path):
    text = rows(["1.5", "2.5"] * 20)
    both(tmp_path, text, where="x > 2")
    both(tmp_path, text, query="SELECT id, y FROM source WHERE x > 2")
    both(tmp_path, text, expect={"x": "text", "y": "flag"})


def test_an_id_that_is_whole_only_at_first(tmp_path):
    text = "id,x\n" + "".join(f"{i},1.5\n" for i in range(20)) + "A7,2.5\n"
    assert both(tmp_path, text)[0]["id"][-1] == "A7"


def test_an_id_that_is_unique_only_at_first(tmp_path):
    text = "id,x\n" + "".join(f"{i},1.5\n" for i in range(20)) + "3,2.5\n"
    assert both(tmp_path, text)[4][0]["reason"] == "the id 3 was seen before, in line 5"


def test_quotes_out_of_order(tmp_path):
    both(tmp_path, rows(["1.5"] * 20) + 'C90\t"Big" Tom\t1.5\nC91\t5" pipe\t1.5\nC92\t2\t2.5\n')


def test_only_one_pass_is_needed_where_the_guess_holds(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_text(rows(["1.5"] * 60 + ["n/a"]))
    results = []
    real = large.type_large
    monkeypatch.setattr("ilk.sources.interpret.type_large", lambda *a: (results.append(real(*a)), results[-1])[1])
    seen(path, sample_rows=5)
    assert results[0] is not None


CELL = st.sampled_from(
    [
        "1",
        "2.5",
        "-3",
        "007",
        "1,5",
        "1.234",
        "$3.50",
        "n/a",
        "",
        "red",
        "yes",
        "no",
        "2020-01-31",
        "1/2/2020",
        "20/2/2020",
    ]
)


@settings(deadline=None, max_examples=8)
@given(
    st.lists(CELL, min_size=2, max_size=4),
    st.lists(CELL, min_size=2, max_size=4),
    st.integers(2, 30),
    st.integers(0, 5),
)
def test_any_beginning_and_any_end(tmp_path_factory, start, end, sample_rows, seed):
    rng = random.Random(seed)
    values = [rng.choice(start) for _ in range(30)] + [rng.choice(end) for _ in range(30)]
    path = tmp_path_factory.mktemp("large") / "x.csv"
    path.write_text("id;x\n" + "".join(f"C{i};{value}\n" for i, value in enumerate(values)))
    small, big = seen(path), seen(path, sample_rows=sample_rows)
    assert big[:2] == small[:2]
    assert big[2] == small[2]
