"""The only writer: temporary file in the same folder, fsync, rename; private folders; nothing half-written."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ilk.errors import FileTrouble

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


@contextmanager
def replacing(path: Path, *, private: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well it takes `path`'s place, else it is removed.

    Raises:
        FileTrouble: If the folder cannot be written to.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        _settle(temporary, path, private=private)
    except FileTrouble:
        raise
    except OSError as error:
        raise FileTrouble(
            f"{path} cannot be written",
            got=error.strerror or str(error),
            do="name another place, or make room and rights there",
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def refuse_overwriting(inputs: Iterable[Path], outputs: Iterable[Path]) -> None:
    """Let nothing be written where something is read from, under whatever name; --force does not allow it either.

    Raises:
        FileTrouble: With the first output that is one of the inputs, also through links.
    """
    read = {(about.st_dev, about.st_ino) for path in inputs if (about := _about(path))}
    for path in outputs:
        about = _about(path)
        if about and (about.st_dev, about.st_ino) in read:
            raise FileTrouble(f"{path} would be written over, and is what is read", do="name another with --out")


def write_bytes(path: Path, content: bytes, *, private: bool = True) -> None:
    """Write a whole file at once, or leave what was there."""
    with replacing(path, private=private) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str, *, private: bool = True) -> None:
    """Write a whole text file at once, as UTF-8, or leave what was there."""
    write_bytes(path, content.encode("utf-8"), private=private)


def private_folder(path: Path) -> Path:
    """Make a folder only its owner may enter.

    Raises:
        FileTrouble: If it cannot be made, or something else is there.
    """
    try:
        path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise FileTrouble(
            f"{path} cannot be made a folder", got=error.strerror, do="name another with --out"
        ) from error
    return path


def _about(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _settle(temporary: Path, path: Path, *, private: bool) -> None:
    temporary.chmod(PRIVATE_FILE if private else 0o644)
    with temporary.open("rb") as handle:
        os.fsync(handle.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
