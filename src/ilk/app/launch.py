"""What the app was started with; one process serves one launch."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ilk.errors import FileTrouble
from ilk.settings import cache_folder


def _uploads() -> Path:
    return cache_folder() / "app"


@dataclass(frozen=True, slots=True)
class Launch:
    """How the app was started.

    Args:
        opened: The model file or study folder every session starts with; None for the start page.
        roots: Folders under which files may be named by path; none where paths are off.
        uploads: Private folder for what is uploaded, and for studies that nobody named a place for.
        upload_mib: Largest upload in MiB.
        loopback: Whether only this machine can reach the app.
        sign_in: Whether people have to sign in.
        hosts: Names the app may be called by; any where none is given, which is not so on loopback.
    """

    opened: Path | None = None
    roots: tuple[Path, ...] = ()
    uploads: Path = field(default_factory=_uploads)
    upload_mib: int = 500
    loopback: bool = True
    sign_in: bool = False
    hosts: frozenset[str] = frozenset()

    def allowed(self, path: str | Path, *, otherwise: str = "name a file there, or upload it") -> Path:
        """The file or folder a person named, if it lies under a root, links followed.

        Args:
            path: As it was typed.
            otherwise: What to do where it does not lie there.

        Raises:
            FileTrouble: If it does not, or is not there; which of the two is only said under a root.
        """
        if not self.roots:
            raise FileTrouble("Paths are switched off here", do="upload the file, or start the app with --root FOLDER")
        named = _home(Path(path))
        tried = [named] if named.is_absolute() else [root / named for root in self.roots]
        places = [place for each in tried if (place := _resolved(each)) is not None]
        roots = [root.resolve() for root in self.roots]
        inside = [place for place in places if any(place.is_relative_to(root) for root in roots)]
        if not inside:
            listed = ", ".join(str(root) for root in self.roots)
            raise FileTrouble(f"{path} is not under {listed}", do=otherwise)
        found = next((place for place in inside if _is_there(place)), None)
        if found is None:
            raise FileTrouble(f"There is no {path}", do="check the name")
        return found


def _home(path: Path) -> Path:
    """Only our own home has a short name: whether others have one is nobody's business."""
    return path.expanduser() if path.parts[:1] == ("~",) else path


def _resolved(path: Path) -> Path | None:
    """Where a path leads, links followed; None for what is no path."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):
        return None


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


_current = Launch()


def begin(launch: Launch) -> None:
    """Make this the launch of the process."""
    global _current  # noqa: PLW0603 - Streamlit runs pages without arguments; a process serves one launch
    _current = launch


def launched() -> Launch:
    """How the app was started."""
    return _current
