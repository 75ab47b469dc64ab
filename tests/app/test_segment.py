"""One segment: found by its address, with its list only where the customers are."""

from __future__ import annotations

import pytest
from visitors import app_running

import ilk
from ilk.app import one
from ilk.app.one import by_difference
from ilk.outputs.lists import list_name
from ilk.outputs.reading import Reading


def opened_at(page, place, number):
    tested = page("segment", opened=place)
    tested.query_params["segment"] = number
    return tested.run()


def said(tested):
    return " ".join(part.value for kind in (tested.caption, tested.info, tested.markdown) for part in kind)


def test_the_address_names_the_segment_and_follows_the_choice(page, made):
    tested = opened_at(page, made, "3")
    assert tested.selectbox(key="segment-chosen").value == 3
    tested.selectbox(key="segment-chosen").select(2).run()
    assert tested.query_params["segment"] == "2"
    assert tested.selectbox(key="segment-chosen").value == 2


@pytest.mark.parametrize("number", ["99", "0", "-1", "x", "<b>3</b>", ""])
def test_a_wrong_address_shows_the_first_and_says_so(page, made, number):
    tested = opened_at(page, made, number)
    assert tested.selectbox(key="segment-chosen").value == 1
    assert bool(tested.info) == bool(number)


def test_with_only_the_model_there_is_no_list(page, model_only):
    tested = page("segment", opened=model_only)
    assert "Only the model is open" in said(tested)
    assert not tested.get("download_button")


def test_after_another_number_was_adopted_the_list_names_the_command(page, study):
    path = study / "segments.ilk"
    ilk.load(path).at(3).save(path)
    tested = page("segment", opened=study)
    assert "written for 4 segments, not 3" in said(tested)
    assert tested.code[0].value.startswith("ilk assign ")
    assert not tested.get("download_button")


def test_a_long_list_is_written_into_the_private_folder(page, study, monkeypatch):
    """It never goes through the app's memory."""
    monkeypatch.setattr(one, "HANDED", 0)
    tested = opened_at(page, study, "2")
    model = ilk.load(study / "segments.ilk")
    next(button for button in tested.button if button.label.startswith("Write the list")).click().run()
    path = study / list_name(2, model.segment(2).persona.name)
    assert str(path.name).removesuffix(".csv") in tested.success[0].value.replace("\\", "")
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 1 + model.segment(2).size
    assert path.stat().st_mode & 0o077 == 0


def test_columns_come_by_how_much_they_differ(made):
    model = ilk.load(made / "segments.ilk")
    segment = model.segments[0]
    names = by_difference(segment, Reading(model))
    builds = [name for name in names if model.content.column(name).plan.use == "builds"]
    sizes = [abs(segment.profile(name).d or 0.0) for name in builds]
    assert sizes == sorted(sizes, reverse=True)
    assert list(names[: len(builds)]) == builds
    assert "EMAIL" not in names


@pytest.mark.slow
@pytest.mark.browser
def test_a_visitor_takes_a_list_away(made, tmp_path, visit):
    model = ilk.load(made / "segments.ilk")
    with app_running(made, cwd=tmp_path) as address:
        visitor = visit(address)
        page = visitor.go("segment?segment=2")
        with page.expect_download() as taken:
            page.get_by_role("button", name="Download the list").click()
        taken.value.save_as(tmp_path / "list.csv")
        lines = (tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) == 1 + model.segment(2).size
        assert taken.value.suggested_filename.startswith("segment-2-")
        page.get_by_role("link", name=model.segment(model.segment(2).nearest).persona.name).first.click()
        page.wait_for_url(lambda url: f"segment={model.segment(2).nearest}" in url)
        assert visitor.outside == []
