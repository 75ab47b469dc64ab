"""Models to look at: an ordinary one, and one whose texts try to break out of wherever they are put."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hostile import HOSTILE
from made_content import comparison_of, model_of

from ilk.model.model import Model
from ilk.outputs.report import render_report


def customers(n=600, seed=0):
    """Three kinds of customers, eight columns; blanks, zeros and tails as real tables have them."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    spend = rng.lognormal(np.array([4.0, 6.0, 7.5])[kind], 0.6)
    cash = np.where(rng.random(n) < np.array([0.9, 0.2, 0.7])[kind], 0.0, rng.lognormal(6, 1, n))
    visits = rng.poisson(np.array([2, 20, 8])[kind]).astype(float)
    paid = np.where(rng.random(n) < 0.04, np.nan, rng.lognormal(5, 1, n))
    share = np.clip(rng.beta(2, 5, n) + 0.2 * kind, 0, 1)
    return {
        "SPEND_TOTAL": spend,
        "CASH_ADVANCE": cash,
        "VISITS": visits,
        "PAID": paid,
        "FULL_PAYMENT_SHARE": share,
        "BALANCE": rng.lognormal(6, 1.2, n),
        "ONLINE_SHARE": rng.beta(2, 2, n),
        "TENURE": rng.integers(1, 13, n).astype(float),
    }


ROLES = {"VISITS": "count", "FULL_PAYMENT_SHARE": "share", "ONLINE_SHARE": "share", "TENURE": "number"}


@pytest.fixture(scope="session")
def rendered():
    """The report of a model, rendered once."""
    return cache(render_report)


@pytest.fixture(scope="session")
def model() -> Model:
    """Four segments of 600 customers, described by region, beside the tiers they use today."""
    regions = np.random.default_rng(1).choice(["North", "South", "East"], 600).tolist()
    made = model_of(customers(), k=4, ks=range(1, 7), roles=ROLES, describe={"REGION": regions})
    return Model(replace(made.content, comparison=comparison_of(made, "TIER")))


@pytest.fixture(scope="session")
def hostile() -> Model:
    """The same customers, with names and levels nobody should ever have to print."""
    table = dict(zip(HOSTILE, customers().values(), strict=True))
    levels = np.random.default_rng(1).choice(list(HOSTILE[:3]), 600).tolist()
    made = model_of(table, k=4, ks=range(1, 7), describe={"<b>tier</b>": levels})
    return Model(replace(made.content, comparison=comparison_of(made, "<i>now</i>")))


@pytest.fixture(scope="session")
def one_segment() -> Model:
    """A study that found nothing to divide."""
    return model_of(customers(60), k=1, ks=range(1, 3), roles=ROLES)


@pytest.fixture(scope="session")
def many_segments() -> Model:
    """Twelve segments, the most that are told apart by colour."""
    return model_of(customers(1500), k=12, ks=range(11, 14), roles=ROLES)
