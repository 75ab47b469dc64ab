"""Several answers in one cell: what stands between them, and which of them hold such a mark themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from ilk.sources.scale_words import plain

LISTS = 0.2
"""Share of cells with several answers that makes a question one of several answers (rule of thumb)."""

SURE_MARKS = (";", "|", "\n")
UNSURE_MARKS = (", ", ",", " / ")
"""What may stand between several answers in one cell, the surest first; the unsure ones stand in texts as well."""

AGAIN = 3
"""How often an answer to choose is given on average, at the least (rule of thumb)."""

LONGEST_CHOICE = 60
"""Characters of an answer to choose, on average; longer ones are sentences."""

MOST_ANSWERS = 60
"""A question with more different answers is no choice between answers."""

_BLANKS = " \t\r\n\u00a0"
_OPEN, _CLOSE = "([{", ")]}"


def split(cell: str, mark: str) -> list[str]:
    """Return the parts of a cell, blanks around them taken off; a mark in brackets parts nothing.

    A cell that is one list in brackets, as a column of lists is read, is parted.
    """
    cell = cell.strip(_BLANKS)
    cell = cell[1:-1] if cell[:1] == "[" and cell.find("]") == len(cell) - 1 else cell
    pieces, held = [], ""
    for piece in cell.split(mark):
        held = f"{held}{mark}{piece}" if held else piece
        if not _is_open(held):
            pieces.append(held)
            held = ""
    # A bracket that is never closed is no bracket.
    pieces += held.split(mark) if held else []
    return [part for each in pieces if (part := each.strip(_BLANKS))]


def _is_open(text: str) -> bool:
    return sum(text.count(each) for each in _OPEN) > sum(text.count(each) for each in _CLOSE)


def answers_in(cell: str, mark: str, wholes: Mapping[str, int]) -> list[str]:
    """Return the answers in one cell, each once.

    Args:
        cell: As it was typed.
        mark: What stands between answers.
        wholes: Answers that hold the mark themselves, part by part as `plain` writes them, and how many parts each has.
    """
    parts = split(cell, mark)
    if not wholes:
        return list(dict.fromkeys(parts))
    return list(dict.fromkeys(_put_together(parts, mark, wholes)))


def _put_together(parts: list[str], mark: str, wholes: Mapping[str, int]) -> Iterator[str]:
    at, longest = 0, max(wholes.values())
    while at < len(parts):
        sizes = range(min(longest, len(parts) - at), 1, -1)
        n = next((n for n in sizes if wholes.get(_key(parts[at : at + n], mark)) == n), 1)
        yield joined(parts[at : at + n], mark)
        at += n


def joined(parts: Collection[str], mark: str) -> str:
    """Return parts as they stand in a cell."""
    return (mark if mark[-1:].isspace() else f"{mark} ").join(parts)


def _key(parts: Collection[str], mark: str) -> str:
    return joined([plain(part) for part in parts], mark)


def wholes_in(answers: Collection[str], mark: str) -> dict[str, int]:
    """Return the answers that hold the mark themselves, as `plain` writes them, and how many parts each has."""
    return {_key(parts, mark): len(parts) for answer in answers if len(parts := split(answer, mark)) > 1}


def wholes_of(counts: Mapping[str, int], mark: str, least: int) -> dict[str, int]:
    """Return parts that are one answer: "Email, newsletters", where neither ever stands without the other beside it.

    Args:
        counts: Different cells and how many there are of each.
        mark: What stands between answers.
        least: How often they stand together, at the least; to tell two apart that always go together tells nothing.
    """
    if mark not in UNSURE_MARKS:
        return {}
    said, after, before = Counter[str](), dict[str, set[str]](), dict[str, set[str]]()
    for cell, n in counts.items():
        parts = [plain(part) for part in split(cell, mark)]
        said.update(dict.fromkeys(parts, n))
        for one, other in zip(["", *parts], [*parts, ""], strict=True):
            after.setdefault(one, set()).add(other)
            before.setdefault(other, set()).add(one)
    followed = {one: next(iter(others)) for one, others in after.items() if len(others) == 1 and said[one] >= least}
    links = {one: other for one, other in followed.items() if one and other != one and before[other] == {one}}
    links = {one: other for one, other in links.items() if other}
    return {_key(chain, mark): len(chain) for chain in _chains(links)}


def _chains(links: Mapping[str, str]) -> Iterator[list[str]]:
    for first in links.keys() - set(links.values()):
        chain = [first]
        while chain[-1] in links:
            chain.append(links[chain[-1]])
        yield chain


def choices_mark(counts: Mapping[str, int]) -> str | None:
    """Return what stands between several answers in the cells of a column; None where a cell is one answer.

    A fifth of the cells holds two or more, there are few different ones, and the same come again. A semicolon, a stroke
    or a new line comes before a comma, which stands in answers too; there, they come in more companies than there are
    answers.

    Args:
        counts: Different cells and how many there are of each.
    """
    n = sum(counts.values())
    for marks in (SURE_MARKS, UNSURE_MARKS):
        found = {mark: _lists(counts, mark) for mark in marks}
        best = max(found, key=lambda mark: found[mark])
        if found[best] and found[best] >= LISTS * n:
            return best
    return None


def _lists(counts: Mapping[str, int], mark: str) -> int:
    """How many cells hold several answers, if this stands between them; 0 where it cannot."""
    wholes = wholes_of(counts, mark, AGAIN)
    cells = {cell: [plain(answer) for answer in answers_in(cell, mark, wholes)] for cell in counts}
    answers = Counter(answer for parts in cells.values() for answer in parts)
    long = sum(map(len, answers)) > LONGEST_CHOICE * len(answers)
    said = sum(counts[cell] * len(parts) for cell, parts in cells.items())
    again = len(cells) > len(answers) if mark in UNSURE_MARKS else said >= AGAIN * len(answers)
    if len(answers) > MOST_ANSWERS or long or not again:
        return 0
    return sum(counts[cell] for cell, parts in cells.items() if len(parts) > 1)
