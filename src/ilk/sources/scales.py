"""Answers that are steps, in order: agree, often, very satisfied; 1 - not at all; 25-34."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ilk.sources.scale_words import SCALES, Scale

FEWEST = 3
"""Steps a column has to use before words are taken for a scale; two could be any pair."""


_NUMBER = r"[0-9][0-9.,' \u00a0]*"
_UNIT = r"[^0-9]{0,24}"
_BELOW = (
    r"(?:under|below|less than|up to|fewer than|<=?|≤|unter|bis|bis zu|weniger als|moins de|jusqu'à|menos de|hasta|"
    r"meno di|fino a|minder dan|onder|tot)"
)
_ABOVE = r"(?:over|above|more than|from|>=?|≥|über|mehr als|ab|plus de|más de|a partir de|più di|oltre|meer dan|boven)"
_MORE = (
    r"(?:\+|and more|and over|and older|or more|or older|or over|und mehr|und älter|oder mehr|oder älter|et plus|"
    r"ou plus|"
    r"y más|o más|e oltre|o più|en meer|of meer|en ouder|of ouder)"
)
_MARK = r"(?:\$|€|£|us\$|eur|usd|gbp|chf)?\s*"
_BETWEEN = re.compile(rf"{_MARK}({_NUMBER}){_UNIT}?(?:-|–|—|to|bis|à|a|tot|until)\s*{_MARK}({_NUMBER}){_UNIT}")
_UP_TO = re.compile(rf"{_BELOW}\s*{_MARK}({_NUMBER}){_UNIT}")
_FROM = re.compile(rf"{_ABOVE}\s*{_MARK}({_NUMBER}){_UNIT}|{_MARK}({_NUMBER}){_UNIT}?{_MORE}{_UNIT}")
_LED = re.compile(r"\(?([0-9]{1,2})\)?\s*[-–—=:.)]?\s*(.*)", re.DOTALL)


def order_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return different answers of one column lowest first, where they are steps; nothing where they are not.

    Words of a scale, numbers in front of words ("1 - not at all"), and bands ("25-34", "65+") are steps. Where two
    texts say one step there is no order.
    """
    found = sorted(set(texts))
    if len(found) < FEWEST:
        return ()
    return _of_words(found) or _of_numbers(found) or _of_bands(found)


def scale_of(texts: Sequence[str], *, fewest: int = FEWEST) -> Scale | None:
    """Return the scale all these answers belong to, at least `fewest` of its steps; None where there is none."""
    for scale in SCALES:
        steps = {scale.step_of(text) for text in texts}
        if None not in steps and len(steps) >= fewest:
            return scale
    return None


def _of_words(texts: Sequence[str]) -> tuple[str, ...]:
    scale = scale_of(texts)
    steps = {scale.step_of(text) or 0: text for text in texts} if scale else {}
    return tuple(steps[step] for step in sorted(steps)) if len(steps) == len(texts) else ()


def _of_numbers(texts: Sequence[str]) -> tuple[str, ...]:
    """As "1 - not at all", "2", "3", "4 - very much": each number once, some with words."""
    found = [_LED.fullmatch(text.strip()) for text in texts]
    if not all(found):
        return ()
    numbers = [int(match[1]) for match in found if match]
    worded = any(re.search(r"[^\W\d_]", match[2]) for match in found if match)
    if not worded or len(set(numbers)) < len(texts) or max(numbers) - min(numbers) >= 2 * len(numbers) + 1:
        return ()
    if any(re.match(r"[0-9]", match[2]) for match in found if match):
        return ()
    return tuple(text for _, text in sorted(zip(numbers, texts, strict=True)))


def _of_bands(texts: Sequence[str]) -> tuple[str, ...]:
    """As "under 18", "18-24", "25-34", "65+": in the order of where they begin."""
    begins = [_begin(text) for text in texts]
    known = [each for each in begins if each is not None]
    if len(known) < len(texts) or len(set(known)) < len(known):
        return ()
    return tuple(text for _, text in sorted(zip(known, texts, strict=True)))


def _begin(text: str) -> tuple[float, int] | None:
    """Where a band begins: below all others that begin there, at it, or above it."""
    text = " ".join(text.casefold().split())
    if match := _UP_TO.fullmatch(text):
        return _value(match[1]) - 0.5, 0
    if match := _BETWEEN.fullmatch(text):
        return _value(match[1]), 1
    if match := _FROM.fullmatch(text):
        return _value(match[1] or match[2]), 2
    return None


def _value(text: str) -> float:
    whole, point, rest = text.strip(" .,'\u00a0").replace(",", ".").rpartition(".")
    if point and len(rest) < 3:
        return float(f"{_digits(whole)}.{rest}")
    return float(_digits(text))


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
