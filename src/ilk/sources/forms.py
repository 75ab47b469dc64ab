"""How numbers, dates, flags and missing answers are written: patterns that Python and DuckDB (RE2) read alike."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Literal

Mark = Literal[".", ","]

SPACES = " \u00a0\u2009\u202f"
"""Blanks that stand between groups of digits: plain, no-break, thin, narrow no-break."""

BLANKS = SPACES + "\t\r\n\u200b\ufeff"
"""What is trimmed off both ends of every text."""

_SYMBOLS = r"(?:[A-Z]{1,3})?[$€£¥₹₽₩₺₪₫฿₴₦₱₡₲₵₸]"
_CODES = (
    "EUR|USD|GBP|CHF|JPY|CNY|RMB|INR|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|RUB|UAH|TRY|TL|BRL|MXN|ARS|CLP|COP|PEN|CAD|"
    "AUD|NZD|ZAR|ILS|SAR|AED|EGP|NGN|KES|KRW|TWD|HKD|SGD|THB|MYR|IDR|PHP|VND|kr|Kr|zł|Kč|Ft|Fr\\.?|lei|Rs\\.?"
)
_CURRENCY = rf"(?:{_SYMBOLS}|{_CODES})"
_SP = f"[{SPACES}]*"
_SIGN = "[-+−]?"

_EXPONENT = r"(?:[eE](?:\+?[0-9]{1,2}|-[0-9]{1,3}))?"
PLAIN_NUMBER = rf"-?(?:0|[1-9][0-9]{{0,14}})(?:\.[0-9]+)?{_EXPONENT}"
"""A number as a program writes it, never beyond float64; anything else gets a closer look."""

ODD_INTEGER = r"[-+]?(?:0[0-9]+|[0-9]{16,})"
"""Whole numbers that are names rather than amounts: leading zeros, or more digits than a float64 holds."""

_TIME = (
    r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|UTC|GMT|[-+][0-9]{2}:?[0-9]{2}))?)?"
)
_YEAR = "(?:[0-9]{4}|[0-9]{2})"
_MONTH = r"[A-Za-zÀ-ÿ]{3,9}\.?"

YEAR_FIRST = rf"([0-9]{{4}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}}){_TIME}"
NUMERIC_DATE = rf"([0-9]{{1,2}})[-/.]([0-9]{{1,2}})[-/.]({_YEAR}){_TIME}"
DAY_MONTH_NAME = rf"([0-9]{{1,2}})\.?[-/ ]?({_MONTH})[-/, ]+({_YEAR}){_TIME}"
MONTH_NAME_DAY = rf"({_MONTH})[- ]([0-9]{{1,2}})(?:st|nd|rd|th)?,? ([0-9]{{4}}){_TIME}"
DATE_FORMS = (YEAR_FIRST, NUMERIC_DATE, DAY_MONTH_NAME, MONTH_NAME_DAY)
EVEN = {
    YEAR_FIRST: (rf"[0-9]{{4}}[-/.][0-9]{{2}}[-/.][0-9]{{2}}{_TIME}", ((1, 4), (6, 2), (9, 2))),
    NUMERIC_DATE: (rf"[0-9]{{2}}[-/.][0-9]{{2}}[-/.][0-9]{{4}}{_TIME}", ((1, 2), (4, 2), (7, 4))),
}
"""Forms as most files write them, every part as wide as it can be, and where each part begins and how wide it is."""

COMPACT_DATE = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"

MONTHS = tuple(
    name
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "jan feb mär apr mai jun jul aug sep okt nov dez",
        "ene feb mar abr may jun jul ago set oct nov dic",
        "gen feb mar apr mag giu lug ago set ott nov dic",
    )
    for name in names.split()
)
"""First three letters of the months in English, German, Spanish and Italian, twelve each."""

TRUE_WORDS = {"true": "false", "yes": "no", "ja": "nein", "oui": "non", "si": "no", "sí": "no"}
"""Words for yes with their no; one of the pair alone is enough to know what is meant."""

SHORT_TRUE_WORDS = {"y": "n", "t": "f", "j": "n"}
"""Single letters are flags only where both stand in the column."""

YES = frozenset({*TRUE_WORDS, *SHORT_TRUE_WORDS, "1", "1.0", "on"})
NO = frozenset({*TRUE_WORDS.values(), *SHORT_TRUE_WORDS.values(), "0", "0.0", "off"})
"""What is read as true and false once a column is known to be a flag."""

MISSING_ANYWHERE = frozenset(
    {"na", "n/a", "n.a.", "#n/a", "#na", "nan", "<na>", "null", "(null)", "\\n", "-", "--", "---", "—", "–", "?", "??"}
    | {".", "...", "#value!", "#ref!", "#div/0!", "#name?", "#null!", "#num!", "nat"}
)
"""Texts, lower-cased, that mean "no answer" in every column."""

MISSING_AMONG_NUMBERS = MISSING_ANYWHERE | frozenset(
    {"none", "nil", "unknown", "missing", "not available", "not applicable", "keine angabe", "k.a.", "n.v.", "tbd"}
    | {"undefined", "empty", "leer", "error", "err", "inf", "-inf", "+inf", "infinity", "-infinity", "∞"}
)
"""Texts, lower-cased, that mean "no answer" where everything else is a number or a date."""


@cache
def number_pattern(decimal: Mark) -> str:
    """Return the pattern of a number with this decimal mark: groups, sign, currency, per cent, accounting brackets."""
    groups = "'’_" + SPACES + ("," if decimal == "." else ".")
    point = re.escape(decimal)
    core = (
        rf"(?:(?:[0-9]{{1,40}}|[0-9]{{1,3}}(?:[{groups}][0-9]{{3}}){{1,12}})(?:{point}[0-9]*)?|{point}[0-9]+"
        + (r"|[0-9]{1,2}(?:,[0-9]{2}){1,12},[0-9]{3}(?:\.[0-9]*)?" if decimal == "." else "")
        + f"){_EXPONENT}"
    )
    inner = rf"{_CURRENCY}?{_SP}{core}{_SP}%?{_SP}{_CURRENCY}?"
    return rf"(?:\({_SP}{inner}{_SP}\)|{_SIGN}{_SP}{_CURRENCY}?{_SP}{_SIGN}{_SP}{core}{_SP}%?{_SP}{_CURRENCY}?-?)"


AMBIGUOUS = r"[1-9][0-9]{0,2}(?:[.,][0-9]{3})"
"""1.234 or 1,234: a group of three digits, or three decimals; only the rest of the column can tell."""


def number_sql(text: str, decimal: Mark) -> str:
    """Return SQL that reads a text of `number_pattern(decimal)` as DOUBLE, anything else as NULL.

    12% is 0.12, as in a spreadsheet; (12) and 12- are negative; 12,- is a price without cents.
    """
    digits = f"regexp_extract({text}, '[0-9.,][0-9.,_''’{SPACES}]*{_EXPONENT}')"
    bare = f"replace(regexp_replace({digits}, '[^0-9{decimal}eE+-]', '', 'g'), '{decimal}', '.')"
    value = f"TRY_CAST({bare} AS DOUBLE)"
    signed = f"CASE WHEN regexp_matches({text}, '^[^0-9]*[-−(]|[0-9]-$') THEN -{value} ELSE {value} END"
    scaled = f"({signed}) / CASE WHEN contains({text}, '%') THEN 100 ELSE 1 END"
    return f"CASE WHEN regexp_full_match({text}, {sql_pattern(number_pattern(decimal))}) THEN {scaled} END"


def plain_number_sql(text: str) -> str:
    """Return SQL that reads a plain number as DOUBLE, anything else as NULL; ten times faster than `number_sql`."""
    return f"CASE WHEN regexp_full_match({text}, {sql_pattern(PLAIN_NUMBER)}) THEN TRY_CAST({text} AS DOUBLE) END"


def date_sql(text: str, *, day_first: bool, forms: Collection[str] = DATE_FORMS) -> str:
    """Return SQL that reads these forms of dates as DATE, anything else as NULL; times of day are dropped.

    Two-digit years below 69 are 20.., as POSIX has it.
    """
    orders = {YEAR_FIRST: (1, 2, 3), NUMERIC_DATE: (3, 2, 1), DAY_MONTH_NAME: (3, 2, 1), MONTH_NAME_DAY: (3, 1, 2)}
    if not day_first:
        orders[NUMERIC_DATE] = (3, 1, 2)
    cases = "".join(
        f"{_even_sql(text, form, orders[form])}"
        f" WHEN regexp_full_match({text}, {sql_pattern(form)}) THEN {_day_sql(text, form, orders[form])}"
        for form in DATE_FORMS
        if form in forms
    )
    return f"CASE{cases} END"


def _even_sql(text: str, form: str, order: tuple[int, int, int]) -> str:
    """SQL for the usual width of a form, five times as fast as what is read part by part; nothing for other forms."""
    if form not in EVEN:
        return ""
    pattern, places = EVEN[form]
    parts = " || '-' || ".join(f"substr({text}, {places[i - 1][0]}, {places[i - 1][1]})" for i in order)
    return f" WHEN regexp_full_match({text}, {sql_pattern(pattern)}) THEN TRY_CAST({parts} AS DATE)"


def compact_date_sql(text: str) -> str:
    """Return SQL that reads YYYYMMDD as DATE, anything else as NULL."""
    parts = " || '-' || ".join(f"substr({text}, {start}, {size})" for start, size in ((1, 4), (5, 2), (7, 2)))
    return f"CASE WHEN regexp_full_match({text}, {sql_pattern(COMPACT_DATE)}) THEN TRY_CAST({parts} AS DATE) END"


def flag_sql(text: str) -> str:
    """Return SQL that reads words for yes and no, and 1 and 0, as BOOLEAN, anything else as NULL."""
    return f"CASE WHEN {_in(text, YES)} THEN true WHEN {_in(text, NO)} THEN false END"


def text_sql(text: str, *, keep_na: bool = False) -> str:
    """Return SQL that gives the text, NULL where it is blank or one of the words for no answer."""
    missing = MISSING_ANYWHERE - ({"na"} if keep_na else set())
    return f"CASE WHEN {text} <> '' AND NOT {_in(text, missing)} THEN {text} END"


def trimmed(column: str) -> str:
    """Return SQL for the column without blanks at either end; those that have none, nearly all, cost little."""
    blank = f"[{BLANKS}]"
    return f"CASE WHEN regexp_matches({column}, '^{blank}|{blank}$') THEN trim({column}, '{BLANKS}') ELSE {column} END"


def filled(column: str) -> str:
    """Return SQL for whether a text is more than blanks."""
    return f"regexp_matches({column}, '[^{BLANKS}]')"


def sql_pattern(pattern: str) -> str:
    """Return a pattern as an SQL string."""
    return _string(pattern)


def _day_sql(text: str, form: str, order: tuple[int, int, int]) -> str:
    year, month, day = (f"regexp_extract({text}, {sql_pattern(form)}, {i})" for i in order)
    century = (
        f"CASE WHEN length({year}) = 4 THEN '' WHEN {year} >= '69' THEN '19' ELSE '20' END" if _YEAR in form else "''"
    )
    names = ", ".join(f"'{name}'" for name in MONTHS)
    named = f"CAST((list_position([{names}], left(lower({month}), 3)) - 1) % 12 + 1 AS VARCHAR)"
    month = named if _MONTH in form else month
    return f"TRY_CAST({century} || {year} || '-' || {month} || '-' || {day} AS DATE)"


def _in(text: str, words: set[str] | frozenset[str]) -> str:
    """Return SQL for whether a text is one of these words; of a long IN DuckDB makes a join, and forgets the order."""
    return f"regexp_full_match(lower({text}), {_string('|'.join(re.escape(word) for word in sorted(words)))})"


def _string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
