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

TARGET = HERE / "screens"
STUDY = HERE.parent / "ilk-demo"
PAGES = ("segments", "segment", "which", "number", "score", "data", "start", "new", "studies")
LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "narrow": (390, "light")}
TALLEST = 1_500
COLOURS = 192
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
                _shoot(visitor, name, path, width)
            visitor.close()


def _shelf(room: Path) -> Path:
    """A folder with two studies, so that there is something to compare; returns the one to open."""
    for name in ("autumn", "spring"):
        shutil.copytree(STUDY, room / name, ignore=shutil.ignore_patterns("world"))
    return room / "spring"


def _shoot(visitor: Any, name: str, path: Path, width: int) -> None:
    page = visitor.go(name)
    if name == "new":
        page.locator("input[type=file]").set_input_files(STUDY / "world" / "customers.csv")
        page.get_by_role("heading", name="What the columns do").wait_for()
        visitor.settled()
    if name == "which":
        page.get_by_label("Balance (USD)", exact=True).fill("3900")
        page.get_by_label("Purchase transactions", exact=True).fill("2")
        page.get_by_text("Exactly why").first.wait_for()
        visitor.settled()
    page.wait_for_timeout(DRAWN_MS)
    tall = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(int(tall), TALLEST)})
    page.wait_for_timeout(DRAWN_MS)
    page.screenshot(path=path)
    page.set_viewport_size({"width": width, "height": 900})
    with Image.open(path) as shot:
        shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
