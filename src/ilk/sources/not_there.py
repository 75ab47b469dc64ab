"""Files that were named and are not there: all of them at once, each with the file that was probably meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ilk.errors import FileTrouble
from ilk.sources.open import GLOB

ALIKE = 0.75
"""How alike two names are, without what they end in, for one to be taken for the other (rule of thumb)."""


def refuse_absent(sources: Sequence[Any], labels: Path | None = None) -> None:
    """Refuse to begin where files are missing.

    Args:
        sources: Paths, frames, or "glob:..." of the customers and what belongs to them.
        labels: The labels file, if one was named.

    Raises:
        FileTrouble: If any is not there; it names every one.
    """
    named = [("", path) for one in sources if (path := _path(one)) is not None]
    named += [("the labels file ", Path(labels).expanduser())] if labels is not None else []
    absent = [(what, path) for what, path in named if not path.exists()]
    if not absent:
        return
    others = [path for _, path in named if path.exists()]
    meant = [f"use {str(near)!r} for {path.name}" for _, path in absent if (near := _meant(path, others)) is not None]
    do = f"{', '.join(meant)}, if that is what you mean" if meant else "check the path and the folder you are in"
    if len(absent) == 1:
        ((what, path),) = absent
        raise FileTrouble(f"{what[:1].upper()}{what[1:]}{path} does not exist", do=do)
    raise FileTrouble(f"{len(absent)} files are not there: {', '.join(f'{w}{path}' for w, path in absent)}", do=do)


def _path(source: Any) -> Path | None:
    """The file of a source; None for a frame, a pattern, an address, or a table inside a file that is there."""
    text = str(source)
    if not isinstance(source, (str, Path)) or text.startswith(GLOB) or "://" in text:
        return None
    path = Path(text).expanduser()
    return path if path.exists() or "#" not in text else Path(text.rsplit("#", 1)[0]).expanduser()


def _meant(path: Path, others: Sequence[Path]) -> Path | None:
    """The file in the same folder whose name is nearly this one; none that was named for something else."""
    try:
        there = [entry for entry in sorted(path.parent.iterdir()) if not any(entry == other for other in others)]
    except OSError:
        return None
    stems = {_stem(entry): entry for entry in reversed(there)}
    near = get_close_matches(_stem(path), stems, n=1, cutoff=ALIKE)
    return stems[near[0]] if near else None


def _stem(path: Path) -> str:
    return path.name.split(".", 1)[0].casefold()
