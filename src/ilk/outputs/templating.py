"""Templates: where they are, and how texts and drawings get into a page."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from ilk.outputs.charts.figure import Figure
from ilk.outputs.wording import clean

if TYPE_CHECKING:
    from jinja2 import Environment


def fragment(name: str, /, **context: Any) -> str:
    """One part of the report by itself, as HTML: verdict, people, card, heat, chapter, number, rules or data."""
    return environment().get_template(f"{name}.html.j2").render(**context)


@cache
def environment() -> Environment:
    """The templates, with all texts escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ilk.outputs"),
        finalize=seen,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = prose
    environment.filters["chart"] = chart
    return environment


def seen(value: Any) -> Any:
    """A text on its way into the page, without control characters and changes of direction; drawings as they are."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def prose(text: Any) -> Markup:
    """A text with its per cent signs held to their numbers."""
    return Markup(re.sub(r"(\d) %", "\\1\N{NO-BREAK SPACE}%", str(escape(clean(str(text))))))  # noqa: S704 - escaped before


def chart(figure: Figure) -> Markup:
    """The drawing of a figure; its texts were escaped when it was drawn."""
    return Markup(figure.inline())  # noqa: S704
