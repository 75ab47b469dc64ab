"""Nothing about a handful of customers, nor anything by which that could be worked out."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ilk.profile.privacy import coarse, hidden_cells, shown, silent_rows, told_sizes

tables = arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=7), elements=st.integers(0, 60))


def test_a_small_cell_takes_the_next_smallest_of_its_row_and_column_with_it():
    """One hidden cell is everyone less the others; so a second one of its row and of its column is hidden."""
    counts = np.array([[3, 40, 50], [30, 20, 60], [70, 80, 90]])
    hidden = hidden_cells(counts, 10)
    assert hidden.tolist() == [[True, True, False], [True, True, False], [False, False, False]]


def test_enough_for_everybody_hides_nothing():
    assert not hidden_cells(np.array([[10, 20], [0, 30]]), 10).any()


def test_hidden_cells_that_are_few_together_take_another():
    """2 and 3 make 5, which the row's total would give away."""
    assert hidden_cells(np.array([[2, 3, 40, 60]]), 10).tolist() == [[True, True, True, False]]


@settings(deadline=None, max_examples=150)
@given(tables)
def test_no_margin_gives_a_hidden_cell_away(counts):
    """In every row and column the hidden cells are none, all, or at least two of at least ten customers."""
    hidden = hidden_cells(counts, 10)
    assert not ((counts > 0) & (counts < 10) & ~hidden).any()
    for lines, masks in ((counts, hidden), (counts.T, hidden.T)):
        for line, mask in zip(lines, masks, strict=True):
            assert mask.sum() == 0 or mask.all() or (mask.sum() > 1 and line[mask].sum() >= 10)


def test_a_tiny_segment_silences_the_next_smallest():
    assert silent_rows(np.array([900, 60, 50, 4]), 10).tolist() == [False, False, True, True]
    assert not silent_rows(np.array([900, 60, 50, 10]), 10).any()


def test_a_small_size_is_told_as_small_and_the_next_one_roughly():
    """Everybody less the others would else be the 4."""
    assert told_sizes(np.array([900, 60, 57, 4]), 10).tolist() == [900, 60, 50, 5]
    assert told_sizes(np.array([900, 60, 57, 10]), 10).tolist() == [900, 60, 57, 10]
    assert told_sizes(np.array([30, 6, 5]), 10).tolist() == [30, 5, 5]


def test_shown_puts_none_where_hidden():
    assert shown(np.array([4, 20]), np.array([True, False])) == (None, 20)


def test_coarse_rounds_to_the_nearest_ten():
    assert [coarse(n, 10) for n in (0, 4, 6, 14, 16, 313)] == [0, 0, 10, 10, 20, 310]
