"""The app's server: Streamlit with our look, our headers, and nothing that calls home."""

from __future__ import annotations

import importlib.util
import logging
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from ilk.address import taken
from ilk.app.front import Front
from ilk.app.headers import Guard
from ilk.app.jobs import stop_children
from ilk.app.launch import Launch, begin
from ilk.app.trouble import tell_trouble
from ilk.app.uploads import forget_sessions
from ilk.errors import BadSetting, MissingExtra, listed
from ilk.outputs.charts.painter import painting
from ilk.outputs.theme import SIZES, TOKENS

SHARED, OWN = ("redirect_uri", "cookie_secret"), ("client_id", "client_secret", "server_metadata_url")
"""What signing in needs: of the app, and of each provider."""

SCRIPT = Path(__file__).with_name("main.py")


def serve(launch: Launch, host: str, port: int, *, started: Callable[[], None]) -> None:
    """Serve the app until asked to stop.

    Args:
        launch: How it is started.
        host: Address to listen on.
        port: And port.
        started: Called when nothing stands in the way any more.

    Raises:
        FileTrouble: If the address cannot be taken.
        BadSetting: If people are to sign in and nobody said where.
        KeyboardInterrupt: After Ctrl-C.
    """
    begin(launch)
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    if launch.sign_in:
        check_sign_in()
    taken(host, port).close()  # the server would tell in a log line that it is not free
    signal.signal(signal.SIGTERM, _end)
    started()
    try:
        with painting(painters=2):
            app(SCRIPT).run(config=config(launch, host, port))
    finally:
        stop_children()
        forget_sessions()


def _end(*_given: object) -> None:
    """Leave through the way out, so that jobs are stopped and uploads removed."""
    raise SystemExit(0)


def check_sign_in() -> None:
    """See that signing in is configured; without that nobody could come in, or everybody.

    Raises:
        BadSetting: If it is not.
        MissingExtra: If the library for it is not installed.
    """
    found = st.secrets.get("auth", {}) if st.secrets.load_if_toml_exists() else {}
    providers = [one for one in found.values() if isinstance(one, Mapping)] or [found]
    shared = [name for name in SHARED if not found.get(name)]
    missing = shared + [name for name in OWN if not all(one.get(name) for one in providers)]
    if missing:
        raise BadSetting(
            "--sign-in needs to know who vouches for people",
            got=f"no {listed(missing)} under [auth] in .streamlit/secrets.toml",
            do="write it as docs/guide/app.md shows",
        )
    if importlib.util.find_spec("authlib") is None:
        raise MissingExtra("--sign-in needs Authlib", do="pip install 'streamlit[auth]'")


def app(script: Path) -> st.App:
    """The ASGI app around a script.

    The folder `pages` beside it is ours to announce: without this, the first visitor of a page's own address would
    get that page alone, listed by its file's name.
    """
    PagesManager.uses_pages_directory = False
    return st.App(script, middleware=[Middleware(Guard), Middleware(Front)], on_script_error=tell_trouble)


def config(launch: Launch, host: str, port: int) -> Mapping[str, Any]:
    """Streamlit's settings for a launch."""
    shown = "localhost" if launch.loopback else host
    settings = {
        "server.address": host,
        "server.port": port,
        "server.headless": True,
        "server.maxUploadSize": launch.upload_mib,
        "server.enableXsrfProtection": True,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "browser.serverAddress": shown,
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.toolbarMode": "viewer",
        "runner.magicEnabled": False,
        "logger.level": "error",
        "logger.hideWelcomeMessage": True,
    }
    return settings | _look()


def _look() -> dict[str, Any]:
    """Our colours, light and dark; the reader's system chooses."""
    found: dict[str, Any] = {"theme.baseFontSize": 16, "theme.baseRadius": "small", "theme.showSidebarBorder": True}
    found["theme.headingFontSizes"] = [f"{size}px" for size in SIZES]
    for mode in ("light", "dark"):
        colour = {token.name: getattr(token, mode) for token in TOKENS}
        found |= {
            f"theme.{mode}.primaryColor": colour["accent"],
            f"theme.{mode}.backgroundColor": colour["paper"],
            f"theme.{mode}.secondaryBackgroundColor": colour["panel"],
            f"theme.{mode}.textColor": colour["ink"],
            f"theme.{mode}.linkColor": colour["accent"],
            f"theme.{mode}.borderColor": colour["line"],
        }
    return found
