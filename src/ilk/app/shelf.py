"""Where studies lie: under the roots, of this session, and what is kept about them: approved, by whom, and why."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from ilk.app import jobs
from ilk.app.launch import Launch
from ilk.errors import BadInput, BadModelFile, FileTrouble, IlkError
from ilk.files import PRIVATE_FOLDER, write_text
from ilk.model.file import load
from ilk.outputs.folder import MODEL_FILE, STUDY_FILE, model_path

APPROVED_FILE = "approved.json"
DEEPEST, MOST_FOLDERS, MOST_SHOWN = 3, 3_000, 40
"""How far below a root studies are looked for, and how many are listed, newest first."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True, slots=True)
class Shelved:
    """A study in its folder, as its study.json tells it."""

    folder: Path
    source: str
    customers: int
    k: int
    verdict: str
    names: tuple[str, ...]
    written: datetime

    @property
    def personas(self) -> str:
        """The names of its segments in a line."""
        return ", ".join(f"{i} {name}" for i, name in enumerate(self.names, 1))


@dataclass(frozen=True, slots=True)
class Approval:
    """Which study of a folder of studies is to be used: kept beside the studies, with who, when and why."""

    study: str
    who: str
    when: str
    why: str
    model: str


def jobs_folder(launch: Launch) -> Path:
    """Where jobs and their studies are kept."""
    return launch.uploads / "jobs"


def name_of(place: Path, launch: Launch) -> str | None:
    """What the page's address calls what is open, so that a reload finds it; None where it must not."""
    for kind in ("jobs", "models"):
        root = (launch.uploads / kind).absolute()
        if place.absolute().is_relative_to(root):
            return f"{kind}:{place.absolute().relative_to(root).parts[0]}"
    try:
        return f"path:{launch.allowed(place)}"
    except FileTrouble:
        return None


def place_of(name: str, launch: Launch) -> Path | None:
    """What an address names, None where there is nothing or nothing that may be opened."""
    kind, _, rest = name.partition(":")
    if kind == "jobs":
        job = jobs.find(jobs_folder(launch), rest)
        return job.study if job and job.ended[0] == "done" else None
    if kind == "models":
        folder = launch.uploads / "models" / rest
        return next(iter(folder.glob("*.ilk")), None) if _TOKEN.fullmatch(rest) and folder.is_dir() else None
    if kind != "path":
        return None
    try:
        return launch.allowed(rest)
    except FileTrouble:
        return None


def check_model(path: Path) -> None:
    """Refuse what is no model, by the name people gave it: where it is kept and what a parser says help nobody.

    Raises:
        BadModelFile: If it is not a whole and sound model.
        FileTrouble: If it cannot be read.
    """
    try:
        load(path)
    except BadModelFile as error:
        raise BadModelFile(error.wrong.replace(str(path), path.name), do=error.do) from error


def free_name(parent: Path, name: str) -> str:
    """A name for a new folder: this one, or with a number behind it where there is one of that name."""
    numbered = (f"{name}-{i}" for i in range(2, 1000))
    return next((each for each in (name, *numbered) if not (parent / each).exists()), name)


def keep_model(path: Path, launch: Launch) -> Path:
    """Keep an uploaded model for longer than its session, under a name nobody can guess."""
    folder = launch.uploads / "models" / secrets.token_urlsafe(24)
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True)
    kept = folder / f"{path.stem or 'segments'}.ilk"
    shutil.copyfile(path, kept)
    kept.chmod(0o600)
    return kept


def studies_under(roots: Iterable[Path]) -> list[Shelved]:
    """The studies under some folders, newest first; hidden folders and links are not entered."""
    found = {folder.resolve(): folder for root in roots for folder in _folders(root, DEEPEST)}
    shelved = [study for folder in found.values() if (study := shelved_at(folder)) is not None]
    return sorted(shelved, key=lambda study: study.written, reverse=True)[:MOST_SHOWN]


def told_apart(folders: Iterable[Path]) -> dict[Path, str]:
    """What each study is called: its folder, and of those of one name as many folders above it as tell them apart.

    Where that would be the secret name of a job, it is when the study was written.
    """
    every = list(folders)
    return {folder: _apart(folder, [other for other in every if other != folder]) for folder in every}


def _apart(folder: Path, others: list[Path]) -> str:
    n = 1
    while n < len(folder.parts) and any(other.parts[-n:] == folder.parts[-n:] for other in others):
        n += 1
    parts = folder.parts[-n:]
    if any(_TOKEN.fullmatch(part) for part in parts[:-1]):
        return f"{folder.name} ({_written(folder):%d %B %Y, %H:%M:%S})"
    return "/".join(parts)


def _written(folder: Path) -> datetime:
    """When a study was written, or last changed by hand."""
    return datetime.fromtimestamp(model_path(folder).stat().st_mtime, tz=UTC)


def shelved_at(folder: Path) -> Shelved | None:
    """The study in a folder; None where there is none that can be told of."""
    try:
        found = json.loads((folder / STUDY_FILE).read_text(encoding="utf-8"))
        written = _written(folder)
        names = tuple(str(segment["name"]) for segment in found["segments"])
        customers, k = int(found["n_customers"]), int(found["k"])
        return Shelved(folder, str(found["source"]), customers, k, str(found["verdict"]), names, written)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def duplicate(folder: Path) -> Path:
    """Copy a study into a folder beside it, to change by hand; returns that.

    Raises:
        FileTrouble: If it cannot be copied.
    """
    copies = (folder.with_name(f"{folder.name}-copy{'' if i == 1 else f'-{i}'}") for i in range(1, 1000))
    target = next(copy for copy in copies if not copy.exists())
    workshop = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        shutil.copytree(folder, workshop, symlinks=True)
        workshop.chmod(PRIVATE_FOLDER)
        workshop.rename(target)
    except (OSError, shutil.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be copied whole"
        raise FileTrouble(f"{folder} cannot be copied", got=reason, do="make room and rights beside it") from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return target


def approve(folder: Path, *, who: str, why: str) -> Approval:
    """Say that this study of its folder is the one to use; the last word counts.

    Raises:
        BadInput: If nobody says so, or nobody says why.
        FileTrouble: If it cannot be kept.
    """
    if not who.strip() or not why.strip():
        raise BadInput("An approval needs a name and a reason", do="fill in both")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    made = Approval(folder.name, who.strip(), now, why.strip(), _content_of(folder))
    write_text(folder.parent / APPROVED_FILE, json.dumps(asdict(made), ensure_ascii=False, indent=1) + "\n")
    return made


def withdraw(folder: Path) -> None:
    """Take the approval back."""
    if approval_of(folder) is not None:
        (folder.parent / APPROVED_FILE).unlink(missing_ok=True)


def approval_of(folder: Path) -> Approval | None:
    """The approval of a study, None where it or none is approved."""
    try:
        found = Approval(**json.loads((folder.parent / APPROVED_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.study == folder.name else None


def changed_since(approval: Approval, folder: Path) -> bool:
    """Whether the study was changed after it was approved."""
    try:
        return _content_of(folder) != approval.model
    except IlkError:
        return True


def _content_of(folder: Path) -> str:
    try:
        return sha256((folder / MODEL_FILE).read_bytes()).hexdigest()
    except OSError as error:
        raise FileTrouble(f"{folder / MODEL_FILE} cannot be read", got=error.strerror, do="check the folder") from error


def _folders(root: Path, depth: int) -> Iterator[Path]:
    """Folders with a study in them, the root among them."""
    todo, seen = [(root, depth)], 0
    while todo and seen < MOST_FOLDERS:
        folder, left = todo.pop(0)
        seen += 1
        if (folder / STUDY_FILE).is_file() and (folder / MODEL_FILE).is_file():
            yield folder
        if left == 0:
            continue
        try:
            with os.scandir(folder) as entries:
                inside = [e.path for e in entries if not e.name.startswith(".") and e.is_dir(follow_symlinks=False)]
        except OSError:
            continue
        todo += [(Path(path), left - 1) for path in sorted(inside)]
