"""The map: two directions along which customers differ most, with words for both ends of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ilk.features.plans import ColumnPlan, Recipe, Transform
from ilk.features.transforms import n_features
from ilk.model.parts import Grid, Map
from ilk.profile.grammar import yes_of
from ilk.profile.phrases import more_or_less
from ilk.profile.words import Words, words_for
from ilk.settings import Role

Floats: TypeAlias = npt.NDArray[np.float64]
Feature: TypeAlias = "tuple[Words, Role, str]"

N_AXES = 2

ALSO = 0.6
"""A second column is named at an end of an axis if its loading is at least this part of the first's."""

OPPOSITE = 0.4
"""The low end is named by columns that rise there if their loadings reach this part of the largest."""

GRID = 4096.0
"""Features in steps of 2^-16 fall into two halves of 12 bits, whose products add up exactly in any order."""

STEPS = 65_536.0
DECIMALS = 12

NOTHING = 1e-9
"""A direction in which the middles differ by less than this part of the most is none."""


def fit_map(
    features: npt.NDArray[np.float32],
    columns: Sequence[str],
    plans: Sequence[ColumnPlan],
    *,
    recipe: Recipe | None = None,
) -> Map:
    """Return the first two principal components of the features, gaps counted as 0, which is the mean.

    Sums are exact and each axis points to where its largest loading is positive, so the map does not depend on the
    order of customers or on threads.

    Args:
        features: Of the evidence sample, shape (n, p), NaN where blank.
        columns: The column of each feature, length p.
        plans: What (at least) these columns are, for the words.
        recipe: Names the level of each feature of a category; without it categories are not named.

    Source: Pearson (1901), Philosophical Magazine 2(11).
    """
    filled = np.nan_to_num(features).astype(np.float64)
    n, p = filled.shape
    origin = filled.sum(axis=0) / max(n, 1)
    covariance = _gram(filled) / max(n, 1) - np.outer(origin, origin)
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2.0)
    axes = np.zeros((p, N_AXES))
    kept = min(p, N_AXES)
    axes[:, :kept] = vectors[:, ::-1][:, :kept]
    axes = np.round(axes * _signs(axes), DECIMALS) + 0.0
    explained = np.zeros(N_AXES)
    total = float(np.trace(covariance))
    if total > 0.0:
        explained[:kept] = np.clip(values[::-1][:kept], 0.0, None) / total
    named = _features(columns, plans, recipe)
    return Map(
        origin=tuple(float(value) for value in origin),
        axes=tuple(tuple(float(value) for value in row) for row in axes),
        explained=tuple(float(value) for value in explained),
        words=tuple(_ends(axes[:, i], named) for i in range(N_AXES)),
    )


def separating_map(
    centres: Floats,
    customers: Floats,
    points: Floats,
    columns: Sequence[str],
    plans: Sequence[ColumnPlan],
    *,
    recipe: Recipe | None = None,
) -> Map:
    """Return the plane in which the segments' middles lie furthest apart: their own two principal directions.

    It needs no customer. It flatters: of all planes it is the one that shows the segments apart. With two segments
    the middles lie on one line; the second axis is then where the reference points differ most beside it.
    `explained` are shares of the differences between the middles, not between customers.

    Args:
        centres: Of the segments, shape (k, p), on the feature scale.
        customers: How many each segment has, (k,).
        points: Reference points, shape (m, p), for a second direction where the middles give none.
        columns: The column of each feature, length p.
        plans: What (at least) these columns are, for the words.
        recipe: Names the level of each feature of a category.

    Source: methods page, "The map"; the between part of Fisher (1936), Annals of Eugenics 7(2).
    """
    origin = np.average(centres, axis=0, weights=customers)
    apart, explained = _directions((centres - origin) * np.sqrt(customers / customers.sum())[:, None])
    beside = points - points @ apart @ apart.T
    more, _ = _directions(beside - beside.mean(axis=0)) if len(points) else (np.zeros((len(columns), 0)), explained)
    axes = np.zeros((len(columns), N_AXES))
    found = np.hstack([apart, more])[:, :N_AXES]
    axes[:, : found.shape[1]] = found
    axes = np.round(axes * _signs(axes), DECIMALS) + 0.0
    named = _features(columns, plans, recipe)
    return Map(
        origin=tuple(float(value) for value in origin),
        axes=tuple(tuple(float(value) for value in row) for row in axes),
        explained=tuple(float(value) for value in (*explained, 0.0, 0.0)[:N_AXES]),
        words=tuple(_ends(axes[:, i], named) for i in range(N_AXES)),
    )


def _directions(spread: Floats) -> tuple[Floats, Floats]:
    """The first principal directions of centred rows, (p, at most 2), and their shares; those of nothing left out."""
    _, lengths, rows = np.linalg.svd(spread, full_matrices=False)
    kept = lengths > NOTHING * max(float(lengths.max(initial=0.0)), 1.0)
    shares: Floats = lengths**2 / max(float((lengths**2).sum()), 1e-300)
    return rows[kept][:N_AXES].T, shares[kept][:N_AXES]


def _gram(filled: Floats) -> Floats:
    """X'X, exact up to the last additions: both halves of each value hold whole numbers of at most 12 bits."""
    whole = np.rint(filled * STEPS)
    high = np.rint(whole / GRID)
    low = whole - high * GRID
    cross = high.T @ low
    gram: Floats = (high.T @ high) * GRID * GRID + (cross + cross.T) * GRID + low.T @ low
    return gram / (STEPS * STEPS)


def _signs(axes: Floats) -> Floats:
    """+1 or -1 for each axis, so that its largest loading, the first of equal ones, becomes positive."""
    largest = np.abs(np.round(axes, DECIMALS)).argmax(axis=0)
    signs: Floats = np.where(axes[largest, np.arange(axes.shape[1])] < 0.0, -1.0, 1.0)
    return signs


def places(shown: Map, points: Floats) -> Grid:
    """Where points of the feature scale stand on the map, gaps at the mean: (x - origin) @ axes, shape (m, 2)."""
    xy = np.nan_to_num(np.asarray(points, dtype=np.float64)) - np.asarray(shown.origin)
    return tuple((float(x), float(y)) for x, y in np.round(xy @ np.asarray(shown.axes), DECIMALS) + 0.0)


def _features(columns: Sequence[str], plans: Sequence[ColumnPlan], recipe: Recipe | None) -> list[Feature | None]:
    """Words, kind and level of each feature; None for a nameless level, a no beside its yes, a flag for blanks."""
    known = {plan.column: (words_for(plan), plan.kind) for plan in plans}
    transforms = recipe.transforms if recipe is not None else ()
    named = [level for transform in transforms for level in _levels(transform)]
    blank = [transform.missing == "flag" for transform in transforms for _ in range(n_features(transform))]
    found: list[Feature | None] = []
    for i, column in enumerate(columns):
        if blank and blank[i]:
            found.append(None)
            continue
        words, kind = known[column]
        kind, level = named[i] if named and kind == "category" else (kind, "")
        found.append((words, kind, level) if level or kind != "category" else None)
    return found


def _levels(transform: Transform) -> list[tuple[Role, str]]:
    """Kind and level of each feature of a transform."""
    if transform.kind != "level":
        return [(transform.role, "")] * n_features(transform)
    yes = yes_of(transform.levels)
    if yes:
        return [("flag" if level == yes else "category", "") for level in transform.levels]
    return [("category", level) for level in transform.levels]


def _ends(loadings: Floats, features: Sequence[Feature | None]) -> tuple[str, str]:
    """Words for the low and the high end of an axis."""
    largest = float(np.abs(loadings).max(initial=0.0))
    if largest == 0.0:
        return "", ""
    rising = _end(loadings, features, largest, more=True)
    falling = _end(-loadings, features, largest * OPPOSITE, more=True)
    return falling or _end(loadings, features, largest, more=False), rising


def _end(loadings: Floats, features: Sequence[Feature | None], least: float, *, more: bool) -> str:
    """What there is more (or less) of in the direction of the largest loadings: at most two columns."""
    order = np.argsort(-loadings, kind="stable")
    if loadings[order[0]] < least or least == 0.0:
        return ""
    said: list[str] = []
    stems: list[frozenset[str]] = []
    for i in order:
        if len(said) == 2 or loadings[i] < ALSO * loadings[order[0]]:
            break
        feature = features[i]
        if feature is None:
            continue
        words, kind, level = feature
        if not any(words.stem <= stem or stem <= words.stem for stem in stems):
            said.append(more_or_less(words, kind, level, more=more))
            stems.append(words.stem)
    return ", ".join(said)
