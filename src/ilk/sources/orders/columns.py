"""Which column of a list of orders is the customer, the time, the amount: by name and content, or told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ilk.errors import BadInput, BadSetting, MissingColumns, listed
from ilk.sources.keys import rank_of
from ilk.sources.names import words_of
from ilk.sources.source import Kind

PARTS = ("customer", "time", "amount", "product", "category", "quantity", "order")
"""What a column of a list of orders can be; the first three are needed."""

KINDS: Mapping[str, Kind] = {
    "time": "date",
    "amount": "number",
    "quantity": "number",
    "product": "text",
    "category": "text",
    "order": "text",
}
"""How each part is read; the customer is read as an id."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BOUGHT = _words(
    "order ordered orders purchase purchased invoice transaction transactions trans receipt sale sales bought paid "
    "basket booking bestellung bestelldatum kaufdatum rechnung rechnungsdatum commande pedido ordine"
)
"""Said of the day somebody bought."""

OTHER_DAYS = _words("delivery delivered ship shipped shipping due birth birthday dob return returned registered joined")
"""Days on which nobody bought."""

DAYS = _words("date datum day time timestamp fecha data jour tag")
"""A text called so is a time of which some cannot be read."""

TOTALS = _words(
    "amount amt total revenue sales value turnover spend spent paid subtotal sum gmv betrag umsatz summe montant "
    "importe importo bedrag dollar dollars euro euros eur usd gbp chf"
)
"""Amounts of money for all of a record."""

PRICES = _words("price prices preis einzelpreis prix precio prezzo prijs")
"""Amounts of money that may be for one piece."""

PIECES = _words("unit each piece item single stück")
"""Beside an amount: that it is for one piece."""

NOT_SPENT = _words("tax vat discount shipping freight cost costs margin profit rabatt steuer mwst balance limit")
"""Amounts that say something else than what was bought."""

QUANTITIES = _words(
    "quantity qty quant units pieces menge anzahl stückzahl quantité cantidad quantità aantal number count num nr"
)
ORDER = _words("order invoice transaction trans receipt basket bestellung bestell rechnung rechnungs bon commande")
NUMBER = _words("id no nr num number nummer key code")
FUSED_ORDERS = _words("orderid orderno ordernumber invoiceno invoiceid invoicenumber transactionid receiptno")
PRODUCTS = _words("product products item sku article artikel produkt produit producto prodotto stockcode description")
CATEGORIES = _words("category categories kategorie catégorie categoría categoria department genre family warengruppe")
BROADER = _words("group type class section segment")
"""Beside a word for a product: the kind of product."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column of the list: its name, and how it is read when nobody says otherwise."""

    name: str
    kind: Kind

    @property
    def words(self) -> frozenset[str]:
        """The words of its name."""
        return frozenset(words_of(self.name))


def parts_of(
    columns: Sequence[Candidate], roles: Mapping[str, str], *, name: str, id_column: str | None
) -> dict[str, str]:
    """Return part -> column, those that were told and those that are guessed; in the order of PARTS.

    Args:
        columns: All columns of the list.
        roles: Column -> part, as somebody said; "ignore" takes a column out of the guess.
        name: What the list is called.
        id_column: What identifies customers elsewhere; a column of that name is the customer.

    Raises:
        MissingColumns: If a column that was named is not there.
        BadSetting: If two columns are to be the same part.
        BadInput: If customer, time or amount cannot be told.
    """
    _check(columns, roles, name)
    found = {part: column for column, part in roles.items() if part in PARTS}
    for part in PARTS:
        free = [each for each in columns if each.name not in found.values() and each.name not in roles]
        if part not in found and (column := _best(part, free, id_column)) is not None:
            found[part] = column
    missing = [part for part in PARTS[:3] if part not in found]
    if missing:
        raise _cannot_tell(columns, missing, name)
    return {part: found[part] for part in PARTS if part in found}


def is_for_one(amount: str, *, has_quantity: bool) -> bool:
    """Whether an amount is the price of one piece, so that the quantity multiplies it."""
    said = frozenset(words_of(amount)) | ({"unit", "price"} if words_of(amount) == ["unitprice"] else frozenset())
    return has_quantity and not said & TOTALS and bool(said & PRICES or said & PIECES)


def _check(columns: Sequence[Candidate], roles: Mapping[str, str], name: str) -> None:
    known = [each.name for each in columns]
    missing = [column for column in roles if column not in known]
    if missing:
        raise MissingColumns.listing(missing, known)
    twice = [part for part in PARTS if list(roles.values()).count(part) > 1]
    if twice:
        both = [column for column, part in roles.items() if part == twice[0]]
        raise BadSetting(f"Only one column of {name} can be the {twice[0]}", got=listed(both), do="name one of them")


def _best(part: str, columns: Sequence[Candidate], id_column: str | None) -> str | None:
    """Return the column that scores highest as this part, the first of equals; None where none scores at all."""
    scores = [(_score(part, each, id_column), -i) for i, each in enumerate(columns)]
    if part == "amount" and not any(score for score, _ in scores):
        numbers = [each.name for each in columns if each.kind == "number" and not _is_name_of_order(each)]
        numbers = [each for each in numbers if not frozenset(words_of(each)) & (QUANTITIES | NOT_SPENT | NUMBER)]
        return numbers[0] if len(numbers) == 1 else None
    best, at = max(scores, default=(0, 0))
    return columns[-at].name if best else None


def _score(part: str, column: Candidate, id_column: str | None) -> int:
    if part == "customer":
        return 9 if column.name == id_column else {4: 4, 3: 1, 2: 3}.get(rank_of(column.name), 0)
    return _SCORES[part](column)


def _time_score(column: Candidate) -> int:
    said = column.words
    if column.kind != "date":
        return int(column.kind == "text" and bool(said & DAYS) and not said & OTHER_DAYS)
    return 4 if said & BOUGHT else 2 if said & OTHER_DAYS else 3


def _quantity_score(column: Candidate) -> int:
    return int(column.kind == "number" and bool(column.words & QUANTITIES) and not _is_name_of_order(column))


def _category_score(column: Candidate) -> int:
    said = column.words
    return int(_may_name(column) and bool(said & CATEGORIES or (said & PRODUCTS and said & BROADER)))


def _product_score(column: Candidate) -> int:
    named = bool(column.words & PRODUCTS or column.words == {"stock", "code"})
    return int(_may_name(column) and named and not _category_score(column))


def _may_name(column: Candidate) -> bool:
    return column.kind in {"text", "number"} and not column.words & (TOTALS | PRICES | QUANTITIES)


def _amount_score(column: Candidate) -> int:
    said = column.words
    if column.kind != "number" or said & NOT_SPENT:
        return 0
    if said & TOTALS and not said & PIECES:
        return 3
    return 2 if said & PRICES or "unitprice" in said else 1 if said & TOTALS else 0


def _is_name_of_order(column: Candidate) -> bool:
    said = column.words
    return column.kind != "date" and bool((said & ORDER and said & NUMBER) or said & FUSED_ORDERS)


_SCORES: Mapping[str, Callable[[Candidate], int]] = {
    "time": _time_score,
    "amount": _amount_score,
    "quantity": _quantity_score,
    "order": lambda column: int(_is_name_of_order(column)),
    "category": _category_score,
    "product": _product_score,
}


def _cannot_tell(columns: Sequence[Candidate], missing: Sequence[str], name: str) -> BadInput:
    say = " ".join(f"--role '{name}.COLUMN={part}'" for part in missing)
    kinds = ", ".join(f"{each.name!r} ({each.kind})" for each in columns[:12])
    return BadInput(
        f"Which column of {name} is the {', the '.join(missing)} cannot be told",
        got=f"the columns {kinds}",
        do=f"say {say}",
    )
