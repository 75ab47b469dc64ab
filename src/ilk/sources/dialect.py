"""Vote on how a text file is written: separator, quote, header; what is found is shown, never assumed in silence."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from ilk.sources.forms import DATE_FORMS, MISSING_AMONG_NUMBERS, SPACES, number_pattern

SAMPLE_CHARACTERS = 1 << 19
"""Text shown to the vote; whole small files, thousands of lines of big ones."""

SAMPLE_RECORDS = 500
"""Records parsed for each candidate."""

SAMPLE_CELLS = 20_000
"""Cells parsed for each candidate; wide tables show what they are in fewer records."""

LEAST_RECORDS = 40
"""Records parsed however wide they are."""

DELIMITERS = (",", ";", "\t", "|", "~", "^", ":", "\x1f", "\x01")
"""Candidates, most usual first: ties go to the first."""

MOST_PREAMBLE = 30
"""Padded lines above a table that are looked through for its header."""

UNUSUAL = 0.8
"""Weight of single quotes in a text that has cells in double ones (rule of thumb)."""

Cells = list[str]

_NUMBER = re.compile(f"(?:{number_pattern('.')})|(?:{number_pattern(',')})")
_DATE = re.compile("|".join(f"(?:{form})" for form in DATE_FORMS))
_WORDS = re.compile(r"[^\s;|\t,~^\"](?:[^;|\t~^\"\x1f\x01,]|,(?= ))*")
_BACKSLASH = re.compile(r'[^\\]\\"')
_CLEAN_AT_LEAST = 0.05
"""Weight of a cell that looks like nothing: not 0, so that free text can still be told from one column."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A separator and quote, and what the beginning of the file looks like with them."""

    delimiter: str
    quote: str
    escape: str
    by_line: bool
    records: list[Cells]


@dataclass(frozen=True, slots=True)
class Layout:
    """How the records of a file are laid out: `width` cells each, `before` records ahead of the first customer.

    `names` are the header's cells, one a column, None without a header; `dropped` the cells a header has too many.
    `preamble` counts records before the header. `by_line` is how the top was understood best: every line there is a
    record of its own, whatever quotes it opens.
    """

    delimiter: str
    quote: str
    escape: str
    width: int
    names: tuple[str, ...] | None
    preamble: int
    dropped: tuple[str, ...] = ()
    by_line: bool = False

    @property
    def before(self) -> int:
        """Records that are not customers, at the top."""
        return self.preamble + (self.names is not None)


def vote(path: Path, delimiter: str | None = None) -> Layout:
    """Return the layout that fits the beginning of a UTF-8 file best, with the delimiter that was named if any."""
    text, whole = _sample(path)
    candidates = [
        _Candidate(mark, quote, escape, by_line, records)
        for mark in ([delimiter] if delimiter else DELIMITERS)
        if mark in text
        for quote in _quotes(text, mark)
        for escape in _escapes(text, mark, quote)
        for by_line in ([False, True] if quote and quote in text else [False])
        for records in [parse(text, mark, quote, escape, whole=whole, by_line=by_line)]
    ]
    if not candidates:
        candidates = [_Candidate(",", '"', "", False, parse(text, ",", '"', "", whole=whole))]
    best = max(candidates, key=lambda candidate: _score(candidate.records) * _usual(text, candidate))
    return replace(lay_out(best.records, best.delimiter, best.quote, best.escape), by_line=best.by_line)


def _usual(text: str, candidate: _Candidate) -> float:
    """Where cells stand properly in double quotes, single ones are hardly quotes too."""
    return UNUSUAL if candidate.quote == "'" and _is_quoted(text, candidate.delimiter) else 1.0


def _is_quoted(text: str, delimiter: str) -> bool:
    """Whether a cell stands properly in double quotes."""
    proper = f'(?:^|{re.escape(delimiter)})"[^"\n]*"(?={re.escape(delimiter)}|\r?$)'
    return re.search(proper, text, re.MULTILINE) is not None


def _quotes(text: str, delimiter: str) -> list[str]:
    """Return the quotes worth trying: none at all only where no cell is quoted properly."""
    proper = _is_quoted(text, delimiter)
    return ['"', *(["'"] if "'" in text else []), *([""] if '"' in text and not proper else [])]


def _escapes(text: str, delimiter: str, quote: str) -> list[str]:
    """Try backslashes before quotes only where doubled quotes leave records of several widths."""
    if not quote or not _BACKSLASH.search(text):
        return [""]
    records = parse(text, delimiter, quote, "", whole=True)
    if not records:
        return ["", "\\"]
    first = next(i for i, cells in enumerate(records) if len(cells) == _usual_width(records))
    return ["", "\\"] if len({len(cells) for cells in records[first:]}) > 1 else [""]


def parse(text: str, delimiter: str, quote: str, escape: str, *, whole: bool, by_line: bool = False) -> list[Cells]:
    """Return the first records of a text, blank lines left out; the last one only if the text is whole.

    By line, one open quote does not swallow what follows, and must not spoil the vote.
    """
    records: list[Cells] = []
    n_cells = 0
    for cells in records_of(io.StringIO(text, newline="\n"), delimiter, quote, escape, by_line=by_line):
        if cells:
            records.append(cells)
            n_cells += len(cells)
        if len(records) > SAMPLE_RECORDS or (n_cells > SAMPLE_CELLS and len(records) > LEAST_RECORDS):
            return records[:-1]
    return records if whole else records[:-1]


def records_of(lines: Iterable[str], delimiter: str, quote: str, escape: str, *, by_line: bool) -> Iterator[Cells]:
    """Split lines into records, blank ones among them, up to the first that cannot be split.

    The vote and whoever walks over the top of the file afterwards read with this, or they would not agree on where
    the first customer stands.
    """
    read = partial(
        csv.reader,
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        escapechar=escape or None,
    )
    try:
        if by_line:
            for line in lines:
                yield from read([line])
        else:
            yield from read(lines)
    except csv.Error:
        return


def lay_out(records: list[Cells], delimiter: str, quote: str, escape: str = "") -> Layout:
    """Find width, preamble and header in parsed records; also for the grid of a spreadsheet."""
    if not records:
        return Layout(delimiter, quote, escape, 0, None, 0)
    width = _usual_width(records)
    at = _first_of_table(records, width)
    first, below = records[at], records[at + 1 :]
    if not _is_header(first, below):
        return Layout(delimiter, quote, escape, width, None, at)
    names, dropped = _fitted(first, width, below)
    return Layout(delimiter, quote, escape, width, names, at, dropped)


def _first_of_table(records: list[Cells], width: int) -> int:
    """Return where the table begins: titles and dates above it are short, or padded with blanks by a spreadsheet."""
    at = next(i for i, cells in enumerate(records) if len(cells) == width)
    if at > 0 and width > 2 and _is_odd_header(records[at - 1], records[at:], width):
        return at - 1
    for i in range(at, min(at + MOST_PREAMBLE, len(records))):
        filled = sum(bool(cell.strip()) for cell in records[i])
        if filled > width / 2:
            return i if width > 2 and _is_header(records[i], records[i + 1 :]) else at
    return at


def _sample(path: Path) -> tuple[str, bool]:
    with path.open("rb") as handle:
        head = handle.read(SAMPLE_CHARACTERS)
        whole = not handle.read(1)
    return head.decode("utf-8", errors="replace"), whole


def _score(records: list[Cells]) -> float:
    """How well a candidate explains the text: records of one width, cells that look like something, many of them."""
    if not records:
        return 0.0
    width = _usual_width(records)
    at = next(i for i, cells in enumerate(records) if len(cells) == width)
    body = records[at:]
    fitting = [cells for cells in body if len(cells) == width]
    clean = sum(_cleanness(cell) for cells in fitting for cell in cells) / (width * len(fitting))
    consistent = len(fitting) / len(body) * (len(body) / len(records)) ** 0.5
    return float(consistent**2 * clean * (width - 1 + 0.01) / width)


@lru_cache(maxsize=1 << 16)
def _cleanness(cell: str) -> float:
    text = cell.strip(SPACES)
    if not text:
        return 0.5
    if len(text) <= 48 and (_NUMBER.fullmatch(text) or _DATE.fullmatch(text)):
        return 1.0
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return _CLEAN_AT_LEAST
    if _WORDS.fullmatch(text):
        return 0.9
    return 0.4 if " " in text and len(text) > 30 else _CLEAN_AT_LEAST


def _usual_width(records: list[Cells]) -> int:
    counts = Counter(len(cells) for cells in records)
    return max(counts, key=lambda width: (counts[width], width))


def _is_header(first: Cells, below: Sequence[Cells]) -> bool:
    """Whether the first record names the columns: no number or date in it, unless the columns say otherwise."""
    typed = [_is_typed(cell) for cell in first]
    if not any(typed):
        return len(below) == 0 or not _repeats(first, below)
    if _are_years([cell for cell, is_typed in zip(first, typed, strict=True) if is_typed]) and not all(typed):
        return True
    named = sum(
        bool(cell.strip())
        and cell.strip().lower() not in MISSING_AMONG_NUMBERS
        and not is_typed
        and _mostly_typed(below, i)
        for i, (cell, is_typed) in enumerate(zip(first, typed, strict=True))
    )
    return named > 0 and len(set(first)) == len(first)


def _is_odd_header(cells: Cells, below: Sequence[Cells], width: int) -> bool:
    """Whether a record one cell too short or too long names the columns, because the next one does not."""
    near = len(cells) in (width - 1, width + 1)
    return near and _is_header(cells, below) and not _is_header(below[0], below[1:])


def _are_years(cells: Sequence[str]) -> bool:
    """2019, 2020, 2021: numbers that name columns."""
    years = [int(cell) for cell in cells if re.fullmatch("(?:19|20)[0-9]{2}", cell.strip())]
    return len(years) == len(cells) > 1 and years == list(range(years[0], years[0] + len(years)))


@lru_cache(maxsize=1 << 16)
def _is_typed(cell: str) -> bool:
    text = cell.strip(SPACES)
    return bool(text and len(text) <= 48 and (_NUMBER.fullmatch(text) or _DATE.fullmatch(text)))


def _mostly_typed(below: Sequence[Cells], i: int) -> bool:
    cells = [cells[i].strip() for cells in below if i < len(cells)]
    answers = [cell for cell in cells if cell and cell.lower() not in MISSING_AMONG_NUMBERS]
    return bool(answers) and sum(map(_is_typed, answers)) >= 0.9 * len(answers)


def _repeats(first: Cells, below: Sequence[Cells]) -> bool:
    """Without any number, a first record whose cells come again below is a customer like the others."""
    again = sum(
        bool(cell.strip()) and any(i < len(cells) and cells[i] == cell for cells in below)
        for i, cell in enumerate(first)
    )
    return again > len(first) / 2


def _fitted(header: Cells, width: int, below: Sequence[Cells]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give a header as many names as the rows have cells.

    A name is missing at the front, where R writes row names, or at the end, where each row ends with a separator.
    """
    if len(header) >= width:
        return tuple(header[:width]), tuple(name for name in header[width:] if name.strip())
    spare = [""] * (width - len(header))
    ends_blank = all(not cells[-1].strip() for cells in below if len(cells) == width)
    return tuple(header + spare if ends_blank else spare + header), ()
