"""Which k to try, before anything is fitted."""

from __future__ import annotations

from typing import Literal

from ilk.engines.tiles import Matrix
from ilk.errors import BadSetting

HIGHEST = 10
"""The largest k tried when nothing is said."""

A_SEGMENT = 5
"""Customers a segment should have on average before a k is tried unasked (rule of thumb)."""


def ks_to_try(
    features: Matrix, k: Literal["auto"] | int | tuple[int, int] = "auto", *, highest: int = HIGHEST
) -> tuple[int, ...]:
    """The k to fit, ascending; 1 is always among them, for the inertia and the gap statistic.

    Args:
        features: (n, n_features), the evidence sample; no more k than it has different customers.
        k: A number is tried with its neighbours beside the usual ones, so that the evidence is shown all the same.
        highest: The largest k when nothing is said.

    Raises:
        BadSetting: If more segments are asked for than there are different customers.
    """
    distinct = len({row.tobytes() for row in features})
    usual = range(1, 1 + max(1, min(highest, distinct, len(features) // A_SEGMENT)))
    if k == "auto":
        return tuple(usual)
    least, most = (k, k) if isinstance(k, int) else k
    if least > max(distinct, 1):
        raise BadSetting(
            f"{least} segments were asked for, and only {distinct} customers differ in the columns that build segments",
            do=f"ask for at most {distinct}, or for more columns",
        )
    asked = range(least, most + 1) if isinstance(k, tuple) else {*usual, k - 1, k, k + 1}
    return tuple(sorted({1, *(one for one in asked if 1 <= one <= distinct)}))
