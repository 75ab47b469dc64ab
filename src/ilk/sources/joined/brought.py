"""What a model keeps of the sources of its study, so that new ones become the same columns."""

from __future__ import annotations

from dataclasses import dataclass

from ilk.sources.activity.plan import ActivityPlan
from ilk.sources.evidence import Block
from ilk.sources.orders.read import OrdersPlan
from ilk.sources.source import Intake
from ilk.sources.survey.read import SurveyPlan

Plan = ActivityPlan | SurveyPlan | OrdersPlan
"""How the columns of a source were made."""


UNDERSTOOD = frozenset({"orders", "activity-columns", "no-answers", "steps", "ticks", "choices"})
"""Codes of notes that say how a source was understood; they are no warnings."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A source that was put beside the customers; nothing in it is about one of them.

    Args:
        block: Which kind of source.
        name: Of the file, never its folder.
        plan: How the columns were made.
        columns: (own name, name in the table) of each.
        intake: Where its records went.
        customers: Customers of the study who are in it.
        strangers: Others who are in it.
    """

    block: Block
    name: str
    plan: Plan
    columns: tuple[tuple[str, str], ...]
    intake: Intake
    customers: int
    strangers: int

    @property
    def said(self) -> tuple[str, ...]:
        """What its columns were taken for, in words."""
        return tuple(note.text for note in self.intake.notes if note.code in UNDERSTOOD)
