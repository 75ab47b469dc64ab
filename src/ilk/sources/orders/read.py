"""Orders become one row a customer: how recently, how often, how much, at which intervals, and on what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ilk.errors import BadInput
from ilk.figures import few
from ilk.progress import Progress
from ilk.settings import Role, Settings
from ilk.sources.evidence import Evidence, Made
from ilk.sources.log import Log, Used, intake_of, open_log, rejects_of, told_in_words
from ilk.sources.names import clean_names
from ilk.sources.orders.columns import is_for_one
from ilk.sources.orders.figures import Figures, categories_of, figures_sql
from ilk.sources.orders.records import Parts, currency_of, guessed_parts, make_records, read_parts
from ilk.sources.source import Note
from ilk.sources.spoiled import HANDFUL

FEWEST = 10
"""Customers who bought a category before it gets a column, however low --min-group is."""

OTHERS = "other categories"


@dataclass(frozen=True, slots=True)
class OrdersPlan:
    """How orders become columns; no customer's value is in it.

    Args:
        parts: (part, column) pairs, such as ("customer", "customer_id").
        for_one: Whether the amount is the price of one piece.
        reference: Day from which recency and tenure were counted, YYYY-MM-DD. Other orders are counted from their own
            last day unless somebody says otherwise: recency is how long ago it was when a log ends.
        figures: Which columns there are beside those that always are.
        currency: What the amounts are in, as far as the file says.
    """

    parts: tuple[tuple[str, str], ...]
    for_one: bool
    reference: str
    figures: Figures
    currency: str


def read_orders(
    source: Any,
    settings: Settings,
    plan: OrdersPlan | None = None,
    progress: Progress | None = None,
) -> Evidence[OrdersPlan]:
    """Read a list of orders, and return one row for each customer in it.

    Args:
        source: A path or a frame; one row for each order, or for each line of one.
        settings: `role`, `reference_date`, `id`, `threads`, `delimiter` and `min_group` are used here.
        plan: How other orders became columns; these become the same.
        progress: Told how far it is, asked whether to stop.

    Returns:
        Columns recency, tenure and gap (days), frequency (orders), monetary and basket (money), trend (-1 to 1), and as
        far as the file has them returns, quantity and a share of spend a category (0 to 1).

    Raises:
        BadInput: If it cannot be used.
        BadSetting: If the roles that were told contradict each other.
        FileTrouble: If it cannot be read.
        MissingColumns: If a column that was named, or that the plan knows, is not there.
    """
    with open_log(source, settings, progress or Progress(), "Reading the orders") as log:
        said = {} if plan else settings.parts_of(source, "orders", log.landing.names)
        columns = dict(plan.parts) if plan else guessed_parts(log, said, settings.id)
        parts = read_parts(log, columns)
        currency, notes = (plan.currency, ()) if plan else currency_of(log, columns["amount"])
        for_one = plan.for_one if plan else is_for_one(columns["amount"], has_quantity="quantity" in columns)
        records = make_records(log, parts, for_one=for_one)
        used, day = _used(log, records, settings.reference_date)
        figures = plan.figures if plan else _figures(log, parts, max(FEWEST, settings.min_group))
        made = OrdersPlan(tuple(columns.items()), for_one, day, figures, currency)
        notes = (*_notes(log, made, is_last=settings.reference_date is None), *notes)
        intake = intake_of(log, used, columns["customer"], list(parts.readings.values()), notes)
        table = _named(log.sandbox.table(figures_sql(log.sandbox, "used", day, figures)), made)
        rejects = pa.concat_tables([log.landing.rejects, used.rejects]).sort_by("line")
        return Evidence("orders", table, _meanings(table, made), intake, rejects, plan or made)


def _used(log: Log, records: str, reference: date | None) -> tuple[Used, str]:
    """Make the table `used` of what counts, and return the account of it and the reference day.

    Raises:
        BadInput: If nothing is left.
    """
    rejects = rejects_of(log, records)
    (last,) = log.sandbox.row(f"SELECT CAST(max(day) AS VARCHAR) FROM {records} WHERE reason IS NULL")
    day = reference.isoformat() if reference else last
    until = f"reason IS NULL AND day <= DATE '{day}'" if day else "false"
    log.sandbox.run(f"CREATE TABLE used AS SELECT * FROM {records} WHERE {until} ORDER BY row")
    (n,) = log.sandbox.row("SELECT count(*) FROM used")
    if not n:
        raise BadInput(
            f"{log.landing.name} has no order that can be used",
            got=f"{log.landing.records:,} records, {rejects.num_rows:,} set aside"
            + (f", none until {day}" if last else ""),
            do="check the file, and --reference-date if there is one",
        )
    return Used(n, log.landing.rows - n - rejects.num_rows, rejects), str(day)


def _figures(log: Log, parts: Parts, fewest: int) -> Figures:
    (returns,) = log.sandbox.row("SELECT count(*) FROM used WHERE is_return")
    categories, others = (
        categories_of(log.sandbox, "used", fewest=fewest) if "category" in parts.columns else ((), False)
    )
    return Figures(returns > 0, "quantity" in parts.columns, categories, others)


def _named(table: pa.Table, plan: OrdersPlan) -> pa.Table:
    """Give the table the name of the customer's column and those of the shares."""
    names = [dict(plan.parts)["customer"], *table.column_names[1:]]
    shares = [*plan.figures.categories, *([OTHERS] if plan.figures.others else [])]
    if shares:
        names[-len(shares) :] = [f"share of {category}" for category in shares]
    unique, _ = clean_names(names)
    return table.rename_columns(unique)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a figure is, whoever's orders it is made of."""

    role: Role
    words: str
    unit: str
    why: str


MEANINGS: Mapping[str, _Meaning] = {
    "recency": _Meaning("number", "days since the last order", "", "days from the last order to the reference date"),
    "frequency": _Meaning("count", "number of orders", "", "orders of each customer, returns left out"),
    "monetary": _Meaning("amount", "total spend", "", "what all orders amount to, less what was returned"),
    "basket": _Meaning("amount", "average order value", "", "what an order amounts to"),
    "tenure": _Meaning(
        "descriptor", "customer tenure", "days", "days from the first order to the reference date: when they came"
    ),
    "gap": _Meaning("number", "purchase interval", "days", "median days from one order to the next"),
    "trend": _Meaning(
        "descriptor",
        "trend of spend",
        "",
        "spend after the first day: later half of the time until the reference date less the earlier one, -1 to 1",
    ),
    "returns": _Meaning("share", "share of returns", "", "share of records that take something back"),
    "quantity": _Meaning("count", "number of items", "", "pieces bought"),
}
"""Of every column but the shares of spend."""


def _meanings(table: pa.Table, plan: OrdersPlan) -> tuple[Made, ...]:
    """Return what the columns mean; the role of one that tells nobody from anybody is left to be guessed."""
    n_shares = len(plan.figures.categories) + plan.figures.others
    n_plain = table.num_columns - n_shares
    made = [_meaning(name, table.column(name), plan.currency) for name in table.column_names[1:n_plain]]
    shares = [*plan.figures.categories, *([OTHERS] if plan.figures.others else [])]
    for name, category in zip(table.column_names[n_plain:], shares, strict=True):
        words, why = f"share of spend on {category}", "share of what a customer spent"
        made.append(Made(name, "orders", "share", words=words, group="spend by category", why=why))
    return tuple(one if _differs(table.column(one.column)) else replace(one, role=None) for one in made)


def _meaning(name: str, column: pa.ChunkedArray, currency: str) -> Made:
    means = MEANINGS[name]
    broken = name == "quantity" and not _is_whole(column)
    role: Role = "amount" if broken else means.role
    money = currency if role == "amount" and name != "quantity" else ""
    return Made(name, "orders", role, words=means.words, unit=means.unit, currency=money, why=means.why)


def _is_whole(column: pa.ChunkedArray) -> bool:
    return bool(pc.all(pc.equal(column, pc.floor(column)), min_count=0).as_py())


def _differs(column: pa.ChunkedArray) -> bool:
    return len(pc.unique(column.drop_null())) > 1


def _notes(log: Log, plan: OrdersPlan, *, is_last: bool) -> tuple[Note, ...]:
    """What was understood, and what is odd about it."""
    name = log.landing.name
    last = f", the last day in {name}" if is_last else ""
    later, again = log.sandbox.row(
        f"SELECT (SELECT count(*) FROM records WHERE reason IS NULL AND day > DATE '{plan.reference}'), "
        "(SELECT count(*) - count(DISTINCT (customer, moment, code, amount, quantity, category)) FROM used)"
    )
    price = dict(plan.parts)["amount"]
    said = (
        told_in_words(name, {column: part for part, column in plan.parts}),
        f"{price} is the price of one piece and is multiplied by the quantity" if plan.for_one else "",
        f"recency and tenure are counted from {plan.reference}{last}",
        f"{few(later, HANDFUL)} records are later than that and are left out" if later else "",
    )
    notes = (Note("orders", "; ".join(filter(None, said))),)
    text = f"{few(again, HANDFUL)} records of {name} repeat an earlier one in all that is used; they are kept"
    return (*notes, Note("repeated-orders", text)) if again else notes
