"""What several sources say together: kinds that none of them tells alone, and a source of nothing but noise."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.features.plain_tables import plan, table_of

from ilk.cluster.kmeans import fit_kmeans
from ilk.engines.tiles import VOICE, tiles_of
from ilk.features.recipe import answered, apply, fit_recipe, square_weights
from ilk.features.topics import is_spherical
from ilk.settings import Settings

N = 3_000
BEHAVIOUR, INTERESTS = 8, 20


def numbers(kind, rng, apart):
    """Eight columns of behaviour in which kinds differ, all of them following one another."""
    middle = np.array([-1.0, 1.0, -0.3, 0.3])[kind] * apart
    return {f"n{j}": middle + rng.normal(size=len(kind)) for j in range(BEHAVIOUR)}


def topics(kind, rng, liked):
    """Twenty interests; each kind has five that it likes so many times more than the others."""
    rates = np.full((4, INTERESTS), 0.4)
    for k in range(4):
        rates[k, 5 * k : 5 * k + 5] *= liked
    return {f"t{j}": rng.poisson(rates[kind, j]).astype(float) for j in range(INTERESTS)}


def labels_of(columns, k):
    table = table_of(columns)
    plans = [
        plan(name, "topics" if name[0] == "t" else "number", block="activity" if name[0] == "t" else "customers")
        for name in columns
    ]
    recipe = fit_recipe(table, plans, Settings()).recipe
    features = apply(recipe, table)
    voice = (answered(features, square_weights(recipe)) >= VOICE).astype(np.float32)
    return fit_kmeans(tiles_of(features, voice, sphere=is_spherical(recipe)), k, order=np.arange(N), seed=0).labels


@pytest.mark.parametrize("seed", [100, 101, 102])
def test_together_they_tell_what_neither_tells_alone(seed):
    """Two kinds by what people do, two by what they like: four kinds."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, N)
    does, likes = numbers(kind // 2, rng, 1.2), topics(kind % 2, rng, 6.0)
    alone = [adjusted_rand_score(kind, labels_of(columns, 4)) for columns in (does, likes)]
    assert adjusted_rand_score(kind, labels_of(does | likes, 4)) > max(alone) + 0.1


@pytest.mark.parametrize("seed", [100, 101, 102])
def test_a_source_of_noise_costs_next_to_nothing(seed):
    """Twenty interests that have nothing to do with what people do."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 2, N)
    does, nothing = numbers(kind, rng, 1.2), topics(rng.integers(0, 1, N), rng, 1.0)
    clean = adjusted_rand_score(kind, labels_of(does, 2))
    assert adjusted_rand_score(kind, labels_of(does | nothing, 2)) > clean - 0.02
