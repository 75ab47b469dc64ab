"""Natural, reproducible or constructed: what the whole is, in words."""

from __future__ import annotations

from dataclasses import dataclass

from ilk.figures import percent
from ilk.model.evidence import Judged

STABLE = 0.80
"""Median stability from which segments count as found again (rule of thumb)."""

VALLEY = 0.5
"""Density between segments, over the lower peak, up to which there is a gap (rule of thumb)."""

TOO_FEW = 20
"""Below this many customers nothing is claimed, whatever the figures say (rule of thumb)."""

MOVED = 0.01
"""Share of customers whom bounds of sizes may keep from the nearest centre (rule of thumb)."""

REASONS = {
    "stability": "asked again with other customers, the same people do not end up together often enough",
    "shapeless": "customers made up at random, without any groups, would do as well",
    "valley": "on the whole no clear gap parts the groups",
}


@dataclass(frozen=True, slots=True)
class Findings:
    """What the verdict rests on, at the k that is shown; None where it could not be measured.

    Args:
        k: Segments shown.
        n_customers: Customers the evidence rests on.
        stability: Median adjusted Rand index of bootstrap pairs.
        null_high: 95th percentile of the medians of shapeless tables.
        valley: Density between neighbours over the lower peak, mean over segments.
        explained: Share of the differences that the groups explain, and
        null_explained_high: its 95th percentile over shapeless tables, where stability is too near 1 to tell.
        moved_share: Customers whom bounds of sizes keep from the nearest centre.
    """

    k: int
    n_customers: int
    stability: float | None
    null_high: float | None
    valley: float | None
    explained: float | None = None
    null_explained_high: float | None = None
    moved_share: float = 0.0

    @property
    def is_tighter(self) -> bool:
        """Whether the groups explain more than those of shapeless tables."""
        return self.explained is not None and self.explained > (self.null_explained_high or 0.0)


def judge(found: Findings) -> Judged:
    """Natural: stable, beats shapeless, and a gap between segments. Reproducible: no gap. Constructed: the rest.

    What bounds of sizes made is constructed, whatever else holds: samples were asked without them. The tests that
    failed are named few, one, bounds, stability, shapeless, valley.
    """
    failed = _failed(found)
    if not failed:
        return Judged(found.k, "natural", _natural(found), figures=_figures(found))
    if failed == ("valley",):
        return Judged(found.k, "reproducible", _reproducible(found), failed, _figures(found))
    return Judged(found.k, "constructed", _constructed(found, failed), failed, _figures(found))


def _failed(found: Findings) -> tuple[str, ...]:
    if found.k < 2:
        return ("one",)
    if found.n_customers < TOO_FEW or found.stability is None or found.null_high is None or found.valley is None:
        return ("few",)
    tests = {
        "bounds": found.moved_share <= MOVED,
        "stability": found.stability >= STABLE,
        "shapeless": found.stability > found.null_high or found.is_tighter,
        "valley": found.valley <= VALLEY,
    }
    return tuple(name for name, passed in tests.items() if not passed)


def _natural(found: Findings) -> str:
    return (
        f"Natural: these {found.k} groups are there whether we look or not. Asked again with other customers, the "
        f"same people end up together, and few customers stand between one group and the next."
    )


def _reproducible(found: Findings) -> str:
    return (
        f"Reproducible: asked again with other customers, nearly the same {found.k} groups come out. But no gap parts "
        f"them: customers fade from one group into the next, and those near a border could belong to either."
    )


def _constructed(found: Findings, failed: tuple[str, ...]) -> str:
    if "one" in failed:
        return "Constructed: one group, everybody. There is nothing to divide, or nothing was divided."
    if "few" in failed:
        return (
            f"Constructed: from {found.n_customers} customer{'s' * (found.n_customers != 1)} nobody can tell whether "
            f"groups are really there. These {found.k} can be used, but it is the business that draws the line."
        )
    if failed[0] == "bounds":
        return _forced(found, failed[1:])
    return (
        f"Constructed: customers do not fall into {found.k} groups by themselves. The groups can be used, but it is "
        f"the business that draws the line. What failed: {'; '.join(REASONS[test] for test in failed)}."
    )


def _forced(found: Findings, others: tuple[str, ...]) -> str:
    """What bounds of sizes made, and what failed besides."""
    made = (
        f"Constructed: the bounds of sizes made these {found.k} groups, and {percent(found.moved_share)} of the "
        f"customers are not with the nearest centre. The groups can be used, but it is the business "
        "that draws the line."
    )
    return f"{made} What also failed: {'; '.join(REASONS[test] for test in others)}." if others else made


def _figures(found: Findings) -> str:
    """What the verdict rests on, in figures; stability with a third digit where two would look the same."""
    if found.stability is None or found.null_high is None or found.valley is None:
        return ""
    ours, theirs = found.stability, found.null_high
    digits = 2 if f"{ours:.2f}" != f"{theirs:.2f}" else 3
    compared = (
        f"Stability {ours:.{digits}f} of 1, stable from {STABLE:.2f}; data made up without groups reach "
        f"{theirs:.{digits}f}. Density between groups {found.valley:.2f} of that inside, a gap up to {VALLEY:.2f}."
    )
    if found.explained is None or found.null_explained_high is None:
        return compared
    return (
        f"{compared} Both are found again so well that tightness decides: groups in made-up data explain "
        f"{percent(found.null_explained_high)} at most of what sets customers apart, these {percent(found.explained)}."
    )
