"""The words of what somebody wrote, without markup, addresses, names that are called and numbers."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from ilk.sources.texts.stop_words import STOP_WORDS, TALK

SHORTEST = 3
"""Letters of a word that may name a topic."""

LONGEST = 40
"""Letters from which on something is no word."""

FOUND = 0.05
"""Share of texts that are closest to a language from which on it is one of theirs (rule of thumb)."""

_MARKUP = re.compile(r"<[^<>]{0,2000}>")
_ADDRESSES = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+\.\w+|(?<!\w)@[\w.]+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def words_in(text: str) -> list[str]:
    """Return the words of a text in small letters, in order; what stands around an apostrophe are two words.

    A word with a digit in it is none: it is a number, a code or part of an address.
    """
    plain = unicodedata.normalize("NFC", html.unescape(text) if "&" in text else text)
    plain = _MARKUP.sub(" ", plain) if "<" in plain else plain
    plain = _ADDRESSES.sub(" ", plain) if "@" in plain or "www" in plain.lower() or "://" in plain else plain
    found = re.split(r"[^\w]+", plain.lower())
    return [word for word in found if len(word) <= LONGEST and _WORD.fullmatch(word)]


def languages_of(texts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return the languages that texts, as lists of words, are written in, the most usual first.

    A text counts for the language of whose stop words it has most.
    """
    closest: Counter[str] = Counter()
    for words in texts:
        hits = [(sum(word in stop for word in words), name) for name, stop in STOP_WORDS.items()]
        most, name = max(hits, key=lambda hit: hit[0])
        closest.update([name] if most else [])
    ranked = sorted(closest.items(), key=lambda one: (-one[1], one[0]))
    return tuple(name for name, n in ranked if n >= FOUND * closest.total())


def telling(word: str, stop: frozenset[str]) -> bool:
    """Whether a word may tell what a text is about."""
    return len(word) >= SHORTEST and word not in stop


def stop_words_of(languages: Iterable[str]) -> frozenset[str]:
    """Return the stop words of all these languages together, and their words of any conversation."""
    return frozenset().union(*(said[name] for name in languages for said in (STOP_WORDS, TALK)))
