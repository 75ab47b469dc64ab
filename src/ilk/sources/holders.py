"""Who has which topic, kept out of memory until it is known which segment everybody is in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int32]

AT_ONCE = 1 << 20
"""Pairs in memory at a time: 8 MiB."""

PAIR_BYTES = 8
"""Two whole numbers of four bytes."""


def _nameless() -> IO[bytes]:
    """A file that is gone with the process, however that ends."""
    return tempfile.TemporaryFile(prefix="ilk-")


@dataclass(slots=True)
class Holders:
    """A pair for each customer of a source and each topic they have, in a file without a name.

    Args:
        topics: What people call each topic.
        n_pairs: How many pairs were added.
        n_rows: Rows of the source as far as anybody in them has a topic.
    """

    topics: tuple[str, ...]
    n_pairs: int = 0
    n_rows: int = 0
    _file: IO[bytes] = field(default_factory=_nameless, repr=False)

    def add(self, rows: npt.NDArray[Any], topics: npt.NDArray[Any]) -> None:
        """Keep some pairs: the row of the customer in the source and the number of the topic, (n,) each."""
        self._file.write(np.column_stack([rows, topics]).astype(np.int32).tobytes())
        self.n_pairs += len(rows)
        self.n_rows = max(self.n_rows, int(rows.max(initial=-1)) + 1)

    def pieces(self) -> Iterator[tuple[Whole, Whole]]:
        """All pairs, some at a time: rows and topics, (n,) each; for one reader at a time."""
        for start in range(0, self.n_pairs, AT_ONCE):
            self._file.seek(start * PAIR_BYTES)
            raw = self._file.read(min(AT_ONCE, self.n_pairs - start) * PAIR_BYTES)
            pairs = np.frombuffer(raw, np.int32).reshape(-1, 2)
            yield pairs[:, 0], pairs[:, 1]

    def close(self) -> None:
        """Give back the file."""
        self._file.close()

    def __del__(self) -> None:
        # A source that is read and never joined has nobody who closes it.
        self._file.close()


@dataclass(frozen=True, slots=True)
class Held:
    """Which customers of a study have which topics.

    Args:
        holders: The pairs.
        rows: Row of the source for each customer, below 0 where there is none; (n,).
    """

    holders: Holders
    rows: npt.NDArray[np.int64]

    def rounds(self) -> Iterator[npt.NDArray[np.int64]]:
        """Customers who are in the source, in rounds in which no two share a row; nearly always one."""
        left = np.flatnonzero(self.rows >= 0)
        while len(left):
            _, first = np.unique(self.rows[left], return_index=True)
            yield left[first]
            left = np.delete(left, first)
