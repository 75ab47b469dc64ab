"""What a questionnaire asks or has people agree to, and what can be said of who says yes to it, and of who says no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ilk.profile.grammar import capital
from ilk.sources.scale_words import SCALES

OFTEN = ("frequency", "how often")
"""Scales that answer how often: who is high on one does it often, who is low rarely."""

TURNED = " (reversed)"
"""Stands behind the words of a question whose scale was turned."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement or question of a questionnaire, in words for a third person.

    Args:
        text: As it was asked, without a full stop.
        yes: What follows "who" of somebody who says yes: "enjoy shopping"; empty where there are no safe words.
        no: The same of somebody who says no: "do not enjoy shopping".
        turned: Whether the scale was turned since, so that high values say no.
        ends: What the lowest and the highest step of its scale stand for, as it was asked; empty where the words do not
            say it.
    """

    text: str
    yes: str = ""
    no: str = ""
    turned: bool = False
    ends: tuple[str, ...] = ()

    def who(self, *, high: bool) -> str:
        """What follows "who" of somebody with high values, or with low ones; empty without safe words."""
        return self.yes if high != self.turned else self.no

    def how(self, *, high: bool) -> str:
        """High or low, on what was asked."""
        return "high" if high != self.turned else "low"

    @property
    def quoted(self) -> str:
        """As it was asked, in quotation marks."""
        return f"“{self.text}”"


def statement_of(text: str, steps: Sequence[str] = ()) -> Statement | None:
    """Read a statement or question; None for a text that is neither.

    Only English ones are put in other words, and only those that begin as most do; others are told as they were asked.

    Args:
        text: A column's words.
        steps: Its answers in their order, where they are words: how often is not whether.
    """
    asked, turned = text.removesuffix(TURNED), text.endswith(TURNED)
    asked = " ".join(asked.split()).rstrip(".")
    if not _STATEMENT.search(asked):
        return None
    often = any(_is_of(steps, scale) for scale in OFTEN)
    for pattern, said, ends in _READ:
        if (found := pattern.match(asked)) is not None:
            yes, no = said(found, often=often)
            return Statement(capital(asked), yes, no, turned, _filled(ends, found))
    return Statement(capital(asked), turned=turned)


def _is_of(steps: Sequence[str], name: str) -> bool:
    scale = next(scale for scale in SCALES if scale.name == name)
    return len(steps) > 1 and all(scale.step_of(step) is not None for step in steps)


# ---------------------------------------------------------------- from the first or second person to the third

_STATEMENT = re.compile(r"\?$|(?:^|\s)I(?:['’](?:m|ve|d|ll))?\s+[a-z]|^My\s+[a-z]")

_THIRD = {
    **dict.fromkeys(("i", "you"), "they"),
    **dict.fromkeys(("my", "your"), "their"),
    **dict.fromkeys(("mine", "yours"), "theirs"),
    **dict.fromkeys(("myself", "yourself"), "themselves"),
    **dict.fromkeys(("i'm", "you're"), "they are"),
    **dict.fromkeys(("i've", "you've"), "they have"),
    **dict.fromkeys(("i'd", "you'd"), "they would"),
    **dict.fromkeys(("i'll", "you'll"), "they will"),
    "me": "them",
    "am": "are",
}
_SHORT = {"m": "am", "ve": "have", "d": "would", "ll": "will"}
_WORD = re.compile(r"[\w'’]+")
_WITHOUT_DO = {"are", "were", "will", "would", "could", "should", "must", "may", "might"}
_SELDOM = {"never", "rarely", "seldom", "hardly", "no"}
_DONE = re.compile(r"have (?:been|had|\w+ed)\b")


def _third(text: str) -> str:
    return _WORD.sub(lambda word: _THIRD.get(word[0].casefold().replace("’", "'"), word[0]), text)


def _negated(clause: str) -> str:
    """What somebody does who does not do this; empty where turning it round needs more than a "not"."""
    first, _, rest = clause.partition(" ")
    first, rest = first.casefold(), rest.strip()
    if first in {"don't", "don’t", "cannot", "can't", "can’t"}:
        return rest if first.startswith("don") else f"can {rest}"
    if first in _SELDOM or not rest:
        return f"do not {clause}" * (first not in _SELDOM)
    if rest.startswith("not "):
        return rest.removeprefix("not ") if first == "do" else f"{first} {rest.removeprefix('not ')}"
    if first == "can":
        return f"cannot {rest}"
    if first in _WITHOUT_DO or _DONE.match(clause):
        return f"{first} not {rest}"
    return f"do not {clause}"


def _said(found: re.Match[str], *, often: bool) -> tuple[str, str]:
    del often
    verb = f"{_SHORT[found['short'].casefold()]} " if found["short"] else ""
    first, _, rest = f"{verb}{found['rest']}".partition(" ")
    first = {"am": "are", "was": "were"}.get(first.casefold(), first)
    clause = f"{first} {_third(rest)}".strip()
    return clause, _negated(clause)


def _asked_how_often(found: re.Match[str], *, often: bool) -> tuple[str, str]:
    del often
    clause = _third(found["rest"])
    return f"often {clause}", f"rarely {clause}"


def _asked_whether(found: re.Match[str], *, often: bool) -> tuple[str, str]:
    clause = _third(found["rest"])
    return (f"often {clause}", f"rarely {clause}") if often else (clause, f"do not {clause}")


def _asked_to_be(found: re.Match[str], *, often: bool) -> tuple[str, str]:
    clause = _third(found["rest"])
    return (f"are often {clause}", f"are rarely {clause}") if often else (f"are {clause}", f"are not {clause}")


def _asked_how(found: re.Match[str], *, often: bool) -> tuple[str, str]:
    del often
    clause = f"{found['what'].casefold()} {_third(found['rest'])}"
    return f"are {clause}", f"are not {clause}"


def _asked_how_important(found: re.Match[str], *, often: bool) -> tuple[str, str]:
    del often
    thing = _third(found["rest"])
    return f"find {thing} important", f"find {thing} unimportant"


_ADJECTIVES = "satisfied|happy|likely|interested|familiar|comfortable|confident|concerned|worried|willing|proud"
_READ = (
    (re.compile(r"I(?:['’](?P<short>m|ve|d|ll))?\s+(?P<rest>\S+\s.*)$", re.IGNORECASE), _said, ("disagree", "agree")),
    (re.compile(r"I(?:['’](?P<short>m|ve|d|ll))?\s+(?P<rest>\S+)$", re.IGNORECASE), _said, ()),
    (
        re.compile(r"How (?:often|frequently) do you (?:usually )?(?P<rest>[^?]+)\?$", re.IGNORECASE),
        _asked_how_often,
        ("rarely", "often"),
    ),
    (
        re.compile(r"How much do you (?P<rest>(?:like|enjoy|trust|value)\b[^?]+)\?$", re.IGNORECASE),
        _asked_whether,
        ("little", "much"),
    ),
    (re.compile(r"Do you (?P<rest>[^?]+)\?$", re.IGNORECASE), _asked_whether, ("no", "yes")),
    (re.compile(r"Are you (?P<rest>[^?]+)\?$", re.IGNORECASE), _asked_to_be, ("no", "yes")),
    (
        re.compile(rf"How (?P<what>{_ADJECTIVES}) are you (?P<rest>[^?]+)\?$", re.IGNORECASE),
        _asked_how,
        ("not {what}", "very {what}"),
    ),
    (
        re.compile(r"How important (?:is|are) (?P<rest>[^?]+?)(?: (?:to|for) you)?\?$", re.IGNORECASE),
        _asked_how_important,
        ("not important", "very important"),
    ),
)
"""What begins a statement or question, what follows of it, and the ends of a scale that answers it.

"I prefer" and the like may go on in the answers, which are then no steps from disagree to agree.
"""


def _filled(ends: Sequence[str], found: re.Match[str]) -> tuple[str, ...]:
    return tuple(
        end.format(**{name: (word or "").casefold() for name, word in found.groupdict().items()}) for end in ends
    )
