"""Two levels: which campaign segment lies in which board segment, from groups of customers asked at both."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import numpy as np

from ilk.edit import apply_edit
from ilk.model.model import Model
from ilk.model.parts import Edit
from ilk.outputs.reading import Reading
from ilk.outputs.sections.levels import crossing, two_levels


def test_a_crossing_by_hand():
    """Segment 2 of the campaigns: 30 of its 40 customers lie in the board's 1, 10 in its 2."""
    board, campaign = np.array([1, 1, 2, 2]), np.array([1, 2, 2, 3])
    found = crossing(board, campaign, np.array([10, 30, 10, 20]))
    assert found == {(1, 1): 1.0, (2, 1): 0.75, (2, 2): 0.25, (3, 2): 1.0}


def test_every_campaign_segment_lies_somewhere_and_the_shares_add_up(model):
    found = two_levels(Reading(model), 2, 6)
    assert len(found.table.lines) == 6
    assert found.table.heads[0] == "Of 6 for campaigns"
    for line in found.table.lines:
        assert line.cells[1].text
    assert "groups of about" in found.note
    for width in (720, 343):
        drawn = found.chart.draw(width)
        assert drawn.count("<rect") == 8
        assert "NaN" not in drawn
    assert found.chart.alt.count(" lies in ") == 6


def test_a_merged_segment_is_one_at_both_ends(model):
    one, two = model.segments[1], model.segments[3]
    merged = Reading(apply_edit(model, Edit("merge", "", "2026-11-23", uid=one.uid, other=two.uid)))
    below, above = two_levels(merged, 2, 4), two_levels(merged, 4, 6)
    assert [line.head.text[0] for line in sorted(below.table.lines, key=lambda line: line.head.text)] == ["1", "2", "3"]
    assert len(above.table.lines) == 6
    assert "4 " not in "".join(line.cells[1].text[:2] for line in above.table.lines)


def test_without_reference_points_nothing_is_said(model):
    bare = Model(replace(model.content, reference=None))
    assert two_levels(Reading(bare), 2, 4) is None


def test_names_nobody_should_print_are_only_text(hostile):
    assert "<b>" not in two_levels(Reading(hostile), 2, 5).chart.draw(720)


def test_long_names_are_told_whole_beside_their_blocks(model):
    """They were cut off after "1 Customers with low balance", where there was room for a second line."""
    long = "Customers with low balance and full payment of their bills"
    first = model.segments[0]
    renamed = apply_edit(model, Edit("rename", "so it is", "2026-11-23", uid=first.uid, text=long))
    drawn = two_levels(Reading(renamed), 2, 4).chart.draw(720)
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert long in " ".join(texts)
    assert not any("…" in said for said in texts)
    lines = [tuple(map(float, at)) for at in re.findall(r'<text x="([\d.]+)" y="([\d.]+)"', drawn)]
    assert all(abs(y - other) >= 14 for (x, y), (ox, other) in combinations(lines, 2) if x == ox)
