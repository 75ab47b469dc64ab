"""What every page shares: it opens, says what is open, and asks nothing of anybody else."""

from __future__ import annotations

import shutil
import urllib.request

import pytest
from visitors import app_running

from ilk.app.launch import Launch
from ilk.errors import FileTrouble


def test_without_a_study_there_is_a_start_page(page):
    assert page().title[0].value


def test_with_a_study_the_segments_come_first(page, made):
    assert page(opened=made).title[0].value == "Segments"


def test_a_study_that_went_away_is_told_in_words(page, study):
    tested = page(opened=study)
    shutil.rmtree(study)
    tested.run()
    assert "There is no" in tested.error[0].value


def test_an_address_of_what_is_gone_says_so(page):
    tested = page()
    tested.query_params["at"] = "garbage"
    tested.switch_page("pages/segments.py").run()
    assert "not here any more" in tested.info[0].value


def test_paths_lie_under_a_root(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("a")
    (tmp_path / "b.csv").write_text("b")
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "b.csv")
    launch = Launch(roots=(tmp_path / "in",))
    assert launch.allowed("a.csv").name == "a.csv"
    assert launch.allowed(tmp_path / "in" / "a.csv").name == "a.csv"
    for outside in ("../b.csv", str(tmp_path / "b.csv"), "link.csv", "/etc/passwd"):
        with pytest.raises(FileTrouble, match="not under"):
            launch.allowed(outside)
    with pytest.raises(FileTrouble, match="There is no"):
        launch.allowed("c.csv")
    with pytest.raises(FileTrouble, match="switched off"):
        Launch().allowed("a.csv")


@pytest.mark.slow
@pytest.mark.browser
def test_the_app_opens_in_a_browser(made, tmp_path, visit):
    """Headers, no console error, no request elsewhere, drawings there."""
    with app_running(made, cwd=tmp_path) as address:
        with urllib.request.urlopen(address) as answer:
            headers = dict(answer.headers)
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        visitor = visit(address)
        page = visitor.go()
        assert page.locator("h1").inner_text() == "Segments"
        assert page.locator("svg[role=img]").count() > 5
        page = visitor.go("nosuch?x=1")
        page.get_by_text("There is no page nosuch here, so this is Segments.").wait_for()
        assert page.url == f"{address}/segments"
        assert page.get_by_role("dialog").count() == 0
        page = visitor.go("number?k=99")
        page.get_by_text("The address asks for 99 segments; this study tried 1 to 10.").wait_for()
        assert (visitor.said, visitor.outside) == ([], [])
