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
    """

    opened: Path | None = None
    roots: tuple[Path, ...] = ()
    uploads: Path = field(default_factory=_uploads)
    upload_mib: int = 512
    loopback: bool = True
    sign_in: bool = False

    def allowed(self, path: str | Path) -> Path:
        """The file or folder a person named, if it lies under a root, links followed.

        Raises:
            FileTrouble: If it does not, or is not there; which of the two is only said under a root.
        """
        if not self.roots:
            raise FileTrouble("Paths are switched off here", do="upload the file, or start the app with --root FOLDER")
        named = Path(path).expanduser()
        tried = [named] if named.is_absolute() else [root / named for root in self.roots]
        places = [place.resolve() for place in tried]
        inside = [place for place in places if any(place.is_relative_to(root.resolve()) for root in self.roots)]
        if not inside:
            listed = ", ".join(str(root) for root in self.roots)
            raise FileTrouble(f"{named} is not under {listed}", do="name a file there, or upload it")
        found = next((place for place in inside if place.exists()), None)
        if found is None:
            raise FileTrouble(f"There is no {named}", do="check the name")
        return found


_current = Launch()


def begin(launch: Launch) -> None:
    """Make this the launch of the process."""
    global _current  # noqa: PLW0603 - Streamlit runs pages without arguments; a process serves one launch
    _current = launch


def launched() -> Launch:
    """How the app was started."""
    return _current
