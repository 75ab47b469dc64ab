"""Labelled data sets for which the true number of groups is known: scikit-learn's own, and blobs of many shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets
from sklearn.preprocessing import StandardScaler


@dataclass(frozen=True, slots=True)
class Labelled:
    """`features` (n, p), and the group each row belongs to (n,)."""

    name: str
    features: NDArray[np.float64]
    labels: NDArray[np.int64]

    @property
    def k(self) -> int:
        """The true number of groups."""
        return len(np.unique(self.labels))


def labelled_sets(seed: int = 0) -> Iterator[Labelled]:
    """The sets that the share of right k is measured on; another seed makes other blobs, for development."""
    yield from _real()
    drawn = (
        *((1_000, k, 2, spread) for k in (3, 5, 8) for spread in (0.6, 1.0, 1.4)),
        *((1_000, 4, 10, spread) for spread in (2.0, 4.0)),
        *((1_000, 6, 10, spread) for spread in (3.0, 4.5)),
        *((1_000, 10, 20, spread) for spread in (3.0, 5.0)),
        (200, 5, 6, 2.5),
        (5_000, 5, 6, 2.5),
        (5_000, 3, 6, 4.0),
    )
    for i, (n, k, p, spread) in enumerate(drawn):
        yield _blobs(n, k, p, spread, 1_000 * seed + i)
    yield from _unbalanced(1_000 * seed + 100)
    yield from _elongated(1_000 * seed + 200)


def _real() -> Iterator[Labelled]:
    for name, load in (
        ("iris", datasets.load_iris),
        ("wine", datasets.load_wine),
        ("breast cancer", datasets.load_breast_cancer),
    ):
        features, labels = load(return_X_y=True)
        yield Labelled(name, StandardScaler().fit_transform(features), labels)
    features, labels = datasets.load_digits(return_X_y=True)
    yield Labelled("digits", features / 16.0, labels)


def _blobs(n: int, k: int, p: int, spread: float, seed: int) -> Labelled:
    name = f"{n:,} rows, {k} blobs in {p} dimensions, spread {spread}"
    features, labels = datasets.make_blobs(n, p, centers=k, cluster_std=spread, random_state=seed)
    return Labelled(name, features, labels)


def _unbalanced(seed: int) -> Iterator[Labelled]:
    for i, sizes in enumerate(((800, 150, 50), (600, 300, 60, 40), (500, 250, 125, 75, 50), (1_500, 60, 60, 60))):
        features, labels = datasets.make_blobs(list(sizes), 4, cluster_std=1.5, random_state=seed + i)
        yield Labelled("blobs of " + ", ".join(f"{size:,}" for size in sizes), features, labels)


def _elongated(seed: int) -> Iterator[Labelled]:
    stretch = np.array([[0.6, -0.64], [-0.41, 0.85]])
    for k, spread in ((3, 1.0), (4, 0.7)):
        features, labels = datasets.make_blobs(1_000, 2, centers=k, cluster_std=spread, random_state=seed + k)
        yield Labelled(f"{k} elongated blobs, spread {spread}", features @ stretch, labels)
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(4), 250)
    along = rng.standard_normal((1_000, 6)) * np.array([3.0, 2.0, 1.0, 1.0, 0.5, 0.5])
    turned = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    middles = 6.0 * np.eye(4, 6)[labels]
    yield Labelled("4 ellipsoids in 6 dimensions", (along + middles) @ turned, labels)
    varied, labels = datasets.make_blobs(1_000, 2, cluster_std=[0.5, 1.0, 2.5], random_state=seed)
    yield Labelled("3 blobs of different spread", varied, labels)
