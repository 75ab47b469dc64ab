"""The scikit-learn face: segments of an array as it is, or of a frame's columns through the recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from narwhals.dependencies import is_into_dataframe
from numpy.typing import ArrayLike, NDArray
from pydantic import ValidationError
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ilk.accepted import BOUNDS, in_words
from ilk.choose.neutral import neutral_k
from ilk.choose.tried import ks_to_try
from ilk.cluster import twin
from ilk.cluster.kmeans import fit_kmeans
from ilk.cluster.method import KMEANS, Found, Method, Run, by_size
from ilk.cluster.nearest import nearest_two
from ilk.cluster.scorer import ByCentres, nearest_rows
from ilk.cluster.soft_scorers import ByLatent, ByMixture
from ilk.engines.tiles import Matrix, Scale, cut
from ilk.engines.workers import cores
from ilk.errors import BadInput, BadSetting
from ilk.given import Given, array_given, by_its_arguments, frame_given
from ilk.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

Labels = NDArray[np.int32]
Values = NDArray[np.float64]

HIGHEST_K = 20
"""The largest number of segments tried when it is left open."""

UNLIKE = -1
"""Label of who answered nothing, or is unlike anyone."""

FEW = 100
"""Customers below which an answer, a point, a crowd may be of fewer than ten, or nothing would be left."""

ROWS = 65_536
"""Customers whose distances are computed at once."""


class Segmenter(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):
    """Segments for whoever works with scikit-learn.

    An array's features are taken as they are; the columns of a pandas, polars or Arrow frame go through the recipe that
    `ilk segment` uses (amounts by their logarithm, categories by their levels ...), and customers of a frame get the
    labels that `ilk segment` gives them at this number of segments. Missing answers may be NaN: they are skipped, at
    fit and at predict; who answered less than half has no say in where segments are.

    Sample weights are kept as multiples of 2^-8 (times a power of two if they are finer or larger). Up to 131,072
    customers a weight of 2 is exactly the same as two equal rows, and the order of rows does not matter; of more, a
    sample by place in the array decides where segments start. Ward and density know whole customers only: their weights
    must be whole numbers. Bounds of sizes count rows.

    Args:
        n_segments: How many, or "auto" for the number the plain evidence supports, of 2 to 20; density finds its own
            number, and may not find one that is asked for.
        method: "auto" or "kmeans", "mixture" (Gaussian), "latent" (classes of answers), "ward" or "density".
        init: Of k-means: "k-means++", or an array (n_segments, n_features) that competes with four other starts.
        min_share: Least a segment of k-means may be of everybody, 0 to 1.
        max_share: Most it may be.
        min_size: Least rows of a segment of k-means.
        max_size: Most rows.
        random_state: An integer, a RandomState, or None, which is the same as 0: the same data give the same segments.
        n_jobs: Threads; None and -1 use all processors. The result does not depend on it.

    Attributes:
        labels_: (n,) 0 .. n_segments - 1, largest segment first; -1 for who answered nothing, or stands alone.
        cluster_centers_: (n_segments, n_features) means in the units of X; for a frame of the recipe's features.
        inertia_: Sum of squared distances to the mean of the own segment, weighted.
        n_iter_: Passes over everybody; 0 where the method makes none.
        n_segments_: How many.

    Sources: see `ilk.cluster.kmeans.fit_kmeans` and the other methods in `ilk.cluster`.
    """

    def __init__(
        self,
        n_segments: int | str = "auto",
        *,
        method: str = "auto",
        init: str | ArrayLike = "k-means++",
        min_share: float | None = None,
        max_share: float | None = None,
        min_size: int | None = None,
        max_size: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_segments = n_segments
        self.method = method
        self.init = init
        self.min_share = min_share
        self.max_share = max_share
        self.min_size = min_size
        self.max_size = max_size
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
            BadSetting: If an argument of the estimator is not one of its values, there are fewer rows than segments, or
                density does not find so many.
            NotSupported: If a method that knows whole customers only is given parts of them.
            ValueError: If X or `sample_weight` cannot be used.
        """
        with by_its_arguments():
            return self._fitted(X, sample_weight)

    def _fitted(self, X: Any, sample_weight: ArrayLike | None) -> Self:
        settings = self._settings()
        given = self._given(X, sample_weight, each_row=not _is_kmeans(settings))
        if given.silent.all():
            raise BadInput(
                "Nobody answered anything",
                got=f"{len(given.silent):,} rows of NaN only",
                do="fit on rows that hold numbers",
            )
        if isinstance(settings.k, int) and settings.k > (n := len(given.silent)):
            raise BadSetting(f"n_samples={n} should be >= n_segments={settings.k}", do="ask for fewer segments")
        found = self._best(given, settings)
        scale, drawn = given.reading.scale, given.drawn
        self._reading, self._scorer = given.reading, found.scorer
        self.labels_ = drawn.for_each_row(found.labels)
        self.labels_[given.silent] = UNLIKE
        self.cluster_centers_ = found.scorer.middles / scale.factor + scale.offset
        self.inertia_ = found.inertia / scale.factor**2 / drawn.heaviness
        self.n_iter_, self.n_segments_ = found.n_iter, found.scorer.k
        return self

    def predict(self, X: Any) -> Labels:
        """The segment of each customer, int32 (n,); -1 for who answered nothing, or is unlike anyone."""
        check_is_fitted(self)
        matrix = self._features(X)
        return np.where(np.isnan(matrix).all(axis=1), np.int32(UNLIKE), self._nearest(matrix))

    def transform(self, X: Any) -> Values:
        """How far each customer is from each segment, (n, n_segments), in the units of X for an array.

        Of k-means to its centre (and what it costs to enter, where sizes are bounded), of Ward and density to its
        nearest point; of a mixture and latent classes sqrt(-2 ln of how likely the customer is there), less the least
        that can be. The smallest is where `predict` puts a customer. Over blanks it is scaled by sqrt(W / W_observed),
        so that customers can be compared; NaN for nothing answered.
        """
        check_is_fitted(self)
        matrix, weights = self._features(X), self._reading.square_weights
        observed = ~np.isnan(matrix) @ weights
        scale = np.divide(weights.sum(), observed, out=np.full(len(matrix), np.nan), where=observed > 0)
        return np.asarray(np.sqrt(self._scores(matrix) * scale[:, None]) / self._unit)

    def fit_transform(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> Values:
        """Fit, and return the distances."""
        return self.fit(X, y, sample_weight=sample_weight).transform(X)

    def fit_predict(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> Labels:
        """Fit, and return the labels."""
        return self.fit(X, y, sample_weight=sample_weight).labels_

    def score(self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None) -> float:  # noqa: ARG002
        """Minus the sum of squares of what `transform` would say without blanks: of k-means minus the inertia of X.

        Higher is better.
        """
        check_is_fitted(self)
        squared = self._scores(self._features(X)).min(axis=1) / self._unit**2
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

    @property
    def _unit(self) -> float:
        """What scores are multiplied by in the units of X; how likely somebody is has no unit."""
        return 1.0 if isinstance(self._scorer, (ByLatent, ByMixture)) else self._reading.scale.factor

    def _settings(self) -> Settings:
        """What was asked for, as `ilk segment` would be asked.

        Raises:
            BadSetting: If something is not one of its values.
        """
        k, asked = self.n_segments, {name: _plain(getattr(self, name)) for name in ("method", *BOUNDS)}
        whole = isinstance(k, (int, np.integer)) and not isinstance(k, bool) and k >= 1
        if not whole and not (isinstance(k, str) and k == "auto"):
            raise BadSetting(
                "n_segments must be 'auto' or a whole number from 1",
                got=repr(k),
                do="give 'auto' or a number such as 5",
            )
        try:
            settings = Settings(seed=self._seed % 2**31, threads=self._threads, **asked)
        except ValidationError as error:
            raise BadSetting(in_words(error), do="give one of the values in the description") from None
        self._check_init(settings)
        return settings.model_copy(update={"k": k if isinstance(k, str) else int(k)})

    def _check_init(self, settings: Settings) -> None:
        if isinstance(self.init, str) and self.init == "k-means++":
            return
        if isinstance(self.init, str):
            raise BadSetting(
                "init must be 'k-means++' or an array",
                got=repr(self.init),
                do="leave it out, or give one row of features a segment",
            )
        if not _is_kmeans(settings):
            raise BadSetting("Starts of one's own are those of k-means without bounds", do="leave out init")

    def _given(self, X: Any, sample_weight: ArrayLike | None, *, each_row: bool) -> Given:
        if _is_frame(X):
            validate_data(self, X, skip_check_array=True)
            return frame_given(X, _weights(sample_weight, X), seed=self._seed % 2**31, threads=self._threads)
        matrix = validate_data(self, X, dtype=[np.float64, np.float32], order="C", ensure_all_finite=False)
        return array_given(matrix, _weights(sample_weight, matrix), each_row=each_row, threads=self._threads)

    def _best(self, given: Given, settings: Settings) -> Found:
        """The number that was asked for, or the one the plain evidence supports."""
        method, k = self._method(given, settings), settings.k
        if isinstance(k, int):
            return self._found(given, method, [k])[k]
        sample = given.sample(method.effort.customers, threads=self._threads)
        ks = [k for k in ks_to_try(sample, "auto", highest=HIGHEST_K) if k > 1]
        fits = self._found(given, method, ks, all_of_them=False)
        likely = any(fit.criterion is not None for fit in fits.values())
        one = self._found(given, method, [1])[1] if likely else None
        weights, having = given.reading.square_weights, method.having(fits)
        best = neutral_k(sample, weights, fits, seed=self._seed, method=having, one=one, threads=self._threads)
        return fits[best] if best in fits else self._found(given, method, [best])[best]

    def _method(self, given: Given, settings: Settings) -> Method:
        if _is_kmeans(settings):
            return KMEANS
        from ilk.methods import method_for

        n = int((~given.silent).sum())
        few = settings.bounded or n < FEW  # nothing is published here, and a centre may rest on anybody
        told = settings.model_copy(update={"min_group": 1}) if few else settings
        return method_for(given.reading.recipe, n, told)

    def _found(self, given: Given, method: Method, ks: list[int], *, all_of_them: bool = True) -> Mapping[int, Found]:
        """Segments of everybody at each k, the largest first."""
        if method is KMEANS:
            return {k: self._centres(given, k) for k in ks}
        run, found = Run(given.drawn.order, self._seed, self._threads), dict[int, Found]()
        for some in method.batches(ks):
            found |= method.find(given.drawn.tiles, some, run)
        unfound = [k for k in ks if k not in found]
        if unfound and all_of_them:
            raise BadSetting(
                f"{method.name} does not find {unfound[0]} segments here", do="leave n_segments open, or take kmeans"
            )
        return {k: self._by_size(given, fit) for k, fit in found.items()}

    def _centres(self, given: Given, k: int) -> Found:
        drawn, init = given.drawn, None
        if not isinstance(self.init, str):
            init = (np.asarray(self.init, np.float64) - drawn.scale.offset) * drawn.scale.factor
        seed, threads = self._seed, self._threads
        fit = fit_kmeans(drawn.tiles, k, order=drawn.order, seed=seed, init=init, sample=drawn.sample, threads=threads)
        found = Found(ByCentres(fit.centres), fit.labels, fit.inertia, n_iter=fit.n_iter)
        return found if drawn.inverse is not None else self._by_size(given, found)

    def _by_size(self, given: Given, fit: Found) -> Found:
        return by_size(fit, given.drawn.tiles, given.sizes(fit.labels, fit.scorer.k), threads=self._threads)

    def _features(self, X: Any) -> Matrix:
        """The features of new customers, float32 (n, n_features)."""
        reading = self._reading
        if _is_frame(X) and reading.names:
            validate_data(self, X, reset=False, skip_check_array=True)
            return reading.of_frame(X, threads=self._threads)
        kinds = np.float64 if reading.names else [np.float64, np.float32]
        checked = validate_data(self, X, reset=False, dtype=kinds, order="C", ensure_all_finite="allow-nan")
        return reading.of_frame(checked, threads=self._threads) if reading.names else reading.of_array(checked)

    def _nearest(self, matrix: Matrix) -> Labels:
        scorer = self._scorer
        if not isinstance(scorer, ByCentres):
            return nearest_rows(scorer, matrix, threads=self._threads).label
        if len(matrix) <= twin.MOST_CUSTOMERS:
            return twin.nearest_two(matrix, scorer.centres).label
        tiles, _ = cut(matrix, Scale(np.zeros(matrix.shape[1]), 1.0), None, threads=self._threads)
        return nearest_two(tiles, scorer.centres, threads=self._threads).label

    def _scores(self, matrix: Matrix) -> Values:
        """How far each customer is from each segment, squared, on the feature scale."""
        out = np.empty((len(matrix), self._scorer.k))
        for first in range(0, len(matrix), ROWS):
            out[first : first + ROWS] = self._scorer.scores(matrix[first : first + ROWS])
        return np.maximum(out, 0.0)


def _is_frame(X: Any) -> bool:
    return not isinstance(X, np.ndarray) and bool(is_into_dataframe(X))


def _is_kmeans(settings: Settings) -> bool:
    """Whether it is plain k-means, which takes starts and large arrays in its own way."""
    return settings.method in {"auto", "kmeans"} and not settings.bounded


def _plain(value: Any) -> Any:
    """A NumPy number as a number."""
    return value.item() if isinstance(value, np.generic) else value


def _weights(sample_weight: ArrayLike | None, X: Any) -> Values | None:
    if sample_weight is None:
        return None
    return np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True))
