"""Decide from every row what a column is, and how to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ilk.figures import few
from ilk.sources.census import Census, take_census
from ilk.sources.forms import (
    AMBIGUOUS,
    DATE_FORMS,
    MISSING_AMONG_NUMBERS,
    NUMERIC_DATE,
    SHORT_TRUE_WORDS,
    TRUE_WORDS,
    Mark,
    compact_date_sql,
    date_sql,
    flag_sql,
    number_sql,
    plain_number_sql,
    sql_pattern,
    text_sql,
    trimmed,
)
from ilk.sources.keys import WHOLE, Key
from ilk.sources.landing import Landing, position
from ilk.sources.names import words_of
from ilk.sources.sandbox import Sandbox
from ilk.sources.source import Kind, Note
from ilk.sources.spoiled import HANDFUL, missing_note, mixed_note, spoiled_note

MOST_ARE = 0.9
"""A column is numbers (dates) when this share of its answers are; the rest is read as missing and counted."""

ODD_SHARE = 0.01
"""From this share of leading zeros or endless digits on, whole numbers are names and stay text."""

FLOATS = ("FLOAT", "DOUBLE")

DATE_WORDS = frozenset(
    {"date", "datum", "dt", "day", "since", "birth", "birthday", "dob", "joined", "created", "fecha"}
)
"""Words in a column's name that let 20240131 be a date."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a landed column becomes a typed one: its kind, the SQL, texts among the numbers, and what was odd."""

    kind: Kind
    sql: str
    spoiled: int = 0
    decimal: Mark | None = None
    plain: bool = True
    trims: bool = False
    notes: tuple[Note, ...] = ()


def unread_notes(name: str, n: int, census: Census, reading: Reading) -> tuple[Note, ...]:
    """What to say of n values that could not be read; of numbers with another decimal mark what they are."""
    mixed = mixed_note(name, census, reading.decimal, left_out=True) if n and reading.decimal else ()
    other = census.sure_comma if reading.decimal == "." else census.sure_dot
    rest = max(n - other, 0) if mixed else n
    return mixed + spoiled_note(name, rest, census, reading.kind)


def read_sql(
    found: Sequence[Reading], relation: str, extra: Sequence[str] = (), only: Sequence[int] | None = None
) -> str:
    """Return the SELECT that reads the columns of `relation`, c0, c1, ... as they landed, into t0, t1, ...

    `extra` are further expressions over the landed columns, trimmed where their reading trims.
    """
    wanted = range(len(found)) if only is None else only
    inner = (f"{trimmed(position(i))} AS {position(i)}" if found[i].trims else position(i) for i in wanted)
    outer = (*(f"{found[i].sql} AS t{i}" for i in wanted), *extra)
    return f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {relation})"


@dataclass(frozen=True, slots=True)
class _Column:
    """A text column under examination."""

    name: str
    at: str
    census: Census
    wanted: Kind | None

    @property
    def answers(self) -> int:
        """Values that are not a word for "no answer"."""
        return self.census.filled - self.census.missing


def readings(sandbox: Sandbox, landing: Landing, expect: Mapping[str, Kind]) -> list[Reading]:
    """Return how to read each column of `landing`, in order.

    Args:
        sandbox: Where the landing is.
        landing: Texts to be understood, and typed columns to be cast.
        expect: Kinds that are wanted whatever the content says.
    """
    texts = [i for i, kind in enumerate(landing.types) if kind == "VARCHAR"]
    censuses = take_census(sandbox, landing.relation, [position(i) for i in texts])
    columns = {
        i: _Column(landing.names[i], position(i), census, expect.get(landing.names[i]))
        for i, census in zip(texts, censuses, strict=True)
    }
    decimal = _decimal_of_all(list(columns.values()))
    found = [
        _read_text(sandbox, landing, columns[i], decimal) if i in columns else _read_typed(sandbox, landing, i, expect)
        for i in range(len(landing.names))
    ]
    return _with_spoiled(sandbox, landing, found, columns)


def _read_typed(sandbox: Sandbox, landing: Landing, i: int, expect: Mapping[str, Kind]) -> Reading:
    """Return how to read a column that has a type already; infinities and not-a-numbers are missing."""
    at, kind, name = position(i), landing.types[i], landing.names[i]
    reading = Reading("number", f"CAST({at} AS DOUBLE)")
    if kind.startswith(("DATE", "TIMESTAMP")):
        reading = Reading("date", f"CAST({at} AS DATE)")
    elif kind == "BOOLEAN":
        reading = Reading("flag", at)
    elif kind == "INTERVAL":
        reading = Reading("number", f"CAST(epoch({at}) AS DOUBLE)")
    elif kind in FLOATS:
        (n,) = sandbox.row(f"SELECT count(*) FILTER (isinf({at})) FROM {landing.relation}")
        notes = (Note("infinite", f"{name}: {few(n, HANDFUL)} infinite values were read as missing"),) if n else ()
        reading = Reading("number", f"CASE WHEN isfinite({at}) THEN CAST({at} AS DOUBLE) END", spoiled=n, notes=notes)
    elif name not in expect and _is_compact_date(sandbox, landing.relation, name, f"CAST({at} AS VARCHAR)"):
        reading = Reading("date", compact_date_sql(f"CAST({at} AS VARCHAR)"))
    wanted = expect.get(name, reading.kind)
    return reading if wanted == reading.kind else Reading(wanted, _converted(reading, wanted), plain=False)


def _converted(reading: Reading, wanted: Kind) -> str:
    """Return SQL for a typed column as another kind; NULL where that makes no sense."""
    sql = reading.sql
    if wanted == "text" and reading.kind == "number":
        whole = f"CAST(CAST({sql} AS BIGINT) AS VARCHAR)"
        return f"CASE WHEN {sql} = trunc({sql}) AND abs({sql}) < 1e15 THEN {whole} ELSE CAST({sql} AS VARCHAR) END"
    if wanted == "flag" and reading.kind == "number":
        return f"CASE {sql} WHEN 1 THEN true WHEN 0 THEN false END"
    if wanted == "number" and reading.kind == "flag":
        return f"CAST(CAST({sql} AS TINYINT) AS DOUBLE)"
    if wanted == "date" and reading.kind == "number":
        return compact_date_sql(f"CAST(CAST(CASE WHEN abs({sql}) < 1e15 THEN {sql} END AS BIGINT) AS VARCHAR)")
    types = {"number": "DOUBLE", "flag": "BOOLEAN", "date": "DATE", "text": "VARCHAR"}
    return f"CAST({sql} AS VARCHAR)" if wanted == "text" else f"CAST(NULL AS {types[wanted]})"


def _decimal_of_all(columns: list[_Column]) -> Mark | None:
    """Return the decimal mark that the columns which leave no doubt agree on; None when all leave doubt."""
    commas = sum(c.census.sure_comma > c.census.sure_dot and _is_number(c, ",") for c in columns)
    dots = sum(c.census.sure_dot > c.census.sure_comma and _is_number(c, ".") for c in columns)
    if commas != dots:
        return "," if commas > dots else "."
    return None


def _is_number(column: _Column, decimal: Mark) -> bool:
    count = column.census.dots if decimal == "." else column.census.commas
    return 0 < count >= MOST_ARE * column.answers and column.census.odd < ODD_SHARE * column.census.filled


def _read_text(sandbox: Sandbox, landing: Landing, column: _Column, decimal: Mark | None) -> Reading:
    census, wanted, at = column.census, column.wanted, column.at
    if wanted == "text" or (wanted is None and census.filled == 0):
        return Reading("text", text_sql(at), trims=True)
    if wanted == "flag" or (wanted is None and _is_flag(census)):
        return Reading("flag", flag_sql(at), plain=False, trims=True)
    if wanted == "date" or (wanted is None and 0 < census.dates >= MOST_ARE * column.answers):
        return _read_date(sandbox, landing.relation, column)
    own, notes = _decimal_of(column, decimal, landing)
    if wanted == "number" or _is_number(column, own) or census.plain:
        return _read_number(sandbox, landing.relation, column, own, notes)
    keep_na = _looks_like_countries(census)
    notes = missing_note(column.name, census, keep_na=keep_na)
    if wanted is None and _is_number_in_two_ways(column):
        notes += mixed_note(column.name, census, own, left_out=False)
    return Reading("text", text_sql(at, keep_na=keep_na), trims=True, notes=notes)


def _is_number_in_two_ways(column: _Column) -> bool:
    """Whether the answers are numbers, if some are read with a decimal point and others with a comma."""
    census = column.census
    either = max(census.dots + census.sure_comma, census.commas + census.sure_dot)
    return census.sure_dot > 0 and census.sure_comma > 0 and either >= MOST_ARE * column.answers


def _decimal_of(column: _Column, decimal: Mark | None, landing: Landing) -> tuple[Mark, tuple[Note, ...]]:
    census = column.census
    if census.sure_dot != census.sure_comma:
        return (".", ()) if census.sure_dot > census.sure_comma else (",", ())
    if not census.either or decimal:
        return decimal or ".", ()
    mark: Mark = "," if landing.dialect is not None and landing.dialect.delimiter == ";" else "."
    unsure = f"1,234 may be thousands or have three decimals; the decimal mark was taken to be {mark!r}"
    return mark, (Note("ambiguous-numbers", f"{column.name}: {unsure}"),)


def _read_number(sandbox: Sandbox, relation: str, column: _Column, decimal: Mark, notes: tuple[Note, ...]) -> Reading:
    at = column.at
    if column.census.plain and not (decimal == "," and _has_only_groups(sandbox, relation, at)):
        if column.wanted is None and _is_compact_date(sandbox, relation, column.name, at):
            return Reading("date", compact_date_sql(at))
        return Reading("number", plain_number_sql(at))
    sql = number_sql(at, decimal)
    if column.wanted == "number":
        sql = f"coalesce({sql}, CAST(CAST({flag_sql(at)} AS TINYINT) AS DOUBLE))"
    return Reading("number", sql, decimal=decimal, plain=False, trims=True, notes=notes)


def _has_only_groups(sandbox: Sandbox, relation: str, at: str) -> bool:
    """Whether every point of a plain column stands before three digits: thousands, where others have decimal commas."""
    points, groups = sandbox.row(
        f"SELECT count(*) FILTER (contains({at}, '.')), "
        f"count(*) FILTER (regexp_full_match({at}, {sql_pattern('-?' + AMBIGUOUS)})) FROM {relation}"
    )
    return bool(points and points == groups)


def _is_compact_date(sandbox: Sandbox, relation: str, name: str, text: str) -> bool:
    """Whether whole numbers such as 20240131 are dates: all of them could be, and the name says so."""
    if not DATE_WORDS & set(words_of(name)):
        return False
    filled, dates = sandbox.row(f"SELECT count(nullif({text}, '')), count({compact_date_sql(text)}) FROM {relation}")
    return bool(filled and filled == dates)


def _read_date(sandbox: Sandbox, relation: str, column: _Column) -> Reading:
    day_first, notes = True, tuple[Note, ...]()
    if NUMERIC_DATE in column.census.date_forms:
        day_first, notes = _day_first(sandbox, relation, column)
    sql = date_sql(column.at, day_first=day_first, forms=column.census.date_forms or DATE_FORMS)
    if column.wanted == "date":
        sql = f"coalesce({date_sql(column.at, day_first=day_first)}, {compact_date_sql(column.at)})"
    return Reading("date", sql, plain=False, trims=True, notes=notes)


def _day_first(sandbox: Sandbox, relation: str, column: _Column) -> tuple[bool, tuple[Note, ...]]:
    """Decide 03/04/2020 by the rest of the column: a number above 12 is no month."""
    first, second = (f"CAST(regexp_extract(v, {sql_pattern(NUMERIC_DATE)}, {i}) AS TINYINT)" for i in (1, 2))
    n_first, n_second, n_points = sandbox.row(
        f"SELECT count(*) FILTER ({first} > 12), count(*) FILTER ({second} > 12), "
        f"count(*) FILTER (contains(left(v, 3), '.')) FROM (SELECT {trimmed(column.at)} AS v FROM {relation}) "
        f"WHERE regexp_full_match(v, {sql_pattern(NUMERIC_DATE)})"
    )
    if n_first == n_second == 0 and not n_points:
        unsure = "day and month cannot be told apart, the day was read first"
        return True, (Note("ambiguous-dates", f"{column.name}: {unsure}"),)
    return n_second <= n_first, ()


def _is_flag(census: Census) -> bool:
    """Whether the texts are one pair of yes and no, beside words for no answer."""
    words = {word for word in census.words if word not in MISSING_AMONG_NUMBERS}
    if not words or sum(census.words.values()) < census.filled:
        return False
    pairs = [{yes, no} for yes, no in TRUE_WORDS.items()]
    return any(words <= pair for pair in pairs) or any(words == {*pair} for pair in SHORT_TRUE_WORDS.items())


def with_key(found: list[Reading], key: Key) -> list[Reading]:
    """Read the id column as the id it is."""
    if key.at is None:
        return found
    own = Reading("number" if key.whole else "text", key.sql, trims=key.trims)
    return [own if i == key.at else reading for i, reading in enumerate(found)]


def as_they_are(sandbox: Sandbox, landing: Landing, found: list[Reading]) -> list[Reading]:
    """Leave typed columns alone and read texts that are whole numbers as such, for SQL that somebody else writes."""
    texts = [i for i, reading in enumerate(found) if landing.types[i] == "VARCHAR" and reading.kind == "number"]
    tests = [
        f"count(*) FILTER ({position(i)} <> '' AND NOT regexp_full_match({position(i)}, '{WHOLE}'))" for i in texts
    ]
    whole = {
        i for i, n in zip(texts, sandbox.values(landing.relation, tests), strict=True) if n == 0 and found[i].plain
    }
    return [
        replace(reading, sql=f"TRY_CAST({position(i)} AS BIGINT)")
        if i in whole
        else replace(reading, sql=position(i))
        if landing.types[i] != "VARCHAR"
        else reading
        for i, reading in enumerate(found)
    ]


def guess_is_text(census: Census) -> bool:
    """Whether a column, seen whole, is text indeed: neither numbers nor dates nor a flag."""
    column = _Column("", "", census, None)
    numbers = census.plain or _is_number(column, ".") or _is_number(column, ",")
    return not numbers and not _is_flag(census) and not 0 < census.dates >= MOST_ARE * column.answers


def _looks_like_countries(census: Census) -> bool:
    """Among DE, FR, US ... NA is Namibia."""
    return len(census.words) > 5 and all(len(word) == 2 for word in census.words)


def _with_spoiled(
    sandbox: Sandbox, landing: Landing, found: list[Reading], columns: dict[int, _Column]
) -> list[Reading]:
    """Count, where not every value is plain, what was filled and could not be read."""
    doubtful = [i for i, reading in enumerate(found) if reading.kind != "text" and not reading.plain]
    if not doubtful:
        return found
    given = [f"{position(i)} <> '' AS f{i}" if i in columns else f"{position(i)} IS NOT NULL AS f{i}" for i in doubtful]
    read = read_sql(found, landing.relation, given, doubtful)
    counts = sandbox.values(f"({read})", [f"count(*) FILTER (f{i} AND t{i} IS NULL)" for i in doubtful])
    judged = list(found)
    for i, n in zip(doubtful, counts, strict=True):
        census = columns[i].census if i in columns else Census(0)
        judged[i] = replace(
            found[i], spoiled=n, notes=found[i].notes + unread_notes(landing.names[i], n, census, found[i])
        )
    return judged
