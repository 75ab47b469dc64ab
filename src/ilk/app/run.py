"""The app's server: Streamlit with our look, our headers, and nothing that calls home."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from ilk.app.headers import Guard
from ilk.app.launch import Launch, begin
from ilk.app.trouble import tell_trouble
from ilk.outputs.charts.painter import painting
from ilk.outputs.theme import SIZES, TOKENS

SCRIPT = Path(__file__).with_name("main.py")


def serve(launch: Launch, host: str, port: int) -> None:
    """Serve the app until asked to stop."""
    begin(launch)
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    with painting():
        app(SCRIPT).run(config=config(launch, host, port))


def app(script: Path) -> st.App:
    """The ASGI app around a script.

    The folder `pages` beside it is ours to announce: without this, the first visitor of a page's own address would
    get that page alone, listed by its file's name.
    """
    PagesManager.uses_pages_directory = False
    return st.App(script, middleware=[Middleware(Guard)], on_script_error=tell_trouble)


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
