"""Read a text file cell by cell where quotes are out of order: keep what can be read, name what cannot."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow as pa

from ilk.sources.dialect import Layout
from ilk.sources.forms import SPACES
from ilk.sources.stored import REJECTS

PATIENCE = 1 << 20
"""Bytes after which a quote that is still open is taken for one that was never closed; halved each time it is so."""

LEAST_PATIENCE = 1 << 14
"""Bytes a cell over several lines may always have."""

LONGEST_TEXT = 2_000
"""Characters of a rejected record that are kept."""


@dataclass(slots=True)
class Repaired:
    """A standard copy of the readable records, and the account of all: records = rows + rejects + blank."""

    path: Path
    records: int = 0
    rows: int = 0
    blank: int = 0
    lines: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def rejects(self) -> pa.Table:
        """What could not be read, as a table."""
        return pa.Table.from_pydict({"line": self.lines, "reason": self.reasons, "text": self.texts}, schema=REJECTS)


class Unreadable(ValueError):
    """A record that cannot be split into cells; says why."""


class Unclosed(Unreadable):
    """A record over several lines that does not end as a record should: most likely its quote was never closed."""

    def __init__(self) -> None:
        super().__init__("a quote is opened and never closed")


def wrong_width(width: int, *, fewer: bool) -> str:
    """Say that a record has not as many cells as the table has columns."""
    return f"{'fewer' if fewer else 'more'} than {width} cells"


@dataclass(slots=True)
class _Lines:
    """Numbered lines of a file, some of which may be given back to be read again."""

    source: Iterator[bytes]
    number: int
    returned: deque[bytes] = field(default_factory=deque)

    def take(self) -> bytes | None:
        """Return the next line, None at the end."""
        line = self.returned.popleft() if self.returned else next(self.source, None)
        self.number += line is not None
        return line

    def give_back(self, lines: list[bytes]) -> None:
        """Put lines back in front."""
        self.returned.extendleft(reversed(lines))
        self.number -= len(lines)


@dataclass(slots=True)
class _Record:
    """Cells of one record as its lines come in."""

    layout: Layout
    cells: list[str] = field(default_factory=list)
    open_cell: list[str] | None = None

    def add(self, line: str) -> bool:
        """Split one more line; return whether the record is complete.

        Raises:
            Unreadable: If text follows a closing quote.
        """
        at: int | None = 0
        while at is not None:
            at = self._quoted(line, at) if self.open_cell is not None else self._cell(line, at)
        return self.open_cell is None

    def finish(self) -> None:
        """Check the number of cells.

        Raises:
            Unreadable: If there are more or fewer than the file has columns.
        """
        if len(self.cells) != self.layout.width:
            raise Unreadable(wrong_width(self.layout.width, fewer=len(self.cells) < self.layout.width))

    def _cell(self, line: str, at: int) -> int | None:
        """Read the cell that begins at `at`; return where to go on, None at the end of the line."""
        quote, delimiter = self.layout.quote, self.layout.delimiter
        begin = at
        while quote and begin < len(line) and line[begin] in SPACES:
            begin += 1
        if quote and line[begin : begin + 1] == quote:
            self.open_cell = []
            return begin + 1
        end = line.find(delimiter, at)
        self.cells.append(line[at:] if end < 0 else line[at:end])
        return None if end < 0 else end + 1

    def _quoted(self, line: str, at: int) -> int | None:
        """Read on inside quotes, from `at` to the closing quote and the separator after it."""
        quote, escape = self.layout.quote, self.layout.escape
        cell = self.open_cell
        assert cell is not None
        end = line.find(quote, at)
        if escape and (slash := line.find(escape, at)) >= 0 and (end < 0 or slash < end):
            cell.append(line[at:slash] + (line[slash + 1 : slash + 2] or "\n"))
            return slash + 2 if slash + 1 < len(line) else None
        if end < 0:
            cell.append(line[at:] + "\n")
            return None
        if line[end + 1 : end + 2] == quote:
            cell.append(line[at : end + 1])
            return end + 2
        cell.append(line[at:end])
        return self._close(line, end + 1)

    def _close(self, line: str, at: int) -> int | None:
        self.cells.append("".join(self.open_cell or []))
        self.open_cell = None
        rest = line[at:].lstrip(SPACES)
        if rest and not rest.startswith(self.layout.delimiter):
            raise Unreadable("text after a closing quote")
        return len(line) - len(rest) + 1 if rest else None


@dataclass(frozen=True, slots=True)
class Found:
    """One record of a file: the number and text of its first line, and its cells, or else why it has none."""

    line: int
    first: bytes
    cells: list[str] | None
    reason: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether it is an empty line."""
        return self.cells is None and not self.reason

    @property
    def text(self) -> str:
        """What stands in its first line."""
        return self.first.decode("utf-8", errors="replace").rstrip("\r\n")[:LONGEST_TEXT]


def read_records(path: Path, layout: Layout, *, offset: int, first_line: int) -> Iterator[Found]:
    """Yield every record from `offset` on, cell by cell; one without `layout.width` cells has a reason instead.

    A quote that is never closed costs its own line only: reading goes on with the next one.

    Args:
        path: UTF-8 file.
        layout: How the records are laid out.
        offset: Where the first record begins.
        first_line: Number of its line, from 1.
    """
    patience = PATIENCE
    with path.open("rb") as source:
        source.seek(offset)
        lines = _Lines(source, first_line - 1)
        while (first := lines.take()) is not None:
            number = lines.number
            if not first.strip():
                yield Found(number, first, None)
                continue
            try:
                yield Found(number, first, _cells(first, lines, layout, patience))
            except Unreadable as error:
                yield Found(number, first, None, str(error))
                patience = max(LEAST_PATIENCE, patience // 2) if isinstance(error, Unclosed) else patience


def repair(path: Path, target: Path, layout: Layout, *, offset: int, first_line: int) -> Repaired:
    """Copy every record that can be read to `target`, in standard quoting; the others are rejects."""
    result = Repaired(target)
    with target.open("w", encoding="utf-8", newline="") as copy:
        writer = csv.writer(copy, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for found in read_records(path, layout, offset=offset, first_line=first_line):
            result.records += 1
            if found.cells is not None:
                writer.writerow(found.cells)
                result.rows += 1
            elif found.is_blank:
                result.blank += 1
            else:
                result.lines.append(found.line)
                result.reasons.append(found.reason)
                result.texts.append(found.text)
    return result


def locate(path: Path, layout: Layout, rows: Sequence[int], *, offset: int, first_line: int) -> list[tuple[int, str]]:
    """Return line and text of readable records by their number, from 1 and ascending."""
    if not rows:
        return []
    records = read_records(path, layout, offset=offset, first_line=first_line)
    readable = (found for found in records if found.cells is not None)
    wanted = set(rows)
    return [(found.line, found.text) for n, found in enumerate(islice(readable, rows[-1]), 1) if n in wanted]


def _cells(first: bytes, lines: _Lines, layout: Layout, patience: int) -> list[str]:
    """Return the cells of the record that begins with `first`; on failure all its other lines are given back."""
    record, more, size = _Record(layout), [], len(first)
    try:
        complete = record.add(_text(first))
        while not complete:
            line = lines.take()
            if line is None or size > patience:
                more += [line] if line is not None else []
                raise Unclosed
            more.append(line)
            size += len(line)
            complete = record.add(_text(line))
        record.finish()
    except Unreadable as error:
        lines.give_back(more)
        raise Unclosed if more else error from None
    return record.cells


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise Unreadable("characters that are not valid UTF-8") from None
