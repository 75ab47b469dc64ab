"""A recipe laid out in arrays: every column of numbers of a few customers becomes features in one go.

`recipe.apply` goes column by column, which suits a million customers; of one customer nearly all its time would go into
the calls. The numbers are the same, because each is made by the same steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.features.batteries import centre_respondents
from ilk.features.plans import Recipe, Transform
from ilk.features.recipe import Matrix, blank_answers, is_null
from ilk.features.topics import fill_topics
from ilk.features.transforms import Column, Values, fill_features, n_features, rounded, shape_amount

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

_SHAPES = {"log": 0, "asinh": 1}
"""What is shaped in one go stands side by side."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A recipe in arrays; m of its transforms read numbers.

    Args:
        recipe: As it was fitted.
        columns: Building columns, each once, in the order of their first feature.
        numeric: Those of them that are read as numbers.
        textual: The others, which are read as tables have them: texts, and topics.
        features: The feature each of the m transforms makes, (m,); first log1p of ratios, then asinh, then the others.
        sources: The position in `numeric` of the column it reads, (m,).
        shaped: scale, low, high, centre, weight and spread of each, (6, m, 1).
        n_logs: How many of the m are log1p of a ratio.
        n_asinhs: How many of the next are asinh of a ratio.
        zeros: Places among the m of those that take a blank for none.
        flags: Of those that say whether the answer is blank.
        others: The transforms of texts, and where the features of each begin; topics are made together.
        p: Features.
    """

    recipe: Recipe
    columns: tuple[str, ...]
    numeric: tuple[str, ...]
    textual: tuple[str, ...]
    features: Places
    sources: Places
    shaped: Values
    n_logs: int
    n_asinhs: int
    zeros: Places
    flags: Places
    others: tuple[tuple[Transform, int], ...]
    p: int

    def features_of(self, values: Values, texts: Mapping[str, Column]) -> tuple[Matrix, Mask]:
        """The features of n customers, and which building columns each left blank, as `recipe` gives them.

        Args:
            values: Of the numeric columns, (len(numeric), n), NaN where blank.
            texts: The textual columns, n values each.

        Returns:
            float32 (n, p), NaN where an answer is missing; bool (n, columns), as `recipe.blank_columns`.
        """
        matrix = np.empty((values.shape[1], self.p), np.float32)
        matrix[:, self.features] = self._shaped(values[self.sources]).T
        for transform, at in self.others:
            fill_features(transform, texts[transform.column], matrix[:, at : at + n_features(transform)])
        if self.recipe.topics:
            fill_topics(self.recipe, pa.table(dict(texts)), matrix)
        if self.recipe.centred:
            centre_respondents(self.recipe, matrix)
        return matrix, self._blank(values, texts, matrix)

    def _shaped(self, values: Values) -> Values:
        """Numbers to features, (m, n), step by step as `transforms` does it. Changes `values`."""
        if self.flags.size:
            values[self.flags] = np.isnan(values[self.flags])
        if self.zeros.size:
            values[self.zeros] = np.where(np.isnan(values[self.zeros]), 0.0, values[self.zeros])
        scale, low, high, centre, weight, spread = self.shaped
        logs, asinhs = slice(self.n_logs), slice(self.n_logs, self.n_logs + self.n_asinhs)
        with np.errstate(over="ignore"):
            if self.n_logs:
                values[logs] = shape_amount(values[logs], scale[logs], negative=False)
            if self.n_asinhs:
                values[asinhs] = shape_amount(values[asinhs], scale[asinhs], negative=True)
            np.maximum(values, low, out=values)
            np.minimum(values, high, out=values)
            values -= centre
            values *= weight
            values /= spread
            return rounded(values)

    def _blank(self, values: Values, texts: Mapping[str, Column], matrix: Matrix) -> Mask:
        if self.textual:
            return blank_answers(self.recipe, self._nulls(values, texts), matrix)
        return np.isnan(values.T)

    def _nulls(self, values: Values, texts: Mapping[str, Column]) -> Mask:
        nulls = dict(zip(self.numeric, np.isnan(values), strict=True))
        return np.stack([nulls[c] if c in nulls else is_null(texts[c]) for c in self.columns], axis=1)


def laid_out(recipe: Recipe) -> LaidOut:
    """Lay out a recipe."""
    widths = [n_features(transform) for transform in recipe.transforms]
    starts = [sum(widths[:i]) for i in range(len(widths))]
    columns = tuple(dict.fromkeys(t.column for t in recipe.transforms))
    texts = set(columns) - {
        t.column for t in recipe.transforms if t.missing != "flag"
    }  # only blank or not: may be texts
    texts |= {t.column for t in recipe.transforms if t.levels or t.kind == "topic"}
    numeric = tuple(column for column in columns if column not in texts)
    ours = [(t, at) for t, at in zip(recipe.transforms, starts, strict=True) if t.column not in texts]
    ours.sort(key=lambda one: _SHAPES.get(one[0].kind, len(_SHAPES)))
    shaped = [(t.scale, t.low, t.high, t.centre[0], t.weight, t.spread) for t, _ in ours]

    def where(meant: Callable[[Transform], bool]) -> Places:
        return np.array([i for i, (t, _) in enumerate(ours) if meant(t)], np.int64)

    return LaidOut(
        recipe=recipe,
        columns=columns,
        numeric=numeric,
        textual=tuple(column for column in columns if column in texts),
        features=np.array([at for _, at in ours], np.int64),
        sources=np.array([numeric.index(t.column) for t, _ in ours], np.int64),
        shaped=np.array(shaped, np.float64).reshape(-1, 6).T[:, :, np.newaxis],
        n_logs=sum(t.kind == "log" for t, _ in ours),
        n_asinhs=sum(t.kind == "asinh" for t, _ in ours),
        zeros=where(lambda t: t.missing == "zero"),
        flags=where(lambda t: t.missing == "flag"),
        others=tuple(
            (t, at) for t, at in zip(recipe.transforms, starts, strict=True) if t.column in texts and t.kind != "topic"
        ),
        p=sum(widths),
    )
