"""Ctrl-C stops once: an impatient second one must not keep what is half-written from being removed."""

from __future__ import annotations

import signal
import threading
from typing import Any

_SEEN = threading.Event()


def listen() -> None:
    """Take Ctrl-C from here on, unless whoever started us wants it ignored, as shells do in the background."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _stop_once)


def deafen() -> None:
    """Take no Ctrl-C any more: the last words are being written, and the code is settled."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def interrupted() -> bool:
    """Whether Ctrl-C was pressed; libraries may turn it into errors of their own."""
    return _SEEN.is_set()


def _stop_once(_number: int, _frame: Any) -> None:
    if not _SEEN.is_set():
        _SEEN.set()
        raise KeyboardInterrupt
