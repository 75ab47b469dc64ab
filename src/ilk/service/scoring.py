"""Where requests are scored: small ones that come at the same time together, large ones on threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from ilk.model.model import Model
from ilk.service.columns import Cells, Rows, Wanted
from ilk.service.found import Found, assign_rows

T = TypeVar("T")


class Desk:
    """Where requests are scored: small ones together and at once, others on threads of their own."""

    def __init__(self, *, together: int, threads: int = 1) -> None:
        """`together`: customers up to whom a request is small; `threads`: large requests worked on at once."""
        self._together = together
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="score")
        self._waiting: list[_Waiting] = []

    async def assign(self, model: Model, wanted: Wanted, rows: Rows) -> Found:
        """As `assign_rows`."""
        if len(rows) > self._together:
            return await self.apart(lambda: assign_rows(model, wanted, rows))
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Found] = loop.create_future()
        self._waiting.append(_Waiting(model, wanted, rows, future))
        if len(self._waiting) == 1:
            loop.call_soon(self._serve)
        return await future

    async def apart(self, work: Callable[[], T]) -> T:
        """Work that takes longer, on a thread, so that small requests need not wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _serve(self) -> None:
        """Score all that wait; those of one model together."""
        waiting, self._waiting = self._waiting, []
        for model in {id(one.model): one.model for one in waiting}.values():
            self._answer([one for one in waiting if one.model is model])

    def _answer(self, some: list[_Waiting]) -> None:
        try:
            found = assign_rows(some[0].model, some[0].wanted, _joined([one.rows for one in some]))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the requests and not to the loop
            self._answer_alone(some, error)
            return
        start = 0
        for one in some:
            one.give(found.part(start, len(one.rows)))
            start += len(one.rows)

    def _answer_alone(self, some: list[_Waiting], error: Exception) -> None:
        """Nobody suffers for what another one sent."""
        if len(some) == 1:
            some[0].fail(error)
            return
        for one in some:
            self._answer([one])


class _Waiting:
    """One small request and whoever waits for it."""

    __slots__ = ("_future", "model", "rows", "wanted")

    def __init__(self, model: Model, wanted: Wanted, rows: Rows, future: asyncio.Future[Found]) -> None:
        self.model, self.wanted, self.rows, self._future = model, wanted, rows, future

    def give(self, found: Found) -> None:
        if not self._future.done():
            self._future.set_result(found)

    def fail(self, error: Exception) -> None:
        if not self._future.done():
            self._future.set_exception(error)


def _joined(parts: Sequence[Rows]) -> Rows:
    if len(parts) == 1:
        return parts[0]
    ids = [own for part in parts for own in part.ids]
    return Rows(ids, {name: _end_to_end([part.cells[name] for part in parts]) for name in parts[0].cells})


def _end_to_end(cells: Sequence[Cells]) -> Cells:
    if isinstance(cells[0], np.ndarray):
        return np.concatenate(cells)
    return [value for part in cells for value in part]
