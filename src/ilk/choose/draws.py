"""Random numbers that depend on the seed and on what they are for, never on threads or on what was drawn before."""

from __future__ import annotations

import zlib
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Purpose = Literal["bootstrap", "null table", "tight", "split", "box", "copula"]


def generator(seed: int, purpose: Purpose, *number: int) -> np.random.Generator:
    """A stream of its own for one piece of work, such as pair 7 or null table 3."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(purpose.encode()), *number]))


def fit_seeds(rng: np.random.Generator, n_fits: int) -> NDArray[np.int64]:
    """One seed for each of n_fits cold fits."""
    return rng.integers(2**62, size=n_fits, dtype=np.int64)
