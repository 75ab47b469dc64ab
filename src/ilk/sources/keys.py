"""Find the column that identifies a customer: by its name and by being unique; an amount is never one."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from ilk.errors import NAME_ONE, BadSetting, MissingColumns, RepeatedIds
from ilk.settings import Settings
from ilk.sources.forms import text_sql, trimmed
from ilk.sources.landing import Landing, position
from ilk.sources.names import words_of
from ilk.sources.sandbox import Sandbox
from ilk.sources.source import Note


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PEOPLE = _words(
    "customer cust client user member person kunde kund kd mitglied mitglieds subscriber visitor account acct "
    "household respondent resp patient student guest shopper buyer donor employee player cliente konto"
)
KEYS = _words("id uid uuid guid identifier no nr num number nummer key code")
FUSED = _words("custid customerid clientid userid memberid accountid personid kundennr kundennummer kundenid")
ALONE = _words("id uid uuid guid identifier")
NUMBERED = _words("index row rownames rownumber x no nr number nummer lfd case fragebogen") | {
    *("", "unnamed 0", "row names", "row number", "lfd nr", "case no", "fragebogen nr", "questionnaire no")
}
"""Names, as words, of a first column that only counts the rows."""

MOST_REPEATED = 0.5
"""When more ids than this have been seen before, a row is not a customer but something that happened to one."""

WHOLE = r"0|-?[1-9][0-9]{0,18}"
"""A whole number that comes back as it was, if it fits int64."""

INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
"""DuckDB's types that fit int64 whatever stands in them."""


@dataclass(frozen=True, slots=True)
class Key:
    """The id column: its place, SQL that gives it, and whether that is a whole number or a text; no place, no id."""

    at: int | None
    sql: str = ""
    whole: bool = False
    trims: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A column that may be the id, and what its values say."""

    at: int
    rank: int
    sql: str
    is_text: bool
    n: int
    filled: int
    distinct: int
    n_whole: int
    n_decimal: int

    @property
    def unique(self) -> bool:
        """Whether it tells every row from every other."""
        return self.n == self.filled == self.distinct and not self.n_decimal

    @property
    def repeated(self) -> float:
        """Share of the ids that were seen before."""
        return 1 - self.distinct / self.filled if self.filled else 0.0


def find_key(sandbox: Sandbox, landing: Landing, settings: Settings) -> Key:
    """Return the id column that was named, or else the one that is named like an id and tells all rows apart.

    Raises:
        MissingColumns: If the column that was named is not there.
        RepeatedIds: If most ids repeat, because then the table lists events and not customers.
    """
    relation = landing.sample or landing.relation
    named = _named(landing, settings)
    if named is not None:
        return _key(_examine(sandbox, relation, landing, named, rank=5))
    ignored = _ignored(settings)
    names = [(i, name) for i, name in enumerate(landing.names) if name not in ignored]
    ranked = [(rank, i) for i, name in names if (rank := rank_of(name)) > 0]
    found = [_examine(sandbox, relation, landing, i, rank) for rank, i in sorted(ranked, key=lambda c: (-c[0], c[1]))]
    events = next(
        (c for c in found if c.rank >= 3 and c.repeated > MOST_REPEATED and _is_id(landing.names[c.at])), None
    )
    unique = next((c for c in found if c.unique), None)
    if unique is not None:
        return _key(unique, _looks_like_events(landing, unique, events) if events and events.rank > unique.rank else ())
    if events is not None:
        raise repeated_ids(landing.names[events.at], events.filled - events.distinct, events.filled)
    nearly = next(
        (c for c in found if c.rank >= 3 and c.filled > c.n / 2 and not c.n_decimal and not c.repeated > 0.5), None
    )
    return _key(nearly) if nearly else _row_numbers(sandbox, relation, landing, ignored)


def key_at(sandbox: Sandbox, landing: Landing, i: int) -> Key:
    """Return a column as the id of a customer, whoever chose it and however often an id comes.

    Where all are whole numbers with ".0", as programs write them beside blanks, that is no part of the id.
    """
    if landing.types[i] in INTEGERS:
        return Key(i, f"CAST({position(i)} AS BIGINT)", whole=True)
    found = _examine(sandbox, landing.relation, landing, i, rank=5)
    if found.n_decimal == found.filled > 0:
        pointed = f"regexp_full_match({found.sql}, '-?(?:0|[1-9][0-9]{{0,17}})\\.0')"
        (n,) = sandbox.row(f"SELECT count(*) FILTER ({pointed}) FROM {_trimmed_relation(landing, i)}")
        if n == found.filled:
            return Key(i, f"TRY_CAST(replace({found.sql}, '.0', '') AS BIGINT)", whole=True, trims=found.is_text)
    return _key(found)


def _trimmed_relation(landing: Landing, i: int) -> str:
    at = position(i)
    return f"(SELECT {trimmed(at) if landing.types[i] == 'VARCHAR' else at} AS {at} FROM {landing.relation})"


def rank_of(name: str) -> int:
    """Return how much a name sounds like a customer's id: 4 customer_id, 3 id, 2 customer, 1 order_id, 0 not at all."""
    words = words_of(name)
    if not words or "of" in words:
        return 0
    ends_as_key = words[-1] in KEYS or words[0] in ALONE
    if (ends_as_key and PEOPLE & set(words)) or "".join(words) in FUSED:
        return 4
    if len(words) == 1 and (words[0] in ALONE or words[0] in PEOPLE):
        return 3 if words[0] in ALONE else 2
    return 1 if words[-1] in ALONE or words[0] == "id" else 0


def repeated_ids(name: str, n_repeated: int, n: int) -> RepeatedIds:
    """Say that the table lists orders or activities."""
    return RepeatedIds(
        f"{n_repeated:,} of {n:,} values of {name!r} were seen before: "
        "this looks like a log of orders or activities, not one row for each customer",
        do="bring it with --orders or --activity instead, which make one row a customer; or make it so with "
        f'--query \'SELECT "{name}", count(*) AS orders FROM source GROUP BY "{name}"\', '
        "or name another column with --id",
    )


def _named(landing: Landing, settings: Settings) -> int | None:
    roles = [column for column, role in settings.roles.items() if role == "id"]
    wanted = {name for name in (settings.id, *roles) if name}
    if len(wanted) > 1:
        raise BadSetting(
            "Only one column can be the id", got=" and ".join(sorted(wanted)), do="name one of them with --id"
        )
    if not wanted:
        return None
    (name,) = wanted
    alike = [i for i, own in enumerate(landing.names) if own.casefold() == name.casefold()]
    if name not in landing.names and len(alike) != 1:
        raise MissingColumns.listing([name], landing.names, otherwise=NAME_ONE)
    return landing.names.index(name) if name in landing.names else alike[0]


def _ignored(settings: Settings) -> frozenset[str]:
    """Columns somebody asked to leave out; none of them is taken for the id."""
    return frozenset({*settings.ignore, *(column for column, role in settings.roles.items() if role == "ignore")})


def _examine(sandbox: Sandbox, relation: str, landing: Landing, i: int, rank: int) -> _Candidate:
    at, is_text = position(i), landing.types[i] == "VARCHAR"
    sql = _as_text(at, landing.types[i])
    found = sandbox.row(
        "SELECT count(*), count(v), count(DISTINCT v), "
        f"count(TRY_CAST(v AS BIGINT)) FILTER (regexp_full_match(v, '{WHOLE}')), "
        "count(*) FILTER (regexp_full_match(v, '-?[0-9]*[.,][0-9]+')) "
        f"FROM (SELECT {sql} AS v FROM (SELECT {trimmed(at) if is_text else at} AS {at} FROM {relation}))"
    )
    return _Candidate(i, rank, sql, is_text, *found)


def _as_text(at: str, kind: str) -> str:
    """Return SQL for the id as text; a whole number in a float column has no point."""
    if kind in ("FLOAT", "DOUBLE"):
        whole = f"{at} = trunc({at}) AND abs({at}) < 9007199254740992"
        as_written = f"CAST(nullif({at}, 'nan') AS VARCHAR)"
        return f"CASE WHEN {whole} THEN CAST(CAST({at} AS BIGINT) AS VARCHAR) ELSE {as_written} END"
    return text_sql(at if kind == "VARCHAR" else f"CAST({at} AS VARCHAR)")


def _key(candidate: _Candidate, notes: tuple[Note, ...] = ()) -> Key:
    whole = candidate.filled > 0 and candidate.n_whole == candidate.filled
    sql = f"TRY_CAST({candidate.sql} AS BIGINT)" if whole else candidate.sql
    return Key(candidate.at, sql, whole, candidate.is_text, notes)


def _is_id(name: str) -> bool:
    words = words_of(name)
    return not {"code", "key"} & {words[0], words[-1]}


def _looks_like_events(landing: Landing, unique: _Candidate, events: _Candidate) -> tuple[Note, ...]:
    name, own = landing.names[events.at], landing.names[unique.at]
    seen = f"{events.distinct:,} in {events.filled:,} rows"
    text = (
        f"{name!r} repeats ({seen}), so this looks like a log: a row is something that happened to a customer. "
        "Bring it with --orders or --activity instead, which make one row a customer. If it is the rows you want to "
        f"put into segments, --id {shlex.quote(own)} says so."
    )
    return (Note("log", text),)


def _row_numbers(sandbox: Sandbox, relation: str, landing: Landing, ignored: frozenset[str]) -> Key:
    """Use a first column that counts the rows, as pandas and R write them, or nothing."""
    first = landing.names[0] if landing.names else "-"
    unnamed = first == "column 1" or " ".join(words_of(first)) in NUMBERED
    if unnamed and first not in ignored and not any(note.code == "no-header" for note in landing.notes):
        found = _examine(sandbox, relation, landing, 0, 0)
        if found.unique and found.n_whole == found.n > 0 and _counts_rows(sandbox, relation, found):
            return _key(found, (Note("row-numbers", f"{first!r} only counts the rows and is taken for the id"),))
    return Key(
        None, notes=(Note("no-id", "No column identifies a customer; the number of the row does (name one with --id)"),)
    )


def _counts_rows(sandbox: Sandbox, relation: str, found: _Candidate) -> bool:
    low, high = sandbox.row(f"SELECT min(v), max(v) FROM (SELECT {_key(found).sql} AS v FROM {relation})")
    return low in (0, 1) and bool(high - low + 1 == found.n)
