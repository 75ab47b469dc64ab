"""The evidence is honest on real customers: shapeless tables made from them are called constructed."""

from contextlib import closing

import numpy as np
import pytest

from ilk.choose.draws import generator
from ilk.choose.guard import Trial
from ilk.choose.null import fit_copula
from ilk.choose.tried import ks_to_try
from ilk.choose.weigh import Inquiry, weigh_evidence
from ilk.cluster.kmeans import fit_kmeans
from ilk.cluster.scorer import ByCentres
from ilk.crowd import understand
from ilk.engines.tiles import tiles_of
from ilk.features.recipe import feature_columns, square_weights
from ilk.settings import Settings
from ilk.sources.open import open_source

TABLES = 10


@pytest.fixture(scope="module")
def cards(data):
    path = data / "credit-card" / "customers.csv"
    with closing(open_source(path, Settings())) as source:
        crowd = understand(source, Settings(), source=path)
    recipe = crowd.fitted.recipe
    return crowd.matrix[crowd.sample], feature_columns(recipe), square_weights(recipe)


def verdict_of(features, columns, weights):
    tiles, order, trials = tiles_of(features), np.arange(len(features)), []
    for k in ks_to_try(features):
        fit = fit_kmeans(tiles, k, order=order, seed=0)
        trials.append(Trial(k, ByCentres(fit.centres), np.bincount(fit.labels, minlength=k), fit.inertia))
    return weigh_evidence(Inquiry(features, columns, weights, tuple(trials), len(features))).evidence.verdict


@pytest.mark.slow
def test_shapeless_tables_of_real_customers_are_constructed(cards):
    """The same answers and rank correlations, dealt out anew: nine times in ten nothing is claimed."""
    features, columns, weights = cards
    copula = fit_copula(features, columns, seed=1_000)
    tables = (copula.draw(generator(1_000, "null table", i)) for i in range(TABLES))
    verdicts = [verdict_of(table, columns, weights) for table in tables]
    assert verdicts.count("constructed") >= 0.9 * TABLES


def test_a_shapeless_table_of_few_real_customers_is_constructed(cards):
    features, columns, weights = cards
    few = features[:700]
    table = fit_copula(few, columns, seed=1_000).draw(generator(1_000, "null table", 0))
    assert verdict_of(table, columns, weights) == "constructed"
