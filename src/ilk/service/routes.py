"""The addresses of the service."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from ilk.errors import IlkError
from ilk.model.score import NOTHING_ANSWERED
from ilk.service import arrow, bodies, schemas
from ilk.service.bodies import JSON, Bodies
from ilk.service.cells import values_of
from ilk.service.columns import Rows, rows_of
from ilk.service.documents import (
    explanation_document,
    model_document,
    notes_document,
    segment_document,
    segments_document,
)
from ilk.service.found import Found, as_answers, as_table
from ilk.service.gate import Gate
from ilk.service.journal import note
from ilk.service.limits import Limits
from ilk.service.metrics import MEDIA_TYPE as METRICS_TYPE
from ilk.service.metrics import Metrics
from ilk.service.odd import odd_notes
from ilk.service.openapi import numeric_columns, openapi_document
from ilk.service.problems import MEDIA_TYPE, Fault, Problem, plain, unfit
from ilk.service.scoring import Desk
from ilk.service.served import Served, Shelf

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

UNOBSERVED: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI would tell OpenTelemetry of failures with their messages, which may quote what was sent, and would ask for
every request whether anybody listens."""

ALIVE = 10_000
"""Objects made and not yet given back from which the garbage collector looks for cycles; a request of a hundred
customers makes some hundreds, all of which go by themselves."""


class Service:
    """Everything the routes share."""

    def __init__(self, shelf: Shelf, limits: Limits) -> None:
        """`shelf` holds the model and the keys."""
        self.shelf, self.limits, self.metrics = shelf, limits, Metrics()
        self.desk, self.bodies = Desk(together=limits.together, threads=limits.large), Bodies(limits)
        self.metrics.uses(shelf.served.tag)

    async def assign(self, request: Request) -> Response:
        """Say which segment each customer belongs to, in their order."""
        kind = _kind_of(request, (JSON, arrow.MEDIA_TYPE))
        wants_arrow = _wanted(request, kind) == arrow.MEDIA_TYPE
        served = self.shelf.served
        async with AsyncExitStack() as held:
            rows, is_large = await self._customers(request, kind, served, held)
            found = await self.desk.assign(served.model, served.wanted, rows)
            self.metrics.assigned(found.segments)
            request.state.told = {"customers": len(rows), "model": served.tag}
            write = _write_arrow if wants_arrow else _write_json
            return await self.desk.apart(lambda: write(served, rows, found)) if is_large else write(served, rows, found)

    async def explain(self, request: Request) -> Response:
        """Say which segment one customer belongs to, why, and how far it is from the others."""
        _kind_of(request, (JSON,))
        served = self.shelf.served
        async with AsyncExitStack() as held:
            document = bodies.decode(await self.bodies.read(request, held))
            customer, changeable = bodies.customer_in(document, numeric_columns(served))
            faults: list[Fault] = []
            rows = rows_of(served.wanted, [customer], faults, "customer")
            if faults:
                raise unfit(faults)
            request.state.told = {"customers": 1, "model": served.tag}
            return _json(await self.desk.apart(lambda: _explained(served, rows, changeable)))

    async def segments(self) -> Response:
        """All segments."""
        return _json(segments_document(self.shelf.served))

    async def segment(self, number: int) -> Response:
        """One segment and its figures."""
        return _json(segment_document(self.shelf.served, number))

    async def model(self) -> Response:
        """The model in use."""
        return _json(model_document(self.shelf.served))

    async def healthz(self) -> Response:
        """Whether the process is alive."""
        return _json({"status": "ok"})

    async def readyz(self) -> Response:
        """Whether there is a model to answer with; there always is, or the service would not have started."""
        return _json({"status": "ok"})

    async def prometheus(self) -> Response:
        """Counters for Prometheus."""
        return Response(self.metrics.text(), media_type=METRICS_TYPE)

    async def _customers(self, request: Request, kind: str, served: Served, held: AsyncExitStack) -> tuple[Rows, bool]:
        """The customers of a body, and whether it is a large one, which is read on a thread."""
        body = await self.bodies.read(request, held)
        read = _read_arrow if kind == arrow.MEDIA_TYPE else _read_json
        if len(body) <= self.limits.large_from:
            return read(body, served, self.limits), False
        return await self.desk.apart(lambda: read(body, served, self.limits)), True

    async def renew(self) -> None:
        """Open model and keys again; whoever is being answered keeps the old ones."""
        well, sentence = await asyncio.to_thread(self.shelf.renew)
        if gc.get_freeze_count():
            settle()
        self.metrics.renewed(well=well)
        self.metrics.uses(self.shelf.served.tag)
        note("renewed" if well else "not renewed", logging.INFO if well else logging.ERROR, detail=sentence)

    async def watch(self) -> None:
        """Renew whenever a file has changed, until cancelled."""
        while True:
            await asyncio.sleep(self.limits.watch_seconds)
            if self.shelf.changed():
                await self.renew()


def settle() -> None:
    """What lives as long as the model does is looked through by the garbage collector now, and never again.

    A model is some eighty thousand objects: to look through them while requests wait holds these up by 50 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALIVE)


def make_app(service: Service, *, loopback: bool) -> Gate:
    """The application with its gate.

    Args:
        service: What the routes share.
        loopback: Whether only this machine can reach it; then it is called by a name of loopback or not at all,
            so that no page in a browser here can reach it under a name of its own.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(service.watch())
        yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        service.desk.close()

    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan, telemetry=UNOBSERVED
    )
    _add_routes(app, service)
    app.add_exception_handler(Problem, _told)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unforeseen)
    hosts = LOOPBACK_NAMES if loopback and not service.shelf.keys else frozenset[str]()
    return Gate(app, lambda: service.shelf.keys, service.limits, service.metrics, hosts)


def _add_routes(app: FastAPI, service: Service) -> None:
    def openapi() -> Response:
        return _json(openapi_document(app, service.shelf.served, service.limits, guarded=bool(service.shelf.keys)))

    body = (400, 408, 413, 415, 422, 503)
    table: tuple[tuple[str, str, Any, Any, Sequence[int]], ...] = (
        ("POST", "/assign", service.assign, schemas.Assignments, (*body, 406)),
        ("POST", "/explain", service.explain, schemas.Explained | schemas.NotAssigned, body),
        ("GET", "/segments", service.segments, schemas.Segments, ()),
        ("GET", "/segments/{number}", service.segment, schemas.SegmentWhole, (404, 422)),
        ("GET", "/model", service.model, schemas.ModelTold, ()),
        ("GET", "/healthz", service.healthz, schemas.Status, ()),
        ("GET", "/readyz", service.readyz, schemas.Status, ()),
    )
    for method, path, work, told, refusals in table:
        responses: dict[int | str, dict[str, Any]] = {200: {"model": told}}
        responses |= {status: {"model": schemas.ProblemTold} for status in (401, 403, 421, 500, *refusals)}
        app.router.add_api_route(
            path,
            work,
            methods=[method],
            responses=responses,
            response_model=None,
            route_class_override=_Plain if method == "POST" else None,
        )
    app.add_api_route("/metrics", service.prometheus, methods=["GET"], include_in_schema=False)
    app.add_api_route("/openapi.json", openapi, methods=["GET"], include_in_schema=False)


class _Plain(APIRoute):
    """A route whose work takes the request itself: there is nothing for FastAPI to read or to check."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The work as it is; it would else be called through what solves dependencies, 0.1 ms a request."""
        return self.endpoint


# ---------------------------------------------------------------- bodies in, answers out


def _kind_of(request: Request, taken: Sequence[str]) -> str:
    kind = bodies.media_type(request)
    if kind not in taken:
        raise Problem(415, "other-type", f"A body of type {' or '.join(taken)} is needed.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(415, "compressed", "The body is compressed; send it without compression.")
    return kind


def _wanted(request: Request, kind: str) -> str:
    """What the answer is to be: what Accept names first, else what the body is."""
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "*/*").split(",")]
    for name in accepted:
        if name in {JSON, arrow.MEDIA_TYPE}:
            return name
        if name in {"*/*", "application/*"}:
            return kind
    raise Problem(406, "not-acceptable", f"Answers are {JSON} or {arrow.MEDIA_TYPE}.")


def _read_json(body: bytes, served: Served, limits: Limits) -> Rows:
    customers = bodies.customers_in(bodies.decode(body), limits.customers)
    faults: list[Fault] = []
    rows = rows_of(served.wanted, customers, faults, "customers")
    if faults:
        raise unfit(faults)
    return rows


def _read_arrow(body: bytes, served: Served, limits: Limits) -> Rows:
    return arrow.read_stream(body, served.wanted, limits.customers)


def _write_json(served: Served, rows: Rows, found: Found) -> Response:
    board = served.model.board
    unclear = board.notes(found.segments) if board is not None else ()
    notes = notes_document(rows.n_unknown, (*odd_notes(served.wanted, rows), *unclear))
    return _json({"assignments": as_answers(rows, found), "notes": notes})


def _write_arrow(_served: Served, rows: Rows, found: Found) -> Response:
    return Response(arrow.write_stream(as_table(rows, found)), media_type=arrow.MEDIA_TYPE)


def _explained(served: Served, rows: Rows, changeable: list[str] | None) -> dict[str, Any]:
    values = values_of(rows.cells, 0)
    if rows.ids[0] is not None and served.wanted.id_column is not None:
        values[served.wanted.id_column] = rows.ids[0]
    try:
        found = served.model.explain(values, changeable=changeable)
    except IlkError:
        return {"id": rows.ids[0], "segment": None, "reason": NOTHING_ANSWERED}
    return explanation_document(found, rows.n_unknown)


def _json(document: Any, status: int = 200) -> Response:
    return Response(to_json(document), status, media_type=JSON)


# ---------------------------------------------------------------- what goes wrong


async def _told(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    body = problem.document(request.state.request_id)
    return Response(body, problem.status, problem.headers, media_type=MEDIA_TYPE)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = plain(error.status_code)
    problem.headers.update(error.headers or {})
    return await _told(request, problem)


async def _invalid(request: Request, _error: Exception) -> Response:
    """A path that holds something else than a number; the error itself would quote it."""
    return await _told(request, Problem(422, "unfit", "The address holds something else than a whole number."))


async def _unforeseen(request: Request, _error: Exception) -> Response:
    return await _told(request, plain(500))
