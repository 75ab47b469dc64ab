"""Blocks: the columns of one source, and interests, weigh together as one; or only those of one build segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ilk.features.plans import BlockShare, ColumnPlan, Recipe
from ilk.features.transforms import STEP, Values, n_features
from ilk.figures import percent
from ilk.settings import BLOCKS, Settings
from ilk.sources.source import Note

Matrix = npt.NDArray[np.float32]

INTERESTS = "interests"
"""Topics, whatever source they come from: what somebody is interested in is not how much of anything they do."""

DIGITS = 4
"""Significant digits of what a block is multiplied by: fewer than any processor's rounding could reach."""

ABOUT_ACTIVITY = " (how much they do; what it is about are the interests, which count apart)"
"""Said where one log makes two blocks, lest the log seem useless."""

HARDLY_HEARD = 0.5
"""Share of its fair share of the difference between segments below which a block is warned of; methods page."""


def block_of(plan: ColumnPlan) -> str:
    """The block whose features a column makes."""
    return INTERESTS if plan.kind == "topics" else plan.block


# ---------------------------------------------------------------- which build


def chosen_by(plans: Sequence[ColumnPlan], settings: Settings) -> tuple[ColumnPlan, ...]:
    """Let only the columns of the block, or of the group of the labels file, that `by` names build.

    Without a word, where all there is comes from activity, interests build and how much somebody does describes.
    """
    building = {block_of(plan) for plan in plans if plan.use == "builds"}
    if settings.by is not None:
        return tuple(_describing(p, f"only {settings.by} builds") if not _is_in(p, settings.by) else p for p in plans)
    if building == {INTERESTS, "activity"}:
        why = "interests build by themselves; --by activity lets it build with them"
        return tuple(_describing(p, why) if block_of(p) != INTERESTS else p for p in plans)
    return tuple(plans)


def block_problems(plans: Sequence[ColumnPlan], settings: Settings) -> list[str]:
    """What was said of blocks that do not build."""
    building = [plan for plan in plans if plan.use == "builds"]
    columns = {plan.column for plan in plans}
    named = [name for name in settings.weight if name in BLOCKS and name not in columns]
    problems = [f"no column of {name!r}, which was given a weight, builds segments" for name in named
                if not any(block_of(plan) == name for plan in building)]  # fmt: skip
    if settings.by is not None and not any(_is_in(plan, settings.by) for plan in building):
        names = [name for plan in building for name in (block_of(plan), plan.label.group) if name]
        there = ", ".join(dict.fromkeys(names)) or "nothing"
        problems.append(
            f"segments are to be made by {settings.by!r}, and only {there} could build them; --labels brings the "
            "groups of its columns, and --activity, --survey and --orders bring what they are called"
        )
    return problems


def _is_in(plan: ColumnPlan, block: str) -> bool:
    """Interests of an activity log are also activity; a group is one of the labels file or of a grid."""
    group = plan.label.group.strip().casefold()
    return block in {plan.block, block_of(plan)} or (bool(group) and block.strip().casefold() == group)


def _describing(plan: ColumnPlan, why: str) -> ColumnPlan:
    if plan.use != "builds":
        return plan
    return replace(plan, role="descriptor", use="describes", reason=f"{plan.reason}; {why}")


# ---------------------------------------------------------------- how much each counts


def balanced_blocks(
    recipe: Recipe, sample: Matrix, plans: Sequence[ColumnPlan], weights: Mapping[str, float]
) -> tuple[Recipe, tuple[Note, ...]]:
    """Divide each block by the square root of its first eigenvalue, and multiply it by its weight.

    So no block has a direction along which customers differ more than along that of another, however many columns it
    has; and one whose columns have nothing in common does not drown the others. With one block nothing is changed.

    Args:
        recipe: Fitted.
        sample: The features of the fit sample, (n, p), NaN where an answer is missing.
        plans: Of every column.
        weights: By block, 1 where not given; columns may stand among them.

    Source: multiple factor analysis, Escofier & Pages (1994), Computational Statistics & Data Analysis 18(1).
    """
    blocks = {plan.column: block_of(plan) for plan in plans}
    places = _places(recipe, blocks)
    if len(places) < 2:
        return recipe, ()
    factors = {block: _factor(sample[:, at], _weight(weights, block, blocks)) for block, at in places.items()}
    made = tuple(replace(t, weight=t.weight * factors[blocks[t.column]]) for t in recipe.transforms)
    said = ", ".join(f"{block} (times {factor:.3g})" for block, factor in factors.items())
    return replace(recipe, transforms=made), (Note("blocks", f"Sources are made to weigh alike: {said}."),)


def _places(recipe: Recipe, blocks: Mapping[str, str]) -> dict[str, list[int]]:
    """The features of each block, in the order of their first."""
    found: dict[str, list[int]] = {}
    at = 0
    for transform in recipe.transforms:
        after = at + n_features(transform)
        found.setdefault(blocks[transform.column], []).extend(range(at, after))
        at = after
    return found


def _weight(weights: Mapping[str, float], block: str, columns: Mapping[str, str]) -> float:
    """The weight of a block; a column of that name has it for itself."""
    return 1.0 if block in columns else weights.get(block, 1.0)


def _factor(features: Matrix, weight: float) -> float:
    """The weight over the root of what a block counts for, rounded so that no last bit of it matters.

    One over the first eigenvalue as far as that stands out from what unrelated columns would have, as in a block whose
    columns have something in common; one over the sum of all as far as it does not: else each direction of a block of
    unrelated columns would count as much as the first of any other block.

    Source: edge of the eigenvalues of noise, Marchenko & Pastur (1967), Mathematics of the USSR-Sbornik 1(4).
    """
    n, p = max(int((~np.isnan(features)).any(axis=1).sum()), 1), features.shape[1]
    values = np.linalg.eigvalsh(_covariance(features))
    largest, total = max(float(values[-1]), STEP**-1), max(float(values.sum()), STEP**-1)
    noise = total / p * (1.0 + (p / n) ** 0.5) ** 2
    common = max(1.0 - noise / largest, 0.0) ** 2
    counts = common / largest + (1.0 - common) / total
    return float(f"{weight * counts**0.5:.{DIGITS}g}")


def _covariance(features: Matrix) -> Values:
    """Covariances over those who answered any of it, (p, p), a blank counting as the mean.

    Sums of products of multiples of 2^-16 are exact, so the order of rows and the threads do not matter.
    """
    known = ~np.isnan(features)
    kept = known.any(axis=1)
    values, known = features[kept].astype(np.float64), known[kept]
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    values = np.where(known, values - np.round(mean * STEP) / STEP, 0.0)
    n = max(len(values), 1)
    middle = values.sum(axis=0) / n
    return np.asarray(values.T @ values / n - np.outer(middle, middle))


# ---------------------------------------------------------------- what came of it


def block_shares(plans: Sequence[ColumnPlan], columns: Sequence[str], between: Values) -> tuple[BlockShare, ...]:
    """Each block's part of the difference between segments; none where there is only one block.

    Args:
        plans: Of every column.
        columns: (p,), the column of each feature.
        between: (p,), between-segment sum of squares of each feature.
    """
    blocks = {plan.column: block_of(plan) for plan in plans}
    found: dict[str, float] = {}
    for column, part in zip(columns, between, strict=True):
        found[blocks[column]] = found.get(blocks[column], 0.0) + float(part)
    total = sum(found.values())
    if len(found) < 2 or total <= 0.0:
        return ()
    counted = [blocks[column] for column in dict.fromkeys(columns)]
    return tuple(BlockShare(block, counted.count(block), part / total) for block, part in found.items())


def share_notes(shares: Sequence[BlockShare], weights: Mapping[str, float]) -> tuple[Note, ...]:
    """Whose columns make the segments, and which block is hardly heard."""
    if not shares:
        return ()
    said = ", ".join(f"{percent(one.share)} in {one.block}" for one in sorted(shares, key=lambda one: -one.share))
    notes = [Note("block-shares", f"Of the difference between segments lie {said}.")]
    squares = {one.block: weights.get(one.block, 1.0) ** 2 for one in shares}
    for one in shares:
        fair = squares[one.block] / sum(squares.values())
        if one.share < HARDLY_HEARD * fair:
            about = ABOUT_ACTIVITY if one.block == "activity" and INTERESTS in squares else ""
            text = (
                f"{one.block.capitalize()}{about}: only {percent(one.share)} of the difference between segments, where "
                f"{percent(fair)} would be fair; --weight {one.block}=2 makes more of it, --by {one.block} all."
            )
            notes.append(Note("block-unheard", text))
    return tuple(notes)
