"""Pieces of the report on a page: their drawings, their look, light and dark, and what is clicked in them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

from ilk.outputs.theme import SEGMENTS, TOKENS

SCRIPT = """
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".ilk")
  root.classList.toggle("dark", data.dark)
  if (root.shown !== data.html) {
    root.innerHTML = data.html
    root.shown = data.html
  }
  root.onclick = (event) => {
    const picked = event.target.closest("[data-pick]")
    if (picked) setTriggerValue("pick", picked.dataset.pick)
  }
}
"""
"""Puts the HTML in its place; the texts in it were escaped by the templates that made it."""

OURS = """
.ilk { color: var(--ink); font-size: 16px; line-height: 1.5; font-family: var(--st-font); }
.ilk * { box-sizing: border-box; }
.ilk figure { margin: 0 0 16px; }
.ilk button.pick { all: unset; cursor: pointer; }
.ilk button.pick:hover { text-decoration: underline; }
.ilk button.pick:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
"""


def drawn(html: str, *, key: str | None = None) -> str | None:
    """Show HTML made by our templates, in the report's look.

    Args:
        html: From `ilk.outputs.templating`, so that every text in it is escaped.
        key: Needed where two pieces could be equal, or where something in it can be clicked.

    Returns:
        The `data-pick` of what was clicked just now, None otherwise.
    """
    shown = _component()(data={"html": html, "dark": dark()}, key=key, on_pick_change=_heard)
    picked = shown.get("pick")
    return str(picked) if picked is not None else None


def dark() -> bool:
    """Whether the reader sees the dark theme."""
    return st.context.theme.type == "dark"


def _heard() -> None:
    """What was clicked is read where the piece is shown."""


@cache
def _component() -> Any:
    return st.components.v2.component("ilk_drawn", html='<div class="ilk"></div>', css=_sheet(), js=SCRIPT)


def _sheet() -> str:
    """The report's style sheet, without what only paper needs."""
    text = (files("ilk.outputs") / "templates" / "report.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    light = "".join(f"--{token.name}:{token.light};" for token in TOKENS)
    dark_ones = "".join(f"--{token.name}:{token.dark};" for token in TOKENS)
    own = "".join(f".s{i + 1}{{--own:{colour}}}\n" for i, colour in enumerate(SEGMENTS))
    return f".ilk{{{light}}}\n.ilk.dark{{{dark_ones}}}\n{own}{text[: text.index('@media print')]}{OURS}"
