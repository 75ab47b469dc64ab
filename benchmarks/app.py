"""How quick the app is on 8,950 customers x 17: the first page, an answer while typing, another number of segments.

usage: app.py [--study DIR] [--rounds 5]

In Chromium, on a server started for it. The first page is measured cold: a new server, a new browser. The others are
medians of some rounds, from the last key or the click until the new answer stands on the page.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from cards import CARDS
from playwright.sync_api import Page, sync_playwright
from table import Table, goal

import ilk

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FIRST_PAGE, ANSWER = 6.0, 1.0
PATIENCE = 60_000
DRAWN = """[...document.querySelectorAll("*")].filter(e => e.shadowRoot).map(e => e.shadowRoot.innerHTML).join("")"""
"""Everything the page has drawn, as text."""
BALANCES = (40.9, 2500.0, 873.4, 7000.0, 120.0, 4300.0, 10.0)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        study = given.study or _study(Path(scratch))
        with server(study) as (address, up):
            print(_table(*measure(address, up, given.rounds)))


def _study(folder: Path) -> Path:
    print("making a study ...", file=sys.stderr, flush=True)
    ilk.segment(CARDS, out=folder / "study")
    return folder / "study"


@contextmanager
def server(study: Path) -> Iterator[tuple[str, float]]:
    """Its address, and the seconds until it answered."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "ilk", "app", str(study), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        while time.perf_counter() - begin < 60:
            with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                break
            time.sleep(0.02)
        yield address, time.perf_counter() - begin
    finally:
        process.send_signal(2)
        process.wait(20)


def measure(address: str, up: float, rounds: int) -> tuple[float, float, list[float], list[float]]:
    """Seconds: the server up, the first page, each answer, each other number of segments."""
    with sync_playwright() as play:
        begin = time.perf_counter()
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.locator("text=Share of customers").first.wait_for()
        first = time.perf_counter() - begin
        settled(page)
        page.goto(f"{address}/which")
        settled(page)
        answers = [typed(page, balance) for balance in BALANCES[: rounds + 1]][1:]
        page.goto(f"{address}/number")
        settled(page)
        switches = [switched(page, k) for k in (4, 6, 5, 7, 3, 8)[: rounds + 1]][1:]
        browser.close()
    return up, first, answers, switches


def settled(page: Page) -> None:
    """Wait until Streamlit has nothing more to run."""
    page.locator("h1").first.wait_for()
    page.wait_for_timeout(200)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def typed(page: Page, balance: float) -> float:
    """Type a balance; seconds from the last key until the answer to it has been drawn."""
    field = page.get_by_label("Balance", exact=True)
    field.fill("")
    page.wait_for_timeout(1500)
    settled(page)
    before = page.evaluate(DRAWN)
    field.press_sequentially(f"{balance:g}")
    return _until_changed(page, before)


def switched(page: Page, k: int) -> float:
    """Look at another number of segments; seconds until its personas stand there."""
    before = page.evaluate(DRAWN)
    page.get_by_test_id("stButtonGroup").get_by_text(str(k), exact=True).first.click()
    return _until_changed(page, before)


def _until_changed(page: Page, before: str) -> float:
    """Seconds until something else is drawn and the page rests."""
    begin = time.perf_counter()
    page.wait_for_function(f"before => ({DRAWN}) !== before", arg=before, polling=20)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    return time.perf_counter() - begin


def _table(up: float, first: float, answers: list[float], switches: list[float]) -> Table:
    answer, switch = statistics.median(answers), statistics.median(switches)
    rows = (
        ("the server is up", f"{up:.2f} s", ""),
        ("the first page, cold", f"{first:.2f} s", f"{FIRST_PAGE:g} s"),
        (f"an answer while typing, median of {len(answers)}", f"{answer:.2f} s", f"{ANSWER:g} s"),
        (f"another number of segments, median of {len(switches)}", f"{switch:.2f} s", f"{ANSWER:g} s"),
    )
    goals = (
        goal(f"first page within {FIRST_PAGE:g} s", met=first <= FIRST_PAGE),
        goal(f"an answer within {ANSWER:g} s", met=answer <= ANSWER),
        goal(f"another number within {ANSWER:g} s", met=switch <= ANSWER),
    )
    return Table("The app, 8,950 customers x 17, in Chromium", ("what", "takes", "may take"), rows, goals)


if __name__ == "__main__":
    main()
