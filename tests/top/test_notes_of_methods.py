"""What a method did to the columns, and what is odd about its segments, is told with the study."""

from __future__ import annotations

import io
import re
from contextlib import closing
from functools import partial
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from rich.console import Console

import ilk
from ilk.cluster.method import Found
from ilk.cluster.scorer import ByCentres
from ilk.crowd import understand
from ilk.findings import _of_memberships
from ilk.methods import why_method
from ilk.model.room import with_room
from ilk.outputs.reading import Reading
from ilk.outputs.sections.board import weighed
from ilk.outputs.sections.methods import methods
from ilk.outputs.terminal import show
from ilk.segment import segment
from ilk.settings import Settings
from ilk.sources.open import open_source


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


@pytest.mark.slow
def test_a_study_too_large_for_a_model_file_is_told_and_delivered(monkeypatch, tmp_path):
    """As if hardly anything fitted: nothing is certain, and everything is written and read again."""
    monkeypatch.setattr("ilk.findings.with_room", partial(with_room, most=1))
    study = segment(answers(), role=ROLES, k=2, out=tmp_path / "out")
    assert "without-certainty" in {note.code for note in study.warnings}
    assert study.assignments["certainty"].null_count == study.assignments.num_rows
    assert ilk.load(tmp_path / "out" / "segments.ilk").content == study.model.content


def ticked(n=200, blank=0.3, **others):
    """Two steps and a category, some of them blank."""
    rng = np.random.default_rng(3)
    columns = {name: rng.integers(1, top + 1, n).astype(float) for name, top in (("a", 4), ("b", 5), ("c", 2))}
    given = {
        name: pa.array(np.where(rng.random(n) < blank, np.nan, v), from_pandas=True) for name, v in columns.items()
    }
    return pa.table({**given, **others})


TICKED = {"a": "ordered", "b": "ordered", "c": "category"}


def reason(table, roles, **given):
    settings = Settings(role=roles, **given)
    with closing(open_source(table, settings)) as data:
        return why_method(understand(data, settings), settings)


def test_answers_to_tick_with_many_blanks_are_advised_latent_classes_and_no_others():
    """The share is of the answers; one amount among the columns, or few blanks, and k-means needs no excuse."""
    (advised,) = reason(ticked(), TICKED)
    assert advised.code == "method"
    assert "--method latent" in advised.text
    assert re.search(r"and (2[6-9]|3[0-4]) % of the answers are missing", advised.text)
    spend = np.random.default_rng(0).lognormal(3, 1, 200)
    for table, roles in ((ticked(spend=spend), {**TICKED, "spend": "amount"}), (ticked(blank=0.05), TICKED)):
        (plain,) = reason(table, roles)
        assert "latent" not in plain.text
        assert plain.text.startswith("Found by k-means, quick")


def test_interests_alone_are_said_to_be_compared_by_direction():
    topics = {f"t{j}": np.random.default_rng(j).poisson(0.8, 200) for j in range(4)}
    (note,) = reason(pa.table(topics), dict.fromkeys(topics, "topics"))
    assert note.text.startswith("Found by k-means on directions, because interests alone")


@pytest.mark.parametrize("given", [{"method": "kmeans"}, {"method": "ward"}, {"levels": (2, 3)}])
def test_who_chose_the_method_needs_no_reason(given):
    assert reason(ticked(), TICKED, **given) == ()


def test_the_reason_stands_in_notes_terminal_and_provenance_and_is_no_warning():
    study = segment(answers(), role=ROLES, k=2)
    (note,) = [note for note in study.warnings if note.code == "method"]
    reading = Reading(study.model)
    assert note not in weighed(reading)
    assert ("Why this method", note.text) in [(row.head.text, row.cells[0].text) for row in methods(reading).made.lines]
    console = Console(file=io.StringIO(), width=100)
    show(study.model, console)
    assert note.text in " ".join(console.file.getvalue().split())
