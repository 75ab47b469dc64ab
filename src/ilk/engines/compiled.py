"""One way to compile a kernel: without the GIL, never `parallel=True`, kept in a folder of the user's or nowhere."""

from __future__ import annotations

import functools
import os
import stat
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.extending import register_jitable

import ilk
from ilk.settings import cache_folder

F = TypeVar("F", bound=Callable[..., Any])

CONTRACT = {"contract"}
"""The only relaxation of arithmetic: a * b + c in one rounding. Whoever allows it rechecks what could depend on it."""


def compiled(function: F) -> F:
    """Compile a whole piece of work, callable from Python; the result is kept between runs where that is safe."""
    folder = private_folder(cache_folder() / f"kernels-{ilk.__version__}-{_sources():08x}")
    if folder is None:
        return numba.njit(nogil=True)(function)  # type: ignore[no-any-return]
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder)
    try:
        return numba.njit(nogil=True, cache=True)(function)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before


@functools.cache
def _sources() -> int:
    """Checksum of all that is compiled: numba looks for changes only in the file of the whole, not of its parts."""
    package = Path(__file__).parent.parent
    files = sorted([*(package / "cluster").glob("*.py"), *(package / "engines").glob("*.py")])
    return functools.reduce(lambda sum_, file: zlib.crc32(file.read_bytes(), sum_), files, 0)


def part(function: F) -> F:
    """Compile a part of a kernel, in plain IEEE arithmetic, so that it gives the same bits on every processor."""
    return register_jitable(function)  # type: ignore[no-any-return]


def contracted(function: F) -> F:
    """Compile a part of a kernel that may contract a * b + c."""
    return register_jitable(fastmath=CONTRACT)(function)  # type: ignore[no-any-return]


def private_folder(path: Path) -> Path | None:
    """Make a folder only this user can read and write; None if that cannot be had.

    A cache of compiled code that somebody else can write to is a way to run their code, so a folder that belongs to
    another user, is a link, or is open to others is not used.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
    except OSError:
        return None
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return path if ours and os.access(path, os.W_OK) else None
