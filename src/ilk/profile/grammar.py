"""As much English grammar as names and sentences need: singular, plural, numbers in words, yes and no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ilk.profile import bank, nouns


def capital(text: str) -> str:
    """The text with its first letter made large, as at the head of a sentence; the rest as it is."""
    return text[:1].upper() + text[1:]


def singular(word: str) -> str:
    """The singular of a regular English noun; anything else as it is."""
    small = word.casefold()
    if len(word) <= 3 or small in bank.ALWAYS_PLURAL:
        return word
    if small.endswith("ies"):
        return word[:-1] if small in bank.ENDING_IN_IES else word[:-3] + "y"
    if small.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1] if small.endswith("s") and not small.endswith(("ss", "us", "is", "ics")) else word


def singular_phrase(text: str) -> str:
    """A noun phrase with its last word in the singular."""
    *rest, last = text.split() or [""]
    return " ".join([*rest, singular(last)])


def plural(text: str) -> str:
    """A noun phrase with its last word in the plural, unless it has none."""
    *rest, last = text.split() or [""]
    small = last.casefold()
    if (
        not last.isalpha()
        or small.endswith("s")
        or small in bank.MASS
        or small in bank.INTERESTS
        or bank.LINKS & set(rest)
    ):
        return text
    if small.endswith("y") and small[-2:-1] not in set("aeiou"):
        last = last[:-1] + "ies"
    else:
        last += "es" if small.endswith(("x", "ch", "sh", "z")) else "s"
    return " ".join([*rest, last])


def spelled(digits: str) -> str:
    """A whole number in words up to ninety-nine, beyond that figure by figure."""
    number = int(digits)
    if number < len(bank.ONES):
        return bank.ONES[number]
    if number < 100:
        ten, one = divmod(number, 10)
        return bank.TENS[ten - 2] + (f"-{bank.ONES[one]}" if one else "")
    return " ".join(bank.ONES[int(digit)] for digit in digits)


def figures_spelled(text: str) -> str:
    """A text with its whole numbers in words, set off by blanks; before a stroke, as in "Dota two/Rust", is none."""
    apart = " ".join(re.sub(r"\d+", lambda found: f" {spelled(found[0])} ", text).split())
    return re.sub(r" /(?=\S)", "/", apart)


def yes_of(levels: Sequence[str]) -> str:
    """The level that says yes, where a column's two levels are yes and no in some language; else nothing."""
    folded = {level.strip().casefold(): level for level in levels}
    return next((folded[yes] for yes, no in bank.YES_AND_NO if len(folded) == 2 and {yes, no} == set(folded)), "")


def with_or_without(topic: str, *, yes: bool) -> str:
    """What a yes or a no to a topic is called: "with app", "not member" of "has app", "is member"."""
    quality = quality_of(topic)
    if quality:
        return quality if yes else f"not {quality}"
    return f"with {thing_of(topic)}" if yes else f"without {thing_of(topic)}"


def quality_of(topic: str) -> str:
    """What somebody is who says yes: "member" of "is member"; nothing where it is something they have."""
    first, _, rest = topic.partition(" ")
    return rest if first in {"is", "was", "are"} else ""


def thing_of(topic: str) -> str:
    """What somebody has who says yes: "app" of "has app", "offer accepted" of "accepted offer"."""
    first, _, rest = topic.partition(" ")
    if rest and first in nouns.DONE:
        return f"{rest} {first}"
    return rest if rest and first in {"has", "have", "had", "uses", "owns", "with"} else topic


def is_person(quality: str) -> bool:
    """Whether a quality is a noun for people, who can be many: members, but not actives."""
    return quality.casefold() in bank.PEOPLE or (
        quality.endswith(("ber", "yer", "tor", "wner", "user")) and " " not in quality
    )
