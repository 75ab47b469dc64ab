"""How many: any number tried is looked at at once, and adopted with a reason."""

from __future__ import annotations

import pytest
from visitors import app_running

import ilk
from ilk.app import opened
from ilk.outputs.reading import ABOUT_TRUST, Reading
from ilk.outputs.sections.levels import two_levels


def subheaders(tested):
    return [part.value for part in tested.subheader]


def test_another_number_is_looked_at_without_adopting_it(page, study):
    tested = page("number", opened=study)
    assert subheaders(tested)[0].startswith("4 segments")
    assert not [button for button in tested.button if button.label.startswith("Adopt")]
    tested.get_by_key("looked-at").set_value(6).run()
    assert subheaders(tested)[0].startswith("6 segments")
    assert ilk.load(study / "segments.ilk").k == 4


def test_a_link_shows_a_number_or_says_that_there_is_none(page, study):
    """Choosing changes the address; what the address asks for in vain is told until something is chosen."""
    tested = page("number", opened=study)
    tested.query_params["k"] = "99"
    tested.run()
    assert "asks for 99 segments; this study tried 1 to 10" in tested.info[0].value
    assert subheaders(tested)[0].startswith("4 segments")
    tested.get_by_key("looked-at").set_value(6).run()
    assert not tested.info
    assert tested.query_params["k"] in ("6", ["6"])
    tested.query_params["k"] = "5"
    tested.run()
    assert subheaders(tested)[0].startswith("5 segments")
    tested.get_by_key("looked-at").set_value(3).run()
    assert subheaders(tested)[0].startswith("3 segments"), "what is chosen counts, not what the address once said"


def test_nothing_is_adopted_in_place_of_a_number_that_was_not_shown(page, study):
    """The page said "instead of 4"; somebody else adopted 3 meanwhile. Told so, who presses again means it."""
    tested = page("number", opened=study)
    tested.get_by_key("looked-at").set_value(6).run()
    press(tested)
    assert "Another number of segments needs a reason" in tested.error[0].value
    tested.text_input(key="adopt-reason-0").set_value("campaigns")
    opened.edit(study, "k", "board", number=3)
    press(tested)
    assert "it is 3 segments now, not 4. Do\\: look again" in tested.error[0].value
    assert ilk.load(study / "segments.ilk").k == 3
    press(tested)
    assert ilk.load(study / "segments.ilk").k == 6


def press(tested):
    next(button for button in tested.button if button.label == "Adopt 6 segments").click().run()


def test_a_number_is_adopted_with_its_reason_and_given_back(page, study):
    tested = page("number", opened=study)
    tested.get_by_key("looked-at").set_value(6).run()
    tested.text_input(key="adopt-reason-0").set_value("campaigns")
    next(button for button in tested.button if button.label == "Adopt 6 segments").click().run()
    model = ilk.load(study / "segments.ilk")
    assert (model.k, model.edits[-1].reason) == (6, "campaigns")
    assert "6 segments adopted" in tested.success[0].value
    assert "This is the number shown on every page." in [caption.value for caption in tested.caption]


def test_two_levels_are_chosen_small_before_large(page, made):
    tested = page("number", opened=made)
    assert (tested.selectbox(key="board").value, tested.selectbox(key="campaign-3").value) == (3, 8)
    tested.selectbox(key="board").select(7).run()
    assert tested.selectbox(key="campaign-7").options == ["8", "9", "10"]


def test_two_levels_agree_with_how_segments_flow_to_the_next_number(made):
    """What is worked out from groups of about ten customers is what the study counted, within a few per cent."""
    reading = Reading(ilk.load(made / "segments.ilk"))
    for flow in (flow for flow in reading.content.evidence.flows if 3 <= flow.k <= 6):
        found = two_levels(reading, flow.k - 1, flow.k)
        for line in found.table.lines:
            row = flow.shares[int(line.head.text.split()[0]) - 1]
            home = int(line.cells[1].text.split()[0]) - 1
            assert row[home] >= max(row) - 0.1


@pytest.mark.slow
@pytest.mark.browser
def test_a_visitor_looks_at_a_number_and_adopts_it(study, tmp_path, visit):
    """By the keyboard from the table of names; what was found stays to be given back."""
    with app_running(study, cwd=tmp_path) as address:
        visitor = visit(address)
        page = visitor.go("number")
        page.get_by_role("button", name="Look at 6 segments").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="6 segments:").wait_for()
        visitor.settled()
        page.get_by_label("Why (kept for those who come after you)").first.fill("a campaign each")
        page.get_by_role("button", name="Adopt 6 segments").click()
        page.get_by_text("6 segments adopted").first.wait_for()
        visitor.settled()
        assert ilk.load(study / "segments.ilk").k == 6
        page.get_by_label("Why the last change is undone").fill("four were enough")
        page.get_by_role("button", name="Undo: 6 segments adopted").click()
        page.get_by_text("Undone: 6 segments adopted").first.wait_for()
        assert ilk.load(study / "segments.ilk").k == 4
        assert (visitor.outside, [said for said in visitor.said if "404" not in said]) == ([], [])


def test_reliable_segments_under_a_constructed_verdict_are_explained(page, study, monkeypatch):
    """As on the page Segments and in print: the verdict is of all together, trust of one."""
    said = "Reliable is said of one group alone"
    assert said not in " ".join(part.value for part in page("number", opened=study).markdown)
    monkeypatch.setattr(Reading, "about_trust", ABOUT_TRUST)
    assert said in " ".join(part.value for part in page("number", opened=study).markdown)
