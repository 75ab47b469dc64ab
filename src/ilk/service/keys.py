"""API keys: made once, kept as hashes, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from ilk.errors import BadInput, FileTrouble
from ilk.files import write_text

_LINE = re.compile(r"([A-Za-z0-9._-]{1,40}) ([0-9a-f]{64})")
_HEAD = (
    "# Who may ask the scoring service: a name and the SHA-256 of the key, one a line. `ilk serve --new-key` adds one."
)
_FORM = "write NAME and the SHA-256 of the key, as `ilk serve --new-key NAME --keys FILE` does"


@dataclass(frozen=True, slots=True)
class Keys:
    """Who may ask.

    Args:
        known: (name, SHA-256 of the key) of each key; one name may have two, while it changes over.
    """

    known: tuple[tuple[str, bytes], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.known)

    def name_of(self, key: str) -> str | None:
        """Whose key this is; every hash is compared, each in constant time, so that time tells nothing."""
        digest = _hashed(key)
        found = None
        for name, known in self.known:
            if hmac.compare_digest(known, digest):
                found = name
        return found


def read_keys(path: Path) -> Keys:
    """Read a file of keys.

    Raises:
        FileTrouble: If it cannot be read.
        BadInput: If a line is none, or there is no key in it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text"
        raise FileTrouble(f"The keys in {path} cannot be read", got=reason, do=_FORM) from None
    known = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise BadInput(f"Line {number} of {path} is no key", do=_FORM)
        known.append((found[1], bytes.fromhex(found[2])))
    if not known:
        raise BadInput(f"There is no key in {path}", do=_FORM)
    return Keys(tuple(known))


def add_key(path: Path, name: str) -> str:
    """Make a key, keep its hash in the file, and return the key, which is kept nowhere.

    Raises:
        BadInput: If the name cannot be one.
        FileTrouble: If the file cannot be written, or is something else.
    """
    key = f"ilk_{secrets.token_urlsafe(32)}"
    line = f"{name} {_hashed(key).hex()}"
    if _LINE.fullmatch(line) is None:
        raise BadInput(
            "The name of a key has 1 to 40 letters, digits, points, lines", got=name[:40], do="name it like shop-1"
        )
    there = _HEAD
    if path.exists() and path.stat().st_size:
        read_keys(path)
        there = path.read_text(encoding="utf-8").rstrip("\n")
    write_text(path, f"{there}\n{line}\n")
    return key


def _hashed(key: str) -> bytes:
    """A key has 256 random bits, so one round of SHA-256 is as good as a slow hash."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
