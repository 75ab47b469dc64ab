"""Security headers on every answer, and the server's own figures only for this machine."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ilk.app.launch import launched

SOURCES = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
    "worker-src": "'self' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' ws: wss:",
    "media-src": "'self' blob:",
    "frame-src": "'self' blob: data:",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
"""Nothing from anywhere else; the page's own charts compile their expressions, which needs eval."""

POLICY = "; ".join(f"{what} {where}" for what, where in SOURCES.items())

HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)

INNER = ("/_stcore/metrics", "/_stcore/host-config")
"""What tells about the server itself."""


class Guard:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` answers what may be answered."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _ in HEADERS}
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in named]
                message["headers"] = [*kept, *HEADERS]
            await send(message)

        if not launched().loopback and scope.get("path", "").startswith(INNER[0]):
            await _nothing_here(guarded)
            return
        await self._app(scope, receive, guarded)


async def _nothing_here(send: Send) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"Not found"})
