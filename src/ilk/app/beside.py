"""What lies beside the customers, or stands for them: which column of each file is what, guessed or told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ilk.accepted import PARTS, stem_of
from ilk.outputs.wording import counted, per_cent, whole
from ilk.sources.activity.plan import ActivityPlan
from ilk.sources.evidence import Block
from ilk.sources.joined.brought import Brought
from ilk.sources.orders.read import OrdersPlan
from ilk.sources.survey.read import SurveyPlan

KINDS: Mapping[Block, str] = {
    "customers": "Customers",
    "activity": "Activity",
    "orders": "Orders",
    "survey": "Answers",
}
"""What a file may hold, as the page calls it."""

ABOUT: Mapping[Block, str] = {
    "customers": "One row a customer.",
    "activity": "A row each time somebody did, liked or posted something; or one row a customer, a column a topic.",
    "orders": "A row each time somebody bought something.",
    "survey": "One row for everybody who answered; several files are waves or channels of one questionnaire.",
}

WORDS: Mapping[str, str] = {
    "customer": "Who",
    "topic": "What it is about",
    "text": "What they wrote",
    "weight": "How much of it",
    "time": "When",
    "channel": "Where, or in which way",
    "amount": "For how much",
    "product": "Which product",
    "category": "Which kind of product",
    "quantity": "How many pieces",
    "order": "Number of the order",
}
"""What a column of a log can be, as the page asks for it."""

SEVERAL = frozenset({"topic", "text"})
"""Of these a log may have several columns."""

ASKED: Mapping[Block, tuple[str, ...]] = {
    "activity": tuple(part for part in PARTS["activity"] if part != "ignore"),
    "orders": tuple(part for part in PARTS["orders"] if part != "ignore"),
    "survey": ("customer", "time", "channel"),
}
"""What is asked of each kind of file; what a question of a survey is stands in the table of columns."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One file that was brought.

    Args:
        block: What it holds.
        path: Where it lies.
    """

    block: Block
    path: Path

    @property
    def stem(self) -> str:
        """What `--role STEM.COLUMN=PART` calls it."""
        return stem_of(self.path, self.block)


def parts_of(brought: Brought) -> dict[str, tuple[str, ...]]:
    """Part -> the columns that were taken for it; parts without one are left out."""
    plan = brought.plan
    if isinstance(plan, OrdersPlan):
        return {part: (column,) for part, column in plan.parts}
    if isinstance(plan, ActivityPlan):
        single = ("customer", "weight", "time", "channel")
        found = {part: (name,) for part in single if (name := getattr(plan.parts, part)) is not None}
        many = {"topic": plan.parts.topics, "text": plan.parts.texts}
        return found | {part: columns for part, columns in many.items() if columns}
    customer = brought.intake.id_column
    return {"customer": (customer,)} if isinstance(plan, SurveyPlan) and customer else {}


def roles_of(file: Beside, told: Mapping[str, Sequence[str]], ignored: Iterable[str]) -> dict[str, str]:
    """The settings that say what was chosen, as `--role` takes them.

    Args:
        file: Whose columns they are.
        told: Part -> the columns somebody chose for it; a part left to the guess is left out.
        ignored: Columns that were taken for a part which somebody says has none.
    """
    chosen = {f"{file.stem}.{column}": part for part, columns in told.items() for column in columns}
    return {f"{file.stem}.{column}": "ignore" for column in ignored} | chosen


def coverage_of(brought: Brought, n: int, *, has_table: bool) -> str:
    """How many customers a file knows, in a sentence."""
    known = brought.customers
    if not has_table:
        return f"{counted(known, 'customer')} {'is' if known == 1 else 'are'} in it."
    strangers = f"; {whole(brought.strangers)} in it are no customers and are left out" if brought.strangers else ""
    return f"{whole(known)} of {counted(n, 'customer')} ({per_cent(known / max(n, 1))}) are in it{strangers}."
