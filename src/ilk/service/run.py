"""The server: started once, told to renew, asked to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import numpy as np
import uvicorn
from threadpoolctl import threadpool_limits

from ilk.address import is_loopback, taken
from ilk.errors import BadSetting
from ilk.service.journal import note, open_journal
from ilk.service.limits import MIB, Limits
from ilk.service.routes import Service, make_app, settle
from ilk.service.served import Shelf

BACKLOG = 1_024
"""Connections that may wait to be taken up."""

KEPT_BYTES = 8 * MIB
"""More than the largest array of a request that is scored at once."""

IDLE_SECONDS = 75
"""A connection may lie idle that long; longer than common proxies keep theirs, so that they close first."""


def serve(model: Path, host: str, port: int, *, keys: Path | None, limits: Limits, quiet: bool) -> None:
    """Serve a model until asked to stop.

    Raises:
        IlkError: If it cannot start: no sound model, no key off loopback, an address in use.
        KeyboardInterrupt: After Ctrl-C.
    """
    loopback = is_loopback(host)
    if not loopback and keys is None:
        raise BadSetting(
            f"On {host} everybody who reaches this machine could ask, so a key is needed",
            do="make one with `ilk serve --new-key NAME --keys keys.txt`, then add --keys keys.txt",
        )
    service = Service(Shelf(model, keys), limits)
    listening = taken(host, port)
    listening.listen(BACKLOG)
    open_journal(quiet=quiet)
    config = uvicorn.Config(
        make_app(service, loopback=loopback),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=int(limits.stop_seconds),
    )
    where, bound = listening.getsockname()[:2]
    server = Server(config, service, f"http://{_shown(where)}:{bound}")
    _run(server, listening)
    note("stopped")
    if server.was_interrupted:
        raise KeyboardInterrupt


def _run(server: Server, listening: socket) -> None:
    """Answer until asked to stop; BLAS on one thread, because threads that wait for each other cost more."""
    keep_memory()
    thresholds = gc.get_threshold()
    settle()
    try:
        with threadpool_limits(1, user_api="blas"):
            server.run(sockets=[listening])
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


def keep_memory() -> None:
    """Keep what a request gives back for the next one.

    glibc takes large arrays from the system each time anew, 400 pages for a hundred customers with blanks, up to half a
    millisecond; the largest that was ever given back says from which size on (mallopt(3), M_MMAP_THRESHOLD).
    """
    np.empty(KEPT_BYTES, np.uint8)


class Server(uvicorn.Server):
    """uvicorn's, but SIGHUP renews the model, and SIGTERM ends the process well."""

    def __init__(self, config: uvicorn.Config, service: Service, address: str) -> None:
        """`service` is renewed; `address` is told once signals are heard, so that none can come too early."""
        super().__init__(config)
        self._service, self._address = service, address
        self._renewing: set[asyncio.Task[None]] = set()
        self.was_interrupted = False

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals while serving; uvicorn's own raises them again at the end, which is no exit code of ours."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, number)
        loop.add_signal_handler(signal.SIGHUP, self._renew)
        note("started", model=self._service.shelf.served.tag, address=self._address)
        yield

    def _stop(self, number: int) -> None:
        self.was_interrupted = self.was_interrupted or number == signal.SIGINT
        self.handle_exit(number, None)

    def _renew(self) -> None:
        task = asyncio.create_task(self._service.renew())
        self._renewing.add(task)
        task.add_done_callback(self._renewing.discard)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
