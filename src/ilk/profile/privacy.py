"""Nothing about a handful of customers: cells that are hidden, and others hidden so that those are not worked out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def hidden_cells(counts: Counts, min_group: int) -> Mask:
    """Return which cells of a table of customers must not be shown, given that its margins are.

    A cell of 1 .. min_group - 1 customers is hidden. A row or column whose hidden cells are one, or are together
    fewer than min_group customers, would give them away by subtraction: its next smallest cell is hidden too.

    Args:
        counts: Customers, shape (n_rows, n_cells); row and column sums are taken to be known to everybody.
        min_group: Fewest customers a published figure may be about.

    Returns:
        Shape (n_rows, n_cells).

    Source: complementary cell suppression, Willenborg & de Waal (2001), Elements of Statistical Disclosure Control.
    """
    hidden = (counts > 0) & (counts < min_group)
    changed = bool(hidden.any())
    while changed:
        changed = _cover_rows(counts, hidden, min_group)
        changed |= _cover_rows(counts.T, hidden.T, min_group)
    return hidden


def _cover_rows(counts: Counts, hidden: Mask, min_group: int) -> bool:
    """Hide one more cell in every row that gives a hidden cell away; changes `hidden`, tells whether it did."""
    n_hidden = hidden.sum(axis=1)
    total = np.where(hidden, counts, 0).sum(axis=1)
    open_ = (n_hidden > 0) & (n_hidden < counts.shape[1]) & ((n_hidden == 1) | (total < min_group))
    rows = np.flatnonzero(open_)
    if rows.size == 0:
        return False
    big = np.iinfo(np.int64).max
    # Cells that hold customers go first: hiding a zero protects less.
    order = np.where(hidden[rows], big, np.where(counts[rows] > 0, counts[rows], big - 1))
    hidden[rows, order.argmin(axis=1)] = True
    return True


def shown(counts: Counts, hidden: Mask) -> tuple[int | None, ...]:
    """One row of counts with None where it is hidden."""
    return tuple(None if hide else int(n) for n, hide in zip(counts, hidden, strict=True))


def silent_rows(sizes: Counts, min_group: int) -> Mask:
    """Which groups say nothing: those of fewer than min_group customers, and the next smallest if they are alone.

    What is said of everyone less what is said of the others would otherwise be about too few. Shape (n_groups,).
    """
    hidden: Mask = hidden_cells(sizes[np.newaxis, :], min_group)[0]
    return hidden


def told_sizes(sizes: Counts, min_group: int) -> Counts:
    """Sizes as they may be told, shape (n_groups,): half of min_group stands for fewer than that.

    The next smallest, by which a small one could be worked out, is rounded down to a multiple of min_group.
    """
    rounded = np.maximum(sizes // min_group, 1) * min_group
    told = np.where(silent_rows(sizes, min_group), rounded, sizes)
    return np.where((sizes > 0) & (sizes < min_group), min_group // 2, told)


def coarse(n: int, min_group: int) -> int:
    """A count rounded to the nearest multiple of min_group, so that it is about nobody in particular."""
    return round(n / min_group) * min_group
