"""The process of a job: `python -m ilk.app.worker FOLDER` runs one study and keeps how it ended."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from ilk.app.jobs import Job, State, overall, settings_of, tell_end, tell_progress
from ilk.errors import Cancelled, IlkError
from ilk.interrupt import deafen, interrupted, listen
from ilk.progress import Listener, Progress

EVERY = 0.2
"""Seconds between two notes on the progress."""

CODES: dict[State, int] = {"done": 0, "failed": 2, "stopped": 130}


def main(folder: Path) -> int:
    """Run the job in `folder`; returns the exit code."""
    listen()
    state, said = _outcome(Job(folder))
    deafen()
    tell_end(folder, state, said)
    return CODES[state]


def _outcome(job: Job) -> tuple[State, str]:
    """Run it, and say how it ended as the command line would."""
    try:
        _run(job)
    except (KeyboardInterrupt, Cancelled):
        return "stopped", ""
    except IlkError as error:
        return "failed", str(error)
    except Exception:
        if interrupted():
            return "stopped", ""
        with tempfile.NamedTemporaryFile("w", prefix="ilk-fault-", suffix=".txt", delete=False) as report:
            report.write(traceback.format_exc())
        return "failed", f"This is our fault, not yours. What happened is in {report.name}; please send it to us."
    return "done", ""


def _run(job: Job) -> None:
    from ilk.segment import segment

    order, progress = job.order, Progress(_listener(job.folder))
    source = order.source
    if order.first is None:
        from ilk.world import make_world, write_world

        with progress.stage("Making up a world"):
            write_world(job.folder / "world", make_world(order.customers))
        source = str(job.folder / "world" / "customers.csv")
    segment(source, settings=settings_of(order), out=job.study, progress=progress)


def _listener(folder: Path) -> Listener:
    """Keeps the progress, not more often than anybody looks."""
    told: dict[str, Any] = {"stage": "", "at": 0.0}

    def listen_to(stage: str, share: float) -> None:
        now = time.monotonic()
        if stage != told["stage"] or now >= told["at"] + EVERY:
            told.update(stage=stage, at=now)
            tell_progress(folder, stage, overall(stage, share), pid=os.getpid())

    return listen_to


if __name__ == "__main__":
    code = main(Path(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)  # taking libraries apart in memory takes most of a second, and nobody needs it
