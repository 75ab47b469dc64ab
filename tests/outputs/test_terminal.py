"""The terminal: never wider than asked for, good without colour, and no name can change how it is printed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from ilk.model.parts import Edit
from ilk.outputs.terminal import PLAIN, show

FILES = (("report.html", "for everyone; holds no customer, may be sent"), ("segments.ilk", "the model"))


def printed(model, width, *, encoding="utf-8", **options):
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding, errors="replace"), width=width, highlight=False, **options)
    show(model, console, files=FILES, folder=Path("customers-segments"))
    console.file.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("which", ["model", "hostile", "many_segments", "one_segment"])
def test_nothing_is_wider_than_the_terminal_or_100(which, width, request):
    said = printed(request.getfixturevalue(which), width, no_color=True)
    assert max(cell_len(line) for line in said.splitlines()) <= min(width, 100)
    assert not [line for line in said.splitlines() if line != line.rstrip()]


def test_about_thirty_lines_in_the_order_of_the_report(model):
    said = printed(model, 100)
    assert len(said.splitlines()) <= 41  # the five lines beside what they use today included
    assert said.index("Trust") < said.index("Beside “TIER”, which you use today") < said.index("Keep in mind")
    parts = ["Four kinds of customers", "Reproducible.", "Persona", "Keep in mind", "Written to", "What to do next"]
    places = [said.index(part) for part in parts]
    assert places == sorted(places)
    assert all(segment.persona.name in said for segment in model.segments)
    assert "ilk assign customers-segments NEW-CUSTOMERS.csv" in said


def test_no_colour_leaves_no_codes(model):
    assert "\x1b" not in printed(model, 100, force_terminal=True, no_color=True, color_system=None)
    assert "\x1b" in printed(model, 100, force_terminal=True, color_system="truecolor")


def test_names_are_not_markup_and_hold_no_codes(hostile):
    renamed = hostile.edited(
        Edit("rename", "", "2026-11-23", uid=hostile.segments[0].uid, text="[bold red]shout[/bold red]")
    )
    said = printed(renamed, 100)
    assert "[bold red]" in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_shapes_have_stand_ins_where_they_cannot_be_written(model):
    said = printed(model, 100, encoding="ascii")
    words = {segment.trust.word for segment in model.segments}
    assert all(f"{PLAIN[word]} {word}" in said for word in words)


def test_a_model_alone_says_how_to_make_its_report(model):
    console = Console(file=io.StringIO(), width=100)
    show(model, console)
    assert "ilk report MODEL" in console.file.getvalue()
    assert "Written" not in console.file.getvalue()
