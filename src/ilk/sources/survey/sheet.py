"""Answers as they were read, before anything is known of the questions but their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from ilk.sources.source import Kind

_ROW = re.compile(r"(.+?)\s*\[(.+)\]\s*", re.DOTALL)
_NUMBERED = re.compile(r"(.+?)[ _.\-]+([0-9]{1,3}|[a-z])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Answers as they are read, and what was said of them.

    Args:
        table: The questions' columns, without the id.
        kinds: How each is read.
        told: Column -> role or part, as somebody said.
        turned: Columns whose scale runs the other way.
        min_group: What fewer respondents chose is not told apart.
    """

    table: pa.Table
    kinds: Mapping[str, Kind]
    told: Mapping[str, str] = field(default_factory=dict)
    turned: frozenset[str] = frozenset()
    min_group: int = 10

    def counts(self, column: str) -> dict[str, int]:
        """Different texts of a column and how many gave each, most frequent first; nothing where they are no texts."""
        values = self.table.column(column)
        if not pa.types.is_string(values.type):
            return {}
        found = pc.value_counts(values.drop_null().combine_chunks()).to_pylist()
        return {each["values"]: each["counts"] for each in sorted(found, key=lambda e: (-e["counts"], e["values"]))}

    def has_blanks(self, column: str) -> bool:
        """Whether somebody left it blank."""
        return bool(self.table.column(column).null_count)


def groups_of(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return column -> (question, row) for columns such as q3[price] and q7_1, of which a question has several."""
    found: dict[str, tuple[str, str]] = {}
    for pattern, fewest in ((_ROW, 2), (_NUMBERED, 2)):
        matches = {name: match for name in names if name not in found and (match := pattern.fullmatch(name))}
        several = Counter(match[1] for match in matches.values())
        found |= {name: (match[1], match[2]) for name, match in matches.items() if several[match[1]] >= fewest}
    return found


def is_worded(row: str) -> bool:
    """Whether the row of a grid says something: price, and not SQ001 or 3."""
    return bool(re.search(r"[^\W\d_]{3}", row)) and not re.fullmatch(r"[A-Za-z]{1,4}_?[0-9]+", row)
