"""Decide from every row what a column is, and how to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ilk.sources.landing import Landing, position
from ilk.sources.sandbox import Sandbox
from ilk.sources.source import Kind


@dataclass(frozen=True, slots=True)
class Reading:
    """How a landed column becomes a typed one: its kind, the SQL, and texts among the numbers."""

    kind: Kind
    sql: str
    spoiled: int = 0


def readings(sandbox: Sandbox, landing: Landing, expect: Mapping[str, Kind]) -> list[Reading]:
    """Return how to read each column."""
    return [_reading(sandbox, landing, i, expect.get(name)) for i, name in enumerate(landing.names)]


def _reading(sandbox: Sandbox, landing: Landing, i: int, wanted: Kind | None) -> Reading:
    at, kind = position(i), landing.types[i]
    if kind == "BOOLEAN":
        return Reading("flag", at)
    if kind.startswith(("DATE", "TIMESTAMP")):
        return Reading("date", f"CAST({at} AS DATE)")
    if kind != "VARCHAR":
        number = f"CAST({at} AS DOUBLE)"
        return Reading("number", f"CASE WHEN isfinite({number}) THEN {number} END")
    number = f"TRY_CAST({at} AS DOUBLE)"
    filled, good = sandbox.row(
        f"SELECT count(nullif(trim({at}), '')), count({number}) FILTER (isfinite({number})) FROM {landing.relation}"
    )
    if wanted == "number" or (wanted is None and good and good >= 0.9 * filled):
        return Reading("number", f"CASE WHEN isfinite({number}) THEN {number} END", filled - good)
    return Reading("text", f"nullif(trim({at}), '')")
