"""Merging, setting aside and undoing: told before, kept with the reason, and taken back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import ilk
from ilk.app import opened
from ilk.app.trouble import plain
from ilk.errors import BadInput
from ilk.model.edits import standing
from ilk.outputs.changes import changes_of
from ilk.outputs.charts import painter


def rename(tested, uid, name, why="the board asked", *, turn=0):
    tested.text_input(key=f"change-{uid}-{turn}-rename").set_value(name)
    tested.text_input(key=f"change-{uid}-{turn}-reason").set_value(why)


def test_two_segments_are_merged_and_parted_again(page, study):
    path = study / "segments.ilk"
    tested = page(opened=study)
    tested.selectbox(key="merge-one").select(2).run()
    tested.selectbox(key="merge-with-2").select(4).run()
    told = " ".join(part.value for part in tested.markdown)
    assert "Segments 2 and 4 become one" in told
    tested.text_input(key="merge-reason-0").set_value("the same to us")
    tested.button(key="merge").click().run()
    model = ilk.load(path)
    assert [segment.number for segment in model.segments] == [1, 2, 3]
    assert model.edits[-1].reason == "the same to us"
    assert tested.button(key="undo").label == "Undo: Segments 2 and 4 merged"
    tested.button(key="undo").click().run()
    assert "Undoing such a change needs a reason" in tested.error[0].value
    undo(tested, "they differ in spring")
    assert [(edit.action, edit.reason) for edit in ilk.load(path).edits] == [
        ("merge", "the same to us"), ("undo", "they differ in spring"),
    ]  # fmt: skip
    assert len(ilk.load(path).segments) == 4
    assert "Segments 2 and 4 merged" in tested.success[0].value
    told = changes_of(ilk.load(path))
    assert told[-1].endswith("Undone: Segments 2 and 4 merged (they differ in spring).")
    assert any(plain(told[-1]) in part.value for part in tested.markdown)
    assert "undo" not in {button.key for button in tested.button}


def undo(tested, reason):
    next(field for field in tested.text_input if str(field.key).startswith("undo-reason")).set_value(reason)
    tested.button(key="undo").click().run()


def test_customers_are_set_aside_by_a_rule(page, study):
    tested = page("segment", opened=study)
    tested.selectbox(key="aside-column").select("TIER").run()
    tier = ilk.load(study / "segments.ilk").content.column("TIER").levels[0]
    tested.selectbox(key="aside-value-TIER").select(tier).run()
    assert "become segment 0" in " ".join(part.value for part in tested.markdown)
    tested.text_input(key="aside-name").set_value("Staff")
    tested.text_input(key="aside-reason-0").set_value("our own people")
    tested.button(key="aside").click().run()
    edit = ilk.load(study / "segments.ilk").edits[-1]
    assert (edit.action, edit.name, edit.text) == ("aside", "Staff", f"\"TIER\" = '{tier}'")
    assert "written before some were set aside" in " ".join(caption.value for caption in tested.caption)


def test_nobody_is_set_aside_on_top_of_a_rule_that_was_not_shown(page, study):
    """In another tab the same was done meanwhile; told so, who presses again means it."""
    tested = page("segment", opened=study)
    tested.selectbox(key="aside-column").select("TIER").run()
    tier = ilk.load(study / "segments.ilk").content.column("TIER").levels[0]
    tested.selectbox(key="aside-value-TIER").select(tier).run()
    tested.text_input(key="aside-reason-0").set_value("our own people")
    opened.edit(study, "aside", "staff", text=f"TIER = '{tier}'", name="Staff")
    tested.button(key="aside").click().run()
    assert "set aside are now “Staff”" in tested.error[0].value
    assert len(ilk.load(study / "segments.ilk").edits) == 1
    tested.button(key="aside").click().run()
    assert len(ilk.load(study / "segments.ilk").edits) == 2


def test_nothing_that_needs_a_reason_is_done_without_one(page, study):
    """Whoever comes after would not know why; said in the words of the page, and what was typed stays."""
    tested = page(opened=study)
    segment = ilk.load(study / "segments.ilk").segments[0]
    tested.text_input(key="merge-reason-0").set_value("   ")
    tested.button(key="merge").click().run()
    assert "Merging two segments needs a reason" in tested.error[0].value
    assert "in a few words why under “Why”" in tested.error[0].value
    rename(tested, segment.uid, "Silver", "")
    save(tested, segment.uid)
    assert "A new name needs a reason" in tested.error[0].value
    opened.edit(study, "rename", "clearer", segment=segment.number, text="Gold")
    tested.text_input(key=f"change-{segment.uid}-0-reason").set_value("shinier")
    save(tested, segment.uid)
    assert "the name is now “Gold”" in tested.error[0].value, "asking why does not make it forget what it showed"
    assert len(ilk.load(study / "segments.ilk").edits) == 1
    for action, what in (("aside", {"text": "TIER = 'Gold'"}), ("k", {"number": 3})):
        with pytest.raises(BadInput, match="needs a reason"):
            opened.edit(study, action, **what)


def test_a_note_says_itself_why(page, study):
    tested = page(opened=study)
    segment = ilk.load(study / "segments.ilk").segments[0]
    tested.text_area(key=f"change-{segment.uid}-0-note").set_value("Ask Ann")
    save(tested, segment.uid)
    assert ilk.load(study / "segments.ilk").segments[0].note == "Ask Ann"


def test_a_rule_that_names_a_person_is_not_offered(page, made):
    offered = page(opened=made).selectbox(key="aside-column").options
    assert not [option for option in offered if "EMAIL" in option or "CUST_ID" in option]


def test_fields_are_as_the_model_is_after_a_change_and_after_undo(page, study):
    """Else what was undone would be saved again with the next change."""
    tested = page(opened=study)
    segment = ilk.load(study / "segments.ilk").segments[0]
    uid, name = segment.uid, segment.persona.name
    rename(tested, uid, "Regulars")
    next(b for b in tested.button if b.label == "Save" and uid in b.form_id).click().run()
    assert tested.text_input(key=f"change-{uid}-1-rename").value == "Regulars"
    undo(tested, "sales say no")
    assert tested.text_input(key=f"change-{uid}-2-rename").value == name
    assert tested.text_input(key="merge-reason-2").value == ""


def test_two_visitors_see_each_others_changes(page, study):
    """Both start from what the file holds, so that nobody's change is lost."""
    first, second = page(opened=study), page(opened=study)
    one, two = ilk.load(study / "segments.ilk").segments[:2]
    for tested, segment, name in ((first, one, "Regulars"), (second, two, "Guests")):
        rename(tested, segment.uid, name)
        next(b for b in tested.button if b.label == "Save" and segment.uid in b.form_id).click().run()
    assert [s.persona.name for s in ilk.load(study / "segments.ilk").segments[:2]] == ["Regulars", "Guests"]


def save(tested, uid):
    next(b for b in tested.button if b.label == "Save" and uid in b.form_id).click().run()


def test_a_button_undoes_what_it_names_or_nothing(page, study):
    """In another tab there was one more change since this page was drawn; then both were undone."""
    opened.edit(study, "rename", "clearer", segment=1, text="Beta")
    tested = page(opened=study)
    opened.edit(study, "merge", "alike", segment=2, other=4)
    assert tested.button(key="undo").label == "Undo: Segment 1 renamed to “Beta”"
    tested.button(key="undo").click().run()
    assert "the last change is now Segments 2 and 4 merged. Do\\: look again" in tested.error[0].value
    assert len(ilk.load(study / "segments.ilk").edits) == 2
    for _ in range(2):
        opened.undo(study, "no")
    tested.button(key="undo").click().run()
    assert "all were undone" in tested.error[0].value
    opened.edit(study, "rename", "clearer", segment=1, text="Beta")
    tested.run()
    undo(tested, "no")
    assert not tested.error
    assert not standing(ilk.load(study / "segments.ilk").edits)


def test_what_others_renamed_meanwhile_is_not_overwritten_unsaid(page, study):
    tested = page(opened=study)
    segment = ilk.load(study / "segments.ilk").segments[0]
    opened.edit_texts(study, segment, {"rename": "Gold", "note": "Ask Ann"}, "asked")
    rename(tested, segment.uid, "Silver")
    save(tested, segment.uid)
    assert "the name is now “Gold”" in tested.error[0].value
    assert ilk.load(study / "segments.ilk").segments[0].persona.name == "Gold"
    save(tested, segment.uid)
    changed = ilk.load(study / "segments.ilk").segments[0]
    assert (changed.persona.name, changed.note) == ("Silver", "Ask Ann"), "what was not touched here stays"


def test_what_is_gone_meanwhile_is_told(page, study):
    """Renamed or merged from a page that was drawn before a merge elsewhere."""
    tested = page(opened=study)
    tested.selectbox(key="merge-one").select(2).run()
    tested.selectbox(key="merge-with-2").select(4).run()
    pair = [ilk.load(study / "segments.ilk").segment(number) for number in (2, 4)]
    merged = opened.edit(study, "merge", "alike", segment=2, other=4)
    gone = next(segment for segment in pair if segment.uid not in {s.uid for s in merged.segments})
    rename(tested, gone.uid, "Silver")
    save(tested, gone.uid)
    assert f"“{gone.persona.name}” is not there any more" in tested.error[0].value
    opened.undo(study, "no")
    tested.run()
    tested.selectbox(key="merge-one").select(2).run()
    tested.selectbox(key="merge-with-2").select(4).run()
    opened.edit(study, "merge", "alike", segment=2, other=4)
    tested.text_input(key="merge-reason-0").set_value("the same to us")
    tested.button(key="merge").click().run()
    assert "This was changed elsewhere meanwhile" in tested.error[0].value
    assert len(standing(ilk.load(study / "segments.ilk").edits)) == 1


def test_segments_are_merged_as_they_were_seen(study):
    seen = [ilk.load(study / "segments.ilk").segment(number) for number in (2, 4)]
    opened.edit(study, "rename", "clearer", segment=2, text="Gold")
    with pytest.raises(BadInput, match="is now “Gold”"):
        opened.edit(study, "merge", "alike", segment=2, other=4, seen=seen)


def test_a_name_that_cannot_be_is_told_with_its_reason(page, study):
    tested = page(opened=study)
    segment = ilk.load(study / "segments.ilk").segments[0]
    for name, told in (("x" * 2_000, "at most 60 letters"), (" ", "A name is needed")):
        rename(tested, segment.uid, name)
        save(tested, segment.uid)
        assert [told in error.value for error in tested.error] == [True]
        assert not tested.info


def test_changes_at_the_same_moment_are_all_kept(model_only):
    """Each starts from what the one before has kept."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: opened.edit(model_only, "note", segment=1, text=f"note {i}"), range(8)))
    assert sorted(edit.text for edit in ilk.load(model_only).edits) == [f"note {i}" for i in range(8)]


def test_what_people_typed_is_shown_as_typed():
    """Also where an address would become a link although its signs are escaped."""
    assert plain("*a* [b](c) $d$ :material/x: <b>") == r"\*a\* \[b\]\(c\) \$d\$ \:material/x\: \<b\>"
    for address in ("http://x.y", "www.x.y", "a@x.y"):
        assert "\N{WORD JOINER}" in plain(address)
        assert plain(address).replace("\N{WORD JOINER}", "").replace("\\", "") == address
    assert "\N{WORD JOINER}" not in plain("Segment 2: 14 %, 3.5 times (a & b)")


def test_of_several_texts_all_are_kept_or_none(study):
    changed = opened.edit_texts(
        study, ilk.load(study / "segments.ilk").segment(2), {"rename": "Regulars", "note": "Ask Ann"}, " asked "
    )
    assert [edit.reason for edit in changed.edits] == ["asked", "asked"]
    taken = changed.segments[0].persona.name
    with pytest.raises(BadInput, match="already called"):
        opened.edit_texts(study, changed.segment(2), {"use": "Call them", "rename": taken})
    assert len(ilk.load(study / "segments.ilk").edits) == 2


def test_the_report_of_a_number_looked_at_is_drawn_ahead(study):
    """Only where another process draws, and once for each number."""
    version = opened.opened(study).version
    opened.draw_ahead.cache_clear()
    opened.draw_ahead(version, 2)
    assert not [thread for thread in threading.enumerate() if thread.name == "draw-ahead"]
    opened.draw_ahead.cache_clear()
    with painter.painting():
        painter._drawn.cache_clear()
        opened.draw_ahead(version, 2)
        for thread in threading.enumerate():
            if thread.name == "draw-ahead":
                thread.join(60)
        kept = painter._drawn.cache_info().currsize
        assert kept > 10
        opened.edit(study, "k", "board", number=2)
        assert painter._drawn.cache_info().currsize <= kept + 1


def test_the_form_closes_once_its_change_is_made(page, study):
    """Streamlit keeps it open over the page until it is another one."""
    tested = page(opened=study)
    uid = ilk.load(study / "segments.ilk").segments[0].uid

    def forms():
        return [one.proto.id for one in tested.get("popover") if uid in one.proto.id]

    before = forms()
    save(tested, uid)
    assert forms() == before, "it stays open where nothing was changed"
    rename(tested, uid, "Regulars")
    save(tested, uid)
    assert len(before) == len(forms()) == 1
    assert forms() != before


def test_what_is_missing_is_said_at_its_field(page, study):
    """Below the button it was under the end of the popover: nothing seemed to happen."""
    tested = page("segments", opened=study)
    uid = ilk.load(study / "segments.ilk").segments[0].uid
    rename(tested, uid, "Sleepers", why="")
    next(button for button in tested.button if uid in str(button.key)).click().run()
    order = [f"{one.type} {getattr(one, 'label', '')}".strip() for one in below(tested.main)]
    at = order.index("error")
    assert order[at - 1].startswith("text_input Why")
    assert order[at + 1] == "button Save"


def below(block):
    """Every element of a page in the order in which it stands there."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from below(child)
        else:
            yield child
