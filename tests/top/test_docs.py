"""Docs are true: what they show is run, what they list is complete."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import tomllib
from pathlib import Path

import jsonschema
import pytest

from ilk.errors import BadSetting
from ilk.settings import Settings
from ilk.world import make_world

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_page_of_settings_is_made_from_the_settings():
    page = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))
    assert page["TARGET"].read_text(encoding="utf-8") == page["settings_page"]()
    assert page["SCHEMA"].read_text(encoding="utf-8") == page["schema_text"]()


def settings_file():
    """A checker of what may stand in ilk.toml, from the published schema."""
    path = ROOT / "docs" / "reference" / "ilk.schema.json"
    return jsonschema.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_settings_files_shown_are_valid_by_the_published_schema(page):
    for block in re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        if "[auth]" not in block:  # Streamlit's, about who may sign in
            settings_file().validate(tomllib.loads(block))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("k = 5", True),
        ("k = 'auto'", True),
        ("prefer = '3..6'", True),
        ("min-group = 20", True),
        ("reference_date = '2024-12-31'", True),
        ("orders = 'a.csv'\n[survey_map]\ntheirs = 'ours'", True),
        ("orders = 3", False),
        ("sead = 1", False),
        ("method = 'magic'", False),
        ("max_topics = 0", False),
    ],
)
def test_the_published_schema_holds_what_settings_hold(text, holds, tmp_path):
    """What the schema lets through, `ilk.toml` may say, and the other way round."""
    (tmp_path / "ilk.toml").write_text(text)
    assert settings_file().is_valid(tomllib.loads(text)) is holds
    if holds:
        Settings.of(config=tmp_path / "ilk.toml", env={})
    else:
        with pytest.raises(BadSetting):
            Settings.of(config=tmp_path / "ilk.toml", env={})


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
