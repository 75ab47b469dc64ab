"""Changes by hand in words: what was done, and what a change will do before it is made."""

from __future__ import annotations

import pytest

from ilk.errors import BadInput, MissingColumns
from ilk.model.conditions import read_condition
from ilk.model.parts import Edit
from ilk.outputs.changes import adopting, changes_of, merging, rule_of, setting_aside, undoing

DAY = "2026-11-23"


def test_every_kind_of_change_is_told_with_its_segment_and_reason(model):
    uid = model.segments[2].uid
    changed = model
    for edit in (
        Edit("rename", "asked for", DAY, uid=uid, text="Regulars"),
        Edit("note", "", DAY, uid=uid, text="Ask Ann"),
        Edit("note", "", DAY, uid=uid),
        Edit("use", "", DAY, uid=uid, text="Call them"),
        Edit("aside", "", DAY, text="REGION = North", name="Staff"),
        Edit("k", "board", DAY, number=5),
    ):
        changed = changed.edited(edit)
    assert changes_of(changed) == (
        f"{DAY}: Segment 3 renamed to “Regulars” (asked for).",
        f"{DAY}: Segment 3, note: Ask Ann.",
        f"{DAY}: Segment 3: note removed.",
        f"{DAY}: Segment 3, use: Call them.",
        f"{DAY}: Set aside as “Staff”: REGION = North.",
        f"{DAY}: 5 segments adopted (board).",
    )
    assert undoing(changed) == f"Takes back the last change: {DAY}: 5 segments adopted (board)."
    assert undoing(model) == ""
    undone = changed.undo("the board waits")
    assert changes_of(undone)[-2] == f"{DAY}: 5 segments adopted (board)."
    assert changes_of(undone)[-1].endswith(": Undone: 5 segments adopted (the board waits).")
    assert undoing(undone) == f"Takes back the last change: {DAY}: Set aside as “Staff”: REGION = North."


def test_a_merge_is_foretold(model):
    one, two = model.segments[1], model.segments[3]
    said = merging(model, 4, 2)
    assert f"{one.size + two.size:,} customers" in said
    assert "keeps the number 2" in said
    assert "number 4 is no longer used" in said
    with pytest.raises(BadInput, match="itself"):
        merging(model, 2, 2)


def test_who_would_be_set_aside_is_foretold_as_far_as_the_model_knows(model):
    column = model.content.column("REGION")
    n = column.everyone.levels[column.levels.index("North")]
    assert f"The study saw {n} customers like this" in setting_aside(model, "REGION = North")
    assert "told of nobody like this" in setting_aside(model, "REGION = Moon")
    with pytest.raises(MissingColumns):
        setting_aside(model, "tier = 'staff'")
    with pytest.raises(BadInput, match="COLUMN = VALUE"):
        setting_aside(model, "staff")


@pytest.mark.parametrize("column", ["tier", 'a "b"', "a = b", "it's"])
@pytest.mark.parametrize("value", ["staff", "o'clock", '"', "a = 'b'"])
def test_a_rule_is_read_as_it_was_meant(column, value):
    test = read_condition(rule_of(column, "!=", value))
    assert (test.column, test.operator, test.value) == (column, "!=", value)


def test_adopting_says_what_changes(model):
    assert "will have 6 segments instead of 4" in adopting(model, 6)
    assert "1 segment instead" in adopting(model, 1)
