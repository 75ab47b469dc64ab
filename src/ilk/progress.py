"""Tell the caller how far a study is, and let the caller stop it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ilk.errors import Cancelled

Listener = Callable[[str, float], None]
"""Called with a stage in words and the share of it that is done, 0 to 1."""


@dataclass(slots=True)
class Progress:
    """Stages in words, seconds a stage, and a flag that stops everything.

    `stop` may be called from any thread or a signal handler; whoever works calls `check` at least every 0.2 s.
    """

    listener: Listener | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _stage: str = ""

    @contextmanager
    def stage(self, words: str) -> Iterator[None]:
        """Name what is being done; its wall time is added to `seconds`."""
        self.check()
        self._stage, start = words, time.perf_counter()
        self.at(0.0)
        try:
            yield
            self.at(1.0)
        finally:
            self.seconds[words] = self.seconds.get(words, 0.0) + time.perf_counter() - start

    def at(self, share: float) -> None:
        """Report the share of the stage that is done, and stop here if asked to."""
        self.check()
        if self.listener is not None:
            self.listener(self._stage, share)

    def stop(self) -> None:
        """Ask the work to end at its next `check`."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stopped.is_set()

    def check(self) -> None:
        """Raise Cancelled if somebody asked to stop."""
        if self.stopped:
            raise Cancelled("Stopped before the end", do="run the same command again to start over")
