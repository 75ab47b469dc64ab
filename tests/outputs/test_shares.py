"""Interests and categories are told by the share of customers, in the report's heat table and in the workbook."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.model.built import build

from ilk.model.model import Model
from ilk.outputs.charts.interests import having
from ilk.outputs.differences import differences
from ilk.outputs.reading import Reading
from ilk.outputs.sections.heat import heat
from ilk.outputs.workbook import _heat_lines

N = 900


@pytest.fixture(scope="module")
def interested() -> Model:
    """Three kinds of people who follow three things, and a category of nine levels."""
    rng = np.random.default_rng(8)
    of = rng.integers(0, 3, N)
    columns = {
        name: np.where(rng.random(N) < np.where(of == i, 0.8, 0.15), rng.integers(1, 9, N), 0)
        for i, name in enumerate(("golf", "chess", "tea"))
    }
    columns["shop"] = np.array([f"shop {'abcdefghi'[i]}" for i in rng.integers(0, 9, N)])
    frame = pd.DataFrame(columns)
    return build(frame, ks=(3,), personas=True, role={"golf": "topics", "chess": "topics", "tea": "topics"})


def rows(model: Model) -> dict[str, list[str]]:
    found = heat(Reading(model))
    return {
        row.head.text: [cell.text for cell in row.cells]
        for table in (*found.shown, *found.folded)
        for row in table.lines
    }


def test_interests_are_a_table_of_their_own(interested):
    """How many have any of it: per cent, not how much."""
    captions = [table.caption for table in heat(Reading(interested)).shown]
    assert "Interests: how many have any of it" in captions
    golf = rows(interested)["Golf"]
    assert golf[0] == f"{having(interested.content.column('golf').everyone):.0%}".replace("%", " %")
    assert all(text.endswith(" %") for text in golf)


def test_every_level_of_a_category_is_there(interested):
    """Nine levels, nine rows, that add up to everybody in every segment."""
    shares = [row for head, row in rows(interested).items() if head.startswith("Shop")]
    assert len(shares) == 9
    for column in zip(*shares, strict=True):
        assert sum(float(text.removesuffix(" %")) for text in column) == pytest.approx(100, abs=3)


def test_weaker_differences_are_interests_they_have(interested):
    """What a segment is less interested in is no difference worth a bar; figures are shares."""
    for segment in interested.segments:
        found = differences(segment, interested.content)
        assert found
        assert {marker.direction for marker in found} == {"high"}
        assert all(" %; everyone " in marker.text for marker in found if marker.column != "shop")


def test_the_workbook_says_the_same(interested):
    """As numbers, beside a head that says what they are."""
    (line,) = _heat_lines(interested.content.column("golf"), Reading(interested))
    assert line.head == "Golf (share who have any)"
    assert line.cells[0][0] == having(interested.content.column("golf").everyone)
    assert all(0.0 <= value <= 1.0 for value, _, _ in line.cells)
    assert len(_heat_lines(interested.content.column("shop"), Reading(interested))) == 9
