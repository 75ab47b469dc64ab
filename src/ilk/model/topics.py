"""What a model keeps of topics that lie behind learnt interests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TopicShare:
    """A topic that more of a segment have than of everyone: `n` of the `asked` customers whose activity is known.

    `n` is rounded to a multiple of min_group where it would tell of too few, and counts by weight where customers do.
    `everyone` is the share among all, of whom some segment may have none.
    """

    topic: str
    n: int
    asked: int
    everyone: float

    @property
    def share(self) -> float:
        """Of the segment."""
        return self.n / self.asked

    @property
    def lift(self) -> float:
        """How many times as often as everyone."""
        return self.share / self.everyone
