"""The scikit-learn face: segments of an array as it is, or of a frame's columns through the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
from narwhals.dependencies import is_into_dataframe
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ilk.choose.neutral import neutral_k
from ilk.choose.tried import ks_to_try
from ilk.cluster import twin
from ilk.cluster.everyone import take_on_threads
from ilk.cluster.kmeans import Fit, fit_kmeans
from ilk.cluster.method import Found
from ilk.cluster.nearest import nearest_two
from ilk.cluster.scorer import ByCentres
from ilk.engines.raw import Drawn, draw, features, on_grain
from ilk.engines.tiles import Matrix, Scale, Tiles, cut, matrix_of, tiles_of, unblocked
from ilk.engines.workers import cores
from ilk.errors import BadInput, BadSetting
from ilk.features.plans import Recipe
from ilk.settings import EVIDENCE_SAMPLE, Settings
from ilk.sources.source import Kind

Labels = NDArray[np.int32]
Values = NDArray[np.float64]

HIGHEST_K = 20
"""The largest number of segments tried when it is left open."""

UNLIKE = -1
"""Label of who answered nothing and so is unlike anyone."""

ROWS = 65_536
"""Customers whose distances are computed at once."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How X becomes features, at fit and ever after.

    Args:
        scale: What an array is moved and multiplied by; nothing for a frame.
        square_weights: (n_features,), each feature's share of W, the sum of squared column weights.
        recipe: For a frame.
        kinds: For a frame: how each column of the recipe is read.
        names: For a frame: all its columns, so that an array can stand for one.
    """

    scale: Scale
    square_weights: Values
    recipe: Recipe | None
    kinds: Mapping[str, Kind]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody at fit: their tiles, how they were read, and who answered nothing, bool (n,)."""

    drawn: Drawn
    reading: Reading
    silent: NDArray[np.bool_]


class Segmenter(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):
    """Segments for whoever works with scikit-learn.

    An array's features are taken as they are; the columns of a pandas, polars or Arrow frame go through the recipe that
    `ilk segment` uses (amounts by their logarithm, categories by their levels ...). Missing answers may be NaN: they
    are skipped, at fit and at predict; who answered less than half has no say in where segments are.

    Sample weights are kept as multiples of 2^-8 (times a power of two if they are finer or larger). Up to 131,072
    customers a weight of 2 is exactly the same as two equal rows, and the order of rows does not matter; of more, a
    sample by place in the array decides where segments start.

    Args:
        n_segments: How many, or "auto" for the number the plain evidence supports, of 2 to 20.
        method: "kmeans".
        init: "k-means++", or an array (n_segments, n_features) that competes with four other starts.
        random_state: An integer, a RandomState, or None, which is the same as 0: the same data give the same segments.
        n_jobs: Threads; None and -1 use all processors. The result does not depend on it.

    Attributes:
        labels_: (n,) 0 .. n_segments - 1, largest segment first; -1 for who answered nothing.
        cluster_centers_: (n_segments, n_features) in the units of X; for a frame of the recipe's features.
        inertia_: Sum of squared distances to the own centre, weighted.
        n_iter_: Passes over everybody.
        n_segments_: How many.

    Sources: see `ilk.cluster.kmeans.fit_kmeans`.
    """

    def __init__(
        self,
        n_segments: int | str = "auto",
        *,
        method: str = "kmeans",
        init: str | ArrayLike = "k-means++",
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_segments = n_segments
        self.method = method
        self.init = init
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:  # noqa: ARG002
        """Find segments.

        Args:
            X: Array (n, n_features), or a frame.
            y: Ignored.
            sample_weight: (n,), how much each customer counts.

        Raises:
            BadInput: If nobody answered anything.
            BadSetting: If an argument of the estimator is not one of its values, or there are fewer rows than segments.
            ValueError: If X or `sample_weight` cannot be used.
        """
        self._check_arguments()
        crowd = self._frame_crowd(X, sample_weight) if _is_frame(X) else self._array_crowd(X, sample_weight)
        if crowd.silent.all():
            raise BadInput(
                "Nobody answered anything",
                got=f"{len(crowd.silent):,} rows of NaN only",
                do="fit on rows that hold numbers",
            )
        scale, drawn = crowd.reading.scale, crowd.drawn
        fit = self._best_fit(crowd)
        self._reading, self._centres = crowd.reading, fit.centres
        self.labels_ = drawn.for_each_row(fit.labels)
        self.labels_[crowd.silent] = UNLIKE
        self.cluster_centers_ = fit.centres / scale.factor + scale.offset
        self.inertia_ = fit.inertia / scale.factor**2 / drawn.heaviness
        self.n_iter_, self.n_segments_ = fit.n_iter, len(fit.centres)
        return self

    def predict(self, X: Any) -> Labels:
        """The segment of each customer, int32 (n,); -1 for who answered nothing."""
        check_is_fitted(self)
        matrix = self._features(X)
        if len(matrix) <= twin.MOST_CUSTOMERS:
            label = twin.nearest_two(matrix, self._centres).label
        else:
            as_they_are = Scale(np.zeros(matrix.shape[1]), 1.0)
            tiles, _ = cut(matrix, as_they_are, None, threads=self._threads)
            label = nearest_two(tiles, self._centres, threads=self._threads).label
        return np.where(np.isnan(matrix).all(axis=1), np.int32(UNLIKE), label)

    def transform(self, X: Any) -> Values:
        """Distance of each customer to each centre, (n, n_segments), in the units of X for an array.

        Over blanks it is scaled by sqrt(W / W_observed), so that customers can be compared; NaN for nothing answered.
        """
        check_is_fitted(self)
        matrix, weights = self._features(X), self._reading.square_weights
        observed = ~np.isnan(matrix) @ weights
        scale = np.divide(weights.sum(), observed, out=np.full(len(matrix), np.nan), where=observed > 0)
        return np.asarray(np.sqrt(self._squared(matrix) * scale[:, None]) / self._reading.scale.factor)

    def fit_transform(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> Values:
        """Fit, and return the distances."""
        return self.fit(X, y, sample_weight=sample_weight).transform(X)

    def fit_predict(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> Labels:
        """Fit, and return the labels."""
        return self.fit(X, y, sample_weight=sample_weight).labels_

    def score(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> float:  # noqa: ARG002
        """Minus the inertia of X: higher is better."""
        check_is_fitted(self)
        squared = self._squared(self._features(X)).min(axis=1) / self._reading.scale.factor**2
        weights = 1.0 if sample_weight is None else _check_sample_weight(sample_weight, X, dtype=np.float64)
        return -float((weights * squared).sum())

    def __sklearn_tags__(self) -> Any:
        """NaN is understood."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    @property
    def _n_features_out(self) -> int:
        return self.n_segments_

    @property
    def _threads(self) -> int | None:
        if self.n_jobs is None or self.n_jobs == -1:
            return None
        return self.n_jobs if self.n_jobs > 0 else max(1, cores() + 1 + self.n_jobs)

    @property
    def _seed(self) -> int:
        if self.random_state is None or isinstance(self.random_state, (int, np.integer)):
            return int(self.random_state or 0)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _check_arguments(self) -> None:
        if self.method != "kmeans":
            raise BadSetting(
                "method must be 'kmeans'", got=repr(self.method), do="leave it out, or give method='kmeans'"
            )
        if isinstance(self.init, str) and self.init != "k-means++":
            raise BadSetting(
                "init must be 'k-means++' or an array",
                got=repr(self.init),
                do="leave it out, or give one row of features a segment",
            )
        k = self.n_segments
        whole = isinstance(k, (int, np.integer)) and not isinstance(k, bool) and k >= 1
        if not whole and not (isinstance(k, str) and k == "auto"):
            raise BadSetting(
                "n_segments must be 'auto' or a whole number from 1",
                got=repr(k),
                do="give 'auto' or a number such as 5",
            )

    def _array_crowd(self, X: Any, sample_weight: ArrayLike | None) -> Crowd:
        matrix = validate_data(self, X, dtype=[np.float64, np.float32], order="C", ensure_all_finite=False)
        drawn = draw(matrix, self._weights(sample_weight, matrix), threads=self._threads)
        reading = Reading(drawn.scale, np.ones(matrix.shape[1]), None, {}, ())
        silent = drawn.for_each_row(_silent(drawn.tiles))
        return Crowd(drawn, reading, silent)

    def _frame_crowd(self, X: Any, sample_weight: ArrayLike | None) -> Crowd:
        from ilk.crowd import understand
        from ilk.features.recipe import square_weights
        from ilk.sources.open import open_source

        validate_data(self, X, skip_check_array=True)
        settings = Settings(seed=self._seed % 2**31, threads=self._threads)
        with closing(open_source(X, settings, keyed=False)) as source:
            known = understand(source, settings)
        weights, heaviness = on_grain(self._weights(sample_weight, known.matrix))
        mass = (known.answered >= 0.5) * (1.0 if weights is None else weights)
        tiles = tiles_of(known.matrix, mass, threads=self._threads)
        scale, names = Scale(np.zeros(tiles.n_features), 1.0), tuple(str(name) for name in X.columns)
        drawn = Drawn(tiles, None, known.order, None, scale, heaviness)
        kinds = {fact.column: fact.kind for fact in known.facts}
        reading = Reading(scale, square_weights(known.fitted.recipe), known.fitted.recipe, kinds, names)
        return Crowd(drawn, reading, _silent(tiles))

    def _weights(self, sample_weight: ArrayLike | None, matrix: Matrix) -> Values | None:
        if sample_weight is None:
            return None
        return np.asarray(_check_sample_weight(sample_weight, matrix, dtype=np.float64, ensure_non_negative=True))

    def _best_fit(self, crowd: Crowd) -> Fit:
        if not isinstance(self.n_segments, str):
            return self._fit(crowd, int(self.n_segments))
        sample = _evidence_sample(crowd.drawn, self._threads)
        ks = [k for k in ks_to_try(sample, "auto", highest=HIGHEST_K) if k > 1]
        fits = {k: self._fit(crowd, k) for k in ks}
        found = {k: Found(ByCentres(fit.centres), fit.labels, fit.inertia) for k, fit in fits.items()}
        k = neutral_k(sample, crowd.reading.square_weights, found, seed=self._seed, threads=self._threads)
        return fits[k] if k in fits else self._fit(crowd, k)

    def _fit(self, crowd: Crowd, k: int) -> Fit:
        drawn, init = crowd.drawn, None
        if k > len(crowd.silent):
            raise BadSetting(f"n_samples={len(crowd.silent)} should be >= n_segments={k}", do="ask for fewer segments")
        if not isinstance(self.init, str):
            init = (np.asarray(self.init, np.float64) - drawn.scale.offset) * drawn.scale.factor
        seed, threads = self._seed, self._threads
        return fit_kmeans(drawn.tiles, k, order=drawn.order, seed=seed, init=init, sample=drawn.sample, threads=threads)

    def _features(self, X: Any) -> Matrix:
        """The features of new customers, float32 (n, n_features)."""
        reading = self._reading
        if reading.recipe is None:
            checked = validate_data(
                self, X, reset=False, dtype=[np.float64, np.float32], order="C", ensure_all_finite="allow-nan"
            )
            return features(checked, reading.scale)
        from ilk.features.recipe import apply
        from ilk.sources.open import open_source

        validate_data(self, X, reset=False, skip_check_array=True)
        if not _is_frame(X):
            checked = validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
            X = pa.table(dict(zip(reading.names, checked.T, strict=True)))
        settings = Settings(threads=self._threads)
        with closing(open_source(X, settings, expect=reading.kinds, keyed=False)) as source:
            return apply(reading.recipe, pa.Table.from_batches(list(source.batches())), threads=self._threads)

    def _squared(self, matrix: Matrix) -> Values:
        """Squared distance of each customer to each centre, on the feature scale."""
        out = np.empty((len(matrix), len(self._centres)))
        for first in range(0, len(matrix), ROWS):
            out[first : first + ROWS] = twin.squared_distances(matrix[first : first + ROWS], self._centres)
        return np.maximum(out, 0.0)


def _is_frame(X: Any) -> bool:
    return not isinstance(X, np.ndarray) and bool(is_into_dataframe(X))


def _silent(tiles: Tiles) -> NDArray[np.bool_]:
    """Who answered nothing, bool (n,)."""
    if not len(tiles.gaps.feature):
        return np.zeros(tiles.n, np.bool_)
    blank = np.zeros_like(tiles.mass)
    np.add.at(blank, np.repeat(np.arange(len(blank)), np.diff(tiles.gaps.start)), tiles.gaps.mark)
    return np.asarray(blank.ravel()[: tiles.n] == tiles.n_features)


def _evidence_sample(drawn: Drawn, threads: int | None) -> Matrix:
    """The first customers in hash order; who has a whole number for a weight stands there as often."""
    rows = drawn.order[:EVIDENCE_SAMPLE]
    mass = drawn.tiles.mass.ravel()[rows]
    if (mass == np.floor(mass)).all() and drawn.heaviness == 1.0:
        rows = np.repeat(rows, mass.astype(np.int64))[:EVIDENCE_SAMPLE]
    return matrix_of(unblocked(take_on_threads(drawn.tiles.block, rows, threads), len(rows)))
