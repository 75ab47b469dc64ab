"""Natural, reproducible or constructed: what the whole is, in words."""

from __future__ import annotations

from dataclasses import dataclass

from ilk.model.evidence import Judged

STABLE = 0.80
"""Median stability from which segments count as found again (rule of thumb)."""

VALLEY = 0.5
"""Density between segments, over the lower peak, up to which there is a gap (rule of thumb)."""

TOO_FEW = 20
"""Below this many customers nothing is claimed, whatever the figures say (rule of thumb)."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the verdict rests on, at the k that is shown; None where it could not be measured.

    Args:
        k: Segments shown.
        n_customers: Customers the evidence rests on.
        stability: Median adjusted Rand index of bootstrap pairs.
        null_high: 95th percentile of the medians of shapeless tables.
        valley: Density between neighbours over the lower peak, mean over segments.
    """

    k: int
    n_customers: int
    stability: float | None
    null_high: float | None
    valley: float | None


def judge(found: Findings) -> Judged:
    """Natural: stable, beats shapeless, and a gap between segments. Reproducible: no gap. Constructed: the rest.

    The tests that failed are named few, one, stability, shapeless, valley.
    """
    failed = _failed(found)
    if not failed:
        return Judged(found.k, "natural", _natural(found))
    if failed == ("valley",):
        return Judged(found.k, "reproducible", _reproducible(found), failed)
    return Judged(found.k, "constructed", _constructed(found, failed), failed)


def _failed(found: Findings) -> tuple[str, ...]:
    if found.k < 2:
        return ("one",)
    if found.n_customers < TOO_FEW or found.stability is None or found.null_high is None or found.valley is None:
        return ("few",)
    tests = {
        "stability": found.stability >= STABLE,
        "shapeless": found.stability > found.null_high,
        "valley": found.valley <= VALLEY,
    }
    return tuple(name for name, passed in tests.items() if not passed)


def _natural(found: Findings) -> str:
    return (
        f"Natural: these {found.k} groups are there whether we look or not. Asked again with other customers, the "
        f"same people end up together ({_compared(found)}), and few customers stand between one group and the next."
    )


def _reproducible(found: Findings) -> str:
    return (
        f"Reproducible: asked again with other customers, nearly the same {found.k} groups come out "
        f"({_compared(found)}). But no gap parts them: customers fade from one group into the next, and those near a "
        f"border could belong to either."
    )


def _constructed(found: Findings, failed: tuple[str, ...]) -> str:
    if "one" in failed:
        return "Constructed: one group, everybody. There is nothing to divide, or nothing was divided."
    if "few" in failed:
        return (
            f"Constructed: from {found.n_customers} customer{'s' * (found.n_customers != 1)} nobody can tell whether "
            f"groups are really there. These {found.k} can be used, but it is the business that draws the line."
        )
    return (
        f"Constructed: customers do not fall into {found.k} groups by themselves. The groups can be used, but it is "
        f"the business that draws the line. What failed: {_what_failed(found, failed)}."
    )


def _what_failed(found: Findings, failed: tuple[str, ...]) -> str:
    reasons = []
    if "stability" in failed:
        reasons.append(
            f"asked again with other customers, the same people do not end up together often enough (stability "
            f"{found.stability:.2f} of 1, needed {STABLE:.2f})"
        )
    if "shapeless" in failed:
        reasons.append(f"data without any groups would do as well ({_compared(found)})")
    if "valley" in failed:
        reasons.append("no gap parts one group from the next")
    return "; ".join(reasons)


def _compared(found: Findings) -> str:
    """Stability of these and of shapeless data, with a third digit where two would look the same."""
    ours, theirs = found.stability or 0.0, found.null_high or 0.0
    digits = 2 if f"{ours:.2f}" != f"{theirs:.2f}" else 3
    return f"stability {ours:.{digits}f} of 1; data made up without groups reach {theirs:.{digits}f}"
