"""Is a solution degenerate: one segment with nearly everyone, crumbs, or one column that decides alone?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ilk.choose.indices import effective_number
from ilk.cluster.scorer import Scorer
from ilk.figures import percent
from ilk.sources.source import Note

LARGEST, SMALLEST, ONE_COLUMN = 0.6, 0.02, 0.6
"""Largest and smallest share of customers, and share of the difference between segments from one column."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A fit of k segments to all customers.

    Args:
        k: Segments.
        scorer: Of the segments, ordered by size.
        sizes: (k,), customers in each segment.
        inertia: Sum of squared distances to the own centre.
        n_unlike: Customers who are unlike anyone.
        criterion: BIC, where there is a likelihood.
        entropy: Entropy R2, where there are memberships.
        moved_share: Customers whom bounds of sizes keep from the nearest centre.
    """

    k: int
    scorer: Scorer
    sizes: NDArray[np.integer]
    inertia: float
    n_unlike: int = 0
    criterion: float | None = None
    entropy: float | None = None
    moved_share: float = 0.0

    @property
    def centres(self) -> NDArray[np.float64]:
        """The segments' middles, (k, n_features)."""
        return self.scorer.middles

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of the customers in each segment, (k,)."""
        return np.asarray(self.sizes / max(int(self.sizes.sum()) + self.n_unlike, 1))

    @property
    def unlike_share(self) -> float:
        """Share of the customers who are unlike anyone."""
        return self.n_unlike / max(int(self.sizes.sum()) + self.n_unlike, 1)


def degenerate_notes(trial: Trial, columns: Sequence[str]) -> tuple[Note, ...]:
    """Say what is degenerate about a solution of two segments or more (rules of thumb).

    Args:
        trial: The fit.
        columns: (n_features,), the building column each feature is made from.
    """
    if trial.k < 2:
        return ()
    return (*_size_notes(trial), *_column_notes(trial, columns))


def _size_notes(trial: Trial) -> list[Note]:
    shares, effective = trial.shares, effective_number(trial.sizes)
    notes = []
    if shares.max() > LARGEST:
        text = f"Segment {shares.argmax() + 1} of {trial.k} holds {percent(shares.max())} of the customers."
        notes.append(Note("one-large-segment", text))
    if shares.min() < SMALLEST:
        text = f"The smallest of {trial.k} segments holds under {percent(SMALLEST)} of the customers."
        notes.append(Note("tiny-segment", text))
    if effective < trial.k / 2:
        text = f"Sizes are so uneven that {trial.k} segments count for no more than {effective:.1f} equal ones."
        notes.append(Note("uneven-segments", text))
    return notes


def _column_notes(trial: Trial, columns: Sequence[str]) -> list[Note]:
    names, shares = between_shares(trial, columns)
    if not len(shares) or shares.max() <= ONE_COLUMN or len(names) < 2:
        return []
    name = names[int(shares.argmax())]
    text = f"{name!r} alone makes {percent(shares.max())} of the difference between the {trial.k} segments."
    return [Note("one-column", text)]


def between_shares(trial: Trial, columns: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Each building column's share of the between-segment variance, in the order the columns come."""
    part = trial.sizes / max(int(trial.sizes.sum()), 1)
    mean = part @ trial.centres
    between = np.einsum("j,jf->f", part, (trial.centres - mean) ** 2)
    names = tuple(dict.fromkeys(columns))
    place = {name: i for i, name in enumerate(names)}
    shares = np.bincount([place[c] for c in columns], between, minlength=len(names))
    return names, np.asarray(shares / max(float(shares.sum()), 1e-300), np.float64)
