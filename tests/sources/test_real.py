"""The real tables: how many customers, what their columns are, what is missing."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ilk.errors import BadInput
from ilk.settings import Settings
from ilk.sources.open import open_source


@pytest.fixture
def real(data):
    sources = []

    def open_it(name, **settings):
        sources.append(open_source(data / name, Settings(**settings)))
        return sources[-1]

    yield open_it
    for source in sources:
        source.close()


def account(source):
    intake = source.intake
    return intake.records, intake.rows, intake.rejects, intake.skipped


def kinds(source):
    found = [fact.kind for fact in source.facts()]
    return {kind: found.count(kind) for kind in sorted(set(found))}


def missing(source):
    return {fact.column: fact.n_missing for fact in source.facts() if fact.n_missing}


def test_credit_cards(real):
    source = real("credit-card/customers.csv")
    assert account(source) == (8951, 8950, 0, 1)
    assert source.intake.id_column == "CUST_ID"
    assert source.ids()[0].as_py() == "C10001"
    assert kinds(source) == {"number": 17}
    assert missing(source) == {"CREDIT_LIMIT": 1, "MINIMUM_PAYMENTS": 313}
    assert source.intake.notes == ()
    facts = {fact.column: fact for fact in source.facts()}
    assert (facts["TENURE"].minimum, facts["TENURE"].maximum, facts["TENURE"].whole) == (6, 12, True)
    assert not facts["CREDIT_LIMIT"].whole
    assert facts["PAYMENTS"].n_zero == 240


def test_students(real):
    source = real("social/snsdata.csv")
    assert account(source) == (30_001, 30_000, 0, 1)
    assert source.intake.id_column is None
    assert missing(source) == {"gender": 2724, "age": 5086}
    assert kinds(source) == {"number": 39, "text": 1}
    age = next(fact for fact in source.facts() if fact.column == "age")
    assert (round(age.minimum), round(age.maximum)) == (3, 107)
    assert next(fact for fact in source.facts() if fact.column == "gender").levels == (("F", 22_054), ("M", 5_222))
    assert len(source.hashes()) - len(set(source.hashes().tolist())) == 650


def test_posts_of_many_lines(real):
    source = real("social/posts.csv")
    assert account(source) == (1262, 1261, 0, 1)
    assert source.intake.id_column == "id"
    assert kinds(source) == {"date": 2, "number": 7, "text": 3}
    table = pa.Table.from_batches(source.batches(), source.schema)
    assert sum("\n" in (body or "") for body in table["body"].to_pylist()) == 0 or table["body"].null_count == 0
    assert str(table["creation_date"][0].as_py()) == "2013-11-05"


def test_comments(real):
    source = real("social/comments.csv")
    assert account(source) == (2294, 2293, 0, 1)
    assert "log" in [note.code for note in source.intake.notes]


def test_a_log_without_a_header(real):
    source = real("social/steam-200k.csv.gz")
    assert account(source) == (200_000, 200_000, 0, 0)
    assert (source.intake.dialect.header, source.intake.dialect.compression) == (False, "gzip")
    assert source.intake.name == "steam-200k"
    users, _, behaviour, _, nothing = source.facts()
    assert users.n_distinct == 12_393
    assert behaviour.levels == (("purchase", 129_511), ("play", 70_489))
    assert (nothing.minimum, nothing.maximum) == (0, 0)


def test_young_people(real):
    source = real("survey/young-people.csv")
    assert account(source) == (1011, 1010, 0, 1)
    assert len(source.schema) == 150
    assert sum(missing(source).values()) == 608
    assert kinds(source) == {"flag": 1, "number": 139, "text": 10}
    assert source.intake.dialect.line_end == "\\r\\n"
    assert "Hiphop, Rap" in source.schema.names


def test_young_peoples_columns(real):
    source = real("survey/young-people-columns.csv")
    assert account(source) == (151, 150, 0, 1)
    assert source.schema.names == ["original", "short"]


def test_campaign(real):
    source = real("campaign/marketing_campaign.csv")
    assert account(source) == (2241, 2240, 0, 1)
    assert (source.intake.dialect.delimiter, source.intake.id_column) == ("\t", "ID")
    assert missing(source) == {"Income": 24}
    facts = {fact.column: fact for fact in source.facts()}
    assert facts["Dt_Customer"].kind == "date"
    assert (facts["Income"].maximum, len(facts["Marital_Status"].levels)) == (666_666, 8)
    assert "'Z_CostContact', 'Z_Revenue'" in next(n.text for n in source.intake.notes if n.code == "constant-columns")


def test_purchases_are_a_log(real):
    with pytest.raises(BadInput, match=r"46,089 of 69,659 values of 'customer_id'"):
        real("transactions/cdnow.csv")
    query = "SELECT customer_id, count(*) AS orders, sum(dollar_value) AS spent FROM source GROUP BY customer_id"
    source = real("transactions/cdnow.csv", query=query)
    assert source.intake.rows == 23_570
    assert source.schema.field("customer_id").type == pa.string()
    assert min(source.ids().to_pylist()) == "00001"
