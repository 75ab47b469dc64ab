"""The one page Streamlit sends, told where its server is: else it looks below each page's own address first.

A visitor who comes by the address of a page, or reloads one, would see failed requests in the browser's console, and
wait for them. An address of which there is no page leads to the first one, which says so; Streamlit would tell it in a
window over the page and in the console.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGES = frozenset(path.stem for path in Path(__file__).with_name("pages").glob("*.py"))
"""What follows the server's name in the address of a page."""

NOWHERE = "no-page"
"""In the address: a page that was asked for and is not there."""

LONGEST = 40
"""Characters of it that are repeated."""

BODYS_OWN = frozenset({b"content-length", b"etag"})
TOLD = b"<head><script>window.__streamlit={BACKEND_BASE_URL:location.origin}</script>"


class Front:
    """ASGI middleware around the app; touches nothing but HTML pages."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` sends the page."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _wants_page(scope):
            await self._app(scope, receive, send)
            return
        plain = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]}
        start: Message = {}
        body = bytearray()

        async def told(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            elif not _is_page(start):
                if start:
                    await send(start)
                    start = {}
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    if (asked := scope["path"].strip("/")) and asked not in PAGES:
                        await _lead_away(send, start, asked)
                    else:
                        await _send_page(send, start, bytes(body).replace(b"<head>", TOLD, 1))

        await self._app(plain, receive, told)


async def _lead_away(send: Send, start: Message, asked: str) -> None:
    to = f"/?{urlencode({NOWHERE: asked[:LONGEST]})}".encode()
    kept = [(name, value) for name, value in start["headers"] if name.lower() not in BODYS_OWN]
    await send({**start, "status": 303, "headers": [*kept, (b"location", to), (b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def _send_page(send: Send, start: Message, page: bytes) -> None:
    kept = [(name, value) for name, value in start["headers"] if name.lower() not in BODYS_OWN]
    await send({**start, "headers": [*kept, (b"content-length", str(len(page)).encode())]})
    await send({"type": "http.response.body", "body": page})


def _wants_page(scope: Scope) -> bool:
    accepts = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return scope["method"] == "GET" and b"text/html" in accepts


def _is_page(start: Message) -> bool:
    kind = next((value for name, value in start.get("headers", ()) if name.lower() == b"content-type"), b"")
    return start.get("status") == 200 and kind.startswith(b"text/html")
