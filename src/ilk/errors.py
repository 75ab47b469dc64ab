"""One base class for everything ilk refuses; each message says what is wrong, what was got, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_LISTED = 12
"""Names shown in one message before "and n more": a screenful, not a dump."""


class IlkError(Exception):
    """Something the user can change.

    Args:
        wrong: What is wrong, one sentence without a full stop.
        got: What was found instead, if that helps.
        do: What to do about it.
    """

    exit_code = 2

    def __init__(self, wrong: str, *, got: str | None = None, do: str | None = None) -> None:
        self.wrong, self.got, self.do = wrong, got, do
        super().__init__(wrong)

    def __str__(self) -> str:
        parts = [self.wrong.rstrip(".") + "."]
        if self.got:
            parts.append(f"Got: {self.got.rstrip('.')}.")
        if self.do:
            parts.append(f"Do: {self.do.rstrip('.')}.")
        return " ".join(parts)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive a worker process: keyword arguments are lost by the default pickling."""
        return (_rebuild, (type(self), self.wrong, self.got, self.do))


def _rebuild(kind: type[IlkError], wrong: str, got: str | None, do: str | None) -> IlkError:
    error = kind.__new__(kind)
    IlkError.__init__(error, wrong, got=got, do=do)
    return error


class BadInput(IlkError, ValueError):
    """The data cannot be used as it is."""


class RepeatedIds(BadInput):
    """Most ids of a table were seen before, so that a row is something that happened to a customer."""


class BadSetting(IlkError, ValueError):
    """A setting, flag or line of ilk.toml cannot be used as it is."""

    @classmethod
    def unknown(cls, name: str, known: Iterable[str], *, where: str) -> BadSetting:
        """A key nobody knows, with the nearest known one."""
        return cls(f"{where} has no setting called {name!r}", do=did_you_mean(name, known))


class BadModelFile(IlkError, ValueError):
    """A .ilk file that is damaged, changed, too new, or not one of ours."""


class MissingColumns(IlkError, KeyError):
    """Columns that are needed and not there."""

    @classmethod
    def listing(
        cls,
        missing: Iterable[str],
        available: Iterable[str],
        *,
        otherwise: str = "bring these columns, or give yours the names asked for",
    ) -> MissingColumns:
        """Name every missing column at once, and what is there; `otherwise` is advice where no name is near."""
        missing, available = list(missing), list(available)
        first = missing[0] if missing else ""
        return cls(
            f"{_count(len(missing), 'column')} not found: {listed(missing)}",
            got=f"the columns {listed(available)}" if available else "no columns at all",
            do=did_you_mean(first, available, otherwise=otherwise),
        )


NAME_ONE = "name one of the columns that are there"
"""Advice to who named a column in a setting."""


class FileTrouble(IlkError, OSError):
    """A file or folder that cannot be read or written, or is somebody else's."""


class NotSupported(IlkError, NotImplementedError):
    """Asked of an engine or method that cannot do it; says which can."""


class MissingExtra(IlkError, ImportError):
    """An optional library is not installed; says how to get it."""

    @classmethod
    def named(cls, extra: str, *, why: str) -> MissingExtra:
        """Say which extra brings what was asked for."""
        return cls(f"{why} needs the extra {extra!r}", do=f"pip install 'ilk[{extra}]'")


class Cancelled(IlkError):
    """Stopped by the user; nothing half-written is left."""

    exit_code = 130


def several(problems: list[str], *, what: str) -> BadInput:
    """All problems at once, one a line, so that nobody mends a file one run at a time."""
    lines = "".join(f"\n  - {problem}" for problem in problems)
    return BadInput(f"{what} cannot be used, {_count(len(problems), 'problem')}:{lines}")


def listed(names: Iterable[str]) -> str:
    """Names in quotes, the first dozen of them."""
    names = [repr(name) for name in names]
    shown = ", ".join(names[:MOST_LISTED])
    return shown if len(names) <= MOST_LISTED else f"{shown} and {len(names) - MOST_LISTED} more"


def did_you_mean(name: str, known: Iterable[str], *, otherwise: str = "") -> str | None:
    """Advice to who wrote a name nobody knows: the nearest known one, else `otherwise`, else what there is."""
    known = list(known)
    folded = {k.casefold(): k for k in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"use {folded[near[0]]!r}, if that is what you mean"
    return otherwise or (f"choose from {listed(known)}" if known else None)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
