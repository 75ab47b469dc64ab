"""The exact silhouette against scikit-learn: of one labelling, and of the nine of a study."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from cards import card_features
from side_by_side import Benchmark, Run, main

CASES = {
    "8,950 x 17, 1 labelling": (None, 1),
    "8,950 x 17, 9 labellings": (None, 9),
    "50,000 x 17, 1 labelling": (50_000, 1),
}
"""Customers (None: as they are) and labellings, the last ones of k = 2..10."""


def prepare(contestant: str, case: str) -> Run:
    """Load the customers, label them, warm up, and return the timed call."""
    from sklearn.cluster import KMeans

    n, n_labellings = CASES[case]
    features = card_features(n)
    labels = np.stack([KMeans(k, random_state=0).fit(features).labels_ for k in range(11 - n_labellings, 11)])
    scores = SCORES[contestant]
    scores(features[:600], labels[:, :600])

    def run() -> Mapping[str, float]:
        return {"silhouette": scores(features, labels)[-1]}

    return run


def ilk_scores(features: np.ndarray, labels: np.ndarray) -> list[float]:
    """Mean silhouettes of all labellings, from one pass."""
    from ilk.choose.silhouette import silhouettes

    return silhouettes(features, labels, np.ones(features.shape[1])).mean(axis=1).tolist()


def sklearn_scores(features: np.ndarray, labels: np.ndarray) -> list[float]:
    """One labelling after the other."""
    from sklearn.metrics import silhouette_score

    return [float(silhouette_score(features, one)) for one in labels]


SCORES = {"ilk": ilk_scores, "scikit-learn": sklearn_scores}

if __name__ == "__main__":
    main(
        Benchmark(
            script=__file__,
            claim="Exact silhouette, float32",
            contestants=tuple(SCORES),
            cases=tuple(CASES),
            prepare=prepare,
            goal=10.0,
        )
    )
