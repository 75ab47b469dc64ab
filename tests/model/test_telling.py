"""Which columns tell most: those that place most customers rightly beside the ones chosen before."""

from __future__ import annotations

import numpy as np
import pytest
from test_certainty import made

from ilk.model.scorers import nearest_segments
from ilk.model.telling import most_telling


def test_what_decides_comes_first_and_what_says_the_same_comes_last():
    """Column a parts the first two from the third, c the first from the second; b says what a says, a little less."""
    centres = [[-1, -0.9, -1], [-1, -0.9, 1], [1, 0.9, 0]]
    donors = [centre for centre in centres for _ in range(10)]
    found = most_telling(made(centres, [centres], donors), 3)
    assert set(found.columns[:2]) == {"a", "c"}
    assert found.columns[2] == "b"
    assert found.right == pytest.approx(1.0)


def test_no_more_columns_are_named_than_there_are(model):
    found = most_telling(model.scoring, 99)
    assert sorted(found.columns) == sorted(model.scoring.columns)


def test_each_choice_is_the_best_beside_those_before(model):
    scoring, whole = model.scoring, model.scoring.donors.astype(np.float32)
    truth = nearest_segments(scoring, whole).label

    def right(columns):
        known = np.isin(np.array(scoring.feature_columns), columns)
        found = nearest_segments(scoring, np.where(known, whole, np.float32(np.nan))).label
        return scoring.donor_customers[found == truth].sum()

    chosen = most_telling(scoring, 3).columns
    for i, column in enumerate(chosen):
        before = list(chosen[:i])
        assert right([*before, column]) == max(right([*before, c]) for c in scoring.columns if c not in before)


def test_what_cannot_be_asked_is_not_told():
    assert np.isnan(most_telling(made([[-1], [1]], [], [[-1.0], [1.0]]), 1).right)
