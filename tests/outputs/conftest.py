"""Models to look at: an ordinary one, and one whose texts try to break out of wherever they are put."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hostile import HOSTILE
from made_content import comparison_of, customers, model_of

from ilk.model.model import Model
from ilk.outputs.report import render_report

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
