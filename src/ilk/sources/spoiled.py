"""What could not be read in a column, and as much of it as may be told: notes go into the report, which may be sent."""

from __future__ import annotations

from ilk.figures import few
from ilk.sources.census import Census
from ilk.sources.forms import MISSING_AMONG_NUMBERS, MISSING_ANYWHERE, NO, YES
from ilk.sources.source import Kind, Note

HANDFUL = 10
"""What fewer customers have is not counted, nor are their own texts quoted."""

MOST_EXAMPLES = 4
"""Spoiled texts quoted in one note."""


def missing_note(name: str, census: Census, *, keep_na: bool = False) -> tuple[Note, ...]:
    """Say which words of a text column were taken for no answer."""
    words = {word: n for word, n in census.words.items() if word in MISSING_ANYWHERE}
    if keep_na:
        words.pop("na", None)
    quoted = ", ".join(map(_counted, sorted(words.items(), key=lambda word: (-word[1], word[0]))))
    return (Note("missing-words", f"{name}: read as missing: {quoted}"),) if words else ()


def spoiled_note(name: str, n: int, census: Census, kind: Kind) -> tuple[Note, ...]:
    """Say how many texts stood among the numbers (dates, flags) of a column, and what the usual ones are.

    A text that is no word for "no answer" is quoted where enough customers have it: it may be somebody's name.
    """
    if not n:
        return ()
    words = [(word, count) for word, count in census.words.items() if word in MISSING_AMONG_NUMBERS]
    others = [
        (text, count)
        for text, count in census.others
        if (count >= HANDFUL or text.lower() in MISSING_AMONG_NUMBERS)
        and (kind != "flag" or text.lower() not in YES | NO)
    ]
    texts = sorted([*others, *words], key=lambda text: (-text[1], text[0]))
    quoted = ", ".join(map(_counted, texts[:MOST_EXAMPLES]))
    shown = f": {quoted}" if quoted else ""
    return (Note("spoiled", f"{name}: {few(n, HANDFUL)} texts among the rest read as missing{shown}"),)


def mixed_note(name: str, census: Census, decimal: str, *, left_out: bool) -> tuple[Note, ...]:
    """Say that some numbers of a column have a decimal comma and others a point, and what to do.

    Args:
        name: The column.
        census: What its values could be; only numbers that can be read one way count.
        decimal: The mark the column is read with.
        left_out: Whether the numbers with the other mark are missing now; else the whole column is texts.
    """
    marks = {".": (census.sure_dot, "point"), ",": (census.sure_comma, "comma")}
    (own, usual), (n, other) = marks[decimal], marks["," if decimal == "." else "."]
    if not n or not (own or left_out):
        return ()
    told = f"{name}: {few(n, HANDFUL)} numbers have a decimal {other} where the others have a {usual}"
    came = "and are read as missing" if left_out else "so that the column is taken for words"
    return (Note("mixed-decimals", f"{told}, {came}; write all of them with a {usual}"),)


def _counted(text: tuple[str, int]) -> str:
    """A text and how many have it, unless these are a handful."""
    return f"{text[0]!r} ({text[1]:,})" if text[1] >= HANDFUL else repr(text[0])
