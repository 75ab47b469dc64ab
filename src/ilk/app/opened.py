"""A model or study that is open in the app: read once per change, edited in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal

from ilk.edit import apply_edit
from ilk.errors import BadInput, FileTrouble
from ilk.model.edits import ask_why, ask_why_undo, standing
from ilk.model.file import load
from ilk.model.model import Model
from ilk.model.parts import Edit, Segment
from ilk.outputs.changes import made_text
from ilk.outputs.charts.painter import at_hand
from ilk.outputs.folder import model_path
from ilk.outputs.reading import Reading
from ilk.outputs.renewed import REPORT_FILE, keep
from ilk.outputs.report import render_report
from ilk.outputs.wording import clean

ASSIGNMENTS_FILE = "assignments.parquet"
KEPT_MODELS = 16
"""Models that stay read."""

_turn = Lock()
"""Two people who change the same model at once change it one after the other, and neither change is lost."""

Action = Literal["rename", "note", "use", "merge", "aside", "k"]
CALLED: dict[Action, str] = {"rename": "name", "use": "text on what we do with them", "note": "note"}
"""What the texts of a segment are called where people read of them."""


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
    place: Path,
    action: Action,
    reason: str = "",
    *,
    segment: int | None = None,
    other: int | None = None,
    seen: Sequence[Segment] = (),
    meanwhile: Callable[[Model], str] | None = None,
    **what: Any,
) -> Model:
    """Change what is open by hand and keep it, starting from what the file holds now.

    Args:
        place: As it was opened.
        action: See `Edit`.
        reason: Why, for those who come after.
        segment: Number of the segment changed.
        other: Number of the one that joins it.
        seen: Segments as whoever changes them saw them; refused where one is gone, has another name or size by now.
        meanwhile: What else that was shown is not so any more, in words; refused where it says something.
        what: `text`, `name`, `number`, as `Edit` has them.

    Raises:
        BadInput: If the change cannot be made, or nobody says why.
        FileTrouble: If it cannot be kept.
    """
    ask_why(action, reason)
    with _turn:
        model = opened(place).model
        for before in seen:
            now = _still_there(model, before)
            if (now.persona.name, now.size) != (before.persona.name, before.size):
                raise _elsewhere(f"“{clean(before.persona.name)}” is now “{clean(now.persona.name)}”", "change it")
        if meanwhile is not None and (other_now := meanwhile(model)):
            raise _elsewhere(other_now, "change it")
        uid, joins = (model.segment(number).uid if number is not None else "" for number in (segment, other))
        today = datetime.now(UTC).date().isoformat()
        changed = apply_edit(model, Edit(action, reason.strip(), today, uid=uid, other=joins, **what))
        keep(changed, place)
    return changed


def edit_texts(
    place: Path,
    segment: Segment,
    texts: Mapping[Action, str],
    reason: str = "",
    seen: Mapping[Action, str] | None = None,
) -> Model:
    """Change several texts of one segment (rename, note, use) and keep all of them at once.

    Args:
        place: As it was opened.
        segment: The one changed, as it was shown.
        texts: What they are from now on.
        reason: Why, for those who come after.
        seen: What they were when they were shown; refused where one of those changed is another by now.

    Raises:
        BadInput: If one of the changes cannot be made; then none is.
        FileTrouble: If they cannot be kept.
    """
    with _turn:
        changed = opened(place).model
        now, today = texts_of(_still_there(changed, segment)), datetime.now(UTC).date().isoformat()
        for action, text in texts.items():
            if seen is not None and now[action] != seen[action]:
                raise _elsewhere(f"the {CALLED[action]} is now “{clean(now[action])}”", "save")
            changed = apply_edit(changed, Edit(action, reason.strip(), today, uid=segment.uid, text=text))
        keep(changed, place)
    return changed


def texts_of(segment: Segment) -> dict[Action, str]:
    """What people may say of a segment in their own words, by what changes it."""
    return {"rename": segment.persona.name, "use": segment.use, "note": segment.note}


def _still_there(model: Model, segment: Segment) -> Segment:
    for now in model.segments:
        if now.uid == segment.uid:
            return now
    raise _elsewhere(f"“{clean(segment.persona.name)}” is not there any more", "change it")


def _elsewhere(what: str, before: str) -> BadInput:
    """Somebody else was first: what was shown when this was asked for is not so any more."""
    return BadInput(f"This was changed elsewhere meanwhile: {what}", do=f"look again before you {before}")


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


def undo(place: Path, reason: str = "", expected: Sequence[Edit] | None = None) -> Model:
    """Take back the last change and keep that.

    Args:
        place: As it was opened.
        reason: Why, for those who come after.
        expected: The changes as whoever undoes the last one saw them; refused where they are others by now.

    Raises:
        BadInput: If there is none, it is another one than was seen, or needs a reason and none is given.
    """
    with _turn:
        model = opened(place).model
        if expected is not None and model.edits != tuple(expected):
            stand = standing(model.edits)
            last = clean(made_text(stand[-1], model.content)) if stand else "none: all were undone"
            raise _elsewhere(f"the last change is now {last}", "undo")
        ask_why_undo(model.edits, reason)
        changed = model.undo(reason.strip())
        keep(changed, place)
    return changed
