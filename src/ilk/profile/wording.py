"""Phrases put together to a name: who does it, then what they are with, without, high on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ilk.profile.grammar import capital
from ilk.profile.phrases import CROWD, FANS, Phrase

LONGEST = 40
"""Characters a name may have; methods page, "Names"."""


BY_ITSELF = ("", "frequent")
"""Adjectives an agent can do without."""


def wordings(phrases: Sequence[Phrase]) -> Iterator[str]:
    """Ways to say these differences in one name, the fullest first; only those that are short enough."""
    for wording in (_worded(phrases, full=True), _worded(phrases, full=False), _two_agents(phrases)):
        if 0 < len(wording) <= LONGEST:
            yield wording


def shortest(phrase: Phrase) -> str:
    """A name of one difference: without "customers with" where that is too long, and cut where it still is."""
    whole = _worded([phrase], full=False)
    if len(whole) > LONGEST and phrase.link == "who":
        return f"{cut(whole, LONGEST - 2)} …"
    link = {"without": "no ", "who rarely have": "rarely ", "high on": "high on ", "low on": "low on "}.get(
        phrase.link, ""
    )
    named = capital(f"{link}{phrase.clause()}")
    if len(whole) <= LONGEST or len(named) <= LONGEST:
        return whole if len(whole) <= LONGEST else named
    return f"{cut(named, LONGEST - 2).rstrip('”?')}…”" if named.endswith("”") else cut(named)


def _two_agents(phrases: Sequence[Phrase]) -> str:
    """Instalment buyers and full payers: for two who do things, where "with many full payments" is too long."""
    if len(phrases) != 2 or not all(phrase.agent and phrase.high for phrase in phrases):
        return ""
    return capital(" and ".join(f"{phrase.what} {phrase.agent}".strip() for phrase in phrases))


def _worded(phrases: Sequence[Phrase], *, full: bool) -> str:
    doing = [p for p in phrases if p.agent and p.high]
    if not full:
        doing.sort(key=_says_nothing_alone)
    lead = doing[0] if doing else next((p for p in phrases[:1] if p.agent), None)
    if lead is None:
        return capital(f"Customers {_clauses(phrases)}")
    alike = [p for p in doing if p is lead or (_kindred(p, lead) and p.what and lead.what)] or [lead]
    needed = not lead.high or _says_nothing_alone(lead)
    how = lead.how if needed or (full and all(p.how == lead.how for p in alike)) else ""
    agent = lead.agent if all(p.agent == lead.agent for p in alike) else CROWD
    head = " ".join(part for part in (how, _and([p.what for p in alike if p.what]), agent) if part)
    rest = [p for p in phrases if p not in alike]
    return capital(f"{head} {_clauses(rest)}".strip())


def _says_nothing_alone(phrase: Phrase) -> bool:
    """Whether an agent tells nobody apart without its adjective: nearly everybody pays or spends."""
    return phrase.how not in BY_ITSELF and not phrase.what


def _kindred(one: Phrase, other: Phrase) -> bool:
    """Whether two agents can be one: buyers and buyers, or fans and a crowd."""
    return one.agent == other.agent or {one.agent, other.agent} == {FANS, CROWD}


def _clauses(phrases: Sequence[Phrase]) -> str:
    """With high balances and few payments, without cash advances, low on reading."""
    groups: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        groups.setdefault(phrase.link, []).append(phrase)
    return ", ".join(f"{link} {_nouns(own, link)}".strip() for link, own in groups.items())


def _nouns(phrases: Sequence[Phrase], link: str) -> str:
    adjectives = {p.adjective for p in phrases}
    if len(adjectives) == 1:
        joined = _and(
            [p.noun for p in phrases], "or" if link in {"without", "rarely with", "who rarely have"} else "and"
        )
        return f"{phrases[0].adjective} {joined}".strip()
    return _and([p.clause() for p in phrases])


def _and(parts: Sequence[str], word: str = "and") -> str:
    parts = list(dict.fromkeys(parts))
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def cut(text: str, longest: int = LONGEST) -> str:
    """Whole words up to the longest name allowed."""
    if len(text) <= longest:
        return text
    short = text[: longest + 1].rsplit(" ", 1)[0]
    return (short if len(short) <= longest else text[:longest]).rstrip(" ,")
