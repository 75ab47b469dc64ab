"""A study to look at, the app as Streamlit tests it, and the app in a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from visitors import PATIENCE, Visitor

import ilk
from ilk.app import launch
from ilk.world import make_world, write_world

MAIN = Path(ilk.__file__).parent / "app" / "main.py"


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """A study of 1,500 made-up customers, made once a worker."""
    folder = tmp_path_factory.mktemp("made")
    write_world(folder / "world", make_world(1_500, seed=3))
    ilk.segment(folder / "world" / "customers.csv", out=folder / "study", k=4)
    return folder / "study"


@pytest.fixture
def study(made, tmp_path) -> Path:
    """A copy of that study, to change."""
    return Path(shutil.copytree(made, tmp_path / "study"))


@pytest.fixture
def model_only(made, tmp_path) -> Path:
    """Only its model."""
    return Path(shutil.copy(made / "segments.ilk", tmp_path / "segments.ilk"))


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Pages as Streamlit tests them, without a browser; `page("segments", opened=study)` runs one."""
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import AppTest

    class Managed(PagesManager):
        """As `ilk app` has it; else a page of the folder `pages` runs without the shell around it."""

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            PagesManager.uses_pages_directory = False

    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", Managed)

    def run(name=None, *, opened=None, **how):
        how.setdefault("uploads", tmp_path / "uploads")
        launch.begin(launch.Launch(opened=opened, **how))
        tested = AppTest.from_file(str(MAIN), default_timeout=PATIENCE)
        tested.run()
        if name is not None:
            tested.switch_page(f"pages/{name}.py").run()
        assert not tested.exception, tested.exception
        return tested

    yield run
    launch.begin(launch.Launch())


@pytest.fixture
def visit(browser):
    """Visitors of the app; `visit(address, width=390, scheme="dark")` brings one."""
    visitors = []

    def come(address, **how):
        visitors.append(Visitor(browser, address, **how))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()
