"""Count the records of a text file independently of whoever reads it: bytes, quotes and line ends, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

CHUNK = 16 << 20
"""Bytes looked at in one go."""

_LF = 10

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Count:
    """Records from an offset to the end of the file, how many of them are blank lines, and lines in all.

    `regular` is False where a quote stands inside a cell or is never closed: then parity says nothing, the figures
    are void, and somebody has to read cell by cell.
    """

    records: int
    blank: int
    lines: int
    regular: bool


@dataclass(slots=True)
class _State:
    """What one chunk hands to the next: parity of quotes, place of the last line end outside quotes, last byte."""

    last_end: int
    quotes: int = 0
    last_byte: int = _LF
    records: int = 0
    blank: int = 0
    lines: int = 0


def count_records(path: Path, *, offset: int, delimiter: str, quote: str, line_end: int) -> Count:
    """Count records at the speed of memory.

    Args:
        path: UTF-8 file with one kind of line end.
        offset: Where the first record begins.
        delimiter: One character.
        quote: One character, or nothing where quotes mean nothing.
        line_end: Bytes of a line end, 1 or 2.
    """
    state = _State(last_end=offset - 1)
    at = offset
    with path.open("rb") as handle:
        handle.seek(offset)
        while chunk := handle.read(CHUNK):
            if not _count_chunk(
                np.frombuffer(chunk, np.uint8), at, state, delimiter=delimiter, quote=quote, line_end=line_end
            ):
                return Count(0, 0, 0, regular=False)
            at += len(chunk)
    if state.quotes % 2:
        return Count(0, 0, 0, regular=False)
    unended = at > state.last_end + 1
    return Count(state.records + unended, state.blank, state.lines + unended, regular=True)


def _count_chunk(chunk: Bytes, at: int, state: _State, *, delimiter: str, quote: str, line_end: int) -> bool:
    ends = np.flatnonzero(chunk == _LF)
    state.lines += len(ends)
    if quote:
        quotes = np.flatnonzero(chunk == ord(quote))
        if not _regular(chunk, quotes, state, delimiter, quote):
            return False
        ends = ends[(state.quotes + np.searchsorted(quotes, ends)) % 2 == 0]
        state.quotes += len(quotes)
    places = np.concatenate([[state.last_end], ends + at])
    state.blank += int(np.count_nonzero(np.diff(places) == line_end))
    state.records += len(ends)
    state.last_end, state.last_byte = int(places[-1]), int(chunk[-1])
    return True


def _regular(chunk: Bytes, quotes: Places, state: _State, delimiter: str, quote: str) -> bool:
    """Whether every opening quote begins a cell and every closing one ends it, doubled quotes counting as both."""
    separator = delimiter.encode()[-1]
    mark = ord(quote)
    opening = (state.quotes + np.arange(len(quotes))) % 2 == 0
    before = np.where(quotes > 0, chunk[quotes - 1], state.last_byte)[opening]
    if not np.isin(before, (separator, _LF, mark)).all():
        return False
    closing = quotes[~opening]
    after = chunk[closing[closing + 1 < len(chunk)] + 1]
    if not np.isin(after, (separator, _LF, 13, mark)).all():
        return False
    closed_at_cut = state.quotes > 0 and state.quotes % 2 == 0 and state.last_byte == mark
    return not closed_at_cut or int(chunk[0]) in (separator, _LF, 13, mark)
