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

METRICS = "/_stcore/metrics"
"""The server's own figures; for this machine only."""

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""What a loopback address may be called; any other name is another site's that points here (DNS rebinding)."""

TEXT = [(b"content-type", b"text/plain; charset=utf-8")]


class Guard:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` answers what may be answered."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or open one connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        known = _is_known(scope)
        if scope["type"] == "websocket":
            if known:
                await self._app(scope, receive, send)
            else:
                await _refuse_connection(receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _ in HEADERS}
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in named]
                message["headers"] = [*kept, *HEADERS]
            await send(message)

        if not known:
            await _say(guarded, 421, b"This app is not called by that name.")
        elif not launched().loopback and METRICS in scope.get("path", ""):
            await _say(guarded, 404, b"Not found")
        else:
            await self._app(scope, receive, guarded)


def _is_known(scope: Scope) -> bool:
    """Whether the app is called by a name it has."""
    launch = launched()
    allowed = launch.hosts | LOOPBACK_NAMES if launch.loopback else launch.hosts
    if not allowed:
        return True
    named = [value for name, value in scope.get("headers", ()) if name == b"host"]
    return len(named) == 1 and _without_port(named[0].decode("latin-1")) in allowed


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


async def _refuse_connection(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})


async def _say(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*TEXT]})
    await send({"type": "http.response.body", "body": body})
