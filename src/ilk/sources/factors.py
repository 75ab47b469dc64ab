"""What goes together: rows of weights are factorised into a few non-negative factors, which are named and dealt out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]

LEARNT_FROM = 20_000
"""Customers that are learnt from at the most."""

CUSTOMERS_A_FACTOR = 50
"""Customers needed for each factor (rule of thumb)."""

COLUMNS_A_FACTOR = 5
"""Words or topics needed for each factor (rule of thumb)."""

SMALLEST_SHARE = 0.1
"""A factor that makes a smaller share of a row is none of its factors (rule of thumb)."""

STEPS = 65_536
"""Shares are multiples of one over this, as features are."""


def how_many(most: int, n_rows: int, n_columns: int) -> int:
    """Return how many factors so many rows and columns allow, `most` at the most."""
    return min(most, n_rows // CUSTOMERS_A_FACTOR, n_columns // COLUMNS_A_FACTOR)


def factorise(rows: Any, k: int, seed: int) -> Matrix:
    """Return factors as rows of length one over the columns, shape (k or fewer, columns), the largest part first.

    On one thread: more would add up in another order.

    Args:
        rows: (n, columns), sparse, not below 0.
        k: Factors.
        seed: Of the factorisation.

    Source: Lee & Seung (1999), Nature 401; scikit-learn's NMF.
    """
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = NMF(k, init="nndsvda", max_iter=400, random_state=seed)
        weights = model.fit_transform(rows)
    lengths = np.sqrt((model.components_**2).sum(axis=1))
    usable = np.flatnonzero(lengths > 0)
    order = usable[np.argsort(-(weights.sum(axis=0) * lengths)[usable], kind="stable")]
    return np.asarray(model.components_[order] / lengths[order, None], np.float64)


def heaviest_of(factors: Matrix, most: int) -> list[list[int]]:
    """Return the columns that are heavy in each factor and light in the others, the most telling first."""
    share = factors * factors / np.maximum(factors.sum(axis=0), np.finfo(float).tiny)
    return [[int(i) for i in np.argsort(-row, kind="stable")[:most] if row[i] > 0] for row in share]


def names_of(factors: Matrix, words: Sequence[str], *, stem: int) -> tuple[str, ...]:
    """Return two words a factor, heavy in it and light in the others; a third where two would be called the same.

    A stroke stands between them, so that a factor stays one thing in a sentence: translation and verbs/tense.

    Args:
        factors: (k, columns).
        words: Of the columns.
        stem: Letters by which two words of one name may not both begin: verb and verbs are one.
    """
    heaviest = [_apart([words[i] for i in one], stem) for one in heaviest_of(factors, 20)]
    short = ["/".join(three[:2]) for three in heaviest]
    return tuple(
        name if short.count(name) == 1 else "/".join(three) for name, three in zip(short, heaviest, strict=True)
    )


def _apart(words: Sequence[str], stem: int) -> list[str]:
    """The first three words of which none begins as another does."""
    chosen: list[str] = []
    for word in words:
        if len(chosen) < 3 and not any(word[:stem] == other[:stem] for other in chosen):
            chosen.append(word)
    return chosen


def shares_of(scores: Matrix) -> Matrix:
    """Return scores (..., k) as shares of each row, in steps of 2^-16; a row without any is nought.

    Below nought is nought, and so is what makes less than SMALLEST_SHARE of its row; where that is everything, what
    makes less than its even share.
    """
    positive = np.maximum(scores, 0.0)
    whole, largest = positive.sum(axis=-1, keepdims=True), positive.max(axis=-1, keepdims=True)
    least = np.where(largest >= SMALLEST_SHARE * whole, SMALLEST_SHARE * whole, whole / scores.shape[-1])
    kept = np.where(positive >= np.minimum(least, largest), positive, 0.0)
    total = kept.sum(axis=-1, keepdims=True)
    shares = np.divide(kept, total, out=np.zeros_like(kept), where=total > 0)
    return np.asarray(np.floor(shares * STEPS + 0.5) / STEPS, np.float64)
