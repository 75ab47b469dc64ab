"""One field of the form: what it asks, what stands in it, and what was meant by that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

from ilk.app.entry import NO, NOT_KNOWN, WHOLE_SHARE, YES, Kind, read_entry


@dataclass(frozen=True, slots=True)
class Read:
    """What a field says: values by column as the model takes them, and what was understood where that may be wrong."""

    values: Mapping[str, Any] = field(default_factory=dict)
    echo: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a field is given to hold: what it shows, and the exact value or values behind that."""

    shown: Any
    exact: Any


def is_yes(value: Any) -> bool:
    """Whether a flag of a file, of a model or of an address says yes."""
    return str(value).strip().lower() in {"true", "yes", "1", "1.0"}


@dataclass(frozen=True, slots=True)
class Field:
    """One input that fills one column.

    Args:
        column: What it fills.
        label: What it is called, with its unit.
        kind: What is asked for.
        group: The heading it stands under.
        help: A sentence or two on it.
        typical: The usual value, as one would type it.
        options: What can be picked.
        numeric: Whether picks stand for numbers.
        hundred: Whether it holds per cents.
        highest: The largest share that may be typed: what the study saw, and at least 1.
        turned: Lowest plus highest step of a question whose numbers were turned; it is asked as it was put.
        asked: The question behind its label, where there is one.
        ends: What the first and the last of `options` stand for, where that is known.
    """

    column: str
    label: str
    kind: Kind
    group: str
    help: str
    typical: str
    options: tuple[str, ...] = ()
    numeric: bool = False
    hundred: bool = False
    highest: float = 1.0
    turned: float | None = None
    asked: str = ""
    ends: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """What stands below it: the question, and which end of its scale is which."""
        ends = f"{self.options[0]} is “{self.ends[0]}”, {self.options[-1]} is “{self.ends[1]}”" if self.ends else ""
        return ": ".join(part for part in (f"“{self.asked}”" if self.asked else "", ends) if part)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it fills."""
        return (self.column,)

    def read(self, given: Any) -> Read:
        """Read what stands in it.

        Raises:
            ValueError: With a sentence for who typed it.
        """
        entry = read_entry(given, self.kind, numeric=self.numeric, hundred=self.hundred, highest=self.highest)
        if entry.value is None:
            return Read(echo=entry.echo)
        return Read({self.column: self._turned(entry.value)}, entry.echo)

    def held(self, row: Mapping[str, Any]) -> Held:
        """What to put into it so that it holds a customer: of a file, a typical one, of an address."""
        exact = self.entered(row.get(self.column))
        blank = {"scale": None if self.numeric else NOT_KNOWN, "number": "", "share": ""}.get(self.kind)
        return Held(blank if exact is None else self.written(exact), exact)

    def entered(self, value: Any) -> Any:
        """What stands for a value of its column; None where that is blank, or cannot be picked."""
        if value is None or value == "":
            return None
        if self.kind == "flag":
            return YES if is_yes(value) else NO
        if self.kind in {"choice", "scale"} and self.numeric:
            step = self._turned(float(value))
            return next((option for option in self.options if float(option) == step), None)
        if self.kind == "share" and _is_number(value):  # as it is: the study may have seen more than may be typed
            return float(value)
        if self.kind in {"date", "share"}:
            return read_entry(str(value), self.kind, highest=self.highest).value
        return str(value) if self.turned is None else f"{self._turned(float(value)):g}"

    def written(self, value: Any) -> Any:
        """What it shows for a value of `entered`: shares as people read them, 90.9 %."""
        return f"{float(f'{value * WHOLE_SHARE:.3g}'):g} %" if self.kind == "share" and value is not None else value

    def of_address(self, text: str) -> Held | None:
        """What an address says stands in it; None where that cannot be.

        Raises:
            ValueError: If it cannot be read.
        """
        if self.kind in {"choice", "scale"}:
            return Held(text, text) if text in self.options else None
        exact = text if self.kind == "number" else self.entered(text)
        return Held(self.written(exact), exact)

    def in_address(self, given: Any) -> str:
        """What stands in it, for an address."""
        if given is None or given == NOT_KNOWN:
            return ""
        return given.isoformat() if isinstance(given, date) else str(given)

    def _turned(self, value: Any) -> Any:
        return value if self.turned is None else self.turned - value


def _is_number(value: Any) -> bool:
    try:
        return isfinite(float(value))
    except ValueError:
        return False
