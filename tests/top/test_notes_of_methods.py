"""What a method did to the columns, and what is odd about its segments, is told with the study."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from ilk.cluster.method import Found
from ilk.cluster.scorer import ByCentres
from ilk.findings import _of_memberships
from ilk.segment import segment
from ilk.settings import Settings


def answers(n=200, seed=0):
    """Two answers of two kinds of customers, an amount, and an answer that 4 customers give differently."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 2, n)
    steps = {name: np.where(rng.random(n) < 0.85, kind * 3, rng.integers(0, 4, n)) + 1 for name in "ab"}
    return pa.table({**steps, "spend": rng.lognormal(3.0 + kind, 0.5).round(2), "odd": (np.arange(n) < 4) * 1})


ROLES = {"a": "ordered", "b": "ordered", "spend": "amount", "odd": "flag"}


@pytest.mark.slow
def test_amounts_in_bands_and_columns_left_out_of_latent_classes_are_told():
    study = segment(answers(), method="latent", role=ROLES, k=2)
    told = {note.code: note.text for note in study.warnings}
    assert told["cut-into-bands"].endswith("at most 5 bands of about as many customers each: 'spend'.")
    assert told["left-out-of-classes"].endswith(
        "fewer than 10 customers answer anything else than everyone else: 'odd'."
    )


@pytest.mark.parametrize(("voters", "codes"), [(40, ["twin-classes", "empty-class"]), (90, ["twin-classes"])])
def test_segments_that_nothing_tells_apart_are_told_and_empty_ones_where_everybody_was_asked(voters, codes):
    """Two segments in one place, and one far from everybody; a sample cannot say how many of all are in that."""
    crowd = SimpleNamespace(matrix=np.zeros((90, 1), np.float32), sample=np.arange(40), voters=np.arange(voters))
    scorer = ByCentres(np.array([[0.0], [0.0], [99.0]]))
    labels = np.zeros(90, np.int32)
    notes = _of_memberships(crowd, Found(scorer, labels, 0.0, entropy=0.4), Settings())
    assert sorted(note.code for note in notes) == sorted(codes)
    assert any(note.text.startswith("Segments 1 and 2 are twins") for note in notes)
    assert _of_memberships(crowd, Found(scorer, labels, 0.0), Settings()) == ()
