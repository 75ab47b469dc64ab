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

from ilk.errors import FileTrouble
from ilk.files import PRIVATE_FOLDER, private_folder, write_text
from ilk.model.model import Model

MODEL_FILE = "segments.ilk"
STUDY_FILE = "study.json"
ENDINGS = {".gz", ".zst", ".csv", ".tsv", ".txt", ".parquet", ".json", ".ndjson", ".jsonl", ".xlsx", ".duckdb", ".db"}


def study_folder(source: str, out: Path | None, *, force: bool = False) -> Path:
    """Where a study of `source` goes: `out`, or SOURCENAME-segments here.

    Raises:
        FileTrouble: If something is there that is not an earlier study of the same source, unless `force`.
    """
    folder = Path(out) if out is not None else Path(f"{source_stem(source)}-segments")
    if folder.is_file() or folder.is_symlink():
        raise FileTrouble(f"{folder} is not a folder", do="name another with --out")
    if folder.is_dir() and not force and any(folder.iterdir()) and studied(folder) != source_name(source):
        raise FileTrouble(
            f"{folder} holds something that is not an earlier study of {source_name(source)}",
            do="name another folder with --out, or add --force to write into this one",
        )
    return folder


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
        raise FileTrouble(f"{folder} cannot be written", got=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def write_report(model: Model, out: Path | None, *, force: bool = False) -> Path:
    """Write the report of a model, by default beside where the user stands.

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
    if not folder.exists():
        workshop.rename(folder)
        return
    folder.chmod(PRIVATE_FOLDER)
    for path in sorted(workshop.iterdir()):
        target = folder / path.name
        if target.is_dir():
            shutil.rmtree(target)
        path.replace(target)
