"""A model or study that is open in the app: read once per change, edited in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal

from ilk.edit import apply_edit
from ilk.errors import FileTrouble
from ilk.model.file import load
from ilk.model.model import Model
from ilk.model.parts import Edit
from ilk.outputs.charts.painter import at_hand
from ilk.outputs.folder import model_path
from ilk.outputs.reading import Reading
from ilk.outputs.renewed import REPORT_FILE, keep
from ilk.outputs.report import render_report

ASSIGNMENTS_FILE = "assignments.parquet"
KEPT_MODELS = 16
"""Models that stay read."""

_turn = Lock()
"""Two people who change the same model at once change it one after the other, and neither change is lost."""

Action = Literal["rename", "note", "use", "merge", "aside", "k"]


@dataclass(frozen=True)
class Opened:
    """What is open.

    Args:
        place: The .ilk file or the study's folder, as it was named.
        model: As it is in the file now, with its edits.
        version: Changes whenever the file does; for caches.
    """

    place: Path
    model: Model
    version: str

    @property
    def reading(self) -> Reading:
        """The model as people read it."""
        return Reading(self.model)

    @property
    def folder(self) -> Path | None:
        """The study's private folder; None where only the model is open."""
        return self.place if self.place.is_dir() else None

    @property
    def has_customers(self) -> bool:
        """Whether the study's table of customers is there."""
        return self.folder is not None and (self.folder / ASSIGNMENTS_FILE).is_file()

    @property
    def title(self) -> str:
        """What it is called: the source the study was made of."""
        return Path(self.model.content.provenance.source).name or self.place.name


def opened(place: Path) -> Opened:
    """Open a model file or a study's folder.

    Raises:
        FileTrouble: If there is none.
        BadModelFile: If it is not sound.
    """
    path = model_path(place)
    try:
        about = path.stat()
    except OSError as error:
        raise FileTrouble(f"{path} cannot be read", got=error.strerror, do="check the path") from error
    version = f"{path.resolve()}:{about.st_mtime_ns}:{about.st_size}:{about.st_ino}"
    return Opened(place, _read(str(path), version), version)


@lru_cache(maxsize=KEPT_MODELS)
def _read(path: str, version: str) -> Model:  # noqa: ARG001 - a changed file is another entry
    return load(path)


def edit(
    place: Path, action: Action, reason: str = "", *, segment: int | None = None, other: int | None = None, **what: Any
) -> Model:
    """Change what is open by hand and keep it, starting from what the file holds now.

    Args:
        place: As it was opened.
        action: See `Edit`.
        reason: Why, for those who come after.
        segment: Number of the segment changed.
        other: Number of the one that joins it.
        what: `text`, `name`, `number`, as `Edit` has them.

    Raises:
        BadInput: If the change cannot be made.
        FileTrouble: If it cannot be kept.
    """
    with _turn:
        model = opened(place).model
        uid, joins = (model.segment(number).uid if number is not None else "" for number in (segment, other))
        today = datetime.now(UTC).date().isoformat()
        changed = apply_edit(model, Edit(action, reason.strip(), today, uid=uid, other=joins, **what))
        keep(changed, place)
    return changed


def edit_texts(place: Path, segment: int, texts: Mapping[Action, str], reason: str = "") -> Model:
    """Change several texts of one segment (rename, note, use) and keep all of them at once.

    Raises:
        BadInput: If one of the changes cannot be made; then none is.
        FileTrouble: If they cannot be kept.
    """
    with _turn:
        changed = opened(place).model
        uid, today = changed.segment(segment).uid, datetime.now(UTC).date().isoformat()
        for action, text in texts.items():
            changed = apply_edit(changed, Edit(action, reason.strip(), today, uid=uid, text=text))
        keep(changed, place)
    return changed


@lru_cache(maxsize=KEPT_MODELS)
def draw_ahead(version: str, k: int) -> None:
    """Draw the report of a number of segments that is looked at, so that adopting it does not have to wait for that.

    Drawings are kept where they are made; nothing is done where no process beside this one draws.

    Args:
        version: Of what is open, see `Opened`; each is drawn once.
        k: The number looked at.
    """
    path = Path(version.rsplit(":", 3)[0])
    if not at_hand() or not (path.parent / REPORT_FILE).is_file():
        return
    model = _read(str(path), version).at(k)
    Thread(target=render_report, args=(model,), name="draw-ahead", daemon=True).start()


def undo(place: Path) -> Model:
    """Take back the last change and keep that.

    Raises:
        BadInput: If there is none.
    """
    with _turn:
        changed = opened(place).model.undo()
        keep(changed, place)
    return changed
