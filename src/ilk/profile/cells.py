"""How the customers of one column are counted: the edges of its histogram, its levels, the unit of its sums."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ilk.features.plans import ColumnPlan
from ilk.features.transforms import OTHER, level_texts, numbers, present, steps_of
from ilk.figures import readable
from ilk.model.parts import Row
from ilk.settings import Role
from ilk.sources.source import ColumnFacts

Values: TypeAlias = npt.NDArray[np.float64]
Column: TypeAlias = "pa.Array | pa.ChunkedArray"

MOST_BINS = 24
"""Bars of a histogram; more are not told apart at the width of a card."""

MOST_STEPS = 12
"""A number that takes at most so many whole values is counted value by value."""

REACH = (0.005, 0.995)
"""Quantiles between which edges lie; the outermost bins hold whatever is beyond."""

SUM_BITS = 31
"""Sums are of multiples of 2^-31 of the largest size: their squares fit 62 bits, and sums are exact in any order."""

FINE = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
COARSE = (1.0, 2.0, 5.0)
"""Round figures a decade of a logarithmic histogram is cut at, where it spans few decades and where many."""

WIDE = 50.0
"""Sizes that span more than this ratio are drawn on a logarithmic axis."""

EDGE_DIGITS = 9
"""Significant digits of an edge: enough for dates and cents, without the dust of binary fractions."""

NUMERIC: frozenset[Role] = frozenset({"amount", "count", "share", "number", "ordered", "flag", "date", "topics"})
LOGARITHMIC: frozenset[Role] = frozenset({"amount", "count", "topics"})
ZERO_APART: frozenset[Role] = frozenset({"amount", "count", "share", "topics"})
SECRET: frozenset[Role] = frozenset({"id", "contact", "text", "ignore"})
"""Roles whose values are a person's: nothing but the number of answers is ever kept."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What is counted of one column.

    Args:
        column: Its name.
        numeric: Whether sums are kept beside the number of answers.
        unit: Sums are of values in multiples of this power of two.
        edges: Bins lie between them; the first and the last hold everything beyond.
        zero_apart: Zeros are in no bin, because `n_zero` counts them.
        levels: Customers are counted a level; the last may be "(other)".
        steps: Texts that stand for 0, 1, 2 ... of an ordered or two-valued column.
        flag: Whether the column says yes or no, so that its mean is a count of customers.
        interest: Whether what is told of it is how many have any of it.
    """

    column: str
    numeric: bool
    unit: float = 1.0
    edges: Row = ()
    zero_apart: bool = False
    levels: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    flag: bool = False
    interest: bool = False

    @property
    def n_discrete(self) -> int:
        """Bins or levels."""
        return len(self.levels) or max(len(self.edges) - 1, 0)


def cells_for(plan: ColumnPlan, facts: ColumnFacts, sample: Column, min_group: int) -> Cells:
    """Decide how a column is counted, from totals over everybody and the values of the fit sample.

    No level and no bin is about fewer than `min_group` customers of the sample.
    """
    if plan.kind in SECRET or plan.role in SECRET or plan.use == "out":
        return Cells(plan.column, numeric=False)
    steps = steps_of(plan, sample) if plan.kind in NUMERIC else ()
    if plan.kind not in NUMERIC or (facts.kind == "text" and not steps):
        return Cells(plan.column, numeric=False, levels=_levels(facts, min_group))
    values = present(numbers(sample, steps))
    largest = max(abs(facts.minimum or 0.0), abs(facts.maximum or 0.0), float(len(steps)))
    cells = Cells(plan.column, numeric=True, unit=_unit(largest), steps=steps)
    cells = replace(cells, flag=plan.kind == "flag", interest=plan.kind == "topics")
    if plan.kind in {"ordered", "flag"} or (facts.whole and 0 < len(facts.levels) <= MOST_STEPS):
        return _by_level(cells, facts, steps, min_group)
    apart = plan.kind in ZERO_APART
    edges = _edges(values, plan, whole=facts.whole)
    merged = _merged(values[values != 0.0] if apart else values, edges, min_group)
    return replace(cells, edges=merged, zero_apart=apart)


def values_of(cells: Cells, column: Column) -> Values:
    """A numeric column as float64, NaN where it is blank."""
    return numbers(column, cells.steps)


def codes_of(cells: Cells, column: Column, values: Values | None) -> npt.NDArray[np.int32]:
    """Each customer's bin or level, -1 where none: blank, or a zero that is counted apart. Shape (n,)."""
    if cells.levels:
        return _level_codes(cells, column)
    if values is None or len(cells.edges) < 2:
        return np.full(len(column), -1, dtype=np.int32)
    inner = np.asarray(cells.edges[1:-1])
    codes = np.searchsorted(inner, values, side="right").astype(np.int32)
    codes[np.isnan(values) | ((values == 0.0) & cells.zero_apart)] = -1
    return codes


def _level_codes(cells: Cells, column: Column) -> npt.NDArray[np.int32]:
    import pyarrow.compute as pc

    named = [level for level in cells.levels if level != OTHER]
    texts = level_texts(column)
    found = pc.fill_null(pc.index_in(texts, value_set=pa.array(named, pa.string()), skip_nulls=True), -1)
    codes = np.array(found.to_numpy(zero_copy_only=False), dtype=np.int32)
    if cells.levels[-1:] == (OTHER,):
        filled = np.asarray(pc.is_valid(texts).to_numpy(zero_copy_only=False), dtype=bool)
        codes[filled & (codes < 0)] = len(cells.levels) - 1
    return codes


def common_levels(facts: ColumnFacts, min_group: int) -> tuple[str, ...]:
    """Levels of enough customers, most frequent first, and so many that those left out are enough together."""
    kept = [(text, n) for text, n in facts.levels if n >= min_group]
    rest = facts.n - facts.n_missing - sum(n for _, n in kept)
    while kept and 0 < rest < min_group:
        rest += kept.pop()[1]
    return tuple(text for text, _ in kept)


def _levels(facts: ColumnFacts, min_group: int) -> tuple[str, ...]:
    """Common levels, and the rest pooled."""
    kept = common_levels(facts, min_group)
    counts = dict(facts.levels)
    rest = facts.n - facts.n_missing - sum(counts[text] for text in kept)
    return kept + ((OTHER,) if rest and kept else ())


def _by_level(cells: Cells, facts: ColumnFacts, steps: tuple[str, ...], min_group: int) -> Cells:
    """Count value by value, in the order of the values."""
    kept = _levels(facts, min_group)
    order = {step: float(i) for i, step in enumerate(steps)}
    named = sorted((text for text in kept if text != OTHER), key=lambda text: order.get(text, _as_number(text)))
    levels = tuple(named) + tuple(text for text in kept if text == OTHER)
    return replace(cells, levels=levels)


def _as_number(text: str) -> float:
    named = {"false": 0.0, "true": 1.0}
    try:
        return named[text] if text in named else float(text)
    except ValueError:
        return math.inf


def _unit(largest: float) -> float:
    if not math.isfinite(largest) or largest == 0.0:
        return 1.0
    return float(math.ldexp(1.0, max(math.frexp(largest)[1] - SUM_BITS, -1000)))


def _edges(values: Values, plan: ColumnPlan, *, whole: bool) -> list[float]:
    """Edges of round figures: even steps, or growing ones for sizes that span more than `WIDE`."""
    apart = plan.kind in ZERO_APART
    sizes = np.sort(np.abs(values[values != 0.0])) if plan.kind in LOGARITHMIC else values[:0]
    if sizes.size:
        low, high = (float(bound) for bound in np.quantile(sizes, REACH))
        if high > WIDE * low:
            return _log_edges(values, whole=whole)
    return _even_edges(values[values != 0.0] if apart else values, whole=whole)


def _even_edges(values: Values, *, whole: bool) -> list[float]:
    if values.size == 0:
        return []
    low, high = (float(bound) for bound in np.quantile(values, REACH))
    if low == high or not math.isfinite(high - low):
        return []
    step = _round_step((high - low) / MOST_BINS, whole=whole)
    first = math.floor(low / step)
    shift = 0.5 if whole and step == 1.0 else 0.0
    last = math.ceil(high / step + shift)
    return [readable((first + i) * step - shift * step, EDGE_DIGITS) for i in range(last - first + 1)]


def _round_step(least: float, *, whole: bool) -> float:
    """The smallest 1, 2 or 5 times a power of ten that is no smaller than `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    step = next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= least * (1 - 1e-12))
    return max(step, 1.0) if whole else step


def _log_edges(values: Values, *, whole: bool) -> list[float]:
    positive, negative = values[values > 0.0], -values[values < 0.0][::-1]
    up = _round_figures(positive, whole=whole)
    down = [-edge for edge in reversed(_round_figures(negative, whole=whole))]
    between = [0.0] if up and down else []
    return down + between + up


def _round_figures(sizes: Values, *, whole: bool) -> list[float]:
    """Round figures that enclose ascending positive sizes: 1, 2, 5, 10 ... or finer where they span little."""
    if sizes.size == 0:
        return []
    low, high = (float(bound) for bound in np.quantile(sizes, REACH))
    first, last = math.floor(math.log10(low)), math.floor(math.log10(high)) + 1
    mantissas = FINE if last - first <= MOST_BINS // len(FINE) else COARSE
    figures = [float(f"{m}e{e}") for e in range(first, last + 1) for m in mantissas]
    figures = [f for f in figures if not whole or f.is_integer()]
    below = [f for f in figures if f <= low][-1:]
    above = [f for f in figures if f > high][:1]
    return below + [f for f in figures if low < f <= high] + above


def _merged(values: Values, edges: list[float], min_group: int) -> Row:
    """Drop edges until every bin holds at least `min_group` of the values."""
    if len(edges) < 2 or values.size < min_group:
        return ()
    below = np.searchsorted(values, edges[1:-1], side="left")
    kept, last = [edges[0]], 0
    for edge, n in zip(edges[1:-1], below.tolist(), strict=True):
        if n - last >= min_group and values.size - n >= min_group:
            kept.append(edge)
            last = n
    return (*kept, edges[-1])
