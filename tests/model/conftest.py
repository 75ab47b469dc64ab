"""A small shop of 600 customers in three kinds, and the model of it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from built import build

from ilk.features.recipe import apply
from ilk.model.assign import open_customers
from ilk.settings import Settings
from ilk.sources.open import open_source

KINDS = 3


def shop(n=600, seed=3):
    """Amounts, a total, a share, a flag, a category, a describing region and an address, with blanks."""
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % KINDS
    spend = np.round(np.exp(rng.normal(4 + kind, 0.5)), 2)
    online = np.round(spend * rng.beta(2 + 4 * (kind == 2), 3), 2)
    visits = rng.poisson(3 + 5 * (kind == 1)).astype(float)
    promo = np.round(rng.beta(2 + 5 * (kind == 0), 4), 3)
    card = rng.random(n) < 0.2 + 0.5 * (kind == 1)
    size = np.array(["small", "medium", "large"], object)[(kind + (rng.random(n) < 0.2)) % 3]
    visits[rng.random(n) < 0.06] = np.nan
    size[rng.random(n) < 0.05] = None
    spend_blank = rng.random(n) < 0.03
    return pa.table(
        {
            "CUSTOMER_ID": [f"K{i:05d}" for i in rng.permutation(n)],
            "SPEND": pa.array(spend, mask=spend_blank),
            "ONLINE_SPEND": online,
            "VISITS": pa.array(visits, from_pandas=True),
            "PROMO_SHARE": promo,
            "HAS_CARD": card,
            "BASKET": pa.array(size, pa.string()),
            "REGION": pa.array(np.array(["north", "south", "HQ"], object)[rng.choice(3, n, p=[0.6, 0.35, 0.05])]),
            "EMAIL": [f"somebody{i}@example.com" for i in range(n)],
        }
    )


@pytest.fixture(scope="session")
def frame():
    return shop()


@pytest.fixture(scope="session")
def model(frame):
    return build(frame, ks=(1, 2, 3, 4), k=3, id="CUSTOMER_ID", role={"BASKET": "category"})


@pytest.fixture(scope="session")
def matrix(model, frame):
    return apply(model.content.recipe, frame)


@pytest.fixture(scope="session")
def hashes(model, frame):
    source = open_customers(model, frame)
    found = source.hashes()
    source.close()
    return found


@pytest.fixture(scope="session")
def facts_of():
    def facts(table):
        source = open_source(table, Settings())
        found = source.facts()
        source.close()
        return found

    return facts
