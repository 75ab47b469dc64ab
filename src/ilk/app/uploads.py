"""What people upload: in a private folder of their own session, as it came, and gone when the session is.

Uploads are kept byte for byte, not converted: the account of every record - dialect, line numbers of rejects, which
words stood among numbers, what a column is read as when a model or a setting wants it otherwise - is made from what
the file says, and would be lost. So a study of an upload is the study of the same file named by path. Parquet comes
and stays as Parquet.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from pathlib import Path
from typing import Protocol

import streamlit as st

from ilk.app.launch import launched
from ilk.errors import FileTrouble
from ilk.files import replacing
from ilk.sources.decode import PACKED
from ilk.sources.open import DATABASE, EXCEL, JSON, PARQUET, TEXT

TABLES = tuple(ending.removeprefix(".") for ending in (*TEXT, *PARQUET, *JSON, *EXCEL, *DATABASE, *PACKED))
"""Endings of tables that ilk reads, as an uploader wants them."""

DAY = 24 * 3600.0
PIECE = 1 << 20
_made: set[Path] = set()

LONGEST_PART = 100
"""Bytes of a name before and after its last dot; disks take 255 in all."""


class Given(Protocol):
    """A file as Streamlit hands it over."""

    file_id: str
    name: str

    def seek(self, place: int, /) -> int:
        """Go to a place."""
        ...

    def read(self, size: int = ..., /) -> bytes:
        """Read on."""
        ...


def uploaded(label: str, kinds: tuple[str, ...] = TABLES, *, key: str, help: str | None = None) -> Path | None:  # noqa: A002 - as Streamlit calls it
    """An uploader whose file goes to disk at once and leaves the memory of the server.

    Args:
        label: What is asked for.
        kinds: Endings that are taken.
        key: Of the uploader; several on a page have several.
        help: A word more.

    Returns:
        Where the last file given here is kept, None before one was.
    """
    state = st.session_state.setdefault(f"kept-{key}", {"round": 0, "path": None})
    given = st.file_uploader(
        label, list(kinds), key=f"{key}-{state['round']}", help=help, max_upload_size=launched().upload_mib
    )
    if given is not None:
        kept = keep_upload(given)
        st.session_state[f"kept-{key}"] = {"round": state["round"] + 1, "path": str(kept)}
        st.rerun()  # the uploader of the last round goes, and with it what it holds in memory
    path = state["path"] and Path(state["path"])
    return path if path and path.is_file() else None


def taken(key: str) -> None:
    """The file of an uploader was taken over by its page; the uploader is empty, and asks for another."""
    st.session_state[f"kept-{key}"]["path"] = None


def keep_upload(file: Given) -> Path:
    """Keep an uploaded file in this session's own folder; the same file is kept once.

    Raises:
        FileTrouble: If it cannot be written.
    """
    folder = session_folder() / re.sub(r"\W", "", file.file_id)[:40]
    target = folder / safe_name(file.name)
    if target.is_file():
        return target
    folder.mkdir(mode=0o700, exist_ok=True)
    file.seek(0)
    with replacing(target) as temporary, temporary.open("wb") as kept:
        while piece := file.read(PIECE):
            kept.write(piece)
    return target


def safe_name(name: str) -> str:
    """The name of a file without folders, control characters, leading dots or a length no disk takes."""
    last = re.split(r"[/\\]", name)[-1]
    last = "".join(mark for mark in last if mark.isprintable()).lstrip(". ")
    stem, dot, ending = last.rpartition(".")
    if not stem:
        return _cut(last) or "upload"
    return f"{_cut(stem)}{dot}{_cut(ending)}"


def _cut(text: str) -> str:
    return text.encode()[:LONGEST_PART].decode(errors="ignore")


def session_folder() -> Path:
    """This session's own folder, made when it is first needed."""
    folder = _folder_of_session()
    if not folder.is_dir():  # swept meanwhile
        folder.mkdir(mode=0o700, parents=True)
    return folder


def own_folder(root: Path) -> Path:
    """Make a folder that only we may enter, and refuse one that is somebody else's.

    Raises:
        FileTrouble: If it is a link, somebody else's, or cannot be made.
    """
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if root.is_symlink():
            raise FileTrouble(f"{root} is a link", do="name the folder itself")
        root.chmod(0o700)  # only its owner may
    except OSError as error:
        raise FileTrouble(
            f"{root} cannot be kept private",
            got=error.strerror or str(error),
            do="set ILK_CACHE_DIR to a folder of yours",
        ) from error
    return root


def sweep(root: Path, *, older_than: float = DAY) -> None:
    """Remove what nobody has touched for so many seconds."""
    if not root.is_dir():
        return
    before = time.time() - older_than
    for folder in root.iterdir():
        if not folder.is_symlink() and _touched(folder) < before:
            shutil.rmtree(folder, ignore_errors=True)


def _touched(folder: Path) -> float:
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except OSError:
        return time.time()


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _made.discard(folder)


def forget_sessions() -> None:
    """Remove what the sessions of this process uploaded, because it ends."""
    for folder in list(_made):
        _remove(folder)


@st.cache_resource(scope="session", on_release=_remove, show_spinner=False)
def _folder_of_session() -> Path:
    uploads = own_folder(launched().uploads)
    root = own_folder(uploads / "sessions")
    for kept in (root, uploads / "models", uploads / "jobs"):
        sweep(kept)
    folder = root / secrets.token_urlsafe(24)
    folder.mkdir(mode=0o700)
    _made.add(folder)
    return folder
