"""A model as it is read by people: names after all edits, which scorer row is which segment, the verdict here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ilk.model.evidence import Candidate, Verdict
from ilk.model.model import Model
from ilk.model.parts import ColumnSummary, Content, Segment, Solution
from ilk.model.shown import trust_words
from ilk.outputs.wording import clean, customers, lower_first, noun_of, share_of
from ilk.profile.grammar import capital
from ilk.profile.sentence import NOT_APART

VERDICTS: dict[Verdict, str] = {"natural": "Natural", "reproducible": "Reproducible", "constructed": "Constructed"}
ABOUT_TRUST = (
    "Reliable is said of one group alone: asked again with other customers it comes out again, and there are fewer "
    "customers between it and its neighbour. The verdict is about all groups together."
)
BY_WEIGHT = "by weight"
"""What shares are told as where customers count unequally."""


@dataclass(frozen=True, slots=True)
class Unlike:
    """Customers in no segment, because they are unlike anyone: number 0.

    Args:
        size: How many.
        share: Of everybody who was assigned.
        worth: Their share of the main amount, None where it is not known.
    """

    size: int
    share: float
    worth: float | None


@dataclass(frozen=True)
class Reading:
    """What every output asks of a model.

    Args:
        model: The model with its edits.
    """

    model: Model

    @property
    def content(self) -> Content:
        """What was found."""
        return self.model.content

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments after all edits, by number; numbers may have gaps after a merge."""
        return self.model.segments

    @property
    def k(self) -> int:
        """Number of segments adopted, before any were merged."""
        return self.model.k

    @property
    def solution(self) -> Solution:
        """What was found for that number."""
        return self.model.solution

    @property
    def candidate(self) -> Candidate | None:
        """The evidence for that number."""
        return next((c for c in self.content.evidence.candidates if c.k == self.k), None)

    @property
    def merged(self) -> bool:
        """Whether segments were merged by hand, so that there are fewer than k."""
        return self.model.view.merged

    @property
    def row_numbers(self) -> tuple[int, ...]:
        """The segment each row of the scorer belongs to; rows of a merged segment share its number."""
        return tuple(self.segments[i].number for i in self.model.view.owner)

    @property
    def least(self) -> int:
        """Fewest customers a figure is told about."""
        return self.model.min_group

    def size(self, segment: Segment) -> str:
        """1,287 customers (14 %), as far as that may be told."""
        return customers(segment.size, segment.share, least=self.least, weighted=self.model.weighted)

    def share(self, segment: Segment) -> str:
        """14 %, as far as that may be told."""
        return share_of(segment.size, segment.share, self.least)

    @property
    def of_whom(self) -> str:
        """What shares of segments are shares of: of customers; where these count unequally, by weight."""
        return BY_WEIGHT if self.model.weighted else "of customers"

    @property
    def unlike(self) -> Unlike | None:
        """Who is unlike anyone; None where everybody is in a segment."""
        n = self.solution.n_unlike
        if not n:
            return None
        name = self.content.value_column
        shares = [dict(segment.value_share).get(name or "") for segment in self.segments]
        known = [share for share in shares if share is not None]
        told = name is not None and len(known) == len(shares) and n >= self.least
        worth = max(0.0, 1.0 - sum(known)) if told else None
        return Unlike(n, n / max(self.content.provenance.n_assigned, 1), worth)

    def told_of(self, segment: Segment) -> str:
        """Its sentence; where no column that makes segments sets it apart, also what describes it best."""
        persona = segment.persona
        beside = persona.descriptors[0] if persona.descriptors and NOT_APART in persona.sentence else ""
        return clean(persona.sentence + (f" What describes them: {beside}." if beside else ""))

    def unlike_of(self, segment: Segment) -> str:
        """The segment least like it; empty where that is also the one most like it, as with two segments."""
        return self.called(segment.farthest) if segment.farthest != segment.nearest else ""

    def trust(self, segment: Segment) -> str:
        """How far a segment can be trusted, in words; why that is not known where it was not measured."""
        return capital(trust_words(segment, self.model))

    @property
    def about_trust(self) -> str:
        """What trust in a segment means beside a verdict that would make one doubt it."""
        if self.verdict[0] != "constructed" or not any(s.trust and s.trust.word == "reliable" for s in self.segments):
            return ""
        return ABOUT_TRUST

    @cached_property
    def by_number(self) -> dict[int, str]:
        """Number -> name of the segments shown."""
        return {segment.number: clean(segment.persona.name) for segment in self.segments}

    @cached_property
    def names(self) -> dict[tuple[int, int], str]:
        """(k, number) -> name of every segment of every solution, renamed ones by their new name."""
        found = {(s.k, g.number): clean(g.persona.name) for s in self.content.solutions for g in s.segments}
        shown = {(self.k, i + 1): self.by_number[number] for i, number in enumerate(self.row_numbers)}
        return found | shown

    @property
    def value(self) -> ColumnSummary | None:
        """The amount by which value is measured."""
        name = self.content.value_column
        return self.content.column(name) if name is not None else None

    @property
    def value_words(self) -> str:
        """What that amount is called inside a sentence."""
        return noun_of(self.value.plan) if self.value else ""

    @property
    def verdict(self) -> tuple[Verdict, str]:
        """The verdict for the number of segments adopted, and its sentence."""
        judged = self.model.judged
        if judged is None:
            return "constructed", "This number of segments was not judged; treat them as lines you drew yourself."
        text = _without_word(judged.text)
        if not self.merged:
            return judged.verdict, text
        before = f"This was found of {self.k} segments, before some were merged by hand; "
        return (
            judged.verdict,
            f"{before}the {len(self.segments)} shown were not judged again. Of the {self.k}: {lower_first(text)}",
        )

    @property
    def figures(self) -> str:
        """The figures the verdict rests on, for who wants to check it."""
        return clean(self.model.judged.figures) if self.model.judged else ""

    def column(self, name: str) -> ColumnSummary:
        """Everything about one column."""
        return self.content.column(name)

    def called(self, number: int | None) -> str:
        """3 Cash users; nothing for a number that is not there."""
        return f"{number} {self.by_number[number]}" if number in self.by_number else ""


def _without_word(text: str) -> str:
    """The sentence without the verdict before its colon, which stands above it in large letters."""
    word, colon, rest = text.partition(": ")
    known = colon and word.lower() in VERDICTS
    return clean(capital(rest) if known else text)
