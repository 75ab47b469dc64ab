"""Changes made by hand: kept with their reason, undone, saved, and honoured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from built import merged

from ilk.errors import BadInput
from ilk.model.conditions import Clause, read_condition, who_meets
from ilk.model.edits import standing, with_what_it_undoes
from ilk.model.evidence import Judged
from ilk.model.file import load, save
from ilk.model.parts import Edit

TODAY = "2026-11-23"


def uid(model, number):
    return model.segment(number).uid


def rename(model, number, name):
    return Edit("rename", "easier to remember", TODAY, uid=uid(model, number), text=name)


def merge(model, one, other):
    whole = merged(model, one, other)
    return Edit("merge", "treated alike", TODAY, uid=uid(model, one), other=uid(model, other), segment=whole)


def test_a_rename_changes_the_name_and_nothing_else(model):
    edited = model.edited(rename(model, 2, "  Weekend visitors "))
    assert edited.segment(2).persona.name == "Weekend visitors"
    assert edited.content is model.content
    assert edited.segment(1) == model.segment(1)
    assert model.segment(2).persona.name == "Kind 2"
    assert edited.edits[0].reason == "easier to remember"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "A name is needed"),
        ("   ", "A name is needed"),
        ("x" * 61, "at most 60 letters"),
        ("kind 1", "already called"),
        ("a\x1b[31mb", "control characters"),
        ("a\nb", "control characters"),
        ("a\u202eb", "control characters"),
    ],
)
def test_names_that_are_refused(model, name, words):
    with pytest.raises(BadInput, match=words):
        model.edited(rename(model, 2, name))


def test_a_name_may_be_given_again_to_the_same_segment_and_may_swap(model):
    assert model.edited(rename(model, 1, "KIND 1")).segment(1).persona.name == "KIND 1"
    swapped = model.edited(rename(model, 1, "x")).edited(rename(model, 2, "Kind 1"))
    assert [s.persona.name for s in swapped.segments] == ["x", "Kind 1", "Kind 3"]


def test_notes_and_uses(model):
    edited = model.edited(Edit("note", "", TODAY, uid=uid(model, 1), text="Ask sales\nfirst"))
    edited = edited.edited(Edit("use", "", TODAY, uid=uid(model, 1), text="Win-back"))
    assert (edited.segment(1).note, edited.segment(1).use) == ("Ask sales\nfirst", "Win-back")
    with pytest.raises(BadInput, match="at most 2,000 letters"):
        model.edited(Edit("note", "", TODAY, uid=uid(model, 1), text="x" * 2001))
    with pytest.raises(BadInput, match="control characters"):
        model.edited(Edit("note", "\x07", TODAY, uid=uid(model, 1), text="x"))


def test_merging_keeps_the_larger_ones_number(model):
    edited = model.edited(merge(model, 3, 1))
    assert [s.number for s in edited.segments] == [1, 2]
    assert edited.segment(1).uid == uid(model, 1)
    assert edited.segment(1).size == model.segment(1).size + model.segment(3).size
    assert edited.view.owner == (0, 1, 0)
    assert edited.view.merged
    assert edited.k == 3


def test_others_keep_their_numbers(model):
    edited = model.edited(merge(model, 1, 2))
    assert [s.number for s in edited.segments] == [1, 3]
    assert edited.view.owner == (0, 0, 1)


def test_merged_segments_assign_together(model, frame):
    before = model.assign(frame).table
    edited = model.edited(merge(model, 1, 2))
    after = edited.assign(frame).table
    number = np.array(before["segment"].to_pylist())
    assert (np.array(after["segment"].to_pylist()) == np.where(number == 2, 1, number)).all()
    assert set(after["runner_up"].to_pylist()) == {1, 3}
    sure, surer = (np.array(t["certainty"].to_pylist()) for t in (before, after))
    assert (surer >= sure).all()
    margins = np.array(after["margin"].to_pylist())
    assert ((margins >= 0) & (margins <= 1)).all()


def test_merges_that_are_refused(model):
    with pytest.raises(BadInput, match="with itself"):
        model.edited(Edit("merge", "", TODAY, uid=uid(model, 1), other=uid(model, 1), segment=model.segment(1)))
    with pytest.raises(BadInput, match="does not say what the merged segment is like"):
        model.edited(Edit("merge", "", TODAY, uid=uid(model, 1), other=uid(model, 2)))
    wrong = replace(merged(model, 1, 2), size=3)
    with pytest.raises(BadInput, match="not as large as its two parts"):
        model.edited(Edit("merge", "", TODAY, uid=uid(model, 1), other=uid(model, 2), segment=wrong))
    two = model.at(2)
    with pytest.raises(BadInput, match="leaves nothing to tell apart"):
        two.edited(merge(two, 1, 2))


def test_an_unknown_uid_lists_the_known_ones(model):
    with pytest.raises(BadInput, match=r"no segment with the uid 'nobody'.*1 Kind 1.*3 Kind 3"):
        model.edited(Edit("rename", "", TODAY, uid="nobody", text="x"))


def test_another_number_of_segments_can_be_adopted_and_left(model):
    two = model.at(2, reason="the board wants two")
    assert (two.k, len(two.segments)) == (2, 2)
    assert two.edits[0].reason == "the board wants two"
    assert two.at(2) is two
    assert two.at(3).segments == model.segments
    assert two.tried == (1, 2, 3, 4)
    with pytest.raises(BadInput, match=r"no solution with 9 segments\. Do: choose from 1, 2, 3, 4"):
        model.at(9)


def test_names_belong_to_their_number_of_segments(model):
    named = model.edited(rename(model, 1, "Regulars"))
    assert named.at(2).segment(1).persona.name == "Kind 1"
    assert named.at(2).at(3).segment(1).persona.name == "Regulars"


def test_undo_takes_back_one_change_at_a_time(model):
    edited = model.edited(rename(model, 1, "A")).edited(rename(model, 1, "B"))
    assert edited.undo().segment(1).persona.name == "A"
    assert edited.undo().undo().segments == model.segments
    for none_left in (model, edited.undo().undo()):
        with pytest.raises(BadInput, match="no change to undo"):
            none_left.undo()


def test_what_was_undone_stays_in_the_record_with_its_reason(model, tmp_path):
    """A rename, a merge that is taken back, and one more rename: the merge is known, and what it was like is not."""
    edited = model.edited(rename(model, 1, "A")).edited(merge(model, 2, 3)).undo("not alike")
    edited = edited.edited(rename(model, 2, "B"))
    assert [edit.action for edit in edited.edits] == ["rename", "merge", "undo", "rename"]
    assert edited.edits[2].reason == "not alike"
    assert edited.edits[1].segment is None
    assert standing(edited.edits) == (edited.edits[0], edited.edits[3])
    assert load(save(edited, tmp_path / "shop.ilk")) == edited
    both = edited.undo("no").undo("neither")
    assert [undone for _, undone in with_what_it_undoes(both.edits)] == [
        None, None, both.edits[1], None, both.edits[3], both.edits[0],
    ]  # fmt: skip
    assert (standing(both.edits), both.segments) == ((), model.segments)


def test_words_that_are_taken_back_are_gone(model):
    """A note needs no reason, neither has its undo one; also where something was done and undone after it."""
    noted = model.edited(Edit("note", "", TODAY, uid=model.segments[0].uid, text="Call Ann"))
    assert noted.undo().edits == ()
    later = noted.edited(rename(model, 1, "A")).undo("no").undo()
    assert [edit.action for edit in later.edits] == ["rename", "undo"]
    assert later.segments == model.segments


def test_a_record_that_takes_back_more_than_was_changed_is_refused(model):
    with pytest.raises(BadInput, match="no change to undo"):
        model.edited(Edit("undo", "so", TODAY))


def test_edits_survive_the_file(model, tmp_path):
    edited = model.edited(rename(model, 1, "Regulars")).edited(merge(model, 2, 3))
    edited = edited.edited(Edit("aside", "staff", TODAY, text="REGION = HQ", name="Staff"))
    again = load(save(edited, tmp_path / "shop.ilk"))
    assert again == edited
    assert again.segments == edited.segments
    assert again.view.asides == edited.view.asides
    assert again.undo().undo().undo().segments == model.segments


def test_dates_must_be_dates(model):
    with pytest.raises(BadInput, match="date of a change is not a date"):
        model.edited(replace(rename(model, 1, "A"), date="23.11.2026"))


# ---------------------------------------------------------------- rules to set aside


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("REGION = HQ", Clause("REGION", "=", "HQ")),
        ("REGION=HQ", Clause("REGION", "=", "HQ")),
        ("tier = 'staff'", Clause("tier", "=", "staff")),
        ("tier == 'it''s'", Clause("tier", "=", "it's")),
        ('"a = b" != "x y"', Clause("a = b", "!=", "x y")),
        ('"say ""hi""" <> 1', Clause('say "hi"', "!=", "1")),
        ("AGE < 18", Clause("AGE", "<", "18")),
        ("AGE<=18", Clause("AGE", "<=", "18")),
        ("AGE >= -1.5", Clause("AGE", ">=", "-1.5")),
        ("age of house > 3", Clause("age of house", ">", "3")),
    ],
)
def test_rules_are_read(text, found):
    assert read_condition(text) == found


@pytest.mark.parametrize("text", ["", "REGION", "= HQ", "REGION =", "REGION like 'H%'", "\n"])
def test_what_is_no_rule(text):
    with pytest.raises(BadInput, match="not of the form COLUMN = VALUE"):
        read_condition(text)


@pytest.mark.parametrize(
    ("clause", "met"),
    [
        (Clause("n", "=", "2"), [0, 1, 0, 0]),
        (Clause("n", "!=", "2"), [1, 0, 0, 1]),
        (Clause("n", "<", "2"), [1, 0, 0, 0]),
        (Clause("n", "<=", "2.0"), [1, 1, 0, 0]),
        (Clause("n", ">", "1.5"), [0, 1, 0, 1]),
        (Clause("n", ">=", "nan"), [0, 0, 0, 0]),
        (Clause("i", ">=", "2"), [0, 1, 0, 1]),
        (Clause("i", "=", "x"), [0, 0, 0, 0]),
        (Clause("t", "=", "a"), [1, 0, 0, 0]),
        (Clause("t", "!=", "a"), [0, 1, 0, 1]),
        (Clause("b", "=", "yes"), [1, 0, 0, 1]),
        (Clause("b", "=", "0"), [0, 1, 0, 0]),
        (Clause("d", ">", "2026-01-15"), [0, 1, 0, 1]),
        (Clause("nowhere", "=", "1"), [0, 0, 0, 0]),
        (Clause("m", ">", "44"), [1, 0, 0, 0]),
        (Clause("t", ">", "a"), [0, 1, 0, 1]),
    ],
)
def test_who_meets_a_rule_and_blanks_never_do(clause, met):
    from datetime import date

    batch = pa.record_batch(
        {
            "n": pa.array([1.0, 2.0, None, 3.0]),
            "i": pa.array([1, 2, None, 3]),
            "t": ["a", "b", None, "c"],
            "m": ["45.5", "9", None, "no idea"],
            "b": [True, False, None, True],
            "d": [date(2026, 1, 1), date(2026, 2, 1), None, date(2026, 3, 1)],
        }
    )
    assert who_meets(clause, batch).astype(int).tolist() == met


def test_rules_that_name_a_person_are_refused(model):
    for text in ("EMAIL = anna@example.com", "CUSTOMER_ID = K00001"):
        with pytest.raises(BadInput, match="would write a person into the model"):
            model.edited(Edit("aside", "", TODAY, text=text))


def test_rules_that_nothing_can_meet_are_refused(model):
    with pytest.raises(BadInput, match="'SPEND' holds a number and cannot be compared"):
        model.edited(Edit("aside", "", TODAY, text="SPEND = much"))
    with pytest.raises(BadInput, match="'HAS_CARD' holds a flag"):
        model.edited(Edit("aside", "", TODAY, text="HAS_CARD = maybe"))


# ---------------------------------------------------------------- how a model looks


def test_a_model_prints_its_segments(model):
    lines = str(model).splitlines()
    assert lines[0] == "ilk model: 3 segments of 600 customers (natural), 6 columns build them"
    assert [line.split()[0] for line in lines[3:6]] == ["1", "2", "3"]
    assert all(len(line) <= 100 for line in lines)
    assert repr(model) == str(model)


def test_a_model_prints_what_was_done_by_hand(model):
    edited = model.edited(Edit("aside", "", TODAY, text="REGION = HQ", name="Staff"))
    assert "Staff" in str(edited)
    assert "REGION = HQ" in str(edited)
    assert "changed by hand once, on 2026-11-23" in str(edited)


def test_a_notebook_shows_names_as_text(model):
    edited = model.edited(rename(model, 1, "<script>alert(1)</script>"))
    html = edited._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert html.count("<tr>") == 4


def test_a_segment_is_found_by_its_number(model):
    assert model.segment(2) is model.segments[1]
    with pytest.raises(BadInput, match=r"no segment 9\. Do: choose from 1, 2, 3"):
        model.segment(9)


def test_the_verdict_is_of_the_number_that_was_weighed(model):
    assert model.verdict == "natural"
    assert model.at(2).verdict is None
    assert model.at(2).at(3).verdict == "natural"
    evidence = replace(model.evidence, judged=(Judged(2, "constructed", "Constructed: for a test.", ("valley",)),))
    judged = replace(model, content=replace(model.content, evidence=evidence))
    assert judged.verdict == "natural"
    assert judged.at(2).verdict == "constructed"
    assert judged.at(2).judged.text == "Constructed: for a test."
    assert judged.at(4).judged is None
