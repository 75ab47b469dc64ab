"""Studies that run in a process of their own, so that a reload of the page, or its end, does not touch them.

A job is a private folder with a name nobody can guess: what to do (`order.json`), how far it is (`progress.json`), how
it ended (`ended.json`), and the study. Whoever knows the name sees the job; the page keeps it in its address. The
process holds a lock on the folder for as long as it lives, so that a dead one is told from a slow one.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ilk.accepted import FILES
from ilk.errors import BadInput
from ilk.files import write_text
from ilk.outputs.folder import source_name, source_stem, study_folder
from ilk.settings import Settings

State = Literal["running", "done", "failed", "stopped"]

MOST_RUNNING = 3
"""Studies that run at once; each takes all the cores it finds."""

ORDER_FILE, PROGRESS_FILE, ENDED_FILE = "order.json", "progress.json", "ended.json"
LOCK_FILE, LOG_FILE, STOP_FILE = "lock", "log", "stop"
_NAME = re.compile(r"[A-Za-z0-9_-]{32}")

STAGES = {
    "Making up a world": 0.1,
    "Reading the customers": 0.06,
    "Reading the activity": 0.03,
    "Reading the survey": 0.02,
    "Reading the orders": 0.02,
    "Putting the sources side by side": 0.01,
    "Reading what was written": 0.02,
    "Understanding the columns": 0.05,
    "Finding segments": 0.06,
    "Asking again with other customers": 0.48,
    "Telling what the segments are like": 0.1,
    "Assigning every customer": 0.02,
    "Writing the model": 0.02,
    "Writing the tables": 0.03,
    "Writing the workbook": 0.02,
    "Writing the report": 0.06,
}
"""Share of the time each stage takes, about; of 8,950 customers and 17 columns."""

_children: dict[str, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Order:
    """What a job does.

    Args:
        source: The customers, as `ilk segment` takes them; None where there is no table of customers.
        settings: Of the study, as JSON; they name what lies beside the customers, or is there instead.
        out: Folder of the study; inside the job's own where none was chosen.
        customers: How many to make up, where there is nothing at all.
    """

    source: str | None
    settings: str = "{}"
    out: str = ""
    customers: int = 20_000

    @property
    def first(self) -> str | None:
        """What names the study: the customers, else the first of the other files; None for a made-up world."""
        settings = settings_of(self)
        others = (*settings.activity, *settings.survey, *settings.orders)
        return self.source or next((str(path) for path in others), None)


@dataclass(frozen=True, slots=True)
class Job:
    """One job: its name is the last part of its folder's path."""

    folder: Path

    @property
    def name(self) -> str:
        """What the page's address calls it."""
        return self.folder.name

    @property
    def order(self) -> Order:
        """What it does."""
        return Order(**_read(self.folder / ORDER_FILE))

    @property
    def study(self) -> Path:
        """Where its study is, or will be."""
        order = self.order
        inside = f"{source_stem(order.first)}-segments" if order.first else "made-up-world"
        return Path(order.out) if order.out else self.folder / inside

    @property
    def about(self) -> str:
        """What it is a study of."""
        source = self.order.first
        return source_name(source) if source else "a made-up world"

    @property
    def progress(self) -> tuple[str, float]:
        """The stage in words, and the share of everything that is done."""
        told = _read(self.folder / PROGRESS_FILE)
        return str(told.get("stage", "Starting")), float(told.get("share", 0.0))

    @property
    def seconds(self) -> float:
        """Since it began."""
        with suppress(OSError):
            return time.time() - (self.folder / ORDER_FILE).stat().st_mtime
        return 0.0

    @property
    def ended(self) -> tuple[State, str]:
        """How it stands, and what is to be said about it if it went wrong."""
        child = _children.get(self.name)
        if child is not None and child.poll() is not None:
            del _children[self.name]
        told = _read(self.folder / ENDED_FILE)
        if told:
            return told["state"], told["said"]
        if _is_locked(self.folder / LOCK_FILE):
            return "running", ""
        told = _read(self.folder / ENDED_FILE)  # it may have ended between the two looks
        if not told and (self.folder / STOP_FILE).exists():
            return "stopped", ""  # before it could say so itself: nothing was written yet
        lost = "The study ended without a word. Perhaps the machine ran out of memory; try fewer customers or columns."
        return (told["state"], told["said"]) if told else ("failed", lost)

    def stop(self) -> None:
        """Ask it to stop, as Ctrl-C would; nothing half-written is left."""
        if self.ended[0] == "running":
            (self.folder / STOP_FILE).touch()
            with suppress(OSError, KeyError):
                os.kill(int(_read(self.folder / PROGRESS_FILE)["pid"]), signal.SIGINT)


def start(root: Path, order: Order, *, bring: tuple[Path, ...] = ()) -> Job:
    """Start a study.

    Args:
        root: Private folder of all jobs.
        order: What to do.
        bring: Files of the order that go with their session; the job keeps its own.

    Raises:
        BadInput: If too many studies run already.
        FileTrouble: If the chosen folder holds something that is not an earlier study of the same source.
    """
    if order.out and order.first:
        order = replace(order, out=str(study_folder(order.first, Path(order.out)).absolute()))
    if sum(job.ended[0] == "running" for job in every(root)) >= MOST_RUNNING:
        raise BadInput(f"{MOST_RUNNING} studies run already", do="wait until one ends, or stop one")
    folder = root / secrets.token_urlsafe(24)
    folder.mkdir(mode=0o700, parents=True)
    order = _brought(order, bring, folder)
    write_text(folder / ORDER_FILE, json.dumps({name: getattr(order, name) for name in Order.__slots__}))
    with _locked(folder / LOCK_FILE) as lock, (folder / LOG_FILE).open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "ilk.app.worker", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
        )
        tell_progress(folder, "Starting", 0.0, pid=child.pid)
    _children[folder.name] = child
    return Job(folder)


def find(root: Path, name: str) -> Job | None:
    """The job of a name, None where there is none."""
    folder = root / name
    return Job(folder) if _NAME.fullmatch(name) and (folder / ORDER_FILE).is_file() else None


def every(root: Path) -> Iterator[Job]:
    """All jobs, also other people's: to count them, never to show them."""
    names = [path.name for path in root.iterdir()] if root.is_dir() else []
    return (job for name in names if (job := find(root, name)) is not None)


def stop_children() -> None:
    """Stop every job this process started, because it ends."""
    for child in _children.values():
        with suppress(OSError):
            child.send_signal(signal.SIGINT)
    for child in _children.values():
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    _children.clear()


def tell_progress(folder: Path, stage: str, share: float, *, pid: int) -> None:
    """Keep how far a job is; a look at the same moment sees the old or the new, never half."""
    temporary = folder / f".{PROGRESS_FILE}"
    temporary.write_text(json.dumps({"stage": stage, "share": round(share, 4), "pid": pid}), encoding="utf-8")
    temporary.replace(folder / PROGRESS_FILE)


def tell_end(folder: Path, state: State, said: str = "") -> None:
    """Keep how a job ended."""
    write_text(folder / ENDED_FILE, json.dumps({"state": state, "said": said}))


def overall(stage: str, share: float) -> float:
    """The share of a whole study that is done, from a stage and the share of it."""
    if stage not in STAGES:
        return 0.0
    names = list(STAGES)[0 if stage == "Making up a world" else 1 :]
    before = sum(STAGES[name] for name in names[: names.index(stage)])
    return min(1.0, before + STAGES[stage] * share)


def _brought(order: Order, bring: tuple[Path, ...], folder: Path) -> Order:
    """Keep the files of a session for the job, which may outlive it; each in a folder of its own, under its name."""
    own = {str(path): str(_kept(path, folder / f"file-{i}")) for i, path in enumerate(bring)}
    settings: dict[str, Any] = json.loads(order.settings)
    for name in FILES:
        told = settings.get(name)
        if told is not None:
            settings[name] = [own.get(one, one) for one in told] if isinstance(told, list) else own.get(told, told)
    source = order.source and own.get(order.source, order.source)
    return replace(order, source=source, settings=json.dumps(settings))


def _kept(path: Path, folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    kept = folder / path.name
    try:
        os.link(path, kept)
    except OSError:
        shutil.copyfile(path, kept)
    return kept


def settings_of(order: Order) -> Settings:
    """The settings of an order."""
    return Settings.model_validate_json(order.settings)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """A lock that whoever inherits the handle holds on to."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _is_locked(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
