"""How many, and is it real, as frozen data: what is measured for every k, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ilk.sources.source import Note

Grid = tuple[tuple[float, ...], ...]
Verdict = Literal["natural", "reproducible", "constructed"]


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 5 % / 95 % quantiles of a repeated measurement."""

    median: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """What speaks for one k. None where an index is undefined (k = 1) or abstains.

    `valid` = big enough and stable enough to be a working k. `explained` = the groups' share of all differences between
    customers, measured with its 95th percentile over shapeless tables where stability is too near 1 to tell.
    `bic` and `entropy` (R2 of the memberships, 1 = nobody in between) only where the method has a likelihood.
    `unlike_share` = customers who are in no segment, because they are unlike anyone.
    `bic_gain` = how far the BIC gets from one group's to the best there is, 0..1; it votes where the silhouette would.
    `moved_share` = share, 0..1, of the customers who are not in the segment nearest to them, because bounds of sizes
    keep them out of it.
    """

    k: int
    inertia: float
    silhouette: float | None
    simplified_silhouette: float | None
    calinski_harabasz: float | None
    davies_bouldin: float | None
    gap: float | None
    gap_error: float | None
    prediction_strength: float | None
    stability: Spread | None
    null: Spread | None
    null_high: float | None
    score: float | None
    valley: float | None
    largest_share: float
    smallest_share: float
    effective: float
    valid: bool
    notes: tuple[Note, ...] = ()
    explained: float | None = None
    null_explained_high: float | None = None
    bic: float | None = None
    entropy: float | None = None
    unlike_share: float = 0.0
    bic_gain: float | None = None
    moved_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Flow:
    """How segments at k come from those at k - 1.

    shares[i][j] = part of segment i + 1 (at k) that was in segment j + 1 (at k - 1).
    `slsa` = 1 - entropy of the row / ln(k - 1) per segment at k; None at k - 1 = 1.
    """

    k: int
    shares: Grid
    slsa: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict for one k, in a word and in words, the tests that failed, and the figures it rests on."""

    k: int
    verdict: Verdict
    text: str
    failed: tuple[str, ...] = ()
    figures: str = ""


@dataclass(frozen=True, slots=True)
class First:
    """The columns that tell most, and the share of `customers` of the study whom they alone place as all columns do."""

    columns: tuple[str, ...]
    right: float
    customers: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many, and is it real. `m` is the size of each bootstrap sample, `failed` the tests the verdict names.

    `judged` holds the verdict of other k than the one chosen, for those who adopt one. `first` is of the k chosen.
    """

    candidates: tuple[Candidate, ...]
    flows: tuple[Flow, ...]
    k: int
    neutral_k: int
    working_k: int
    gap_k: int | None
    verdict: Verdict
    verdict_text: str
    failed: tuple[str, ...]
    why_k: str
    m: int
    notes: tuple[Note, ...] = ()
    judged: tuple[Judged, ...] = ()
    first: First | None = None

    def candidate(self, k: int) -> Candidate:
        """The evidence for one k."""
        return next(c for c in self.candidates if c.k == k)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Segments against a grouping the business has today.

    table[i][j] = customers of segment i + 1 in group j, None where suppressed.
    """

    column: str
    groups: tuple[str, ...]
    table: tuple[tuple[int | None, ...], ...]
    adjusted_rand: float
    explained: tuple[tuple[str, float, float], ...]
