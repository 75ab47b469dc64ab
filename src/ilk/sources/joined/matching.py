"""Which customer of one source is which of another: by the id as it is written, or without case and blanks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

How = Literal["as-written", "folded"]

NOBODY = -1
"""Stands for a customer who is not in the other source."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where customers stand in another source.

    Args:
        rows: Row of the other source for each customer, NOBODY where there is none; (n,).
        strangers: Rows of the other source that belong to no customer, ascending.
        nearly: How many strangers would be customers if case, blanks and leading zeros made no difference.
        alike: How many customers share a row of the other source, because their ids differ in case and blanks only.
    """

    rows: NDArray[np.int64]
    strangers: NDArray[np.int64]
    nearly: int = 0
    alike: int = 0

    @property
    def n_found(self) -> int:
        """Customers who are in the other source."""
        return int((self.rows != NOBODY).sum())


def match_ids(customers: pa.ChunkedArray, others: pa.ChunkedArray, how: How) -> Match:
    """Find every customer in another source.

    Numbers are compared as numbers where both sources write nothing else; else as texts, so that 007 and 7 differ.

    Args:
        customers: (n,) text or int64, no two the same.
        others: (m,) text or int64, no two the same.
        how: "folded" also takes ids for the same that differ in case and blanks; the same as written comes first.
    """
    own, other = _comparable(customers, others)
    rows = _places(own, other)
    if how == "folded":
        rows = np.where(rows == NOBODY, _places(folded(own), folded(other)), rows)
    taken = np.bincount(rows[rows != NOBODY], minlength=len(other))
    strangers = np.flatnonzero(taken == 0)
    alike = int(taken[taken > 1].sum())
    return Match(rows, strangers, _nearly(own, other.take(strangers)), alike)


def union_ids(ids: list[pa.ChunkedArray], how: How) -> pa.ChunkedArray:
    """Everybody in any of several sources, in the order in which they first come; the first way to write them stays."""
    whole = all(pa.types.is_integer(one.type) for one in ids)
    everybody = pa.chunked_array([chunk for one in ids for chunk in (one if whole else as_texts(one)).chunks])
    keys = folded(everybody) if how == "folded" else everybody
    first = pc.index_in(pc.unique(keys), value_set=keys.combine_chunks())
    return everybody.take(first)


def as_texts(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Ids as they are written; whole numbers without a point."""
    return ids.cast(pa.string())


def folded(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Ids without regard to case and to blanks, wherever they stand; numbers stay."""
    if pa.types.is_integer(ids.type):
        return ids
    return pc.replace_substring_regex(pc.utf8_lower(ids), r"[\s\x{00A0}]+", "")


def _comparable(one: pa.ChunkedArray, other: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    if pa.types.is_integer(one.type) and pa.types.is_integer(other.type):
        return one, other
    return as_texts(one), as_texts(other)


def _places(own: pa.ChunkedArray, other: pa.ChunkedArray) -> NDArray[np.int64]:
    found = pc.index_in(own, value_set=other.combine_chunks(), skip_nulls=True)
    return np.asarray(pc.fill_null(found, NOBODY).to_numpy(), np.int64)


def _nearly(customers: pa.ChunkedArray, strangers: pa.ChunkedArray) -> int:
    """How many strangers differ from a customer in case, blanks and leading zeros only."""
    if not len(customers) or not len(strangers):
        return 0
    return int(pc.sum(pc.is_in(_loose(strangers), value_set=_loose(customers).combine_chunks())).as_py())


def _loose(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_ltrim(folded(as_texts(ids)), characters="0")
