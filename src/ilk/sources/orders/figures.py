"""What the orders of each customer add up to, as SQL over decimals and days: the same for any order of rows.

A record with a negative amount or quantity is a return. An *order* is what has one order number, or else one customer
and one time; returns are none. *Spend* is the amount of what is no return. `day` is the day as it is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from ilk.sources.sandbox import Sandbox

MOST_CATEGORIES = 12
"""Categories that get a column of their own; more cannot be read side by side."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Which figures are made: of returns, of pieces, the share of spend on each of these categories and on others."""

    returns: bool = False
    quantity: bool = False
    categories: tuple[str, ...] = ()
    others: bool = False


def categories_of(sandbox: Sandbox, relation: str, *, fewest: int) -> tuple[tuple[str, ...], bool]:
    """Return the categories most customers bought, each by at least `fewest`, and whether there are others.

    Ties go to the first in the order of Unicode. No category is kept alone.
    """
    found = sandbox.rows(
        f"SELECT category, count(DISTINCT customer) AS n FROM {relation} WHERE category IS NOT NULL AND NOT is_return "
        f"GROUP BY category HAVING n >= {fewest} ORDER BY n DESC, category LIMIT {MOST_CATEGORIES}"
    )
    kept = tuple(str(category) for category, _ in found)
    _show(sandbox, kept)
    (n,) = sandbox.row(
        f"SELECT count(*) FROM {relation} LEFT JOIN kept_categories USING (category) "
        "WHERE place IS NULL AND NOT is_return"
    )
    return (kept, n > 0) if len(kept) + bool(n) >= 2 else ((), False)


def figures_sql(sandbox: Sandbox, relation: str, reference: str, figures: Figures) -> str:
    """Return the SELECT of one row a customer, in the order in which they first appear.

    Args:
        sandbox: Where `relation` is.
        relation: Records: row, customer, day, moment, code, amount, quantity, category, is_return.
        reference: Day from which recency and tenure are counted, YYYY-MM-DD.
        figures: Which are made.
    """
    _show(sandbox, figures.categories)
    spent = "sum(amount) FILTER (NOT is_return)"
    named = {
        "recency": f"DATE '{reference}' - any_value(last_day)",
        "frequency": "coalesce(any_value(n_orders), 0)",
        "monetary": _number("sum(amount)"),
        "basket": f"{_number(spent)} / any_value(n_orders)",
        "tenure": f"DATE '{reference}' - any_value(first_day)",
        "gap": "any_value(gap)",
        "trend": _ratio(
            f"sum(amount * sign(2 * (day - first_day) - (DATE '{reference}' - first_day))) FILTER ({LATER})",
            f"sum(amount) FILTER ({LATER})",
        ),
    }
    if figures.returns:
        named["returns"] = "count(*) FILTER (is_return) / count(*)"
    if figures.quantity:
        named["quantity"] = _number("coalesce(sum(quantity) FILTER (NOT is_return), 0)")
    shares = [f"place = {i}" for i in range(len(figures.categories))] + (["place IS NULL"] if figures.others else [])
    for i, condition in enumerate(shares):
        named[f"share_{i}"] = _ratio(f"coalesce(sum(amount) FILTER (NOT is_return AND {condition}), 0)", spent)
    cells = ", ".join(f"CAST({sql} AS DOUBLE) AS {name}" for name, sql in named.items())
    return (
        f"WITH orders AS ({_orders(relation)}), spans AS ({SPANS}) "
        f"SELECT customer, {cells} FROM {relation} LEFT JOIN kept_categories USING (category) "
        "LEFT JOIN spans USING (customer) GROUP BY customer ORDER BY min(row)"
    )


LATER = "NOT is_return AND day > first_day"
"""What was bought after the first day; without it, whoever is new would seem to come to an end."""

SPANS = (
    "SELECT customer, count(*) AS n_orders, min(day) AS first_day, max(day) AS last_day, median(gap) AS gap "
    "FROM (SELECT customer, day, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap FROM orders) "
    "GROUP BY customer"
)
"""Days between one order and the next; a median of whole numbers is exact."""


def _orders(relation: str) -> str:
    return (
        f"SELECT customer, coalesce('c' || code, 't' || moment) AS order_key, min(day) AS day FROM {relation} "
        "WHERE NOT is_return GROUP BY customer, order_key"
    )


def _number(sql: str) -> str:
    return f"CAST({sql} AS DOUBLE)"


def _ratio(part: str, whole: str) -> str:
    """Return SQL for one exact sum over another, NULL where there is nothing to divide by."""
    return f"CASE WHEN {whole} > 0 THEN {_number(part)} / {_number(whole)} END"


def _show(sandbox: Sandbox, categories: Sequence[str]) -> None:
    """Let queries join the categories by text, so that none becomes SQL."""
    table = pa.table(
        {"category": pa.array(categories, pa.string()), "place": pa.array(range(len(categories)), pa.int64())}
    )
    sandbox.show("kept_categories", table)
