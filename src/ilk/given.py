"""What an estimator is given: an array taken as it is, or a frame through the recipe, at fit and ever after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.cluster.everyone import take_on_threads
from ilk.engines.raw import Drawn, draw, features, on_grain
from ilk.engines.tiles import Matrix, Scale, Tiles, cut, masses_of, matrix_of, tiles_of, unblocked
from ilk.errors import IlkError, RepeatedIds
from ilk.features.plans import Recipe, Transform
from ilk.settings import EVIDENCE_SAMPLE, Settings
from ilk.sources.source import Kind

if TYPE_CHECKING:
    from ilk.crowd import Crowd

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """How X becomes features, at fit and ever after.

    Args:
        scale: What an array is moved and multiplied by.
        square_weights: (n_features,), each feature's share of W, the sum of squared column weights.
        recipe: Of the features; an array has one, too, that changes nothing.
        kinds: For a frame: how each column of the recipe is read.
        names: For a frame: all its columns, so that an array can stand for one.
    """

    scale: Scale
    square_weights: Values
    recipe: Recipe
    kinds: Mapping[str, Kind]
    names: tuple[str, ...] = ()

    def of_array(self, matrix: NDArray[np.floating]) -> Matrix:
        """Features of an array, float32 (n, n_features)."""
        return features(matrix, self.scale)

    def of_frame(self, frame: Any, *, threads: int | None) -> Matrix:
        """Features of a frame, or of an array that stands for one, float32 (n, n_features)."""
        from ilk.features.recipe import apply
        from ilk.sources.open import open_source

        if isinstance(frame, np.ndarray):
            frame = pa.table(dict(zip(self.names, frame.T, strict=True)))
        settings = Settings(threads=threads)
        with closing(open_source(frame, settings, expect=self.kinds, keyed=False)) as source:
            return apply(self.recipe, pa.Table.from_batches(list(source.batches())), threads=threads)


@dataclass(frozen=True, slots=True)
class Given:
    """Everybody at fit.

    Args:
        drawn: Their tiles; equal rows of an array may stand there once.
        reading: How they were read.
        silent: Who answered nothing, bool (n,).
        weights: How much each row counts, (n,); None for once.
    """

    drawn: Drawn
    reading: Reading
    silent: NDArray[np.bool_]
    weights: Values | None

    def sizes(self, labels: NDArray[np.integer], k: int) -> Values:
        """How much of everybody each segment holds, (k,), given the label of each row."""
        there = (labels >= 0) & ~self.silent
        weights = None if self.weights is None else self.weights[there]
        return np.bincount(labels[there], weights, k).astype(np.float64)

    def sample(self, most: int, *, threads: int | None) -> Matrix:
        """The first customers in hash order; who has a whole number for a weight stands there as often."""
        rows = self.drawn.order[:EVIDENCE_SAMPLE]
        mass = masses_of(self.drawn.tiles)[rows]
        if (mass == np.floor(mass)).all() and self.drawn.heaviness == 1.0:
            rows = np.repeat(rows, mass.astype(np.int64))
        rows = rows[: min(most, EVIDENCE_SAMPLE)]
        return matrix_of(unblocked(take_on_threads(self.drawn.tiles.block, rows, threads), len(rows)))


def array_given(matrix: NDArray[np.floating], weights: Values | None, *, each_row: bool, threads: int | None) -> Given:
    """An array as tiles.

    Args:
        matrix: (n, n_features), NaN where an answer is missing.
        weights: (n,), how much each customer counts.
        each_row: Whether equal rows stand in the tiles one by one.
        threads: How many to use.
    """
    drawn = draw(matrix, weights, threads=threads)
    silent = drawn.for_each_row(_silent(drawn.tiles))
    if each_row and drawn.inverse is not None:
        drawn = _row_by_row(drawn, drawn.inverse, matrix, weights, threads)
    recipe = Recipe(tuple(_as_it_is(f) for f in range(matrix.shape[1])))
    return Given(drawn, Reading(drawn.scale, np.ones(matrix.shape[1]), recipe, {}), silent, weights)


def frame_given(frame: Any, weights: Values | None, *, seed: int, threads: int | None) -> Given:
    """A frame through the recipe of `ilk segment`."""
    from ilk.features.recipe import square_weights

    known = _understood(frame, Settings(seed=seed, threads=threads))
    grains, heaviness = on_grain(weights)
    voice = masses_of(known.tiles)
    tiles = known.tiles
    if grains is not None:
        tiles = tiles_of(known.matrix, voice * grains, threads=threads, sphere=tiles.sphere)
    heard = known.order[masses_of(tiles)[known.order] > 0]
    scale, names = Scale(np.zeros(tiles.n_features), 1.0), tuple(str(n) for n in _names_of(frame))
    drawn = Drawn(tiles, None, heard if len(heard) else known.order, None, scale, heaviness)
    kinds = {fact.column: fact.kind for fact in known.facts}
    recipe = known.fitted.recipe
    return Given(drawn, Reading(scale, square_weights(recipe), recipe, kinds, names), _silent(tiles), weights)


def _understood(frame: Any, settings: Settings) -> Crowd:
    """Everybody as `ilk segment` has them; where it would leave out rows for their id, by their place instead."""
    from ilk.crowd import understand
    from ilk.sources.open import open_source

    with suppress(RepeatedIds):
        by_id = open_source(frame, settings)
        with closing(by_id) as source:
            if source.intake.rows == len(frame):
                return understand(source, settings)
    with closing(open_source(frame, settings, keyed=False)) as source:
        return understand(source, settings)


def _names_of(frame: Any) -> Any:
    """Of pandas, polars, or Arrow, whose `columns` are the columns themselves."""
    return frame.column_names if isinstance(frame, pa.Table) else frame.columns


def _row_by_row(
    drawn: Drawn, inverse: NDArray[np.int64], matrix: NDArray[np.floating], weights: Values | None, threads: int | None
) -> Drawn:
    """Equal rows one by one, in the same order."""
    grains, heaviness = on_grain(weights)
    mass = np.where(masses_of(drawn.tiles)[inverse] > 0, 1.0 if grains is None else grains, 0.0)
    tiles, _ = cut(matrix, drawn.scale, mass, threads=threads)
    order = np.argsort(inverse, kind="stable")
    return replace(drawn, tiles=tiles, inverse=None, order=order[mass[order] > 0], sample=None, heaviness=heaviness)


def _as_it_is(feature: int) -> Transform:
    """The transform of a feature that stays what it is."""
    edge = np.inf
    return Transform(
        column=str(feature),
        role="number",
        kind="plain",
        scale=1.0,
        low=-edge,
        high=edge,
        centre=(0.0,),
        spread=1.0,
        weight=1.0,
    )


def _silent(tiles: Tiles) -> NDArray[np.bool_]:
    """Who answered nothing, bool (n,)."""
    blank = np.zeros_like(tiles.mass)
    if len(tiles.gaps.feature):
        np.add.at(blank, np.repeat(np.arange(len(blank)), np.diff(tiles.gaps.start)), tiles.gaps.mark)
    silent = np.asarray(blank.ravel()[: tiles.n] == tiles.n_features)
    silent[tiles.gaps.silent] = True
    return silent


_ARGUMENTS = (
    (r"--method (\w+)", r"method='\1'"),
    (r"(?<![\w-])-k\b", "n_segments"),
    (r"(?:--)?\b(min|max)-(share|size)\b", r"\1_\2"),
    (r", or give a column a role, such as --role COLUMN=amount|, and --where if there is one", ""),
    (r"; --role '[^']*' would build with it", ""),
)
"""What the command line calls things, and what they are called here; roles and conditions there are none."""


@contextmanager
def by_its_arguments() -> Iterator[None]:
    """Name the estimator's arguments, where what is refused is told with the flags of the command line."""
    try:
        yield
    except IlkError as error:
        wrong, got, do = (_renamed(text) for text in (error.wrong, error.got, error.do))
        raise type(error)(wrong or "", got=got, do=do) from None


def _renamed(text: str | None) -> str | None:
    for flag, argument in _ARGUMENTS:
        text = text and re.sub(flag, argument, text)
    return text
