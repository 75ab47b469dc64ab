"""Which columns tell most: those that place most customers rightly beside the ones chosen before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_certainty import made

from ilk.model.evidence import First
from ilk.model.scorers import nearest_segments
from ilk.model.soundness import problems_of
from ilk.model.telling import N_FIRST, first_of, most_telling


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


def test_what_they_are_worth_is_counted_among_customers(model, matrix):
    """By hand: each customer placed by all columns, and again by the chosen ones alone."""
    found = first_of(model.scoring, matrix)
    assert found.columns == most_telling(model.scoring, N_FIRST).columns
    known = np.isin(np.array(model.scoring.feature_columns), found.columns)
    alone = np.where(known, matrix, np.float32(np.nan))
    same = nearest_segments(model.scoring, alone).label == nearest_segments(model.scoring, matrix).label
    assert found.customers == len(matrix)
    assert found.right == round(float(same.mean()), 2)


def test_where_nobody_answered_the_chosen_columns_nothing_is_measured(model, matrix):
    assert first_of(model.scoring, np.full_like(matrix, np.nan)) is None


@pytest.mark.parametrize("first", [First(("no column of this",), 0.5, 10), First((), 1.5, 10)])
def test_a_file_whose_first_columns_are_none_is_refused(model, first):
    """The form asks for them by name, so a spoiled file is told when it is opened, not when a page is."""
    content = replace(model.content, evidence=replace(model.content.evidence, first=first))
    assert problems_of(content) == [
        *problems_of(model.content),
        "what the first columns are worth does not fit the columns",
    ]
