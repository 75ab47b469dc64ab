"""Progress of one part of a longer stage."""

from __future__ import annotations

from dataclasses import dataclass, field

from ilk.progress import Progress


@dataclass(slots=True)
class Part(Progress):
    """Reports 0 to 1 as `low` to `high` of `whole`, and stops when the whole is stopped."""

    whole: Progress = field(default_factory=Progress)
    low: float = 0.0
    high: float = 1.0

    def at(self, share: float) -> None:
        """Report how far this part is as how far the whole is."""
        self.whole.at(self.low + (self.high - self.low) * share)

    @property
    def stopped(self) -> bool:
        """Whether somebody asked the whole to stop."""
        return self.whole.stopped

    def stop(self) -> None:
        """Ask the whole to end."""
        self.whole.stop()


@dataclass(slots=True)
class Watch(Part):
    """Says nothing, and stops when the whole is stopped: for pieces of work whose end is reported by others."""

    def at(self, share: float) -> None:
        """Stop here if asked to."""
        del share
        self.check()


def part_of(progress: Progress | None, low: float, high: float) -> Part | None:
    """The part of a stage from `low` to `high`, if anybody listens."""
    return None if progress is None else Part(whole=progress, low=low, high=high)


def watch_of(progress: Progress | None) -> Watch | None:
    """Somebody who can stop a piece of work, if anybody listens."""
    return None if progress is None else Watch(whole=progress)
