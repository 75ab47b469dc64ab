"""Indices of one labelling: how tight, how far apart, how alike to another, how evenly sized."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ilk.engines.tiles import Matrix
from ilk.features.recipe import answered

Labels = NDArray[np.integer]
Floats = NDArray[np.float64]


def segment_means(features: Matrix, labels: Labels, k: int) -> Floats:
    """Mean of each segment over the answered features, (k, n_features); 0 where nobody answered."""
    return _sums(np.nan_to_num(features), labels, k) / np.maximum(_answers(features, labels, k), 1)


def calinski_harabasz(features: Matrix, labels: Labels, k: int) -> float | None:
    """Between-segment over within-segment variance, each by its degrees of freedom; higher is better.

    Args:
        features: (n, n_features) on the feature scale, NaN where an answer is missing; missing answers add nothing.
        labels: (n,), 0-based.
        k: Segments; empty ones do not count.

    Returns:
        None where it is undefined: fewer than two segments, one customer a segment, or no variance within.

    Source: Calinski & Harabasz (1974), Communications in Statistics 3(1).
    """
    n, used = len(features), len(np.unique(labels))
    if used < 2 or n <= used:
        return None
    means, answers = segment_means(features, labels, k), _answers(features, labels, k)
    everyone = (means * answers).sum(axis=0) / np.maximum(answers.sum(axis=0), 1)
    between = float((answers * (means - everyone) ** 2).sum())
    within = float(squared_distances(features, means[labels]).sum())
    return (between / (used - 1)) / (within / (n - used)) if within > 0 else None


def davies_bouldin(features: Matrix, labels: Labels, k: int, square_weights: Floats) -> float | None:
    """Mean over segments of the worst (spread + spread) / distance of centres; lower is better.

    Args:
        features: (n, n_features) on the feature scale, NaN where an answer is missing.
        labels: (n,), 0-based.
        k: Segments; empty ones do not count.
        square_weights: (n_features,), each feature's share of W, which scales distances over blanks.

    Returns:
        None with fewer than two segments. Segments on the same spot count 0, as in scikit-learn.

    Source: Davies & Bouldin (1979), IEEE PAMI 1(2).
    """
    used = np.unique(labels)
    if len(used) < 2:
        return None
    means = segment_means(features, labels, k)
    scale = observed_scale(features, square_weights)
    distances = np.sqrt(squared_distances(features, means[labels]) * scale)
    sizes = np.bincount(labels, minlength=k)
    spread = (np.bincount(labels, distances, minlength=k) / np.maximum(sizes, 1))[used]
    apart = np.sqrt(((means[used][:, None] - means[used][None]) ** 2).sum(axis=2))
    ratio = np.divide(spread[:, None] + spread[None], apart, out=np.zeros_like(apart), where=apart > 0)
    return float(ratio.max(axis=1).mean())


def simplified_silhouette(d1: Floats, d2: Floats) -> float | None:
    """Mean of (d2 - d1) / max(d1, d2), where d1 and d2 are squared distances to the two nearest centres, each (n,).

    A customer on two centres at once counts 0. None with one centre, where d2 is infinite.

    Source: Hruschka, de Castro & Campello (2004), ICDM.
    """
    if not len(d1) or not np.isfinite(d2).all():
        return None
    near, far = np.sqrt(d1), np.sqrt(d2)
    return float(np.divide(far - near, far, out=np.zeros_like(far), where=far > 0).mean())


def effective_number(sizes: NDArray[np.integer]) -> float:
    """exp(entropy of the size shares): k for equal sizes, towards 1 when one segment holds nearly everyone."""
    shares = sizes[sizes > 0] / max(int(sizes.sum()), 1)
    return float(np.exp(-(shares * np.log(shares)).sum()))


def squared_distances(features: Matrix, centres: Floats) -> Floats:
    """Squared distance of each customer to its row of `centres`, over the answered features, (n,)."""
    difference = np.nan_to_num(features - centres)
    return np.asarray(np.einsum("ij,ij->i", difference, difference))


def observed_scale(features: Matrix, square_weights: Floats) -> Floats:
    """W / W_observed of each customer, (n,); 0 for who answered nothing of weight."""
    share = answered(features, square_weights)
    return np.asarray(np.divide(1.0, share, out=np.zeros_like(share), where=share > 0))


def _sums(values: NDArray[np.floating], labels: Labels, k: int) -> Floats:
    """Sums a segment and feature; exact, since features are multiples of 2^-16."""
    return np.stack([np.bincount(labels, column, minlength=k) for column in values.T], axis=1)


def _answers(features: Matrix, labels: Labels, k: int) -> Floats:
    return _sums((~np.isnan(features)).astype(float), labels, k)
