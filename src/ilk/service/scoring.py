"""Checked customers in, answers out: small requests that come at the same time are scored together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ilk.model.assign import RESULTS, Assignment
from ilk.model.model import Model
from ilk.model.score import NOTHING_ANSWERED
from ilk.service.columns import Cells, Rows, Wanted
from ilk.service.source import RequestSource
from ilk.settings import Settings

T = TypeVar("T")

ONE_THREAD = Settings(threads=1)
"""A request is small; the processors are for other requests."""


def assign_rows(model: Model, wanted: Wanted, rows: Rows) -> pa.Table:
    """Assign checked customers.

    Returns:
        One row for each customer, in their order, columns as `RESULTS`; all blank for one who answered nothing.
    """
    assignment = Assignment(model, RequestSource(wanted, rows), ONE_THREAD)
    found = pa.Table.from_batches(assignment.batches(), schema=assignment.schema)
    if found.num_rows < len(rows):
        found = found.take(_places(found.column(0).to_numpy(), len(rows)))
    return found.select(range(1, found.num_columns)).rename_columns(list(RESULTS))


def as_answers(rows: Rows, found: pa.Table) -> list[dict[str, Any]]:
    """Answers as JSON has them: the id and what was found, or why nothing was."""
    columns = [found.column(name).to_pylist() for name in RESULTS]
    return [
        {"id": own, **dict(zip(RESULTS, values, strict=True))}
        if values[0] is not None
        else {"id": own, "segment": None, "reason": NOTHING_ANSWERED}
        for own, values in zip(rows.ids, zip(*columns, strict=True), strict=True)
    ]


def as_table(rows: Rows, found: pa.Table) -> pa.Table:
    """Answers as Arrow has them: the same columns whoever could be assigned, the reason last."""
    kinds = {type(own) for own in rows.ids} - {type(None)}
    whole = kinds == {int}
    ids = rows.ids if whole else [None if own is None else str(own) for own in rows.ids]
    reasons = [NOTHING_ANSWERED if number is None else None for number in found.column("segment").to_pylist()]
    named = found.add_column(0, "id", pa.array(ids, pa.int64() if whole else pa.string()))
    return named.append_column("reason", pa.array(reasons, pa.string()))


class Desk:
    """Where requests are scored: small ones together and at once, others on threads of their own."""

    def __init__(self, *, together: int, threads: int = 1) -> None:
        """`together`: customers up to whom a request is small; `threads`: large requests worked on at once."""
        self._together = together
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="score")
        self._waiting: list[_Waiting] = []

    async def assign(self, model: Model, wanted: Wanted, rows: Rows) -> pa.Table:
        """As `assign_rows`."""
        if len(rows) > self._together:
            return await self.apart(lambda: assign_rows(model, wanted, rows))
        loop = asyncio.get_running_loop()
        future: asyncio.Future[pa.Table] = loop.create_future()
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
            one.give(found.slice(start, len(one.rows)))
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

    def __init__(self, model: Model, wanted: Wanted, rows: Rows, future: asyncio.Future[pa.Table]) -> None:
        self.model, self.wanted, self.rows, self._future = model, wanted, rows, future

    def give(self, found: pa.Table) -> None:
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


def _places(rows: NDArray[np.int64], n: int) -> pa.Array:
    """For each customer the row of the table it is in; blank for one that is in none."""
    places = np.full(n, -1)
    places[rows] = np.arange(len(rows))
    return pa.array(places, mask=places < 0)
