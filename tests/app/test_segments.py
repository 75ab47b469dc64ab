"""The home page: what it tells, in which order, for whatever model is open; and changes made in place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from visitors import app_running

import ilk
from ilk.edit import apply_edit
from ilk.model.parts import Edit

DAY = "2026-11-23"
HOSTILE = "<img src=x> $a$ [b](http://c.d) :material/x:"


def merged(model):
    one, two = model.segments[1], model.segments[2]
    return apply_edit(model, Edit("merge", "", DAY, uid=one.uid, other=two.uid))


def hostile(model):
    for i, segment in enumerate(model.segments):
        model = model.edited(Edit("rename", HOSTILE, DAY, uid=segment.uid, text=f"{HOSTILE} {i}"))
        model = model.edited(Edit("use", "", DAY, uid=segment.uid, text=f"# {HOSTILE}\n</article>"))
    return model


def without_value(model):
    return replace(model, content=replace(model.content, value_column=None))


STATES = {
    "as it was found": lambda model: model,
    "merged": merged,
    "one segment": lambda model: model.at(1),
    "two segments": lambda model: model.at(2),
    "ten segments": lambda model: model.at(10),
    "hostile names": hostile,
    "without value": without_value,
}


@pytest.mark.parametrize("state", STATES)
def test_every_model_opens_on_every_page_about_its_segments(page, model_only, state):
    """With only a model file, whatever was done to it."""
    STATES[state](ilk.load(model_only)).save(model_only)
    for name in ("segments", "segment", "number"):
        tested = page(name, opened=model_only)
        assert not tested.error, (name, [error.value for error in tested.error])
        assert not tested.exception


def test_the_page_tells_in_this_order(page, made):
    tested = page(opened=made)
    assert [header.value for header in tested.header] == [
        "What each is like",
        "All columns, all segments",
        "Where they lie",
        "Changes by hand",
    ]
    assert tested.toggle(key="flattering").label == "The view that separates best"
    tested.toggle(key="flattering").set_value(True).run()
    assert not tested.exception


def test_a_segment_is_renamed_in_place_with_its_reason(page, study):
    tested = page(opened=study)
    uid = ilk.load(study / "segments.ilk").segments[1].uid
    tested.text_input(key=f"change-{uid}-0-rename").set_value(HOSTILE)
    tested.text_area(key=f"change-{uid}-0-use").set_value("Call them")
    tested.text_input(key=f"change-{uid}-0-reason").set_value("the board asked")
    next(b for b in tested.button if b.label == "Save" and uid in b.form_id).click().run()
    model = ilk.load(study / "segments.ilk")
    assert (model.segments[1].persona.name, model.segments[1].use) == (HOSTILE, "Call them")
    assert {edit.reason for edit in model.edits} == {"the board asked"}
    assert "Segment 2 renamed to" in tested.success[0].value
    assert "still tell of the segments before" in " ".join(caption.value for caption in tested.caption)
    assert tested.code[0].value.startswith("ilk assign ")
    assert "&lt;img" in (study / "report.html").read_text()
    tested.run()
    assert not tested.success


def test_a_name_that_is_taken_is_refused_in_words(page, model_only):
    tested = page(opened=model_only)
    one, two = ilk.load(model_only).segments[:2]
    tested.text_input(key=f"change-{one.uid}-0-rename").set_value(two.persona.name)
    tested.text_input(key=f"change-{one.uid}-0-reason").set_value("the board asked")
    next(b for b in tested.button if b.label == "Save" and one.uid in b.form_id).click().run()
    assert "already called" in tested.error[0].value
    assert ilk.load(model_only).edits == ()


@pytest.mark.slow
@pytest.mark.browser
def test_a_visitor_reads_the_table_and_renames_a_segment(study, tmp_path, visit):
    with app_running(study, cwd=tmp_path) as address:
        visitor = visit(address)
        page = visitor.go()
        assert page.locator(".sentence").count() == 4, "what a persona is like stands once, on its card"
        cell = page.locator("td button.pick").nth(7)
        cell.scroll_into_view_if_needed()
        main = page.locator("[data-testid=stMain]")
        before = main.evaluate("e => e.scrollTop")
        cell.focus()
        page.keyboard.press("Enter")
        page.locator("tr.detail svg[role=img]").wait_for()
        assert main.evaluate("e => e.scrollTop") == before
        page.keyboard.press("Enter")
        page.locator("tr.detail").wait_for(state="detached")
        page.get_by_text("The view that separates best").click()
        page.get_by_text("The segments at their furthest apart").wait_for()
        page.get_by_role("button", name="Change").first.click()
        page.get_by_label("Name").first.fill("Regulars")
        page.get_by_label("a new name needs it").first.fill("as sales call them")
        page.get_by_role("button", name="Save").first.click()
        page.get_by_text("Done: Segment 1 renamed").first.wait_for()
        visitor.settled()
        assert ilk.load(study / "segments.ilk").segments[0].persona.name == "Regulars"
        assert visitor.outside == []


@pytest.mark.slow
@pytest.mark.browser
def test_what_is_not_first_is_folded_where_the_page_is_narrow(study, tmp_path, visit):
    """On a phone the cards and tables are as long as a page; unfolded they stay so, and a wide page folds nothing."""
    with app_running(study, cwd=tmp_path) as address:
        visitor = visit(address, width=390)
        page = visitor.go("segments")
        marks = page.get_by_text("Against everyone’s average").first
        page.get_by_text("How sure, and what sets it apart").first.wait_for()
        assert not marks.is_visible()
        page.get_by_text("How sure, and what sets it apart").first.click()
        marks.wait_for()
        assert page.locator(".heat").first.is_visible()
        assert not page.locator(".heat").nth(1).is_visible()
        assert visitor.axe() == []
        page.set_viewport_size({"width": 1280, "height": 900})
        page.locator(".heat").nth(1).wait_for()
        assert page.locator("details.narrow").count() == 0
        assert page.get_by_text("Against everyone’s average").last.is_visible()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_everybody_can_read_the_pages_about_segments(made, tmp_path, visit, scheme, width):
    """axe-core on each, with a cell of the table open; nothing wider than the screen, nothing asked elsewhere."""
    with app_running(made, cwd=tmp_path) as address:
        visitor = visit(address, width=width, scheme=scheme)
        for name in ("", "segment?segment=2", "number"):
            page = visitor.go(name)
            if not name:
                page.locator("td button.pick").nth(7).click()
                page.locator("tr.detail svg").first.wait_for()
                visitor.settled()
            assert visitor.axe() == [], name
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        assert visitor.outside == []
