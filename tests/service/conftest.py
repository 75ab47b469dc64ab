"""A small shop, the model of it, and a service that serves it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))

from built import build
from callers import Caller

from ilk.service.limits import Limits
from ilk.service.routes import Service
from ilk.service.served import Shelf


def shop(n=600, seed=3):
    """Amounts, a count, a flag, a category, a date and an address, with blanks; ids with leading zeros."""
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % 3
    visits = rng.poisson(3 + 5 * (kind == 1)).astype(float)
    visits[rng.random(n) < 0.1] = np.nan
    size = np.array(["small", "medium", "large"], object)[(kind + (rng.random(n) < 0.2)) % 3]
    size[rng.random(n) < 0.05] = None
    days = np.datetime64("2024-01-01") + (300 * kind + rng.integers(0, 200, n)).astype("timedelta64[D]")
    return pa.table(
        {
            "CUSTOMER_ID": [f"{i:05d}" for i in rng.permutation(n)],
            "SPEND": np.round(np.exp(rng.normal(4 + kind, 0.5)), 2),
            "VISITS": pa.array(visits, from_pandas=True),
            "PROMO_SHARE": np.round(rng.beta(2 + 5 * (kind == 0), 4), 3),
            "HAS_CARD": rng.random(n) < 0.2 + 0.5 * (kind == 1),
            "BASKET": pa.array(size, pa.string()),
            "JOINED": pa.array(days),
            "REGION": pa.array(np.array(["north", "south", "HQ"], object)[rng.choice(3, n, p=[0.6, 0.35, 0.05])]),
            "EMAIL": [f"somebody{i}@example.com" for i in range(n)],
        }
    )


@pytest.fixture(scope="session")
def frame():
    return shop()


@pytest.fixture(scope="session")
def model(frame):
    roles = {"BASKET": "category", "JOINED": "date", "REGION": "descriptor"}
    return build(frame, ks=(2, 3, 4), k=3, id="CUSTOMER_ID", role=roles, personas=True)


@pytest.fixture
def model_file(model, tmp_path):
    return model.save(tmp_path / "shop.ilk")


@pytest.fixture
def service(model_file):
    return Service(Shelf(model_file), Limits())


@pytest.fixture
def caller(service):
    return Caller(service)
