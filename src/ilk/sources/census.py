"""Count, over a whole column of texts, in how many ways its values can be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ilk.sources.forms import (
    AMBIGUOUS,
    DATE_FORMS,
    MISSING_AMONG_NUMBERS,
    PLAIN_NUMBER,
    filled,
    number_pattern,
    sql_pattern,
    trimmed,
)
from ilk.sources.sandbox import Sandbox

MOST_SHAPES = 4_096
"""Distinct shapes looked at a column, most frequent first; numbers and dates have a few dozen."""

LONGEST_SHAPE = 48
"""Characters of a text that are looked at; no number or date is longer."""

OFTEN = 10
"""Where a text is there so many times on average, texts are counted first, and then looked at once each."""

FEW_TEXTS = 64
"""A column of so few distinct texts without a digit may be a flag."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Texts that are alike up to their digits: 12.5 and 73.1 are both 99.9. `zero` = the first digit is 0."""

    text: str
    zero: bool
    n: int
    example: str


@dataclass(frozen=True, slots=True)
class Census:
    """What the values of one column could be, in customers.

    `dots` and `commas` can be read with that decimal mark; `sure_*` cannot be read with the other one; `either` might
    be thousands or decimals. `odd` are whole numbers with leading zeros or more than 15 digits. `plain` says that every
    value is a number as programs write it, and nothing else was looked at. `words` are lower-cased and have no digit;
    `others` stand for texts that are none of these, their digits as #.
    """

    filled: int
    plain: bool = False
    dots: int = 0
    commas: int = 0
    sure_dot: int = 0
    sure_comma: int = 0
    either: int = 0
    odd: int = 0
    missing: int = 0
    dates: int = 0
    date_forms: frozenset[str] = frozenset()
    others: tuple[tuple[str, int], ...] = ()
    words: dict[str, int] = field(default_factory=dict)


def take_census(sandbox: Sandbox, relation: str, columns: list[str]) -> list[Census]:
    """Return the census of each text column of `relation`: a quick look at all, a closer one at what is not plain."""
    quick = [
        f"count(*) FILTER ({c} <> ''), count(*) FILTER (regexp_full_match({c}, {sql_pattern(PLAIN_NUMBER)}))"
        for c in columns
    ]
    counts = sandbox.values(relation, quick)
    plain = {c: counts[2 * i] for i, c in enumerate(columns) if counts[2 * i] == counts[2 * i + 1] > 0}
    closer = _look_closer(sandbox, relation, [c for c in columns if c not in plain])
    return [Census(plain[c], plain=True, dots=plain[c]) if c in plain else closer[c] for c in columns]


def _look_closer(sandbox: Sandbox, relation: str, columns: list[str]) -> dict[str, Census]:
    """Look at the shapes of columns that are mostly digits or a handful of texts; the rest is free text."""
    quick = "count(*) FILTER ({filled}), count(*) FILTER (regexp_matches({c}, '[0-9]')), approx_count_distinct({c})"
    wanted = [quick.format(filled=filled(c), c=c) for c in columns]
    found = sandbox.values(relation, wanted)
    closer = {}
    for i, column in enumerate(columns):
        n, n_digits, n_distinct = found[3 * i : 3 * i + 3]
        free = n == 0 or (n_digits < n / 2 and n_distinct > FEW_TEXTS)
        counted = f"(SELECT {column}, count(*) AS times FROM {relation} GROUP BY {column})"
        again = n_distinct * OFTEN < n
        seen = counted if again else f"(SELECT {column}, 1 AS times FROM {relation})"
        closer[column] = Census(n) if free else tally(n, _shapes(sandbox, seen, column))
    return closer


def _shapes(sandbox: Sandbox, seen: str, column: str) -> list[Shape]:
    """Shapes of the texts of `seen`, a relation of texts and how many `times` each is there."""
    rows = sandbox.rows(
        f"SELECT translate(left(v, {LONGEST_SHAPE}), '012345678', '999999999') AS shape, "
        f"regexp_matches(v, '^[^0-9]*0') AS zero, CAST(sum(times) AS BIGINT) AS n, min(v) "
        f"FROM (SELECT {trimmed(column)} AS v, times FROM {seen}) WHERE length(v) > 0 "
        f"GROUP BY shape, zero ORDER BY n DESC, shape, zero LIMIT {MOST_SHAPES}"
    )
    return [Shape(*row) for row in rows]


def tally(filled: int, shapes: Iterable[Shape]) -> Census:
    """Add up what each shape could be."""
    counts: Counter[str] = Counter()
    others: list[tuple[str, int]] = []
    words: Counter[str] = Counter()
    for shape in shapes:
        read_as = _readings(shape)
        counts.update(dict.fromkeys(read_as, shape.n))
        if not read_as:
            others.append((_told(shape), shape.n))
        if "9" not in shape.text:
            words[shape.text.lower()] += shape.n
    return Census(
        filled,
        dots=counts["dots"],
        commas=counts["commas"],
        sure_dot=counts["sure_dot"],
        sure_comma=counts["sure_comma"],
        either=counts["either"],
        odd=counts["odd"],
        missing=counts["missing"],
        dates=counts["dates"],
        date_forms=frozenset(counts) & frozenset(DATE_FORMS),
        others=tuple(others),
        words=dict(words),
    )


def _told(shape: Shape) -> str:
    """A shape as a note may quote it: its example is somebody's own text, so that digits are not told."""
    return shape.example if shape.example.lower() in MISSING_AMONG_NUMBERS else shape.text.replace("9", "#")


def _readings(shape: Shape) -> set[str]:
    """Return the counts of `Census` to which a shape adds, and the form of a date."""
    if shape.text.lower() in MISSING_AMONG_NUMBERS:
        return {"missing"}
    form = next((form for form in DATE_FORMS if re.fullmatch(form, shape.text)), None)
    if form is not None:
        return {"dates", form}
    dot, comma = (re.fullmatch(number_pattern(mark), shape.text) is not None for mark in (".", ","))
    found = ({"dots"} if dot else set()) | ({"commas"} if comma else set())
    if dot and comma and re.search(AMBIGUOUS, shape.text):
        return found | {"either"} if not shape.zero else _by_point(shape.text)
    if dot != comma:
        found.add("sure_dot" if dot else "sure_comma")
    return found | ({"odd"} if _is_odd(shape) else set())


def _by_point(shape: str) -> set[str]:
    """0.123 has three decimals: no group of thousands begins with a nought."""
    return {"dots", "sure_dot"} if "." in shape else {"commas", "sure_comma"}


def _is_odd(shape: Shape) -> bool:
    digits = shape.text.lstrip("+-")
    return digits.isdigit() and (len(digits) > 15 or (shape.zero and len(digits) > 1))
