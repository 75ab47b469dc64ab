"""The server: started once, told to renew, asked to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from ilk.address import is_loopback, taken
from ilk.errors import BadSetting
from ilk.service.journal import note, open_journal
from ilk.service.limits import Limits
from ilk.service.routes import Service, make_app
from ilk.service.served import Shelf

BACKLOG = 1_024
"""Connections that may wait to be taken up."""

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
    note("started", model=service.shelf.served.tag, address=f"http://{_shown(where)}:{bound}")
    server = Server(config, service)
    server.run(sockets=[listening])
    note("stopped")
    if server.was_interrupted:
        raise KeyboardInterrupt


class Server(uvicorn.Server):
    """uvicorn's, but SIGHUP renews the model, and SIGTERM ends the process well."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        """`service` is renewed."""
        super().__init__(config)
        self._service = service
        self._renewing: set[asyncio.Task[None]] = set()
        self.was_interrupted = False

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals while serving; uvicorn's own raises them again at the end, which is no exit code of ours."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, number)
        loop.add_signal_handler(signal.SIGHUP, self._renew)
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
