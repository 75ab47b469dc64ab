"""Blanks that come more often in some segments: told with what may be said of them, and of topics with what holds."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ilk.profile.blanks import blank_notes

TOLD = "blank for 50 % of segment 2 and for 5 % of the others, so it matters"


def noted(kinds):
    """The notes of two segments of 100 customers, of which 5 and 50 left every column blank."""
    plans = [SimpleNamespace(column=f"c{i}", kind=kind, use="builds", missing="skip") for i, kind in enumerate(kinds)]
    ground = SimpleNamespace(
        columns=[SimpleNamespace(plan=plan) for plan in plans],
        words=[SimpleNamespace(plain=f"column {i}") for i in range(len(kinds))],
    )
    known = np.array([[95.0] * len(kinds), [50.0] * len(kinds)])
    return [
        note.text
        for note in blank_notes(ground, SimpleNamespace(sizes=np.array([100, 100]), sums=known[..., None]), 10)
    ]


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (
            ["amount"],
            (
                f"“column 0” is {TOLD} what a blank means: say --missing 'c0=zero' if none, or 'c0=flag' if it is "
                "a fact of its own."
            ),
        ),
        (
            ["topics", "topics"],
            (
                f"“column 0” and 1 other column are {TOLD} that who has no record of the kind counts as "
                "not known, not as having none."
            ),
        ),
        (
            ["topics", "count"],
            (
                f"“column 1” and 1 other column are {TOLD} what a blank means: say --missing 'c1=zero' if "
                "none, or 'c1=flag' if it is a fact of its own."
            ),
        ),
    ],
)
def test_what_can_be_said_of_blanks_is_advised_and_nothing_else(kinds, said):
    """Of a topic nothing can be said with --missing: the advice was refused when somebody took it."""
    assert noted(kinds) == [said]
