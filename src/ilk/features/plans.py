"""What is decided about columns, as frozen data: roles, words, gaps, identities, themes, and the recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ilk.settings import Role
from ilk.sources.evidence import Block

Row = tuple[float, ...]
Use = Literal["builds", "describes", "out"]


@dataclass(frozen=True, slots=True)
class Label:
    """The words for a column, from the labels file or made from its name.

    `short` is always made from the name: for places where a whole question as `words` would be too long. `ends` are the
    lowest and the highest step of a scale of numbers with their words, where the labels file has words for its steps.
    """

    words: str
    unit: str = ""
    currency: str = ""
    group: str = ""
    order: tuple[str, ...] = ()
    given: bool = False
    short: str = ""
    ends: tuple[tuple[int, str], ...] = ()


def step_near(steps: Sequence[str], mean: float) -> str:
    """The answer in words nearest to a mean of answers, which count from 0."""
    return steps[min(max(int(mean + 0.5), 0), len(steps) - 1)]


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What a column is and does: guessed or told, with the reason in words.

    `kind` is the role its values have: for a descriptor the role it would have had when building (category, number).
    `block` is the kind of source it came from; a model file that does not say so was made of customers alone.
    """

    column: str
    role: Role
    kind: Role
    use: Use
    reason: str
    label: Label
    weight: float = 1.0
    missing: Literal["skip", "zero", "flag"] = "skip"
    block: Block = "customers"


@dataclass(frozen=True, slots=True)
class Gap:
    """The one condition that best predicts where a column is blank.

    `condition` reads like "PAYMENTS = 0"; `covered` is the share of blanks that meet it, `precision` the share of
    customers meeting it that are blank.
    """

    column: str
    n_missing: int
    condition: str
    covered: float
    precision: float
    cramers_v: float | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """total = sum of parts in nearly all rows; the total then has weight 0 and stays in the profile."""

    total: str
    parts: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Theme:
    """Building columns that say nearly the same; `share` is their part of the between-segment variance."""

    columns: tuple[str, ...]
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class BlockShare:
    """A block of `n_columns` building columns, and its part of the between-segment variance."""

    block: str
    n_columns: int
    share: float


@dataclass(frozen=True, slots=True)
class Transform:
    """One column -> its features.

    A feature is floor(x * 65536 + 0.5) / 65536 of x = weight * (shape(value) - centre) / spread.

    `kind`: log is log1p(v / scale), asinh is asinh(v / scale), plain is v, level is the indicator of each of `levels`.
    Winsorised to [low, high] after the shape. For level, `centre` holds the shares and `spread` is one number.
    For topic, x = weight * v * scale / the length of the row that the block's topics make together.
    `pooled` are the rare levels that count as the level "(other)".
    """

    column: str
    role: Role
    kind: Literal["log", "asinh", "plain", "level", "topic"]
    scale: float
    low: float
    high: float
    centre: Row
    spread: float
    weight: float
    missing: Literal["skip", "zero", "flag"] = "skip"
    levels: tuple[str, ...] = ()
    pooled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """Fitted transforms, in feature order; `features.recipe.apply` turns a batch into numbers.

    `centred` are batteries of ordered columns: each customer's own mean over one of them is taken off it.
    `topics` are the topics of each block, whose features are one row of length `weight` a customer.
    """

    transforms: tuple[Transform, ...]
    centred: tuple[tuple[str, ...], ...] = ()
    topics: tuple[tuple[str, ...], ...] = ()
