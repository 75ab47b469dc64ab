"""A study's folder: private, whole or not there, and never somebody else's."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ilk.errors import FileTrouble, IlkError
from ilk.files import private_folder, write_text
from ilk.model.model import Model

MODEL_FILE = "segments.ilk"
STUDY_FILE = "study.json"
PICTURES_FOLDER = "pictures"
OUTPUTS = (
    MODEL_FILE,
    STUDY_FILE,
    "report.html",
    "customers-with-segments.csv",
    "assignments.parquet",
    "rejects.csv",
    "personas.xlsx",
)
"""What a study leaves in its folder, beside its pictures."""

ENDINGS = {".gz", ".zst", ".csv", ".tsv", ".txt", ".parquet", ".json", ".ndjson", ".jsonl", ".xlsx", ".duckdb", ".db"}


def study_folder(source: Any, out: Path | None, *, force: bool = False) -> Path:
    """Where a study of `source` goes: `out`, or SOURCENAME-segments here.

    Raises:
        FileTrouble: If something is there that is not an earlier study of the same source, unless `force`.
    """
    folder = Path(out) if out is not None else Path(f"{source_stem(source)}-segments")
    if folder.is_symlink() and folder.is_dir():
        raise FileTrouble(f"{folder} is a link", do=f"name the folder itself: --out {folder.resolve()}")
    if folder.is_file() or folder.is_symlink():
        raise FileTrouble(f"{folder} is not a folder", do="name another with --out")
    if folder.is_dir() and not force and any(folder.iterdir()) and studied(folder) != source_name(source):
        raise FileTrouble(
            f"{folder} holds something that is not an earlier study of {source_name(source)}",
            do="name another folder with --out, or add --force to write into this one",
        )
    if not force:
        _keep_edits(folder)
    return folder


def _keep_edits(folder: Path) -> None:
    """Refuse to lose what somebody changed by hand."""
    from ilk.model.edits import standing
    from ilk.model.file import load

    try:
        edits = standing(load(folder / MODEL_FILE).edits) if (folder / MODEL_FILE).is_file() else ()
    except IlkError:
        return  # nobody can read it, so there is nothing to lose
    if edits:
        told = ", ".join(f"{edit.action} {edit.text or edit.name or edit.number or ''}".strip() for edit in edits[:3])
        more = f" and {len(edits) - 3} more" if len(edits) > 3 else ""
        raise FileTrouble(
            f"{len(edits)} edit{'s' * (len(edits) > 1)} in {folder} would be lost: {told}{more}",
            do="name another folder with --out, or add --force to give them up",
        )


def source_name(source: Any) -> str:
    """What study.json calls a source: its file name, never the folders it lies in; "table" for a frame."""
    return Path(str(source).removeprefix("glob:")).name if isinstance(source, (str, Path)) else "table"


def source_stem(source: str) -> str:
    """The name of a study's folder: the source's name without its endings, fit for every file system."""
    name = Path(source_name(source).replace("#", "-"))
    while name.suffix.lower() in ENDINGS:
        name = name.with_suffix("")
    return re.sub(r"[^\w.-]+", "-", str(name)).strip("-.") or "customers"


def studied(folder: Path) -> str | None:
    """The source an earlier study in this folder was made from; None if there is no study."""
    try:
        found = json.loads((folder / STUDY_FILE).read_text(encoding="utf-8"))
        return Path(str(found["source"])).name
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def renewing(folder: Path) -> Iterator[Path]:
    """Yield an empty private folder; when the block ends well its files take their places in `folder`, all or none.

    Raises:
        FileTrouble: If the folder cannot be written.
    """
    parent = folder.absolute().parent
    if not parent.is_dir():
        raise FileTrouble(f"There is no folder {parent}", do="make it first, or name another with --out")
    workshop = parent / f".{folder.name}.{secrets.token_hex(4)}.tmp"
    private_folder(workshop)
    try:
        yield workshop
        _take_places(workshop, folder)
    except OSError as error:
        raise FileTrouble(
            f"{folder} cannot be written",
            got=error.got if isinstance(error, FileTrouble) else error.strerror or str(error),
            do="choose another folder with --out, or make room and rights there",
        ) from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def write_report(model: Model, out: Path | None, *, force: bool = False) -> Path:
    """Write the report of a model, by default beside where the user stands; into `out`, if that is a folder.

    Raises:
        FileTrouble: If a file is there already, unless `force`.
    """
    from ilk.outputs.report import render_report

    path = out or Path(f"{source_stem(model.content.provenance.source)}-report.html")
    if path.is_dir():
        path = path / "report.html"
    if path.exists() and not force:
        raise FileTrouble(f"{path} is there already", do="name another with --out, or add --force")
    write_text(path, render_report(model), private=False)
    return path


def _take_places(workshop: Path, folder: Path) -> None:
    """Put new files where the old ones of a study are, all or none; other people's files and modes stay.

    Outputs of the earlier study that this one does not have, such as its pictures, go too: they show other segments.
    """
    if not folder.exists():
        workshop.rename(folder)
        return
    new = [path.relative_to(workshop) for path in sorted(workshop.rglob("*")) if path.is_file()]
    kept = workshop.with_name(f"{workshop.name}.old")
    aside, placed = [], []
    try:
        for name in dict.fromkeys([*_ours(folder), *(name for name in new if (folder / name).is_file())]):
            _move(folder / name, kept / name)
            aside.append(name)
        for name in new:
            _move(workshop / name, folder / name)
            placed.append(name)
        _drop_if_empty(folder / PICTURES_FOLDER)
    except OSError:
        for name in placed:
            (folder / name).unlink()
        for name in aside:
            _move(kept / name, folder / name)
        raise
    finally:
        shutil.rmtree(kept, ignore_errors=True)


def _ours(folder: Path) -> list[Path]:
    """What an earlier study left in a folder; nothing where there was none."""
    if studied(folder) is None:
        return []
    pictures = sorted((folder / PICTURES_FOLDER).glob("*.png"))
    return [path.relative_to(folder) for path in (*(folder / name for name in OUTPUTS), *pictures) if path.is_file()]


def _move(path: Path, target: Path) -> None:
    if not target.parent.is_dir():
        private_folder(target.parent)
    path.rename(target)


def _drop_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def model_path(path: Path) -> Path:
    """The .ilk file named, or the one in the study's folder named.

    Raises:
        FileTrouble: If there is none.
    """
    inside = path / MODEL_FILE
    if path.is_dir() and inside.is_file():
        return inside
    if not path.exists():
        raise FileTrouble(f"There is no {path}", do="name a .ilk file or a study's folder; `ilk segment` makes one")
    if path.is_dir():
        raise FileTrouble(
            f"{path} holds no segments.ilk", do="name a .ilk file or a study's folder; `ilk segment` makes one"
        )
    return path
