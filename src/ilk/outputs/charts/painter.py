"""Draw charts in processes beside this one, which start while customers are still being read.

The engine that draws Vega-Lite takes most of a second to start and holds the interpreter while it draws. Run as a
program, this module reads a specification a line from stdin and writes its drawing, as a JSON text a line, to stdout.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, Any

from ilk.engines.workers import cores

KEPT = 512
"""Drawings kept, of some 30 KB each."""


@dataclass(slots=True)
class Painter:
    """A process, for as long as it is needed; one drawing at a time."""

    process: subprocess.Popen[bytes]
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def svg(self, spec: dict[str, Any]) -> str | None:
        """The drawing; None when the process is gone."""
        if self.process.stdin is None or self.process.stdout is None:
            return None
        with self._turn:
            try:
                self.process.stdin.write(json.dumps(spec).encode() + b"\n")
                self.process.stdin.flush()
                line = self.process.stdout.readline()
            except OSError:
                return None
        return str(json.loads(line)) if line.endswith(b"\n") else None

    @property
    def is_busy(self) -> bool:
        """Whether it draws just now."""
        return self._turn.locked()

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()


_at_hand: list[Painter] = []


@contextmanager
def painting(*, wanted: bool = True, painters: int = 1) -> Iterator[None]:
    """Keep painters at hand, if charts are wanted in the end; sessions of their own keep Ctrl-C for us.

    Args:
        wanted: Whether charts will be drawn.
        painters: How many. A second one takes more time from a study, while it starts, than it gives back; where it
            stays, as beside the app, charts come twice as soon.
    """
    if not wanted or not sys.executable:
        yield
        return
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", __name__]
    started: list[Painter] = []
    try:
        for _ in range(min(painters, cores())):
            process = subprocess.Popen(  # noqa: S603 - this module itself
                command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, start_new_session=True
            )
            started.append(Painter(process))
        _at_hand.extend(started)
        yield
    finally:
        for painter in started:
            if painter in _at_hand:
                _at_hand.remove(painter)
            painter.close()


def at_hand() -> bool:
    """Whether a painter is at hand, so that drawing does not hold up whoever asks."""
    return bool(_at_hand)


def draw(spec: dict[str, Any]) -> str:
    """Draw a specification as SVG; nothing is fetched from anywhere. Without a painter at hand it is drawn here.

    What was drawn before is kept: a report renewed after a change by hand has hardly a chart that changed.
    """
    return _drawn(json.dumps(spec))


@lru_cache(maxsize=KEPT)
def _drawn(told: str) -> str:
    spec = json.loads(told)
    drawn = _free().svg(spec) if _at_hand else None
    return _draw_here(spec) if drawn is None else drawn


def _free() -> Painter:
    """A painter that is not drawing, the last one if all are."""
    return next((painter for painter in _at_hand if not painter.is_busy), _at_hand[-1])


def draw_ahead(drawings: Iterable[Callable[[], object]]) -> None:
    """Draw several charts at once, so that they are kept when a page asks for them; nothing without painters."""
    if len(_at_hand) < 2:
        return
    with ThreadPoolExecutor(len(_at_hand)) as pool:
        for done in [pool.submit(draw_one) for draw_one in drawings]:
            done.result()


def _draw_here(spec: dict[str, Any]) -> str:
    from vl_convert import vegalite_to_svg

    return str(vegalite_to_svg(spec, allowed_base_urls=[]))


def _serve(lines: IO[bytes], answers: IO[bytes]) -> None:
    _draw_here({"data": {"values": [{}]}, "mark": "point"})  # starts the engine
    for line in lines:
        answers.write(json.dumps(_draw_here(json.loads(line))).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
