"""Roles of real tables nobody prepared, as the source room hands them over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from ilk.features.advice import sample_size
from ilk.features.labels import read_labels
from ilk.features.missing import explain_gaps
from ilk.features.plans import ColumnPlan
from ilk.features.recipe import apply, feature_columns, fit_recipe
from ilk.features.roles import plan_columns, plan_notes
from ilk.features.themes import correlate, double_notes
from ilk.settings import Settings
from ilk.sources.open import open_source


@dataclass(frozen=True)
class Planned:
    table: pa.Table
    plans: tuple[ColumnPlan, ...]

    def named(self, **wanted):
        return [p.column for p in self.plans if all(getattr(p, key) == value for key, value in wanted.items())]

    def of(self, column):
        return next(p for p in self.plans if p.column == column)


def planned(path, **settings):
    settings = Settings(**settings)
    source = open_source(path, settings)
    facts = source.facts()
    columns = [one.column for one in facts]
    table = pa.Table.from_batches(list(source.batches(columns)))
    labels = read_labels(None, path, columns)
    return Planned(table, plan_columns(facts, table, labels, settings, source.intake))


@pytest.fixture(scope="module")
def cards(data):
    return planned(data / "credit-card" / "customers.csv")


@pytest.fixture(scope="module")
def campaign(data):
    return planned(data / "campaign" / "marketing_campaign.csv")


@pytest.fixture(scope="module")
def survey(data):
    return planned(data / "survey" / "young-people.csv")


@pytest.fixture(scope="module")
def social(data):
    return planned(data / "social" / "snsdata.csv")


def test_credit_card_columns_all_build(cards):
    assert len(cards.named(use="builds")) == 17
    assert cards.named(role="count") == ["CASH_ADVANCE_TRX", "PURCHASES_TRX"]
    assert cards.named(role="number") == ["TENURE"]
    assert cards.named(role="share") == [
        "BALANCE_FREQUENCY",
        "PURCHASES_FREQUENCY",
        "ONEOFF_PURCHASES_FREQUENCY",
        "PURCHASES_INSTALLMENTS_FREQUENCY",
        "CASH_ADVANCE_FREQUENCY",
        "PRC_FULL_PAYMENT",
    ]
    assert len(cards.named(role="amount")) == 8
    assert plan_notes(cards.plans) == ()


def test_credit_card_recipe(cards):
    """PURCHASES is the sum of the other two in 99.8 % of rows; 314 answers are missing and stay so."""
    fitted = fit_recipe(cards.table, cards.plans, Settings())
    (identity,) = fitted.identities
    assert (identity.total, identity.parts) == ("PURCHASES", ("ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES"))
    assert identity.share == pytest.approx(0.998, abs=0.0005)
    matrix = apply(fitted.recipe, cards.table)
    names = feature_columns(fitted.recipe)
    assert matrix.shape == (8950, 16)
    assert int(np.isnan(matrix).sum()) == 314
    assert int(np.isnan(matrix[:, names.index("MINIMUM_PAYMENTS")]).sum()) == 313
    assert np.abs(np.nanmean(matrix, axis=0)).max() < 1e-4
    assert np.abs(np.nanstd(matrix, axis=0) - 1.0).max() < 1e-3
    assert fit_recipe(cards.table.take(np.random.default_rng(0).permutation(8950)), cards.plans, Settings()) == fitted


def test_credit_card_words_read_well(cards):
    words = [p.label.words for p in cards.plans]
    assert len(set(words)) == 17
    assert not [w for w in words if "_" in w or w != w.lower()]
    assert cards.of("PRC_FULL_PAYMENT").label.words == "share of full payments"


def test_campaign_roles(campaign):
    describing = {"Year_Birth", "Education", "Marital_Status", "Kidhome", "Teenhome", "Dt_Customer", "Complain"}
    describing |= {"Response", *(f"AcceptedCmp{i}" for i in range(1, 6))}
    assert set(campaign.named(use="describes")) == describing
    assert set(campaign.named(use="out")) == {"Z_CostContact", "Z_Revenue"}
    assert campaign.of("Z_Revenue").reason == "the same for everybody"
    building = campaign.named(use="builds")
    assert [c for c in building if not c.startswith(("Mnt", "Num"))] == ["Income", "Recency"]
    assert len(building) == 13
    assert {campaign.of(c).role for c in building if c.startswith("Mnt") or c == "Income"} == {"amount"}
    assert {campaign.of(c).role for c in building if c.startswith("Num")} == {"count"}


def test_campaign_date_describes(campaign):
    assert (campaign.of("Dt_Customer").role, campaign.of("Dt_Customer").use) == ("date", "describes")


def test_campaign_income_is_winsorised(campaign):
    """The one income of 666,666 is no further out than the next ones."""
    fitted = fit_recipe(campaign.table, campaign.plans, Settings())
    matrix = apply(fitted.recipe, campaign.table)
    income = matrix[:, feature_columns(fitted.recipe).index("Income")]
    highest = np.sort(income[~np.isnan(income)])[::-1]
    assert highest[0] == highest[2]
    assert fitted.identities == ()


def test_survey_roles(survey):
    assert len(survey.named(role="ordered", use="builds")) == 135
    texts = ["Smoking", "Alcohol", "Punctuality", "Lying", "Internet usage"]
    assert survey.named(role="category", use="builds") == texts
    assert survey.named(use="describes") == [
        "Age",
        "Height",
        "Weight",
        "Number of siblings",
        "Gender",
        "Left - right handed",
        "Education",
        "Only child",
        "Village - town",
        "House - block of flats",
    ]
    assert survey.named(use="out") == []
    assert survey.of("Music").label.words == "I enjoy listening to music"


def test_survey_has_too_few_people_for_its_questions(survey):
    """1,010 people for 140 columns: 7 a column; half a dozen questions that belong together are proposed."""
    advice = sample_size(1010, survey.plans, correlate(survey.table, survey.plans))
    assert int(advice.per_column) == 7
    assert 3 <= len(advice.group) <= 10
    assert set(advice.group) <= set(survey.named(use="builds"))
    assert " 7 a column" in advice.note().text


def test_survey_items_share_one_scale(survey):
    fitted = fit_recipe(survey.table, survey.plans, Settings())
    assert len({t.spread for t in fitted.recipe.transforms if t.role == "ordered"}) == 1


def test_social_roles(social):
    assert social.named(use="describes") == ["gradyear", "gender", "age"]
    assert len(social.named(use="builds", role="count")) == 37
    assert social.of("friends").use == social.of("sex").use == "builds"
    assert social.named(use="out") == []


def test_social_counts_are_no_totals_of_each_other(social):
    fitted = fit_recipe(social.table, social.plans, Settings())
    assert fitted.identities == ()
    assert {t.kind for t in fitted.recipe.transforms} == {"log"}


@pytest.mark.parametrize("table", ["cards", "campaign", "survey", "social"])
def test_everything_said_reads_well(table, request):
    """No note is empty or shows a bare nan; no gap of a real table is explained by a handful of people."""
    here = request.getfixturevalue(table)
    fitted = fit_recipe(here.table, here.plans, Settings())
    notes = [*fitted.notes, *double_notes(correlate(here.table, fitted.plans), fitted.plans)]
    assert all(note.text.endswith(".") and "nan" not in note.text.split() for note in notes)
    assert all("_" not in p.label.words and p.reason for p in here.plans)
    assert all(gap.precision > 0.0 for gap in explain_gaps(here.table, here.plans))
