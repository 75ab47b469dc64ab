"""Which k: what the plain evidence says, what is useful to act on, and why, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

NEARLY_BEST = 0.95
"""A larger k is taken while its score is at least this share of the best."""

STABLE_ENOUGH = 0.75
"""Median stability a working k needs (rule of thumb)."""

SMALLEST_SHARE, SMALLEST_SIZE = 0.02, 50
"""Every segment of a working k holds at least this share and this many customers (rule of thumb)."""

FEW = 1_000
"""Below this many customers a segment must hold a twentieth of them instead."""

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for.

    Args:
        k: "auto", a number, or a range to choose from.
        prefer: Range of k that is useful to act on; None takes what the plain evidence says.
    """

    k: Literal["auto"] | int | tuple[int, int] = "auto"
    prefer: tuple[int, int] | None = (3, 8)


@dataclass(frozen=True, slots=True)
class Ballot:
    """What is known about one k, and `smallest`, the customers in its smallest segment.

    `gain` is that in BIC, see `bic_gains`; it has the silhouette's vote where segments are not balls around a centre.
    """

    k: int
    silhouette: float
    strength: float
    stability: float
    smallest: int
    gain: float | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The k to show, the k of the plain evidence, the k most useful to act on, and the sentence that explains them."""

    k: int
    neutral: int
    working: int
    why: str


def bic_gains(criteria: Mapping[int, float | None]) -> dict[int, float]:
    """How far each k from 2 gets from the BIC of one group to the best there is, 0..1; empty without a likelihood.

    Args:
        criteria: k -> BIC, lower is better; k = 1 among them.
    """
    one = criteria.get(1)
    if one is None:
        return {}
    gained = {k: max(one - bic, 0.0) for k, bic in criteria.items() if k > 1 and bic is not None}
    most = max(gained.values(), default=0.0)
    return {k: gain / most if most > 0 else 0.0 for k, gain in gained.items()}


def scores_of(ballots: Sequence[Ballot]) -> tuple[float, ...]:
    """Mean of silhouette / largest silhouette (0 when none is positive), prediction strength and median stability.

    Where the method has a likelihood, the gain in BIC stands for the silhouette.
    """
    top = max((b.silhouette for b in ballots), default=0.0)
    shapes = [b.gain if b.gain is not None else b.silhouette / top if top > 0 else 0.0 for b in ballots]
    return tuple((shape + b.strength + b.stability) / 3 for shape, b in zip(shapes, ballots, strict=True))


def is_valid(ballot: Ballot, n_customers: int) -> bool:
    """Whether a k is stable enough and all its segments large enough to be worked with."""
    return ballot.stability >= STABLE_ENOUGH and ballot.smallest >= smallest_allowed(n_customers)


def smallest_allowed(n_customers: int) -> float:
    """Customers the smallest segment of a working k must hold: 2 % and 50, or a twentieth of fewer than 1,000."""
    return max(SMALLEST_SHARE * n_customers, n_customers / 20 if n_customers < FEW else SMALLEST_SIZE)


def decide(ballots: Sequence[Ballot], n_customers: int, wish: Wish) -> Decision:
    """Choose k.

    Args:
        ballots: One for each k tried, at least one.
        n_customers: All of them, not only the evidence sample.
        wish: What was asked for; an asked-for number wins, and the sentence says what the evidence would have taken.
    """
    scores = scores_of(ballots)
    neutral = _largest_nearly_best(ballots, scores)
    working = neutral if wish.prefer is None else _working(ballots, scores, n_customers, wish.prefer)
    if isinstance(wish.k, int):
        return Decision(wish.k, neutral, working, _why_asked(wish.k, neutral, working))
    why = _why(ballots, neutral, working, n_customers, wish.prefer)
    asked = "" if wish.k == "auto" else f"Of {wish.k[0]} to {wish.k[1]}, as you asked: "
    return Decision(working, neutral, working, asked + (why[0].lower() + why[1:] if asked else why))


def _largest_nearly_best(ballots: Sequence[Ballot], scores: Sequence[float]) -> int:
    best = max(scores)
    if best <= 0:
        return min(b.k for b, score in zip(ballots, scores, strict=True) if score == best)
    return max(b.k for b, score in zip(ballots, scores, strict=True) if score >= NEARLY_BEST * best)


def _working(ballots: Sequence[Ballot], scores: Sequence[float], n_customers: int, prefer: tuple[int, int]) -> int:
    low, high = prefer
    both = zip(ballots, scores, strict=True)
    fit = [(b, score) for b, score in both if low <= b.k <= high and is_valid(b, n_customers)]
    if not fit:
        return _largest_nearly_best(ballots, scores)
    return _largest_nearly_best([b for b, _ in fit], [score for _, score in fit])


def _why_asked(k: int, neutral: int, working: int) -> str:
    if k == neutral == working:
        return f"You asked for {k}, which is also what the evidence says."
    shown = "" if working in (k, neutral) else f", and we would have shown {working}"
    return f"You asked for {k}; the plain evidence says {neutral}{shown}."


def _why(
    ballots: Sequence[Ballot], neutral: int, working: int, n_customers: int, prefer: tuple[int, int] | None
) -> str:
    says = f"The plain evidence says {neutral}"
    if prefer is None:
        return f"{says}."
    if neutral != working:
        reason = _reason(next(b for b in ballots if b.k == neutral), working, n_customers, prefer)
        return f"{says}; we show {working}, because {reason}; -k {neutral} takes the other."
    usual = prefer[0] <= neutral <= prefer[1]
    if usual and is_valid(next(b for b in ballots if b.k == neutral), n_customers):
        return f"{says}, the largest number of groups that is supported nearly as well as the best."
    return f"{says}; no number from {prefer[0]} to {prefer[1]} gives groups that are steady and large enough to prefer."


def _reason(neutral: Ballot, working: int, n_customers: int, prefer: tuple[int, int]) -> str:
    groups = f"{_number(neutral.k)} group{'s' * (neutral.k != 1)}"
    if neutral.k < prefer[0]:
        return f"{groups} {'is' if neutral.k == 1 else 'are'} seldom enough to act on"
    if neutral.k > prefer[1]:
        return f"{groups} are more than most can act on"
    if neutral.stability < STABLE_ENOUGH:
        return f"{groups} are not found again often enough (stability {neutral.stability:.2f})"
    if neutral.smallest < smallest_allowed(n_customers):
        return f"the smallest of {groups} has only {neutral.smallest:,} customers"
    return f"{_number(working)} groups are supported about as well and tell more apart"


def _number(k: int) -> str:
    return NUMBERS[k] if k < len(NUMBERS) else str(k)
