"""Whatever is written in whatever dialect is read back as it was."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ilk.errors import IlkError
from ilk.settings import Settings
from ilk.sources.names import clean_names
from ilk.sources.open import open_source

NASTY = "\";,|\t\n'\\ab é€漢=1.-%()"
WORD = st.text(alphabet=NASTY, max_size=10)
NAME = st.one_of(st.sampled_from(["x", "select", 'a"b', "'; DROP TABLE typed; --", "Umsatz €"]), WORD)


@dataclass(frozen=True)
class Dialect:
    """How a file is written."""

    delimiter: str
    encoding: str
    end: str
    quoting: int


DIALECTS = st.builds(
    Dialect,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
)


@st.composite
def tables(draw):
    """Columns of numbers and of hostile texts, beside an id that is a plain number."""
    n = draw(st.integers(3, 12))
    numbers = draw(st.lists(st.lists(st.floats(-1e6, 1e6, width=32), min_size=n, max_size=n), min_size=1, max_size=2))
    texts = draw(st.lists(st.lists(WORD, min_size=n, max_size=n), max_size=2))
    names = draw(st.lists(NAME, min_size=len(numbers) + len(texts), max_size=len(numbers) + len(texts)))
    return ["id", *names], [list(range(n)), *numbers, *texts]


def written(names, columns, dialect):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator=dialect.end, quoting=dialect.quoting)
    writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode(dialect.encoding)


def as_text(value):
    """What a cell means once it is read: outer blanks off, and words for no answer gone."""
    trimmed = value.strip(" \t\r\n")
    return trimmed if trimmed.lower() not in {"", "-", "--", "---", "—", "–", ".", "...", "\\n"} else None


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), DIALECTS)
@example(
    (["id", "x", "y", "z"], [[0, 1, 2, 3], [0.0] * 4, [""] * 4, ["", "", ",\\", ""]]),
    Dialect(",", "utf-8", "\n", csv.QUOTE_MINIMAL),
)
@example(
    (["id", "'; DROP TABLE typed; --", "x"], [[0, 1, 2, 3, 4], [0.0] * 5, ["", "'\t", "1", "1", "1"]]),
    Dialect("\t", "utf-8", "\n", csv.QUOTE_MINIMAL),
)
@example((["id", "x"], [[0, 1, 2], [1.5, 2.5, 3.5]]), Dialect("\t", "utf-16", "\r\n", csv.QUOTE_ALL))
def test_a_file_comes_back(tmp_path_factory, table, dialect):
    names, columns = table
    assume(all(any(c.isalpha() for c in name) for name in names))
    path = tmp_path_factory.mktemp("trip") / "x.csv"
    path.write_bytes(written(names, columns, dialect))
    unique, _ = clean_names(names)
    told = ["number" if isinstance(column[0], float) else "text" for column in columns[1:]]
    kinds = dict(zip(unique[1:], told, strict=True))
    source = open_source(path, Settings(id="id"), expect=kinds)
    try:
        intake = source.intake
        assert intake.dialect.delimiter == dialect.delimiter
        assert (intake.rows, intake.rejects) == (len(columns[0]), 0)
        assert intake.records == intake.rows + intake.skipped
        found = pa.Table.from_batches(source.batches(), source.schema)
        assert found.schema.names == list(unique)
        for name, wanted in zip(unique[1:], columns[1:], strict=True):
            expected = wanted if kinds[name] == "number" else [as_text(v.replace("\r\n", "\n")) for v in wanted]
            assert found[name].to_pylist() == expected
        assert source.ids().to_pylist() == columns[0]
    finally:
        source.close()


@settings(deadline=None, max_examples=25)
@given(st.binary(max_size=400))
def test_any_bytes_are_opened_with_an_exact_account_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "x.csv"
    path.write_bytes(content)
    try:
        source = open_source(path, Settings())
    except IlkError:
        return
    intake = source.intake
    assert intake.rows + intake.rejects + intake.skipped == intake.records
    assert sum(batch.num_rows for batch in source.batches()) == intake.rows
    source.close()


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
def test_random_lines_keep_the_account(tmp_path, seed):
    rng = random.Random(seed)
    pieces = ["a", "1.5", ",", ";", '"', "\n", "\r\n", " ", "é", "'", "\t", "2020-01-01", "id", "|"]
    for i in range(40):
        path = tmp_path / f"{i}.csv"
        path.write_bytes("".join(rng.choice(pieces) for _ in range(rng.randrange(5, 120))).encode())
        try:
            source = open_source(path, Settings())
        except IlkError:
            continue
        intake = source.intake
        assert intake.rows + intake.rejects + intake.skipped == intake.records
        source.close()
