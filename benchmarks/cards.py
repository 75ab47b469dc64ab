"""The credit-card customers after a recipe, as a plain array: what several benchmarks run on."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ilk.crowd import understand
from ilk.settings import Settings
from ilk.sources.open import open_source

CARDS = Path(__file__).resolve().parents[2] / "shared" / "data" / "credit-card" / "customers.csv"


def card_features(n: int | None = None, *, seed: int = 0) -> NDArray[np.float32]:
    """8,950 x 17 features without gaps (a blank is the mean), or n rows resampled from them with noise."""
    settings = Settings(weight={"PURCHASES": 1.0})  # a total counts too, so that there are 17
    with closing(open_source(CARDS, settings)) as data:
        crowd = understand(data, settings, source=CARDS)
    features = np.nan_to_num(crowd.matrix[crowd.sample])
    if n is None:
        return features
    rng = np.random.default_rng(seed)
    noisy = features[rng.integers(len(features), size=n)] + rng.normal(scale=0.1, size=(n, features.shape[1]))
    return (np.floor(noisy * 65536 + 0.5) / 65536).astype(np.float32)
