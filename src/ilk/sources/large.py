"""Type a text file that is too big to be kept as text: guess from its first rows, read it once, and check the guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ilk.sources.census import Census, take_census
from ilk.sources.forms import ODD_INTEGER, filled, sql_pattern
from ilk.sources.keys import Key
from ilk.sources.kinds import MOST_ARE, Reading, guess_is_text, read_sql, readings, with_key
from ilk.sources.landing import Landing, position
from ilk.sources.sandbox import Sandbox
from ilk.sources.source import Kind
from ilk.sources.spoiled import missing_note, spoiled_note

UNSURE = ("ambiguous-numbers", "ambiguous-dates")
"""Notes that a look at the rest of the file may make needless."""


@dataclass(frozen=True, slots=True)
class _Guess:
    """How the first rows are read; `told` are the columns whose kind nobody guessed."""

    landing: Landing
    readings: list[Reading]
    key: Key
    told: frozenset[int]
    target: str

    @property
    def texts(self) -> list[int]:
        """Columns that were guessed to be text."""
        return [i for i, reading in enumerate(self.readings) if reading.kind == "text" and i not in self.told]


def type_large(
    sandbox: Sandbox, landing: Landing, key: Key, expect: Mapping[str, Kind], target: str
) -> list[Reading] | None:
    """Make the table `target` in one pass; None where the rest of the file is not like its beginning.

    Beside the columns, x0, x1, ... keep the texts that were not read: the guess is judged by them, over the whole file.
    """
    found = with_key(readings(sandbox, replace(landing, relation=str(landing.sample)), expect), key)
    if any(note.code in UNSURE for reading in found for note in reading.notes):
        return None
    told = frozenset(i for i, name in enumerate(landing.names) if name in expect or i == key.at)
    guess = _Guess(landing, found, key, told, target)
    raw = [f"{position(i)} AS r{i}" for i in range(len(found))]
    kept = [f"t{i} AS {position(i)}" for i in range(len(found))]
    kept += [f"CASE WHEN {_is_doubtful(guess, i)} THEN r{i} END AS x{i}" for i in range(len(found))]
    sandbox.run(f"CREATE TABLE {target} AS SELECT {', '.join(kept)} FROM ({read_sql(found, landing.relation, raw)})")
    judged = _judge(sandbox, guess)
    if judged is None:
        sandbox.run(f"DROP TABLE {target}")
    return judged


def _is_doubtful(guess: _Guess, i: int) -> str:
    """Return SQL for whether a text was not read, or was read as a number although it may be a name such as 007."""
    unread = f"(t{i} IS NULL AND {filled(f'r{i}')})"
    if guess.readings[i].kind != "number" or guess.readings[i].plain or i in guess.told:
        return unread
    return f"({unread} OR regexp_full_match(r{i}, {sql_pattern(ODD_INTEGER)}))"


def _judge(sandbox: Sandbox, guess: _Guess) -> list[Reading] | None:
    """Return the readings with the figures of the whole file, None where one of them does not hold."""
    if not all(guess_is_text(c) for c in take_census(sandbox, guess.target, [position(i) for i in guess.texts])):
        return None
    counts = _count(sandbox, guess)
    unread = [i for i, (_, n_unread) in enumerate(counts) if n_unread]
    censuses = dict(zip(unread, take_census(sandbox, guess.target, [f"x{i}" for i in unread]), strict=True))
    for i, census in censuses.items():
        if i == guess.key.at or (i not in guess.told and not _still(guess.readings[i], counts[i][0], census)):
            return None
    return [
        _with_figures(reading, guess.landing.names[i], counts[i][1], censuses[i]) if i in censuses else reading
        for i, reading in enumerate(guess.readings)
    ]


def _count(sandbox: Sandbox, guess: _Guess) -> list[tuple[int, int]]:
    """Return how many values of each column were read, and how many were not."""
    found = sandbox.values(guess.target, [f"count({position(i)}), count(x{i})" for i in range(len(guess.readings))])
    return list(zip(found[::2], found[1::2], strict=True))


def _still(reading: Reading, n_read: int, unread: Census) -> bool:
    """Whether the texts that could not be read would not have changed the guess, had they stood at the top."""
    n_junk = unread.filled - unread.missing
    if reading.kind == "text":
        return True
    if reading.kind == "flag":
        return n_junk == 0
    readable = unread.plain or unread.dots or unread.commas or unread.dates or unread.odd
    return not readable and n_read >= MOST_ARE * (n_read + n_junk)


def _with_figures(reading: Reading, name: str, n_unread: int, unread: Census) -> Reading:
    others = tuple(note for note in reading.notes if note.code not in ("spoiled", "missing-words"))
    if reading.kind == "text":
        return replace(reading, notes=others + missing_note(name, unread))
    return replace(reading, spoiled=n_unread, notes=others + spoiled_note(name, n_unread, unread, reading.kind))
