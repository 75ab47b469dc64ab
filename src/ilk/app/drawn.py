"""Pieces of the report on a page: their drawings, their look, light and dark, and what is clicked in them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

from ilk.outputs.theme import EVERYONE, SEGMENTS, TOKENS

SCRIPT = """
const narrow = matchMedia("(max-width: 760px)")
const fold = (part) => {
  if (part.querySelector(":scope > details.narrow")) return
  const details = document.createElement("details"), summary = document.createElement("summary")
  details.className = "narrow"
  summary.textContent = part.dataset.fold
  details.append(summary, ...part.childNodes)
  part.append(details)
}
const unfold = (part) => {
  const details = part.querySelector(":scope > details.narrow")
  if (details) { details.firstChild.remove(); details.replaceWith(...details.childNodes) }
}
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".ilk")
  const arrange = () => root.querySelectorAll("[data-fold]").forEach(narrow.matches ? fold : unfold)
  root.classList.toggle("dark", data.dark)
  root.classList.toggle("tall", data.tall)
  if (root.shown !== data.html) {
    const all = (what) => [...root.querySelectorAll(what)]
    const folds = all("details").map((fold) => fold.open)
    const moved = all(".scroll").map((box) => box.scrollLeft)
    const at = root.getRootNode().activeElement?.dataset?.pick
    root.innerHTML = data.html
    root.shown = data.html
    if (narrow.matches) arrange()
    const now = all("details")
    if (now.length === folds.length) now.forEach((fold, i) => { fold.open = folds[i] })
    all(".scroll").forEach((box, i) => { box.scrollLeft = moved[i] ?? 0 })
    const same = at && all("[data-pick]").find((one) => one.dataset.pick === at)
    if (same) same.focus({ preventScroll: true })
  }
  if (!root.listens) narrow.addEventListener("change", root.listens = arrange)
  root.onclick = (event) => {
    const picked = event.target.closest("[data-pick]")
    if (picked) setTriggerValue("pick", picked.dataset.pick)
  }
}
"""
"""Puts the HTML in its place; the texts in it were escaped by the templates that made it.

What the reader folded open, scrolled to and stood on stays so when a part is drawn anew. Where the page is narrow, what
is not first (`data-fold`) is folded."""

OURS = """
.ilk { color: var(--ink); font-size: 16px; line-height: 1.5; font-family: var(--st-font); }
.ilk * { box-sizing: border-box; }
.ilk figure { margin: 0 0 16px; }
.ilk button.pick { all: unset; cursor: pointer; }
.ilk.tall, .ilk.tall > .card, div:has(> .ilk.tall), div:has(> div > .ilk.tall) { height: 100%; }
.ilk.tall > .card { grid-template-rows: auto auto auto auto auto 1fr; }
.ilk td > button.pick { display: block; box-sizing: border-box; }
.ilk td > button.pick { width: calc(100% + 20px); margin: -6px -10px; padding: 6px 10px; }
@media (max-width: 760px) {
  .ilk td > button.pick { width: calc(100% + 16px); margin: -6px -8px; padding: 6px 8px; }
}
.ilk .heat:not(.few) :is(td, th):not(:first-child) { padding-inline: 5px; }
.ilk .heat:not(.few) td > button.pick { width: calc(100% + 10px); margin-inline: -5px; padding-inline: 5px; }
.ilk th > button.pick { color: var(--accent); text-decoration: underline; padding: 6px 10px; margin: -6px -10px; }
.ilk .ks, .ilk .levels { width: 100%; }
.ilk .ks tbody th { min-width: 96px; width: 96px; }
.ilk .ks td.words, .ilk .levels td.words { max-width: none; }
.ilk .ks thead th, .ilk .levels thead th:last-child { text-align: left; }
.ilk .why { width: 100%; }
.ilk .why :is(th, td) { padding-inline: 5px; }
.ilk .why tbody th { min-width: 80px; }
.ilk td.open { box-shadow: inset 0 0 0 2px var(--ink); }
.ilk .detail > td { text-align: left; white-space: normal; padding: 0; }
.ilk .detail > td > div { position: sticky; left: 0; width: min(344px, 86vw); padding: 16px 16px 8px; }
.ilk .detail figure, .ilk .detail p { margin: 0 0 8px; }
.ilk .phone { display: none; }
.ilk details.narrow { margin-bottom: 16px; }
.ilk details.narrow > summary { padding: 8px 0; font-size: 14px; }
@media (max-width: 760px) {
  .ilk .phone { display: block; }
  .ilk .card, .ilk.tall > .card { display: flex; flex-direction: column; gap: 10px; height: auto; }
  .ilk .card { padding-bottom: 12px; }
  .ilk .card details.narrow { border: 0; padding: 0; margin: 0; }
  .ilk .card details.narrow > summary { padding: 2px 0; }
  .ilk .card details.narrow[open] > summary { margin-bottom: 8px; }
  .ilk .card details.narrow > :not(summary) { margin-bottom: 12px; }
  .ilk .who { gap: 4px 16px; }
}
.ilk button.pick:hover { text-decoration: underline; }
.ilk button.pick:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
"""


def drawn(html: str, *, key: str | None = None, tall: bool = False) -> str | None:
    """Show HTML made by our templates, in the report's look.

    Args:
        html: From `ilk.outputs.templating`, so that every text in it is escaped.
        key: Needed where two pieces could be equal, or where something in it can be clicked.
        tall: A card that is as high as its cell in a grid.

    Returns:
        The `data-pick` of what was clicked just now, None otherwise.
    """
    data = {"html": html, "dark": dark(), "tall": tall}
    shown = _component()(data=data, key=key, height="stretch" if tall else "content", on_pick_change=_heard)
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
    own = "".join(f".s{i}{{--own:{colour}}}\n" for i, colour in enumerate((EVERYONE, *SEGMENTS)))
    return f".ilk{{{light}}}\n.ilk.dark{{{dark_ones}}}\n{own}{text[: text.index('@media print')]}{OURS}"
