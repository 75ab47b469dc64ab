"""Write every page of the app, light, dark and narrow, into docs/screens; `make screenshots` runs it on the demo."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "tests" / "app")]

from visitors import Visitor, app_running  # noqa: E402

from chromium import running  # noqa: E402 - the tests' own browser and visitors
from ilk.outputs.theme import SEGMENTS, TOKENS  # noqa: E402
from ilk.world import make_traces, make_world, write_world  # noqa: E402

TARGET = HERE / "screens"
STUDY = HERE.parent / "ilk-demo"
PAGES = ("segments", "segment", "which", "number", "score", "data", "start", "new", "studies")
LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "narrow": (390, "light")}
CUSTOMERS = 4_000
TALLEST = 1_500
NEAR = 6
"""Steps of 256 by which a shade differs from a colour of the house, at the least, to be kept beside it."""

COLOURS = 160
"""Of a picture beside the house's own, which are few pixels and would be lost among shades."""
DRAWN_MS = 1_200
"""Time for drawings to be painted after the page has settled."""


def main() -> None:
    """Write them all."""
    TARGET.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as room,
        app_running(_shelf(Path(room)), "--root", room, cwd=room) as address,
        running() as browser,
    ):
        for look, (width, scheme) in LOOKS.items():
            visitor = Visitor(browser, address, width=width, scheme=scheme)
            for name in PAGES:
                path = TARGET / f"{name}-{look}.png"
                _shoot(visitor, name, path, width, Path(room) / "world")
            visitor.close()


def _shelf(room: Path) -> Path:
    """A folder with two studies, so that there is something to compare, and files; returns the study to open."""
    world = make_world(CUSTOMERS)
    write_world(room / "world", world, make_traces(world))
    for name in ("autumn", "spring"):
        shutil.copytree(STUDY, room / name, ignore=shutil.ignore_patterns("world"))
    return room / "spring"


def _shoot(visitor: Any, name: str, path: Path, width: int, world: Path) -> None:
    page = visitor.go(name)
    if name == "new":
        _bring(visitor, page, world)
    if name == "which":
        page.get_by_label("Balance (USD)", exact=True).fill("3900")
        page.get_by_label("Purchase transactions", exact=True).fill("2")
        page.get_by_text("Exactly why").first.wait_for()
        visitor.settled()
    tall = _height(page)
    page.set_viewport_size({"width": width, "height": min(tall, TALLEST)})
    page.wait_for_timeout(DRAWN_MS)
    page.screenshot(path=path)
    page.set_viewport_size({"width": width, "height": 900})
    with Image.open(path) as shot:
        _in_few_colours(shot.convert("RGB")).save(path, optimize=True)


def _bring(visitor: Any, page: Any, world: Path) -> None:
    """Customers, and their orders beside them."""
    page.locator("input[type=file]").set_input_files(world / "customers.csv")
    page.get_by_role("heading", name="What the columns do").wait_for()
    visitor.settled()
    page.get_by_text("Add what else is known").click()
    page.get_by_role("radio", name="Orders").click()
    page.get_by_text("A file of orders").wait_for()
    visitor.settled()
    page.locator("input[type=file]").set_input_files(world / "orders.csv")
    page.get_by_text("What was recognised in orders.csv").click()
    page.get_by_text("customers (").first.wait_for()
    page.get_by_text("Add what else is known").click()
    visitor.settled()


def _height(page: Any) -> int:
    """How tall the page is, once it does not grow any more."""
    heights = [0]
    while heights[-1] == 0 or heights[-1] != heights[-2]:
        page.wait_for_timeout(DRAWN_MS)
        heights.append(page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight"))
    return heights[-1]


def _in_few_colours(shot: Any) -> Any:
    """A picture of few colours, among them all of the house: a segment keeps its colour, however small its mark."""
    own = dict.fromkeys([*SEGMENTS, *(colour for token in TOKENS for colour in (token.light, token.dark))])
    house = [tuple(bytes.fromhex(colour[1:])) for colour in own]
    found = shot.quantize(COLOURS, dither=Image.Dither.NONE).getpalette()[: 3 * COLOURS]
    shades = [tuple(found[i : i + 3]) for i in range(0, len(found), 3)]
    # Pillow looks colours up roughly: white would become the shade beside it.
    apart = [one for one in shades if all(_distance(one, other) > NEAR for other in house)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in (*house, *apart)[:256] for part in colour])
    return shot.quantize(palette=palette, dither=Image.Dither.NONE)


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


if __name__ == "__main__":
    main()
