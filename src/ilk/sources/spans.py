"""Cells of a sheet that somebody merged, which a reader of values does not see: how far the one at the left reaches."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

Spans = Mapping[int, Mapping[int, int]]
"""Row -> first column -> last column, from 0, counted from the first row and column that hold anything."""

_SHEET = re.compile(rb'<sheet\b[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
_TARGET = re.compile(rb'<Relationship\b(?=[^>]*?\bId="([^"]*)")(?=[^>]*?\bTarget="([^"]*)")')
_FILLED = re.compile(rb'<c\b[^>]*?\br="([A-Z]+)([0-9]+)"[^>]*?>\s*<(?:v|is|f)\b')
_MERGED = re.compile(rb'<mergeCell\b[^>]*?\bref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')

HEAD, TAIL = 1 << 20, 1 << 22
"""Bytes of a sheet that are looked at: its first cells, and the merged ones, which are listed at its end."""


def spans_of(path: Path, sheet: str) -> Spans:
    """Return the cells of a row that were merged; nothing where the file does not say it as Excel does.

    Args:
        path: An Excel file that was opened already.
        sheet: The name of the sheet.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _spans(*_ends(archive, _place(archive, sheet)))
    except (KeyError, zipfile.BadZipFile):
        return {}


def _place(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of the file that holds a sheet.

    Raises:
        KeyError: If there is none of this name.
    """
    sheets = dict(_SHEET.findall(archive.read("xl/workbook.xml")))
    targets = dict(_TARGET.findall(archive.read("xl/_rels/workbook.xml.rels")))
    target = targets[sheets[sheet.encode()]].decode()
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _ends(archive: zipfile.ZipFile, place: str) -> tuple[bytes, bytes]:
    with archive.open(place) as part:
        head = end = part.read(HEAD)
        while more := part.read(HEAD):
            end = (end + more)[-TAIL:]
    return head, end


def _spans(head: bytes, end: bytes) -> Spans:
    filled = [(int(row), _column(letters)) for letters, row in _FILLED.findall(head)]
    if not filled:
        return {}
    top, left = min(row for row, _ in filled), min(column for _, column in filled)
    found: dict[int, dict[int, int]] = {}
    for first, row, last, below in _MERGED.findall(end):
        if row == below:
            found.setdefault(int(row) - top, {})[_column(first) - left] = _column(last) - left
    return found


def _column(letters: bytes) -> int:
    at = 0
    for letter in letters:
        at = at * 26 + letter - ord("A") + 1
    return at - 1
