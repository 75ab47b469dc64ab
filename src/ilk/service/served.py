"""The model that is served: opened once, tried, then swapped in whole; the old one stays if the new is no good."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic_core import to_json

from ilk.errors import IlkError
from ilk.model.file import load
from ilk.model.model import Model
from ilk.profile.typical import Typical, typical_customers
from ilk.service.columns import Wanted, rows_of, wanted_of
from ilk.service.found import assign_rows
from ilk.service.keys import Keys, read_keys

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Served:
    """A model made ready; a request uses one from its beginning to its end.

    Args:
        model: Scores and explains.
        wanted: What it reads.
        typical: A customer typical of each segment.
        tag: First 12 hex of the SHA-256 of content and edits: another model, another tag.
        since: When it was opened, UTC.
    """

    model: Model
    wanted: Wanted
    typical: tuple[Typical, ...]
    tag: str
    since: str


def ready(model: Model) -> Served:
    """Make a model ready, and try it on its own typical customers.

    Raises:
        IlkError: If it cannot score them.
    """
    wanted, typical = wanted_of(model), typical_customers(model)
    assign_rows(model, wanted, rows_of(wanted, [one.values for one in typical], []))
    model.explain(typical[0].values)
    tag = hashlib.sha256(to_json(model.content) + to_json(model.edits)).hexdigest()[:12]
    return Served(model, wanted, typical, tag, datetime.now(UTC).isoformat(timespec="seconds"))


class Shelf:
    """Holds the model and the keys that are in use, and looks for newer ones."""

    def __init__(self, path: Path, keys: Path | None = None) -> None:
        """Open both.

        Raises:
            IlkError: If one of them cannot be used.
        """
        self._path, self._keys_path, self._lock = path, keys, threading.Lock()
        self._stamps = self._look()
        self.served = ready(load(path))
        self.keys = read_keys(keys) if keys else Keys()

    def changed(self) -> bool:
        """Whether a file is another one than when it was last opened; one that is gone is not."""
        found = self._look()
        return any(new is not None and new != old for new, old in zip(found, self._stamps, strict=True))

    def renew(self) -> tuple[bool, str]:
        """Open both again; whatever cannot be used stays as it was.

        Returns:
            Whether both are in use as they are on disk, and a sentence about it.
        """
        with self._lock:
            self._stamps = self._look()
            trouble = [text for text in (_tried(self._renew_model), _tried(self._renew_keys)) if text]
        if trouble:
            return False, f"What was there before stays in use. {' '.join(trouble)}"
        return True, f"Model {self.served.tag} is in use."

    def _renew_model(self) -> None:
        self.served = ready(load(self._path))

    def _renew_keys(self) -> None:
        if self._keys_path:
            self.keys = read_keys(self._keys_path)

    def _look(self) -> tuple[Stamp | None, Stamp | None]:
        return _stamp(self._path), _stamp(self._keys_path) if self._keys_path else None


def _tried(work: Callable[[], None]) -> str:
    try:
        work()
    except IlkError as error:
        return str(error)
    return ""


def _stamp(path: Path) -> Stamp | None:
    """Which file it is: a replaced one has another number, a changed one another time or size."""
    try:
        found = os.stat(path)  # noqa: PTH116 - Path.stat is this, slower
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
