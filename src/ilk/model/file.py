"""The .ilk file: one JSON document that holds a model and no customer, and can name no code."""

from __future__ import annotations

import hashlib
import stat
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json, to_json

from ilk import __version__
from ilk.errors import BadModelFile, FileTrouble, IlkError
from ilk.files import write_bytes
from ilk.model.model import Model
from ilk.model.parts import Content, Edit
from ilk.model.soundness import problems_of

FORMAT = 2
"""Version of the document; a newer one is refused, never half understood. 2 knows where a column comes from."""

READS = (1, 2)
"""Versions that are understood."""

LARGEST = 64 * 1024 * 1024
"""Bytes of a model file at the most; looked at before anything is read."""

_HEAD = b'{"format":'
_WHOLE = "get it again from where it came, or from a copy"
_OURS = "open a .ilk file that `ilk segment` or Model.save wrote"


def save(model: Model, path: str | Path, *, force: bool = False) -> Path:
    """Write a model; what was there before stays whole until the new file is.

    Args:
        model: Any model; its edits are kept beside the hashed content.
        path: File to write, usually NAME.ilk.
        force: Write over a file even if it is no model.

    Raises:
        FileTrouble: If the file cannot be written, or is something else than a model.
        BadModelFile: If the model is not sound; then nothing is written.
    """
    path = Path(path)
    if not force and path.exists() and not _is_model(path):
        raise FileTrouble(f"{path} is there and is not a model", do="name another file")
    content, edits = (to_json(part) for part in (model.content, model.edits))
    document = b'{"format":%d,"ilk":"%s","sha256":"%s","content":%s,"edits_sha256":"%s","edits":%s}\n' % (
        FORMAT,
        __version__.encode(),
        _digest(content),
        content,
        _digest(edits),
        edits,
    )
    if parse(document, str(path)) != model:
        raise BadModelFile(
            f"{path} would not read back as the model it is",
            do="report this with the version that `ilk --version` prints; nothing was written",
        )
    write_bytes(path, document, private=False)
    return path


def load(path: str | Path) -> Model:
    """Read a model; the file is only data, and is checked before anything is built from it.

    Raises:
        BadModelFile: If it is too large, damaged, changed, too new, or not one of ours.
        FileTrouble: If it cannot be read.
    """
    path = Path(path)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise BadModelFile(f"{path} is not a file", do=_OURS)
        if found.st_size > LARGEST:
            raise BadModelFile(
                f"{path} is too large for a model", got=f"{found.st_size / 2**20:,.0f} MiB", do="64 MiB are allowed"
            )
        with path.open("rb") as handle:
            raw = handle.read(LARGEST + 1)
    except OSError as error:
        raise FileTrouble(
            f"{path} cannot be read", got=error.strerror or str(error), do="check the path and that you may read it"
        ) from None
    return parse(raw, str(path))


def parse(raw: bytes, name: str) -> Model:
    """Build a model from the bytes of a .ilk file called `name`.

    Raises:
        BadModelFile: For anything that is not a whole, unchanged and sound model.
    """
    if len(raw) > LARGEST:
        raise BadModelFile(f"{name} is too large for a model", do="64 MiB are allowed")
    _check_envelope(raw, name)
    try:
        document = _document().model_validate_json(raw)
    except ValidationError as error:
        raise BadModelFile(f"{name} is not a sound model", got=_first_problem(error), do=_OURS) from None
    content, edits = document.content, document.edits  # type: ignore[attr-defined]
    problems = problems_of(content, edits)
    if problems:
        raise BadModelFile(f"{name} is not a sound model", got="; ".join(problems[:3]), do=_OURS)
    try:
        model = Model(content, edits)
        model.view  # noqa: B018  (replays the edits, which refuses any that cannot be made)
    except IlkError as error:
        raise BadModelFile(f"{name} holds a change that cannot be made", got=str(error), do=_OURS) from None
    return model


@cache
def _document() -> type[BaseModel]:
    """The schema, built on first use; strictness reaches into every dataclass below."""

    class Document(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)

        format: int
        ilk: str = Field(max_length=40)
        sha256: str
        content: Content
        edits_sha256: str
        edits: tuple[Edit, ...]

    return Document


def _check_envelope(raw: bytes, name: str) -> None:
    """Refuse what is no JSON, what is newer than this ilk, and what was damaged or changed."""
    try:
        loose: Any = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        if raw.startswith(_HEAD):
            raise BadModelFile(f"{name} is damaged", got=f"it breaks off or is garbled: {error}", do=_WHOLE) from None
        raise BadModelFile(f"{name} is not a model of ilk", got=f"no valid JSON: {error}", do=_OURS) from None
    if not isinstance(loose, dict) or not isinstance(loose.get("format"), int):
        raise BadModelFile(f"{name} is not a model of ilk", do=_OURS)
    if loose["format"] not in READS:
        raise BadModelFile(
            f"{name} has format {str(loose['format'])[:20]}, this ilk reads formats {READS[0]} to {FORMAT}",
            do="use a newer ilk",
        )
    for part, digest in (("content", "sha256"), ("edits", "edits_sha256")):
        if part not in loose or loose.get(digest) != _digest(to_json(loose[part])).decode():
            raise BadModelFile(
                f"{name} is damaged, or was changed after ilk wrote it",
                got=f"the {part} do not fit their SHA-256"
                if part == "edits"
                else "the content does not fit its SHA-256",
                do=f"{_WHOLE}; change a model with `ilk edit`",
            )


def _digest(part: bytes) -> bytes:
    return hashlib.sha256(part).hexdigest().encode()


def _first_problem(error: ValidationError) -> str:
    """Where and what, without the value: a message never repeats what a hostile file says."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(str(step) for step in first['loc'])[:120]}: {first['msg'][:120]}"


def _is_model(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            return handle.read(len(_HEAD)) == _HEAD
    except OSError:
        return False
