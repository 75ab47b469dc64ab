"""Each record of a list of orders as customer, day, exact amount and the rest, or the reason why it cannot be used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ilk.errors import MissingColumns
from ilk.sources.kinds import Reading
from ilk.sources.landing import position
from ilk.sources.log import Log, records_sql
from ilk.sources.names import words_of
from ilk.sources.orders.columns import KINDS, Candidate, parts_of
from ilk.sources.source import Note

MONEY = "DECIMAL(38, 6)"
"""Amounts are added as whole millionths; a DOUBLE has no more digits for anything below nine milliards."""

LARGEST = 1e15
"""An amount or quantity beyond this is a slip, and would not be exact."""

MOST_NAMES = 60
"""A product takes the place of a category where there are no more different ones than this."""

CURRENCIES = {
    "dollar": "$",
    "dollars": "$",
    "usd": "$",
    "eur": "€",
    "euro": "€",
    "euros": "€",
    "gbp": "£",
    "chf": "CHF",
}
"""Words in the name of an amount that say what it is in."""

COLUMNS = frozenset({"currency", "currencies", "währung", "waehrung", "devise", "moneda", "valuta", "curr", "ccy"})
"""Words in the name of a column that says what amounts are in."""

SHORT = re.compile(r"[A-Z]{3}|[$€£¥]")
"""A currency as it is written beside a figure."""

MOST_TOLD = 5
"""Currencies that are named when there are several."""

MARKS = r"[$€£¥₹₽₩₺₪฿]|\b(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|BRL|CAD|AUD|JPY|INR)\b"


@dataclass(frozen=True, slots=True)
class Parts:
    """The columns of a list of orders by what they are, and how each is read.

    Args:
        columns: Part -> column.
        readings: Column -> how it is read.
    """

    columns: Mapping[str, str]
    readings: Mapping[str, Reading]

    def sql(self, part: str, otherwise: str = "NULL") -> str:
        """Return SQL for a part over the columns as they landed."""
        return self.readings[self.columns[part]].sql if part in self.columns else otherwise


def guessed_parts(log: Log, roles: Mapping[str, str], id_column: str | None) -> dict[str, str]:
    """Return part -> column by name and content; a product of few names is a category where there is none.

    Raises:
        BadInput: If customer, time or amount cannot be told.
        BadSetting: If `roles` contradict each other.
        MissingColumns: If a column that was named is not there.
    """
    names = log.landing.names
    columns = [Candidate(name, reading.kind) for name, reading in zip(names, log.readings, strict=True)]
    parts = parts_of(columns, roles, name=log.landing.name, id_column=id_column)
    product = parts.pop("product", None)
    if product is not None and "category" not in parts:
        at = position(names.index(product))
        (n,) = log.sandbox.row(f"SELECT count(DISTINCT {at}) FROM {log.landing.relation}")
        if n <= MOST_NAMES:
            parts["category"] = product
    return parts


def read_parts(log: Log, columns: Mapping[str, str]) -> Parts:
    """Return how the parts are read.

    Raises:
        MissingColumns: If one of the columns is not there.
    """
    names = log.landing.names
    missing = [column for column in columns.values() if column not in names]
    if missing:
        raise MissingColumns.listing(missing, names)
    wanted = {column: KINDS[part] for part, column in columns.items() if part in KINDS}
    found = dict(zip(names, log.read_as(wanted, columns["customer"]), strict=True))
    return Parts(columns, {column: found[column] for column in columns.values()})


def make_records(log: Log, parts: Parts, *, for_one: bool) -> str:
    """Make the table of records, blank ones left out, and return its name.

    Its columns: row, customer, day, moment, code, amount, quantity, category, is_return, and `reason`, NULL where the
    record can be used.
    """
    amount, quantity = parts.sql("amount"), parts.sql("quantity")
    whole = f"({amount}) * ({quantity})" if for_one else amount
    at = log.landing.names.index(parts.columns["time"])
    made = {
        "customer": parts.sql("customer"),
        "day": parts.sql("time"),
        "moment": f"CAST({position(at)} AS VARCHAR)",
        "code": parts.sql("order", "CAST(NULL AS VARCHAR)"),
        "spent": whole,
        "pieces": quantity,
        "category": parts.sql("category", "CAST(NULL AS VARCHAR)"),
    }
    log.sandbox.run(
        f"CREATE TABLE records AS SELECT row, customer, day, moment, code, category, {_exact('spent')} AS amount, "
        f"{_exact('pieces')} AS quantity, coalesce(spent < 0 OR pieces < 0, false) AS is_return, {_REASON} AS reason "
        f"FROM ({records_sql(log, made)}) WHERE NOT blank"
    )
    return "records"


def _exact(number: str) -> str:
    return f"CASE WHEN abs({number}) <= {LARGEST} THEN CAST({number} AS {MONEY}) END"


_REASON = (
    "CASE WHEN customer IS NULL THEN 'no customer' WHEN day IS NULL THEN 'no time that can be read' "
    "WHEN spent IS NULL THEN 'no amount that can be read' "
    f"WHEN abs(spent) > {LARGEST} OR abs(pieces) > {LARGEST} THEN 'the amount is too large to be one' END"
)


def currency_of(log: Log, amount: str) -> tuple[str, tuple[Note, ...]]:
    """Return what amounts are in; nothing where nobody says, or they are in several.

    The marks beside them say it, or a column of currencies, or the name of the column.
    """
    named = next((CURRENCIES[word] for word in words_of(amount) if word in CURRENCIES), "")
    i = log.landing.names.index(amount)
    marks = _different(log, f"regexp_extract({position(i)}, '{MARKS}')") if log.landing.types[i] == "VARCHAR" else []
    others = [j for j, name in enumerate(log.landing.names) if j != i and COLUMNS & set(words_of(name))]
    beside = next((found for j in others if (found := _different(log, f"CAST({position(j)} AS VARCHAR)"))), [])
    found = max(marks, beside, key=len)
    if len(found) > 1:
        text = (
            f"{amount} has amounts in {', '.join(found[:MOST_TOLD])}{' and more' * (len(found) > MOST_TOLD)}; they are "
            "added up as if they were in one currency, so bring amounts in one, or a file a currency"
        )
        return "", (Note("currencies", text),)
    code = next(iter(beside), "")
    return next(iter(marks), "") or CURRENCIES.get(code.casefold(), code if SHORT.fullmatch(code) else "") or named, ()


def _different(log: Log, text: str) -> list[str]:
    """Different texts that are not empty, the most frequent first."""
    found = log.sandbox.rows(
        f"SELECT trim({text}) AS mark, count(*) AS n FROM {log.landing.relation} WHERE trim({text}) <> '' "
        f"GROUP BY mark ORDER BY n DESC, mark LIMIT {MOST_NAMES}"
    )
    return [str(mark) for mark, _ in found]
