"""All customers understood: what is said of them, and what does not depend on the order they come in."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pyarrow as pa
import pytest

from ilk.cluster.method import KMEANS
from ilk.cluster.nearest import nearest_two
from ilk.crowd import fit_every_k, understand
from ilk.errors import BadInput, BadSetting
from ilk.progress import Progress
from ilk.settings import Settings
from ilk.sources.open import open_source
from ilk.world import make_world


def crowd_of(source, **options):
    settings = Settings(**options)
    with closing(open_source(source, settings)) as data:
        return understand(data, settings, source=source)


def test_all_missing_answers_are_counted_in_one_sentence(data):
    """The founding file: 313 minimum payments and one credit limit."""
    crowd = crowd_of(data / "credit-card" / "customers.csv")
    texts = {note.code: note.text for note in crowd.notes}
    assert texts["missing"] == (
        "Missing answers are skipped, none invented: 313 in MINIMUM_PAYMENTS (among them all 240 with PAYMENTS = 0), "
        "under 10 in CREDIT_LIMIT."
    )
    assert "gap" not in texts
    blank = {fact.column: fact.n_missing for fact in crowd.facts if fact.n_missing}
    assert blank == {"CREDIT_LIMIT": 1, "MINIMUM_PAYMENTS": 313}
    assert "PURCHASES is the sum of ONEOFF_PURCHASES and INSTALLMENTS_PURCHASES" in texts["identity"]


def test_the_order_of_rows_changes_nothing():
    """Same fingerprint, same recipe, same customers in the sample, same features."""
    table = make_world(700, seed=1).customers
    rows = np.random.default_rng(0).permutation(700)
    one, two = crowd_of(table), crowd_of(table.take(pa.array(rows)))
    assert one.fingerprint == two.fingerprint
    assert one.fitted.recipe == two.fitted.recipe
    np.testing.assert_array_equal(one.matrix[rows], two.matrix)
    np.testing.assert_array_equal(one.order, rows[two.order])


def test_other_data_have_another_fingerprint():
    table = make_world(300, seed=1).customers
    assert crowd_of(table).fingerprint != crowd_of(table.slice(0, 299)).fingerprint


def test_one_customer_is_too_few():
    with pytest.raises(BadInput, match="at least two customers"):
        crowd_of(make_world(5).customers.slice(0, 1))


@pytest.mark.parametrize(("n", "k", "most"), [(400, 41, 40), (60, (2, 13), 12)])
def test_more_segments_than_make_sense_are_refused_before_anything_is_computed(n, k, most):
    with pytest.raises(BadSetting, match=f"at most {most}"):
        crowd_of(make_world(n, seed=1).customers, k=k)


@pytest.mark.parametrize(("n", "k"), [(400, 40), (60, (2, 12)), (15, 12)])
def test_as_many_segments_as_make_sense_are_not_refused(n, k):
    assert crowd_of(make_world(n, seed=1).customers, k=k).n == n


def test_no_centre_rests_on_the_answers_of_a_few():
    """Three in a hundred answered the last column: a segment of fifty has one or two of them."""
    rng = np.random.default_rng(4)
    side = rng.integers(0, 4, 400)
    rare = np.where(rng.random(400) < 0.05, rng.lognormal(3, 1, 400), np.nan)
    spend, visits = (np.exp(side % 2 * 3 + rng.normal(0, 0.3, 400)), np.exp(side // 2 * 3 + rng.normal(0, 0.3, 400)))
    frame = pa.table({"spend": spend, "visits": visits, "rare": pa.array(rare, from_pandas=True)})
    settings = Settings(k="4", role={"rare": "amount"})
    with closing(open_source(frame, settings)) as source:
        crowd = understand(source, settings)
        fit = fit_every_k(crowd, KMEANS, [4], settings, Progress())[4]
    answered = ~np.isnan(crowd.matrix)
    for j, centre in enumerate(fit.scorer.middles):
        backed = answered[fit.labels == j].sum(axis=0)
        assert ((backed >= 10) | (centre == 0.0)).all()
    assert (fit.scorer.middles[:, -1] == 0.0).any()
    np.testing.assert_array_equal(fit.labels, nearest_two(crowd.tiles, fit.scorer.middles).label)
