"""Docs are true: what they show is run, what they list is complete."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

from ilk.world import make_world

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_page_of_settings_is_made_from_the_settings():
    page = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))
    assert page["TARGET"].read_text(encoding="utf-8") == page["settings_page"]()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_page_on_python_runs():
    """Its blocks one after the other, with customers who have the column it names."""
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    table = make_world(300, seed=1).customers
    known = {"customers": table.rename_columns(["region" if n == "REGION" else n for n in table.column_names])}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block, known)
    study, first = known["study"], known["study"].segments[0]
    assert first.persona.name == known["namer"](first)
    for name in re.findall(r"`study\.(\w+)`", page):
        assert hasattr(study, name)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_shown_exist(page):
    """Every `ilk` line of a shell block names a command and flags that are there."""
    from typer.testing import CliRunner

    from ilk.cli import app

    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] != ["ilk"] or len(words) < 2:
                continue
            path = ["edit", words[2], words[3]] if words[1] == "edit" else words[1:2]
            shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
            assert shown.exit_code == 0, line
            for flag in (word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)):
                assert flag in shown.output, f"{flag} of {line!r}"
