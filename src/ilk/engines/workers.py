"""Run independent pieces of work on threads, in a fixed order, and stop at once when asked."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from importlib import import_module
from typing import TypeVar

from ilk.progress import Progress

T = TypeVar("T")
R = TypeVar("R")

HEARTBEAT = 0.1
"""Seconds between two looks at Ctrl-C and the stop flag; a tenth of what the user is promised."""


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def our_threads_alone() -> Iterator[None]:
    """Keep the library for linear algebra to one thread meanwhile: the work is on threads of our own already.

    Its threads wait for each other by spinning: a study of a million customers took a quarter more processor time.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield


def map_threads(
    work: Callable[[T], R], items: Iterable[T], *, threads: int | None = None, progress: Progress | None = None
) -> list[R]:
    """Return [work(item) for item in items], computed on threads, in the items' order.

    The results do not depend on `threads`. `work` must release the GIL to gain from it, and each piece
    should take well under a second, because a stop is seen between pieces.

    Raises:
        Cancelled: If `progress` was asked to stop.
    """
    items = list(items)
    n_threads = min(threads or cores(), len(items))
    if n_threads <= 1:
        return [_checked(work, item, progress) for item in items]
    pool = ThreadPoolExecutor(n_threads)
    futures: list[Future[R]] = [pool.submit(_checked, work, item, progress) for item in items]
    try:
        _wait(futures, progress)
        return [future.result() for future in futures]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _checked(work: Callable[[T], R], item: T, progress: Progress | None) -> R:
    if progress is not None:
        progress.check()
    return work(item)


def _wait(futures: list[Future[R]], progress: Progress | None) -> None:
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=HEARTBEAT, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
        if progress is not None:
            progress.at(1.0 - len(pending) / len(futures))


def import_meanwhile(*modules: str) -> None:
    """Load slow libraries on a thread while the kernels, which hold no lock, do the first part of the work."""
    wanted = [name for name in modules if name not in sys.modules]
    if wanted:
        threading.Thread(target=lambda: [import_module(name) for name in wanted], daemon=True).start()
