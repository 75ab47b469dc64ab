"""The gate every request goes through: who asks, how many at once, how long, what is written down."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ilk.service.journal import note
from ilk.service.keys import Keys
from ilk.service.limits import Limits
from ilk.service.metrics import Metrics
from ilk.service.problems import MEDIA_TYPE, Problem

OPEN = frozenset({"/healthz", "/readyz"})
"""Paths that need no key: they tell nothing but that the service is there."""

NOWHERE = "(no such path)"
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Gate:
    """Wraps the application: what leaves it is an answer of the application, or a problem document."""

    def __init__(
        self, app: ASGIApp, keys: Callable[[], Keys], limits: Limits, metrics: Metrics, hosts: frozenset[str]
    ) -> None:
        """`hosts`: names a request may call the service by; empty where it may be called by any name."""
        self._app, self._keys, self._limits, self._metrics, self._hosts = app, keys, limits, metrics, hosts
        self._n = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, send)
        self._n += 1
        self._metrics.in_flight(self._n)
        try:
            await self._answer(visit, scope, receive)
        finally:
            self._n -= 1
            self._metrics.in_flight(self._n)
            self._write_down(visit, scope)

    async def _answer(self, visit: _Visit, scope: Scope, receive: Receive) -> None:
        try:
            self._let_in(visit, scope)
            async with asyncio.timeout(self._limits.answer_seconds):
                await self._app(scope, receive, visit.send)
        except Problem as problem:
            await visit.refuse(problem)
        except TimeoutError:
            await visit.refuse(_later("The answer took too long; send fewer customers, or try again."))
        except Exception as error:  # noqa: BLE001 - the last place where the unforeseen can become an answer
            note("fault", logging.ERROR, error=error, request_id=visit.id)
            await visit.refuse(Problem(500, "our-fault", "This is our fault, not yours. The request_id finds it."))

    def _let_in(self, visit: _Visit, scope: Scope) -> None:
        headers = dict(scope["headers"])
        if self._hosts and _host_of(headers.get(b"host", b"")) not in self._hosts:
            raise Problem(421, "other-host", "This service is only called by the name of this machine's loopback.")
        origin = headers.get(b"origin")
        if origin is not None and origin.partition(b"://")[2] != headers.get(b"host", b""):
            raise Problem(403, "other-site", "A page of another site may not ask this service.")
        keys = self._keys()
        if keys and scope["path"] not in OPEN:
            visit.caller = keys.name_of(_key_of(headers.get(b"authorization", b"")))
            if visit.caller is None:
                raise Problem(
                    401,
                    "no-key",
                    "A key is needed: Authorization: Bearer KEY.",
                    headers={"www-authenticate": "Bearer", "connection": "close"},
                )
        if self._n > self._limits.waiting and scope["path"] not in OPEN:
            raise _later("Too many requests wait already; come back in a second.")

    def _write_down(self, visit: _Visit, scope: Scope) -> None:
        seconds = time.perf_counter() - visit.began
        route = scope.get("route")
        path = getattr(route, "path", NOWHERE)
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._metrics.answered(method, path, visit.status, seconds)
        told: dict[str, Any] = {} if visit.caller is None else {"caller": visit.caller}
        told |= scope.get("state", {}).get("told", {})
        ms = round(1000 * seconds, 2)
        note("request", request_id=visit.id, method=method, path=path, status=visit.status, ms=ms, **told)


class _Visit:
    """One request at the gate: its id, who asks, and what it was answered."""

    __slots__ = ("_send", "began", "caller", "id", "started", "status")

    def __init__(self, scope: Scope, send: Send) -> None:
        self.began, self.id, self._send = time.perf_counter(), secrets.token_hex(8), send
        self.caller: str | None = None
        self.status, self.started = 499, False
        scope.setdefault("state", {})["request_id"] = self.id

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.started = message["status"], True
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.id.encode()), *_HEADERS]
        await self._send(message)

    async def refuse(self, problem: Problem) -> None:
        if self.started:
            return
        body = problem.document(self.id)
        headers = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), **problem.headers}
        named = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": problem.status, "headers": named})
        await self.send({"type": "http.response.body", "body": body})


def _later(detail: str) -> Problem:
    return Problem(503, "busy", detail, headers={"retry-after": "1"})


def _key_of(header: bytes) -> str:
    scheme, _, key = header.decode("latin-1").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _host_of(header: bytes) -> str:
    """The name of a Host header, without its port."""
    text = header.decode("latin-1").lower()
    return text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0]
