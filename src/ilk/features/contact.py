"""Tell columns that name or reach a person, by name and by content, so that they go nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ilk.features.words import word_set
from ilk.sources.source import ColumnFacts

ENOUGH = 0.2
"""Share of a column's texts that must look like contact data: some people leave "n/a" or a nickname (rule of thumb)."""

ALL_BUT_FEW = 0.8
"""Share needed where the form alone says less: bare digits may be many things (rule of thumb)."""

LONGEST = 320
"""Characters that are looked at; as many as an e-mail address may have (RFC 3696)."""

PERSON = word_set("firstname lastname surname forename fullname givenname familyname maidenname middlename")
"""A person's name in one word."""

PERSON_BEFORE_NAME = word_set(
    "first last sur fore full given family maiden middle customer  client user contact person member holder guest"
)
"""Before "name": a person's."""

REACHING = word_set(
    "email mail phone telephone tel mobile cell cellphone fax address addr street iban bic swift account acct card "
    "passport ssn nin license licence plate ip url website username login nickname handle twitter facebook "
    "instagram linkedin whatsapp"
)
"""Ways to reach or point at one person; contact only where the values are too many to be groups."""

NUMBERED = word_set("phone telephone tel mobile cell cellphone fax account acct card passport ssn iban")
"""Things that have a number each."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")
_PHONE = re.compile(r"(\+|00|\(?0)[\d\s()./-]{6,20}|\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_CARD = re.compile(r"\d{13,19}")


def contact_of(facts: ColumnFacts, tokens: tuple[str, ...], texts: Sequence[str]) -> str | None:
    """Why a column is contact data, in words that hold nothing of its content; None where it is not.

    Args:
        facts: Totals of the column.
        tokens: Words of its name.
        texts: Some of its answered values as text.
    """
    return _by_content(facts, texts) or _by_name(facts, tokens)


def _by_name(facts: ColumnFacts, tokens: tuple[str, ...]) -> str | None:
    said = frozenset(tokens)
    many = not facts.levels
    if facts.kind == "text":
        named = said & PERSON or ("name" in said and (said & PERSON_BEFORE_NAME or (len(said) == 1 and many)))
        if named and facts.n_distinct > 2:
            return "named like a person's name"
        return "named like a way to reach a person" if many and _reaches(said) else None
    numbered = said & NUMBERED and (said <= NUMBERED or said & {"number", "no", "nr", "num", "id"})
    if facts.kind == "number" and facts.whole and many and numbered and _mostly_distinct(facts):
        return "named like a phone, account or card number"
    return None


def _reaches(said: frozenset[str]) -> bool:
    return bool(said & REACHING) or {"e", "mail"} <= said


def _mostly_distinct(facts: ColumnFacts) -> bool:
    return facts.n_distinct > 0.5 * (facts.n - facts.n_missing)


def _by_content(facts: ColumnFacts, texts: Sequence[str]) -> str | None:
    if not texts or facts.kind not in {"text", "number"}:
        return None
    if facts.kind == "number":
        cards = facts.whole and (facts.minimum or 0) >= 1e12 and _share(texts, _is_card) >= ALL_BUT_FEW
        return "holds card numbers" if cards else None
    checks: tuple[tuple[Callable[[str], bool], float, str], ...] = (
        (_is_email, ENOUGH, "holds e-mail addresses"),
        (_is_iban, ENOUGH, "holds account numbers"),
        (_is_card, ALL_BUT_FEW, "holds card numbers"),
        (_is_phone, ALL_BUT_FEW, "holds phone numbers"),
    )
    return next((words for check, needed, words in checks if _share(texts, check) >= needed), None)


def _share(texts: Sequence[str], check: Callable[[str], bool]) -> float:
    return sum(check(text[:LONGEST].strip()) for text in texts) / len(texts)


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None and _DATE.fullmatch(text) is None and sum(map(str.isdigit, text)) >= 7


def _is_iban(text: str) -> bool:
    """ISO 13616: the country and check digits go to the end, letters become numbers, the rest by 97 is 1."""
    plain = text.replace(" ", "").upper()
    if _IBAN.fullmatch(plain) is None:
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _is_card(text: str) -> bool:
    """ISO 7812: the check digit of Luhn's formula."""
    plain = text.replace(" ", "").replace("-", "")
    if _CARD.fullmatch(plain) is None:
        return False
    digits = [int(digit) for digit in reversed(plain)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
