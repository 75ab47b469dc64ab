"""What people type for one column, read as the file's own values: 1,200.50, 1 234,5, 12 %, € 40."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ilk.figures import figure as rounded
from ilk.sources.forms import BLANKS, MISSING_AMONG_NUMBERS, PLAIN_NUMBER, Mark, number_pattern

Kind = Literal["number", "share", "flag", "choice", "scale", "date"]
"""What is asked for; a share is one of 0 to 1, told as per cent as well; a scale has a few steps in their order."""

YES, NO, NOT_KNOWN = "Yes", "No", "Not known"
WHOLE_SHARE = 100.0
HIGHEST_SHARE = 2.0
"""Real tables hold a few shares above 1, because what is counted and what it is counted of come from different days;
what is larger was meant as per cent."""

_LONGEST = 40
_DIGITS = re.compile(r"[0-9.,]")
_COMMA_GROUP = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One value, None for a blank.

    Args:
        value: As the model takes it.
        echo: What the text was read as, where that may not be what was meant; else empty.
    """

    value: Any = None
    echo: str = ""


def read_entry(given: Any, kind: Kind, *, numeric: bool = False, hundred: bool = False, highest: float = 1.0) -> Entry:
    """Read what stands in a field.

    Args:
        given: A text, what was picked, a date, a share as it stands in a file, or None.
        kind: What is asked for.
        numeric: Whether picks stand for numbers.
        hundred: Whether the column holds per cents, so that 12 % is 12.
        highest: The largest share that may be typed.

    Raises:
        ValueError: With a sentence for who typed it.
    """
    if given is None or given == "" or (kind == "scale" and given == NOT_KNOWN):
        return Entry()
    if kind == "flag":
        yes = given == YES
        return Entry(float(yes) if numeric else yes)
    if kind == "date":
        return Entry(given if isinstance(given, date) else _day(str(given)))
    if kind in {"choice", "scale"}:
        return Entry(float(given) if numeric else str(given))
    limit = None if kind != "share" else HIGHEST_SHARE if isinstance(given, float) else highest
    return _number(str(given), limit=limit, hundred=hundred)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise ValueError("This is no date. Write it like 2026-11-23.") from None


def _number(text: str, *, limit: float | None, hundred: bool) -> Entry:
    """A number; a share of one where there is a limit to it."""
    text = text.strip(BLANKS)
    if not text:
        return Entry()
    if text.lower() in MISSING_AMONG_NUMBERS:
        return Entry(echo="Counts as not known.")
    value = float(text) if re.fullmatch(PLAIN_NUMBER, text) else _as_people_write(text)
    percent = "%" in text
    if percent and limit is None and not hundred:
        raise ValueError("This column holds no per cent. Write the number alone.")
    if percent and not hundred:
        value /= WHOLE_SHARE
    if not math.isfinite(value):
        raise ValueError("This number is too large.")
    if limit is not None and not 0 <= value <= limit:
        raise ValueError(f"A share lies between 0 and {limit:g} here. Write 0.5 or 50 %.")
    doubtful = "," in text and "." not in text
    return Entry(value, f"Read as {_said(value)}." if doubtful and not percent else "")


def _as_people_write(text: str) -> float:
    """A number with groups, a decimal comma, a currency or a sign in any of the usual places."""
    mark = next((mark for mark in _marks(text) if re.fullmatch(number_pattern(mark), text)), None)
    if mark is None:
        raise ValueError(f"“{text[:_LONGEST]}” is not a number. Write it like 1,200.50.")
    digits = "".join(re.findall(r"[0-9.,]+(?:[eE][-+]?[0-9]+)?", text))
    bare = digits.replace("," if mark == "." else ".", "").replace(mark, ".").strip()
    negative = re.search(r"^[^0-9]*[-−(]|[0-9]-$", text) is not None
    value = float(bare.rstrip(".") or "nan")
    return -value if negative else value


def _marks(text: str) -> tuple[Mark, ...]:
    """Which decimal marks to try: one comma is a decimal one unless three digits make it a group, as in 1,200."""
    digits = "".join(_DIGITS.findall(text))
    if digits.count(",") == 1 and "." not in digits and not _COMMA_GROUP.fullmatch(digits):
        return ",", "."
    return ".", ","


def _said(value: float) -> str:
    """A number read back with all that counts in it."""
    if value.is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.10g}" if abs(value) >= 1e-4 else rounded(value)
