"""A model: everything needed to assign, explain and look at every number of segments, without any customer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ilk.errors import BadInput
from ilk.model.edits import View, taken_back, view_of
from ilk.model.evidence import Evidence, Judged, Verdict
from ilk.model.parts import Content, Edit, Segment, Solution

if TYPE_CHECKING:
    from ilk.model.assign import Assigned
    from ilk.model.explain import Explanation
    from ilk.model.levels import Board
    from ilk.model.scorers import Scoring
    from ilk.progress import Progress
    from ilk.settings import Settings


@dataclass(frozen=True, repr=False)
class Model:
    """Segments, what they are like, and how to find them again; frozen, holds no customer, may be passed on.

    Args:
        content: What was found; hashed when saved, never changed.
        edits: Changes made by hand, oldest first.

    Raises:
        BadInput: When it is first used, if an edit cannot be made.
    """

    content: Content
    edits: tuple[Edit, ...] = field(default=())

    @cached_property
    def view(self) -> View:
        """The model after its edits."""
        return view_of(self.content, self.edits)

    @cached_property
    def scoring(self) -> Scoring:
        """The model made ready to score."""
        from ilk.model.scorers import scoring_of

        return scoring_of(self.content, self.view)

    @cached_property
    def board(self) -> Board | None:
        """The few segments the many that are shown lie in; None for a study that was not asked for two levels."""
        from ilk.model.levels import board_of

        return board_of(self)

    @property
    def k(self) -> int:
        """Number of segments adopted, before any were merged."""
        return self.view.solution.k

    @property
    def tried(self) -> tuple[int, ...]:
        """Every number of segments that can be looked at and adopted."""
        return tuple(solution.k for solution in self.content.solutions)

    @property
    def solution(self) -> Solution:
        """What was found for the adopted number of segments."""
        return self.view.solution

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments after all edits, by number."""
        return self.view.segments

    @property
    def evidence(self) -> Evidence:
        """How many, and is it real."""
        return self.content.evidence

    @property
    def verdict(self) -> Verdict | None:
        """Natural, reproducible or constructed; None where it was not judged for the number of segments adopted."""
        return self.judged.verdict if self.judged else None

    @property
    def judged(self) -> Judged | None:
        """The verdict for the number of segments adopted, with its words."""
        evidence = self.evidence
        known = next((one for one in evidence.judged if one.k == self.k), None)
        if known is None and self.k == self.content.k:
            return Judged(self.k, evidence.verdict, evidence.verdict_text, evidence.failed)
        return known

    @property
    def weighted(self) -> bool:
        """Whether customers count unequally and shares are by weight; they are not where a size may not be told."""
        heavy = [segment.share / segment.size for segment in self.segments if segment.size]
        unequal = bool(heavy) and max(heavy) > (1.0 + 1e-9) * min(heavy)
        return unequal and any(column.plan.role == "weight" for column in self.content.columns)

    @cached_property
    def min_group(self) -> int:
        """Fewest customers a published figure is about, as the study was told."""
        from ilk.settings import Settings

        try:
            told = json.loads(self.content.provenance.settings).get("min_group")
        except (ValueError, AttributeError):
            told = None
        return told if isinstance(told, int) else Settings().min_group

    def segment(self, number: int) -> Segment:
        """The segment with this number.

        Raises:
            BadInput: If there is none.
        """
        for segment in self.segments:
            if segment.number == number:
                return segment
        numbers = ", ".join(str(segment.number) for segment in self.segments)
        raise BadInput(f"There is no segment {number}", do=f"choose from {numbers}")

    def assign(
        self,
        customers: Any = None,
        *,
        activity: Any = None,
        survey: Any = None,
        orders: Any = None,
        settings: Settings | None = None,
        progress: Progress | None = None,
    ) -> Assigned:
        """Say for each customer which segment it is, and how sure that is.

        Args:
            customers: A path (file, folder, "glob:..."), or a pandas, polars or Arrow table.
            activity: The log that was beside the customers when the model was made, a path or a table, or a list of
                such; what is left out is blank.
            survey: The same for answers.
            orders: The same for orders.
            settings: `id`, `where`, `query`, `threads` are used.
            progress: Told how far it is, asked whether to stop.

        Raises:
            MissingColumns: If none of the columns that make segments is there.
            BadInput: If the customers cannot be read.
        """
        from ilk.model.assign import assign

        given = {"activity": activity, "survey": survey, "orders": orders}
        others = {kind: one for kind, one in given.items() if one is not None}
        return assign(self, customers, others=others, settings=settings, progress=progress)

    def explain(self, customer: Mapping[str, Any], *, changeable: Iterable[str] | None = None) -> Explanation:
        """Say which segment one customer is, why, how sure that is, and how far it is from the others.

        Args:
            customer: Column -> value, in the columns' own units; what is left out is blank.
            changeable: Columns that may change when "how far" is asked; amounts, counts, shares, numbers if None.

        Raises:
            BadInput: If values do not fit their columns; all of them at once.
        """
        from ilk.model.explain import explain

        return explain(self, customer, changeable=changeable)

    def at(self, k: int, reason: str = "") -> Model:
        """The model with another number of segments adopted, of those tried.

        Raises:
            BadInput: If k was not tried.
        """
        if k == self.k:
            return self
        return self.edited(Edit(action="k", reason=reason, date=datetime.now(UTC).date().isoformat(), number=k))

    def edited(self, edit: Edit) -> Model:
        """The model with one more change.

        Raises:
            BadInput: If the change cannot be made.
        """
        model = replace(self, edits=(*self.edits, edit))
        model.view  # noqa: B018  (replays the edits, which refuses any that cannot be made)
        return model

    def undo(self, reason: str = "") -> Model:
        """The model without its last change, which is kept as undone and why; a note or a use goes for good.

        Raises:
            BadInput: If there is none.
        """
        return replace(self, edits=taken_back(self.edits, reason, datetime.now(UTC).date().isoformat()))

    def save(self, path: str | Path) -> Path:
        """Write the model; it holds no customer and may be passed on.

        Raises:
            FileTrouble: If the file cannot be written, or is something else than a model.
        """
        from ilk.model.file import save

        return save(self, path)

    def __str__(self) -> str:
        from ilk.model.shown import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from ilk.model.shown import as_html

        return as_html(self)
