"""Open, New study, Studies and Data in a browser: what only a browser can do."""

from __future__ import annotations

import re
import time

import pytest
from visitors import app_running

from ilk.world import make_world, write_world

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, make_world(6_000, seed=3))
    return folder


def bring(visitor, path):
    """Upload a customer file on the page New study."""
    page = visitor.go("new")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("heading", name="What the columns do").wait_for()
    visitor.settled()
    return page


def begin(page):
    page.get_by_role("button", name="Find the segments").click()
    page.get_by_role("progressbar").wait_for()


def test_a_study_survives_a_reload_and_opens(world, tmp_path, visit):
    """Upload, run, reload half-way: the bar is still there, the segments open, and open again after a reload."""
    with app_running("--root", tmp_path, cwd=tmp_path) as address:
        visitor = visit(address)
        page = bring(visitor, world / "customers.csv")
        assert visitor.axe() == []
        begin(page)
        assert "job=" in page.url
        page.reload()
        page.get_by_role("progressbar").wait_for()
        page.get_by_role("heading", name="Segments", exact=True).wait_for(timeout=90_000)
        visitor.settled()
        assert "job=" not in page.url
        page.reload()
        page.get_by_role("heading", name="Segments", exact=True).wait_for()
        assert (tmp_path / "customers-segments" / "report.html").is_file()
        assert (visitor.said, visitor.outside) == ([], [])


def test_a_study_is_stopped(world, tmp_path, visit):
    with app_running("--root", tmp_path, cwd=tmp_path) as address:
        visitor = visit(address)
        page = bring(visitor, world / "customers.csv")
        begin(page)
        page.get_by_role("button", name="Stop").click()
        page.get_by_text("Nothing half-written is left").wait_for()
        assert not (tmp_path / "customers-segments").exists()
        assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".tmp")] == []
        page.get_by_role("button", name="Back to the file").click()
        page.get_by_role("heading", name="What the columns do").wait_for()


def until(there, patience=30):
    """Wait until something is so; the server notices by itself that somebody left."""
    end = time.monotonic() + patience
    while not there():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_an_upload_goes_with_its_tab_and_no_other(tmp_path, visit, monkeypatch):
    """Who closes the page leaves nothing behind, while the server runs and somebody else's file stays."""
    cache = tmp_path / "cache"
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("ILK_CACHE_DIR", str(cache))
    for name in ("ann", "ben"):
        (tmp_path / f"{name}.csv").write_text("id,a,b\n" + "".join(f"{i // 2},{i % 7},{i % 5}\n" for i in range(50)))

    def kept():
        return sorted(path.name for path in (cache / "app" / "sessions").glob("*/*/*.csv"))

    with app_running("--root", tmp_path / "empty", cwd=tmp_path) as address:
        ann, ben = visit(address), visit(address)
        bring(ann, tmp_path / "ann.csv")
        bring(ben, tmp_path / "ben.csv")
        assert kept() == ["ann.csv", "ben.csv"]
        ann.page.close()
        until(lambda: kept() == ["ben.csv"])
        ben.page.get_by_text("An order, a visit or another event").click()
        ben.settled()
        ben.page.get_by_role("heading", name="What the columns do").wait_for()


def test_two_visitors_do_not_see_each_others_files(world, tmp_path, visit, monkeypatch):
    """Nor does anybody who is not given the address of a job; and what a session uploaded goes with the server."""
    cache = tmp_path / "cache"
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("ILK_CACHE_DIR", str(cache))
    (tmp_path / "mine.csv").write_text("id,secret\n" + "".join(f"{i},{i % 7}\n" for i in range(50)))
    with app_running("--root", tmp_path / "empty", cwd=tmp_path) as address:
        ann, ben = visit(address), visit(address)
        bring(ann, tmp_path / "mine.csv")
        bring(ben, world / "customers.csv")
        assert "secret" not in ben.page.content()
        assert "mine.csv" not in ben.page.content()
        folders = list((cache / "app" / "sessions").iterdir())
        assert len(folders) == 2
        assert {oct(folder.stat().st_mode & 0o777) for folder in folders} == {"0o700"}
        ben.go("studies")
        assert "mine" not in ben.page.content()
    assert list((cache / "app" / "sessions").iterdir()) == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_is_in_anybodys_way(study, visit, tmp_path, width, scheme):
    """axe-core finds nothing on the pages, nor does the console."""
    with app_running(study, "--root", study.parent, cwd=tmp_path) as address:
        visitor = visit(address, width=width, scheme=scheme)
        for name in ("segments", "start", "new", "studies", "data"):
            page = visitor.go(name)
            assert page.get_by_text("Page not found").count() == 0, name
            assert name == "segments" or visitor.axe() == [], name
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        with page.expect_download() as download:
            page.get_by_role("button", name="The model (.ilk)").click()
        assert re.fullmatch(r"customers\.ilk", download.value.suggested_filename)
        assert download.value.path().read_bytes() == (study / "segments.ilk").read_bytes()
        assert (visitor.said, visitor.outside) == ([], [])
