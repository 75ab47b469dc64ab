"""The report: one HTML file that opens offline, without a script, and holds no customer."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from ilk.outputs.charts.figure import figures_in
from ilk.outputs.charts.painter import draw_ahead
from ilk.outputs.charts.sizes import sizes_and_value
from ilk.outputs.reading import Reading
from ilk.outputs.sections.board import board
from ilk.outputs.sections.cards import cards
from ilk.outputs.sections.data import data_chapter
from ilk.outputs.sections.heat import heat
from ilk.outputs.sections.methods import methods
from ilk.outputs.sections.number import how_many
from ilk.outputs.sections.personas import chapters
from ilk.outputs.sections.places import map_of
from ilk.outputs.sections.rules import rules
from ilk.outputs.sections.today import beside_today
from ilk.outputs.templating import environment
from ilk.outputs.theme import variables

if TYPE_CHECKING:
    from ilk.model.model import Model

CONTENTS = (
    ("personas", "The personas"),
    ("heat", "All columns, all segments"),
    ("map", "Map and sizes"),
    ("each", "Persona by persona"),
    ("number", "Why this many"),
    ("rules", "Rules that tell them"),
    ("data", "What the data were"),
    ("methods", "Methods and sources"),
)


def render_report(model: Model) -> str:
    """The whole report as one HTML document.

    Nothing in it loads or runs anything: no script, no address, styles allowed by their hash only.
    """
    reading = Reading(model)
    style = _style()
    page = environment().get_template("report.html.j2")
    parts = {
        "board": board(reading),
        "cards": cards(reading),
        "heat": heat(reading),
        "map": map_of(reading),
        "sizes": sizes_and_value(
            reading.segments, reading.value, reading.least, reading.unlike, of_whom=reading.of_whom
        ),
        "beside": beside_today(reading),
        "chapters": chapters(reading),
        "number": how_many(reading),
        "rules": rules(reading),
        "data": data_chapter(reading),
        "methods": methods(reading),
    }
    draw_ahead(figure.inline for figure in figures_in(parts))
    return page.render(
        style=Markup(style),  # noqa: S704 - our own file
        policy=_policy(style),
        contents=CONTENTS,
        reading=reading,
        **parts,
    )


def _policy(style: str) -> str:
    """What the page may load: the one style whose hash is given, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


@cache
def _style() -> str:
    text = (files("ilk.outputs") / "templates" / "report.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return variables() + re.sub(r"\s*([{}:;,])\s*", r"\1", re.sub(r"\s+", " ", text)).replace(" and(", " and (")
