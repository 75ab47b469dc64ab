"""The app as a process, and people with a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 60
QUIET_MS = 400
QUIET = """ms => new Promise(done => {
    let changed = performance.now();
    const watching = new MutationObserver(() => { changed = performance.now(); });
    watching.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
    const idle = "[data-testid=stApp][data-test-script-state=notRunning]";
    const look = setInterval(() => {
        const coming = document.querySelector("[data-testid=stSkeleton]");
        if (coming || !document.querySelector(idle)) changed = performance.now();
        if (performance.now() - changed < ms) return;
        clearInterval(look); watching.disconnect(); done();
    }, 50);
})"""
KNOWN = {
    # Streamlit's uploader: its drop zone is presentational, has a label, and is passed over by the Tab key.
    "presentation-role-conflict",
}
"""What axe-core has against Streamlit's own widgets, and we cannot mend."""


def free_port():
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def app_running(*arguments, cwd, port=None):
    """`ilk app ...` as a process; yields its address, and stops it by Ctrl-C in the end."""
    port = port or free_port()
    command = [sys.executable, "-m", "ilk", "app", *map(str, arguments), "--port", str(port)]
    log = Path(cwd) / "app.log"
    with log.open("w") as told:
        process = subprocess.Popen(command, cwd=cwd, stdout=told, stderr=told, start_new_session=True)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 2)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait(10)
    assert "Traceback" not in log.read_text(), log.read_text()


def _wait_for(address, process, log):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        with suppress(OSError), urllib.request.urlopen(address, timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError(f"{address} does not answer: {log.read_text()}")


class Visitor:
    """Somebody with a browser; what the page said to the console and asked from elsewhere is kept."""

    def __init__(self, browser, address, *, width=1280, scheme="light"):
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        self.address, self.said, self.outside = address, [], []
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        self.page.on("request", lambda r: None if self._ours(r.url) else self.outside.append(r.url))

    def _ours(self, url):
        return url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:"))

    def go(self, name=""):
        """Open a page and wait until it has been drawn."""
        self.page.goto(f"{self.address}/{name}")
        self.settled()
        return self.page

    def settled(self):
        """Wait until Streamlit has nothing more to run and nothing on the page has changed for a while.

        A click is on its way for a moment before the page says that it runs, so not running is not enough.
        """
        self.page.wait_for_selector("h1")
        self.page.evaluate(QUIET, QUIET_MS)

    def still(self):
        """Wait until whatever fades or folds has come to its end; what turns for as long as something runs has none."""
        self.page.wait_for_function(
            "document.getAnimations().every(one => "
            "one.playState === 'finished' || one.effect.getComputedTiming().endTime === Infinity)"
        )

    def axe(self):
        """What axe-core has against the page; what still fades in has less contrast."""
        from axe_playwright_python.sync_playwright import Axe

        self.still()
        found = [v for v in Axe().run(self.page).response["violations"] if v["id"] not in KNOWN]
        return [f"{v['id']} ({v['impact']}): {[n['target'] for n in v['nodes']][:3]}" for v in found]

    def close(self):
        self.context.close()
