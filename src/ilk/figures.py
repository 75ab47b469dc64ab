"""Figures as people read them: thousands separators, at most three significant digits, the unit always."""

from __future__ import annotations

import math

DIGITS = 3
"""Significant digits of anything that is not a count of customers."""


def count(n: float) -> str:
    """A whole number with thousands separators: 2047 reads 2,047."""
    return f"{round(n):,}"


def figure(value: float, unit: str = "") -> str:
    """At most three significant digits, then the unit: 3917.5 reads 3,920."""
    text = _three(value)
    return f"{text} {unit}" if unit else text


def percent(share: float) -> str:
    """A share as per cent: no decimals from 10 % up, one below; 0 % and 100 % only where it is none and all."""
    value = 100.0 * share
    if 99.5 <= value < 100.0:
        return "over 99 %"
    if abs(value) >= 9.95:
        return f"{value:.0f} %"
    return f"{value:.1f} %".replace(".0 %", " %") if abs(value) >= 0.05 or value == 0.0 else "under 0.1 %"


def times(ratio: float) -> str:
    """How many times as much: 3.98 reads 4.0 times."""
    return f"{ratio:.1f} times" if ratio < 9.95 else f"{_three(ratio)} times"


def readable(value: float, digits: int = 2) -> float:
    """The value with at most this many significant digits."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else value


def _three(value: float) -> str:
    rounded = readable(value, DIGITS)
    if rounded == 0.0 or not math.isfinite(rounded):
        return "0" if rounded == 0.0 else str(rounded)
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(abs(rounded))))
    if decimals > 6:
        return f"{rounded:.{DIGITS}g}"
    text = f"{rounded:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
