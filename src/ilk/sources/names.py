"""Column names: cleaned of what nobody can see, made unique, and read as words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ilk.errors import listed
from ilk.sources.source import Note

LONGEST_NAME = 200
"""Characters of a name that are kept; whole sentences as names (surveys) fit."""


def clean_names(raw: Sequence[str | None]) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """Return unique names without outer blanks, line breaks and control characters, and a note on every change.

    A blank name becomes "column 3", the second "name" becomes "name (2)". Everything else - quotes, commas, SQL,
    any script - stays as it is.
    """
    tidy = [_tidy(name or "") for name in raw]
    filled = [name or f"column {i}" for i, name in enumerate(tidy, 1)]
    unique = _unique(filled)
    notes = (
        _note(
            "blank-names", "Columns without a name are called", [n for n, t in zip(unique, tidy, strict=True) if not t]
        ),
        _note("duplicate-names", "Names that stood there before are numbered", _changed(filled, unique)),
        _note(
            "tidied-names",
            "Names lost blanks, line breaks or control characters",
            _changed([n or "" for n in raw], tidy),
        ),
    )
    return tuple(unique), tuple(note for note in notes if note)


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case: Dt_Customer gives dt, customer and custID gives cust, id."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word.lower() for word in re.split(r"[\W_]+", spaced) if word]


def _tidy(name: str) -> str:
    shown = "".join(" " if c.isspace() else c for c in name if c.isspace() or unicodedata.category(c)[0] != "C")
    return re.sub(r" {2,}", " ", shown).strip()[:LONGEST_NAME].rstrip()


def _unique(names: list[str]) -> list[str]:
    taken, unique = set(names), []
    seen: set[str] = set()
    for name in names:
        fresh, n = name, 2
        while fresh in seen or (fresh != name and fresh in taken):
            fresh, n = f"{name} ({n})", n + 1
        seen.add(fresh)
        unique.append(fresh)
    return unique


def _changed(before: Sequence[str], after: Sequence[str]) -> list[str]:
    return [new for old, new in zip(before, after, strict=True) if old != new and new]


def _note(code: str, text: str, names: list[str]) -> Note | None:
    return Note(code, f"{text}: {listed(names)}") if names else None
