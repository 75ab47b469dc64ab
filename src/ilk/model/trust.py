"""How far a segment can be trusted, in a word."""

from __future__ import annotations

from ilk.model.parts import Trust, TrustWord

RELIABLE, PATTERN = 0.75, 0.6
"""Overlap with itself in other samples from which a segment is reliable, or a pattern (rule of thumb, Hennig 2007,
Computational Statistics & Data Analysis 52)."""

DIP = 0.8
"""Density between a segment and its main neighbour, over the lower peak, up to which a dip parts them. Both halves of a
group cut in two are found again at about the same place, so that a segment without a dip is at most a pattern."""


FEWEST = 20
"""Below this many customers trust is not measured, whatever the figures say (rule of thumb, as for the verdict)."""


def trust_of(slsw: float, valley: float | None = None) -> Trust:
    """The trust of a segment.

    Args:
        slsw: Mean best overlap (Jaccard) with the segments of bootstrap samples.
        valley: Density between it and its main neighbour over the lower peak; None where that was not measured.
    """
    parted = valley is None or valley <= DIP
    word: TrustWord = (
        "do not rely on it" if slsw < PATTERN else "reliable" if slsw >= RELIABLE and parted else "a pattern"
    )
    return Trust(slsw, word, valley)
