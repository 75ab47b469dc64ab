"""One column -> its features: fit the shape, centre and spread of a column, and turn values into numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ilk.errors import BadInput
from ilk.features.plans import ColumnPlan, Transform

Values: TypeAlias = npt.NDArray[np.float64]
Column: TypeAlias = "pa.Array | pa.ChunkedArray"

STEP = 65_536.0
"""Features are multiples of 1 / STEP, so that sums of them are exact in float64 whatever the order."""

LARGEST = 256.0 - 1.0 / STEP
"""The largest feature; with STEP it fills the 24 bits of a float32."""

LOGGED = 1_500.0
"""More than the logarithm of a quotient of any two float64 numbers."""

NOISE = 1e-13
"""Differences below this share of the values come from rounding; float64 has 2e-16 a step, sums of thousands more."""

WINSOR = (0.001, 0.999)
"""Quantiles beyond which a transformed amount is drawn in; methods page, "Columns to features"."""

FLAG_SPREAD = 0.5
"""Half of the distance between no and yes: the deviation of a flag that half of the customers have."""

SKEWED = 1.0
"""Skewness above which a count is treated as an amount (rule of thumb)."""

RARE = 0.005
"""Levels held by a smaller share of customers are pooled (rule of thumb)."""

OTHER = "(other)"
"""The level that pooled levels count as."""

BEYOND = 10
"""Customers at or beyond a bound at the least."""


# ---------------------------------------------------------------- values


def numbers(column: Column, levels: Sequence[str] = ()) -> Values:
    """A column as float64, blanks as NaN: flags 0 / 1, dates days since 1970, ordered texts their step from 0.

    Args:
        column: Numbers, flags, dates, or texts when `levels` are given.
        levels: The texts in their order; a text that is none of them counts as blank.

    Returns:
        Shape (n,), always a fresh array.

    Raises:
        BadInput: If the column holds something that is not a number.
    """
    kind = column.type
    if kind != pa.float64():
        column = _as_float(column, levels)
    return np.array(column.to_numpy(zero_copy_only=False))


def _as_float(column: Column, levels: Sequence[str]) -> Column:
    kind = column.type
    if levels:
        column = pc.index_in(level_texts(column), value_set=pa.array(levels, pa.string()))
    elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        column = column.cast(pa.date32()).cast(pa.int32())
    try:
        return column.cast(pa.float64(), safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise BadInput(
            "Numbers are needed where something else stands",
            got=f"a column of type {kind}",
            do="give the column another role, or bring numbers",
        ) from None


def level_texts(column: Column) -> Column:
    """A column's values as text: whole numbers without a point (4 and 4.0 are the same level), flags true / false."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return level_texts(column.cast(kind.value_type))
    if pa.types.is_floating(kind):
        return pc.add(column.cast(pa.float64()), 0.0).cast(pa.string())
    return column.cast(pa.string())


def steps_of(plan: ColumnPlan, column: Column) -> tuple[str, ...]:
    """The texts that stand for steps, as its label gives them, else in the order of the alphabet; none for numbers."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return ()
    return plan.label.order or tuple(sorted(pc.unique(level_texts(column).drop_null()).to_pylist()))


def present(values: Values) -> Values:
    """The answered values in ascending order: whatever is computed from them does not depend on the order of rows."""
    return np.sort(values[~np.isnan(values)])


def mean_and_deviation(ordered: Values) -> tuple[float, float]:
    """Mean and population standard deviation of sorted values; exactly 0 when all are equal but for rounding.

    Scaled by a power of two first, so that squares of large values stay finite.
    """
    if _are_equal(ordered):
        return (float(ordered[0]) if ordered.size else 0.0), 0.0
    scaled, power = _below_one(ordered)
    mean = scaled.sum() / scaled.size
    deviation = np.sqrt(np.square(scaled - mean).sum() / scaled.size)
    return float(np.ldexp(mean, power)), float(np.ldexp(deviation, power))


def skewness(ordered: Values) -> float:
    """Third central moment over the cubed deviation, of sorted values; 0 for a constant."""
    if _are_equal(ordered):
        return 0.0
    scaled, _ = _below_one(ordered)
    mean, deviation = mean_and_deviation(scaled)
    standard = (scaled - mean) / deviation
    return float((standard * standard * standard).sum() / ordered.size)


def _are_equal(ordered: Values) -> bool:
    """Whether sorted values differ by rounding only: what then is left to standardise is noise."""
    if ordered.size == 0:
        return True
    low, high = ordered[0], ordered[-1]
    return bool(high / 2.0 - low / 2.0 <= NOISE * max(abs(low), abs(high)))


def _below_one(ordered: Values) -> tuple[Values, int]:
    """Sorted values over the power of two that brings them below 1, and that power."""
    power = int(np.frexp(max(abs(ordered[0]), abs(ordered[-1])))[1])
    return np.ldexp(ordered, -power), power


def _median(ordered: Values) -> float:
    """The median of sorted values of one sign; half of the difference is added, because a sum may overflow."""
    below, above = ordered[(ordered.size - 1) // 2], ordered[ordered.size // 2]
    return float(below + (above - below) / 2.0)


# ---------------------------------------------------------------- fitting


def fit_amount(plan: ColumnPlan, values: Values, *, negative: bool) -> Transform | None:
    """log1p(x / s), or asinh(x / s) where anything is negative; winsorised, centred, divided by the deviation.

    s is the median of the positive values (of the non-zero sizes for asinh), so that units do not matter.
    None where nothing varies.
    """
    ordered = present(values)
    sizes = np.sort(np.abs(ordered[ordered != 0.0]) if negative else ordered[ordered > 0.0])
    if sizes.size == 0:
        return None
    scale = _median(sizes)
    with np.errstate(over="ignore"):
        shaped = np.clip(shape_amount(ordered, scale, negative=negative), -LOGGED, LOGGED)
    low, high = _bounds(shaped)
    mean, deviation = mean_and_deviation(np.clip(shaped, low, high))
    if deviation == 0.0:
        return None
    kind: Literal["log", "asinh"] = "asinh" if negative else "log"
    return replace(_blank(plan), kind=kind, scale=scale, low=low, high=high, centre=(mean,), spread=deviation)


def _bounds(ordered: Values) -> tuple[float, float]:
    """Where sorted values are winsorised: the 0.1 % and 99.9 % quantiles, with ten customers at or beyond each.

    The bounds are kept in the model, and nothing is kept about fewer than ten: of fewer than twenty values none is
    drawn in, because any bound would be somebody's own.
    """
    if ordered.size < 2 * BEYOND:
        mean, deviation = mean_and_deviation(ordered)
        return mean - 256.0 * deviation, mean + 256.0 * deviation
    low, high = (float(bound) for bound in np.quantile(ordered, WINSOR))
    return max(low, float(ordered[BEYOND - 1])), min(high, float(ordered[-BEYOND]))


def fit_count(plan: ColumnPlan, values: Values, *, negative: bool) -> Transform | None:
    """As an amount when skewness is above 1, plain otherwise."""
    skewed = skewness(present(values)) > SKEWED
    return fit_amount(plan, values, negative=negative) if skewed else fit_plain(plan, values)


def fit_plain(
    plan: ColumnPlan, values: Values, *, spread: float | None = None, levels: tuple[str, ...] = ()
) -> Transform | None:
    """(x - mean) / deviation, or / `spread` where columns share one. None where nothing varies."""
    mean, deviation = mean_and_deviation(present(values))
    if deviation == 0.0:
        return None
    spread = deviation if spread is None else spread
    most = float(np.finfo(np.float64).max)
    low, high = max(mean - 256.0 * spread, -most), min(mean + 256.0 * spread, most)
    return replace(_blank(plan), kind="plain", low=low, high=high, centre=(mean,), spread=spread, levels=levels)


def fit_flag(plan: ColumnPlan, values: Values, *, levels: tuple[str, ...] = ()) -> Transform | None:
    """(x - share) / 0.5; for a column of two other numbers, 0.5 of their difference."""
    ordered = present(values)
    if ordered.size == 0:
        return None
    return fit_plain(plan, values, spread=FLAG_SPREAD * float(ordered[-1] - ordered[0]), levels=levels)


def fit_blank_flag(plan: ColumnPlan, values: Values, *, levels: tuple[str, ...] = ()) -> Transform | None:
    """Whether the answer is missing, as a flag of its own; of ordered texts, one that is no step is missing too."""
    transform = fit_flag(plan, np.isnan(values).astype(np.float64), levels=levels)
    return None if transform is None else replace(transform, role="flag", missing="flag")


def fit_levels(plan: ColumnPlan, texts: Column, *, min_customers: int) -> Transform | None:
    """(indicator - share) / sqrt(max(sum p (1 - p), 0.5)) per level: a column weighs as one number.

    Levels under 0.5 % are pooled; those of fewer than `min_customers` are not kept by name and count as missing.
    None where fewer than two levels are left.
    """
    counted = pc.value_counts(texts.drop_null()).to_pylist()
    levels = sorted(((row["values"], row["counts"]) for row in counted), key=lambda pair: (-pair[1], pair[0]))
    levels = [(text, n) for text, n in levels if n >= min_customers]
    total = sum(n for _, n in levels)
    common = [(text, n) for text, n in levels if n >= RARE * total]
    pooled = tuple(text for text, n in levels if n < RARE * total)
    counts = [n for _, n in common] + ([total - sum(n for _, n in common)] if pooled else [])
    if len(counts) < 2:
        return None
    shares = tuple(n / total for n in counts)
    spread = max(sum(p * (1.0 - p) for p in shares), 0.5) ** 0.5
    names = tuple(text for text, _ in common) + ((OTHER,) if pooled else ())
    return replace(_blank(plan), kind="level", centre=shares, spread=spread, levels=names, pooled=pooled)


def _blank(plan: ColumnPlan) -> Transform:
    """A transform of a column that changes nothing yet."""
    missing: Literal["skip", "zero"] = "zero" if plan.missing == "zero" else "skip"
    return Transform(plan.column, plan.kind, "plain", 1.0, 0.0, 1.0, (0.0,), 1.0, plan.weight, missing)


# ---------------------------------------------------------------- applying


def n_features(transform: Transform) -> int:
    """How many columns of the matrix a transform makes."""
    return len(transform.centre)


def shape_amount(values: Values, scale: float | Values, *, negative: bool) -> Values:
    """log1p(x / scale) with anything below 0 counted as 0, or asinh(x / scale); an overflow is infinite."""
    ratio = values / scale
    return np.arcsinh(ratio, out=ratio) if negative else np.log1p(np.maximum(ratio, 0.0, out=ratio), out=ratio)


def features_of(transform: Transform, column: Column) -> Values:
    """The features of one column, shape (n, n_features(transform)), NaN where the answer is missing."""
    if transform.kind == "level":
        return _indicators(transform, level_texts(column))
    return _scaled(transform, _meant(transform, column))[:, np.newaxis]


def fill_features(transform: Transform, column: Column, out: npt.NDArray[np.float32]) -> None:
    """Write the features of one column.

    Args:
        transform: How to make them.
        column: The values of n customers.
        out: OUT, shape (n, n_features(transform)).
    """
    if transform.kind == "level":
        out[:] = _indicators(transform, level_texts(column))
    else:
        out[:, 0] = _scaled(transform, _meant(transform, column))


def _meant(transform: Transform, column: Column) -> Values:
    """The numbers of a column, with what a blank means put in its place."""
    if transform.missing == "flag":
        return _are_blank(transform, column).astype(np.float64)
    values = numbers(column, transform.levels)
    if transform.missing == "zero":
        values[np.isnan(values)] = 0.0
    return values


def _are_blank(transform: Transform, column: Column) -> npt.NDArray[np.bool_]:
    """Where nothing is answered, or no step of ordered texts; a category is a text and is never made a number."""
    if transform.levels:
        return np.isnan(numbers(column, transform.levels))
    return np.asarray(pc.is_null(column, nan_is_null=True).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _scaled(transform: Transform, values: Values) -> Values:
    with np.errstate(over="ignore"):
        if transform.kind in {"log", "asinh"}:
            values = shape_amount(values, transform.scale, negative=transform.kind == "asinh")
        np.maximum(values, transform.low, out=values)
        np.minimum(values, transform.high, out=values)
        values -= transform.centre[0]
        if transform.weight != 1.0:
            values *= transform.weight
        values /= transform.spread
        return rounded(values)


def _indicators(transform: Transform, texts: Column) -> Values:
    """Look each text up in a table of one row a level; the last row is for the missing and the unseen."""
    named = transform.levels[:-1] if transform.pooled else transform.levels
    known = [*named, *transform.pooled]
    at = pc.index_in(texts, value_set=pa.array(known, pa.string()), skip_nulls=True)
    rows = pc.fill_null(at, len(known)).to_numpy(zero_copy_only=False)
    n_levels = len(transform.levels)
    table = np.full((len(known) + 1, n_levels), np.nan)
    indicator = np.eye(n_levels)[np.minimum(np.arange(len(known)), n_levels - 1)]
    table[:-1] = rounded(transform.weight * (indicator - np.asarray(transform.centre)) / transform.spread)
    return np.asarray(table[rows], dtype=np.float64)


def rounded(values: Values) -> Values:
    """floor(x * 65536 + 0.5) / 65536, drawn in to |x| < 256. Changes `values`."""
    values *= STEP
    values += 0.5
    np.floor(values, out=values)
    values /= STEP
    np.maximum(values, -LARGEST, out=values)
    return np.minimum(values, LARGEST, out=values)
