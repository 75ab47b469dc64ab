"""One fit: k-means on 1,000,000 x 17 float32, the whole call on an array, against the fastest that Python has.

Credit-card customers after ilk's recipe, resampled with noise; also sorted by their largest amount, a bad order. All
get the same start and the same stopping rule (faiss, which has none, as many passes as scikit-learn takes); ilk adds
four starts of its own inside its time. The inertia of each is computed afterwards in float64 from its centres.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
from cards import card_features
from side_by_side import Benchmark, Run, main

N = 1_000_000

CONTESTANTS = ("ilk", "scikit-learn", "scikit-learn-intelex", "faiss-cpu")

CASES = tuple(f"{order} k={k}" for order in ("as drawn", "sorted") for k in (5, 8, 20))

Fitted = tuple[np.ndarray, np.ndarray]


def prepare(contestant: str, case: str) -> Run:
    """Load the customers, warm up, and return the timed call."""
    order, k = case.rsplit(" k=", 1)
    x = card_features(N)
    x = x[np.argsort(x.max(axis=1), kind="stable")] if order == "sorted" else x
    start = common_start(x, int(k))
    return timed(FITS[contestant](int(k)), x, start, warm_up=x[:20_000])


def common_start(x: np.ndarray, k: int) -> np.ndarray:
    """k-means++ of scikit-learn on 8,192 customers."""
    from sklearn.cluster import kmeans_plusplus

    rows = np.random.default_rng(1).choice(len(x), min(8192, len(x)), replace=False)
    return kmeans_plusplus(x[rows], k, random_state=0)[0].astype(np.float32)


def timed(fit: Callable[..., Fitted], x: np.ndarray, start: np.ndarray, *, warm_up: np.ndarray) -> Run:
    """Fit; the inertia is worked out outside the time."""
    fit(warm_up, start)

    def run() -> Mapping[str, float]:
        centres, labels = fit(x, start)
        begin = time.perf_counter()
        inertia = inertia_of(x, centres, labels)
        return {"inertia": inertia, "untimed": time.perf_counter() - begin}

    return run


def inertia_of(x: np.ndarray, centres: np.ndarray, labels: np.ndarray) -> float:
    """Sum of squared distances to the centre of each one's label, float64."""
    total = 0.0
    for first in range(0, len(x), 65536):
        rows = slice(first, first + 65536)
        total += float(((x[rows].astype(np.float64) - centres[labels[rows]]) ** 2).sum())
    return total


def ilk_fit(k: int) -> Callable[..., Fitted]:
    import ilk

    def fit(x: np.ndarray, start: np.ndarray) -> Fitted:
        found = ilk.Segmenter(k, init=start, random_state=0).fit(x)
        return found.cluster_centers_, found.labels_

    return fit


def sklearn_fit(k: int) -> Callable[..., Fitted]:
    from sklearn.cluster import KMeans

    return _like_sklearn(KMeans, k)


def intelex_fit(k: int) -> Callable[..., Fitted]:
    from sklearnex.cluster import KMeans

    return _like_sklearn(KMeans, k)


def _like_sklearn(estimator: type, k: int) -> Callable[..., Fitted]:
    def fit(x: np.ndarray, start: np.ndarray) -> Fitted:
        found = estimator(k, init=start, n_init=1, algorithm="lloyd").fit(x)
        return np.asarray(found.cluster_centers_, np.float64), found.labels_

    return fit


def faiss_fit(k: int) -> Callable[..., Fitted]:
    import faiss
    from sklearn.cluster import KMeans

    passes: dict[int, int] = {}

    def fit(x: np.ndarray, start: np.ndarray) -> Fitted:
        if len(x) not in passes:
            passes[len(x)] = KMeans(k, init=start, n_init=1, algorithm="lloyd").fit(x).n_iter_
        found = faiss.Kmeans(x.shape[1], k, niter=passes[len(x)], max_points_per_centroid=len(x), seed=0)
        found.train(x, init_centroids=start)
        return found.centroids.astype(np.float64), found.index.search(x, 1)[1][:, 0]

    return fit


FITS = {"ilk": ilk_fit, "scikit-learn": sklearn_fit, "scikit-learn-intelex": intelex_fit, "faiss-cpu": faiss_fit}

if __name__ == "__main__":
    main(
        Benchmark(
            script=__file__,
            claim=f"One fit: {N:,} x 17 float32, whole call, same start",
            contestants=CONTESTANTS,
            cases=CASES,
            prepare=prepare,
            goal=10.0,
            at_most={"inertia": 1.001},
        )
    )
