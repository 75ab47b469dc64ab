"""Figures as people read them: thousands separators, at most three significant digits, the unit always."""

from __future__ import annotations

import math

DIGITS = 3
"""Significant digits of anything that is not a count of customers; one fewer below 1."""

HUGE = 1e15
"""From here on a figure is written with its power of ten."""


def count(n: float) -> str:
    """A whole number with thousands separators: 2047 reads 2,047."""
    return f"{round(n):,}"


def few(n: int, least: int) -> str:
    """A count of customers, where fewer than `least` are not counted aloud: 4 reads under 10."""
    return f"under {count(least)}" if 0 < n < least else count(n)


def figure(value: float) -> str:
    """At most three significant digits, two below 1: 3917.5 reads 3,920, 0.0536 reads 0.054."""
    rounded = readable(value, DIGITS)
    if rounded == 0.0 or not math.isfinite(rounded):
        return "0" if rounded == 0.0 else str(rounded)
    rounded = readable(value, DIGITS if abs(rounded) >= 1.0 else DIGITS - 1)
    power = math.floor(math.log10(abs(rounded)))
    if abs(rounded) >= HUGE or power < -6:
        return f"{rounded:.{DIGITS - 1}e}"
    text = f"{rounded:,.{max(0, DIGITS - 1 - power)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def per_head(mean: float) -> str:
    """A mean of things that are counted: 14.7 reads 15, 4.08 reads 4.1, 0.0536 reads 0.05."""
    if abs(mean) >= 9.95:
        return figure(round(mean))
    if 0.0 < abs(mean) < 0.005:
        return "under 0.01"
    text = f"{mean:.{1 if abs(mean) >= 0.95 else 2}f}"
    return text.rstrip("0").rstrip(".")


def with_unit(text: str, *, currency: str = "", unit: str = "") -> str:
    """A figure's text with its currency or unit: $4,320, 4,320 EUR, 12 months, 40 %."""
    if currency:
        return f"{currency}{text}" if len(currency) == 1 else f"{text} {currency}"
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
    return f"{ratio:.1f} times" if ratio < 9.95 else f"{figure(ratio)} times"


def readable(value: float, digits: int = 2) -> float:
    """The value with at most this many significant digits."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else value
