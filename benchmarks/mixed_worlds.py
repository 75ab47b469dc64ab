"""Planted customers of mixed columns: 14 numbers and 3 categories, five kinds of unequal size.

Who finds planted kinds says who fits better only where the kinds are what is looked for. k-prototypes and ilk look for
different things: to ilk a category weighs as a number does, to k-prototypes a quarter to a half as much. So a world is
drawn again until its planted kinds are what both criteria look for, by a rule on the planted data alone, before
anything is fitted:

1. **Nobody is far from home.** At most one customer in a hundred is nearer to the middle of another kind. Customers
   who belong elsewhere make another partition the better one, and a worse one nearer to what was planted.
2. **No exchange pays.** Merging any two kinds costs more than a cut in two gains, by a tenth at least: of any third
   kind, or of the two together, through a quarter of one of them at least. A cut is by a number at its mean or by one
   level against the rest: kinds are round, so that a cut by several columns gains no more than the best of them.
   Useless columns are why this needs a rule: a large kind cut along one of them gains more than merging two kinds costs
   that are near each other.

Four shapes meet it for both. Two meet it for one criterion and not for the other, so that they say what the weight of a
category is worth: where categories alone tell kinds apart it helps to weigh them as numbers; where a category of two
levels tells nothing, and few numbers tell anything, it hurts. One world meets it for neither, and is told as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

K, N_NUMBERS = 5, 14
SHARES = (0.35, 0.25, 0.2, 0.12, 0.08)
"""How many customers are of each kind."""

ASTRAY = 0.01
"""Customers who may be nearer to another kind than to their own."""

BY_A_TENTH = 1.1
"""What merging two kinds costs at least, in units of what splitting a third gains."""

QUARTER = 0.25
"""Of a kind, cut off by what does not tell it from another."""

MOST_DRAWS = 200

ILK, PROTOTYPES = "ilk", "k-prototypes"


@dataclass(frozen=True, slots=True)
class Shape:
    """What tells the kinds apart.

    Args:
        categories: Levels of each category, and how often a customer's level is that of its kind, not anybody's.
        n_telling: Numbers in which kinds differ; the others are the same for all kinds.
        spread: Standard deviation of the kinds' middles in these, customers of a kind having 1.
        twins: Whether the second kind has the middle of the third in all numbers.
        looked_for_by: Criteria by which the planted kinds are what is to be found; None: nobody asked.
    """

    categories: tuple[tuple[int, float], ...]
    n_telling: int = 7
    spread: float = 3.0
    twins: bool = False
    looked_for_by: tuple[str, ...] | None = (ILK, PROTOTYPES)


SHAPES = {
    "categories tell": Shape(((2, 0.9), (8, 0.9), (30, 0.9))),
    "categories useless": Shape(((2, 0.0), (8, 0.0), (30, 0.0))),
    "some of each": Shape(((2, 0.9), (8, 0.0), (30, 0.9))),
    "only categories tell two kinds": Shape(((2, 0.95), (8, 0.95), (30, 0.95)), n_telling=14, twins=True),
    "only categories tell any": Shape(((2, 0.95), (8, 0.95), (30, 0.95)), n_telling=0, looked_for_by=(ILK,)),
    "useless category of two levels": Shape(((2, 0.0), (8, 0.0), (30, 0.0)), n_telling=4, looked_for_by=(PROTOTYPES,)),
    "overlapping": Shape(((2, 0.35), (8, 0.5), (30, 0.6)), spread=2.2, looked_for_by=None),
}


@dataclass(frozen=True, slots=True)
class World:
    """Customers.

    Args:
        numbers: (n, 14).
        levels: (n, 3), 0-based.
        kind: (n,), which of five kinds each is.
        n_draws: How many worlds were drawn until the rule was met.
    """

    numbers: np.ndarray
    levels: np.ndarray
    kind: np.ndarray
    n_draws: int = 1


def planted(name: str, n: int, seed: int) -> World:
    """The first world of this shape that meets the rule.

    Raises:
        SystemExit: If none of `MOST_DRAWS` does.
    """
    shape, rng = SHAPES[name], np.random.default_rng(seed)
    for n_draws in range(1, MOST_DRAWS + 1):
        world = _drawn(shape, n, rng, n_draws)
        if shape.looked_for_by is None or looked_for_by(world) == shape.looked_for_by:
            return world
    raise SystemExit(f"{name}: no world among {MOST_DRAWS} meets the rule")


def _drawn(shape: Shape, n: int, rng: np.random.Generator, n_draws: int) -> World:
    kind = rng.choice(K, n, p=SHARES)
    place = np.arange(N_NUMBERS)
    telling = np.isin(place, [*place[::2], *place[1::2]][: shape.n_telling])
    centres = rng.normal(0.0, shape.spread, (K, N_NUMBERS)) * telling
    if shape.twins:
        centres[1] = centres[2]
    numbers = centres[kind] + rng.normal(size=(n, N_NUMBERS))
    levels = [_levels(rng, kind, n_levels, part) for n_levels, part in shape.categories]
    return World(numbers, np.stack(levels, axis=1), kind, n_draws)


def _levels(rng: np.random.Generator, kind: np.ndarray, n_levels: int, part: float) -> np.ndarray:
    own = rng.permutation(max(n_levels, K))[:K] % n_levels
    return np.where(rng.random(len(kind)) < part, own[kind], rng.integers(0, n_levels, len(kind)))


def looked_for_by(world: World) -> tuple[str, ...]:
    """The criteria by which the planted kinds are what is to be found: the rule above."""
    return tuple(name for name, criterion in CRITERIA.items() if _is_looked_for(world, criterion(world)))


Distances = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Of the second customers, given by number, to the middle of the first."""


def _is_looked_for(world: World, distances: Distances) -> bool:
    kinds = [np.flatnonzero(world.kind == j) for j in range(K)]
    everybody = np.arange(len(world.kind))
    nearest = np.stack([distances(rows, everybody) for rows in kinds]).argmin(axis=0)
    if (nearest != world.kind).mean() > ASTRAY:
        return False
    costs = [_scatter(distances, rows) for rows in kinds]
    gains = [cost - _best_cut(world, distances, rows) for cost, rows in zip(costs, kinds, strict=True)]
    for a, b in combinations(range(K), 2):
        both = np.concatenate([kinds[a], kinds[b]])
        merged = _scatter(distances, both)
        apart = merged - _best_cut(world, distances, both)
        gain = max(apart, *(gains[j] for j in range(K) if j not in {a, b}))
        if merged - costs[a] - costs[b] < BY_A_TENTH * gain:
            return False
    return True


def _scatter(distances: Distances, rows: np.ndarray) -> float:
    return float(distances(rows, rows).sum()) if len(rows) else 0.0


def _best_cut(world: World, distances: Distances, rows: np.ndarray) -> float:
    """The cost of one or two kinds cut in two by one column, where that costs least and goes through each of them."""
    numbers, levels, kind = world.numbers[rows], world.levels[rows], world.kind[rows]
    cuts = [column > column.mean() for column in numbers.T]
    cuts += [column == level for column in levels.T for level in np.unique(column)]
    through = [cut for cut in cuts if len(np.unique(kind)) == 1 or _goes_through(cut, kind)]
    return min(_scatter(distances, rows[cut]) + _scatter(distances, rows[~cut]) for cut in through)


def _goes_through(cut: np.ndarray, kind: np.ndarray) -> bool:
    """Whether a quarter of one of the kinds at least is on either side: the cut does not tell the kinds apart."""
    shares = np.array([cut[kind == j].mean() for j in np.unique(kind)])
    return bool(np.minimum(shares, 1.0 - shares).max() >= QUARTER)


def to_prototypes(world: World) -> Distances:
    """As k-prototypes measures (Huang 1998): squared, and gamma for an answer that is not the commonest."""
    numbers, levels = standardised(world.numbers), world.levels
    gamma = gamma_of(numbers)

    def distances(of: np.ndarray, who: np.ndarray) -> np.ndarray:
        commonest = np.array([np.bincount(column).argmax() for column in levels[of].T])
        squares = ((numbers[who] - numbers[of].mean(axis=0)) ** 2).sum(axis=1)
        return squares + gamma * (levels[who] != commonest).sum(axis=1)

    return distances


def to_means(world: World) -> Distances:
    """As ilk measures: squared distances, the indicators of a category together weighing as much as a number."""
    columns = [standardised(world.numbers)]
    for column in world.levels.T:
        shares = np.bincount(column) / len(column)
        weight = max(float((shares * (1.0 - shares)).sum()), 0.5) ** -0.5
        columns.append((np.eye(len(shares))[column] - shares) * weight)
    features = np.concatenate(columns, axis=1)
    return lambda of, who: ((features[who] - features[of].mean(axis=0)) ** 2).sum(axis=1)


CRITERIA = {ILK: to_means, PROTOTYPES: to_prototypes}


def cost_of(labels: np.ndarray, distances: Distances) -> float:
    """What these labels cost a customer."""
    return sum(_scatter(distances, np.flatnonzero(labels == j)) for j in np.unique(labels)) / len(labels)


def standardised(numbers: np.ndarray) -> np.ndarray:
    return (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)


def gamma_of(scaled: np.ndarray) -> float:
    """What kmodes takes when nobody says: half of the mean deviation of the numbers."""
    return 0.5 * float(scaled.std(axis=0).mean())
