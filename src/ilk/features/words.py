"""A column's name as words that read well in a sentence, and as tokens that roles are guessed from."""

from __future__ import annotations

import re
from itertools import zip_longest

LONGEST = 80
"""Characters of words made from a name; a longer header is not a name any more."""

ABBREVIATIONS = {
    "acct": "account",
    "addr": "address",
    "amt": "amount",
    "aov": "average order value",
    "avg": "average",
    "bal": "balance",
    "cat": "category",
    "clv": "customer lifetime value",
    "cmp": "campaign",
    "curr": "current",
    "complain": "complaint",
    "cust": "customer",
    "del": "delivery",
    "dept": "department",
    "desc": "description",
    "disc": "discount",
    "dob": "date of birth",
    "dur": "duration",
    "freq": "frequency",
    "gradyear": "graduation year",
    "hh": "household",
    "inc": "income",
    "int": "interest",
    "inv": "invoice",
    "kidhome": "kids at home",
    "lang": "language",
    "ltv": "lifetime value",
    "max": "maximum",
    "med": "median",
    "min": "minimum",
    "mth": "month",
    "mths": "months",
    "oneoff": "one-off",
    "ord": "order",
    "orig": "original",
    "pay": "payment",
    "pmt": "payment",
    "pmts": "payments",
    "pref": "preferred",
    "prev": "previous",
    "prod": "product",
    "prods": "products",
    "purch": "purchases",
    "qty": "quantity",
    "rec": "recency",
    "rev": "revenue",
    "sess": "sessions",
    "std": "standard deviation of",
    "subs": "subscriptions",
    "teenhome": "teenagers at home",
    "tot": "total",
    "trans": "transactions",
    "trx": "transactions",
    "trxs": "transactions",
    "txn": "transactions",
    "txns": "transactions",
    "tx": "transactions",
    "usr": "user",
    "val": "value",
    "wk": "week",
    "yr": "year",
    "yrs": "years",
    "ytd": "year to date",
}
"""What people shorten in column names, spelled out."""

ACRONYMS = {
    "api",
    "atm",
    "crm",
    "csr",
    "gps",
    "id",
    "ip",
    "nps",
    "pc",
    "pin",
    "pos",
    "sim",
    "sms",
    "tv",
    "url",
    "vat",
    "vip",
}
"""Kept in capitals, because nobody reads them in small letters."""

SHARING = ("prc", "pct", "perc", "percent", "percentage", "prop", "proportion")

OPENINGS = {
    **dict.fromkeys(("num", "nbr", "nb", "no", "nr", "numof", "cnt", "count", "n"), "number of"),
    **dict.fromkeys(SHARING, "share of"),
    "mnt": "spent on",
}
"""First words that stand for a phrase."""

COUNTED = {"cnt", "count", "nbr"}
"""Last words that mean "number of" what stands before them."""

ENDINGS = {"dt": "date", **dict.fromkeys(SHARING, "share")}
"""Last words that stand for another word."""

PERIODS = {"day", "week", "month", "quarter", "year"}
"""Last words that mean "a month" after something that is counted."""

LINKS = {"of", "at", "in", "on", "per", "by", "and", "or", "a", "to", "with", "from", "for", "the", "since", "until"}
"""Small words; a noun before them keeps its plural."""

PLURALS = {
    "baskets": "basket",
    "calls": "call",
    "campaigns": "campaign",
    "clicks": "click",
    "deals": "deal",
    "discounts": "discount",
    "emails": "email",
    "installments": "installment",
    "instalments": "instalment",
    "items": "item",
    "logins": "login",
    "orders": "order",
    "payments": "payment",
    "prods": "product",
    "products": "product",
    "purchases": "purchase",
    "returns": "return",
    "sessions": "session",
    "subscriptions": "subscription",
    "transactions": "transaction",
    "visits": "visit",
}
"""Nouns that stand in the singular before another noun: purchase frequency, not purchases frequency."""

_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_SAID = re.compile(r"(?:^|\s)I(?:['’]\w+)?\s+[a-z]|^My\s+[a-z]|[a-z]\?$")
"""A statement of the first person, or a question, that is not all in capitals."""

_ORDINAL = re.compile(r"(\d+) (st|nd|rd|th)\b")


def word_set(words: str) -> frozenset[str]:
    """Words in one text as a set, so that a long list of them stays readable."""
    return frozenset(words.split())


def tokens_of(name: str) -> tuple[str, ...]:
    """The lower-case words of a name, split at anything but letters and digits, at camelCase and around digits."""
    return tuple(token.casefold() for token in _pieces(name))


def words_of(name: str) -> str:
    """Words for a column made from its name: "PURCHASES_TRX" reads "purchase transactions".

    Never holds an underscore. A name that is written in words already is only put in small letters.
    """
    name = _BRACKETS.sub("", name)
    words = _as_written(name) if " " in name.strip() and "_" not in name else _spelled_out(_pieces(name))
    words = " ".join(words.replace("_", " ").split())
    if not any(letter.isalpha() for letter in words):
        words = f"column {words}".strip()
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"


def unit_of(name: str) -> str:
    """What a name says in brackets at its end: "k$" of "Annual Income (k$)"; nothing where that is a range."""
    found = _BRACKETS.search(name)
    unit = found[1].strip() if found else ""
    return unit if any(letter.isalpha() or letter in "%$€£" for letter in unit) and len(unit) <= 12 else ""


def _pieces(name: str) -> list[str]:
    """Split camelCase, HTTPServer and cmp3, and put 3 rd together again."""
    text = "".join(letter if letter.isalnum() else " " for letter in name)
    out = []
    for i, letter in enumerate(text):
        before, after = text[i - 1 : i], text[i + 1 : i + 2]
        starts_word = letter.isupper() and (before.islower() or (before.isupper() and after.islower()))
        out.append(" " if starts_word or (before != " " and before.isdigit() != letter.isdigit()) else "")
        out.append(letter)
    return _ORDINAL.sub(r"\1\2", "".join(out)).split()


def _as_written(name: str) -> str:
    """In small letters; what somebody says or is asked stays as it is, names of things and of people in it too."""
    if _SAID.search(name.strip()):
        return name.strip().rstrip(".")
    return " ".join(_cased(word) for word in name.split())


def _cased(word: str) -> str:
    return word.upper() if word.casefold() in ACRONYMS else word.lower()


def _spelled_out(pieces: list[str]) -> str:
    tokens = [piece.lower() for piece in pieces]
    opening, tokens = _opening(tokens)
    tokens = " ".join(ABBREVIATIONS.get(token, token) for token in tokens).split()
    if opening in {"number of", "share of"} and tokens:
        tokens[-1] = _plural(tokens[-1])
    return " ".join([opening, *(_cased(word) for word in _joined(tokens))]).strip()


def _opening(tokens: list[str]) -> tuple[str, list[str]]:
    """What the first or last word makes of the rest: number of, share of, spent on, ... date."""
    if len(tokens) < 2:
        return "", tokens
    first, last, rest = tokens[0], tokens[-1], tokens[1:]
    rest = rest[1:] if rest[0] == "of" and len(rest) > 1 else rest
    if first in OPENINGS:
        return OPENINGS[first], rest
    if first in {"dt", "date"} and tokens[1] not in LINKS:
        return "", [*rest, "date"]
    if first == "year" and last == "birth":
        return "", ["year", "of", "birth"]
    return ("number of", tokens[:-1]) if last in COUNTED else ("", [*tokens[:-1], ENDINGS.get(last, last)])


def _plural(word: str) -> str:
    return word if word.endswith("s") or word in PERIODS or not word.isalpha() else _with_s(word)


def _with_s(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("x", "ch", "sh")) else "s")


def _joined(tokens: list[str]) -> list[str]:
    """Nouns before nouns in the singular, and "visits month" as "visits a month"."""
    words: list[str] = []
    for token, following in zip_longest(tokens, tokens[1:], fillvalue=""):
        counted = token in PLURALS
        if counted and following in PERIODS and following == tokens[-1]:
            words += [token, "a"]
        elif counted and following and following not in LINKS and not following.isdigit():
            words.append(PLURALS[token])
        else:
            words.append(token)
    return words
